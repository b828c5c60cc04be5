package httpx_test

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"kaidian/internal/api/httpx"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/shoptest"
)

var shopCORS = httpx.CORS{
	Origins: []string{"https://shop.example", "http://localhost:*", "http://[::1]:*"},
	Expose:  []string{"Idempotency-Key", "X-Request-Id"},
}

func TestAllowed(t *testing.T) {
	t.Parallel()
	for origin, want := range map[string]bool{
		"https://shop.example":            true,
		"http://shop.example":             false,
		"https://shop.example:8443":       false,
		"https://shop.example.evil.test":  false,
		"https://evil.test":               false,
		"http://localhost":                true,
		"http://localhost:8000":           true,
		"https://localhost:8000":          false,
		"http://localhost:8000/":          false,
		"http://localhost:":               false,
		"http://localhost:x":              false,
		"http://localhost.evil.test:8000": false,
		"http://localhost:8000@evil.test": false,
		"http://x@localhost:8000":         false,
		"http://[::1]:3000":               true,
		"null":                            false,
		"":                                false,
		"*":                               false,
	} {
		if got := shopCORS.Allowed(origin); got != want {
			t.Errorf("%q: %v", origin, got)
		}
	}
}

func TestCORSMarksAnswers(t *testing.T) {
	t.Parallel()
	url := serve(t, shopCORS.Wrap(says(http.StatusOK, `{}`)))
	for origin, want := range map[string]string{
		"https://shop.example": "https://shop.example", "http://localhost:5173": "http://localhost:5173",
		"https://evil.test": "", "null": "",
	} {
		got := send(t, "GET", url, "", "Origin: "+origin)
		if got.header.Get("Access-Control-Allow-Origin") != want || got.header.Get("Vary") != "Origin" || got.status != http.StatusOK {
			t.Errorf("%s: %d %v", origin, got.status, got.header)
		}
		exposed := got.header.Get("Access-Control-Expose-Headers")
		if (exposed == "Idempotency-Key, X-Request-Id") != (want != "") {
			t.Errorf("%s: exposes %q", origin, exposed)
		}
	}
	plain := send(t, "GET", url, "")
	if plain.header.Get("Vary") != "Origin" || plain.header.Get("Access-Control-Allow-Credentials") != "true" || plain.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("without an origin: %v", plain.header)
	}
}

func TestPreflight(t *testing.T) {
	t.Parallel()
	var reached atomic.Bool
	url := serve(t, shopCORS.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		reached.Store(true)
		w.WriteHeader(http.StatusTeapot)
	})))
	got := send(t, "OPTIONS", url+"/store/customers", "", "Origin: http://localhost:8000", "Access-Control-Request-Method: POST",
		"Access-Control-Request-Headers: content-type,x-medusa-access-token")
	h := got.header
	if got.status != http.StatusNoContent || got.body != "" || reached.Load() {
		t.Fatalf("status %d, body %q, handler reached: %v", got.status, got.body, reached.Load())
	}
	if h.Get("Access-Control-Allow-Origin") != "http://localhost:8000" || h.Get("Access-Control-Allow-Credentials") != "true" ||
		h.Get("Access-Control-Allow-Methods") != "GET,HEAD,PUT,PATCH,POST,DELETE" ||
		h.Get("Access-Control-Allow-Headers") != "content-type,x-medusa-access-token" {
		t.Errorf("header %v", h)
	}
	if vary := h.Values("Vary"); !slices.Equal(vary, []string{"Origin", "Access-Control-Request-Headers"}) {
		t.Errorf("Vary %v", vary)
	}
	evil := send(t, "OPTIONS", url, "", "Origin: https://evil.test", "Access-Control-Request-Method: POST")
	if evil.status != http.StatusNoContent || evil.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("another origin: %d %v", evil.status, evil.header)
	}
	if other := send(t, "OPTIONS", url, "", "Origin: http://localhost:8000"); other.status != http.StatusTeapot {
		t.Errorf("an OPTIONS that is no preflight: %d", other.status)
	}
}

func TestSameSite(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		method  string
		headers []string
		want    bool
	}{
		"no browser":                    {"POST", nil, true},
		"our own page":                  {"POST", []string{"Origin: https://api.example", "Sec-Fetch-Site: same-origin"}, true},
		"our own page, an old browser":  {"POST", []string{"Origin: https://api.example"}, true},
		"our name without TLS":          {"POST", []string{"Origin: http://api.example", "Sec-Fetch-Site: cross-site"}, false},
		"an allowed page":               {"POST", []string{"Origin: https://shop.example", "Sec-Fetch-Site: cross-site"}, true},
		"another page":                  {"POST", []string{"Origin: https://evil.test", "Sec-Fetch-Site: cross-site"}, false},
		"another page, an old browser":  {"POST", []string{"Origin: https://evil.test"}, false},
		"another page reads":            {"GET", []string{"Origin: https://evil.test", "Sec-Fetch-Site: cross-site"}, false},
		"a sibling's page":              {"POST", []string{"Origin: https://blog.example", "Sec-Fetch-Site: same-site"}, false},
		"a sandboxed page":              {"POST", []string{"Origin: null", "Sec-Fetch-Site: cross-site"}, false},
		"a sandboxed page, old browser": {"POST", []string{"Origin: null"}, false},
		"a form without an origin":      {"POST", []string{"Sec-Fetch-Site: cross-site"}, false},
		"a link from elsewhere":         {"GET", []string{"Sec-Fetch-Site: cross-site"}, true},
		"a deletion from elsewhere":     {"DELETE", []string{"Sec-Fetch-Site: cross-site"}, false},
		"typed by the user":             {"GET", []string{"Sec-Fetch-Site: none"}, true},
		"nonsense":                      {"POST", []string{"Origin: %zz"}, false},
	} {
		r := request("203.0.113.5:1", c.headers...)
		r.Method, r.Host = c.method, "api.example"
		if got := shopCORS.SameSite(r); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	nameless := request("203.0.113.5:1", "Origin: null") // HTTP/1.0 knows requests without a host
	nameless.Method = "POST"
	if shopCORS.SameSite(nameless) {
		t.Error("an origin without a name is taken for a host without a name")
	}
}

// A shopper's cookie counts only when the request can be the shopper's own wish.
func TestACookieFromAnotherSiteIsNobodys(t *testing.T) {
	t.Parallel()
	shop := shoptest.Start(t, dbtest.OpenSQLite(t))
	shop.Customer(t, customer.NewAccount{Identity: "arno@example.com"})
	signedIn := send(t, "POST", shop.URL+"/store/auth", `{"email":"arno@example.com","password":"supersecret"}`)
	cookie, _, _ := strings.Cut(signedIn.header.Get("Set-Cookie"), ";")
	for _, c := range []struct {
		method, origin, site string
		status               int
	}{
		{"POST", "", "", http.StatusOK},
		{"POST", "http://localhost:8000", "cross-site", http.StatusOK},
		{"POST", "https://evil.test", "cross-site", http.StatusUnauthorized},
		{"POST", "https://evil.test", "", http.StatusUnauthorized},
		{"POST", "null", "cross-site", http.StatusUnauthorized},
		{"POST", "", "cross-site", http.StatusUnauthorized},
		{"GET", "", "cross-site", http.StatusOK}, // a link
		{"GET", "https://evil.test", "cross-site", http.StatusUnauthorized},
	} {
		headers := []string{"Cookie: " + cookie}
		if c.origin != "" {
			headers = append(headers, "Origin: "+c.origin)
		}
		if c.site != "" {
			headers = append(headers, "Sec-Fetch-Site: "+c.site)
		}
		got := send(t, c.method, shop.URL+"/store/customers/me", "", headers...)
		if got.status != c.status || (got.header.Get("Access-Control-Allow-Origin") == "") != (c.origin != "http://localhost:8000") {
			t.Errorf("%s from %q, %s: %d %s", c.method, c.origin, c.site, got.status, got.body)
		}
	}
}
