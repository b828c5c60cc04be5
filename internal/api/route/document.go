package route

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// Example is a call and its answer, as a scenario recorded them.
type Example struct {
	Name     string // unique within its operation
	Title    Words
	Request  any // nil when the call has no body
	Status   int
	Response any // a string for text
}

// config is what huma is told about the face.
func (f *Face) config() huma.Config {
	c := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info:    &huma.Info{Title: f.Title.EN, Version: f.Version, Description: f.About.EN},
			Components: &huma.Components{
				Schemas:         huma.NewMapRegistry("#/components/schemas/", schemaName),
				SecuritySchemes: map[string]*huma.SecurityScheme{},
			},
		},
		Formats:       map[string]huma.Format{jsonType: jsonFormat, "application/json": jsonFormat, textType: textFormat},
		DefaultFormat: jsonType,
	}
	c.AllowAdditionalPropertiesByDefault = f.LooseBody
	for name, s := range f.Security {
		c.Components.SecuritySchemes[name] = &huma.SecurityScheme{Type: s.Type, Scheme: s.Scheme, In: s.In, Name: s.Name}
	}
	return c
}

// schemaName names a type in the document as a reader would: a view by what it shows, a body by what it is for.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for _, s := range []struct{ suffix, instead string }{{"BodyBody", "Response"}, {"Body", "Request"}, {"View", ""}, {"Problem", "Error"}} {
		if short, ok := strings.CutSuffix(name, s.suffix); ok {
			return short + s.instead
		}
	}
	return name
}

// operation is a row as huma takes it.
func (f *Face) operation(r Route) huma.Operation {
	op := huma.Operation{
		Method:        r.Method,
		Path:          r.Path,
		OperationID:   r.Name,
		Tags:          []string{r.Tag},
		Summary:       r.Summary.EN,
		Description:   r.About.EN,
		DefaultStatus: r.Status,
		Deprecated:    r.Deprecated,
		MaxBodyBytes:  -1, // limited before huma reads it
		Metadata:      map[string]any{"face": f, "route": r},
		Responses:     map[string]*huma.Response{},
	}
	if r.Query != nil {
		op.Parameters = f.parameters(reflect.TypeOf(r.Query))
	}
	for _, scheme := range f.Secures[r.Permission] {
		op.Security = append(op.Security, map[string][]string{scheme: {}})
	}
	if r.TextAnswer != "" {
		op.Responses[strconv.Itoa(r.Status)] = &huma.Response{Description: http.StatusText(r.Status),
			Content: map[string]*huma.MediaType{"text/plain": {Schema: &huma.Schema{Type: "string", Enum: []any{r.TextAnswer}}}}}
	}
	schema := f.apiSchema(reflect.TypeOf(f.Fault))
	for _, status := range r.Faults {
		res := &huma.Response{Description: http.StatusText(status)}
		res.Content = map[string]*huma.MediaType{"application/json": {Schema: schema}, "text/plain": {Schema: &huma.Schema{Type: "string"}}}
		if status != http.StatusUnauthorized {
			delete(res.Content, "text/plain")
		}
		op.Responses[strconv.Itoa(status)] = res
	}
	op.Responses["default"] = &huma.Response{Description: "Refused", Content: map[string]*huma.MediaType{"application/json": {Schema: schema}}}
	return op
}

func (f *Face) apiSchema(t reflect.Type) *huma.Schema {
	if f.api == nil {
		return nil
	}
	return f.api.OpenAPI().Components.Schemas.Schema(t, true, "Error")
}

func (f *Face) parameters(t reflect.Type) []*huma.Param {
	var out []*huma.Param
	for _, p := range paramsOf(t) {
		hp := &huma.Param{Name: p.name, In: "query", Description: p.tag.Get("doc"), Schema: &huma.Schema{Type: "string"}}
		switch reflect.Zero(p.typ).Interface().(type) {
		case int, *int64:
			hp.Schema.Type = "integer"
			if d := p.tag.Get("default"); d != "" {
				hp.Schema.Default = bound(d)
			}
		case *bool:
			hp.Schema.Type = "boolean"
		case []string:
			hp.Schema = &huma.Schema{Type: "array", Items: &huma.Schema{Type: "string"}}
			explode := !p.csv
			hp.Explode = &explode
			if enum := p.tag.Get("enum"); enum != "" {
				for _, v := range strings.Split(enum, ",") {
					hp.Schema.Items.Enum = append(hp.Schema.Items.Enum, v)
				}
			}
		case Window:
			date := &huma.Schema{Type: "string", Format: "date-time"}
			hp.Style = "deepObject"
			hp.Schema = &huma.Schema{Type: "object", Properties: map[string]*huma.Schema{"gt": date, "gte": date, "lt": date, "lte": date}}
		}
		out = append(out, hp)
	}
	return out
}

// Document gives the OpenAPI 3.1 document of the face in a language, with examples by operation id.
func (f *Face) Document(lang string, examples map[string][]Example) ([]byte, error) {
	raw, err := json.Marshal(f.api.OpenAPI())
	if err != nil {
		return nil, fmt.Errorf("document of %s: %w", f.Name, err)
	}
	var doc map[string]any
	if err := json.Unmarshal(raw, &doc); err != nil {
		return nil, err
	}
	doc["info"] = map[string]any{"title": f.Title.In(lang), "version": f.Version, "description": f.About.In(lang)}
	doc["tags"] = f.chapters(lang)
	doc["servers"] = []any{map[string]any{"url": "/"}}
	rows := map[string]Route{}
	for _, r := range f.routes {
		rows[r.Name] = r
	}
	paths, _ := doc["paths"].(map[string]any)
	for _, item := range paths {
		for _, o := range item.(map[string]any) {
			op := o.(map[string]any)
			row := rows[op["operationId"].(string)]
			op["summary"] = row.Summary.In(lang)
			if about := row.About.In(lang); about != "" {
				op["description"] = about
			}
			addExamples(op, examples[row.Name], lang)
		}
	}
	translate(doc, lang)
	prune(doc)
	return json.Marshal(doc)
}

func (f *Face) chapters(lang string) []any {
	out := []any{}
	for _, t := range f.Tags {
		out = append(out, map[string]any{"name": t.Name, "x-displayName": t.Title.In(lang)})
	}
	return out
}

// addExamples puts recorded calls beside the schemas of an operation.
func addExamples(op map[string]any, examples []Example, lang string) {
	for _, e := range examples {
		title := e.Title.In(lang)
		if body, ok := dig(op, "requestBody", "content", "application/json"); ok && e.Request != nil {
			put(body, e.Name, title, e.Request)
		}
		responses, _ := op["responses"].(map[string]any)
		status := strconv.Itoa(e.Status)
		res, ok := responses[status].(map[string]any)
		if !ok {
			if res, ok = responses["default"].(map[string]any); !ok {
				continue
			}
			res = map[string]any{"description": http.StatusText(e.Status), "content": clone(res["content"])}
			responses[status] = res
		}
		kind := "application/json"
		if _, text := e.Response.(string); text {
			kind = "text/plain"
		}
		if media, ok := dig(res, "content", kind); ok {
			put(media, e.Name, title, e.Response)
		}
	}
}

func clone(v any) any {
	raw, err := json.Marshal(v)
	if err != nil {
		return v
	}
	var out any
	if json.Unmarshal(raw, &out) != nil {
		return v
	}
	return out
}

func put(media map[string]any, name, title string, value any) {
	all, ok := media["examples"].(map[string]any)
	if !ok {
		all = map[string]any{}
		media["examples"] = all
	}
	all[name] = map[string]any{"summary": title, "value": value}
}

func dig(m map[string]any, keys ...string) (map[string]any, bool) {
	for _, k := range keys {
		next, ok := m[k].(map[string]any)
		if !ok {
			return nil, false
		}
		m = next
	}
	return m, true
}

// translate keeps one language of every description that holds both, parted by "‖".
func translate(v any, lang string) {
	switch v := v.(type) {
	case map[string]any:
		if d, ok := v["description"].(string); ok {
			if en, zh, both := strings.Cut(d, "‖"); both {
				v["description"] = strings.TrimSpace(Words{EN: en, ZH: zh}.In(lang))
			}
		}
		for _, x := range v {
			translate(x, lang)
		}
	case []any:
		for _, x := range v {
			translate(x, lang)
		}
	}
}

// prune drops the schemas that nothing refers to: huma registers its own error model whether used or not.
func prune(doc map[string]any) {
	schemas, ok := dig(doc, "components", "schemas")
	if !ok {
		return
	}
	for {
		raw, err := json.Marshal(doc)
		if err != nil {
			return
		}
		dropped := false
		for _, name := range slices.Sorted(maps.Keys(schemas)) {
			if !strings.Contains(string(raw), `"#/components/schemas/`+name+`"`) {
				delete(schemas, name)
				dropped = true
			}
		}
		if !dropped {
			return
		}
	}
}
