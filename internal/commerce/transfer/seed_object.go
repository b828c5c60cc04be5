package transfer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/money"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/patch"
)

// maxSeedProblems is how many problems of a file are told at once.
const maxSeedProblems = 50

// seedProblems collects what is wrong with a file.
type seedProblems struct {
	list []string
	more int // those beyond maxSeedProblems
}

func (p *seedProblems) add(path, format string, args ...any) {
	if len(p.list) == maxSeedProblems {
		p.more++
		return
	}
	p.list = append(p.list, path+": "+fmt.Sprintf(format, args...))
}

// err gives one error of all problems, a line each, or nil.
func (p *seedProblems) err() error {
	if len(p.list) == 0 {
		return nil
	}
	lines := p.list
	if p.more > 0 {
		lines = append(slices.Clone(lines), fmt.Sprintf("… and %d more", p.more))
	}
	return &SeedError{Problems: lines}
}

// SeedError is all that is wrong with a seed file.
type SeedError struct {
	Problems []string // each with the path in the file before it: "products[3].variants[0].prise: there is no such member"
}

// Error gives the problems, a line each.
func (e *SeedError) Error() string { return strings.Join(e.Problems, "\n") }

// seedObject reads an object of a file. Each method takes a member; end reports those that nothing took. A member of another
// type than it must have is reported and counts as absent.
type seedObject struct {
	node     *seedNode
	members  map[string]*seedNode // not taken yet
	problems *seedProblems
}

// open takes a value as an object; anything else is reported.
func (p *seedProblems) open(n *seedNode) seedObject {
	o := seedObject{node: n, problems: p}
	members, ok := n.value.(map[string]*seedNode)
	if !ok {
		p.add(n.path(), "must be an object")
	}
	o.members = maps.Clone(members)
	return o
}

// named takes a value that is an object, or a text that stands for an object with that one member: "eur" for {"code": "eur"}.
func (p *seedProblems) named(n *seedNode, member string) seedObject {
	if _, ok := n.value.(string); !ok {
		return p.open(n)
	}
	return seedObject{node: n, problems: p, members: map[string]*seedNode{member: {up: n, key: member, value: n.value}}}
}

func (o seedObject) path() string { return o.node.path() }

// at is the path of a member.
func (o seedObject) at(name string) string { return (&seedNode{up: o.node, key: name}).path() }

func (o seedObject) take(name string) *seedNode {
	n := o.members[name]
	delete(o.members, name)
	return n
}

// end reports the members that nothing took.
func (o seedObject) end() {
	for _, name := range slices.Sorted(maps.Keys(o.members)) {
		o.problems.add(o.members[name].path(), "there is no such member")
	}
}

// seedMember takes a member that convert understands, or null.
func seedMember[T any](o seedObject, name, wants string, convert func(any) (T, bool)) patch.Optional[T] {
	n := o.take(name)
	switch {
	case n == nil:
		return patch.Optional[T]{}
	case n.value == nil:
		return patch.Null[T]()
	}
	v, ok := convert(n.value)
	if !ok {
		o.problems.add(n.path(), "must be %s", wants)
		return patch.Optional[T]{}
	}
	return patch.Some(v)
}

func seedText(v any) (string, bool) {
	s, ok := v.(string)
	return s, ok && db.Storable(s)
}

func (o seedObject) text(name string) patch.Optional[string] {
	return seedMember(o, name, "text without zero characters", seedText)
}

// word takes a text that must say something where it is there; null counts as absent.
func (o seedObject) word(name string) string {
	v, given := o.text(name).Get()
	if given && strings.TrimSpace(v) == "" {
		o.problems.add(o.at(name), "should not be empty")
	}
	return strings.TrimSpace(v)
}

// must takes a text that has to be there.
func (o seedObject) must(name string) string {
	if n, ok := o.members[name]; !ok || n.value == nil {
		delete(o.members, name)
		if o.members != nil { // else it is no object, which is said already
			o.problems.add(o.at(name), "is missing")
		}
		return ""
	}
	return o.word(name)
}

// oneOf takes a text of a few.
func (o seedObject) oneOf(name string, values ...string) patch.Optional[string] {
	v := o.text(name)
	if s, ok := v.Get(); ok && !slices.Contains(values, s) {
		o.problems.add(o.at(name), "must be one of %s", strings.Join(values, ", "))
	}
	return v
}

func (o seedObject) flag(name string) patch.Optional[bool] {
	return seedMember(o, name, "true or false", func(v any) (bool, bool) {
		b, ok := v.(bool)
		return b, ok
	})
}

func (o seedObject) whole(name string) patch.Optional[int64] {
	return seedMember(o, name, "a whole number", func(v any) (int64, bool) {
		n, ok := v.(json.Number)
		if !ok {
			return 0, false
		}
		i, err := strconv.ParseInt(n.String(), 10, 64)
		return i, err == nil
	})
}

func (o seedObject) percent(name string) patch.Optional[money.Rate] {
	return seedMember(o, name, "a percentage from 0 to 1000 with four decimal places at most", func(v any) (money.Rate, bool) {
		n, ok := v.(json.Number)
		if !ok {
			return 0, false
		}
		r, err := money.ParseRate(n.String())
		return r, err == nil
	})
}

func (o seedObject) moment(name string) patch.Optional[time.Time] {
	return seedMember(o, name, "a time such as 2024-05-20T04:30:00Z, from 1970 to 9999", func(v any) (time.Time, bool) {
		s, _ := v.(string)
		t, err := time.Parse(time.RFC3339Nano, s)
		t = t.UTC().Truncate(time.Millisecond)
		return t, err == nil && t.Year() >= 1970 && t.Year() <= 9999
	})
}

// list takes a list; null counts as empty.
func (o seedObject) list(name string) patch.Optional[[]*seedNode] {
	v := seedMember(o, name, "a list", func(v any) ([]*seedNode, bool) {
		list, ok := v.([]*seedNode)
		return list, ok
	})
	if v.IsNull() {
		return patch.Some[[]*seedNode](nil)
	}
	return v
}

// texts takes a list of texts, or of objects that have it in a member: "new" or {"value": "new"}. Each must say something.
func (o seedObject) texts(name, member string) patch.Optional[[]string] {
	list, ok := o.list(name).Get()
	if !ok {
		return patch.Optional[[]string]{}
	}
	out := make([]string, 0, len(list))
	for _, n := range list {
		if member == "" {
			s, ok := seedText(n.value)
			if !ok || strings.TrimSpace(s) == "" {
				o.problems.add(n.path(), "must be text")
			}
			out = append(out, strings.TrimSpace(s))
			continue
		}
		e := o.problems.named(n, member)
		out = append(out, e.must(member))
		e.end()
	}
	return patch.Some(out)
}

// object takes an object, null for none, as JSON in one form: names in order, no white space.
func (o seedObject) object(name string) patch.Optional[json.RawMessage] {
	n := o.take(name)
	switch {
	case n == nil:
		return patch.Optional[json.RawMessage]{}
	case n.value == nil:
		return patch.Null[json.RawMessage]()
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if _, ok := n.value.(map[string]*seedNode); !ok || e.Encode(n.plain()) != nil {
		o.problems.add(n.path(), "must be an object")
		return patch.Optional[json.RawMessage]{}
	}
	return patch.Some(json.RawMessage(bytes.TrimSpace(b.Bytes())))
}

// translations takes texts by language and field.
func (o seedObject) translations(fields ...string) patch.Optional[catalog.Translations] {
	n := o.take("translations")
	switch {
	case n == nil:
		return patch.Optional[catalog.Translations]{}
	case n.value == nil:
		return patch.Null[catalog.Translations]()
	}
	out := catalog.Translations{}
	all := o.problems.open(n)
	for _, lang := range slices.Sorted(maps.Keys(all.members)) {
		texts, words := o.problems.open(all.members[lang]), map[string]string{}
		for _, field := range fields {
			if v, ok := texts.text(field).Get(); ok {
				words[field] = v
			}
		}
		texts.end()
		out[lang] = words
	}
	return patch.Some(out)
}
