package search

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// run is a stretch of a text that is tokenized in one way.
type run struct {
	text string // normal form
	cjk  bool   // written without spaces between words
}

// cjk tells whether a rune is of a script that is written without spaces between words.
func cjk(r rune) bool {
	return r >= 0x1100 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo) ||
		r == 'ー' || r == '々' || r == '〆'
}

// normal gives the form in which texts are compared: NFKC, which makes full-width letters plain, in lower case.
func normal(text string) string {
	return norm.NFKC.String(strings.ToLower(norm.NFKC.String(strings.ToValidUTF8(text, " "))))
}

// Fold gives a text as marks are compared: whatever its case, and its letters' width.
func Fold(text string) string { return normal(text) }

// runs cuts a text into its words and its stretches of CJK characters. Marks belong to the letter before them, and what
// only formats, such as a zero-width space, is as if it were not there.
func runs(text string) []run {
	var all []run
	var cur strings.Builder
	var wide bool
	flush := func() {
		if cur.Len() > 0 {
			all = append(all, run{cur.String(), wide})
		}
		cur.Reset()
	}
	for _, r := range normal(text) {
		switch {
		case unicode.Is(unicode.Cf, r):
			continue
		case unicode.Is(unicode.M, r):
			if cur.Len() == 0 {
				continue
			}
		case unicode.IsLetter(r) || unicode.IsNumber(r) || cjk(r):
			if w := cjk(r); w != wide {
				flush()
				wide = w
			}
		default:
			flush()
			continue
		}
		cur.WriteRune(r)
	}
	flush()
	return all
}

// Plain gives a text as titles are compared: its words in normal form, and its stretches of CJK characters, with one space
// between.
func Plain(text string) string {
	var b strings.Builder
	for i, r := range runs(text) {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(r.text)
	}
	return b.String()
}

// Tokens gives what a text is found by, each once: its words, the parts of words that mix letters and digits ("2kg": "2",
// "kg"), and of Chinese, Japanese and Korean the single characters and every two that stand side by side.
func Tokens(text string) []string {
	var all set
	for _, r := range runs(text) {
		if r.cjk {
			ideographs(r.text, all.add)
			continue
		}
		mixed(r.text, all.add)
	}
	return all.list
}

// set is a list without doubles.
type set struct {
	list []string
	have map[string]bool
}

func (s *set) add(text string) {
	if s.have == nil {
		s.have = map[string]bool{}
	}
	if !s.have[text] {
		s.have[text] = true
		s.list = append(s.list, text)
	}
}

// ideographs emits the single characters of a stretch and every two that stand side by side.
func ideographs(text string, emit func(string)) {
	last := ""
	for _, one := range characters(text) {
		emit(one)
		if last != "" {
			emit(last + one)
		}
		last = one
	}
}

// characters cuts a text into its letters, each with its marks.
func characters(text string) []string {
	var all []string
	from := 0
	for i, r := range text {
		if i > from && !unicode.Is(unicode.M, r) {
			all = append(all, text[from:i])
			from = i
		}
	}
	return append(all, text[from:])
}

// mixed emits a word and the parts that it mixes.
func mixed(text string, emit func(string)) {
	emit(text)
	for _, part := range parts(text) {
		emit(part)
	}
}

// parts cuts a word between letters and digits; nil when it is one part.
func parts(text string) []string {
	var all []string
	from, digits := 0, false
	for i, r := range text {
		d := unicode.IsNumber(r)
		if i > 0 && d != digits && !unicode.Is(unicode.M, r) {
			all = append(all, text[from:i])
			from = i
		}
		if i == 0 || !unicode.Is(unicode.M, r) {
			digits = d
		}
	}
	if from == 0 {
		return nil
	}
	return append(all, text[from:])
}
