package shoptest

import (
	"net/http"
	"strings"
	"testing"
)

// thing is a document whose one operation answers with the schema; %s is the schema, and B another one.
const thing = `{
 "openapi": "3.1.0", "info": {"title": "T", "version": "1"},
 "paths": {
  "/a": {"get": {"responses": {
   "200": {"description": "OK", "content": {"application/json": {"schema": %s}, "text/plain": {"schema": {"type": "string", "enum": ["OK"]}}}},
   "204": {"description": "Nothing"},
   "default": {"description": "Refused", "content": {"application/json": {"schema": {"type": "object", "required": ["message"],
     "properties": {"message": {"type": "string"}}}}}}}}},
  "/a/{id}": {"put": {"responses": {"200": {"description": "OK"}}},
              "parameters": [{"in": "path", "name": "id", "required": true, "schema": {"type": "string"}}]}},
 "components": {"schemas": {"B": {"type": "object", "required": ["x"], "properties": {"x": {"type": "string"},
   "b": {"oneOf": [{"$ref": "#/components/schemas/B"}, {"type": "null"}]}}}}}
}`

func contractOf(t *testing.T, schema string) *contract {
	t.Helper()
	c, err := newContract([]byte(strings.Replace(thing, "%s", schema, 1)))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func asJSON(body string) answer {
	return answer{method: "GET", target: "/a", status: 200, body: []byte(body),
		header: http.Header{"Content-Type": {"application/json; charset=utf-8"}}}
}

func TestContractChecksBodies(t *testing.T) {
	t.Parallel()
	const b = `{"$ref": "#/components/schemas/B"}`
	for _, c := range []struct{ schema, body, says string }{
		{b, `{"x":"1"}`, ""},
		{b, `{"x":"1","b":null}`, ""},
		{b, `{"x":"1","b":{"x":"2","b":{"x":"3"}}}`, ""},
		{b, `{}`, `"x"`},
		{b, `{"x":null}`, "/x"},
		{b, `{"x":1}`, "/x"},
		{b, `{"x":"1","y":2}`, "y"},
		{b, `{"x":"1","b":{"x":"2","y":3}}`, "/b"},
		{b, `null`, "null"},
		{`{"type": ["object", "null"], "properties": {"a": {"type": ["string", "null"]}}}`, `null`, ""},
		{`{"type": ["object", "null"], "properties": {"a": {"type": ["string", "null"]}}}`, `{"a":null}`, ""},
		{`{"type": ["object", "null"], "properties": {"a": {"type": ["string", "null"]}}}`, `{"a":1}`, "/a"},
		{`{"type": ["array", "null"], "items": ` + b + `}`, `[{"x":"1"},{"x":"1","y":2}]`, "/1"},
		{`{"type": ["array", "null"], "items": ` + b + `}`, `null`, ""},
		{`{"type": "object", "additionalProperties": true, "properties": {"a": {}}}`, `{"a":1,"b":2}`, "'b'"},
		{`{"type": "object", "properties": {"properties": {"type": "object", "properties": {"required": {}}}}}`, `{"properties":{"required":1}}`, ""},
		{`{"type": "object", "properties": {"properties": {"type": "object", "properties": {"required": {}}}}}`, `{"properties":{"a":1}}`, "/properties"},
		{`{"type": "object"}`, `{"a":1}`, ""},
		{`{"type": "object", "additionalProperties": {"type": "integer"}, "properties": {"a": {"type": "string"}}}`, `{"a":"x","b":2}`, ""},
		{`{"type": "object", "additionalProperties": {"type": "integer"}}`, `{"b":"x"}`, "/b"},
		{`{"type": "object", "additionalProperties": {"type": "object", "properties": {"a": {}}}}`, `{"k":{"b":1}}`, "/k"},
		{`{"allOf": [{"type": "object", "properties": {"a": {}}}, {"type": "object", "properties": {"b": {}}}]}`, `{"a":1,"b":2}`, ""},
		{`{"allOf": [{"type": "object", "properties": {"a": {}}}, {"type": "object", "properties": {"b": {}}}]}`, `{"a":1,"c":2}`, "c"},
		{`{"anyOf": [{"type": "object", "properties": {"a": {}}}, {"type": "string"}]}`, `{"a":1}`, ""},
		{`{"anyOf": [{"type": "object", "properties": {"a": {}}}, {"type": "string"}]}`, `"x"`, ""},
		{`{"anyOf": [{"type": "object", "properties": {"a": {}}}, {"type": "string"}]}`, `{"b":1}`, "b"},
		{`{"type": "object", "properties": {"at": {"type": "string", "format": "date-time"}}}`, `{"at":"2015-03-12T15:35:12.242+08:00"}`, ""},
		{`{"type": "object", "properties": {"at": {"type": "string", "format": "date-time"}}}`, `{"at":"noon"}`, "/at"},
		{`{"type": "integer"}`, `1.5`, "integer"},
		{`{"type": "integer"}`, `12345678901`, ""},
		{`{"type": "string", "enum": ["a"]}`, `"b"`, "a"},
		{`{"const": "a"}`, `"b"`, "a"},
		{b, `{`, "not JSON"},
		{b, ``, "not JSON"},
	} {
		said := strings.Join(contractOf(t, c.schema).check(asJSON(c.body)), "\n")
		if (said == "") != (c.says == "") || !strings.Contains(said, c.says) {
			t.Errorf("%s, %s: says %q, want %q", c.schema, c.body, said, c.says)
		}
	}
}

func TestContractReportsEverythingThatIsWrong(t *testing.T) {
	t.Parallel()
	schema := `{"type": "object", "required": ["b"], "properties": {"a": {"type": "string"}, "b": {"type": "string"}, "c": {"type": "string"}}}`
	for _, schema := range []string{schema, strings.Replace(schema, `"c": {"type": "string"}`, `"c": {"const": "c"}`, 1)} {
		got := contractOf(t, schema).check(asJSON(`{"a":1,"c":2,"d":3}`))
		if len(got) != 4 {
			t.Errorf("reported are %q", got)
		}
		for _, line := range got {
			if strings.Contains(line, "\n") {
				t.Errorf("%q is more than a line", line)
			}
		}
	}
}

func TestContractChecksStatusTypeAndOperation(t *testing.T) {
	t.Parallel()
	c := contractOf(t, `{"type": "object", "required": ["x"], "properties": {"x": {"$ref": "#/components/schemas/B"}}}`)
	text := http.Header{"Content-Type": {"text/plain; charset=utf-8"}}
	json := http.Header{"Content-Type": {"application/json"}}
	for name, a := range map[string]struct {
		answer answer
		says   string
	}{
		"text":               {answer{method: "GET", target: "/a", status: 200, header: text, body: []byte("OK")}, ""},
		"other text":         {answer{method: "GET", target: "/a", status: 200, header: text, body: []byte("KO")}, "'OK'"},
		"no type":            {answer{method: "GET", target: "/a", status: 200, header: nil, body: []byte("OK")}, `of the type ""`},
		"status":             {answer{method: "GET", target: "/a", status: 201, header: json, body: []byte("{}")}, "no answer with status 201"},
		"redirect":           {answer{method: "GET", target: "/a", status: 302}, "no answer with status 302"},
		"nothing":            {answer{method: "GET", target: "/a", status: 204}, ""},
		"something":          {answer{method: "GET", target: "/a", status: 204, body: []byte("x")}, "no body"},
		"not modified":       {answer{method: "GET", target: "/a", status: 304}, ""},
		"modified":           {answer{method: "GET", target: "/a", status: 304, body: []byte("x")}, "no body"},
		"head":               {answer{method: "HEAD", target: "/a", status: 200, header: json}, ""},
		"refused":            {answer{method: "GET", target: "/a", status: 422, header: json, body: []byte(`{"message":"no"}`)}, ""},
		"refused as text":    {answer{method: "GET", target: "/a", status: 401, header: text, body: []byte("Unauthorized")}, "of the type"},
		"refused otherwise":  {answer{method: "GET", target: "/a", status: 422, header: json, body: []byte(`{"error":"no"}`)}, "message"},
		"some fields":        {answer{method: "GET", target: "/a?fields=id", status: 200, header: json, body: []byte(`{"x":{}}`)}, ""},
		"no fields":          {answer{method: "GET", target: "/a?fields=", status: 200, header: json, body: []byte(`{}`)}, "x"},
		"fields, unknown":    {answer{method: "GET", target: "/a?fields=id", status: 200, header: json, body: []byte(`{"y":1}`)}, `"y"`},
		"in the path":        {answer{method: "PUT", target: "/a/b%2Fc", status: 200}, ""},
		"two slashes":        {answer{method: "PUT", target: "/a//b", status: 200}, ""},
		"other method":       {answer{method: "DELETE", target: "/a", status: 200}, "not in the document"},
		"other path":         {answer{method: "GET", target: "/b", status: 500}, "not in the document"},
		"not found":          {answer{method: "GET", target: "/b", status: 404}, ""},
		"method not allowed": {answer{method: "DELETE", target: "/a", status: 405}, ""},
		"preflight":          {answer{method: "OPTIONS", target: "/a", status: 204}, ""},
		"no path":            {answer{method: "GET", target: "/%zz", status: 400}, ""},
	} {
		if a.answer.header == nil {
			a.answer.header = http.Header{}
		}
		said := strings.Join(c.check(a.answer), "\n")
		if (said == "") != (a.says == "") || !strings.Contains(said, a.says) {
			t.Errorf("%s: says %q, want %q", name, said, a.says)
		}
	}
}

func TestContractRefusesWhatIsNoDocument(t *testing.T) {
	t.Parallel()
	clash := strings.Replace(thing, `"/a/{id}"`, `"/a/{x}/c": {}, "/a/b/{y}": {"get": {"responses": {"200": {"description": "OK"}}}}, "/a/{id}"`, 1)
	for name, document := range map[string]string{
		"nothing":     ``,
		"no paths":    `{"openapi": "3.1.0", "info": {}}`,
		"bad ref":     strings.Replace(thing, "%s", `{"$ref": "#/components/schemas/C"}`, 1),
		"bad type":    strings.Replace(thing, "%s", `{"type": "text"}`, 1),
		"undescribed": strings.Replace(strings.Replace(thing, "%s", `{}`, 1), `"parameters": [`, `"x-parameters": [`, 1),
		"no response": strings.Replace(strings.Replace(clash, "%s", `{}`, 1), `"/a/{x}/c": {}`, `"/a/{x}/c": {"get": {}}`, 1),
	} {
		if _, err := newContract([]byte(document)); err == nil {
			t.Errorf("%s is a document", name)
		}
	}
	c := &contract{mux: http.NewServeMux(), operations: map[string]operation{}}
	if err := c.add("GET", "/a/{x}/c", operation{}); err != nil {
		t.Error(err)
	}
	if err := c.add("GET", "/a/b/{y}", operation{}); err == nil || !strings.Contains(err.Error(), "GET /a/b/{y}") {
		t.Errorf("paths that clash: %v", err)
	}
	if err := c.add("GET", "/files/{path...}", operation{}); err != nil {
		t.Error(err)
	}
	if err := c.add("GET", "/files/{$}", operation{}); err != nil {
		t.Error(err)
	}
}

func TestJSONForm(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		body   string
		sorted bool
		says   string
	}{
		{`{"a":1,"b":{"a":[{"x":1,"y":2}]}}`, true, ""},
		{`{"b":1,"a":2}`, false, ""},
		{`{"b":1,"a":2}`, true, `keys of body are not sorted: "a" comes after "b"`},
		{`{"a":[1,{"y":1,"x":2}]}`, true, `keys of body.a[1] are not sorted`},
		{`{"a":[1,{"y":1,"y":2}]}`, false, `body.a[1] has the key "y" twice`},
		{`[[],{},[{"a":null}]]`, true, ""},
		{"{}\n", false, ""},
		{"{}\n", true, "newline"},
		{" {}", true, "newline"},
		{`{"a"`, true, ""},
		{`{"a":`, true, ""},
		{`[`, true, ""},
		{``, true, ""},
	} {
		said := strings.Join(jsonForm([]byte(c.body), c.sorted), "\n")
		if (said == "") != (c.says == "") || !strings.Contains(said, c.says) {
			t.Errorf("%q: says %q, want %q", c.body, said, c.says)
		}
	}
}
