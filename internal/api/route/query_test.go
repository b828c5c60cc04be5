package route_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"kaidian/internal/api/route"
)

// paging is a part of several queries.
type paging struct {
	Limit  int `q:"limit" default:"10" min:"1" max:"50" clamp:"yes"`
	Offset int `q:"offset" min:"0" max:"1000"`
}

// search is what the face of these tests can be asked.
type search struct {
	paging
	Word    string       `q:"q" default:"any"`
	Since   *int64       `q:"since_id" min:"0"`
	Open    *bool        `q:"open"`
	Status  []string     `q:"status,one" enum:"pending,done"`
	Tags    []string     `q:"tags"`
	Fields  []string     `q:"fields,csv"`
	Created route.Window `q:"created_at"`
	From    *time.Time   `q:"from"`
	Note    int          // without a tag it is no parameter
}

// ask puts a route on a face that shows the search it was asked.
func ask(f *route.Face) {
	route.Handle(f, route.Route{Method: "GET", Path: "/shop/notes", Name: "ask", Query: search{}},
		func(ctx context.Context, _ *nothing) (*wordOut, error) {
			q := route.QueryOf[search](ctx)
			var b strings.Builder
			fmt.Fprintf(&b, "limit=%d offset=%d q=%s", q.Limit, q.Offset, q.Word)
			if q.Since != nil {
				fmt.Fprintf(&b, " since=%d", *q.Since)
			}
			if q.Open != nil {
				fmt.Fprintf(&b, " open=%v", *q.Open)
			}
			for name, list := range map[string][]string{"status": q.Status, "tags": q.Tags, "fields": q.Fields} {
				if list != nil {
					fmt.Fprintf(&b, " %s=%q", name, list)
				}
			}
			for _, end := range []struct {
				name string
				at   time.Time
			}{{"gt", q.Created.GT}, {"gte", q.Created.GTE}, {"lt", q.Created.LT}, {"lte", q.Created.LTE}} {
				if !end.at.IsZero() {
					fmt.Fprintf(&b, " %s=%s", end.name, end.at.Format(time.RFC3339Nano))
				}
			}
			if q.From != nil {
				fmt.Fprintf(&b, " from=%s", q.From.Format(time.RFC3339Nano))
			}
			return word(b.String()), nil
		})
}

const usual = "limit=10 offset=0 q=any"

func TestQueries(t *testing.T) {
	t.Parallel()
	h := build(t, nil, ask)
	for query, want := range map[string]string{
		"":                         usual,
		"limit=20&offset=5&q=pear": "limit=20 offset=5 q=pear",
		"limit=%205":               "limit=5 offset=0 q=any",
		"limit=1000":               "limit=50 offset=0 q=any", // clamped
		"limit=&q=&offset=&since_id=&open=&created_at[gt]": "created_at.gt must be a Date instance",
		"limit=&q=&offset=&since_id=&open=&from=":          usual, // empty is absent
		"limit=1&limit=2":               "limit=2 offset=0 q=any",
		"since_id=7":                    usual + " since=7",
		"open=true":                     usual + " open=true",
		"open=FALSE":                    usual + " open=false",
		"open=yes":                      usual,
		"status=done":                   usual + ` status=["done"]`,
		"status[]=done&status[]=done":   usual + ` status=["done" "done"]`,
		"status[]=done,pending":         usual + ` status=["done" "pending"]`,
		"status[0]=done":                usual + ` status=["done"]`,
		"tags[]=a&tags[]=b,c":           usual + ` tags=["a" "b,c"]`,
		"tags[]=a,,+,b":                 usual + ` tags=["a" "b"]`,
		"tags[]=":                       usual,
		"tags%5B%5D=a":                  usual + ` tags=["a"]`,
		"tags[10]=k&tags[2]=b&tags[]=x": usual + ` tags=["x" "b" "k"]`,
		"fields=a,b":                    usual + ` fields=["a" "b"]`,
		"fields=a&fields=b,c":           usual + ` fields=["a" "b" "c"]`,
		"fields[]=a&fields[]=b":         usual + ` fields=["a" "b"]`,
		"created_at[gt]=2024-01-01&created_at[lte]=2024-02-01T10:00:00%2B08:00": usual + " gt=2024-01-01T00:00:00Z lte=2024-02-01T02:00:00Z",
		"created_at[gte]=1700000000&created_at[lt]=2024-01-01+10:20:30.5":       usual + " gte=2023-11-14T22:13:20Z lt=2024-01-01T10:20:30.5Z",
		"from=2024-01-01T10:20": usual + " from=2024-01-01T10:20:00Z",

		"limit=abc":                    "limit must be a number conforming to the specified constraints",
		"limit=1.5":                    "limit must be a number conforming to the specified constraints",
		"limit=9223372036854775808":    "limit must be a number conforming to the specified constraints",
		"limit=0":                      "limit must not be less than 1",
		"offset=-1":                    "offset must not be less than 0",
		"offset=1001":                  "offset must not be greater than 1000",
		"since_id=-1":                  "since_id must not be less than 0",
		"limit[]=5":                    "limit must be a single value",
		"limit[a]=5":                   "limit must be a single value",
		"status=lost":                  "each value in status must be one of the following values: pending,done",
		"tags=a":                       "tags must be an array",
		"tags[x]=a":                    "tags must be an array",
		"created_at=2024-01-01":        "created_at must be an object",
		"created_at[]=2024-01-01":      "created_at must be an object",
		"created_at[gt]=yesterday":     "created_at.gt must be a Date instance",
		"created_at[gt]=-1":            "created_at.gt must be a Date instance",
		"created_at[gt]=1700000000000": "created_at.gt must be a Date instance", // milliseconds
		"created_at[eq]=2024-01-01":    "property created_at.eq should not exist",
		"created_at[gt][x]=1":          "property created_at.gt][x should not exist",
		"from=soon":                    "from must be a date",
		"foo=bar":                      "property foo should not exist",
		"note=1":                       "property note should not exist",
		"Limit=5":                      "property Limit should not exist",
		"z=1&limit=x&a[b]=1&offset=y&status=lost": "property a should not exist, property z should not exist, " +
			"limit must be a number conforming to the specified constraints, offset must be a number conforming to the specified constraints, " +
			"each value in status must be one of the following values: pending,done",

		"q=%zz":    "The query string could not be read",
		"q=%00":    "The query string could not be read",
		"%00=1":    "The query string could not be read",
		"q=%ff":    "The query string could not be read",
		"q=a;b=c":  "The query string could not be read",
		"q=%E5%BC": "The query string could not be read",
	} {
		got := h.send(t, "GET", "/shop/notes?"+query, "")
		if strings.HasPrefix(want, "limit=") {
			if got.status != http.StatusOK || got.body != fmt.Sprintf(`{"word":%q}`, want) {
				t.Errorf("%s: %d %s, want %s", query, got.status, got.body, want)
			}
		} else if got.status != http.StatusBadRequest || got.trouble(t).Message != want {
			t.Errorf("%s: %d %s, want %s", query, got.status, got.body, want)
		}
	}
}

func TestQueriesOfALooseFace(t *testing.T) {
	t.Parallel()
	h := build(t, func(m *route.Manners) { m.LooseQuery, m.Zone = true, route.China }, ask)
	if got := h.send(t, "GET", "/shop/notes?foo=bar&a[b]=c&from=2024-01-01", ""); got.body != fmt.Sprintf(`{"word":%q}`, usual+" from=2023-12-31T16:00:00Z") {
		t.Errorf("%d %s", got.status, got.body)
	}
	if got := h.send(t, "GET", "/shop/notes?limit=x", ""); got.trouble(t).Message != "limit must be a number conforming to the specified constraints" {
		t.Errorf("%d %s", got.status, got.body)
	}
}

func TestManyQueryKeys(t *testing.T) {
	t.Parallel()
	for _, loose := range []bool{false, true} {
		h := build(t, func(m *route.Manners) { m.LooseQuery = loose }, ask)
		var b strings.Builder
		for i := range 10_000 {
			fmt.Fprintf(&b, "k%d&", i)
		}
		if got := h.send(t, "GET", "/shop/notes?"+b.String(), ""); got.trouble(t).Reason != "http.bad_query" {
			t.Errorf("%d %s", got.status, got.body)
		}
		many := url.Values{}
		for i := range 1_000 {
			many.Set(fmt.Sprintf("k%d", i), "x")
		}
		got := h.send(t, "GET", "/shop/notes?"+many.Encode(), "")
		if loose && got.status != http.StatusOK {
			t.Errorf("a thousand that are let through: %d %s", got.status, got.body)
		}
		if !loose && len(got.trouble(t).Fields) != 50 {
			t.Errorf("a thousand problems: %d %.300s", got.status, got.body)
		}
	}
}

// A wrong declaration is found while the program is wired.
func TestWrongDeclarationsPanic(t *testing.T) {
	t.Parallel()
	for name, q := range map[string]any{
		"a kind": struct {
			X float64 `q:"x"`
		}{},
		"a bound": struct {
			X int `q:"x" max:"ten"`
		}{},
		"a default": struct {
			X int `q:"x" default:"ten"`
		}{},
		"a default beyond its bound": struct {
			X int `q:"x" default:"11" max:"10"`
		}{},
		"a time": struct {
			X *time.Time `q:"x" default:"soon"`
		}{},
	} {
		func() {
			defer func() {
				if p := recover(); p == nil {
					t.Errorf("%s that is none is taken", name)
				}
			}()
			build(t, nil, func(f *route.Face) {
				route.Handle(f, route.Route{Method: "GET", Path: "/shop/x", Name: "x", Query: q},
					func(context.Context, *nothing) (*wordOut, error) { return word(""), nil })
			})
		}()
	}
}

func TestParseTime(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2024-01-01":                    "2023-12-31T16:00:00Z",
		"2024-01-01T10:20":              "2024-01-01T02:20:00Z",
		"2024-01-01T10:20:30":           "2024-01-01T02:20:30Z",
		"2024-01-01 10:20:30.123":       "2024-01-01T02:20:30.123Z",
		"2024-01-01T10:20:30Z":          "2024-01-01T10:20:30Z",
		"2024-01-01T10:20:30.5+01:00":   "2024-01-01T09:20:30.5Z",
		" 2024-01-01 ":                  "2023-12-31T16:00:00Z",
		"0":                             "1970-01-01T00:00:00Z",
		"1700000000":                    "2023-11-14T22:13:20Z",
		"253402300799":                  "9999-12-31T23:59:59Z",
		"253402300800":                  "",
		"-1":                            "",
		"1.5":                           "",
		"2024-02-30":                    "",
		"2024-1-1":                      "",
		"24-01-01":                      "",
		"2024-01-01T25:00:00Z":          "",
		"2024-01-01T10:20:30+99:00":     "",
		"now":                           "",
		"":                              "",
		"１７":                            "",
		"2024-01-01T10:20:30Z; drop it": "",
	} {
		at, ok := route.ParseTime(text)
		got := ""
		if ok {
			got = at.Format(time.RFC3339Nano)
		}
		if got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}
