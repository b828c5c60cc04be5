package route_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"kaidian/internal/api/route"
)

func TestOptional(t *testing.T) {
	t.Parallel()
	type body struct {
		Name route.Optional[string] `json:"name,omitempty"`
	}
	for text, want := range map[string]route.Optional[string]{
		`{}`:            {},
		`{"name":null}`: {Set: true, Null: true},
		`{"name":""}`:   {Set: true},
		`{"name":"a"}`:  {Set: true, Value: "a"},
	} {
		var b body
		if err := json.Unmarshal([]byte(text), &b); err != nil || b.Name != want {
			t.Errorf("%s: %+v, %v", text, b.Name, err)
		}
	}
	if err := json.Unmarshal([]byte(`{"name":5}`), &body{}); err == nil {
		t.Error("another type is taken")
	}
}

func TestMaybe(t *testing.T) {
	t.Parallel()
	type body struct {
		Owner route.Maybe[person] `json:"owner,omitzero"`
	}
	for want, m := range map[string]route.Maybe[person]{
		`{}`:                              {},
		`{"owner":null}`:                  {Loaded: true},
		`{"owner":{"name":"a \u0026 b"}}`: {Loaded: true, Value: &person{Name: "a & b"}},
	} {
		if got, err := json.Marshal(body{m}); err != nil || string(got) != want {
			t.Errorf("%s, %v; want %s", got, err, want)
		}
	}
}

// written is a body that writes itself, and breaks when it has no text.
type written struct{ text string }

func (w written) WriteJSON(b *bytes.Buffer) error {
	b.WriteString(`{"text":"`)
	if w.text == "" {
		return errors.New("nothing to write")
	}
	b.WriteString(w.text + `"}`)
	return nil
}

func (w written) MarshalJSON() ([]byte, error) { return nil, errors.New("asked the slow way") }

func TestJSONWriter(t *testing.T) {
	t.Parallel()
	type out struct{ Body written }
	for text, want := range map[string]string{"<a>": `{"text":"<a>"}`, "": ""} {
		h := build(t, nil, func(f *route.Face) {
			route.Handle(f, route.Route{Method: "POST", Path: "/shop/do", Name: "do"}, func(context.Context, *nothing) (*out, error) {
				return &out{written{text}}, nil
			})
		})
		got, err := h.try(t, "POST", "/shop/do", "")
		if want != "" && (got.body != want || got.status != http.StatusOK || err != nil) {
			t.Errorf("%+v, %v", got, err)
		}
		if want == "" && (err == nil || !strings.Contains(h.log.String(), "nothing to write")) {
			t.Errorf("half of a body looks whole: %+v; logged: %s", got, h.log)
		}
	}
}
