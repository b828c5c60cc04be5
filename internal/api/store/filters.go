package store

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"kaidian/internal/api/route"
	"kaidian/internal/commerce/browse"
	"kaidian/internal/platform/fault"
)

// oneOrMore is a parameter that takes one value or an array.
type oneOrMore []string

// SetQuery reads it.
func (l *oneOrMore) SetQuery(t route.Term) (string, fault.Rule) {
	if len(t.Sub) > 0 {
		return "must be a string or an array", fault.Type
	}
	for _, v := range slices.Concat(t.Plain, t.List) {
		if strings.TrimSpace(v) != "" {
			*l = append(*l, v)
		}
	}
	return "", ""
}

// QuerySchema tells the document what it is.
func (*oneOrMore) QuerySchema() *huma.Schema {
	text := &huma.Schema{Type: huma.TypeString}
	return &huma.Schema{OneOf: []*huma.Schema{text, {Type: huma.TypeArray, Items: text}}}
}

// textFilter is a parameter that takes a text, an array of them, or conditions: value[contains]=a.
type textFilter struct{ browse.TextFilter }

// SetQuery reads it.
func (f *textFilter) SetQuery(t route.Term) (string, fault.Rule) {
	for _, v := range slices.Concat(t.Plain, t.List) {
		if v != "" {
			f.In = append(f.In, v)
		}
	}
	ends := map[string]**string{"lt": &f.LT, "gt": &f.GT, "lte": &f.LTE, "gte": &f.GTE,
		"contains": &f.Contains, "starts_with": &f.StartsWith, "ends_with": &f.EndsWith}
	for _, key := range slices.Sorted(maps.Keys(t.Sub)) {
		end, ok := ends[key]
		if !ok {
			return "may have lt, gt, lte, gte, contains, starts_with and ends_with only", fault.Unknown
		}
		*end = given(t.Sub[key])
	}
	return "", ""
}

// QuerySchema tells the document what it is: an array, as the reference has it. The rest is in the words beside.
func (*textFilter) QuerySchema() *huma.Schema {
	return &huma.Schema{Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeString}}
}

// quantityFilter is a parameter that takes a number or bounds: inventory_quantity[gte]=1.
type quantityFilter struct{ browse.Range }

// SetQuery reads it.
func (f *quantityFilter) SetQuery(t route.Term) (string, fault.Rule) {
	if len(t.List) > 0 {
		return "must be a number or an object", fault.Type
	}
	ends := map[string]**int64{"": &f.EQ, "lt": &f.LT, "gt": &f.GT, "lte": &f.LTE, "gte": &f.GTE}
	asked := maps.Clone(t.Sub)
	if len(t.Plain) > 0 {
		asked[""] = t.Plain[len(t.Plain)-1]
	}
	for _, key := range slices.Sorted(maps.Keys(asked)) {
		end, ok := ends[key]
		if !ok {
			return "may have lt, gt, lte and gte only", fault.Unknown
		}
		v := strings.TrimSpace(asked[key])
		if v == "" {
			continue
		}
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return "must be a number conforming to the specified constraints", fault.Type
		}
		*end = &n
	}
	return "", ""
}

// QuerySchema tells the document what it is.
func (*quantityFilter) QuerySchema() *huma.Schema {
	number := &huma.Schema{Type: huma.TypeNumber}
	return &huma.Schema{OneOf: []*huma.Schema{number,
		{Type: huma.TypeObject, Properties: map[string]*huma.Schema{"lt": number, "gt": number, "lte": number, "gte": number}}}}
}

const (
	// maxValues bounds the values of one filter, maxText its characters.
	maxValues = 1000
	maxText   = 1000
	// mostListed is the most that a list shows at once: for limit=0, which asks for all, and for any limit above.
	mostListed = 1000
)

// limited gives the limit that a list has.
func limited(asked int) int {
	if asked == 0 {
		return mostListed
	}
	return asked
}

// bounds collects what is too much of.
type bounds []fault.Field

// list looks at the values of a filter.
func (b *bounds) list(name string, values []string) {
	if len(values) > maxValues {
		*b = append(*b, fault.Field{Name: name, Rule: fault.TooLong, Message: name + " must contain no more than " + strconv.Itoa(maxValues) + " values"})
	}
}

// text looks at a text that is searched for.
func (b *bounds) text(name, value string) {
	if utf8.RuneCountInString(value) > maxText {
		*b = append(*b, fault.Field{Name: name, Rule: fault.TooLong, Message: name + " must be shorter than or equal to " + strconv.Itoa(maxText) + " characters"})
	}
}

func (b bounds) fault() error { return fault.Fields("store.invalid_query", b...) }

// given is a pointer to a text that a query has, nil for none.
func given(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// window is the domain's form of a window.
func window(w route.Window) browse.Window {
	return browse.Window{GT: w.GT, GTE: w.GTE, LT: w.LT, LTE: w.LTE}
}
