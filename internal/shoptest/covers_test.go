package shoptest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

const wantedThings = `openapi: 3.0.3
paths:
  /things/{thing_id}:
    post:
      operationId: PostThing
      parameters:
      - {in: path, name: thing_id, required: true, schema: {type: string}}
      - {in: query, name: limit, schema: {type: integer}}
      - {in: query, name: status, schema: {type: array, items: {type: string}}}
      - {$ref: "#/components/parameters/since"}
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [name]
              properties:
                name: {type: string}
                note: {type: string, nullable: true}
                owner:
                  anyOf: [{$ref: "#/components/schemas/Person"}, {type: string}]
      responses:
        "200":
          content:
            application/json:
              schema:
                type: object
                x-expanded-relations: {field: thing, relations: [parts, parts.maker]}
                required: [thing]
                properties:
                  thing: {$ref: "#/components/schemas/Thing"}
        "400": {$ref: "#/components/responses/none"}
  /things:
    delete:
      operationId: DeleteThings
      responses:
        "204": {description: Gone}
components:
  parameters:
    since: {in: query, name: since, schema: {type: object}}
  schemas:
    Person:
      type: object
      required: [name]
      properties:
        name: {type: string}
    Part:
      type: object
      required: [id]
      properties:
        id: {type: string}
        maker: {$ref: "#/components/schemas/Person"}
        thing: {$ref: "#/components/schemas/Thing"}
    Thing:
      type: object
      required: [id, name, weight, data]
      properties:
        id: {type: string}
        name: {nullable: true, type: string}
        weight: {type: number}
        data: {type: object}
        extra: {type: boolean}
        free: {description: anything}
        parts:
          type: array
          x-expandable: parts
          items: {$ref: "#/components/schemas/Part"}
        owner: {nullable: true, x-expandable: owner, $ref: "#/components/schemas/Person"}
        copies:
          type: array
          items: {$ref: "#/components/schemas/Thing"}
`

const haveThings = `{
 "openapi": "3.1.0",
 "paths": {
  "/things/{id}": {"post": {
   "parameters": [
    {"in": "path", "name": "id", "required": true, "schema": {"type": "string"}},
    {"in": "query", "name": "limit", "schema": {"type": "integer"}},
    {"in": "query", "name": "status", "schema": {"type": "array", "items": {"type": "string"}}},
    {"in": "query", "name": "since", "schema": {"type": "object"}}],
   "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewThing"}}}},
   "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/ThingRes"}}}}}}},
  "/things": {"delete": {"responses": {"204": {"description": "Gone"}}}}},
 "components": {"schemas": {
  "NewThing": {"type": "object", "properties": {
   "name": {"type": "string"},
   "note": {"type": ["string", "null"]},
   "owner": {"oneOf": [{"$ref": "#/components/schemas/Maker"}, {"type": "string"}, {"type": "null"}]}}},
  "Maker": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
  "ThingRes": {"type": "object", "required": ["thing"], "properties": {"thing": {"$ref": "#/components/schemas/Thing"}}},
  "Part": {"allOf": [{"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}},
                     {"type": "object", "properties": {"maker": {"$ref": "#/components/schemas/Maker"}}}]},
  "Thing": {"type": "object", "required": ["id", "name", "weight", "data"], "properties": {
   "id": {"type": "string"},
   "name": {"type": ["string", "null"]},
   "weight": {"type": ["number", "null"]},
   "data": {"type": "object", "additionalProperties": {}},
   "extra": {"type": "boolean"},
   "free": {"type": "integer"},
   "parts": {"type": ["array", "null"], "items": {"$ref": "#/components/schemas/Part"}},
   "more": {"type": "string"}}}}}
}`

func reference(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "reference.yaml")
	if err := os.WriteFile(path, []byte(wantedThings), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCoversReferencePassesWhatIsThere(t *testing.T) {
	t.Parallel()
	if said := watch(t, func(tb testing.TB) {
		CoversReference(tb, []byte(haveThings), reference(t), []string{"PostThing", "DeleteThings"})
	}); said != "" {
		t.Error(said)
	}
}

func TestCoversReferenceFailsWhatIsMissing(t *testing.T) {
	t.Parallel()
	path := reference(t)
	for _, c := range []struct{ old, new, says string }{
		{`"/things": {"delete"`, `"/things": {"get"`, "DELETE /things: is not in the document"},
		{`"/things/{id}"`, `"/thing/{id}"`, "POST /things/{thing_id}: is not in the document"},
		{`"in": "path"`, `"in": "header"`, "0 path parameters are described, want 1"},
		{`"name": "limit"`, `"name": "max"`, "query limit: is missing"},
		{`"name": "limit", "schema": {"type": "integer"}`, `"name": "limit", "schema": {"type": "string"}`, "query limit: is string, want integer"},
		{`"in": "query", "name": "since"`, `"in": "header", "name": "since"`, "query since: is missing"},
		{`"requestBody"`, `"x-body"`, "takes no JSON body"},
		{`"note"`, `"notes"`, "request.note: is missing"},
		{`"note": {"type": ["string", "null"]}`, `"note": {"type": "string"}`, "request.note: is string, want null or string"},
		{`, {"type": "string"}, {"type": "null"}`, `, {"type": "null"}`, "request.owner: is null or object, want object or string"},
		{`"NewThing": {"type": "object", `, `"NewThing": {"type": "object", "required": ["name", "note"], `, "request.note: is required, and the reference"},
		{`"200": {`, `"201": {`, "POST /things/{thing_id} 200: this status is not in the document"},
		{`"responses": {"200": {"content": {"application/json"`, `"responses": {"200": {"content": {"text/plain"`, "200: answers no JSON"},
		{`"extra": {"type": "boolean"},`, ``, "200.thing.extra: is missing"},
		{`"weight": {"type": ["number", "null"]}`, `"weight": {"type": "string"}`, "thing.weight: is string, want number"},
		{`"weight": {"type": ["number", "null"]}`, `"weight": {}`, "thing.weight: is without a type, want number"},
		{`"weight": {"type": ["number", "null"]}`, `"weight": {"type": ["number", "string"]}`, "thing.weight: is number or string, want number"},
		{`"name": {"type": ["string", "null"]}`, `"name": {"type": "string"}`, "thing.name: is string, want null or string"},
		{`["id", "name", "weight", "data"]`, `["id", "name", "weight"]`, "thing.data: may be left out"},
		{`"parts": {`, `"bits": {`, "thing.parts: is missing"},
		{`{"type": ["array", "null"], "items"`, `{"type": "object", "items"`, "thing.parts: is object, want array"},
		{`{"id": {"type": "string"}}`, `{"no": {"type": "string"}}`, "thing.parts[].id: is missing"},
		{`"maker": {`, `"made": {`, "thing.parts[].maker: is missing"},
		{`"Maker": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}`, `"Maker": {"type": "object", "properties": {}}`,
			"thing.parts[].maker.name: is missing"},
		{`"more": {`, `"owner": {`, "thing.owner: is string, want null or object"},
		{`"more": {"type": "string"}`, `"copies": {"type": "array", "items": {"type": "string"}}`, ""}, // a relation that is not loaded
	} {
		if !strings.Contains(haveThings, c.old) {
			t.Fatalf("there is no %s", c.old)
		}
		said := watch(t, func(tb testing.TB) {
			CoversReference(tb, []byte(strings.Replace(haveThings, c.old, c.new, 1)), path, []string{"PostThing", "DeleteThings"})
		})
		if (said == "") != (c.says == "") || !strings.Contains(said, c.says) {
			t.Errorf("%s for %s says %q, want %q", c.new, c.old, said, c.says)
		}
	}
}

func TestCoversReferenceFailsWhatItCannotRead(t *testing.T) {
	t.Parallel()
	path := reference(t)
	for name, fn := range map[string]func(testing.TB){
		"document":  func(tb testing.TB) { CoversReference(tb, []byte(`{`), path, nil) },
		"reference": func(tb testing.TB) { CoversReference(tb, []byte(`{}`), path+"x", nil) },
		"operation": func(tb testing.TB) { CoversReference(tb, []byte(haveThings), path, []string{"PostThing", "GetThing"}) },
	} {
		if said := watch(t, fn); said == "" {
			t.Errorf("%s: nothing is said", name)
		}
	}
}

// The Store API's reference holds up against itself, and each of its operations is found in it.
func TestStoreReferenceCoversItself(t *testing.T) {
	t.Parallel()
	path := filepath.Join("..", "api", "store", "testdata", "reference.yaml")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string `yaml:"operationId"`
		}
	}
	var whole map[string]any
	for _, to := range []any{&doc, &whole} {
		if err := yaml.Unmarshal(data, to); err != nil {
			t.Fatal(err)
		}
	}
	var ids []string
	for _, methods := range doc.Paths {
		for _, op := range methods {
			ids = append(ids, op.OperationID)
		}
	}
	slices.Sort(ids)
	if len(ids) != 51 {
		t.Errorf("operations are %v", ids)
	}
	document, err := json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	if said := watch(t, func(tb testing.TB) { CoversReference(tb, document, path, ids) }); said != "" {
		t.Error(said)
	}
	gone := strings.ReplaceAll(string(document), `"has_account"`, `"hasAccount"`)
	said := watch(t, func(tb testing.TB) { CoversReference(tb, []byte(gone), path, ids) })
	if n := strings.Count(said, ".customer.has_account: is missing"); n != 13 {
		t.Errorf("without has_account it is missed %d times: %s", n, said)
	}
}
