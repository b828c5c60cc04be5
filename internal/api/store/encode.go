package store

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"kaidian/internal/api/route"
)

// The answers of the catalogue are the shop's hottest, and what they show is chosen by the client. So they are not views
// that reflection walks through: each resource has a list of fields, a selection takes some of them, and each appends its
// value. The views beside them say what comes out; tests hold the two together.

// field is a member of a resource's JSON object. One without a key puts whole members by itself, each with a comma before.
type field[T any] struct {
	name string // as clients select it
	key  string // `,"name":`
	put  func(b []byte, v *T) []byte
}

// fields is an object's members in the order in which they are written.
type fields[T any] []field[T]

// member makes a field.
func member[T any](name string, put func([]byte, *T) []byte) field[T] {
	return field[T]{name: name, key: `,"` + name + `":`, put: put}
}

// object appends v.
func (f fields[T]) object(b []byte, v *T) []byte {
	start := len(b)
	for i := range f {
		b = append(b, f[i].key...)
		b = f[i].put(b, v)
	}
	if len(b) == start {
		return append(b, "{}"...)
	}
	b[start] = '{' // was the first member's comma
	return append(b, '}')
}

// pick gives the fields that are chosen, in their order.
func (f fields[T]) pick(chosen func(name string) bool) fields[T] {
	out := make(fields[T], 0, len(f)+8)
	for _, one := range f {
		if chosen(one.name) {
			out = append(out, one)
		}
	}
	return out
}

// array appends a list of what put appends.
func array[T any](b []byte, all []T, put func([]byte, *T) []byte) []byte {
	b = append(b, '[')
	for i := range all {
		if i > 0 {
			b = append(b, ',')
		}
		b = put(b, &all[i])
	}
	return append(b, ']')
}

// orNull appends what v points to, or null.
func orNull[T any](b []byte, v *T, put func([]byte, *T) []byte) []byte {
	if v == nil {
		return append(b, "null"...)
	}
	return put(b, v)
}

// written is a body that is appended by hand. V is the view that tells the document what comes out.
type written[V any] struct {
	size int // a guess at its length
	put  func(b []byte) []byte
}

// WriteJSON writes the body.
func (w written[V]) WriteJSON(to *bytes.Buffer) error {
	to.Grow(w.size)
	to.Write(w.put(to.AvailableBuffer()))
	return nil
}

// Schema tells the document what it is.
func (written[V]) Schema(r huma.Registry) *huma.Schema { return route.SchemaOf[V](r) }

// answer is an output whose body is appended by hand.
type answer[V any] struct{ Body written[V] }

// answerWith makes one.
func answerWith[V any](size int, put func(b []byte) []byte) *answer[V] {
	return &answer[V]{written[V]{size, put}}
}

const hexDigits = "0123456789abcdef"

// special marks the bytes of a valid text that may have to be escaped: controls, the quote, the backslash, and the first
// byte of U+2028 and U+2029, which end a line in old JavaScript.
var special = func() (table [256]bool) {
	for c := range 0x20 {
		table[c] = true
	}
	table['"'], table['\\'], table[0xE2] = true, true, true
	return table
}()

// plain tells whether s is ASCII with nothing to escape, as most texts of an answer are: ids, codes, handles. It may say no
// of a text that is.
func plain(s string) bool {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	for len(s) >= 8 {
		x := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		// A byte's high bit is set where it is no ASCII, below the space, a quote or a backslash.
		if (x|(x-ones*' ')|((x^ones*'"')-ones)|((x^ones*'\\')-ones))&highs != 0 {
			return false
		}
		s = s[8:]
	}
	for i := range len(s) {
		if special[s[i]] || s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// appendText appends s as encoding/json does, without escapes for HTML.
func appendText(b []byte, s string) []byte {
	b = append(b, '"')
	switch {
	case plain(s):
		b = append(b, s...)
	case utf8.ValidString(s):
		b = appendValid(b, s)
	default:
		b = appendMended(b, s)
	}
	return append(b, '"')
}

// appendValid appends a text that is UTF-8.
func appendValid(b []byte, s string) []byte {
	start := 0
	for i := 0; i < len(s); {
		if !special[s[i]] {
			i++
			continue
		}
		n := escaped(s[i:])
		if n == 0 {
			i += 3 // of U+2000 to U+2FFF, and no separator
			continue
		}
		b = append(b, s[start:i]...)
		b = appendEscape(b, s[i:i+n])
		i += n
		start = i
	}
	return append(b, s[start:]...)
}

// appendMended appends a text with an escaped U+FFFD for each byte that is none of UTF-8. No row has one: what is kept is
// checked on its way in.
func appendMended(b []byte, s string) []byte {
	for s != "" {
		r, n := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && n == 1 {
			b = append(b, `\ufffd`...)
		} else {
			b = appendValid(b, s[:n])
		}
		s = s[n:]
	}
	return b
}

// escaped tells how many bytes at the start of s, which begins with a special one, are to be escaped together.
func escaped(s string) int {
	if s[0] != 0xE2 {
		return 1
	}
	if s[1] == 0x80 && (s[2] == 0xA8 || s[2] == 0xA9) {
		return 3
	}
	return 0
}

func appendEscape(b []byte, s string) []byte {
	switch c := s[0]; c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\b':
		return append(b, '\\', 'b')
	case '\f':
		return append(b, '\\', 'f')
	case '\n':
		return append(b, '\\', 'n')
	case '\r':
		return append(b, '\\', 'r')
	case '\t':
		return append(b, '\\', 't')
	case 0xE2:
		return append(append(b, `\u202`...), hexDigits[s[2]&0xF])
	default:
		return append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xF])
	}
}

// appendTextOrNull appends s or null.
func appendTextOrNull(b []byte, s *string) []byte {
	if s == nil {
		return append(b, "null"...)
	}
	return appendText(b, *s)
}

func appendBool(b []byte, v bool) []byte { return strconv.AppendBool(b, v) }

func appendInt(b []byte, n int64) []byte { return strconv.AppendInt(b, n, 10) }

// appendIntOrNull appends n or null.
func appendIntOrNull(b []byte, n *int64) []byte {
	if n == nil {
		return append(b, "null"...)
	}
	return appendInt(b, *n)
}

// appendRaw appends an object as it is kept, or null.
func appendRaw(b []byte, raw json.RawMessage) []byte {
	if len(raw) == 0 {
		return append(b, "null"...)
	}
	return append(b, raw...)
}

const (
	secondsOfDay = 24 * 60 * 60
	// The days from 0000-03-01 to 1970-01-01, and those of 400 years.
	daysToEpoch, daysOfEra = 719468, 146097
)

// appendTime appends "2026-11-21T19:28:32.732Z". It does what AppendFormat does in a fifth of the time: an answer of a
// product list has a thousand times in it.
func appendTime(b []byte, t time.Time) []byte {
	unix := t.Unix()
	days, second := unix/secondsOfDay, unix%secondsOfDay
	if second < 0 {
		days, second = days-1, second+secondsOfDay
	}
	year, month, day := civil(days)
	if year < 0 || year > 9999 {
		return t.UTC().AppendFormat(b, `"2006-01-02T15:04:05.000Z"`)
	}
	milli := int64(t.Nanosecond() / int(time.Millisecond))
	century, minute := year/100, second/60
	hour := minute / 60
	y, ce, mo, d := pairs[year%100], pairs[century], pairs[month], pairs[day]
	h, mi, sec, cs := pairs[hour], pairs[minute%60], pairs[second%60], pairs[milli/10]
	return append(b, '"', ce[0], ce[1], y[0], y[1], '-', mo[0], mo[1], '-', d[0], d[1], 'T',
		h[0], h[1], ':', mi[0], mi[1], ':', sec[0], sec[1], '.', cs[0], cs[1], '0'+byte(milli%10), 'Z', '"')
}

// pairs are the numbers below 100 in two digits.
var pairs = func() (table [100][2]byte) {
	for i := range table {
		table[i] = [2]byte{'0' + byte(i/10), '0' + byte(i%10)}
	}
	return table
}()

// civil gives the date of a day counted from 1970-01-01. Years begin in March here, so that the leap day is their last.
func civil(days int64) (year, month, day int64) {
	days += daysToEpoch
	era := days / daysOfEra
	if days < 0 {
		era = (days - daysOfEra + 1) / daysOfEra
	}
	ofEra := days - era*daysOfEra
	yearOfEra := (ofEra - ofEra/1460 + ofEra/36524 - ofEra/(daysOfEra-1)) / 365
	ofYear := ofEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	march := (5*ofYear + 2) / 153 // months since March
	day = ofYear - (153*march+2)/5 + 1
	month = march + 3
	if month > 12 {
		month -= 12
	}
	year = yearOfEra + era*400
	if month <= 2 {
		year++
	}
	return year, month, day
}
