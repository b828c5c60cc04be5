package pricing

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/fault"
)

const (
	maxPrices      = 500 // of one variant, in one list or in none
	maxQuantity    = 1_000_000_000
	maxName        = 255 // characters
	maxDescription = 2000
	maxGroups      = 200
	maxListPrices  = 100_000
	maxBound       = 50_000 // products, types or options of a tax rate
	maxProblems    = 50
)

// ident is an id that an importer brings along.
var ident = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z_.:-]{0,99}$`)

// problems collects what is wrong with an input.
type problems struct{ list []fault.Field }

func (p *problems) add(name string, rule fault.Rule, message string) {
	p.list = append(p.list, fault.Field{Name: name, Rule: rule, Message: name + " " + message})
}

func (p *problems) text(name, value string, most int) {
	switch {
	case !utf8.ValidString(value) || strings.ContainsFunc(value, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }):
		p.add(name, fault.Format, "must be text without control characters")
	case utf8.RuneCountInString(value) > most:
		p.add(name, fault.TooLong, fmt.Sprintf("must be at most %d characters", most))
	}
}

func (p *problems) filled(name, value string, most int) {
	if value == "" {
		p.add(name, fault.Required, "should not be empty")
		return
	}
	p.text(name, value, most)
}

// ident checks an id that may be empty.
func (p *problems) ident(name, value string) {
	if value != "" {
		p.idents(name, []string{value}, 1)
	}
}

func (p *problems) idents(name string, all []string, most int) {
	if len(all) > most {
		p.add(name, fault.TooLong, fmt.Sprintf("must be %d at most", most))
		return
	}
	for _, one := range all {
		if !ident.MatchString(one) {
			p.add(name, fault.Format, fmt.Sprintf("has %.100q, which is no id", one))
			return
		}
	}
}

// CheckPrices gives what is wrong with the prices of one variant. Field is what the caller calls them: what is wrong with the
// amount of the second is a problem of field.1.amount. The others are its currency_code, region_id, min_quantity and
// max_quantity, and field.1 for a second price for the same. Currencies are codes in lower case, of those that the shop sells in.
func CheckPrices(m *shop.Markets, field string, prices []NewPrice) []fault.Field {
	var pr problems
	if len(prices) > maxPrices {
		pr.add(field, fault.TooLong, fmt.Sprintf("must be %d at most", maxPrices))
		return pr.list
	}
	seen := make(map[place]int, len(prices))
	for i, p := range prices {
		name := field + "." + strconv.Itoa(i)
		pr.price(m, name, p)
		at := placeOf("", p)
		if first, twice := seen[at]; twice {
			pr.add(name, fault.Taken, fmt.Sprintf("is for the same as %s.%d", field, first))
		}
		seen[at] = i
		if len(pr.list) >= maxProblems {
			break
		}
	}
	return pr.list
}

func (p *problems) price(m *shop.Markets, name string, n NewPrice) {
	if _, ok := m.Currencies[n.Currency]; !ok {
		p.add(name+".currency_code", fault.Unknown, fmt.Sprintf("is %.10q, in which the shop does not sell", n.Currency))
	}
	if n.RegionID != nil {
		r, ok := m.Region(*n.RegionID)
		switch {
		case !ok:
			p.add(name+".region_id", fault.Unknown, fmt.Sprintf("is %.100q, which is no region", *n.RegionID))
		case r.Currency != n.Currency:
			p.add(name+".region_id", fault.Range, fmt.Sprintf("is a region with the currency %s", r.Currency))
		}
	}
	if n.Amount < 0 || n.Amount > money.MaxAmount {
		p.add(name+".amount", fault.Range, fmt.Sprintf("must be from 0 to %d", int64(money.MaxAmount)))
	}
	quantity := func(of string, q *int64) {
		if q != nil && (*q < 1 || *q > maxQuantity) {
			p.add(name+"."+of, fault.Range, fmt.Sprintf("must be from 1 to %d", maxQuantity))
		}
	}
	quantity("min_quantity", n.MinQuantity)
	quantity("max_quantity", n.MaxQuantity)
	if n.MinQuantity != nil && n.MaxQuantity != nil && *n.MinQuantity > *n.MaxQuantity {
		p.add(name+".max_quantity", fault.Range, "must not be below min_quantity")
	}
}
