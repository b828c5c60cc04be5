package job_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/job"
)

// BenchmarkForegroundWrite tells what a writing request feels of the queue, on a SQLite file that waits for the disk:
// nothing else running, an idle queue, and one that works 200 jobs a second whose handlers write.
func BenchmarkForegroundWrite(b *testing.B) {
	for _, state := range []string{"alone", "idle", "busy"} {
		b.Run(state, func(b *testing.B) {
			d := open(b, filepath.Join(b.TempDir(), "shop.db"))
			if err := d.Migrate(b.Context()); err != nil {
				b.Fatal(err)
			}
			makeDone(b, d)
			q := newQueue(d, job.Options{})
			q.Handle("note", noting(d), job.HandleOptions{Workers: 8})
			if state != "alone" {
				start(b, q)
			}
			ctx, cancel := context.WithCancel(b.Context())
			defer cancel()
			if state == "busy" {
				go every(ctx, time.Second/200, func() { insert(b, d, q, "note", 1, time.Time{}) })
			}
			var took []time.Duration
			for b.Loop() {
				began := time.Now()
				if err := noting(d)(ctx, job.Job{Payload: []byte(`0`)}); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			for _, p := range []int{50, 99} {
				b.ReportMetric(float64(took[len(took)*p/100].Microseconds()), fmt.Sprintf("p%d-µs", p))
			}
		})
	}
}

func every(ctx context.Context, d time.Duration, f func()) {
	tick := time.NewTicker(d)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			f()
		}
	}
}

// BenchmarkWork is what one job costs from its insertion to its end, with a handler that does nothing.
func BenchmarkWork(b *testing.B) {
	d := open(b, filepath.Join(b.TempDir(), "shop.db"))
	if err := d.Migrate(b.Context()); err != nil {
		b.Fatal(err)
	}
	q := newQueue(d, job.Options{})
	ran := make(chan bool, 1)
	q.Handle("note", func(context.Context, job.Job) error { ran <- true; return nil }, job.HandleOptions{Workers: 8})
	start(b, q)
	for b.Loop() {
		err := d.Write(b.Context(), func(ctx context.Context, tx *db.Tx) error { return q.Insert(ctx, tx, "note", 1, time.Time{}) })
		if err != nil {
			b.Fatal(err)
		}
		receive(b, ran)
	}
}
