package search

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTokens(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                        "",
		"猫粮":                      "猫 粮 猫粮",
		"皇家 猫粮2kg!":               "皇 家 皇家 猫 粮 猫粮 2kg 2 kg",
		"ＣＡＴ　Ｆｏｏｄ":                "cat food",
		"SKU-001-S":               "sku 001 s",
		"Crème Brûlée":            "crème brûlée",
		"cat's":                   "cat s",
		"猫\u200b粮":                "猫 粮 猫粮",
		"ﾈｺのエサ":                   "ネ コ ネコ の コの エ のエ サ エサ",
		"고양이 사료":                  "고 양 고양 이 양이 사 료 사료",
		"e\u0301te\u0301":         "été",
		"a,b;c\x00d\xff":          "a b c d",
		"猫 猫":                     "猫",
		"𠮷野家":                     "𠮷 野 𠮷野 家 野家",
		"iPhone15Pro":             "iphone15pro iphone 15 pro",
		"№ ½ ②":                   "no 1 2",
		`"AND" OR (NOT* :* & |!)`: "and or not",
	} {
		if got := strings.Join(Tokens(text), " "); got != want {
			t.Errorf("Tokens(%q) = %q, want %q", text, got, want)
		}
	}
}

// engineText is what engines may see: letters and digits, and what Cond puts between them.
func engineText(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789 ()&|!ANDORT", r)
	})
}

func FuzzTokens(f *testing.F) {
	for _, s := range []string{"猫粮 Cat", "e\u0301", "\xff\x00", "ǅ İ ß ﬀ", "𠮷", "a\u200db", "1½2", "\u0301\u0301"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tokens := Tokens(text)
		for _, tok := range tokens {
			if tok == "" || !utf8.ValidString(tok) || strings.ContainsAny(tok, " \n\x00") {
				t.Errorf("token %q of %q", tok, text)
			}
		}
		// What a text is found by, it is found by in its normal form too.
		if again := Tokens(Plain(text)); !slices.Equal(again, tokens) {
			t.Errorf("%q has %q, and in its normal form %q: %q", text, tokens, Plain(text), again)
		}
		e := Doc{Number: 1, Titles: []string{text}, Bodies: []string{text}, Codes: []string{text}}.keep()
		if !engineText(e.terms) || strings.ContainsAny(e.terms, "()&|!ANDORT") {
			t.Errorf("%q makes the terms %q", text, e.terms)
		}
	})
}

func FuzzQuery(f *testing.F) {
	for _, s := range []string{`"`, `a AND b`, `title:x`, `a* NEAR(b)`, `'x' & !y | z:*`, "猫粮", `\`, "－", "(", "🐱"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := Parse(text)
		if err != nil {
			if utf8.RuneCountInString(text) <= MaxQuery {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		if len(q.tokens) > maxTokens {
			t.Errorf("%q asks for %d tokens", text, len(q.tokens))
		}
		for _, c := range []Cond{q.is(), q.in(inTitle), q.in(anywhere), All(q.in(anywhere), Not(q.in(inTitle)))} {
			for _, w := range []words{fts5, tsquery} {
				if s := c.text(w); !engineText(s) || strings.Count(s, "(") != strings.Count(s, ")") {
					t.Errorf("%q becomes %q", text, s)
				}
			}
		}
		// A title is found by all of its own text.
		terms := strings.Fields(Doc{Titles: []string{text}}.keep().terms)
		for _, tok := range q.tokens {
			if term := term(inTitle, tok.kind, tok.text); !slices.Contains(terms, term) {
				t.Errorf("the title %q is not found by its own %q", text, tok.text)
			}
		}
	})
}

func TestLongTextsAreBounded(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("猫粮 food ", 100_000)
	if got := len(strings.Fields(Doc{Bodies: []string{long, long}}.keep().terms)); got > 20 {
		t.Errorf("a repetitive text has %d terms", got)
	}
	var b strings.Builder
	for i := range 30_000 {
		b.WriteRune(rune(0x4e00 + i%20_000))
	}
	e := Doc{Titles: []string{b.String()}, Marks: []string{"m"}}.keep()
	terms := strings.Fields(e.terms)
	if len(terms) > maxTerms+10 || !slices.Contains(terms, digest('m', "m")) {
		t.Errorf("a long title has %d terms", len(terms))
	}
	if _, err := Parse(strings.Repeat("猫", MaxQuery)); err != nil {
		t.Error(err)
	}
	if _, err := Parse(strings.Repeat("猫", MaxQuery+1)); err != ErrTooLong {
		t.Errorf("a query that is too long gives %v", err)
	}
}

func TestVisible(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a < b and c > d":                     "a < b and c > d",
		"<p>猫<b>粮</b></p><p>狗</p>":            " 猫粮  狗 ",
		"x<script>alert('cat')</script>y":     "x y",
		"<style>\n.cat{}\n</style>1&nbsp;kg":  " 1\u00a0kg",
		"<!-- cat -->dog<br/>bird <img alt=1": " dog bird <img alt=1",
		"&lt;b&gt; &amp;amp;":                 "<b> &amp;",
	} {
		if got := Visible(text); got != want {
			t.Errorf("Visible(%q) = %q, want %q", text, got, want)
		}
	}
}
