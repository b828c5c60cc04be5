package open_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"kaidian/internal/api/open"
	"kaidian/internal/commerce/staff"
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/event"
	"kaidian/internal/platform/secret"
)

const (
	testKey      = "a94a110d86d2452eb3e2af4cfb8a3828"
	testSecret   = "a84a110d86d2452eb3e2af4cfb8a3828"
	testToken    = "0123456789abcdef0123456789abcdef"
	testCode     = "fedcba9876543210fedcba9876543210"
	publicToken  = "76543210fedcba9876543210fedcba98"
	testClient   = "b94a110d86d2452eb3e2af4cfb8a3828"
	testCallback = "https://app.example/auth"
	testBasic    = "Basic YTk0YTExMGQ4NmQyNDUyZWIzZTJhZjRjZmI4YTM4Mjg6YTg0YTExMGQ4NmQyNDUyZWIzZTJhZjRjZmI4YTM4Mjg="

	clientBody = "grant_type=client_credentials"
	codeBody   = "grant_type=authorization_code&client_id=" + testClient + "&code="
)

// tokenServer is a token endpoint over real HTTP, with a private and a public app.
type tokenServer struct {
	staff *staff.Service
	clock *clock.Fake
	url   string
}

func eachTokenServer(t *testing.T, fn func(t *testing.T, s tokenServer)) {
	t.Helper()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) { fn(t, newTokenServer(t, d)) })
}

func newTokenServer(t *testing.T, d *db.DB) tokenServer {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	c := clock.NewFake(time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC))
	ring, err := secret.NewKeyring(bytes.Repeat([]byte{7}, secret.MasterSize))
	if err != nil {
		t.Fatal(err)
	}
	s := staff.New(staff.Options{DB: d, Clock: c, Events: event.New(d, c, log), Passwords: secret.NewPasswords(secret.PasswordOptions{}), Keyring: ring})
	t.Cleanup(s.Close)
	for _, n := range []staff.NewApp{
		{Kind: staff.Private, Name: "ERP", Key: testKey, Secret: testSecret, Token: testToken},
		{Kind: staff.Public, Name: "Reports", Key: testClient, CallbackURL: testCallback, Token: publicToken, Code: testCode},
	} {
		if _, err := s.CreateApp(t.Context(), n); err != nil {
			t.Fatal(err)
		}
	}
	mux := http.NewServeMux()
	h := open.TokenHandler(s, c, log)
	mux.Handle("/oauth2/token", h)
	mux.Handle("/oauth2/token/", h)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return tokenServer{staff: s, clock: c, url: server.URL}
}

// tokenCall is one request; an empty method is POST and an empty path the endpoint's.
type tokenCall struct{ method, path, auth, contentType, body string }

// tokenAnswer is what came back.
type tokenAnswer struct {
	status int
	body   string
	header http.Header
}

func (s tokenServer) do(t *testing.T, c tokenCall) tokenAnswer {
	t.Helper()
	if c.method == "" {
		c.method = http.MethodPost
	}
	if c.path == "" {
		c.path = "/oauth2/token"
	}
	req, err := http.NewRequestWithContext(t.Context(), c.method, s.url+c.path, strings.NewReader(c.body))
	if err != nil {
		t.Fatal(err)
	}
	if c.auth != "" {
		req.Header.Set("Authorization", c.auth)
	}
	if c.contentType != "" {
		req.Header.Set("Content-Type", c.contentType)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return tokenAnswer{res.StatusCode, string(body), res.Header}
}

func TestTokenAnswersByteForByte(t *testing.T) {
	t.Parallel()
	const (
		form     = "application/x-www-form-urlencoded"
		ok       = `{"token":"` + testToken + `"}`
		okPublic = `{"token":"` + publicToken + `"}`
		client   = `{"error":"invalid_client"}`
		grant    = `{"error":"invalid_grant"}`
		badType  = `{"error":"unsupported_grant_type"}`
	)
	eachTokenServer(t, func(t *testing.T, s tokenServer) {
		for name, c := range map[string]struct {
			tokenCall
			status int
			want   string
		}{
			"client":               {tokenCall{auth: testBasic, contentType: form, body: clientBody}, 200, ok},
			"slash":                {tokenCall{path: "/oauth2/token/", auth: testBasic, body: clientBody}, 200, ok},
			"json content type":    {tokenCall{auth: testBasic, contentType: "application/json", body: clientBody}, 200, ok},
			"odd content type":     {tokenCall{auth: testBasic, contentType: ";;", body: clientBody}, 200, ok},
			"no padding":           {tokenCall{auth: strings.TrimRight(testBasic, "="), body: clientBody}, 200, ok},
			"lower-case scheme":    {tokenCall{auth: "basic" + testBasic[5:], body: clientBody}, 200, ok},
			"wrong secret":         {tokenCall{auth: "Basic " + base64.StdEncoding.EncodeToString([]byte(testKey+":wrong")), body: clientBody}, 401, client},
			"no credentials":       {tokenCall{body: clientBody}, 401, client},
			"bearer":               {tokenCall{auth: "Bearer x", body: clientBody}, 401, client},
			"public client":        {tokenCall{auth: "Basic " + base64.StdEncoding.EncodeToString([]byte(testClient+":x")), body: clientBody}, 401, client},
			"code":                 {tokenCall{contentType: form, body: codeBody + testCode + "&redirect_uri=" + url.QueryEscape(testCallback)}, 200, okPublic},
			"code again":           {tokenCall{body: codeBody + testCode}, 200, okPublic},
			"code, empty redirect": {tokenCall{body: codeBody + testCode + "&redirect_uri="}, 200, okPublic},
			"code, encoded twice":  {tokenCall{body: codeBody + testCode + "&redirect_uri=" + url.QueryEscape(url.QueryEscape(testCallback))}, 200, okPublic},
			"code, other redirect": {tokenCall{body: codeBody + testCode + "&redirect_uri=" + url.QueryEscape("https://evil.example/auth")}, 400, grant},
			"unknown code":         {tokenCall{body: codeBody + "testtest"}, 401, client},
			"unknown client":       {tokenCall{body: "grant_type=authorization_code&client_id=x&code=" + testCode}, 401, client},
			"code of a private":    {tokenCall{body: "grant_type=authorization_code&client_id=" + testKey + "&code=" + testCode}, 401, client},
			"other grant type":     {tokenCall{auth: testBasic, body: "grant_type=password"}, 400, badType},
			"nothing":              {tokenCall{auth: testBasic}, 400, badType},
			"in the query":         {tokenCall{path: "/oauth2/token?" + clientBody, auth: testBasic}, 400, badType},
			"json":                 {tokenCall{contentType: "application/json", body: `{"grant_type":"client_credentials"}`}, 400, badType},
			"bad escapes":          {tokenCall{body: "%zz&%=&" + clientBody, auth: testBasic}, 200, ok},
			"get":                  {tokenCall{method: http.MethodGet, auth: testBasic}, 405, `{"error":"invalid_request"}`},
			"put":                  {tokenCall{method: http.MethodPut, auth: testBasic, body: clientBody}, 405, `{"error":"invalid_request"}`},
			"large":                {tokenCall{auth: testBasic, body: clientBody + "&x=" + strings.Repeat("x", open.TokenBodyLimit)}, 413, `{"error":"invalid_request"}`},
			"just not large":       {tokenCall{auth: testBasic, body: clientBody + "&x=" + strings.Repeat("x", open.TokenBodyLimit-len(clientBody)-3)}, 200, ok},
		} {
			a := s.do(t, c.tokenCall)
			if a.status != c.status || a.body != c.want {
				t.Errorf("%s: got %d %q, want %d %q", name, a.status, a.body, c.status, c.want)
			}
			if a.header.Get("Content-Type") != "application/json; charset=utf-8" || a.header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s: header %v", name, a.header)
			}
		}
	})
}

func TestTokenOfARevokedApp(t *testing.T) {
	t.Parallel()
	eachTokenServer(t, func(t *testing.T, s tokenServer) {
		for _, key := range []string{testKey, testClient} {
			if err := s.staff.Uninstall(t.Context(), key); err != nil {
				t.Fatal(err)
			}
		}
		if a := s.do(t, tokenCall{auth: testBasic, body: clientBody}); a.status != 401 || a.body != `{"error":"invalid_client"}` {
			t.Errorf("private: %d %s", a.status, a.body)
		}
		if a := s.do(t, tokenCall{body: codeBody + testCode}); a.status != 400 || a.body != `{"error":"invalid_grant"}` {
			t.Errorf("public: %d %s", a.status, a.body)
		}
	})
}

func TestTokenFailuresAreLimited(t *testing.T) {
	t.Parallel()
	s := newTokenServer(t, dbtest.OpenSQLite(t))
	for range open.TokenFailures + 10 { // successes do not count
		if a := s.do(t, tokenCall{auth: testBasic, body: clientBody}); a.status != 200 {
			t.Fatalf("got %d %s", a.status, a.body)
		}
	}
	for range open.TokenFailures {
		if a := s.do(t, tokenCall{body: codeBody + "testtest"}); a.status != 401 {
			t.Fatalf("got %d %s", a.status, a.body)
		}
	}
	s.clock.Advance(100 * time.Millisecond)
	a := s.do(t, tokenCall{auth: testBasic, body: clientBody})
	if a.status != 429 || a.body != `{"error":"too_many_requests"}` || a.header.Get("Retry-After") != "1" {
		t.Errorf("got %d %s, %v", a.status, a.body, a.header)
	}
	s.clock.Advance(900 * time.Millisecond) // one in a second comes back
	for i, c := range []struct {
		tokenCall
		status int
	}{
		{tokenCall{auth: testBasic, body: clientBody}, 200},
		{tokenCall{body: codeBody + "testtest"}, 401},
		{tokenCall{auth: testBasic, body: clientBody}, 429},
	} {
		if a := s.do(t, c.tokenCall); a.status != c.status {
			t.Errorf("call %d: got %d %s, want %d", i, a.status, a.body, c.status)
		}
	}
}

func TestTokenHidesItsOwnFailures(t *testing.T) {
	t.Parallel()
	d := dbtest.OpenSQLite(t)
	s := newTokenServer(t, d)
	if _, err := d.SQL().ExecContext(t.Context(), `update apps set secret_sealed = 'broken'`); err != nil {
		t.Fatal(err)
	}
	for range open.TokenFailures + 1 { // ours, so they do not count as the client's
		if a := s.do(t, tokenCall{auth: testBasic, body: clientBody}); a.status != 500 || a.body != `{"error":"server_error"}` {
			t.Fatalf("got %d %s", a.status, a.body)
		}
	}
}

func TestParseBasic(t *testing.T) {
	t.Parallel()
	for header, want := range map[string][2]string{
		testBasic:                 {testKey, testSecret},
		"BASIC  " + testBasic[6:]: {testKey, testSecret},
		"Basic a2V5OsO_w78/Pz8+":  {"key", "ÿÿ???>"}, // both alphabets in one
		"Basic a2V5OmE6Yg==":      {"key", "a:b"},
		"Basic Og":                {"", ""},
	} {
		user, password, ok := open.ParseBasic(header)
		if !ok || user != want[0] || password != want[1] {
			t.Errorf("%q is %q, %q, %v, want %q", header, user, password, ok, want)
		}
	}
	for _, header := range []string{"", "Basic", "Basic ", "Basic a2V5", "Basic a2V5O!", "Bearer a2V5OmE6Yg==", "Basica2V5OmE6Yg==", "a2V5OmE6Yg=="} {
		if user, password, ok := open.ParseBasic(header); ok {
			t.Errorf("%q is %q, %q", header, user, password)
		}
	}
}

func FuzzParseBasic(f *testing.F) {
	for _, seed := range []string{testBasic, "Basic Og", "basic a2V5OsO_w78/Pz8-=", "Basic \x00", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		user, password, ok := open.ParseBasic(header)
		if strings.Contains(user, ":") {
			t.Errorf("%q has user %q", header, user)
		}
		if !ok {
			return
		}
		for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
			u, p, ok := open.ParseBasic("Basic " + encoding.EncodeToString([]byte(user+":"+password)))
			if !ok || u != user || p != password {
				t.Errorf("%q became %q, %q, %v", header, u, p, ok)
			}
		}
	})
}
