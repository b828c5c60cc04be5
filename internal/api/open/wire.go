package open

import (
	"bytes"
	"encoding/json"
	"fmt"
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
	sign, fen := "", int64(y)
	if fen < 0 {
		sign, fen = "-", -fen
	}
	s := fmt.Sprintf("%s%d.%02d", sign, fen/100, fen%100)
	return []byte(strings.TrimSuffix(strings.TrimRight(s, "0"), ".")), nil
}

// UnmarshalJSON reads a decimal number, or one in a string, with at most two places.
func (y *yuan) UnmarshalJSON(raw []byte) error {
	s := strings.Trim(string(raw), `"`)
	neg := strings.HasPrefix(s, "-")
	whole, part, _ := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	part = strings.TrimRight(part, "0")
	if len(part) > 2 {
		return fmt.Errorf("expected an amount with at most two decimals")
	}
	n, err := strconv.ParseInt(whole+(part + "00")[:2], 10, 64)
	if err != nil || strings.ContainsAny(s, "+eE") || whole == "" {
		return fmt.Errorf("expected a decimal number")
	}
	if neg {
		n = -n
	}
	*y = yuan(n)
	return nil
}

// Schema tells the document, and the validation, what it is.
func (yuan) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{{Type: huma.TypeNumber}, {Type: huma.TypeString, Pattern: `^-?[0-9]{1,15}(\.[0-9]{1,2}0*)?$`}}}
}

// number is an integer that clients also send as a string.
type number int64

// UnmarshalJSON reads 1 and "1".
func (n *number) UnmarshalJSON(raw []byte) error {
	v, err := strconv.ParseInt(strings.Trim(string(raw), `"`), 10, 64)
	if err != nil {
		return fmt.Errorf("expected an integer")
	}
	*n = number(v)
	return nil
}

// Schema tells the document, and the validation, what it is.
func (number) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{{Type: huma.TypeInteger}, {Type: huma.TypeString, Pattern: `^-?[0-9]{1,18}$`}}}
}

// text is a string that clients also send as a number.
type text string

// UnmarshalJSON reads "136322" and 136322.
func (t *text) UnmarshalJSON(raw []byte) error {
	var s string
	if len(raw) > 0 && raw[0] == '"' {
		if err := json.Unmarshal(raw, &s); err != nil {
			return err
		}
		*t = text(s)
		return nil
	}
	*t = text(raw)
	return nil
}

// Schema tells the document, and the validation, what it is.
func (text) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{{Type: huma.TypeString}, {Type: huma.TypeNumber}}}
}

// flag is a boolean that clients also send as a string or as 0 and 1.
type flag bool

// UnmarshalJSON reads true, "true", 1 and "1".
func (f *flag) UnmarshalJSON(raw []byte) error {
	switch strings.Trim(string(raw), `"`) {
	case "true", "1":
		*f = true
	case "false", "0":
		*f = false
	default:
		return fmt.Errorf("expected a boolean")
	}
	return nil
}

// Schema tells the document, and the validation, what it is.
func (flag) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{
		{Type: huma.TypeBoolean},
		{Type: huma.TypeInteger, Enum: []any{0, 1}},
		{Type: huma.TypeString, Enum: []any{"true", "false", "0", "1"}},
	}}
}

// shown is a resource, or those of its members that the query's fields name. Unknown names are skipped.
type shown[T any] struct {
	value  T
	fields []string
}

// MarshalJSON writes the members in alphabetical order.
func (s shown[T]) MarshalJSON() ([]byte, error) {
	all, err := encode(s.value)
	if err != nil || len(s.fields) == 0 {
		return all, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(all, &members); err != nil {
		return nil, err
	}
	some := make(map[string]json.RawMessage, len(s.fields))
	for _, f := range s.fields {
		f = strings.TrimSpace(f)
		if m, ok := members[f]; ok {
			some[f] = m
		}
	}
	return encode(some)
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
