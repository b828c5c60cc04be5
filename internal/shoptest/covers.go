package shoptest

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// CoversReference fails the test unless the OpenAPI document has all that the reference, a YAML file, has of the
// operations with these ids. Operations are the same when their method and path are, whatever their ids and the names of
// their path parameters. For each the document must have:
//
//   - every parameter in the path, by place, and in the query, by name, of the same kind;
//   - every property of the request, of the same kind or null besides, and require none that the reference does not;
//   - each 2xx status and, where it has a JSON body, every property of it that clients can count on, of the same kind or
//     null besides; null where the reference says so; and required where the reference requires it.
//
// Clients can count on a property of an answer unless it is a relation: marked x-expandable, or an optional $ref or list of
// $ref. Relations come when the operation loads them, which its answer lists as x-expanded-relations. One that it does not
// load may be missing, and only its kind is compared when it is there. Kinds are object, array, string, integer, number,
// boolean and null. Where the reference has no type anything will do; where only the document has none it does not match.
// Formats and enumerations are not compared.
func CoversReference(t testing.TB, document []byte, reference string, operations []string) {
	t.Helper()
	problems, err := uncovered(document, reference, operations)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Error(p)
	}
}

func uncovered(document []byte, reference string, operations []string) ([]string, error) {
	var have, want tree
	if err := json.Unmarshal(document, &have); err != nil {
		return nil, fmt.Errorf("OpenAPI document: %w", err)
	}
	data, err := os.ReadFile(reference)
	if err != nil {
		return nil, err
	}
	if err := yaml.Unmarshal(data, &want); err != nil {
		return nil, fmt.Errorf("%s: %w", reference, err)
	}
	c := &coverage{want: want, have: have}
	paths := c.want.sub("paths")
	left := slices.Clone(operations)
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		for _, method := range slices.Sorted(maps.Keys(paths.sub(path))) {
			op := paths.sub(path).sub(method)
			id, _ := op["operationId"].(string)
			if i := slices.Index(left, id); i >= 0 {
				left = slices.Delete(left, i, i+1)
				c.operation(method, path, op)
			}
		}
	}
	if len(left) > 0 {
		return nil, fmt.Errorf("%s has no operation %s", reference, strings.Join(left, ", "))
	}
	return c.problems, nil
}

// tree is a piece of a document.
type tree map[string]any

func (t tree) sub(key string) tree {
	switch v := t[key].(type) {
	case tree:
		return v
	case map[string]any:
		return v
	}
	return nil
}

func (t tree) list(key string) []tree {
	all, _ := t[key].([]any)
	var out []tree
	for i := range all {
		out = append(out, tree{"": all[i]}.sub(""))
	}
	return out
}

func (t tree) words(key string) []string {
	all, _ := t[key].([]any)
	var out []string
	for _, v := range all {
		out = append(out, fmt.Sprint(v))
	}
	return out
}

// coverage compares what a document has with what a reference wants.
type coverage struct {
	want, have tree
	problems   []string
}

func (c *coverage) report(where, format string, args ...any) {
	c.problems = append(c.problems, where+": "+fmt.Sprintf(format, args...))
}

// resolve follows $ref within a document.
func resolve(doc, t tree) tree {
	for range 10 {
		ref, ok := t["$ref"].(string)
		if !ok {
			break
		}
		t = doc
		for _, key := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
			t = t.sub(key)
		}
	}
	return t
}

func (c *coverage) operation(method, path string, want tree) {
	where := strings.ToUpper(method) + " " + path
	have := c.sameOperation(method, path)
	if have == nil {
		c.report(where, "is not in the document")
		return
	}
	c.parameters(where, path, want, have)
	if body := jsonSchema(c.want, want.sub("requestBody")); body != nil {
		found := jsonSchema(c.have, have.sub("requestBody"))
		if found == nil {
			c.report(where, "takes no JSON body")
		} else {
			(&comparison{coverage: c, request: true}).schema(where+" request", body, found, nil, nil)
		}
	}
	responses := want.sub("responses")
	for _, status := range slices.Sorted(maps.Keys(responses)) {
		if strings.HasPrefix(status, "2") {
			c.response(where+" "+status, responses.sub(status), have.sub("responses").sub(status))
		}
	}
}

// sameOperation finds an operation by its path, whatever the names in it.
func (c *coverage) sameOperation(method, path string) tree {
	paths := c.have.sub("paths")
	for p := range paths {
		if wildcard.ReplaceAllString(p, "{}") == wildcard.ReplaceAllString(path, "{}") {
			return paths.sub(p).sub(method)
		}
	}
	return nil
}

func (c *coverage) parameters(where, path string, want, have tree) {
	byName := map[string]tree{}
	inPath := 0
	for _, p := range have.list("parameters") {
		p = resolve(c.have, p)
		byName[fmt.Sprint(p["in"], " ", p["name"])] = p
		if p["in"] == "path" {
			inPath++
		}
	}
	if n := len(wildcard.FindAllString(path, -1)); inPath != n {
		c.report(where, "%d path parameters are described, want %d", inPath, n)
	}
	for _, p := range want.list("parameters") {
		p = resolve(c.want, p)
		if p["in"] != "query" {
			continue
		}
		at := fmt.Sprintf("%s query %s", where, p["name"])
		found := byName[fmt.Sprint("query ", p["name"])]
		if found == nil {
			c.report(at, "is missing")
			continue
		}
		(&comparison{coverage: c, request: true}).kinds(at, p.sub("schema"), found.sub("schema"))
	}
}

func (c *coverage) response(where string, want, have tree) {
	if have == nil {
		c.report(where, "this status is not in the document")
		return
	}
	schema := jsonSchema(c.want, want)
	if schema == nil {
		return
	}
	found := jsonSchema(c.have, have)
	if found == nil {
		c.report(where, "answers no JSON")
		return
	}
	root := resolve(c.want, schema)
	x := root.sub("x-expanded-relations")
	var loaded []string
	for _, list := range []string{"relations", "eager", "implicit", "totals"} {
		for _, relation := range x.words(list) {
			loaded = append(loaded, fmt.Sprintf("%v.%s", x["field"], relation))
		}
	}
	(&comparison{coverage: c}).schema(where, schema, found, loaded, nil)
}

func jsonSchema(doc, message tree) tree {
	return resolve(doc, message).sub("content").sub("application/json").sub("schema")
}
