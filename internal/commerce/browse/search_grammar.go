package browse

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"kaidian/internal/platform/fault"
)

// text reads a filter that is written out.
//
//	any        = all { "OR" all }
//	all        = one { "AND" one }
//	one        = "NOT" one | "(" any ")" | comparison
//	comparison = attribute ( sign value | ["NOT"] "IN" "[" [ value { "," value } ] "]" | value "TO" value )
func (r *filterReader) text(text, name string) node {
	if utf8.RuneCountInString(text) > maxFilterText {
		return r.problem(name, fault.TooLong, fmt.Sprintf("%s must be %d characters at most", name, maxFilterText))
	}
	if strings.TrimSpace(text) == "" {
		return node{}
	}
	g := &grammar{reader: r, lexemes: lex(text)}
	n := g.any(0)
	if g.wrong == "" && g.peek().kind != lexEnd {
		g.fail("AND, OR or the end expected")
	}
	if g.wrong != "" {
		return r.problem(name, g.rule, atCharacter(name, g.at, g.wrong))
	}
	return n
}

// lexeme is a word, a quoted value or a sign of a filter.
type lexeme struct {
	kind lexKind
	text string
	at   int // character, from 1
}

type lexKind uint8

const (
	lexWord lexKind = iota
	lexQuoted
	lexSign // ( ) [ ] , = != > >= < <=
	lexBad  // a quote that does not end, a sign that is none
	lexEnd
)

const signs = "()[],=!<>"

// lex cuts a filter up. The last lexeme is lexEnd.
func lex(text string) []lexeme {
	var out []lexeme
	rs := []rune(text)
	for i := 0; i < len(rs); {
		r, at := rs[i], i+1
		switch {
		case unicode.IsSpace(r):
			i++
		case r == '"' || r == '\'':
			value, length, ok := quoted(rs[i:])
			kind := lexQuoted
			if !ok {
				kind = lexBad
			}
			out = append(out, lexeme{kind, value, at})
			i += length
		case strings.ContainsRune(signs, r):
			sign := string(r)
			if i+1 < len(rs) && rs[i+1] == '=' && strings.ContainsRune("!<>", r) {
				sign += "="
			}
			kind := lexSign
			if sign == "!" {
				kind = lexBad
			}
			out = append(out, lexeme{kind, sign, at})
			i += len(sign)
		default:
			from := i
			for i < len(rs) && !unicode.IsSpace(rs[i]) && rs[i] != '"' && rs[i] != '\'' && !strings.ContainsRune(signs, rs[i]) {
				i++
			}
			out = append(out, lexeme{lexWord, string(rs[from:i]), at})
		}
	}
	return append(out, lexeme{kind: lexEnd, at: len(rs) + 1})
}

// quoted reads a value in quotes, in which a backslash takes the next character as it is.
func quoted(rs []rune) (value string, length int, ok bool) {
	var b strings.Builder
	for i := 1; i < len(rs); i++ {
		switch {
		case rs[i] == '\\' && i+1 < len(rs):
			i++
		case rs[i] == rs[0]:
			return b.String(), i + 1, true
		}
		b.WriteRune(rs[i])
	}
	return b.String(), len(rs), false
}

// grammar reads lexemes. It stops at the first thing that is wrong.
type grammar struct {
	reader  *filterReader
	lexemes []lexeme
	next    int
	wrong   string
	rule    fault.Rule
	at      int
}

func (g *grammar) peek() lexeme { return g.lexemes[g.next] }

func (g *grammar) take() lexeme {
	l := g.peek()
	if l.kind != lexEnd {
		g.next++
	}
	return l
}

func (g *grammar) fail(what string) node { return g.failAs(fault.Format, what) }

func (g *grammar) failAs(rule fault.Rule, what string) node {
	if g.wrong == "" {
		g.wrong, g.rule, g.at = what, rule, g.peek().at
	}
	return node{}
}

// keyword takes a word of the grammar, in capitals or not.
func (g *grammar) keyword(word string) bool {
	if l := g.peek(); l.kind != lexWord || !strings.EqualFold(l.text, word) {
		return false
	}
	g.next++
	return true
}

func (g *grammar) sign(sign string) bool {
	if l := g.peek(); l.kind != lexSign || l.text != sign {
		return false
	}
	g.next++
	return true
}

func (g *grammar) any(depth int) node {
	n := node{op: opAny, of: []node{g.all(depth)}}
	for g.wrong == "" && g.keyword("OR") {
		n.of = append(n.of, g.all(depth))
	}
	return n
}

func (g *grammar) all(depth int) node {
	n := node{of: []node{g.one(depth)}}
	for g.wrong == "" && g.keyword("AND") {
		n.of = append(n.of, g.one(depth))
	}
	return n
}

func (g *grammar) one(depth int) node {
	switch {
	case depth > maxFilterDepth:
		return g.failAs(fault.TooLong, "too deep")
	case g.reader.terms > maxFilterTerms:
		return g.failAs(fault.TooLong, fmt.Sprintf("more than %d comparisons", maxFilterTerms))
	case g.keyword("NOT"):
		return node{op: opNot, of: []node{g.one(depth + 1)}}
	case g.sign("("):
		n := g.any(depth + 1)
		if g.wrong == "" && !g.sign(")") {
			return g.fail(") expected")
		}
		return n
	}
	return g.comparison()
}

func (g *grammar) comparison() node {
	name := g.peek()
	kind, known := filterAttributes[name.text]
	if name.kind != lexWord {
		return g.fail("an attribute expected")
	}
	if !known && name.text != priceAttribute && name.text != stockAttribute {
		return g.failAs(fault.Unknown, fmt.Sprintf("unknown attribute %q", cutText(name.text, 40)))
	}
	g.take()
	of := func(is string, l lexeme) node { return g.compared(name.text, kind, is, l) }
	if g.keyword("NOT") {
		if !g.keyword("IN") {
			return g.fail("IN expected")
		}
		return node{op: opNot, of: []node{g.list(of)}}
	}
	if g.keyword("IN") {
		return g.list(of)
	}
	if l := g.peek(); l.kind == lexSign && strings.Contains("= != < <= > >=", l.text) {
		g.take()
		return of(l.text, g.value())
	}
	if name.text != priceAttribute || g.peek().kind != lexWord {
		return g.fail("=, != or IN expected")
	}
	from := of(">=", g.value())
	if g.wrong == "" && !g.keyword("TO") {
		return g.fail("TO expected")
	}
	return node{of: []node{from, of("<=", g.value())}}
}

// list reads the values of IN.
func (g *grammar) list(of func(string, lexeme) node) node {
	if !g.sign("[") {
		return g.fail("[ expected")
	}
	n := node{op: opAny}
	if g.sign("]") {
		return n
	}
	for g.wrong == "" {
		if n.of = append(n.of, of("=", g.value())); g.reader.terms > maxFilterTerms {
			return g.failAs(fault.TooLong, fmt.Sprintf("more than %d comparisons", maxFilterTerms))
		}
		switch {
		case g.sign("]"):
			return n
		case !g.sign(","):
			return g.fail(", or ] expected")
		}
	}
	return n
}

func (g *grammar) value() lexeme {
	l := g.peek()
	if l.kind != lexWord && l.kind != lexQuoted {
		g.fail("a value expected")
		return l
	}
	return g.take()
}

// compared makes a comparison. The value is the lexeme before the next.
func (g *grammar) compared(attribute string, kind byte, is string, value lexeme) node {
	if g.wrong != "" {
		return node{}
	}
	g.reader.terms++
	back := func(rule fault.Rule, what string) node {
		g.wrong, g.rule, g.at = what, rule, value.at
		return node{}
	}
	var n node
	switch attribute {
	case priceAttribute:
		amount, err := strconv.ParseInt(value.text, 10, 64)
		if err != nil {
			return back(fault.Type, "an integer of minor units expected")
		}
		return node{op: opPrice, is: is, n: amount}
	case stockAttribute:
		if value.text != "true" && value.text != "false" {
			return back(fault.Type, "true or false expected")
		}
		n = node{op: opStock, flag: value.text == "true"}
	default:
		n = node{op: opFact, kind: kind, text: value.text}
	}
	switch is {
	case "=":
		return n
	case "!=":
		return node{op: opNot, of: []node{n}}
	}
	return back(fault.Format, fmt.Sprintf("%s is compared by = and != only; wrong sign", attribute))
}
