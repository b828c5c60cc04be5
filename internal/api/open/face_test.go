package open_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"kaidian/internal/api/open"
	"kaidian/internal/api/route"
	"kaidian/internal/api/scenario"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/config"
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/limit"
	"kaidian/internal/shoptest"
)

// reply is what came back of a call.
type reply struct {
	status int
	header http.Header
	body   string
}

// used is the state of the call limit.
func (r reply) used() string { return r.header.Get("X-YHSD-SHOP-API-CALL-LIMIT") }

// call asks the shop with a token and follows no redirect.
func call(t *testing.T, s *shoptest.Shop, token, method, path, body string) reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-API-ACCESS-TOKEN", token)
	c := http.Client{Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{res.StatusCode, res.Header, string(data)}
}

// want checks an answer. An empty body is any.
func (r reply) want(t *testing.T, what string, status int, body string) {
	t.Helper()
	if r.status != status || body != "" && r.body != body {
		t.Errorf("%s: got %d %s\nwant %d %s", what, r.status, r.body, status, body)
	}
}

func TestSlashesAndDotsLeadToNoRedirect(t *testing.T) {
	t.Parallel()
	s := shoptest.Start(t, dbtest.OpenSQLite(t))
	for path, status := range map[string]int{
		"/v1/shop/": 200, "/v1//shop": 200, "/v1///shop//": 200, "/v1/./shop": 200, "/v1/metas/../shop": 200, "/v1/shop?fields=name": 200,
		"/v1//shop/?fields=a//b/": 200, "/v1//countries/1//provinces/10/cities/": 200,
		"/v1/": 404, "/v1//": 404, "/v1/.": 404, "/v1/../store/customers": 404, "/v1/%2e%2e/health": 404, "/v1/..//v1/../health": 404, "/v1/shop/x": 404,
		"/v1/customers/%00": 404, "/v1/metas/%ff/fields": 404,
	} {
		r := call(t, s, s.Token, http.MethodGet, path, "")
		r.want(t, path, status, "")
		if r.used() == "" {
			t.Errorf("%s: the answer does not tell the call limit", path)
		}
		if status == 404 {
			r.want(t, path, 404, `{"code":404,"message":"接口不存在"}`)
		}
	}
	const body = `{"customer":{"reg_type":"uname","reg_identity":"buyer","password":"supersecret"}}`
	call(t, s, s.Token, http.MethodPost, "/v1//customers/", body).want(t, "a body behind slashes", 200, "")
	if n, err := s.Customers.Count(t.Context(), customer.Query{}); n != 1 || err != nil {
		t.Errorf("%d customers came of it (%v)", n, err)
	}
}

func TestCallLimit(t *testing.T) {
	t.Parallel()
	s := shoptest.Start(t, dbtest.OpenSQLite(t), func(c *config.Serve) { c.CallLimit, c.CallLeak = 3, 0.5 })
	other := s.Setup(t, "app scopes=read_basic")["limited"].(string)
	for i, path := range []string{"/v1/shop", "/v1/nothing", "/v1/customers/1"} { // whatever the answer, the call counts
		if got, want := call(t, s, s.Token, http.MethodGet, path, "").used(), fmt.Sprintf("%d/3", i+1); got != want {
			t.Errorf("call %d: used up %q, want %q", i+1, got, want)
		}
	}
	full := func(wait string) {
		t.Helper()
		r := call(t, s, s.Token, http.MethodPost, "/v1/metas", `{"meta":{"name":"x","owner_resource":"shop"}}`)
		r.want(t, "a full bucket", 429, `{"code":429,"message":"调用次数超出限制，请稍后再试"}`)
		if r.used() != "3/3" || r.header.Get("Retry-After") != wait {
			t.Errorf("used up %q and Retry-After %q, want 3/3 and %s", r.used(), r.header.Get("Retry-After"), wait)
		}
	}
	full("2")
	s.Clock.Advance(1500 * time.Millisecond)
	full("1")
	if got := call(t, s, other, http.MethodGet, "/v1/shop", "").used(); got != "1/3" {
		t.Errorf("another app has used up %q", got)
	}
	s.Clock.Advance(500 * time.Millisecond)
	r := call(t, s, s.Token, http.MethodGet, "/v1/metas/count", "")
	r.want(t, "after the wait", 200, `{"count":0}`) // what was refused was not done
	if r.used() != "3/3" {
		t.Errorf("used up %q, want 3/3", r.used())
	}
	s.Clock.Advance(time.Hour)
	if got := call(t, s, s.Token, http.MethodGet, "/v1/shop", "").used(); got != "1/3" {
		t.Errorf("after an hour %q is used up", got)
	}
	for range 5 {
		r := call(t, s, "", http.MethodGet, "/v1/shop", "")
		r.want(t, "no token", 401, "")
		if r.used() != "0/3" {
			t.Errorf("without a token %q is used up", r.used())
		}
	}
}

func TestBodiesHaveALimit(t *testing.T) {
	t.Parallel()
	s := shoptest.Start(t, dbtest.OpenSQLite(t))
	meta := func(size int) string {
		const head, tail = `{"meta":{"name":"x","owner_resource":"shop","unknown":"`, `"}}`
		return head + strings.Repeat("x", size-len(head)-len(tail)) + tail
	}
	call(t, s, s.Token, http.MethodPost, "/v1/metas", meta(1<<20)).want(t, "the limit", 200, "")
	r := call(t, s, s.Token, http.MethodPost, "/v1/metas", meta(1<<20+1))
	r.want(t, "over the limit", 413, `{"code":413,"message":"请求内容过大"}`)
	if r.used() != "2/100" {
		t.Errorf("used up %q", r.used())
	}
}

func TestPagesHaveALimit(t *testing.T) {
	t.Parallel()
	s := shoptest.Start(t, dbtest.OpenSQLite(t))
	for i := range 52 {
		s.Customer(t, customer.NewAccount{Type: customer.UserName, Identity: fmt.Sprintf("buyer%d", i)})
	}
	for query, want := range map[string]int{"": 10, "limit=50": 50, "limit=51": 50, "limit=1000000": 50, "limit=50&page=2": 2, "limit=&page=": 10, "page=6": 2} {
		r := call(t, s, s.Token, http.MethodGet, "/v1/customers?fields=id&"+query, "")
		if n := strings.Count(r.body, `"id"`); r.status != 200 || n != want {
			t.Errorf("%q lists %d (%d), want %d", query, n, r.status, want)
		}
	}
	ids := strings.Repeat("1,", 200)
	call(t, s, s.Token, http.MethodGet, "/v1/customers/count?ids="+ids, "").want(t, "200 ids", 200, `{"count":1}`)
	call(t, s, s.Token, http.MethodGet, "/v1/customers/count?ids="+ids+"2", "").want(t, "201 ids", 422,
		`{"code":422,"errors":{"ids":["超出长度限制"]},"message":"ids 参数不正确"}`)
}

func TestWebhooksKeepOutOfTheHouse(t *testing.T) {
	t.Parallel()
	s := shoptest.Start(t, dbtest.OpenSQLite(t), func(c *config.Serve) { c.WebhookAllowPrivate = false })
	post := func(address string) reply {
		body, err := json.Marshal(map[string]any{"webhook": map[string]string{"address": address, "topic": "shop/update"}})
		if err != nil {
			t.Fatal(err)
		}
		return call(t, s, s.Token, http.MethodPost, "/v1/webhooks", string(body))
	}
	for _, address := range []string{
		"http://localhost/hooks", "http://localhost:8080/hooks", "http://LOCALHOST./hooks", "http://127.0.0.1/hooks", "http://127.1/hooks", "http://[::1]/hooks",
		"http://0.0.0.0/hooks", "http://10.1.2.3/hooks", "http://192.168.0.1/hooks", "http://169.254.169.254/latest", "http://[fe80::1]/hooks", "http://shop/hooks",
		"http://example.com/hooks", "https://www.example.com/hooks", "https://youhaosuda.com/hooks", "https://standard.v.youhaosuda.com/hooks",
		"https://user:secret@kaidian-app.cn/hooks", "file:///etc/passwd", "hooks",
	} {
		post(address).want(t, address, 422, `{"code":422,"errors":{"address":["格式不正确"]},"message":"智能通知有误"}`)
	}
	r := post("https://erp.kaidian-app.cn/hooks")
	r.want(t, "a public address", 200, "")
	call(t, s, s.Token, http.MethodPut, "/v1/webhooks/1", `{"webhook":{"address":"http://127.0.0.1:8080/hooks"}}`).want(t, "a change", 422, "")
	call(t, s, s.Token, http.MethodGet, "/v1/webhooks/count", "").want(t, "all", 200, `{"count":1}`)
}

func TestBodiesMayComeInChunks(t *testing.T) {
	t.Parallel()
	s := shoptest.Start(t, dbtest.OpenSQLite(t))
	body := struct{ io.Reader }{strings.NewReader(`{"meta":{"name":"x","owner_id":"0","owner_resource":"shop"}}`)} // of no length that could be told
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/v1/metas", body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-API-ACCESS-TOKEN", s.Token)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if data, err := io.ReadAll(res.Body); err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("got %d %s (%v)", res.StatusCode, data, err)
	}
}

func TestHeadIsAGetWithoutItsBody(t *testing.T) {
	t.Parallel()
	s := shoptest.Start(t, dbtest.OpenSQLite(t))
	r := call(t, s, s.Token, http.MethodHead, "/v1/shop", "")
	if r.status != 200 || r.body != "" || r.used() != "1/100" {
		t.Errorf("got %d %q, used up %q", r.status, r.body, r.used())
	}
}

// TestEveryOperationHasAScenario also holds all answers to what old clients rely on: one that succeeds has no code.
func TestEveryOperationHasAScenario(t *testing.T) {
	t.Parallel()
	files, err := open.Scenarios()
	if err != nil {
		t.Fatal(err)
	}
	all, err := scenario.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	face, _ := open.New(open.Options{Calls: limit.NewRate(clock.System{}, 1, 1), Log: slog.New(slog.DiscardHandler)})
	examples := scenario.Examples(all, face, face.Zone)
	for _, r := range face.Routes() {
		succeeds := false
		for _, e := range examples[r.Name] {
			if e.Title.EN == "" || e.Title.ZH == "" {
				t.Errorf("%s: an example of %s has no title in both languages", e.Name, r.Name)
			}
			if e.Status >= 400 {
				continue
			}
			succeeds = true
			if body := membersOf(t, e); body["code"] != nil {
				t.Errorf("%s: the answer to %s has a code", e.Name, r.Name)
			}
		}
		if !succeeds {
			t.Errorf("no scenario shows that %s (%s %s) works", r.Name, r.Method, r.Path)
		}
	}
}

func membersOf(t *testing.T, e route.Example) map[string]any {
	t.Helper()
	raw, err := json.Marshal(e.Response)
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]any
	if err := json.Unmarshal(raw, &members); err != nil {
		t.Errorf("%s: %v", e.Name, err)
	}
	return members
}
