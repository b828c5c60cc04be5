package route

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"kaidian/internal/platform/fault"
)

const (
	// maxDepth bounds how deep a body is nested.
	maxDepth = 64
	// maxProblems bounds how many problems of a request an answer names.
	maxProblems = 50
)

// body reads the body up to its limit and judges it, so that what follows has all of a valid one. No body at all
// means {}.
func (f *Face) body(row Route, op *huma.Operation, next http.Handler) http.Handler {
	if row.Method == http.MethodGet || row.Method == http.MethodHead {
		return next
	}
	limit := f.BodyLimit
	if row.BodyLimit > 0 {
		limit = row.BodyLimit
	}
	form := f.form(op)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, err := read(w, r, limit)
		if err == nil && form.schema != nil {
			err = form.judge(data)
		}
		if err != nil {
			f.Refuse(w, r, err)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(data))
		r.ContentLength = int64(len(data))
		r.Header.Set("Content-Type", "application/json") // clients send none, or a form's, with JSON inside
		next.ServeHTTP(w, r)
	})
}

// read reads no more than limit bytes of the body, and none when the client announces more.
func read(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	tooLarge := fault.New(fault.TooLarge, "http.body_too_large", fmt.Sprintf("request entity too large: the limit is %d bytes", limit))
	if r.ContentLength > limit {
		return nil, tooLarge
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if over := (*http.MaxBytesError)(nil); errors.As(err, &over) {
		return nil, tooLarge
	}
	if err != nil {
		return nil, fault.New(fault.Invalid, "http.body_unreadable", "The request body could not be read").Wrap(err)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // which some editors put before a text
	if len(bytes.TrimSpace(data)) == 0 {
		data = []byte("{}")
	}
	return data, nil
}

// form is what the body of an operation must be. It judges a body before huma decodes it, because huma by itself takes
// a member whose name is that of another in other capitals, takes the last of two members of one name unseen, and names
// what is wrong in a random order.
type form struct {
	schema   *huma.Schema // nil when the operation takes no body
	registry huma.Registry
}

func (f *Face) form(op *huma.Operation) form {
	if op.RequestBody == nil || op.RequestBody.Content["application/json"] == nil {
		return form{}
	}
	return form{schema: op.RequestBody.Content["application/json"].Schema, registry: f.api.OpenAPI().Components.Schemas}
}

// judge gives one fault of all that is wrong with a body, or nil.
func (f form) judge(data []byte) error {
	if !utf8.Valid(data) {
		return badJSON("it is not UTF-8")
	}
	depth, members := outline(data)
	if depth > maxDepth {
		return badJSON(fmt.Sprintf("it is nested more than %d levels deep", maxDepth))
	}
	var tree any
	if err := json.Unmarshal(data, &tree); err != nil {
		return badJSON(syntax(err))
	}
	c := check{form: f}
	c.visit(f.schema, tree, nil)
	if c.members < members {
		return badJSON("an object has two members of the same name")
	}
	res := &huma.ValidateResult{}
	huma.Validate(f.registry, f.schema, huma.NewPathBuffer([]byte("body"), len("body")), huma.ModeWriteToServer, tree, res)
	return c.fault(res.Errors)
}

func badJSON(why string) error {
	return fault.New(fault.Invalid, "http.bad_json", "The request body is not valid JSON: "+why)
}

// syntax words an error of decoding into any.
func syntax(err error) string {
	if number := (*json.UnmarshalTypeError)(nil); errors.As(err, &number) {
		return "a number is too large"
	}
	return err.Error()
}

// outline tells how deep a JSON text is nested and how many members its objects have.
func outline(data []byte) (depth, members int) {
	level, quoted := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			level++
			depth = max(depth, level)
		case c == '}' || c == ']':
			level--
		case c == ':':
			members++
		}
	}
	return depth, members
}

// check is one look at a body beside its schema.
type check struct {
	form
	members   int           // of all objects seen
	strangers []fault.Field // members that there should not be
	others    []fault.Field
}

// place is where in a body something stands.
type place struct {
	up    *place
	name  string // of a member
	index int    // of an element, when there is no name
}

// String gives the dotted path: "address.lines[0].text".
func (p *place) String() string {
	switch {
	case p == nil:
		return ""
	case p.name == "" && p.up != nil:
		return p.up.String() + "[" + strconv.Itoa(p.index) + "]"
	case p.up == nil:
		return p.name
	}
	return p.up.String() + "." + p.name
}

// visit looks at a value and all in it. It takes out the members whose judgement is done here: huma loses its place at a
// name with a dot or a bracket, and would copy what it takes for the place once for each.
func (c *check) visit(s *huma.Schema, v any, at *place) {
	switch v := v.(type) {
	case string:
		if strings.ContainsRune(v, 0) {
			c.others = append(c.others, problem(at.String(), fault.Format, "must not contain the character U+0000"))
		}
	case []any:
		var items *huma.Schema
		if list := c.pick(s, huma.TypeArray); list != nil {
			items = list.Items
		}
		for i, x := range v {
			c.visit(items, x, &place{up: at, index: i})
		}
	case map[string]any:
		c.members += len(v)
		object := c.pick(s, huma.TypeObject)
		for name, x := range v {
			if !c.member(object, name, x, &place{up: at, name: name}) {
				delete(v, name)
			}
		}
	}
}

// member looks at a member of an object and tells whether huma is to look at it too.
func (c *check) member(object *huma.Schema, name string, v any, at *place) bool {
	if strings.ContainsRune(name, 0) {
		at.name = strings.ReplaceAll(name, "\x00", "␀")
		c.others = append(c.others, problem(at.String(), fault.Format, "must not have the character U+0000 in its name"))
		c.visit(nil, v, at)
		return false
	}
	if object == nil {
		c.visit(nil, v, at)
		return true
	}
	if s := object.Properties[name]; s != nil {
		c.visit(s, v, at)
		return true
	}
	free, _ := object.AdditionalProperties.(*huma.Schema)
	c.visit(free, v, at)
	switch {
	case object.AdditionalProperties == false || miscased(object, name):
		c.strangers = append(c.strangers, fault.Field{Name: at.String(), Rule: fault.Unknown, Message: "property " + at.String() + " should not exist"})
	case free != nil:
		path := []byte("body." + at.String())
		res := &huma.ValidateResult{}
		huma.Validate(c.registry, free, huma.NewPathBuffer(path, len(path)), huma.ModeWriteToServer, v, res)
		c.others = append(c.others, c.fields(res.Errors)...)
	}
	return false
}

// miscased tells whether a name is that of a declared member but for its capitals. The decoder would take it for that
// member, whose schema it was not held against.
func miscased(object *huma.Schema, name string) bool {
	for declared := range object.Properties {
		if strings.EqualFold(declared, name) {
			return true
		}
	}
	return false
}

// pick gives the schema of a type among what a schema allows, or nil.
func (f form) pick(s *huma.Schema, kind string) *huma.Schema {
	for s != nil && s.Ref != "" {
		s = f.registry.SchemaFromRef(s.Ref)
	}
	if s == nil || s.Type == kind {
		return s
	}
	for _, one := range slices.Concat(s.OneOf, s.AnyOf) {
		if found := f.pick(one, kind); found != nil {
			return found
		}
	}
	return nil
}

// fault makes one fault of what was found here and by huma: members that there should not be first, as the Store API's
// clients know it, and all in the same order each time.
func (c *check) fault(found []error) error {
	byName := func(a, b fault.Field) int { return strings.Compare(a.Name, b.Name) }
	slices.SortFunc(c.strangers, byName)
	slices.SortStableFunc(c.others, byName)
	all := slices.Concat(c.strangers, c.others, c.fields(found))
	return fault.Fields("http.invalid", all[:min(len(all), maxProblems)]...)
}

// fields words what huma found.
func (f form) fields(found []error) []fault.Field {
	out := make([]fault.Field, len(found))
	for i, err := range found {
		if d := (*huma.ErrorDetail)(nil); errors.As(err, &d) {
			out[i] = f.field(d)
		} else {
			out[i] = problem("", fault.Format, err.Error())
		}
	}
	return out
}

// decode reads a body that was judged. What fails now is a value that only its type understands; the error's text is
// all that huma keeps of it, so it has the member's name in it.
func decode(data []byte, v any) error {
	err := json.Unmarshal(data, v)
	if err == nil {
		return nil
	}
	t := reflect.TypeOf(v).Elem()
	name := culprit(data, func(b []byte) bool { return json.Unmarshal(b, reflect.New(t).Interface()) != nil })
	if number := (*json.UnmarshalTypeError)(nil); errors.As(err, &number) {
		return errors.New(name + nameEnds + "must be a " + kindOf(number.Type) + " that can be kept")
	}
	return errors.New(name + nameEnds + strings.Replace(err.Error(), "expected ", "must be ", 1))
}

// nameEnds parts the member's name from the words in an error of decode.
const nameEnds = "\x00"

func kindOf(t reflect.Type) string {
	if t != nil && t.Kind() == reflect.String {
		return "string"
	}
	return "number"
}

// culprit finds the member at which decoding fails by decoding each alone.
func culprit(raw []byte, fails func([]byte) bool) string {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		return ""
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		key, err := json.Marshal(name)
		if err != nil {
			return ""
		}
		alone := func(b []byte) bool { return fails(slices.Concat([]byte("{"), key, []byte(":"), b, []byte("}"))) }
		if !alone(members[name]) {
			continue
		}
		if deeper := culprit(members[name], alone); deeper != "" {
			return name + "." + deeper
		}
		return name
	}
	return ""
}
