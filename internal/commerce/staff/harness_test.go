package staff_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"kaidian/internal/commerce/staff"
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/event"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/secret"
)

// house is a shop's staff on one database, with a clock that stands still.
type house struct {
	*staff.Service
	db      *db.DB
	clock   *clock.Fake
	events  *event.Log
	options staff.Options
}

// eachHouse runs fn on both engines.
func eachHouse(t *testing.T, fn func(t *testing.T, h *house)) {
	t.Helper()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) { fn(t, newHouse(t, d)) })
}

func openSQLite(t *testing.T) *db.DB { return dbtest.OpenSQLite(t) }

func newHouse(t *testing.T, d *db.DB) *house {
	t.Helper()
	c := clock.NewFake(time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC))
	log := event.New(d, c, slog.New(slog.DiscardHandler))
	ring, err := secret.NewKeyring(bytes.Repeat([]byte{7}, secret.MasterSize))
	must(t, err)
	h := &house{db: d, clock: c, events: log, options: staff.Options{
		DB: d, Clock: c, Events: log, Keyring: ring,
		Passwords: secret.NewPasswords(secret.PasswordOptions{Memory: 8, Time: 1}),
	}}
	h.Service = h.open(t)
	return h
}

// open gives another service on the same database, as another process would be.
func (h *house) open(t *testing.T) *staff.Service {
	s := staff.New(h.options)
	t.Cleanup(s.Close)
	return s
}

func (h *house) account(t *testing.T) staff.Account {
	t.Helper()
	a, err := h.Create(t.Context(), staff.NewAccount{Name: "王店长", Email: "boss@shop.example", Password: "correct horse"})
	must(t, err)
	return a
}

const (
	callback = "https://app.example/auth/callback"
	chosen   = "0123456789abcdef0123456789abcdef"
)

func (h *house) privateApp(t *testing.T) staff.CreatedApp {
	t.Helper()
	c, err := h.CreateApp(t.Context(), staff.NewApp{Kind: staff.Private, Name: "ERP"})
	must(t, err)
	return c
}

func (h *house) publicApp(t *testing.T) staff.CreatedApp {
	t.Helper()
	c, err := h.CreateApp(t.Context(), staff.NewApp{Kind: staff.Public, Name: "Reports", CallbackURL: callback})
	must(t, err)
	return c
}

// topics gives the topics of all events so far.
func (h *house) topics(t *testing.T) []string {
	t.Helper()
	events, err := h.events.Since(t.Context(), 0, 100)
	must(t, err)
	var topics []string
	for _, e := range events {
		topics = append(topics, e.Topic)
	}
	return topics
}

// statements counts what fn runs.
func statements(t *testing.T, fn func(ctx context.Context)) int64 {
	t.Helper()
	ctx, count := db.WithCounter(t.Context())
	fn(ctx)
	return count.N()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantErr(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("got error %v, want %v", err, want)
	}
}

// wantFields expects one Invalid fault with these fields, in order.
func wantFields(t *testing.T, err error, reason string, names ...string) {
	t.Helper()
	f := fault.As(err)
	if f == nil || f.Code != fault.Invalid || f.Reason != reason || len(f.Fields) != len(names) {
		t.Fatalf("got error %v, want %s about %q", err, reason, names)
	}
	for i, name := range names {
		if f.Fields[i].Name != name {
			t.Errorf("problem %d is about %q, want %q", i, f.Fields[i].Name, name)
		}
	}
}
