package route_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"kaidian/internal/api/route"
)

// answered gives an answer without a network between.
func answered(h http.Handler, r *http.Request) reply {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	body, _ := io.ReadAll(w.Result().Body)
	return reply{w.Code, w.Header(), string(body)}
}

// FuzzBody sends any body to a strict and a loose face: it is taken, or refused in the face's envelope with its reasons.
func FuzzBody(f *testing.F) {
	strict, loose := build(f, nil, echo), build(f, func(m *route.Manners) { m.LooseBody = true }, echo)
	for _, seed := range []string{``, `{}`, `null`, `{"title":"abc"}`, `{"title":"abc","sender":{"name":"x"},"lines":[{"text":"a","quantity":1}]}`,
		`{"title":"abc","nick":null,"address":{"name":"x"},"meta":{"a":[1,{"b":null}]},"labels":{"a.b":"x"},"shoe":41,"big":1e30}`,
		`{"Title":"abc","TITLE":1,"a":1,"a":2}`, `[[[[]]]]`, "\ufeff{}", "{\"title\":\"\xff\"}", `{"title":"\u0000"}`, `{"price":1e999}`, `{"shoe":"x"}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		for _, face := range []*house{strict, loose} {
			got := answered(face, httptest.NewRequest("POST", "/shop/notes", strings.NewReader(body)))
			switch got.status {
			case http.StatusOK:
				if strings.Contains(got.body, `\u0000`) || !utf8.ValidString(got.body) {
					t.Errorf("%q lets through %q", body, got.body)
				}
			case http.StatusBadRequest:
				why := got.trouble(t)
				if why.Message == "" || why.Reason == "http.invalid" && len(why.Fields) == 0 {
					t.Errorf("%q: %+v", body, why)
				}
				if again := answered(face, httptest.NewRequest("POST", "/shop/notes", strings.NewReader(body))); again.body != got.body {
					t.Errorf("%q is refused with %s and with %s", body, got.body, again.body)
				}
			case http.StatusRequestEntityTooLarge:
			default:
				t.Errorf("%q answers %d %s", body, got.status, got.body)
			}
		}
	})
}

// FuzzDecodeQuery sends any query to a strict and a loose face.
func FuzzDecodeQuery(f *testing.F) {
	strict, loose := build(f, nil, ask), build(f, func(m *route.Manners) { m.LooseQuery = true }, ask)
	for _, seed := range []string{"", "limit=5&q=x", "status[]=done&tags[0]=a,b", "created_at[gt]=2024-01-01&from=0", "a[b][c]=1", "%zz", "%00", "[]=1", "[=", "limit[", "tags[99999999999999999999]=a", "q=;"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		for _, face := range []*house{strict, loose} {
			r := httptest.NewRequest("GET", "/shop/notes", nil)
			r.URL = &url.URL{Path: "/shop/notes", RawQuery: query}
			got := answered(face, r)
			if got.status != http.StatusOK && (got.status != http.StatusBadRequest || got.trouble(t).Message == "") {
				t.Errorf("%q answers %d %s", query, got.status, got.body)
			}
		}
	})
}

// FuzzParseTime reads any time: what is read is one that can be written and read again.
func FuzzParseTime(f *testing.F) {
	for _, seed := range []string{"2024-01-01", "2024-01-01T10:20:30.5+08:00", "1700000000", "0000-01-01", "9999-12-31T23:59:59-23:59", "-0", "+5"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at, ok := route.ParseTime(text)
		if !ok {
			if !at.IsZero() {
				t.Errorf("%q is refused, and %s", text, at)
			}
			return
		}
		if at.Location() != time.UTC {
			t.Errorf("%q is in %s", text, at.Location())
		}
		if back := time.UnixMilli(at.UnixMilli()); at.Sub(back) < 0 || at.Sub(back) >= time.Millisecond {
			t.Errorf("%q is %s, kept as %s", text, at, back)
		}
	})
}
