package route_test

import (
	"encoding/json"
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
