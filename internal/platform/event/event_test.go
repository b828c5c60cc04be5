package event_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/event"
)

func TestDispatchDeliversInOrderOnce(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, h house) {
		h.hear(h.log, "first")
		h.hear(h.log, "second")
		want := names(1, 250) // more than two batches
		h.record(t, h.log, want[:120]...)
		h.record(t, h.log, want[120:]...)
		h.wantDepth(t, 250)
		for range 2 { // the second time there is nothing to do
			must(t, h.log.Dispatch(t.Context()))
			h.wantDepth(t, 0)
			h.wantHeard(t, "first", want)
			h.wantHeard(t, "second", want)
		}
	})
}

func TestFailedEventAndThoseAfterItWaitForTheNextTry(t *testing.T) {
	t.Parallel()
	for _, bad := range []int{1, 3, 130} { // at the head, within the first batch, within the second
		t.Run(fmt.Sprint(bad), func(t *testing.T) {
			t.Parallel()
			onEngines(t, func(t *testing.T, h house) {
				all, broken := names(1, 150), true
				h.hear(h.log, "before")
				h.log.Subscribe(func(_ context.Context, tx *db.Tx, e event.Event) error {
					if err := note(tx, "itself", e.Subject); err != nil || !broken || e.Subject != all[bad-1] {
						return err
					}
					_, err := tx.Exec(`insert into nowhere (a) values (1)`)
					return err
				})
				h.record(t, h.log, all...)
				for range 2 {
					err := h.log.Dispatch(t.Context())
					if err == nil || !strings.Contains(err.Error(), "nowhere") || !strings.Contains(err.Error(), "thing.done") {
						t.Errorf("the error is %v, want the subscriber's with the topic", err)
					}
					h.wantDepth(t, 150-bad+1)
					h.wantHeard(t, "before", all[:bad-1])
					h.wantHeard(t, "itself", all[:bad-1])
				}
				broken = false
				must(t, h.log.Dispatch(t.Context()))
				h.wantHeard(t, "before", all)
				h.wantHeard(t, "itself", all)
			})
		})
	}
}

// A subscriber that hides an error of PostgreSQL leaves a transaction that can only fail; no event is to blame.
func TestTransactionThatCannotCommitIsTriedOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.PostgresURL(t))
	calls := 0
	h.log.Subscribe(func(_ context.Context, tx *db.Tx, _ event.Event) error {
		calls++
		_, _ = tx.Exec(`insert into nowhere (a) values (1)`)
		return nil
	})
	h.record(t, h.log, "a", "b")
	if err := h.log.Dispatch(t.Context()); err == nil {
		t.Error("it says that it delivered")
	}
	h.wantDepth(t, 2)
	if calls != 2 {
		t.Errorf("%d calls for two events", calls)
	}
}

func TestRefusedTransactionsRunAgainAndCountOnce(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, h house) {
		refuse := &pgconn.PgError{Code: "40001"} // what Write takes for a serialisation failure
		var heard []string
		h.log.Listen(func(e event.Event) { heard = append(heard, e.Subject) })
		runs := 0
		must(t, h.d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error {
			if err := h.log.Record(tx, "thing.done", "a", nil); err != nil {
				return err
			}
			if runs++; runs == 1 {
				return refuse
			}
			return nil
		}))
		if !slices.Equal(heard, []string{"a"}) {
			t.Errorf("listeners heard %v", heard)
		}
		h.wantDepth(t, 1)
		h.hear(h.log, "me")
		calls := 0
		h.log.Subscribe(func(context.Context, *db.Tx, event.Event) error {
			if calls++; calls == 1 {
				return refuse
			}
			return nil
		})
		must(t, h.log.Dispatch(t.Context()))
		h.wantHeard(t, "me", []string{"a"})
	})
}

func TestNothingIsRecordedWithoutACommit(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, h house) {
		h.log.Listen(func(e event.Event) { t.Errorf("a listener heard %s", e.Subject) })
		broken := errors.New("broken")
		err := h.d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error {
			return errors.Join(h.log.Record(tx, "thing.done", "a", nil), broken)
		})
		if err == nil || err.Error() != broken.Error() {
			t.Errorf("rolled back with %v", err)
		}
		err = h.d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error {
			return h.log.Record(tx, "thing.done", "a", func() {})
		})
		if err == nil || !strings.Contains(err.Error(), "thing.done") {
			t.Errorf("a payload that is no JSON: %v", err)
		}
		err = h.d.Read(t.Context(), func(_ context.Context, tx *db.Tx) error {
			return h.log.Record(tx, "thing.done", "a", nil)
		})
		if err == nil {
			t.Error("a reading transaction took an event")
		}
		if all := h.since(t, 0, 10); len(all) != 0 {
			t.Errorf("recorded %v", all)
		}
	})
}

func TestListenersHearAfterTheCommitBeforeWriteReturns(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, h house) {
		var heard []event.Event
		committed := func(e event.Event) {
			heard = append(heard, e)
			if all := h.since(t, 0, 10); len(all) != 2 { // reads outside the transaction
				t.Errorf("%d events are committed when a listener hears %s", len(all), e.Subject)
			}
		}
		h.log.Listen(committed)
		h.log.Listen(committed)
		must(t, h.d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error {
			err := errors.Join(h.log.Record(tx, "thing.done", "a", nil), h.log.Record(tx, "thing.done", "b", 7))
			if len(heard) != 0 {
				t.Error("a listener heard before the commit")
			}
			return err
		}))
		if got := subjects(heard); !slices.Equal(got, []string{"a", "a", "b", "b"}) {
			t.Fatalf("two listeners heard %v", got)
		}
		stored := h.since(t, 0, 10)[1]
		stored.Number = 0 // which listeners are not told
		if got := heard[3]; fmt.Sprint(got) != fmt.Sprint(stored) {
			t.Errorf("heard %v, stored %v", got, stored)
		}
		must(t, h.log.Dispatch(t.Context()))
		if len(heard) != 4 {
			t.Error("the dispatch reached listeners")
		}
	})
}

func TestEventsAreReadAsTheyWereRecorded(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, h house) {
		now := h.clock.Now()
		h.clock.Step = time.Millisecond
		payload := map[string]any{"名": "开店\x00", "n": 1}
		must(t, h.d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error {
			return errors.Join(h.log.Record(tx, "thing.done", "a", payload), h.log.Record(tx, "thing.undone", "b", nil))
		}))
		h.record(t, h.log, "c")
		all := h.since(t, 0, 10)
		if got := subjects(all); !slices.Equal(got, []string{"a", "b", "c"}) {
			t.Fatalf("recorded %v", got)
		}
		for i, want := range []string{`{"n":1,"名":"开店\u0000"}`, `{}`, `{}`} {
			e := all[i]
			if string(e.Payload) != want || !e.At.Equal(now.Add(time.Duration(i)*time.Millisecond)) || e.At.Location() != time.UTC {
				t.Errorf("event %d is %s of %v", i, e.Payload, e.At)
			}
			if !strings.HasPrefix(e.ID, "evt_") || i > 0 && (e.Number <= all[i-1].Number || e.ID == all[i-1].ID) {
				t.Errorf("event %d has id %s and number %d", i, e.ID, e.Number)
			}
		}
		if all[0].Topic != "thing.done" || all[1].Topic != "thing.undone" {
			t.Errorf("topics %s, %s", all[0].Topic, all[1].Topic)
		}
		if got := subjects(h.since(t, all[0].Number, 1)); !slices.Equal(got, []string{"b"}) {
			t.Errorf("the one after the first is %v", got)
		}
		must(t, h.d.Read(t.Context(), func(_ context.Context, tx *db.Tx) error {
			if e, err := event.Get(tx, all[1].ID); err != nil || fmt.Sprint(e) != fmt.Sprint(all[1]) {
				t.Errorf("got %v, %v", e, err)
			}
			if _, err := event.Get(tx, "evt_none"); !errors.Is(err, db.ErrNoRows) {
				t.Errorf("an unknown id gives %v", err)
			}
			return nil
		}))
	})
}

func TestPruneDropsWhatWasDispatchedBefore(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, h house) {
		start := h.clock.Now()
		h.record(t, h.log, "gone")
		must(t, h.log.Dispatch(t.Context()))
		h.log.Subscribe(func(_ context.Context, _ *db.Tx, e event.Event) error {
			if e.Subject == "waits" {
				return io.ErrUnexpectedEOF
			}
			return nil
		})
		h.record(t, h.log, "late", "waits")
		h.clock.Advance(48 * time.Hour) // in which nothing ran
		if err := h.log.Dispatch(t.Context()); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatalf("dispatch says %v", err)
		}
		must(t, h.log.Prune(t.Context(), start))
		if got := len(h.since(t, 0, 10)); got != 3 {
			t.Errorf("%d events are left, none was dispatched before the start", got)
		}
		must(t, h.log.Prune(t.Context(), start.Add(24*time.Hour)))
		if got := subjects(h.since(t, 0, 10)); !slices.Equal(got, []string{"late", "waits"}) {
			t.Errorf("left are %v", got)
		}
		h.wantDepth(t, 1)
	})
}
