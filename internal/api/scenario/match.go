package scenario

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"kaidian/internal/api/route"
)

// timeLayout is how both APIs print a time; the zone is the API's.
const timeLayout = "2006-01-02T15:04:05.000Z07:00"

// Matcher compares answers with what is wanted, and binds names as it goes.
type Matcher struct {
	Vars  Vars           // not nil
	Times *time.Location // the zone of $time, time.UTC or route.China; nil takes both
}

// Unmet stands in a comparison for a placeholder that does not fit what is there.
type Unmet string

// JSON compares a body with wanted JSON. Where a placeholder fits, want has what is there, so that want and have are
// deeply equal if and only if the body is as wanted, and their difference is what is wrong with it. The error says that
// one of the two is not JSON.
func (m Matcher) JSON(wanted string, body []byte) (want, have any, err error) {
	tree, err := decode(wanted)
	if err != nil {
		return nil, nil, fmt.Errorf("wanted body: %w", err)
	}
	there, err := decode(string(body))
	if err != nil {
		return nil, nil, fmt.Errorf("body: %w", err)
	}
	have = plain(there)
	return m.fit(tree, have), have, nil
}

// plain turns objects into maps.
func plain(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = plain(x)
		}
		return out
	case object:
		out := make(map[string]any, len(v))
		for _, m := range v {
			out[m.name] = plain(m.value)
		}
		return out
	}
	return v
}

// nothing is what is there where nothing is.
type nothing struct{}

func (m Matcher) fit(want, have any) any {
	switch want := want.(type) {
	case object:
		return m.fitObject(want, have)
	case []any:
		return m.fitArray(want, have)
	case string:
		return m.fitString(want, have)
	}
	return want
}

func (m Matcher) fitObject(want object, have any) any {
	there, _ := have.(map[string]any)
	out := map[string]any{}
	open := false
	for _, w := range want {
		if isMore(w) {
			open = true
			continue
		}
		v, ok := there[w.name]
		if !ok {
			v = nothing{}
		}
		out[w.name] = m.fit(w.value, v)
	}
	for name, v := range there {
		if _, named := out[name]; open && !named {
			out[name] = v
		}
	}
	return out
}

func (m Matcher) fitArray(want []any, have any) any {
	there, _ := have.([]any)
	open := len(want) > 0 && want[len(want)-1] == any(more)
	if open {
		want = want[:len(want)-1]
	}
	out := []any{}
	for i, w := range want {
		var v any = nothing{}
		if i < len(there) {
			v = there[i]
		}
		out = append(out, m.fit(w, v))
	}
	if open && len(there) > len(want) {
		out = append(out, there[len(want):]...)
	}
	return out
}

func (m Matcher) fitString(want string, have any) any {
	name := lone(want)
	if name == "" || name == timeName {
		text, ok := have.(string)
		filled, fits := m.Text(want, text)
		if ok && fits || !strings.Contains(want, "$") {
			return filled
		}
		return Unmet(filled)
	}
	if _, absent := have.(nothing); absent {
		return Unmet(want)
	}
	if name == anyName {
		return have
	}
	if bound, ok := m.Vars[name]; ok {
		return bound
	}
	if m.Vars.Set(name, have) != nil {
		return Unmet(want)
	}
	return have
}

// Text compares a text with a wanted one. Filled is the wanted text with the values of the names in it: have, when it
// fits.
func (m Matcher) Text(wanted, have string) (filled string, fits bool) {
	all, err := parts(wanted)
	if err != nil {
		return wanted, false
	}
	var expr, shown strings.Builder
	var names []string
	for _, p := range all {
		group := `(.+?)`
		switch value, bound := m.Vars[p.name]; {
		case p.name == "":
			expr.WriteString(regexp.QuoteMeta(p.text))
			shown.WriteString(p.text)
			continue
		case p.name == anyName:
			group = `(.*?)`
		case p.name == timeName:
			group = `(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(?:Z|[+-]\d\d:\d\d))`
		case bound:
			expr.WriteString(regexp.QuoteMeta(fmt.Sprint(value)))
			fmt.Fprint(&shown, value)
			continue
		}
		expr.WriteString(group)
		shown.WriteString("${" + p.name + "}")
		names = append(names, p.name)
	}
	found := regexp.MustCompile(`^(?s:` + expr.String() + `)$`).FindStringSubmatch(have)
	if found == nil || !m.bind(names, found[1:]) {
		return shown.String(), false
	}
	return have, true
}

// bind binds all names, or none when one does not fit its value.
func (m Matcher) bind(names, values []string) bool {
	fresh := Vars{}
	for i, name := range names {
		switch name {
		case anyName:
		case timeName:
			if !m.isTime(values[i]) {
				return false
			}
		default:
			if fresh.Set(name, values[i]) != nil {
				return false
			}
		}
	}
	for name, value := range fresh {
		m.Vars[name] = value
	}
	return true
}

func (m Matcher) isTime(s string) bool {
	t, err := time.Parse(timeLayout, s)
	if err != nil {
		return false
	}
	for _, zone := range []*time.Location{time.UTC, route.China} {
		if (m.Times == nil || m.Times == zone) && t.In(zone).Format(timeLayout) == s {
			return true
		}
	}
	return false
}
