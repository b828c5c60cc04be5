package browse

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/search"
)

// Bounds of a filter.
const (
	maxFilterText  = 4000 // characters of a text, and of a value
	maxFilterTerms = 200  // comparisons in all
	maxFilterDepth = 20   // of parentheses and lists
)

const reasonInvalidSearch = "browse.invalid_search"

// Filter is a condition on products, as shoppers' apps write it. The zero value holds for all.
type Filter struct{ node }

// node is a condition: a comparison, or a word between others.
type node struct {
	op   filterOp
	of   []node
	kind byte   // opFact: the attribute
	text string // opFact: the id or value
	is   string // opPrice: one of = != < <= > >=
	n    int64  // opPrice: minor units
	flag bool   // opStock: what it must be
}

type filterOp uint8

const (
	opAll filterOp = iota // every one of; of none, it holds
	opAny
	opNot
	opFact
	opPrice
	opStock
)

// filterAttributes are what a filter may ask, by name. Words are asked by their ids or their values.
var filterAttributes = map[string]byte{
	"collection_id": factCollection, "category_id": factCategory, "type_id": factType, "type": factType,
	"tag_id": factTag, "tags": factTag, "vendor_id": factVendor, "vendor": factVendor,
}

// The attributes that are looked up when they are asked for.
const (
	priceAttribute = "price"
	stockAttribute = "in_stock"
)

// ParseFilter reads a filter as it comes out of encoding/json: nil, a text, a list or an object.
//
// A text compares attributes: collection_id, category_id, type, type_id, tags, tag_id, vendor and vendor_id by = and !=;
// price, in minor units, also by > >= < <= and as "price 1000 TO 2000"; in_stock = true. IN [a, b] asks for one of several.
// AND, OR, NOT and parentheses join them; AND binds closer than OR. Values with spaces or signs stand in quotes.
//
// Of a list each member must hold, and of a list within it one. An object has a value, or a list of them of which one is
// enough, for each attribute; that of price is {"gte": 1000, "lte": 2000}, with gt and lt too.
//
// Fault: Invalid, which names each problem with its position.
func ParseFilter(from any) (Filter, error) {
	f, problems := readFilter(from)
	return f, fault.Fields(reasonInvalidSearch, problems...)
}

func readFilter(from any) (Filter, []fault.Field) {
	r := filterReader{}
	n := r.value(from, "filter", 0)
	if r.terms > maxFilterTerms {
		r.problem("filter", fault.TooLong, fmt.Sprintf("filter must have %d comparisons at most", maxFilterTerms))
	}
	return Filter{n}, r.problems
}

// filterReader collects the problems of a filter.
type filterReader struct {
	problems []fault.Field
	terms    int
}

func (r *filterReader) problem(name string, rule fault.Rule, message string) node {
	if len(r.problems) < 10 {
		r.problems = append(r.problems, fault.Field{Name: name, Rule: rule, Message: message})
	}
	return node{}
}

// value reads a filter of any form. The lists at even depths are "and", those at odd ones "or".
func (r *filterReader) value(from any, name string, depth int) node {
	if depth > maxFilterDepth || r.terms > maxFilterTerms {
		r.terms = max(r.terms, maxFilterTerms+1)
		return node{}
	}
	switch v := from.(type) {
	case nil:
		return node{}
	case string:
		return r.text(v, name)
	case []any:
		op := opAll
		if depth%2 == 1 {
			op = opAny
		}
		if len(v) == 0 {
			op = opAll // an empty list asks for nothing
		}
		n := node{op: op}
		for i, part := range v {
			n.of = append(n.of, r.value(part, fmt.Sprintf("%s[%d]", name, i), depth+1))
			if r.terms > maxFilterTerms {
				break
			}
		}
		return n
	case map[string]any:
		return r.object(v, name)
	}
	return r.problem(name, fault.Type, name+" must be a string, an array or an object")
}

func (r *filterReader) object(members map[string]any, name string) node {
	n := node{}
	for _, key := range slices.Sorted(maps.Keys(members)) {
		at, v := name+"."+cutText(key, 40), members[key]
		kind, known := filterAttributes[key]
		switch {
		case v == nil && (known || key == priceAttribute || key == stockAttribute): // asks for nothing
		case known:
			n.of = append(n.of, r.oneOf(kind, v, at))
		case key == priceAttribute:
			n.of = append(n.of, r.bounds(v, at))
		case key == stockAttribute:
			flag, ok := v.(bool)
			if !ok {
				r.problem(at, fault.Type, at+" must be a boolean")
			}
			n.of = append(n.of, r.count(node{op: opStock, flag: flag}))
		default:
			r.problem(at, fault.Unknown, at+" is not an attribute to filter by")
		}
	}
	return n
}

func (r *filterReader) count(n node) node {
	r.terms++
	return n
}

// oneOf reads an id or a value, or a list of them.
func (r *filterReader) oneOf(kind byte, v any, at string) node {
	list, many := v.([]any)
	if !many {
		list = []any{v}
	}
	n := node{op: opAny}
	for _, item := range list {
		text, ok := item.(string)
		if !ok || len(text) > maxFilterText {
			return r.problem(at, fault.Type, at+" must be a string or an array of strings")
		}
		if n.of = append(n.of, r.count(node{op: opFact, kind: kind, text: text})); r.terms > maxFilterTerms {
			break
		}
	}
	return n
}

// bounds reads what a price must be: an amount, or what bounds it.
func (r *filterReader) bounds(v any, at string) node {
	members, ok := v.(map[string]any)
	if !ok {
		members = map[string]any{"eq": v}
	}
	n := node{}
	for _, key := range slices.Sorted(maps.Keys(members)) {
		is, known := map[string]string{"eq": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}[key]
		amount, whole := amountOf(members[key])
		switch where := at + "." + cutText(key, 40); {
		case !known:
			r.problem(where, fault.Unknown, where+" is none of gt, gte, lt, lte")
		case !whole:
			r.problem(where, fault.Type, where+" must be an integer of minor units")
		default:
			n.of = append(n.of, r.count(node{op: opPrice, is: is, n: amount}))
		}
	}
	return n
}

func amountOf(v any) (int64, bool) {
	switch v := v.(type) {
	case float64:
		return int64(v), v == math.Trunc(v) && math.Abs(v) < 1<<53
	case json.Number:
		n, err := strconv.ParseInt(v.String(), 10, 64)
		return n, err == nil
	case int:
		return int64(v), true
	case int64:
		return v, true
	}
	return 0, false
}

func cutText(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// cond gives what the index is asked: all of the filter but what is looked up, which may leave products that the filter
// does not hold for.
func (n node) cond() search.Cond {
	switch n.op {
	case opFact:
		return search.Mark(mark(n.kind, n.text))
	case opNot:
		if n.looksUp() {
			return n.of[0].denied().cond()
		}
		return search.Not(n.of[0].cond())
	case opPrice, opStock:
		return search.All()
	}
	parts := make([]search.Cond, len(n.of))
	for i, part := range n.of {
		parts[i] = part.cond()
	}
	if n.op == opAny {
		return search.Any(parts...)
	}
	return search.All(parts...)
}

// denied gives the contrary of a condition, with "not" moved to its comparisons.
func (n node) denied() node {
	switch n.op {
	case opAll, opAny:
		out := node{op: opAny + opAll - n.op}
		for _, part := range n.of {
			out.of = append(out.of, part.denied())
		}
		return out
	case opNot:
		return n.of[0]
	case opPrice, opStock:
		return node{} // not known to the index
	}
	return node{op: opNot, of: []node{n}}
}

// looksUp tells whether a condition asks for what the index does not know.
func (n node) looksUp() bool { return n.asks(opPrice) || n.asks(opStock) }

func (n node) asks(op filterOp) bool {
	return n.op == op || slices.ContainsFunc(n.of, func(part node) bool { return part.asks(op) })
}

// holds tells whether the condition holds for a product.
func (n node) holds(c *candidate) bool {
	switch n.op {
	case opAll:
		return !slices.ContainsFunc(n.of, func(part node) bool { return !part.holds(c) })
	case opAny:
		return slices.ContainsFunc(n.of, func(part node) bool { return part.holds(c) })
	case opNot:
		return !n.of[0].holds(c)
	case opFact:
		return c.facts.has(n.kind, n.text)
	case opStock:
		return c.inStock == n.flag
	}
	if c.price == nil {
		return false
	}
	return compares(cmp.Compare(*c.price, n.n), n.is)
}

func compares(order int, is string) bool {
	switch is {
	case "=":
		return order == 0
	case "!=":
		return order != 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}

// atCharacter says where a text goes wrong.
func atCharacter(name string, position int, what string) string {
	return fmt.Sprintf("%s: %s at character %d", name, what, position)
}
