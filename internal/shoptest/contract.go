package shoptest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
)

// contract is an OpenAPI document that answers are held against.
type contract struct {
	mux        *http.ServeMux
	operations map[string]operation // by the mux's pattern
}

// operation is one with all of its answers, and one with the answers of requests that ask for some fields only.
type operation struct{ whole, partial *openapi3.Operation }

// contracts keeps those of one test, which come again and again.
type contracts struct {
	mu    sync.Mutex
	known map[string]*contract
}

func (c *contracts) of(document []byte) (*contract, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if known := c.known[string(document)]; known != nil {
		return known, nil
	}
	made, err := newContract(document)
	if err != nil {
		return nil, fmt.Errorf("OpenAPI document: %w", err)
	}
	if c.known == nil {
		c.known = map[string]*contract{}
	}
	c.known[string(document)] = made
	return made, nil
}

func newContract(document []byte) (*contract, error) {
	asIs, err := openapi3.NewLoader().LoadFromData(document)
	if err != nil {
		return nil, err
	}
	// Examples stand for answers that are held against the document themselves; with placeholders they are no answers.
	if err := asIs.Validate(context.Background(), openapi3.DisableExamplesValidation()); err != nil {
		return nil, err
	}
	whole, err := closed(document, false)
	if err != nil {
		return nil, err
	}
	partial, err := closed(document, true)
	if err != nil {
		return nil, err
	}
	c := &contract{mux: http.NewServeMux(), operations: map[string]operation{}}
	for path, item := range whole.Paths.Map() {
		for method, op := range item.Operations() {
			if err := c.add(method, path, operation{op, partial.Paths.Value(path).GetOperation(method)}); err != nil {
				return nil, err
			}
		}
	}
	return c, nil
}

var wildcard = regexp.MustCompile(`\{[^{}]*?(\.\.\.|\$)?\}`)

// add registers an operation. The mux wants Go names in its wildcards, and panics when two paths clash.
func (c *contract) add(method, path string, op operation) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s %s: %v", method, path, p)
		}
	}()
	n := 0
	pattern := method + " " + wildcard.ReplaceAllStringFunc(path, func(w string) string {
		n++
		if w == "{$}" {
			return w
		}
		return fmt.Sprintf("{p%d%s}", n, wildcard.FindStringSubmatch(w)[1])
	})
	c.mux.Handle(pattern, http.NotFoundHandler())
	c.operations[pattern] = op
	return nil
}

// check gives what is wrong with an answer. An operation that is not in the document may only answer that it is not there.
func (c *contract) check(a answer) []string {
	u, err := url.ParseRequestURI(a.target)
	if err != nil { // no operation can have seen it
		return nil
	}
	_, pattern := c.mux.Handler(&http.Request{Method: a.method, URL: u})
	known, ok := c.operations[pattern]
	if !ok {
		if a.status == http.StatusNotFound || a.status == http.StatusMethodNotAllowed || a.method == http.MethodOptions {
			return nil
		}
		return []string{"the operation is not in the document"}
	}
	op := known.whole
	if q := u.Query(); q.Get("fields") != "" || q.Has("expand") { // which leaves out what is required otherwise
		op = known.partial
	}
	return checkResponse(op, a)
}

func checkResponse(op *openapi3.Operation, a answer) []string {
	if a.status == http.StatusNotModified {
		return unwantedBody(a)
	}
	ref := op.Responses.Status(a.status)
	if ref == nil && a.status >= http.StatusBadRequest { // the default is how a face refuses
		ref = op.Responses.Default()
	}
	if ref == nil {
		return []string{fmt.Sprintf("the document has no answer with status %d", a.status)}
	}
	content := ref.Value.Content
	if len(content) == 0 || a.method == http.MethodHead {
		return unwantedBody(a)
	}
	media := content.Get(a.header.Get("Content-Type"))
	if media == nil {
		return []string{fmt.Sprintf("the document has no answer %d of the type %q", a.status, a.header.Get("Content-Type"))}
	}
	if media.Schema == nil {
		return nil
	}
	var value any = string(a.body)
	if a.mediaType() == "application/json" {
		if err := json.Unmarshal(a.body, &value); err != nil {
			return []string{"the body is not JSON: " + err.Error()}
		}
	}
	err := media.Schema.Value.VisitJSON(value, openapi3.EnableJSONSchema2020(), openapi3.MultiErrors(), openapi3.VisitAsResponse())
	return reasons(err)
}

func unwantedBody(a answer) []string {
	if len(a.body) > 0 {
		return []string{fmt.Sprintf("the document has no body in the answer %d", a.status)}
	}
	return nil
}

// found is the place that some of the validator's reasons begin with, and that we print ourselves.
var found = regexp.MustCompile(`^(error at "[^"]*": )?(at '[^']*': )?`)

// reasons spells out what a validation found, a line each.
func reasons(err error) []string {
	if err == nil {
		return nil
	}
	var several openapi3.MultiError
	if errors.As(err, &several) {
		var out []string
		for _, e := range several {
			out = append(out, reasons(e)...)
		}
		return out
	}
	var one *openapi3.SchemaError
	if errors.As(err, &one) {
		where := "/" + strings.Join(one.JSONPointer(), "/")
		return []string{fmt.Sprintf("not as in the document: %s: %s", where, found.ReplaceAllString(one.Reason, ""))}
	}
	return []string{"not as in the document: " + err.Error()}
}

// closed loads a document in which objects have no members but those that it names, whatever it says of others: clients may
// meet unknown members, we may not send them. When partial, no member is required. Schemas that an allOf puts together must
// not be closed by themselves, and are not where they stand inside it.
func closed(document []byte, partial bool) (*openapi3.T, error) {
	var doc any
	if err := json.Unmarshal(document, &doc); err != nil {
		return nil, err
	}
	c := closer{partial}
	c.walk(doc)
	raw, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	return openapi3.NewLoader().LoadFromData(raw)
}

type closer struct{ partial bool }

// walk finds the schemas of a document.
func (c closer) walk(node any) {
	switch node := node.(type) {
	case []any:
		for _, x := range node {
			c.walk(x)
		}
	case map[string]any:
		for key, x := range node {
			switch key {
			case "schema":
				c.schema(x, true)
			case "schemas":
				c.each(x)
			case "example", "examples":
			default:
				c.walk(x)
			}
		}
	}
}

func (c closer) each(schemas any) {
	all, _ := schemas.(map[string]any)
	for _, s := range all {
		c.schema(s, true)
	}
}

func (c closer) schema(node any, shut bool) {
	s, ok := node.(map[string]any)
	if !ok {
		return
	}
	c.each(s["properties"])
	c.schema(s["items"], true)
	c.schema(s["additionalProperties"], true)
	_, named := s["properties"]
	composed := false
	for _, key := range []string{"allOf", "anyOf", "oneOf"} {
		list, _ := s[key].([]any)
		part := key == "allOf" || named
		composed = composed || part && len(list) > 0
		for _, x := range list {
			c.schema(x, shut && !part)
		}
	}
	if c.partial {
		delete(s, "required")
	}
	if _, typed := s["additionalProperties"].(map[string]any); typed || !shut {
		return
	}
	switch {
	case composed:
		delete(s, "additionalProperties")
		s["unevaluatedProperties"] = false
	case named:
		s["additionalProperties"] = false
	}
}
