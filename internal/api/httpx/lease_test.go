package httpx_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
)

// dead is a process that was killed while it worked on a request: its key stays taken.
func dead(t *testing.T, o *orders) {
	t.Helper()
	hang, seen := make(chan struct{}), make(chan struct{})
	other := door(t, o.DB, func(http.ResponseWriter, *http.Request) {
		close(seen)
		<-hang
	})
	t.Cleanup(func() { close(hang) })                                   // before the server waits for its requests
	go try(t, "POST", other.url+"/orders", "one", "Idempotency-Key: k") //nolint:errcheck // it dies
	<-seen
}

func TestADeadProcessLosesItsKey(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		o := door(t, d, ordered)
		dead(t, o)
		for _, pass := range []time.Duration{0, 30 * time.Second, 30 * time.Second} {
			o.clock.Advance(pass)
			if got := send(t, "POST", o.url+"/orders", "one", "Idempotency-Key: k"); got.status != http.StatusConflict {
				t.Errorf("%s after it began: %d %s", o.clock.Now().Sub(noon), got.status, got.body)
			}
		}
		o.clock.Advance(time.Millisecond)
		if got := send(t, "POST", o.url+"/orders", "other", "Idempotency-Key: k"); got.status != 400 {
			t.Errorf("another request takes over: %d %s", got.status, got.body)
		}
		if got := send(t, "POST", o.url+"/orders", "one", "Idempotency-Key: k"); got.status != http.StatusCreated || got.header.Get("Idempotent-Replayed") != "" {
			t.Errorf("after the lease: %d %s", got.status, got.body)
		}
		if got := send(t, "POST", o.url+"/orders", "one", "Idempotency-Key: k"); got.header.Get("Idempotent-Replayed") != "true" {
			t.Errorf("and then: %d %s", got.status, got.body)
		}
		if n := o.runs.Load(); n != 1 {
			t.Errorf("it ran %d times", n)
		}
	})
}

// A request that was thought dead and comes back after another took its key neither frees that key nor replaces its answer.
func TestALateRequestLeavesTheKeyAlone(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"with an answer": http.StatusOK, "with a failure": http.StatusInternalServerError} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Engines(t, func(t *testing.T, d *db.DB) {
				late, working := make(chan struct{}), make(chan string, 2)
				o := door(t, d, nil)
				first, second := make(chan struct{}), make(chan struct{})
				o.url = serve(t, o.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.Header.Get("X-Who") == "late" {
						working <- "late"
						<-first
						w.WriteHeader(status)
						io.WriteString(w, "late") //nolint:errcheck // the client sees it
						return
					}
					working <- "second"
					<-second
					io.WriteString(w, "second") //nolint:errcheck // the client sees it
				})))
				go func() {
					defer close(late)
					try(t, "POST", o.url, "one", "Idempotency-Key: k", "X-Who: late") //nolint:errcheck // only its leaving counts
				}()
				<-working
				o.clock.Advance(2 * time.Minute)
				answer := make(chan reply)
				go func() {
					got, _ := try(t, "POST", o.url, "one", "Idempotency-Key: k")
					answer <- got
				}()
				<-working
				close(first)
				<-late
				if got := send(t, "POST", o.url, "one", "Idempotency-Key: k"); got.status != http.StatusConflict {
					t.Errorf("while the second runs: %d %s", got.status, got.body)
				}
				close(second)
				if got := <-answer; got.body != "second" {
					t.Errorf("the second got %+v", got)
				}
				if got := send(t, "POST", o.url, "one", "Idempotency-Key: k"); got.body != "second" || got.header.Get("Idempotent-Replayed") != "true" {
					t.Errorf("kept is %+v", got)
				}
			})
		})
	}
}

func TestAPanicFreesTheKey(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		var mended atomic.Bool
		o := door(t, d, func(w http.ResponseWriter, r *http.Request) {
			if !mended.Load() {
				w.WriteHeader(http.StatusOK)
				panic(http.ErrAbortHandler)
			}
			ordered(w, r)
		})
		if got, err := try(t, "POST", o.url, "one", "Idempotency-Key: k"); err == nil {
			t.Errorf("a panic answers %+v", got)
		}
		mended.Store(true)
		if got := send(t, "POST", o.url, "one", "Idempotency-Key: k"); got.status != http.StatusCreated || got.header.Get("Idempotent-Replayed") != "" {
			t.Errorf("afterwards: %+v", got)
		}
	})
}

// The deed is done when its answer cannot be kept: the client gets it, and is not told to try again.
func TestAnAnswerThatCannotBeKeptIsStillGiven(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		o := door(t, d, func(w http.ResponseWriter, r *http.Request) {
			if _, err := d.SQL().ExecContext(r.Context(), `alter table idempotency_keys rename to gone`); err != nil {
				t.Error(err)
			}
			ordered(w, r)
		})
		got := send(t, "POST", o.url, "one", "Idempotency-Key: k")
		if got.status != http.StatusCreated || got.body != `{"order":"one"}` {
			t.Errorf("%+v", got)
		}
		if n := len(o.log.records(t, "the answer for an Idempotency-Key could not be kept")); n != 1 {
			t.Errorf("it is logged %d times", n)
		}
		if got := send(t, "POST", o.url, "one", "Idempotency-Key: k2"); got.status != http.StatusInternalServerError || o.runs.Load() != 1 {
			t.Errorf("without the table: %+v, it ran %d times", got, o.runs.Load())
		}
	})
}

// A client that hangs up does not undo what it asked for: sent again, the request is answered from what was kept.
func TestTheAnswerIsKeptForWhoHungUp(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		begun, gone, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
		o := door(t, d, nil)
		inner := o.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			o.runs.Add(1)
			if o.runs.Load() == 1 {
				close(begun)
				<-r.Context().Done()
				<-gone
			}
			ordered(w, r)
		}))
		o.url = serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			inner.ServeHTTP(w, r)
			if errors.Is(r.Context().Err(), context.Canceled) {
				close(done)
			}
		}))
		ctx, hangUp := context.WithCancel(t.Context())
		go func() {
			r, _ := http.NewRequestWithContext(ctx, "POST", o.url, strings.NewReader("one"))
			r.Header.Set("Idempotency-Key", "k")
			if res, err := http.DefaultClient.Do(r); err == nil {
				res.Body.Close()
			}
			close(gone)
		}()
		<-begun
		hangUp()
		<-done
		if got := send(t, "POST", o.url, "one", "Idempotency-Key: k"); got.body != `{"order":"one"}` || got.header.Get("Idempotent-Replayed") != "true" || o.runs.Load() != 1 {
			t.Errorf("%+v, it ran %d times", got, o.runs.Load())
		}
	})
}
