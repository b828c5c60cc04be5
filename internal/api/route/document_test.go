package route_test

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"kaidian/internal/api/route"
)

type shelf struct {
	Body struct {
		Label string                    `json:"label" doc:"What stands on it. ‖ 上面放着什么。"`
		Notes []note                    `json:"notes" nullable:"false"`
		Owner route.Maybe[person]       `json:"owner,omitzero"`
		Next  *shelfView                `json:"next"`
		Meta  route.Optional[shelfView] `json:"meta,omitempty"`
	}
}

// shelfView refers to itself.
type shelfView struct {
	Name string     `json:"name"`
	Up   *shelfView `json:"up"`
}

// library is a face whose document has a bit of everything.
func library(t *testing.T) *house {
	return build(t, nil, func(f *route.Face) {
		echo(f)
		ask(f)
		route.Handle(f, route.Route{Method: "GET", Path: "/shop/shelves/{id}", Name: "shelf", Tag: "Notes", Permission: members, Faults: []int{401, 404},
			Summary: route.Words{EN: "Get a shelf", ZH: "获取书架"}, About: route.Words{EN: "All of it.", ZH: "全部内容。"}},
			func(context.Context, *thingIn) (*shelf, error) { return nil, nil })
		route.Handle(f, route.Route{Method: "DELETE", Path: "/shop/shelves/{id}", Name: "burn", Permission: members, TextAnswer: "OK", Deprecated: true},
			func(context.Context, *thingIn) (*nothing, error) { return nil, nil })
		route.Handle(f, route.Route{Method: "POST", Path: "/shop/ping", Name: "ping", Status: http.StatusNoContent, Summary: route.Words{EN: "Ping"}},
			func(context.Context, *nothing) (*nothing, error) { return nil, nil })
	})
}

var calls = map[string][]route.Example{
	"addNote": {
		{Name: "added", Title: route.Words{EN: "Added", ZH: "已添加"}, Request: map[string]any{"title": "abc"}, Status: 200, Response: map[string]any{"title": "abc", "description": "a ‖ b"}},
		{Name: "wrong", Title: route.Words{EN: "Wrong"}, Request: map[string]any{"title": 5}, Status: 400, Response: map[string]any{"message": "no"}},
		{Name: "large", Title: route.Words{EN: "Large"}, Status: 413, Response: map[string]any{"message": "too large"}},
		{Name: "larger", Title: route.Words{EN: "Larger"}, Status: 413, Response: map[string]any{"message": "too large"}},
		{Name: "odd", Title: route.Words{EN: "Odd"}, Status: 301, Response: map[string]any{"never": "seen"}},
	},
	"shelf": {
		{Name: "stranger", Title: route.Words{EN: "Stranger"}, Status: 401, Response: "Unauthorized"},
		{Name: "known", Title: route.Words{EN: "Known"}, Status: 304, Response: nil},
	},
	"burn":   {{Name: "burnt", Title: route.Words{EN: "Burnt"}, Status: 200, Response: "OK"}},
	"ping":   {{Name: "pong", Title: route.Words{EN: "Pong"}, Status: 204, Response: nil}},
	"nobody": {{Name: "lost", Title: route.Words{EN: "Lost"}, Status: 200, Response: map[string]any{}}},
}

// documentOf gives the document in a language, as text and read by somebody else.
func documentOf(t *testing.T, h *house, lang string) (string, *openapi3.T) {
	t.Helper()
	raw, err := h.Document(lang, calls)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(raw)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw), doc
}

func TestTheDocumentIsValid(t *testing.T) {
	t.Parallel()
	h := library(t)
	for _, lang := range []string{"en", "zh"} {
		text, doc := documentOf(t, h, lang)
		if err := doc.Validate(context.Background(), openapi3.DisableExamplesValidation()); err != nil {
			t.Errorf("%s: %v", lang, err)
		}
		used := map[string]bool{}
		for _, m := range regexp.MustCompile(`"\$ref":"#/components/schemas/([^"]+)"`).FindAllStringSubmatch(text, -1) {
			used[m[1]] = true
		}
		kept := slices.Sorted(maps.Keys(doc.Components.Schemas))
		equal(t, "schemas", kept, slices.Sorted(maps.Keys(used)))
		if slices.Contains(kept, "ErrorModel") || !slices.Contains(kept, "Trouble") || !slices.Contains(kept, "Shelf") {
			t.Errorf("schemas %v", kept)
		}
		if strings.Contains(strings.ReplaceAll(text, "a ‖ b", ""), "‖") {
			t.Errorf("%s: both languages are in a text", lang)
		}
		if again, _ := documentOf(t, h, lang); again != text {
			t.Errorf("%s: the document changes from call to call", lang)
		}
	}
}

func TestTheDocumentSpeaksTwoLanguages(t *testing.T) {
	t.Parallel()
	h := library(t)
	for lang, want := range map[string][6]string{
		"en": {"Notes", "About", "Get a shelf", "All of it.", "What stands on it.", "Ping"},
		"zh": {"笔记", "关于", "获取书架", "全部内容。", "上面放着什么。", "Ping"},
		"fr": {"Notes", "About", "Get a shelf", "All of it.", "What stands on it.", "Ping"},
	} {
		_, doc := documentOf(t, h, lang)
		op := doc.Paths.Value("/shop/shelves/{id}").Get
		body := op.Responses.Status(200).Value.Content.Get("application/json").Schema.Value
		got := [6]string{doc.Info.Title, doc.Info.Description, op.Summary, op.Description, body.Properties["label"].Value.Description,
			doc.Paths.Value("/shop/ping").Post.Summary}
		if got != want {
			t.Errorf("%s: %q", lang, got)
		}
		if tag := doc.Tags[0]; tag.Name != "Notes" || tag.Extensions["x-displayName"] != want[0] {
			t.Errorf("%s: tag %v", lang, tag)
		}
	}
}

func TestOperationsInTheDocument(t *testing.T) {
	t.Parallel()
	_, doc := documentOf(t, library(t), "en")
	get, burn := doc.Paths.Value("/shop/shelves/{id}").Get, doc.Paths.Value("/shop/shelves/{id}").Delete
	if get.OperationID != "shelf" || len(*get.Security) != 1 || (*get.Security)[0]["token"] == nil || get.Deprecated || !burn.Deprecated {
		t.Errorf("operation %+v", get)
	}
	equal(t, "answers", slices.Sorted(maps.Keys(get.Responses.Map())), []string{"200", "401", "404", "default"})
	equal(t, "forms of 401", slices.Sorted(maps.Keys(get.Responses.Status(401).Value.Content)), []string{"application/json", "text/plain"})
	equal(t, "forms of 404", slices.Sorted(maps.Keys(get.Responses.Status(404).Value.Content)), []string{"application/json"})
	if text := burn.Responses.Status(200).Value.Content.Get("text/plain"); text == nil || text.Schema.Value.Enum[0] != "OK" {
		t.Errorf("the text answer is %+v", text)
	}
	if post := doc.Paths.Value("/shop/notes").Post; post.Security != nil || !post.RequestBody.Value.Required {
		t.Errorf("operation %+v", post)
	}
	note := doc.Components.Schemas["Note"].Value
	equal(t, "required", note.Required, []string{"title"})
	if note.AdditionalProperties.Has == nil || *note.AdditionalProperties.Has {
		t.Error("a strict face documents that unknown members are let through")
	}
}

func TestParametersInTheDocument(t *testing.T) {
	t.Parallel()
	_, doc := documentOf(t, library(t), "en")
	got := map[string]string{}
	for _, p := range doc.Paths.Value("/shop/notes").Get.Parameters {
		schema, err := json.Marshal(p.Value.Schema)
		if err != nil || p.Value.In != "query" || p.Value.Required {
			t.Errorf("%s: %v %+v", p.Value.Name, err, p.Value)
		}
		got[p.Value.Name] = p.Value.Style + " " + string(schema)
		if p.Value.Explode != nil && !*p.Value.Explode {
			got[p.Value.Name] = "csv" + got[p.Value.Name]
		}
	}
	date := `{"format":"date-time","type":"string"}`
	for name, want := range map[string]string{
		"limit":      ` {"default":10,"minimum":1,"type":"integer"}`, // what is above the max is taken for it
		"offset":     ` {"maximum":1000,"minimum":0,"type":"integer"}`,
		"q":          ` {"default":"any","type":"string"}`,
		"since_id":   ` {"minimum":0,"type":"integer"}`,
		"open":       ` {"type":"boolean"}`,
		"status":     ` {"items":{"enum":["pending","done"],"type":"string"},"type":"array"}`,
		"tags":       ` {"items":{"type":"string"},"type":"array"}`,
		"fields":     `csv {"items":{"type":"string"},"type":"array"}`,
		"created_at": `deepObject {"properties":{"gt":` + date + `,"gte":` + date + `,"lt":` + date + `,"lte":` + date + `},"type":"object"}`,
		"from":       ` ` + date,
	} {
		if got[name] != want {
			t.Errorf("%s: %s, want %s", name, got[name], want)
		}
	}
	if len(got) != 10 {
		t.Errorf("%d parameters: %v", len(got), got)
	}
}

func TestExamplesLandBesideTheirSchemas(t *testing.T) {
	t.Parallel()
	h := library(t)
	_, doc := documentOf(t, h, "zh")
	post := doc.Paths.Value("/shop/notes").Post
	names := func(m *openapi3.MediaType) []string { return slices.Sorted(maps.Keys(m.Examples)) }
	equal(t, "requests", names(post.RequestBody.Value.Content.Get("application/json")), []string{"added", "wrong"})
	for status, want := range map[int][]string{200: {"added"}, 400: {"wrong"}, 413: {"large", "larger"}} {
		media := post.Responses.Status(status).Value.Content.Get("application/json")
		equal(t, http.StatusText(status), names(media), want)
		if media.Schema == nil {
			t.Errorf("%d has no schema", status)
		}
	}
	if post.Responses.Status(301) != nil || post.Responses.Status(413).Value.Content.Get("application/json").Schema.Ref != "#/components/schemas/Trouble" {
		t.Errorf("answers %v", post.Responses.Map())
	}
	added := post.Responses.Status(200).Value.Content.Get("application/json").Examples["added"].Value
	if value := added.Value.(map[string]any); added.Summary != "已添加" || value["title"] != "abc" || value["description"] != "a ‖ b" {
		t.Errorf("%+v", added)
	}
	shelf := doc.Paths.Value("/shop/shelves/{id}")
	if e := shelf.Get.Responses.Status(401).Value.Content.Get("text/plain").Examples["stranger"]; e == nil || e.Value.Value != "Unauthorized" {
		t.Errorf("a text: %+v", e)
	}
	if e := shelf.Delete.Responses.Status(200).Value.Content.Get("text/plain").Examples["burnt"]; e == nil || e.Value.Value != "OK" {
		t.Errorf("the fixed text: %+v", e)
	}
	if shelf.Get.Responses.Status(304) != nil {
		t.Error("an answer that is no refusal has the refusals' schema")
	}
	if len(doc.Paths.Value("/shop/notes").Get.Responses.Status(200).Value.Content.Get("application/json").Examples) != 0 {
		t.Error("an example is beside an operation that is not its own")
	}
	if plain, err := h.Document("en", nil); err != nil || strings.Contains(string(plain), "examples") {
		t.Errorf("without examples: %v", err)
	}
}
