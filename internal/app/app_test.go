package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"kaidian/internal/app"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/commerce/staff"
	"kaidian/internal/config"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/shoptest"
)

// instance is a shop that runs in this process with all its workers, on the machine's clock.
type instance struct {
	*app.App
	url  string
	data string
}

func start(t *testing.T, dsn string) *instance {
	t.Helper()
	return startIn(t, dsn, t.TempDir())
}

// startIn is start with a data folder that may hold something already.
func startIn(t *testing.T, dsn, data string) *instance {
	t.Helper()
	i := &instance{data: data}
	a, err := app.New(t.Context(), config.Shop{Data: i.data, Database: dsn},
		config.Serve{CallLimit: 1_000_000, CallLeak: 1_000_000, WebhookAllowPrivate: true},
		app.Options{Passwords: shoptest.CheapPasswords, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("run: %v", err)
		}
		if err := a.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	i.App, i.url = a, "http://"+l.Addr().String()
	return i
}

// onBoth runs a test on one instance of each engine; with twins on two over one PostgreSQL instead.
func onBoth(t *testing.T, test func(t *testing.T, i *instance)) {
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, start(t, "")) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); test(t, start(t, dbtest.PostgresURL(t))) })
}

func twins(t *testing.T, test func(t *testing.T, all []*instance)) {
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, []*instance{start(t, "")}) })
	t.Run("two on postgres", func(t *testing.T) {
		t.Parallel()
		dsn := dbtest.PostgresURL(t)
		test(t, []*instance{start(t, dsn), start(t, dsn)})
	})
}

func (i *instance) token(t *testing.T) string {
	t.Helper()
	made, err := i.Staff.CreateApp(t.Context(), staff.NewApp{Kind: staff.Private, Name: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return made.Token
}

func (i *instance) call(t *testing.T, method, path string, header map[string]string, body any) (int, map[string]any, http.Header) {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), method, i.url+path, bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	var answer map[string]any
	json.Unmarshal(data, &answer) //nolint:errcheck // some answers are text
	return res.StatusCode, answer, res.Header
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !is(); {
		if time.Now().After(deadline) {
			t.Fatalf("not after 20 s: %s", what)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func TestManySignUpsWithOneEmailMakeOneAccount(t *testing.T) {
	t.Parallel()
	twins(t, func(t *testing.T, all []*instance) {
		var mu sync.Mutex
		statuses := map[int]int{}
		var racers sync.WaitGroup
		for n := range 64 {
			racers.Go(func() {
				status, _, _ := all[n%len(all)].call(t, http.MethodPost, "/store/customers", nil, map[string]string{
					"first_name": "A", "last_name": "B", "email": "one@example.com", "password": fmt.Sprint("secret ", n)})
				mu.Lock()
				statuses[status]++
				mu.Unlock()
			})
		}
		racers.Wait()
		if statuses[200] != 1 || statuses[200]+statuses[422]+statuses[503] != 64 {
			t.Errorf("statuses %v: want one 200, and 422 or 503 for the others", statuses)
		}
		token := all[0].token(t)
		if _, answer, _ := all[0].call(t, http.MethodGet, "/v1/customers/count", map[string]string{"X-API-ACCESS-TOKEN": token}, nil); answer["count"] != 1.0 {
			t.Errorf("accounts: %v", answer)
		}
	})
}

func TestManyDefaultAddressesLeaveOneDefault(t *testing.T) {
	t.Parallel()
	twins(t, func(t *testing.T, all []*instance) {
		header := map[string]string{"X-API-ACCESS-TOKEN": all[0].token(t)}
		_, made, _ := all[0].call(t, http.MethodPost, "/v1/customers", header, map[string]any{"customer": map[string]string{
			"reg_type": "mobile", "reg_identity": "13800138000", "password": "supersecret"}})
		path := fmt.Sprintf("/v1/customers/%v/addresses", made["customer"].(map[string]any)["id"])
		var racers sync.WaitGroup
		for n := range 64 {
			racers.Go(func() {
				status, answer, _ := all[n%len(all)].call(t, http.MethodPost, path, header, map[string]any{"address": map[string]any{
					"name": "n", "mobile": "1", "district_code": "110102", "detail": fmt.Sprint(n), "is_default": true}})
				if status != http.StatusOK {
					t.Errorf("address %d: %d %v", n, status, answer)
				}
			})
		}
		racers.Wait()
		_, answer, _ := all[0].call(t, http.MethodGet, path, header, nil)
		defaults := 0
		for _, a := range answer["addresses"].([]any) {
			if a.(map[string]any)["is_default"] == true {
				defaults++
			}
		}
		if n := len(answer["addresses"].([]any)); n != 64 || defaults != 1 {
			t.Errorf("%d addresses, %d of them default; want 64 and 1", n, defaults)
		}
	})
}

func TestARevokedTokenIsRefused(t *testing.T) {
	t.Parallel()
	twins(t, func(t *testing.T, all []*instance) {
		first, last := all[0], all[len(all)-1]
		made, err := first.Staff.CreateApp(t.Context(), staff.NewApp{Kind: staff.Private, Name: "test"})
		if err != nil {
			t.Fatal(err)
		}
		header := map[string]string{"X-API-ACCESS-TOKEN": made.Token}
		for _, i := range all {
			if status, answer, _ := i.call(t, http.MethodGet, "/v1/shop", header, nil); status != http.StatusOK {
				t.Fatalf("%d %v", status, answer)
			}
		}
		if err := first.Staff.Uninstall(t.Context(), made.App.Key); err != nil {
			t.Fatal(err)
		}
		if status, _, _ := first.call(t, http.MethodGet, "/v1/shop", header, nil); status != http.StatusUnauthorized {
			t.Errorf("the very next call: status %d, want 401", status)
		}
		eventually(t, "the other instance refuses it too", func() bool {
			status, _, _ := last.call(t, http.MethodGet, "/v1/shop", header, nil)
			return status == http.StatusUnauthorized
		})
	})
}

var tokenInMail = regexp.MustCompile(`[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+`)

func TestAPasswordIsResetByMail(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, i *instance) {
		who := map[string]string{"first_name": "A", "last_name": "B", "email": "a@example.com", "password": "old secret"}
		if status, answer, _ := i.call(t, http.MethodPost, "/store/customers", nil, who); status != http.StatusOK {
			t.Fatalf("%d %v", status, answer)
		}
		for _, email := range []string{"nobody@example.com", "a@example.com"} {
			if status, answer, _ := i.call(t, http.MethodPost, "/store/customers/password-token", nil, map[string]string{"email": email}); status != http.StatusNoContent {
				t.Fatalf("%d %v", status, answer)
			}
		}
		var files []string
		eventually(t, "the mail is written", func() bool {
			files, _ = filepath.Glob(filepath.Join(i.data, "mail", "*.eml"))
			return len(files) > 0
		})
		token := tokenOf(t, files[0])
		reset := map[string]string{"email": "a@example.com", "token": token, "password": "new secret"}
		if status, answer, _ := i.call(t, http.MethodPost, "/store/customers/password-reset", nil, reset); status != http.StatusOK {
			t.Fatalf("reset: %d %v", status, answer)
		}
		if status, _, _ := i.call(t, http.MethodPost, "/store/customers/password-reset", nil, reset); status != http.StatusUnauthorized {
			t.Errorf("the token worked twice: %d", status)
		}
		for password, want := range map[string]int{"old secret": http.StatusUnauthorized, "new secret": http.StatusOK} {
			status, _, _ := i.call(t, http.MethodPost, "/store/auth", nil, map[string]string{"email": "a@example.com", "password": password})
			if status != want {
				t.Errorf("sign-in with the %s: %d, want %d", password, status, want)
			}
		}
		if files, _ = filepath.Glob(filepath.Join(i.data, "mail", "*.eml")); len(files) != 1 {
			t.Errorf("%d mails: one went to nobody", len(files))
		}
	})
}

func tokenOf(t *testing.T, file string) string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := mail.ReadMessage(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil {
		t.Fatal(err)
	}
	token := tokenInMail.FindString(string(text))
	if m.Header.Get("To") == "" || token == "" {
		t.Fatalf("no token in %s", text)
	}
	return token
}

// heard is what a receiver of webhooks got.
type heard struct{ topic, body string }

func listen(t *testing.T) (url string, got chan heard) {
	got = make(chan heard, 100)
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got <- heard{r.Header.Get("X-YHSD-TOPIC"), string(body)}
	}))
	t.Cleanup(s.Close)
	return s.URL, got
}

func TestWhatFollowsFromEvents(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, i *instance) {
		url, got := listen(t)
		next := func(topic, part string) {
			t.Helper()
			select {
			case h := <-got:
				if h.topic != topic || !strings.Contains(h.body, part) {
					t.Errorf("got %s %s, want %s with %s", h.topic, h.body, topic, part)
				}
			case <-time.After(20 * time.Second):
				t.Fatalf("no %s came", topic)
			}
		}
		header := map[string]string{"X-API-ACCESS-TOKEN": i.token(t)}
		for _, topic := range []string{"customers/create", "customers/delete", "shop/update"} {
			status, answer, _ := i.call(t, http.MethodPost, "/v1/webhooks", header, map[string]any{"webhook": map[string]string{"address": url, "topic": topic}})
			if status != http.StatusOK {
				t.Fatalf("%d %v", status, answer)
			}
		}
		_, made, _ := i.call(t, http.MethodPost, "/v1/customers", header, map[string]any{"customer": map[string]string{
			"reg_type": "uname", "reg_identity": "buyer", "password": "supersecret"}})
		id := fmt.Sprint(made["customer"].(map[string]any)["id"])
		next("customers/create", `"reg_identity":"buyer"`)

		status, answer, _ := i.call(t, http.MethodPost, "/v1/metas", header, map[string]any{"meta": map[string]any{
			"name": "notes", "owner_resource": "customer", "owner_id": id, "fields": map[string]string{"a": "b"}}})
		if status != http.StatusOK {
			t.Fatalf("%d %v", status, answer)
		}
		i.call(t, http.MethodDelete, "/v1/customers/"+id, header, nil)
		next("customers/delete", `{"id":`+id+`}`)
		eventually(t, "the customer's metafields are gone", func() bool {
			_, answer, _ := i.call(t, http.MethodGet, "/v1/metas/count", header, nil)
			return answer["count"] == 0.0
		})
		name := "新店"
		if _, err := i.Shop.Update(t.Context(), shop.Patch{Name: &name}); err != nil {
			t.Fatal(err)
		}
		next("shop/update", `"name":"新店"`)
	})
}

func TestAnUninstalledAppIsTold(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, i *instance) {
		url, got := listen(t)
		made, err := i.Staff.CreateApp(t.Context(), staff.NewApp{Kind: staff.Public, Name: "public", CallbackURL: url + "/callback",
			Token: "0123456789abcdef0123456789abcdef"})
		if err != nil {
			t.Fatal(err)
		}
		header := map[string]string{"X-API-ACCESS-TOKEN": made.Token}
		i.call(t, http.MethodPost, "/v1/webhooks", header, map[string]any{"webhook": map[string]string{"address": url, "topic": "customers/create"}})
		if err := i.Staff.Uninstall(t.Context(), made.App.Key); err != nil {
			t.Fatal(err)
		}
		select {
		case h := <-got:
			if h.body != "event=delete" {
				t.Errorf("told %q", h.body)
			}
		case <-time.After(20 * time.Second):
			t.Fatal("the app was not told")
		}
		i.call(t, http.MethodPost, "/store/customers", nil, map[string]string{"first_name": "A", "last_name": "B", "email": "a@example.com", "password": "secret"})
		all, err := i.Events.Since(t.Context(), 0, 100)
		if err != nil || len(all) == 0 {
			t.Fatal(err)
		}
		eventually(t, "the events are dispatched", func() bool {
			n, err := i.Events.Depth(t.Context())
			return err == nil && n == 0
		})
		select {
		case h := <-got:
			t.Errorf("an uninstalled app's webhook was called: %+v", h)
		default:
		}
	})
}

func TestMetricsAndHealth(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, i *instance) {
		i.call(t, http.MethodGet, "/store/customers/me", nil, nil)
		i.call(t, http.MethodGet, "/v1//customers/595", nil, nil)
		res, err := http.Get(i.url + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{
			`kaidian_http_request_seconds_count{method="GET",route="GET /store/customers/me",status="401"} 1`,
			`kaidian_http_request_seconds_count{method="GET",route="GET /v1/customers/{id}",status="401"} 1`,
			"kaidian_outbox_depth 0", "kaidian_jobs_due ", "kaidian_jobs_dead 0", "kaidian_db_connections{", "go_goroutines",
		} {
			if !strings.Contains(string(text), want) {
				t.Errorf("no %s in the metrics", want)
			}
		}
		req, err := http.NewRequest(http.MethodGet, i.url+"/metrics", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Forwarded-For", "203.0.113.7")
		proxied, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		proxied.Body.Close()
		if proxied.StatusCode != http.StatusForbidden {
			t.Errorf("metrics through a proxy: %d, want 403", proxied.StatusCode)
		}
	})
}
