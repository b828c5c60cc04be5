package job_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/job"
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

func open(t testing.TB, dsn string) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), dsn, db.Options{MaxConns: 6})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// options looks often, at a clock of its own.
func options(c clock.Clock) job.Options { return job.Options{Clock: c, Poll: 5 * time.Millisecond} }

func fake() *clock.Fake { return clock.NewFake(time.Date(2025, 5, 1, 8, 0, 0, 0, time.UTC)) }

func newQueue(d *db.DB, o job.Options) *job.Queue {
	return job.New(d, slog.New(slog.DiscardHandler), o)
}

func start(t testing.TB, q *job.Queue) {
	t.Helper()
	if err := q.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		q.Stop(ctx)
	})
}

func insert(t testing.TB, d *db.DB, q *job.Queue, kind string, payload any, at time.Time) {
	t.Helper()
	err := d.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		return q.Insert(ctx, tx, kind, payload, at)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// patience is how long a test waits for what must come.
const patience = 60 * time.Second

func receive[T any](t testing.TB, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(patience):
		t.Fatal("nothing came")
		panic("unreachable")
	}
}

// eventually asks until it is true.
func eventually(t testing.TB, what string, ask func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); {
		if ask() {
			return
		}
		<-time.After(2 * time.Millisecond)
	}
	t.Fatal("never: " + what)
}

func depth(t testing.TB, q *job.Queue) map[string]int64 {
	t.Helper()
	d, err := q.Depth(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func empty(t testing.TB, q *job.Queue) func() bool {
	return func() bool {
		d := depth(t, q)
		return d["due"]+d["scheduled"]+d["running"]+d["dead"] == 0
	}
}

func text(t testing.TB, j job.Job) string {
	t.Helper()
	var s string
	if err := json.Unmarshal(j.Payload, &s); err != nil {
		t.Error(err)
	}
	return s
}
