package search

import (
	"slices"
	"strings"
	"unicode/utf8"

	"kaidian/internal/platform/fault"
)

// MaxQuery bounds a query, in characters. Of what it says, the first maxTokens tokens are looked for.
const (
	MaxQuery  = 200
	maxTokens = 32
)

// ErrTooLong says that a query is longer than MaxQuery.
var ErrTooLong = fault.New(fault.Invalid, "search.too_long", "q must be 200 characters at most")

// Query is what a text asks for: documents that have all of its tokens. The last word may be the beginning of one.
type Query struct {
	plain  string // as titles are compared
	blank  bool   // nothing was asked
	tokens []asked
	// Chinese has no spaces, and so a shopper who thinks of two words writes what no text has side by side: a title has
	// 皇家幼猫猫粮, and 皇家猫粮 is asked for. stretches are those of three characters and more; rest is all else.
	stretches [][]string
	rest      []asked
}

type asked struct {
	kind byte // whole, start or ideo
	text string
}

// Parse reads a query. Every text is one; nothing in it is an operator. Fault: ErrTooLong.
func Parse(text string) (Query, error) {
	if utf8.RuneCountInString(text) > MaxQuery {
		return Query{}, ErrTooLong
	}
	q := Query{plain: Plain(text), blank: strings.TrimSpace(text) == ""}
	all := runs(text)
	for i, r := range all {
		chars := []string{r.text}
		if r.cjk {
			chars = characters(r.text)
		}
		switch {
		case len(chars) > 2:
			q.stretches = append(q.stretches, chars)
			q.ask(pairs(chars)...)
			continue
		case r.cjk:
			q.rest = append(q.rest, asked{ideo, r.text})
		case i == len(all)-1:
			q.rest = append(q.rest, asked{start, cut(r.text, maxStart)})
		default:
			q.rest = append(q.rest, asked{whole, cut(r.text, maxWord)})
		}
		q.ask(q.rest[len(q.rest)-1])
	}
	q.rest = q.rest[:min(len(q.rest), maxTokens)]
	return q, nil
}

func (q *Query) ask(tokens ...asked) {
	for _, t := range tokens {
		if len(q.tokens) < maxTokens && !slices.Contains(q.tokens, t) {
			q.tokens = append(q.tokens, t)
		}
	}
}

// Blank tells whether the query asks for nothing, and so for everything. One of nothing but punctuation is not blank: it
// finds nothing.
func (q Query) Blank() bool { return q.blank }

// pairs gives every two characters that stand side by side.
func pairs(chars []string) []asked {
	var all []asked
	for i := 1; i < len(chars); i++ {
		all = append(all, asked{ideo, chars[i-1] + chars[i]})
	}
	return all
}

// cuts gives the ways to cut a stretch into words of two characters, with a word of one where their number is odd. A long
// stretch is cut in one way.
func cuts(chars []string) [][]asked {
	single := len(chars) // where the word of one character is; none
	if len(chars)%2 == 1 {
		single = len(chars) - 1
	}
	var all [][]asked
	for ; single >= 0; single -= 2 {
		var words []asked
		for i := 0; i < len(chars) && len(words) < maxTokens; i += 2 {
			if i == single {
				words = append(words, asked{ideo, chars[i]})
				i--
				continue
			}
			words = append(words, asked{ideo, chars[i] + chars[i+1]})
		}
		all = append(all, words)
		if len(chars) > 9 || len(chars)%2 == 0 {
			break
		}
	}
	return all
}

// in gives the condition that a document has all tokens in a place.
func (q Query) in(place byte) Cond { return everyOne(place, q.tokens) }

// loosely gives the condition that a document has in a place what the query says, when its stretches are cut into words;
// false when there is nothing to cut.
func (q Query) loosely(place byte) (Cond, bool) {
	if len(q.stretches) == 0 {
		return Any(), false
	}
	parts := []Cond{everyOne(place, q.rest)}
	for i, chars := range q.stretches {
		if i == maxTokens {
			break
		}
		var ways []Cond
		for _, words := range cuts(chars) {
			ways = append(ways, everyOne(place, words))
		}
		parts = append(parts, Any(ways...))
	}
	return All(parts...), true
}

func everyOne(place byte, tokens []asked) Cond {
	all := make([]Cond, len(tokens))
	for i, t := range tokens {
		all[i] = Cond{term: term(place, t.kind, t.text)}
	}
	return All(all...)
}

// is gives the condition that the whole query is a code or a title.
func (q Query) is() Cond {
	return Any(Cond{term: digest('k', q.plain)}, Cond{term: digest('e', q.plain)})
}
