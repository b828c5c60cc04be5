package webhook_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/webhook"
)

func TestSign(t *testing.T) {
	t.Parallel()
	for _, v := range []struct{ token, body, want string }{
		{"906155047ff74a14a1ca6b1fa74d3390", "data", "3iAqy/BJfK2U3VU77vAPsGXmSnJqNVqurqHJeho326Q="},
		{"fbc7f83524f14e358a325a5066acd741", "12345qwert友好速搭很棒", "FXX5JR4sC7Z6kktz/vhxLcy3ydEdIHWpAHnqOxnXhJU="},
	} {
		if got := webhook.Sign(v.token, []byte(v.body)); got != v.want {
			t.Errorf("%s: %s", v.body, got)
		}
	}
}

func TestDeliveryArrivesSigned(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		h, r := newHouse(t, d, options()), listen(t, 204)
		h.start()
		w := h.subscribe("app_a", "customers/create", r.URL+"/hook?k=v")
		body := `{"id":595,"name":"友好速搭"}`
		h.happen("evt_1", "customers/create", body)
		got := r.next(t)
		if got.path != "POST /hook?k=v" || got.body != body {
			t.Errorf("got %s %s", got.path, got.body)
		}
		log := h.settled(webhook.Delivered, 1)
		for name, want := range map[string]string{
			"Content-Type": "application/json", "User-Agent": "Kaidian", "X-YHSD-HMAC-SHA256": webhook.Sign(token, []byte(body)),
			"X-YHSD-TOPIC": "customers/create", "X-YHSD-SHOP": shop, "X-YHSD-DELIVERY": log.ID,
		} {
			if got := got.header.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		if log.WebhookID != w.ID || log.EventID != "evt_1" || log.LastStatus != 204 || log.LastError != "" || string(log.Body) != body {
			t.Errorf("logged %+v", log)
		}
	})
}

func TestHeadersGoOutAsTheyAreSpelled(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		head := make(chan string, 1)
		go func() {
			c, err := l.Accept()
			if err != nil {
				return
			}
			defer c.Close()
			var lines strings.Builder
			for s := bufio.NewScanner(c); s.Scan() && s.Text() != ""; {
				lines.WriteString(s.Text() + "\n")
			}
			head <- lines.String()
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		}()
		o := options()
		o.Headers = webhook.Headers{Signature: "x-MIXED-case", Topic: "X-YHSD-TOPIC"}
		h := newHouse(t, d, o)
		h.start()
		h.subscribe("app_a", "shop/update", "http://"+l.Addr().String()+"/")
		h.happen("evt_1", "shop/update", "data")
		h.settled(webhook.Delivered, 1)
		got := <-head
		for _, want := range []string{"\nx-MIXED-case: 3iAqy/BJfK2U3VU77vAPsGXmSnJqNVqurqHJeho326Q=\n", "\nX-YHSD-TOPIC: shop/update\n"} {
			if !strings.Contains(got, want) {
				t.Errorf("no %q in\n%s", want, got)
			}
		}
		if strings.Contains(got, shop) {
			t.Errorf("a header without a name went out:\n%s", got)
		}
	})
}

func TestFanoutReachesEachSubscriberOnce(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		h, r := newHouse(t, d, options()), listen(t, 200)
		h.subscribe("app_a", "customers/create", r.URL+"/a")
		h.subscribe("app_b", "customers/create", r.URL+"/b")
		h.subscribe("app_b", "shop/update", r.URL+"/c")
		for range 2 {
			h.happen("evt_1", "customers/create", "{}")
		}
		h.happen("evt_2", "customers/update", "{}") // nobody
		if n, err := h.jobs.Depth(t.Context()); err != nil || n["due"] != 2 {
			t.Errorf("jobs: %v %v", n, err)
		}
		h.start()
		h.idle()
		if a, b := r.next(t).path, r.next(t).path; a == b || len(r.hits) != 0 {
			t.Errorf("arrived at %s, %s and %d more", a, b, len(r.hits))
		}
		late := h.subscribe("app_c", "customers/create", r.URL+"/late")
		h.happen("evt_1", "customers/create", "{}")
		h.idle()
		if got := r.next(t).path; got != "POST /late" || len(r.hits) != 0 {
			t.Errorf("a repeat reached %s and %d more", got, len(r.hits))
		}
		if ds := h.log(webhook.DeliveryFilter{WebhookID: late.ID}); len(ds) != 1 {
			t.Errorf("%+v", ds)
		}
	})
}

func TestFanoutCostsThreeStatements(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		h := newHouse(t, d, options())
		for range 20 {
			h.subscribe("app_a", "shop/update", "http://a.shop.cn/")
		}
		ctx, n := db.WithCounter(t.Context())
		err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			return h.Fanout(ctx, tx, "evt_1", "shop/update", []byte("{}"))
		})
		if err != nil || n.N() != 3 {
			t.Errorf("%d statements: %v", n.N(), err)
		}
	})
}

func TestWanted(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		h := newHouse(t, d, options())
		h.subscribe("app_a", "shop/update", "http://a.shop.cn/")
		h.write(func(_ context.Context, tx *db.Tx) error {
			got, err := h.Wanted(tx, []string{"shop/update", "customers/create"})
			if err != nil || len(got) != 1 || !got["shop/update"] {
				t.Errorf("got %v, %v", got, err)
			}
			return nil
		})
	})
}

func TestFailureIsRetriedAsLongAsTheScheduleSays(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		h, r := newHouse(t, d, options()), listen(t, 503)
		h.start()
		h.subscribe("app_a", "shop/update", r.URL)
		h.happen("evt_1", "shop/update", "{}")
		pauses := []time.Duration{5 * time.Second, 30 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour}
		for i, pause := range pauses {
			r.next(t)
			if d := h.settled(webhook.Pending, i+1); d.LastStatus != 503 || d.LastError == "" {
				t.Errorf("logged %+v", d)
			}
			h.scheduled()
			h.clock.Advance(pause - time.Second)
			if len(r.hits) != 0 {
				t.Errorf("attempt %d came early", i+2)
			}
			h.clock.Advance(time.Second)
		}
		r.next(t)
		h.settled(webhook.Failed, 6)
		h.idle()
		if len(r.hits) != 0 {
			t.Error("it was tried once too often")
		}
	})
}

// scheduled waits until the only job waits for its next attempt.
func (h *house) scheduled() {
	h.t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); <-time.After(2 * time.Millisecond) {
		if n, err := h.jobs.Depth(context.Background()); err != nil {
			h.t.Fatal(err)
		} else if n["scheduled"] == 1 {
			return
		}
	}
	h.t.Fatal("never scheduled")
}

func TestDeliveryFollowsTheAppThatMoved(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		h, old, young := newHouse(t, d, options()), listen(t, 500), listen(t, 200)
		h.start()
		w := h.subscribe("app_a", "shop/update", old.URL)
		h.happen("evt_1", "shop/update", "{}")
		h.settled(webhook.Pending, 1)
		_, err := h.Update(t.Context(), "app_a", w.Number, webhook.Patch{Address: &young.URL, ContentType: ptr("application/x-www-form-urlencoded")})
		if err != nil {
			t.Fatal(err)
		}
		h.scheduled()
		h.clock.Advance(5 * time.Second)
		if got := young.next(t); got.body != "{}" || got.header.Get("Content-Type") != "application/x-www-form-urlencoded" {
			t.Errorf("%+v", got)
		}
		if d := h.settled(webhook.Delivered, 2); d.Address != young.URL {
			t.Errorf("logged %+v", d)
		}
	})
}

func TestWhatIsLeftForADeletedWebhookFails(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		h, r := newHouse(t, d, options()), listen(t, 200)
		w := h.subscribe("app_a", "shop/update", r.URL)
		h.happen("evt_1", "shop/update", "{}")
		if err := h.Delete(t.Context(), "app_a", w.Number); err != nil {
			t.Fatal(err)
		}
		h.start()
		got := h.settled(webhook.Failed, 0)
		h.idle()
		if len(r.hits) != 0 || got.LastError == "" {
			t.Errorf("%d arrived; logged %+v", len(r.hits), got)
		}
		if err := h.Replay(t.Context(), got.Number); !errors.Is(err, webhook.ErrGone) {
			t.Errorf("replay: %v", err)
		}
	})
}

func TestNoticeIsSentOnce(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		h, r := newHouse(t, d, options()), listen(t, 500)
		n := webhook.Notice{EventID: "evt_1", Address: r.URL + "/callback", Topic: "app/uninstall",
			ContentType: "application/x-www-form-urlencoded", Body: []byte("event=delete")}
		for range 2 {
			h.write(func(ctx context.Context, tx *db.Tx) error { return h.SendOnce(ctx, tx, n) })
		}
		h.start()
		got := r.next(t)
		if got.path != "POST /callback" || got.body != "event=delete" || got.header.Get("X-YHSD-HMAC-SHA256") != webhook.Sign(token, n.Body) ||
			got.header.Get("Content-Type") != n.ContentType {
			t.Errorf("%+v", got)
		}
		h.settled(webhook.Pending, 1)
		r.reply(func(http.ResponseWriter, *http.Request) {})
		h.scheduled()
		h.clock.Advance(5 * time.Second)
		r.next(t)
		if d := h.settled(webhook.Delivered, 2); d.WebhookID != "" {
			t.Errorf("logged %+v", d)
		}
	})
}

func TestDeliveryArrivesAfterARestart(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, dsn string) {
		r := listen(t, 500)
		before := newHouse(t, d, options())
		before.start()
		before.subscribe("app_a", "shop/update", r.URL)
		before.happen("evt_1", "shop/update", `{"n":1}`)
		r.next(t)
		before.settled(webhook.Pending, 1)
		before.stop()
		before.happen("evt_1b", "customers/create", "{}")
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		r.reply(func(http.ResponseWriter, *http.Request) {})
		after := newHouse(t, open(t, dsn), options())
		after.clock.Advance(time.Minute)
		after.start()
		if got := r.next(t); got.body != `{"n":1}` {
			t.Errorf("%+v", got)
		}
		after.settled(webhook.Delivered, 2)
	})
}

func TestWhatIsRecordedAsDeliveredIsNotSentAgain(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		h, r := newHouse(t, d, options()), listen(t, 200)
		h.subscribe("app_a", "shop/update", r.URL)
		h.happen("evt_1", "shop/update", "{}")
		// The process died after it had recorded the answer, before its job was done.
		if _, err := d.SQL().Exec(`update webhook_deliveries set status = 'delivered'`); err != nil {
			t.Fatal(err)
		}
		h.start()
		h.idle()
		if len(r.hits) != 0 {
			t.Error("it was sent again")
		}
	})
}

func TestSignerThatFailsIsRetried(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		o, r := options(), listen(t, 200)
		o.Signer = func(context.Context) (string, string, error) { return "", "", errors.New("no key") }
		h := newHouse(t, d, o)
		h.subscribe("app_a", "shop/update", r.URL)
		h.happen("evt_1", "shop/update", "{}")
		h.start()
		if d := h.settled(webhook.Pending, 1); !strings.Contains(d.LastError, "no key") || len(r.hits) != 0 {
			t.Errorf("%+v", d)
		}
	})
}

func TestReplaySendsAgain(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		o := options()
		o.Backoff = []time.Duration{0}
		h, r := newHouse(t, d, o), listen(t, 500)
		h.start()
		h.subscribe("app_a", "shop/update", r.URL)
		h.happen("evt_1", "shop/update", "{}")
		failed := h.settled(webhook.Failed, 2)
		r.reply(func(http.ResponseWriter, *http.Request) {})
		for i := range 2 { // a delivered one too
			if err := h.Replay(t.Context(), failed.Number); err != nil {
				t.Fatal(err)
			}
			h.settled(webhook.Delivered, 3+i)
			h.idle()
		}
		if first, n := r.next(t), len(r.hits); n != 3 || first.header.Get("X-YHSD-DELIVERY") != failed.ID {
			t.Errorf("%d more arrived, %v", n, first)
		}
		if err := h.Replay(t.Context(), failed.Number+1); !errors.Is(err, webhook.ErrDeliveryNotFound) {
			t.Errorf("replay of nothing: %v", err)
		}
	})
}

func TestPendingDeliveryIsNotReplayed(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		h := newHouse(t, d, options())
		h.subscribe("app_a", "shop/update", "http://a.shop.cn/")
		h.happen("evt_1", "shop/update", "{}")
		if err := h.Replay(t.Context(), h.settled(webhook.Pending, 0).Number); !errors.Is(err, webhook.ErrStillPending) {
			t.Error(err)
		}
	})
}

func TestDeliveriesAreFilteredAndPruned(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		h, r := newHouse(t, d, options()), listen(t, 200)
		w := h.subscribe("app_a", "shop/update", r.URL)
		h.subscribe("app_a", "customers/create", r.URL)
		for i := range 3 {
			h.happen(fmt.Sprint("evt_", i), "shop/update", "{}")
		}
		h.happen("evt_9", "customers/create", "{}")
		h.start()
		h.idle()
		h.stop()
		h.clock.Advance(time.Hour)
		h.happen("evt_10", "shop/update", "{}")
		all := h.log(webhook.DeliveryFilter{})
		for name, c := range map[string]struct {
			f    webhook.DeliveryFilter
			want int
		}{
			"all": {webhook.DeliveryFilter{}, 5}, "limit": {webhook.DeliveryFilter{Limit: 2}, 2}, "webhook": {webhook.DeliveryFilter{WebhookID: w.ID}, 4},
			"event": {webhook.DeliveryFilter{EventID: "evt_9"}, 1}, "topic": {webhook.DeliveryFilter{Topic: "customers/create"}, 1},
			"status": {webhook.DeliveryFilter{Status: webhook.Pending}, 1}, "before": {webhook.DeliveryFilter{Before: all[1].Number, Topic: "shop/update"}, 3},
		} {
			if got := h.log(c.f); len(got) != c.want {
				t.Errorf("%s: %d of them", name, len(got))
			}
		}
		if all[0].EventID != "evt_10" || all[4].EventID != "evt_0" {
			t.Errorf("not newest first: %+v", all)
		}
		if n, err := h.Prune(t.Context(), h.clock.Now().Add(time.Hour)); err != nil || n != 4 {
			t.Errorf("pruned %d: %v", n, err)
		}
		if left := h.log(webhook.DeliveryFilter{}); len(left) != 1 || left[0].Status != webhook.Pending {
			t.Errorf("left %+v", left)
		}
	})
}
