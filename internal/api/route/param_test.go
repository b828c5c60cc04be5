package route_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/go-cmp/cmp"

	"kaidian/internal/api/route"
	"kaidian/internal/platform/fault"
)

// shade is a kind of parameter of the face of these tests: it tells whether it was there, even empty.
type shade struct {
	given bool
	value string
}

func (s *shade) SetQuery(t route.Term) (string, fault.Rule) {
	if len(t.List) > 0 || len(t.Sub) > 0 {
		return "must be plain", fault.Type
	}
	if len(t.Plain) > 0 {
		*s = shade{true, strings.Join(t.Plain, "+")}
	}
	return "", ""
}

func (*shade) QuerySchema() *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Enum: []any{"light", "dark"}}
}

type shades struct {
	Wall  shade `q:"wall" doc:"Of the wall. ‖ 墙面。"`
	Count int   `q:"count" number:"yes"`
}

func TestParamsOfAFace(t *testing.T) {
	t.Parallel()
	h := build(t, nil, func(f *route.Face) {
		route.Handle(f, route.Route{Method: "GET", Path: "/shop/notes", Name: "paint", Query: shades{}, Faults: []int{400},
			FaultBodies: map[int]any{400: person{}}},
			func(ctx context.Context, _ *nothing) (*wordOut, error) {
				w := route.QueryOf[shades](ctx).Wall
				if !w.given {
					return word("none"), nil
				}
				return word("shade " + w.value), nil
			})
	})
	for query, want := range map[string]string{
		"":                   "none",
		"wall=":              "shade ",
		"wall=a&wall=b":      "shade a+b",
		"wall[]=a&other=yes": "property other should not exist, wall must be plain",
		"wall[gt]=a":         "wall must be plain",
	} {
		if got := h.send(t, "GET", "/shop/notes?"+query, ""); !strings.Contains(got.body, `"`+want+`"`) {
			t.Errorf("%s: %s, want %s", query, got.body, want)
		}
	}

	raw, err := h.Face.Document("zh", nil)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]struct {
			Parameters []struct {
				Name, Description string
				Schema            map[string]any
			}
			Responses map[string]struct {
				Content map[string]struct{ Schema map[string]any }
			}
		}
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	op := doc.Paths["/shop/notes"]["get"]
	wall, number := op.Parameters[0], op.Parameters[1]
	if diff := cmp.Diff(map[string]any{"type": "string", "enum": []any{"light", "dark"}}, wall.Schema); diff != "" || wall.Description != "墙面。" {
		t.Errorf("%q: %s", wall.Description, diff)
	}
	if number.Schema["type"] != "number" {
		t.Errorf("count is %v, want a number", number.Schema)
	}
	own, usual := op.Responses["400"].Content["application/json"].Schema, op.Responses["default"].Content["application/json"].Schema
	if own == nil || cmp.Equal(own, usual) {
		t.Errorf("the refusal of the route is %v as everywhere: %v", own, usual)
	}
}
