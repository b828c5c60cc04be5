package event_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/event"
)

func TestAnotherHandleDeliversWhatACrashLeft(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, h house) {
		first := open(t, h.dsn)
		dead := event.New(first, h.clock, quiet())
		h.hear(dead, "dead")
		h.recordOn(t, first, dead, "a", "b")
		dying, die := context.WithCancel(t.Context())
		dead.Subscribe(func(_ context.Context, _ *db.Tx, e event.Event) error {
			if e.Subject == "b" { // all the work is done, and nothing committed
				die()
			}
			return nil
		})
		if err := dead.Dispatch(dying); !errors.Is(err, context.Canceled) {
			t.Errorf("the interrupted dispatch says %v", err)
		}
		must(t, first.Close())
		h.hear(h.log, "alive")
		h.drain(t, h.log)
		h.wantHeard(t, "dead", nil)
		h.wantHeard(t, "alive", []string{"a", "b"})
	})
}

func TestTwoInstancesDeliverEachEventOnce(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, h house) {
		all := names(1, 500)
		h.record(t, h.log, all...)
		meet := make(chan struct{})
		var done sync.WaitGroup
		for _, name := range []string{"one", "two"} {
			log := event.New(open(t, h.dsn), h.clock, quiet())
			met := h.d.Dialect() == db.SQLite // on PostgreSQL each holds a batch while the other claims its own
			log.Subscribe(func(ctx context.Context, tx *db.Tx, e event.Event) error {
				if !met {
					met = true
					select {
					case meet <- struct{}{}:
					case <-meet:
					case <-ctx.Done():
						return ctx.Err()
					}
				}
				return note(tx, name, e.Subject)
			})
			done.Go(func() { h.drain(t, log) })
		}
		done.Wait()
		one, two := h.heard(t, "one"), h.heard(t, "two")
		for name, got := range map[string][]string{"one": one, "two": two} {
			if !slices.IsSorted(got) { // nothing was given back, so each claims upwards
				t.Errorf("%s heard out of order: %v", name, got)
			}
		}
		if got := slices.Sorted(slices.Values(slices.Concat(one, two))); !slices.Equal(got, all) {
			t.Errorf("%d and %d deliveries are not the 500 events once each", len(one), len(two))
		}
		if got := h.heard(t, "%"); h.d.Dialect() == db.SQLite && !slices.Equal(got, all) {
			t.Errorf("SQLite mixed the order: %v", got)
		}
	})
}

func TestPostgresInstancesDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.PostgresURL(t))
	stuck := event.New(open(t, h.dsn), h.clock, quiet())
	holding, result := make(chan string), make(chan error, 1)
	stuck.Subscribe(func(ctx context.Context, _ *db.Tx, e event.Event) error {
		holding <- e.Subject
		<-ctx.Done()
		return ctx.Err()
	})
	h.hear(h.log, "other")
	h.record(t, h.log, "a")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go func() { result <- stuck.Dispatch(ctx) }()
	receive(t, holding)
	h.record(t, h.log, "b")
	soon, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	must(t, h.log.Dispatch(soon)) // returns, though "a" waits
	h.wantDepth(t, 1)
	h.wantHeard(t, "other", []string{"b"})
	stop()
	if err := receive(t, result); !errors.Is(err, context.Canceled) {
		t.Errorf("the stuck one says %v", err)
	}
	h.drain(t, h.log)
	h.wantHeard(t, "other", []string{"b", "a"})
}

func TestPostgresEventThatCommitsLateComesLate(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.PostgresURL(t))
	h.hear(h.log, "me")
	must(t, h.d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error {
		err := h.log.Record(tx, "thing.done", "a", nil)
		db.Gather(tx, t, "after the events are written", func([]string) error {
			h.record(t, h.log, "b") // another transaction, which gets the higher number and commits first
			must(t, h.log.Dispatch(t.Context()))
			h.wantHeard(t, "me", []string{"b"})
			return nil
		})
		return err
	}))
	must(t, h.log.Dispatch(t.Context()))
	h.wantHeard(t, "me", []string{"b", "a"})
	if got := subjects(h.since(t, 0, 10)); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("by number they are %v", got)
	}
}

func TestOneDispatcherKeepsTheOrderOfALockedSubject(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, h house) {
		h.exec(t, `create table versions (n bigint not null)`)
		h.exec(t, `insert into versions values (0)`)
		h.hear(h.log, "me")
		told := tell(h.log)
		h.run(t, h.log)
		var writers sync.WaitGroup
		for range 6 {
			writers.Go(func() {
				for range 20 {
					err := h.d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error {
						var n int
						if err := tx.QueryRow(`update versions set n = n + 1 returning n`).Scan(&n); err != nil {
							return err
						}
						return h.log.Record(tx, "thing.done", names(n, n)[0], nil)
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		writers.Wait()
		for range 120 {
			receive(t, told)
		}
		h.wantHeard(t, "me", names(1, 120))
	})
}

func TestRunIsWokenByACommit(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, h house) {
		told := tell(h.log)
		h.record(t, h.log, "before")
		h.run(t, h.log)
		receive(t, told)
		const rounds = 20 // of which polling alone would do one a second
		began := time.Now()
		for _, name := range names(1, rounds) {
			h.record(t, h.log, name)
			if got := receive(t, told); got != name {
				t.Fatalf("delivered %q, want %q", got, name)
			}
		}
		if took := time.Since(began); took > rounds*time.Second/2 {
			t.Errorf("%d deliveries took %v: nobody woke the dispatcher", rounds, took)
		}
	})
}

func TestRunFindsWhatAnotherHandleRecordedAndOutlivesErrors(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, h house) {
		var written bytes.Buffer
		log := event.New(h.d, h.clock, slog.New(slog.NewTextHandler(&written, nil)))
		failed := false
		log.Subscribe(func(_ context.Context, _ *db.Tx, e event.Event) error {
			if e.Subject == "b" && !failed {
				failed = true
				return errors.New("not yet")
			}
			return nil
		})
		told := tell(log)
		stop := h.run(t, log)
		other := open(t, h.dsn)
		remote := event.New(other, h.clock, quiet())
		for _, name := range []string{"a", "b", "c"} {
			h.recordOn(t, other, remote, name)
			if got := receive(t, told); got != name {
				t.Fatalf("delivered %q, want %q", got, name)
			}
		}
		stop()
		if n := strings.Count(written.String(), "not yet"); n != 1 {
			t.Errorf("the error is logged %d times: %s", n, written.String())
		}
	})
}
