package job_test

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/job"
)

// childVar makes the test binary the process that TestKilledProcessLosesNothing kills; it holds the dsn.
const childVar = "KAIDIAN_JOB_TEST_CHILD"

func TestMain(m *testing.M) {
	if dsn := os.Getenv(childVar); dsn != "" {
		child(dsn)
		return
	}
	os.Exit(m.Run())
}

func makeDone(t testing.TB, d *db.DB) {
	t.Helper()
	if _, err := d.SQL().Exec(`create table done (n text not null)`); err != nil {
		t.Fatal(err)
	}
}

// noting is a handler that writes, as real ones do.
func noting(d *db.DB) job.Handler {
	return func(ctx context.Context, j job.Job) error {
		return d.Write(ctx, func(_ context.Context, tx *db.Tx) error {
			_, err := tx.Exec(`insert into done (n) values ($1)`, string(j.Payload))
			return err
		})
	}
}

// noted counts how often each was done.
func noted(t testing.TB, d *db.DB) map[string]int {
	t.Helper()
	out := map[string]int{}
	err := d.Read(context.Background(), func(_ context.Context, tx *db.Tx) error {
		all, err := db.All(tx, func(row db.Scanner) (s string, err error) { return s, row.Scan(&s) }, `select n from done`)
		for _, n := range all {
			out[n]++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// flood inserts n jobs from eight goroutines and calls ack after the commit of each.
func flood(d *db.DB, q *job.Queue, n int, ack func(i int)) error {
	var wg sync.WaitGroup
	var next atomic.Int64
	errs := make(chan error, 8)
	for range 8 {
		wg.Go(func() {
			for i := int(next.Add(1)); i <= n; i = int(next.Add(1)) {
				err := d.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
					return q.Insert(ctx, tx, "note", i, time.Time{})
				})
				if err != nil {
					errs <- err
					return
				}
				ack(i)
			}
		})
	}
	wg.Wait()
	close(errs)
	return <-errs
}

func TestThousandJobsWhileHandlersWrite(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, dsn string) {
		makeDone(t, d)
		queues := []*job.Queue{newQueue(d, job.Options{}), newQueue(open(t, dsn), job.Options{})}
		for _, q := range queues { // on SQLite the second is another connection, as of another process
			q.Handle("note", noting(d), job.HandleOptions{})
			start(t, q)
		}
		if err := flood(d, queues[0], 1000, func(int) {}); err != nil {
			t.Fatal(err)
		}
		eventually(t, "all are done", empty(t, queues[0]))
		got := noted(t, d)
		for i := 1; i <= 1000; i++ {
			if n := got[fmt.Sprint(i)]; n != 1 {
				t.Errorf("job %d was done %d times", i, n)
			}
		}
	})
}

// TestSerializableProcessesShareTheWork has the engine refuse many of the transactions.
func TestSerializableProcessesShareTheWork(t *testing.T) {
	t.Parallel()
	dsn := dbtest.PostgresURL(t)
	makeDone(t, open(t, dsn))
	var queues []*job.Queue
	var d *db.DB
	for range 3 {
		var err error
		if d, err = db.Open(t.Context(), dsn, db.Options{MaxConns: 6, Isolation: sql.LevelSerializable}); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { d.Close() })
		q := newQueue(d, job.Options{})
		q.Handle("note", noting(d), job.HandleOptions{MaxAttempts: 50, Backoff: func(int) time.Duration { return 0 }})
		start(t, q)
		queues = append(queues, q)
	}
	if err := flood(d, queues[0], 300, func(int) {}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "all are done", empty(t, queues[0]))
	for n, times := range noted(t, d) {
		if times != 1 {
			t.Errorf("job %s was done %d times", n, times)
		}
	}
	if n := len(noted(t, d)); n != 300 {
		t.Errorf("%d of 300 were done", n)
	}
}

func child(dsn string) {
	d, err := db.Open(context.Background(), dsn, db.Options{MaxConns: 6})
	if err != nil {
		panic(err)
	}
	q := newQueue(d, job.Options{Lease: time.Second})
	q.Handle("note", func(ctx context.Context, j job.Job) error {
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
		}
		return noting(d)(ctx, j)
	}, job.HandleOptions{})
	if err := q.Start(context.Background()); err != nil {
		panic(err)
	}
	if err := flood(d, q, 100_000, func(i int) { fmt.Println(i) }); err != nil {
		panic(err)
	}
}

func TestKilledProcessLosesNothing(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, dsn string) {
		makeDone(t, d)
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childVar+"="+dsn)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		var acked []string
		for lines := bufio.NewScanner(out); lines.Scan(); {
			acked = append(acked, strings.TrimSpace(lines.Text()))
			if len(acked) == 300 {
				cmd.Process.Kill() // what it printed before it died is read on
			}
		}
		if err := cmd.Wait(); err == nil {
			t.Fatal("the child was not killed")
		}
		q := newQueue(d, job.Options{Lease: time.Second})
		if n := depth(t, q)["running"]; n == 0 {
			t.Error("it was not killed in the middle of a job")
		}
		q.Handle("note", noting(d), job.HandleOptions{})
		start(t, q)
		eventually(t, "all are done", empty(t, q))
		got := noted(t, d)
		for _, n := range acked {
			if got[n] == 0 {
				t.Errorf("job %s was acknowledged and is lost", n)
			}
		}
	})
}

func TestLeaseIsKeptWhileTheHandlerRuns(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		c := fake()
		release, entered := make(chan bool), make(chan bool, 9)
		var q *job.Queue
		for range 2 { // the second would steal it
			q = newQueue(d, options(c))
			q.Handle("long", func(context.Context, job.Job) error { entered <- true; <-release; return nil },
				job.HandleOptions{Timeout: time.Hour})
			start(t, q)
		}
		insert(t, d, q, "long", nil, time.Time{})
		receive(t, entered)
		for range 10 {
			c.Advance(20 * time.Second)
			eventually(t, "the lease is extended", func() bool { return leaseEnd(t, d) == c.Now().Add(30*time.Second).UnixMilli() })
		}
		close(release)
		eventually(t, "it is done", empty(t, q))
		if len(entered) != 0 {
			t.Error("it ran twice")
		}
	})
}

func leaseEnd(t testing.TB, d *db.DB) (at int64) {
	t.Helper()
	err := d.Read(context.Background(), func(_ context.Context, tx *db.Tx) error {
		return tx.QueryRow(`select run_at from jobs where state = 'running'`).Scan(&at)
	})
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestClockThatJumpsDoesNotRunAJobTwiceInOneProcess(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		c := fake()
		q := newQueue(d, options(c))
		release, entered := make(chan bool), make(chan bool, 9)
		q.Handle("long", func(context.Context, job.Job) error { entered <- true; <-release; return nil }, job.HandleOptions{})
		start(t, q)
		insert(t, d, q, "long", nil, time.Time{})
		receive(t, entered)
		c.Advance(24 * time.Hour) // the machine slept
		eventually(t, "the lease is extended", func() bool { return leaseEnd(t, d) == c.Now().Add(30*time.Second).UnixMilli() })
		close(release)
		eventually(t, "it is done", empty(t, q))
		if len(entered) != 0 {
			t.Error("it ran twice")
		}
	})
}

func TestJobOfADeadProcessRunsAgainWhenItsLeaseEnds(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		c := fake()
		q := newQueue(d, options(c))
		ran := make(chan job.Job, 1)
		q.Handle("say", func(_ context.Context, j job.Job) error { ran <- j; return nil }, job.HandleOptions{MaxAttempts: 2})
		insert(t, d, q, "say", "fresh", c.Now())
		lost(t, d, "job_a", 2, c.Now().Add(10*time.Second))  // in its last attempt
		lost(t, d, "job_b", 50, c.Now().Add(10*time.Second)) // kills every process that runs it
		start(t, q)
		if j := receive(t, ran); text(t, j) != "fresh" {
			t.Fatalf("ran %+v before its lease ended", j)
		}
		c.Advance(10 * time.Second)
		if j := receive(t, ran); j.ID != "job_a" || j.Attempt != 3 || !j.Last {
			t.Errorf("ran %+v", j)
		}
		eventually(t, "the other is dead", func() bool { n := depth(t, q); return n["dead"] == 1 && n["running"] == 0 })
		if len(ran) != 0 {
			t.Error("what kills processes ran again")
		}
	})
}

// lost writes a job as a dead process leaves it.
func lost(t testing.TB, d *db.DB, id string, attempts int, lease time.Time) {
	t.Helper()
	_, err := d.SQL().Exec(`insert into jobs (id, kind, payload, state, run_at, attempts, created_at)
		values ($1, 'say', '"lost"', 'running', $2, $3, 0)`, id, lease.UnixMilli(), attempts)
	if err != nil {
		t.Fatal(err)
	}
}

func TestLateFailureOfATakenOverJobChangesNothing(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		slow, fast := fake(), fake()
		fast.Advance(time.Minute) // to it, the leases of the other have ended
		release, entered := map[*clock.Fake]chan error{slow: make(chan error), fast: make(chan error)}, make(chan int, 9)
		for _, c := range []*clock.Fake{slow, fast} {
			q := newQueue(d, options(c))
			q.Handle("long", func(_ context.Context, j job.Job) error { entered <- j.Attempt; return <-release[c] }, job.HandleOptions{})
			start(t, q)
			if c == slow {
				insert(t, d, q, "long", nil, time.Time{})
			}
			receive(t, entered)
		}
		release[slow] <- errors.New("too late")
		q := newQueue(d, options(slow))
		for range 20 { // rounds of the slow one, which must leave the row as it is
			if n := depth(t, q); n["running"] != 1 {
				t.Fatalf("the late failure took the job away: %v", n)
			}
			<-time.After(5 * time.Millisecond)
		}
		release[fast] <- nil
		eventually(t, "it is done", empty(t, q))
	})
}
