package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	_ "modernc.org/sqlite" // to write into databases
)

func sqlite(t *testing.T, path, query string) {
	t.Helper()
	d, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Exec(query); err != nil {
		t.Fatal(err)
	}
}

// TestKillLosesNothingAcknowledged kills the server while eight clients write, and looks for everything that it had
// answered 200 to.
func TestKillLosesNothingAcknowledged(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, flags []string) {
		flags = append(flags, "--call-limit", "1000000", "--call-leak", "1000000")
		token := newApp(t, flags[:len(flags)-4])
		s := serve(t, flags...)
		_, made := call(t, http.MethodPost, s.URL+"/v1/customers", token,
			map[string]any{"customer": map[string]any{"reg_type": "uname", "reg_identity": "buyer", "password": "supersecret"}})
		id := int64(made["customer"].(map[string]any)["id"].(float64))
		base := fmt.Sprintf("/v1/customers/%d/addresses", id)

		var mu sync.Mutex
		acknowledged := map[string]string{} // id → detail
		var writers sync.WaitGroup
		for w := range 8 {
			writers.Go(func() {
				for n := range 20 {
					detail := fmt.Sprintf("writer %d, address %d", w, n)
					status, answer, err := try(http.MethodPost, s.URL+base, token, map[string]any{"address": map[string]any{
						"name": "n", "mobile": "1", "district_code": "110102", "detail": detail}})
					if err != nil || status != http.StatusOK {
						return // killed
					}
					mu.Lock()
					acknowledged[fmt.Sprint(answer["address"].(map[string]any)["id"])] = detail
					mu.Unlock()
				}
			})
		}
		for enough := false; !enough; time.Sleep(time.Millisecond) {
			mu.Lock()
			enough = len(acknowledged) >= 30
			mu.Unlock()
		}
		s.kill(t)
		writers.Wait()

		s = serve(t, flags...)
		for id, detail := range acknowledged {
			status, answer := call(t, http.MethodGet, s.URL+base+"/"+id, token, nil)
			if status != http.StatusOK || answer["address"].(map[string]any)["detail"] != detail {
				t.Errorf("address %s %q was acknowledged and is lost: %d %v", id, detail, status, answer)
			}
		}
		if len(acknowledged) < 30 {
			t.Errorf("only %d writes were acknowledged before the kill: nothing was tested", len(acknowledged))
		}
	})
}

// TestWebhooksArriveAfterARestart kills the server before its webhook's receiver is there at all.
func TestWebhooksArriveAfterARestart(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, flags []string) {
		token := newApp(t, flags)
		s := serve(t, append(flags, "--webhook-allow-private")...)
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		address := l.Addr().String()
		l.Close() // nobody listens there now
		status, answer := call(t, http.MethodPost, s.URL+"/v1/webhooks", token,
			map[string]any{"webhook": map[string]any{"address": "http://" + address + "/hook", "topic": "customers/create"}})
		if status != http.StatusOK {
			t.Fatalf("webhook: %d %v", status, answer)
		}
		if status, answer := call(t, http.MethodPost, s.URL+"/store/customers", "", person(1)); status != http.StatusOK {
			t.Fatalf("sign-up: %d %v", status, answer)
		}
		s.kill(t)

		type delivery struct {
			topic, signature string
			body             []byte
		}
		got := make(chan delivery, 10)
		receiver := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err == nil {
				got <- delivery{r.Header.Get("X-YHSD-TOPIC"), r.Header.Get("X-YHSD-HMAC-SHA256"), body}
			}
		}))
		if l, err = net.Listen("tcp", address); err != nil {
			t.Fatal(err)
		}
		receiver.Listener.Close()
		receiver.Listener = l
		receiver.Start()
		defer receiver.Close()

		s = serve(t, append(flags, "--webhook-allow-private")...)
		_, shop := call(t, http.MethodGet, s.URL+"/v1/shop", token, nil)
		key := shop["shop"].(map[string]any)["webhook_token"].(string)
		select {
		case d := <-got:
			mac := hmac.New(sha256.New, []byte(key))
			mac.Write(d.body)
			if d.topic != "customers/create" || d.signature != base64.StdEncoding.EncodeToString(mac.Sum(nil)) {
				t.Errorf("delivered %q with signature %q", d.topic, d.signature)
			}
			if !strings.Contains(string(d.body), `"reg_identity":"p1@example.com"`) {
				t.Errorf("body %s", d.body)
			}
		case <-time.After(90 * time.Second): // a job that ran when the process died is leased for a while
			t.Error("the webhook did not arrive after the restart")
		}
	})
}

// TestCommandsAreSeenByARunningServer uninstalls an app from another process.
func TestCommandsAreSeenByARunningServer(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, flags []string) {
		const token = "0123456789abcdef0123456789abcdef"
		out, errs, code := kaidian(t, append([]string{"app", "create", "--private", "--name", "moved", "--key", "moved-key-1", "--secret", "moved-secret",
			"--token", token, "--webhook-token", "906155047ff74a14a1ca6b1fa74d3390", "--json"}, flags...)...)
		if code != 0 || !strings.Contains(out, token) || !strings.Contains(out, "906155047ff74a14a1ca6b1fa74d3390") {
			t.Fatal(code, out, errs)
		}
		s := serve(t, flags...)
		if status, answer := call(t, http.MethodGet, s.URL+"/v1/shop", token, nil); status != http.StatusOK ||
			answer["shop"].(map[string]any)["webhook_token"] != "906155047ff74a14a1ca6b1fa74d3390" {
			t.Fatalf("%d %v", status, answer)
		}
		if _, errs, code := kaidian(t, append([]string{"app", "uninstall", "moved-key-1"}, flags...)...); code != 0 {
			t.Fatal(errs)
		}
		deadline := time.Now().Add(10 * time.Second)
		for {
			status, _ := call(t, http.MethodGet, s.URL+"/v1/shop", token, nil)
			if status == http.StatusUnauthorized {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("status %d ten seconds after the app was uninstalled", status)
			}
			time.Sleep(50 * time.Millisecond)
		}
	})
}

func TestDemoFillsOnlyAnEmptyShop(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, flags []string) {
		const token = "de300000000000000000000000000003"
		s := serve(t, append(flags, "--demo")...)
		_, first := call(t, http.MethodGet, s.URL+"/v1/customers/count", token, nil)
		status, answer := call(t, http.MethodGet, s.URL+"/v1/customers/595/addresses/520", token, nil)
		if status != http.StatusOK {
			t.Fatalf("the demo's customer 595 is not there: %d %v", status, answer)
		}
		s.kill(t)
		s = serve(t, append(flags, "--demo")...)
		if _, again := call(t, http.MethodGet, s.URL+"/v1/customers/count", token, nil); again["count"] != first["count"] {
			t.Errorf("filled twice: %v, then %v", first, again)
		}
		own := append([]string{"--data", t.TempDir()}, flags[2:]...)
		if len(flags) == 2 { // a shop with data of its own
			newApp(t, own)
			s = serve(t, append(own, "--demo")...)
			if status, _ := call(t, http.MethodGet, s.URL+"/v1/shop", token, nil); status != http.StatusUnauthorized {
				t.Errorf("demo data was put into a shop that has data: %d", status)
			}
		}
	})
}
