package shop

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"kaidian/internal/commerce/geo"
	"kaidian/internal/commerce/money"
	"kaidian/internal/platform/fault"
)

const (
	maxMetadata  = 16 << 10 // bytes of JSON
	maxProviders = 50
	maxScope     = 100 // channels of a key

	// How many of each a shop may have: they are read as a whole.
	maxRegions  = 500
	maxChannels = 1000
	maxKeys     = 1000
)

// ident is an id that an importer brings along, or the name of a provider.
var ident = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z_.:-]{0,99}$`)

// problems collects what is wrong with an input.
type problems struct{ list []fault.Field }

func (p *problems) add(name string, rule fault.Rule, message string) {
	p.list = append(p.list, fault.Field{Name: name, Rule: rule, Message: name + " " + message})
}

func (p *problems) fault() error { return fault.Fields(invalidMarkets, p.list...) }

// ident checks an id that may be empty.
func (p *problems) ident(name, value string) {
	if value != "" && !ident.MatchString(value) {
		p.add(name, fault.Format, "must have 1 to 100 letters, digits and _ . : -, a letter or digit first")
	}
}

// title checks a name that must say something.
func (p *problems) title(name, value string) {
	if broken, words := checkName(name, value); broken != "" {
		p.list = append(p.list, fault.Field{Name: name, Rule: broken, Message: words})
	}
}

// line checks a text of one line that may be missing.
func (p *problems) line(name string, value *string, most int) {
	if value == nil {
		return
	}
	if broken, words := checkText(name, *value, most); broken != "" {
		p.list = append(p.list, fault.Field{Name: name, Rule: broken, Message: words})
	} else if strings.ContainsFunc(*value, unicode.IsControl) {
		p.add(name, fault.Format, "must be one line of text")
	}
}

// currency gives the code of a currency of ISO 4217.
func (p *problems) currency(name, code string) string {
	c, ok := money.Lookup(strings.TrimSpace(code))
	switch {
	case code == "":
		p.add(name, fault.Required, "should not be empty")
	case !ok:
		p.add(name, fault.Unknown, fmt.Sprintf("has %.10q, which is no currency of ISO 4217", code))
	}
	return c.Code
}

// countries gives the codes of countries in order, each once.
func (p *problems) countries(codes []string) []string {
	var out []string
	for i, code := range codes {
		c, ok := geo.CountryByCode(strings.TrimSpace(code))
		if !ok {
			p.add("countries", fault.Unknown, fmt.Sprintf("has %.10q at place %d, which is no country of ISO 3166", code, i+1))
			if len(p.list) > 20 {
				break
			}
			continue
		}
		out = append(out, c.ISO2)
	}
	return set(out)
}

// providers checks the names of providers and gives each once, in their order.
func (p *problems) providers(name string, all []string) []string {
	if len(all) > maxProviders {
		p.add(name, fault.TooLong, fmt.Sprintf("must be %d at most", maxProviders))
		return nil
	}
	var out []string
	for _, provider := range all {
		if !ident.MatchString(provider) {
			p.add(name, fault.Format, fmt.Sprintf("has %.20q, which is no provider", provider))
		} else if !slices.Contains(out, provider) {
			out = append(out, provider)
		}
	}
	return out
}

// metadata gives the one text for an object: keys sorted, no white space.
func (p *problems) metadata(m json.RawMessage) json.RawMessage {
	if m == nil || string(m) == "null" {
		return nil
	}
	var object map[string]any
	d := json.NewDecoder(bytes.NewReader(m))
	d.UseNumber()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if !utf8.Valid(m) || !json.Valid(m) || d.Decode(&object) != nil || e.Encode(object) != nil {
		p.add("metadata", fault.Format, "must be an object")
		return nil
	}
	out := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	if len(out) > maxMetadata {
		p.add("metadata", fault.TooLong, fmt.Sprintf("must be at most %d bytes", maxMetadata))
	}
	return out
}

// set gives each text once, in order; of none, nil.
func set(all []string) []string {
	if len(all) == 0 {
		return nil
	}
	return slices.Compact(slices.Sorted(slices.Values(all)))
}

// difference gives what is in a set only before, and only now.
func difference(before, now []string) (gone, fresh []string) {
	missing := func(from []string) func(string) bool {
		return func(s string) bool { return slices.Contains(from, s) }
	}
	return slices.DeleteFunc(slices.Clone(before), missing(now)), slices.DeleteFunc(slices.Clone(now), missing(before))
}
