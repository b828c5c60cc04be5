package webhook_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/job"
	"kaidian/internal/platform/webhook"
)

// onEngines runs a test on an empty, migrated database of each engine. dsn opens it again.
func onEngines(t *testing.T, test func(t *testing.T, d *db.DB, dsn string)) {
	t.Helper()
	t.Parallel()
	for name, create := range map[string]func(*testing.T) string{"sqlite": dbtest.SQLitePath, "postgres": dbtest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dsn := create(t)
			test(t, open(t, dsn), dsn)
		})
	}
}

func open(t *testing.T, dsn string) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), dsn, db.Options{MaxConns: 6, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// house is a service with its queue and clock.
type house struct {
	*webhook.Service
	t     *testing.T
	db    *db.DB
	jobs  *job.Queue
	clock *clock.Fake
}

const (
	token = "906155047ff74a14a1ca6b1fa74d3390"
	shop  = "pets.kaidian.cn"
)

func options() webhook.Options {
	return webhook.Options{
		Topics:         []string{"customers/create", "customers/update", "shop/update"},
		RefusedDomains: []string{"youhaosuda.com"},
		AllowPrivate:   true,
		Signer:         func(context.Context) (string, string, error) { return token, shop, nil },
		UserAgent:      "Kaidian",
	}
}

// newHouse makes a house whose queue does not work yet.
func newHouse(t *testing.T, d *db.DB, o webhook.Options) *house {
	t.Helper()
	c := clock.NewFake(time.Date(2025, 5, 1, 8, 0, 0, 0, time.UTC))
	log := slog.New(slog.DiscardHandler)
	q := job.New(d, log, job.Options{Clock: c, Poll: 5 * time.Millisecond})
	h := &house{webhook.New(d, c, q, log, o), t, d, q, c}
	t.Cleanup(h.Close)
	return h
}

func (h *house) start() {
	h.t.Helper()
	if err := h.jobs.Start(context.Background()); err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(h.stop)
}

func (h *house) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	h.jobs.Stop(ctx)
}

func (h *house) subscribe(app, topic, address string) webhook.Webhook {
	h.t.Helper()
	w, err := h.Create(context.Background(), app, webhook.Input{Address: address, Topic: topic})
	if err != nil {
		h.t.Fatal(err)
	}
	return w
}

func (h *house) write(fn func(ctx context.Context, tx *db.Tx) error) {
	h.t.Helper()
	if err := h.db.Write(context.Background(), fn); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) happen(event, topic, body string) {
	h.t.Helper()
	h.write(func(ctx context.Context, tx *db.Tx) error { return h.Fanout(ctx, tx, event, topic, []byte(body)) })
}

func (h *house) log(f webhook.DeliveryFilter) []webhook.Delivery {
	h.t.Helper()
	ds, err := h.Deliveries(context.Background(), f)
	if err != nil {
		h.t.Fatal(err)
	}
	return ds
}

// settled waits until the only delivery is as wanted.
func (h *house) settled(status webhook.Status, attempts int) webhook.Delivery {
	h.t.Helper()
	var last []webhook.Delivery
	for end := time.Now().Add(time.Minute); time.Now().Before(end); <-time.After(2 * time.Millisecond) {
		if last = h.log(webhook.DeliveryFilter{}); len(last) == 1 && last[0].Status == status && last[0].Attempts == attempts {
			return last[0]
		}
	}
	h.t.Fatalf("never %s after %d attempts: %+v", status, attempts, last)
	panic("unreachable")
}

// idle waits until no job is left.
func (h *house) idle() {
	h.t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); <-time.After(2 * time.Millisecond) {
		n, err := h.jobs.Depth(context.Background())
		if err != nil {
			h.t.Fatal(err)
		}
		if n["due"]+n["scheduled"]+n["running"]+n["dead"] == 0 {
			return
		}
	}
	h.t.Fatal("never idle")
}

// hit is one request as its receiver saw it.
type hit struct {
	path, body string
	header     http.Header
}

// receiver is an app that listens, and answers what it is told.
type receiver struct {
	*httptest.Server
	hits chan hit

	mu     sync.Mutex
	answer http.HandlerFunc
}

func listen(t *testing.T, status int) *receiver {
	t.Helper()
	r := &receiver{hits: make(chan hit, 1000)}
	r.reply(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		r.hits <- hit{req.Method + " " + req.URL.String(), string(body), req.Header}
		r.mu.Lock()
		answer := r.answer
		r.mu.Unlock()
		answer(w, req)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) reply(h http.HandlerFunc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = h
}

func (r *receiver) next(t *testing.T) hit {
	t.Helper()
	select {
	case h := <-r.hits:
		return h
	case <-time.After(time.Minute):
		t.Fatal("nothing arrived")
		panic("unreachable")
	}
}
