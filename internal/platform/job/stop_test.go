package job_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/job"
)

func TestStopWaitsForWhatRuns(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		q := newQueue(d, options(nil))
		release, entered, stopped := make(chan bool), make(chan bool, 9), make(chan error, 1)
		q.Handle("long", func(context.Context, job.Job) error { entered <- true; <-release; return nil }, job.HandleOptions{Workers: 1})
		start(t, q)
		insert(t, d, q, "long", nil, time.Time{})
		insert(t, d, q, "long", nil, time.Time{})
		receive(t, entered)
		go func() { stopped <- q.Stop(context.Background()) }()
		select {
		case <-stopped:
			t.Fatal("did not wait")
		case <-time.After(50 * time.Millisecond):
		}
		close(release)
		if err := receive(t, stopped); err != nil {
			t.Error(err)
		}
		if n := depth(t, q); n["due"] != 1 || n["running"] != 0 || len(entered) != 0 {
			t.Errorf("after the stop: %v", n)
		}
	})
}

func TestStopThatLosesPatiencePutsJobsBack(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		q := newQueue(d, options(nil))
		entered := make(chan bool, 1)
		q.Handle("long", func(ctx context.Context, _ job.Job) error { entered <- true; <-ctx.Done(); return ctx.Err() },
			job.HandleOptions{MaxAttempts: 1})
		start(t, q)
		insert(t, d, q, "long", nil, time.Time{})
		receive(t, entered)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := q.Stop(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("stop: %v", err)
		}
		ran := make(chan job.Job, 1)
		q = newQueue(d, options(nil))
		q.Handle("long", func(_ context.Context, j job.Job) error { ran <- j; return nil }, job.HandleOptions{})
		start(t, q)
		if j := receive(t, ran); j.Attempt != 1 {
			t.Errorf("the attempt that was cut counts: %+v", j)
		}
	})
}

func TestFailingDatabaseIsOutlived(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		failed := make(chan bool, 100)
		log := slog.New(slog.NewTextHandler(signal(failed), &slog.HandlerOptions{Level: slog.LevelError}))
		q := job.New(d, log, options(nil))
		release, entered := make(chan bool), make(chan bool, 9)
		q.Handle("long", func(context.Context, job.Job) error { entered <- true; <-release; return nil }, job.HandleOptions{})
		start(t, q)
		insert(t, d, q, "long", nil, time.Time{})
		receive(t, entered)
		if _, err := d.SQL().Exec(`alter table jobs rename to gone`); err != nil {
			t.Fatal(err)
		}
		close(release)
		receive(t, failed)
		receive(t, failed)
		if _, err := d.SQL().Exec(`alter table gone rename to jobs`); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the result is recorded after all", empty(t, q))
		insert(t, d, q, "long", nil, time.Time{})
		receive(t, entered)
	})
}

// signal is a log that tells of each line, as long as there is room.
type signal chan bool

func (s signal) Write(p []byte) (int, error) {
	select {
	case s <- true:
	default:
	}
	return len(p), nil
}

func TestIdleQueueLeavesTheWriterAlone(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		q := newQueue(d, options(nil))
		q.Handle("a", noting(d), job.HandleOptions{})
		q.Handle("b", noting(d), job.HandleOptions{})
		ctx, statements := db.WithCounter(context.Background())
		if err := q.Start(ctx); err != nil {
			t.Fatal(err)
		}
		defer q.Stop(context.Background())
		err := d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error { // on SQLite it takes the writer
			if _, err := tx.Exec(`update jobs set kind = kind`); err != nil {
				return err
			}
			before := statements.N()
			eventually(t, "it looks while another writes", func() bool { return statements.N() >= before+5 })
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
