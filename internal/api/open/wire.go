package open

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"kaidian/internal/api/route"
)

// instant is a time as the face writes it: ISO 8601 with milliseconds in China's zone. The zero time is null.
type instant time.Time

// MarshalJSON writes "2015-03-12T15:35:12.242+08:00".
func (t instant) MarshalJSON() ([]byte, error) {
	if time.Time(t).IsZero() {
		return []byte("null"), nil
	}
	b := make([]byte, 0, 32)
	return time.Time(t).In(route.China).AppendFormat(b, `"2006-01-02T15:04:05.000-07:00"`), nil
}

// Schema tells the document what it is.
func (instant) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date-time", Nullable: true}
}

// yuan is an amount in fen, which the face writes as a decimal number of yuan.
type yuan int64

// MarshalJSON writes the shortest decimal with at most two places: 63.8.
func (y yuan) MarshalJSON() ([]byte, error) {
	sign, fen := "", uint64(y)
	if y < 0 {
		sign, fen = "-", -fen
	}
	s := fmt.Sprintf("%s%d.%02d", sign, fen/100, fen%100)
	return []byte(strings.TrimSuffix(strings.TrimRight(s, "0"), ".")), nil
}

// Schema tells the document what it is.
func (yuan) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Type: huma.TypeNumber} }

// maxWhole is how many digits of whole units an amount has at most: so many that its smallest units still fit.
const maxWhole = 15

// parseYuan reads a decimal number of yuan with at most two places. It is false for anything else.
func parseYuan(s string) (yuan, bool) {
	n, ok := parseAmount(s, 2)
	return yuan(n), ok
}

// parseAmount reads a decimal number with at most so many places, three or fewer, and gives it in units of the last. It is
// false for anything else.
func parseAmount(s string, places int) (int64, bool) {
	s, negative := strings.CutPrefix(s, "-")
	whole, part, dot := strings.Cut(s, ".")
	if whole == "" || len(whole) > maxWhole || dot && part == "" || strings.Trim(whole+part, "0123456789") != "" {
		return 0, false
	}
	if part = strings.TrimRight(part, "0"); len(part) > places {
		return 0, false
	}
	n, err := strconv.ParseInt(whole+(part + "000")[:places], 10, 64)
	if negative {
		n = -n
	}
	return n, err == nil
}

// What a member must be. The member's name is put before it.
var (
	errText    = errors.New("expected a string or a number")
	errInteger = errors.New("expected an integer number")
	errBoolean = errors.New("expected a boolean value")
)

// scalar reads a JSON string or a literal: a number, a boolean or null, as it is written. It is false for objects and arrays.
func scalar(raw []byte) (value string, quoted, ok bool) {
	switch {
	case len(raw) == 0 || raw[0] == '{' || raw[0] == '[':
		return "", false, false
	case raw[0] != '"':
		return string(raw), false, true
	}
	err := json.Unmarshal(raw, &value)
	return value, true, err == nil
}

// isNumber tells whether a literal is a number.
func isNumber(literal string) bool {
	return literal != "" && (literal[0] == '-' || '0' <= literal[0] && literal[0] <= '9')
}

// decimal is a number that clients also send as a string; it keeps its digits.
type decimal string

// UnmarshalJSON reads 95.5 and "95.5", and leaves it to the handler what text is a number.
func (d *decimal) UnmarshalJSON(raw []byte) error { return (*text)(d).UnmarshalJSON(raw) }

// Schema tells the document, and the validation, what it is.
func (decimal) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{{Type: huma.TypeNumber}, {Type: huma.TypeString}}}
}

// number is an integer that clients also send as a string.
type number int64

// maxExact is where floating point, which is what JavaScript has, stops telling integers apart.
const maxExact = 1 << 53

// UnmarshalJSON reads 1, "1" and 1.0.
func (n *number) UnmarshalJSON(raw []byte) error {
	s, quoted, ok := scalar(raw)
	if v, err := strconv.ParseInt(s, 10, 64); ok && err == nil {
		*n = number(v)
		return nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if !ok || quoted || err != nil || f != math.Trunc(f) || math.Abs(f) > maxExact {
		return errInteger
	}
	*n = number(f)
	return nil
}

// Schema tells the document, and the validation, what it is.
func (number) Schema(huma.Registry) *huma.Schema {
	low, high := float64(-maxExact), float64(maxExact)
	return &huma.Schema{AnyOf: []*huma.Schema{
		{Type: huma.TypeInteger, Minimum: &low, Maximum: &high},
		{Type: huma.TypeString, Pattern: `^-?[0-9]{1,18}$`},
	}}
}

// text is a string that clients also send as a number.
type text string

// UnmarshalJSON reads "136322" and 136322.
func (t *text) UnmarshalJSON(raw []byte) error {
	s, quoted, ok := scalar(raw)
	if !ok || !quoted && !isNumber(s) {
		return errText
	}
	*t = text(s)
	return nil
}

// Schema tells the document, and the validation, what it is.
func (text) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{{Type: huma.TypeString}, {Type: huma.TypeNumber}}}
}

// day is a date, or a time, of which the handler says whether it is one.
type day string

// UnmarshalJSON reads a string.
func (d *day) UnmarshalJSON(raw []byte) error { return json.Unmarshal(raw, (*string)(d)) }

// Schema tells the document, and the validation, what it is.
func (day) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Examples: []any{"1990-05-01"}}
}

// time gives the time, which is the beginning of a day in China when the text says no more. The unix times that queries
// take are no dates.
func (d day) time() (time.Time, bool) {
	if len(d) < len("1990-05-01") || d[4] != '-' {
		return time.Time{}, false
	}
	return route.ParseTime(string(d))
}

// flag is a boolean that clients also send as a string or as 0 and 1.
type flag bool

// UnmarshalJSON reads true, "true", 1 and "1".
func (f *flag) UnmarshalJSON(raw []byte) error {
	s, _, _ := scalar(raw)
	switch s {
	case "true", "1":
		*f = true
	case "false", "0":
		*f = false
	default:
		return errBoolean
	}
	return nil
}

// Schema tells the document, and the validation, what it is.
func (flag) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{
		{Type: huma.TypeBoolean},
		{Type: huma.TypeInteger, Enum: []any{0.0, 1.0}}, // numbers of JSON are floats to the validation
		{Type: huma.TypeString, Enum: []any{"true", "false", "0", "1"}},
	}}
}

// shown is a resource, or those of its members that the query's fields name. Unknown names are skipped.
type shown[T any] struct {
	value  T
	fields []string
}

// write writes the members in alphabetical order.
func (s shown[T]) write(to *bytes.Buffer) error {
	all, err := encode(s.value)
	if err != nil || len(s.fields) == 0 {
		to.Write(all)
		return err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(all, &members); err != nil {
		return err
	}
	some := make(map[string]json.RawMessage, len(s.fields))
	for _, f := range s.fields {
		f = strings.TrimSpace(f)
		if m, ok := members[f]; ok {
			some[f] = m
		}
	}
	part, err := encode(some)
	to.Write(part)
	return err
}

// Schema tells the document what it is: all of it.
func (shown[T]) Schema(r huma.Registry) *huma.Schema { return route.SchemaOf[T](r) }

func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
