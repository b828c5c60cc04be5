package event_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/event"
)

// house is a database with a log on it, and a table of what subscribers did.
type house struct {
	dsn   string
	d     *db.DB
	log   *event.Log
	clock *clock.Fake
}

// onEngines runs a test in a house on each engine. The caller says t.Parallel() itself.
func onEngines(t *testing.T, test func(t *testing.T, h house)) {
	t.Helper()
	for name, create := range map[string]func(*testing.T) string{"sqlite": dbtest.SQLitePath, "postgres": dbtest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newHouse(t, create(t)))
		})
	}
}

func newHouse(t *testing.T, dsn string) house {
	t.Helper()
	h := house{dsn: dsn, d: open(t, dsn), clock: clock.NewFake(time.Date(2025, 5, 1, 8, 0, 0, 0, time.UTC))}
	h.log = event.New(h.d, h.clock, quiet())
	seq := map[db.Dialect]string{db.SQLite: "integer primary key", db.Postgres: "bigserial"}[h.d.Dialect()]
	h.exec(t, `create table heard (seq `+seq+`, who text not null, subject text not null)`)
	return h
}

// open gives one more handle on a database, as another instance would have.
func open(t *testing.T, dsn string) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), dsn, db.Options{NoSync: true, MaxConns: 4})
	must(t, err)
	t.Cleanup(func() { d.Close() })
	return d
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func (h house) exec(t *testing.T, query string) {
	t.Helper()
	_, err := h.d.SQL().ExecContext(t.Context(), query)
	must(t, err)
}

// record records an event of each subject in one transaction.
func (h house) record(t *testing.T, log *event.Log, subjects ...string) {
	t.Helper()
	h.recordOn(t, h.d, log, subjects...)
}

func (h house) recordOn(t *testing.T, d *db.DB, log *event.Log, subjects ...string) {
	t.Helper()
	must(t, d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error {
		for _, s := range subjects {
			if err := log.Record(tx, "thing.done", s, nil); err != nil {
				return err
			}
		}
		return nil
	}))
}

// hear subscribes somebody who notes each event.
func (h house) hear(log *event.Log, who string) {
	log.Subscribe(func(_ context.Context, tx *db.Tx, e event.Event) error { return note(tx, who, e.Subject) })
}

func note(tx *db.Tx, who, subject string) error {
	_, err := tx.Exec(`insert into heard (who, subject) values ($1, $2)`, who, subject)
	return err
}

// heard gives the subjects that somebody ("%" is everybody) noted, in order.
func (h house) heard(t *testing.T, who string) []string {
	t.Helper()
	var out []string
	must(t, h.d.Read(t.Context(), func(_ context.Context, tx *db.Tx) error {
		var err error
		out, err = db.All(tx, func(row db.Scanner) (s string, err error) { return s, row.Scan(&s) },
			`select subject from heard where who like $1 order by seq`, who)
		return err
	}))
	return out
}

func (h house) wantHeard(t *testing.T, who string, want []string) {
	t.Helper()
	if got := h.heard(t, who); !slices.Equal(got, want) {
		t.Errorf("%s noted %v, want %v", who, got, want)
	}
}

func (h house) depth(t *testing.T) int {
	t.Helper()
	n, err := h.log.Depth(t.Context())
	must(t, err)
	return int(n)
}

func (h house) wantDepth(t *testing.T, want int) {
	t.Helper()
	if got := h.depth(t); got != want {
		t.Errorf("%d events wait, want %d", got, want)
	}
}

func (h house) since(t *testing.T, number int64, limit int) []event.Event {
	t.Helper()
	all, err := h.log.Since(t.Context(), number, limit)
	must(t, err)
	return all
}

func subjects(events []event.Event) []string {
	var out []string
	for _, e := range events {
		out = append(out, e.Subject)
	}
	return out
}

// patience is how long a test waits for what must come.
const patience = 60 * time.Second

// drain dispatches until nothing waits. Once may not do: another may hold events, or be about to let go of them.
func (h house) drain(t *testing.T, log *event.Log) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		if err := log.Dispatch(ctx); err != nil {
			t.Error(err)
			return
		}
		if n, err := log.Depth(ctx); err != nil || n == 0 {
			if err != nil {
				t.Error(err)
			}
			return
		}
	}
}

// run starts the dispatcher. stop, which the end of the test calls too, returns when it has ended.
func (h house) run(t *testing.T, log *event.Log) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		log.Run(ctx)
	}()
	stop = func() {
		cancel()
		receive(t, ended)
	}
	t.Cleanup(stop)
	return stop
}

// tell subscribes somebody who sends each subject when its dispatch is committed.
func tell(log *event.Log) <-chan string {
	told := make(chan string, 200)
	log.Subscribe(func(_ context.Context, tx *db.Tx, e event.Event) error {
		tx.AfterCommit(func() { told <- e.Subject })
		return nil
	})
	return told
}

func receive[T any](t *testing.T, from <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-from:
	case <-time.After(patience):
		t.Fatal("nothing came")
	}
	return v
}

// names gives the numbers from one to another as words that sort as they count.
func names(from, to int) []string {
	var out []string
	for n := from; n <= to; n++ {
		out = append(out, fmt.Sprintf("%03d", n))
	}
	return out
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
