package scenario

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// The names that are never bound.
const (
	anyName  = "any"
	timeName = "time"
)

// part is a piece of a text: what stands there, or a placeholder's name.
type part struct{ text, name string }

var (
	placeholder = regexp.MustCompile(`^\$(?:\$|([a-z][a-z0-9_]*)|\{([a-z][a-z0-9_]*)\})`)
	wholeName   = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
)

func isName(s string) bool { return wholeName.MatchString(s) }

// parts splits a text at its placeholders.
func parts(s string) ([]part, error) {
	var out []part
	for s != "" {
		i := strings.IndexByte(s, '$')
		if i < 0 {
			return append(out, part{text: s}), nil
		}
		if i > 0 {
			out = append(out, part{text: s[:i]})
		}
		m := placeholder.FindStringSubmatch(s[i:])
		switch {
		case m == nil:
			return nil, fmt.Errorf("a $ without a name stands before %q; $$ is a dollar sign", s[i+1:])
		case m[0] == "$$":
			out = append(out, part{text: "$"})
		default:
			out = append(out, part{name: m[1] + m[2]})
		}
		s = s[i+len(m[0]):]
	}
	return out, nil
}

// pattern tells what is wrong with a wanted text.
func pattern(s string) error {
	_, err := parts(s)
	return err
}

// fillable tells what is wrong with a text that is to be filled.
func fillable(s string) error {
	all, err := parts(s)
	for _, p := range all {
		if p.name == anyName || p.name == timeName {
			return fmt.Errorf("$%s has no value", p.name)
		}
	}
	return err
}

// bodyFillable tells what is wrong with the body of a request.
func bodyFillable(body string) error {
	if !json.Valid([]byte(body)) {
		return fillable(body)
	}
	_, err := literals(body, func(s string) (any, error) { return s, fillable(s) })
	return err
}

// Vars are the values of the names of a scenario while it runs: string, json.Number or bool.
type Vars map[string]any

// Set binds a name to a string, an integer, a json.Number or a bool. It fails when the name has another value already, or
// can have none.
func (v Vars) Set(name string, value any) error {
	switch n := value.(type) {
	case int:
		value = json.Number(strconv.Itoa(n))
	case int64:
		value = json.Number(strconv.FormatInt(n, 10))
	}
	switch {
	case !isName(name) || name == anyName || name == timeName:
		return fmt.Errorf("$%s cannot have a value", name)
	case !scalar(value):
		return fmt.Errorf("$%s cannot be %#v", name, value)
	}
	if old, bound := v[name]; bound && old != value {
		return fmt.Errorf("$%s is %v already and cannot become %v", name, old, value)
	}
	v[name] = value
	return nil
}

// scalar tells whether a name may have the value.
func scalar(value any) bool {
	switch value := value.(type) {
	case string:
		return value != ""
	case json.Number, bool:
		return true
	}
	return false
}

func (v Vars) text(name string) (string, error) {
	value, ok := v[name]
	if !ok {
		return "", fmt.Errorf("$%s has no value yet", name)
	}
	return fmt.Sprint(value), nil
}

// Text fills the placeholders of a text. It fails when one has no value.
func (v Vars) Text(s string) (string, error) { return v.fill(s, func(s string) string { return s }) }

// Path fills the placeholders of a path and its query, escaping the values.
func (v Vars) Path(s string) (string, error) {
	path, query, hasQuery := strings.Cut(s, "?")
	out, err := v.fill(path, url.PathEscape)
	if err != nil || !hasQuery {
		return out, err
	}
	query, err = v.fill(query, url.QueryEscape)
	return out + "?" + query, err
}

// Body fills the placeholders of a request's body. In JSON a string that is nothing but a placeholder becomes the value
// with its type.
func (v Vars) Body(s string) (string, error) {
	if !json.Valid([]byte(s)) {
		return v.Text(s)
	}
	return literals(s, v.json)
}

// json fills a string of JSON.
func (v Vars) json(s string) (any, error) {
	if name := lone(s); name != "" {
		if value, ok := v[name]; ok {
			return value, nil
		}
	}
	return v.Text(s)
}

func (v Vars) fill(s string, escape func(string) string) (string, error) {
	all, err := parts(s)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	var problems []error
	for _, p := range all {
		if p.name == "" {
			b.WriteString(p.text)
			continue
		}
		text, err := v.text(p.name)
		problems = append(problems, err)
		b.WriteString(escape(text))
	}
	return b.String(), errors.Join(problems...)
}

// lone gives the name of a text that is one placeholder and nothing else, or "".
func lone(s string) string {
	all, err := parts(s)
	if err != nil || len(all) != 1 {
		return ""
	}
	return all[0].name
}
