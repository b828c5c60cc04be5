package scenario

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// object is a JSON object with its members in their order. The other values of decode are []any, string, json.Number,
// bool and nil.
type object []member

type member struct {
	name  string
	value any
}

// MarshalJSON writes the members in their order.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		for _, v := range []any{m.name, m.value} {
			text, err := encode(v)
			if err != nil {
				return nil, err
			}
			b.Write(text)
			b.WriteByte(':')
		}
		b.Truncate(b.Len() - 1)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// encode writes JSON without HTML escapes.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// maxDepth bounds the nesting of JSON.
const maxDepth = 100

// decode reads one JSON value. A member that comes twice is an error.
func decode(text string) (any, error) {
	var valid json.RawMessage
	if err := json.Unmarshal([]byte(text), &valid); err != nil { // which says where
		return nil, err
	}
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	return value(dec, 0)
}

func value(dec *json.Decoder, depth int) (any, error) {
	tok, err := dec.Token()
	if err != nil {
		return nil, err
	}
	delim, ok := tok.(json.Delim)
	if !ok {
		return tok, nil
	}
	if depth == maxDepth {
		return nil, errors.New("JSON is nested too deeply")
	}
	if delim == '{' {
		return members(dec, depth)
	}
	out := []any{}
	for dec.More() {
		v, err := value(dec, depth+1)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	_, err = dec.Token()
	return out, err
}

func members(dec *json.Decoder, depth int) (object, error) {
	out, seen := object{}, map[string]bool{}
	for dec.More() {
		tok, err := dec.Token()
		if err != nil {
			return nil, err
		}
		name := tok.(string) // the decoder gives nothing else here
		if seen[name] {
			return nil, fmt.Errorf("member %q comes twice", name)
		}
		seen[name] = true
		v, err := value(dec, depth+1)
		if err != nil {
			return nil, err
		}
		out = append(out, member{name, v})
	}
	_, err := dec.Token()
	return out, err
}

// more is the member, and the last element, that says that there may be others.
const more = "..."

func isMore(m member) bool { return m.name == more && m.value == any(more) }

// mapStrings gives v with each string but the names of members replaced, and without the marks for "and more".
func mapStrings(v any, f func(string) (any, error)) (any, error) {
	var err error
	switch v := v.(type) {
	case string:
		return f(v)
	case []any:
		out := []any{}
		for i, x := range v {
			if i == len(v)-1 && x == any(more) {
				break
			}
			if x, err = mapStrings(x, f); err != nil {
				return nil, err
			}
			out = append(out, x)
		}
		return out, nil
	case object:
		out := object{}
		for _, m := range v {
			if isMore(m) {
				continue
			}
			if m.value, err = mapStrings(m.value, f); err != nil {
				return nil, err
			}
			out = append(out, m)
		}
		return out, nil
	}
	return v, nil
}

// literals gives text, which is JSON, with each string but the names of members replaced by other JSON. All else stays as
// it is written.
func literals(text string, f func(string) (any, error)) (string, error) {
	var b strings.Builder
	for {
		start := strings.IndexByte(text, '"')
		if start < 0 {
			b.WriteString(text)
			return b.String(), nil
		}
		end := start + literalLen(text[start:])
		b.WriteString(text[:start])
		literal := text[start:end]
		text = text[end:]
		if !strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), ":") {
			var err error
			if literal, err = replaced(literal, f); err != nil {
				return "", err
			}
		}
		b.WriteString(literal)
	}
}

// literalLen is the length of the JSON string that text begins with.
func literalLen(text string) int {
	i := 1
	for ; text[i] != '"'; i++ {
		if text[i] == '\\' {
			i++
		}
	}
	return i + 1
}

// replaced gives what stands for a JSON string.
func replaced(literal string, f func(string) (any, error)) (string, error) {
	var s string
	if err := json.Unmarshal([]byte(literal), &s); err != nil {
		return "", err
	}
	v, err := f(s)
	if err != nil || v == any(s) { // as it is written, escapes and all
		return literal, err
	}
	out, err := encode(v)
	return string(out), err
}
