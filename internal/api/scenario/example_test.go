package scenario

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kaidian/internal/api/route"
	"kaidian/internal/platform/fault"
)

type (
	idIn struct {
		ID int `path:"id"`
	}
	bodyIn struct {
		Body struct {
			Name string `json:"name"`
		}
	}
	anyOut struct {
		Body struct {
			Name string `json:"name"`
		}
	}
)

func testFace() *route.Face {
	f := route.New(route.Manners{
		Name: "shop", Prefix: "/shop/", Version: "1", Timeout: time.Second, BodyLimit: 1000,
		Guards:   map[route.Permission]route.Guard{"": func(r *http.Request) (context.Context, error) { return r.Context(), nil }},
		Envelope: func(context.Context, *fault.Error) route.Answer { return route.Answer{Status: http.StatusBadRequest} },
		Unknown:  http.NotFound,
		Fault:    struct{}{},
		Log:      slog.New(slog.DiscardHandler),
	})
	route.Handle(f, route.Route{Method: "GET", Path: "/shop/customers/{id}", Name: "getCustomer"},
		func(context.Context, *idIn) (*anyOut, error) { return &anyOut{}, nil })
	route.Handle(f, route.Route{Method: "GET", Path: "/shop/customers/count", Name: "countCustomers"},
		func(context.Context, *struct{}) (*anyOut, error) { return &anyOut{}, nil })
	route.Handle(f, route.Route{Method: "POST", Path: "/shop/customers", Name: "createCustomer"},
		func(context.Context, *bodyIn) (*anyOut, error) { return &anyOut{}, nil })
	return f
}

const examples = `# en: Customers
# zh: 客户
-- samples --
name Arno
-- request --
# en: Create
# zh: 创建
POST /shop/customers

{"z": "$name", "n": "$number", "a": "<$token>"}
-- response --
200

{"id": "$cus_id", "other": "$cus2_id", "number": "$number", "text": "no. $number2 & $$", "at": "$time",
 "list": ["$any", "..."], "...": "..."}
-- request --
POST /shop/customers

{}
-- response --
400

Refused $name
-- request --
GET /shop/customers/$number?fields=id
-- response --
200

[]
-- request --
GET /shop/customers/count
-- response --
204
-- request --
HEAD /shop/customers/count
-- response --
200
-- request --
GET /elsewhere
-- response --
200
`

func TestExamplesFindTheirOperationAndShowSamples(t *testing.T) {
	t.Parallel()
	s, err := Parse("a/create.txtar", []byte(examples))
	if err != nil {
		t.Fatal(err)
	}
	all, create := route.Words{EN: "Customers", ZH: "客户"}, route.Words{EN: "Create", ZH: "创建"}
	want := map[string][]route.Example{
		"createCustomer": {
			{Name: "a-create", Title: create, Status: 200,
				Request: json.RawMessage(`{"z":"Arno","n":595,"a":"<9f86d081884c7d659a2feaa0c55ad000>"}`),
				Response: json.RawMessage(`{"id":"cus_01G2SG30J8C85S4A5CHM2S1NS2","other":"cus_01G2SG30J8C85S4A5CHM2S1N02","number":595,` +
					`"text":"no. 597 & $","at":"2026-11-21T19:28:32.732+08:00","list":["…"]}`)},
			{Name: "a-create-2", Title: all, Status: 400, Response: "Refused Arno"},
		},
		"getCustomer":    {{Name: "a-create", Title: all, Status: 200, Response: json.RawMessage(`[]`)}},
		"countCustomers": {{Name: "a-create", Title: all, Status: 204}},
	}
	face := testFace()
	got := Examples([]Scenario{s}, face, route.China)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := face.Document("en", got); err != nil {
		t.Errorf("the document does not take them: %v", err)
	}
}

func TestSamplesSuitTheirNames(t *testing.T) {
	t.Parallel()
	s := Scenario{Samples: map[string]any{"cus": "mine"}}
	for name, want := range map[string]any{
		"cus":         "mine",
		"addr":        "addr_01G2SG30J8C85S4A5CHM2S1NS2",
		"addr_id":     "addr_01G2SG30J8C85S4A5CHM2S1NS2",
		"addr2":       "addr_01G2SG30J8C85S4A5CHM2S1N02",
		"number":      json.Number("595"),
		"cus_number":  json.Number("595"),
		"cus2_number": json.Number("597"),
		"count":       json.Number("595"),
		"account":     "9f86d081884c7d659a2feaa0c55ad000",
		"token12":     "9f86d081884c7d659a2feaa0c55ad012",
		"jwt":         "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9…",
		"time":        "2026-11-21T11:28:32.732Z",
		"any":         "…",
	} {
		if got := s.sample(name, time.UTC); got != want {
			t.Errorf("$%s shows %v, want %v", name, got, want)
		}
	}
	s = Scenario{Steps: []Step{{Method: "GET", Path: "/shop/customers/count", Want: Want{Text: "$time"}}}}
	if got := Examples([]Scenario{s}, testFace(), time.UTC)["countCustomers"]; len(got) != 1 || got[0].Response != "2026-11-21T11:28:32.732Z" {
		t.Errorf("the time in UTC is %v", got)
	}
}
