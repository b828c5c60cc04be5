package store

import (
	"fmt"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"kaidian/internal/api/route"
	"kaidian/internal/commerce/browse"
	"kaidian/internal/platform/fault"
)

// showing is how a client chooses what of a resource an answer shows.
type showing struct {
	Expand expansion `q:"expand" doc:"Relations to load, with commas between; replaces the default ones, and empty asks for none. ‖ 需要展开的关系,以逗号分隔,会替换默认关系;留空则不加载任何关系。"`
	Fields string    `q:"fields" doc:"Fields to return, with commas between; replaces the default ones, or changes them with + - or * before each. The id always comes. ‖ 需要返回的字段,以逗号分隔,会替换默认字段;加 + - * 前缀则在默认字段上增减。id 始终返回。"`
}

// expansion is the parameter expand, which says something else when it is empty than when it is not there.
type expansion struct {
	given bool
	names []string
}

// SetQuery reads it.
func (e *expansion) SetQuery(t route.Term) (string, fault.Rule) {
	if len(t.List) > 0 || len(t.Sub) > 0 {
		return "must be a single value", fault.Type
	}
	if len(t.Plain) > 0 {
		*e = expansion{given: true, names: names(t.Plain[len(t.Plain)-1])}
	}
	return "", ""
}

// QuerySchema tells the document what it is.
func (*expansion) QuerySchema() *huma.Schema { return &huma.Schema{Type: huma.TypeString} }

// names parts a comma list.
func names(list string) []string {
	var out []string
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.TrimSpace(name); name != "" {
			out = append(out, name)
		}
	}
	return out
}

// showable is what there is to choose from.
type showable struct {
	relations []string // dotted where they are of a relation
	loaded    []string // those that come by default
	fields    []string
	kept      []string // the fields that come whatever is chosen
}

// inList is the same for a list, where the date always comes too.
func (s showable) inList() showable {
	s.kept = []string{"id", "created_at"}
	return s
}

// choice is what a client chose. A nil set is the default one.
type choice struct {
	relations map[string]bool
	fields    map[string]bool
}

// shows tells whether a field comes. Fields without a name are for their table to decide.
func (c choice) shows(field string) bool { return c.fields == nil || c.fields[field] }

// loads tells whether a relation comes.
func (c choice) loads(relation string) bool { return c.relations[relation] }

// choose makes of what a client asked for what it gets. A relation of a relation brings the one that it is of.
func (s showing) choose(can showable) (choice, error) {
	out := choice{relations: map[string]bool{}}
	wanted := can.loaded
	if s.Expand.given {
		wanted = s.Expand.names
	}
	for _, name := range wanted {
		out.load(name)
	}
	if err := strangers(s.Expand.names, can.relations, "relations"); err != nil {
		return out, err
	}
	return out, out.chooseFields(entries(s.Fields), can)
}

// entries parts the parameter fields. A plus sign that was not escaped comes as a space; when all entries begin with a sign
// or a space, it was meant.
func entries(list string) []string {
	raw := strings.Split(list, ",")
	for i, e := range raw {
		if !strings.HasPrefix(e, " ") && !signed(e) {
			return names(list)
		}
		raw[i] = "+" + strings.TrimSpace(e)
		if signed(e) {
			raw[i] = strings.TrimSpace(e)
		}
	}
	return raw
}

func signed(entry string) bool { return entry != "" && strings.IndexByte("+-*", entry[0]) >= 0 }

func (c choice) load(relation string) {
	for i, letter := range relation {
		if letter == '.' {
			c.relations[relation[:i]] = true
		}
	}
	c.relations[relation] = true
}

func (c choice) unload(relation string) {
	for name := range c.relations {
		if name == relation || strings.HasPrefix(name, relation+".") {
			delete(c.relations, name)
		}
	}
}

// chooseFields reads the parameter fields. Entries with a sign change the defaults, and may name relations too; one without
// a sign makes the others the only ones.
func (c *choice) chooseFields(entries []string, can showable) error {
	if len(entries) == 0 {
		return nil
	}
	c.fields = map[string]bool{}
	if !slices.ContainsFunc(entries, func(e string) bool { return !signed(e) }) {
		for _, name := range can.fields {
			c.fields[name] = true
		}
	}
	var bad []string
	for _, entry := range entries {
		name := strings.TrimLeft(entry, "+-* ")
		switch relation := signed(entry) && slices.Contains(can.relations, name); {
		case slices.Contains(can.fields, name):
			c.fields[name] = entry[0] != '-'
		case relation && entry[0] == '-':
			c.unload(name)
		case relation:
			c.load(name)
		default:
			bad = append(bad, name)
		}
	}
	for _, name := range can.kept {
		c.fields[name] = true
	}
	return strangers(bad, nil, "fields")
}

// strangers refuses names that are not among the allowed ones.
func strangers(given, allowed []string, kind string) error {
	var bad []string
	for _, name := range given {
		if !slices.Contains(allowed, name) {
			bad = append(bad, name)
		}
	}
	if len(bad) == 0 {
		return nil
	}
	return fault.Fields("store.invalid_"+kind, fault.Field{Name: kind, Rule: fault.Unknown,
		Message: fmt.Sprintf("Requested fields [%s] are not valid", strings.Join(bad, ", "))})
}

// ordering reads the parameter order: a field, with - before it the other way round. Empty is the newest first.
func ordering(order string, allowed ...string) (browse.Order, error) {
	name, descending := strings.CutPrefix(order, "-")
	if order == "" || slices.Contains(allowed, name) {
		return browse.Order{By: name, Asc: order != "" && !descending}, nil
	}
	return browse.Order{}, fault.Fields("store.invalid_order", fault.Field{Name: "order", Rule: fault.Unknown,
		Message: fmt.Sprintf("Order field %s is not valid", name)})
}

// namesOf gives the names of a table's fields.
func namesOf[T any](f fields[T]) []string {
	out := make([]string, 0, len(f))
	for _, one := range f {
		out = append(out, one.name)
	}
	return out
}
