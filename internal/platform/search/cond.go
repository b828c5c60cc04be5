package search

import "strings"

// Cond is a condition on documents. The zero value holds for every document.
type Cond struct {
	term string
	op   op
	of   []Cond
}

type op uint8

const (
	single op = iota // term; none holds for every document
	all
	some
	not
)

// Mark is the condition that a document has a mark.
func Mark(mark string) Cond { return Cond{term: digest('m', mark)} }

// All is the condition that all conditions hold; of none, every document.
func All(of ...Cond) Cond {
	var flat []Cond
	for _, c := range of {
		if c.op == all {
			flat = append(flat, c.of...) // flat itself
			continue
		}
		flat = append(flat, c)
	}
	return Cond{op: all, of: flat}
}

// Any is the condition that one of the conditions holds; of none, no document.
func Any(of ...Cond) Cond { return Cond{op: some, of: of} }

// Not is the condition that a condition does not hold.
func Not(c Cond) Cond { return Cond{op: not, of: []Cond{c}} }

// words are how an engine spells a condition.
type words struct{ and, or, butNot string }

var (
	fts5    = words{" AND ", " OR ", " NOT "}
	tsquery = words{" & ", " | ", " & !"}
)

// text spells a condition for an engine. Neither engine is ever asked for documents that lack something and nothing else:
// it would have to look at them all one by one.
func (c Cond) text(w words) string {
	switch c.op {
	case all:
		return c.conjunction(w)
	case some:
		if len(c.of) == 0 {
			return noDocument
		}
		return "(" + join(c.of, w.or, w) + ")"
	case not:
		return "(" + everyDocument + w.butNot + "(" + c.of[0].text(w) + "))"
	}
	if c.term == "" {
		return everyDocument
	}
	return c.term
}

func (c Cond) conjunction(w words) string {
	var have, lack []Cond
	for _, part := range c.of {
		if part.op == not {
			lack = append(lack, part.of[0])
		} else if !part.always() {
			have = append(have, part)
		}
	}
	text := everyDocument
	if len(have) > 0 {
		text = join(have, w.and, w)
	}
	if len(lack) == 0 {
		return "(" + text + ")"
	}
	return "((" + text + ")" + w.butNot + "(" + join(lack, w.or, w) + "))"
}

// always tells whether a condition is seen to hold for every document.
func (c Cond) always() bool {
	if c.op != all {
		return c.op == single && c.term == ""
	}
	for _, part := range c.of {
		if !part.always() {
			return false
		}
	}
	return true
}

func join(of []Cond, between string, w words) string {
	parts := make([]string, len(of))
	for i, c := range of {
		parts[i] = c.text(w)
	}
	return strings.Join(parts, between)
}
