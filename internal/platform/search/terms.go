package search

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A term is what the engines see of a token: a few of the letters a-z and digits, so that no engine's parser has an
// opinion about it and no text of a shopper ever reaches one. Its first letter says where the token stands:
//
//	t  in a title
//	a  anywhere in the document
//	k  a whole code
//	e  a whole title
//	m  a mark
//	z  every document
//	n  a block of numbers that the document's is in
//
// and for t and a the second letter what it is: w a whole word, p the beginning of one, c one or two CJK characters; x and y
// are w and p with letters beyond a-z.
const (
	inTitle  = 't'
	anywhere = 'a'

	whole = 'w'
	start = 'p'
	ideo  = 'c'

	everyDocument = "z"
	noDocument    = "0" // what no term is
)

// The beginnings by which a word is found are of these many runes; the beginning of a longer word is what its first
// maxStart runes are. Words of a body are not found by fewer than minBodyStart, which keeps long texts cheap.
const (
	maxStart     = 16
	minBodyStart = 3
)

// beyond is the kind of a word with letters beyond a-z.
var beyond = map[byte]byte{whole: 'x', start: 'y'}

// maxWord bounds a word, in runes: what is longer is known by its beginning.
const maxWord = 64

// term encodes a token.
func term(place, kind byte, text string) string {
	var b strings.Builder
	b.WriteByte(place)
	switch {
	case kind == ideo:
		b.WriteByte(ideo)
		for _, r := range text {
			code := strconv.FormatInt(int64(r), 36) // four digits at most
			b.WriteString("0000"[len(code):])
			b.WriteString(code)
		}
	case plain(text):
		b.WriteByte(kind)
		b.WriteString(text)
	default:
		b.WriteByte(beyond[kind])
		b.WriteString(hex.EncodeToString([]byte(text)))
	}
	return b.String()
}

// plain tells whether a word has no letters beyond a-z.
func plain(text string) bool {
	for _, c := range []byte(text) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// digest is a term for a text that is only ever compared as a whole.
func digest(place byte, text string) string {
	sum := sha256.Sum256([]byte(text))
	return string(place) + hex.EncodeToString(sum[:8])
}

// cut gives the first n runes of a text.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for i := range text {
		if n == 0 {
			return text[:i]
		}
		n--
	}
	return text
}

// starts emits the beginnings of a word, from shortest runes on; all of the word when it is shorter.
func starts(text string, shortest int, emit func(string)) {
	n := 0
	for i, r := range text {
		n++
		end := i + utf8.RuneLen(r)
		if n >= shortest || end == len(text) {
			emit(text[:end])
		}
		if n == maxStart {
			return
		}
	}
}
