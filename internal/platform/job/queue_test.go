package job_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/job"
)

func TestJobRunsAfterCommitAndIsForgotten(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		q := newQueue(d, job.Options{Poll: time.Hour}) // only the commit wakes it
		ran := make(chan job.Job, 1)
		q.Handle("greet", func(_ context.Context, j job.Job) error { ran <- j; return nil }, job.HandleOptions{})
		start(t, q)
		insert(t, d, q, "greet", "你好", time.Time{})
		j := receive(t, ran)
		if text(t, j) != "你好" || j.Kind != "greet" || j.Attempt != 1 || j.Last || !strings.HasPrefix(j.ID, "job_") {
			t.Errorf("ran %+v", j)
		}
		eventually(t, "the row is gone", empty(t, q))
	})
}

func TestJobOfARolledBackTransactionDoesNotExist(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		q := newQueue(d, options(nil))
		ran := make(chan string, 2)
		q.Handle("say", func(_ context.Context, j job.Job) error { ran <- text(t, j); return nil }, job.HandleOptions{})
		start(t, q)
		broken := errors.New("broken")
		err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			if err := q.Insert(ctx, tx, "say", "never", time.Time{}); err != nil {
				return err
			}
			return broken
		})
		if !errors.Is(err, broken) {
			t.Fatal(err)
		}
		insert(t, d, q, "say", "after", time.Time{})
		if got := receive(t, ran); got != "after" {
			t.Errorf("ran %q", got)
		}
	})
}

func TestInsertNeedsAWrite(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		q := newQueue(d, options(nil))
		err := d.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return q.Insert(ctx, tx, "say", "no", time.Time{})
		})
		if err == nil {
			t.Error("a reading transaction took a job")
		}
	})
}

func TestJobWaitsForItsTime(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		c := fake()
		q := newQueue(d, options(c))
		ran := make(chan string, 2)
		q.Handle("say", func(_ context.Context, j job.Job) error { ran <- text(t, j); return nil }, job.HandleOptions{})
		start(t, q)
		insert(t, d, q, "say", "later", c.Now().Add(time.Minute))
		insert(t, d, q, "say", "now", time.Time{})
		if got := receive(t, ran); got != "now" {
			t.Fatalf("ran %q first", got)
		}
		eventually(t, "one is scheduled", func() bool { return depth(t, q)["scheduled"] == 1 })
		c.Advance(time.Minute)
		if got := receive(t, ran); got != "later" {
			t.Errorf("ran %q", got)
		}
	})
}

func TestFailedJobIsTriedAgainAfterItsBackoff(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		c := fake()
		began := c.Now()
		q := newQueue(d, options(c))
		type try struct {
			attempt int
			at      time.Duration
			last    bool
		}
		tries := make(chan try, 9)
		q.Handle("shaky", func(_ context.Context, j job.Job) error {
			tries <- try{j.Attempt, c.Now().Sub(began), j.Last}
			switch j.Attempt {
			case 1:
				return errors.New("no")
			case 2:
				panic("still no")
			}
			return nil
		}, job.HandleOptions{MaxAttempts: 3, Backoff: func(n int) time.Duration { return time.Duration(n) * time.Minute }})
		start(t, q)
		insert(t, d, q, "shaky", nil, time.Time{})
		for _, want := range []try{{1, 0, false}, {2, time.Minute, false}, {3, 3 * time.Minute, true}} {
			if got := receive(t, tries); got != want {
				t.Fatalf("tried %+v, want %+v", got, want)
			}
			if want.last {
				break
			}
			eventually(t, "the failure is recorded", func() bool { return depth(t, q)["scheduled"] == 1 })
			c.Advance(time.Duration(want.attempt) * time.Minute)
		}
		eventually(t, "it is done", empty(t, q))
	})
}

func TestJobThatKeepsFailingDiesAndCanBeRevived(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		q := newQueue(d, options(nil))
		var healed atomic.Bool
		ran := make(chan int, 9)
		q.Handle("sick", func(_ context.Context, j job.Job) error {
			ran <- j.Attempt
			if !healed.Load() {
				return errors.New("bad\x00" + strings.Repeat("店", 2000))
			}
			return nil
		}, job.HandleOptions{MaxAttempts: 2, Backoff: func(int) time.Duration { return 0 }})
		start(t, q)
		insert(t, d, q, "sick", "x", time.Time{})
		eventually(t, "it is dead", func() bool { return depth(t, q)["dead"] == 1 })
		dead, err := q.DeadJobs(t.Context(), 10)
		if err != nil || len(dead) != 1 {
			t.Fatal(dead, err)
		}
		if j := dead[0]; j.Attempts != 2 || j.Kind != "sick" || string(j.Payload) != `"x"` || !strings.HasPrefix(j.Error, "bad店") || j.At.IsZero() {
			t.Errorf("dead: %+v", j)
		}
		healed.Store(true)
		if err := q.Revive(t.Context(), dead[0].ID); err != nil {
			t.Fatal(err)
		}
		eventually(t, "it is done", empty(t, q))
		if a, b, c := <-ran, <-ran, <-ran; a != 1 || b != 2 || c != 1 {
			t.Errorf("attempts %d, %d, then %d", a, b, c)
		}
		if err := q.Revive(t.Context(), dead[0].ID); !errors.Is(err, job.ErrNotDead) {
			t.Errorf("reviving what is gone: %v", err)
		}
	})
}

func TestAttemptEndsAtItsTimeout(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		q := newQueue(d, options(nil))
		ended := make(chan error, 1)
		q.Handle("slow", func(ctx context.Context, _ job.Job) error {
			<-ctx.Done()
			ended <- ctx.Err()
			return ctx.Err()
		}, job.HandleOptions{MaxAttempts: 1, Timeout: 20 * time.Millisecond})
		start(t, q)
		insert(t, d, q, "slow", nil, time.Time{})
		if err := receive(t, ended); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("ended with %v", err)
		}
		eventually(t, "it is dead", func() bool { return depth(t, q)["dead"] == 1 })
	})
}

func TestKindsDoNotDelayEachOther(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		q := newQueue(d, options(nil))
		var busy, most atomic.Int32
		release, entered, quick := make(chan bool), make(chan bool, 9), make(chan bool, 1)
		q.Handle("stuck", func(context.Context, job.Job) error {
			n := busy.Add(1)
			defer busy.Add(-1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			entered <- true
			<-release
			return nil
		}, job.HandleOptions{Workers: 2})
		q.Handle("quick", func(context.Context, job.Job) error { quick <- true; return nil }, job.HandleOptions{})
		start(t, q)
		for range 5 {
			insert(t, d, q, "stuck", nil, time.Time{})
		}
		receive(t, entered)
		receive(t, entered)
		insert(t, d, q, "quick", nil, time.Time{})
		receive(t, quick)
		close(release)
		eventually(t, "all are done", empty(t, q))
		if most.Load() != 2 {
			t.Errorf("%d of a kind with two workers ran at once", most.Load())
		}
	})
}

func TestUnknownKindWaitsForSomebodyWhoKnowsIt(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		old, young := newQueue(d, options(nil)), newQueue(d, options(nil))
		ran := make(chan string, 2)
		old.Handle("known", func(context.Context, job.Job) error { ran <- "known"; return nil }, job.HandleOptions{})
		start(t, old)
		insert(t, d, old, "unknown", nil, time.Time{})
		insert(t, d, old, "known", nil, time.Time{})
		if got := receive(t, ran); got != "known" {
			t.Fatal(got)
		}
		if n := depth(t, old)["due"]; n != 1 {
			t.Fatalf("%d due", n)
		}
		young.Handle("unknown", func(context.Context, job.Job) error { ran <- "unknown"; return nil }, job.HandleOptions{})
		start(t, young)
		if got := receive(t, ran); got != "unknown" {
			t.Error(got)
		}
	})
}

func TestEveryRunsInOneProcessAtATime(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		c := fake()
		ran := make(chan time.Time, 9)
		var busy atomic.Int32
		for range 3 {
			q := newQueue(d, options(c))
			q.Every("sweep", time.Hour, func(context.Context) error {
				if busy.Add(1) > 1 {
					t.Error("two at once")
				}
				defer busy.Add(-1)
				ran <- c.Now()
				return errors.New("a failure waits for the next turn")
			})
			start(t, q)
		}
		q := newQueue(d, options(c))
		for range 3 {
			if at := receive(t, ran); !at.Equal(c.Now()) {
				t.Errorf("ran at %v, now %v", at, c.Now())
			}
			eventually(t, "it waits", func() bool { return depth(t, q)["scheduled"] == 1 })
			c.Advance(59 * time.Minute)
			if len(ran) != 0 {
				t.Error("ran early")
			}
			c.Advance(time.Minute)
		}
	})
}

func TestEveryWithAShorterIntervalIsBroughtForward(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		c := fake()
		ran := make(chan bool, 9)
		sweep := func(context.Context) error { ran <- true; return nil }
		q := newQueue(d, options(c))
		q.Every("sweep", 24*time.Hour, sweep)
		start(t, q)
		receive(t, ran)
		eventually(t, "it waits", func() bool { return depth(t, q)["scheduled"] == 1 })
		if err := q.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		q = newQueue(d, options(c))
		q.Every("sweep", time.Minute, sweep)
		start(t, q)
		c.Advance(time.Minute)
		receive(t, ran)
	})
}

func TestDefaultBackoffGrowsToAnHour(t *testing.T) {
	t.Parallel()
	for attempt, want := range map[int]time.Duration{1: 5 * time.Second, 2: 10 * time.Second, 5: 80 * time.Second, 11: time.Hour, 1000: time.Hour} {
		for range 100 {
			if d := job.DefaultBackoff(attempt); d < want*9/10 || d > want*11/10 {
				t.Fatalf("after attempt %d: %v, want about %v", attempt, d, want)
			}
		}
	}
}
