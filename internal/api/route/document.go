package route

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
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

// schemaPrefix begins every reference to a schema of the document.
const schemaPrefix = "#/components/schemas/"

// config is what huma is told about the face.
func (f *Face) config() huma.Config {
	c := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info:    &huma.Info{Title: f.Title.EN, Version: f.Version, Description: f.About.EN},
			Components: &huma.Components{
				Schemas:         huma.NewMapRegistry(schemaPrefix, schemaName),
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
		Metadata:      map[string]any{"face": f, "route": r},
		Responses:     map[string]*huma.Response{},
		// The body is read, limited and judged before huma sees it. A deadline for reading it, which huma would set
		// anew, would break off what takes longer than reading.
		MaxBodyBytes:     -1,
		BodyReadTimeout:  -1,
		SkipValidateBody: true,
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
	schema := f.api.OpenAPI().Components.Schemas.Schema(reflect.TypeOf(f.Fault), true, "Error")
	for _, status := range r.Faults {
		said := schema
		other := r.FaultBodies[status]
		_, text := other.(string)
		if other != nil && !text {
			said = f.api.OpenAPI().Components.Schemas.Schema(reflect.TypeOf(other), true, "")
		}
		content := map[string]*huma.MediaType{"application/json": {Schema: said}}
		if status == http.StatusUnauthorized || text {
			content["text/plain"] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
		}
		op.Responses[strconv.Itoa(status)] = &huma.Response{Description: http.StatusText(status), Content: content}
	}
	op.Responses["default"] = &huma.Response{Description: "Refused", Content: map[string]*huma.MediaType{"application/json": {Schema: schema}}}
	return op
}

func (f *Face) parameters(t reflect.Type) []*huma.Param {
	var out []*huma.Param
	for _, p := range paramsOf(t) {
		hp := &huma.Param{Name: p.name, In: "query", Description: p.tag.Get("doc"), Schema: p.schema()}
		switch p.typ {
		case typeOfList:
			explode := !p.csv
			hp.Explode = &explode
		case typeOfWindow:
			hp.Style = "deepObject"
		}
		out = append(out, hp)
	}
	return out
}

// schema gives the schema of a parameter.
func (p param) schema() *huma.Schema {
	date := &huma.Schema{Type: huma.TypeString, Format: "date-time"}
	switch p.typ {
	case typeOfInt, typeOfIntPointer:
		return p.intSchema()
	case typeOfBool:
		return &huma.Schema{Type: huma.TypeBoolean}
	case typeOfTime:
		return date
	case typeOfList:
		items := &huma.Schema{Type: huma.TypeString}
		for _, v := range p.enum {
			items.Enum = append(items.Enum, v)
		}
		return &huma.Schema{Type: huma.TypeArray, Items: items}
	case typeOfWindow:
		return &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{"gt": date, "gte": date, "lt": date, "lte": date}}
	}
	if own, ok := reflect.New(p.typ).Interface().(Param); ok {
		return own.QuerySchema()
	}
	s := &huma.Schema{Type: huma.TypeString}
	if d := p.tag.Get("default"); d != "" {
		s.Default = d
	}
	return s
}

func (p param) intSchema() *huma.Schema {
	s := &huma.Schema{Type: huma.TypeInteger}
	if p.tag.Get("number") != "" {
		s.Type = huma.TypeNumber
	}
	if d := p.tag.Get("default"); d != "" {
		s.Default = bound(d)
	}
	if p.min != nil {
		low := float64(*p.min)
		s.Minimum = &low
	}
	if p.max != nil && !p.clamp {
		high := float64(*p.max)
		s.Maximum = &high
	}
	return s
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
		kind := "application/json"
		if _, text := e.Response.(string); text {
			kind = "text/plain"
		}
		if media, ok := dig(response(op, e.Status), "content", kind); ok {
			put(media, e.Name, title, e.Response)
		}
	}
}

// response finds the answer with a status. A refusal that the operation does not name gets a place of its own, with the
// schema of all others; it is nil for any other status.
func response(op map[string]any, status int) map[string]any {
	responses, _ := op["responses"].(map[string]any)
	code := strconv.Itoa(status)
	if known, ok := responses[code].(map[string]any); ok {
		return known
	}
	schema, ok := dig(op, "responses", "default", "content", "application/json", "schema")
	if !ok || status < http.StatusBadRequest {
		return nil
	}
	made := map[string]any{"description": http.StatusText(status),
		"content": map[string]any{"application/json": map[string]any{"schema": schema}}}
	responses[code] = made
	return made
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

// translate keeps one language of every description that holds both, parted by "‖". Examples stay as they are.
func translate(v any, lang string) {
	switch v := v.(type) {
	case map[string]any:
		if d, ok := v["description"].(string); ok {
			if en, zh, both := strings.Cut(d, "‖"); both {
				v["description"] = strings.TrimSpace(Words{EN: en, ZH: zh}.In(lang))
			}
		}
		for name, x := range v {
			if name != "examples" && name != "example" {
				translate(x, lang)
			}
		}
	case []any:
		for _, x := range v {
			translate(x, lang)
		}
	}
}

// prune drops the schemas that no operation leads to: huma registers its own error model whether used or not.
func prune(doc map[string]any) {
	schemas, _ := dig(doc, "components", "schemas")
	used := map[string]bool{}
	var follow func(v any)
	follow = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			ref, _ := v["$ref"].(string)
			if name, ok := strings.CutPrefix(ref, schemaPrefix); ok && !used[name] {
				used[name] = true
				follow(schemas[name])
			}
			for _, x := range v {
				follow(x)
			}
		case []any:
			for _, x := range v {
				follow(x)
			}
		}
	}
	follow(doc["paths"])
	maps.DeleteFunc(schemas, func(name string, _ any) bool { return !used[name] })
}
