package event_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/event"
)

// What comes before an event that a subscriber refuses is delivered; it and what comes after waits, in order, and what
// the subscriber did for it is undone.
func TestARefusedEventWaits(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		l, _ := newLog(d)
		box := &inbox{refuse: "c"}
		l.Subscribe(box.take)
		record(t, d, l, nil, "a", "b", "c", "d")
		for range 2 {
			if err := l.Dispatch(t.Context()); err == nil || !strings.Contains(err.Error(), "not today") {
				t.Errorf("dispatching says %v", err)
			}
			if got := kept(t, d); !slices.Equal(got, []string{"a", "b"}) || depth(t, l) != 2 {
				t.Errorf("delivered %v, %d wait", got, depth(t, l))
			}
		}
		record(t, d, l, nil, "e")
		box.refuses("")
		dispatch(t, l)
		if got := kept(t, d); !slices.Equal(got, []string{"a", "b", "c", "d", "e"}) {
			t.Errorf("delivered %v", got)
		}
	})
}

// A subscriber that makes the database refuse a statement spoils its own batch only.
func TestABrokenStatementSpoilsNothing(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		l, _ := newLog(d)
		box := &inbox{}
		l.Subscribe(box.take)
		broken := true
		l.Subscribe(func(_ context.Context, tx *db.Tx, e event.Event) error {
			if broken && e.Topic == "b" {
				_, err := tx.Exec(`insert into nowhere values (1)`)
				return err
			}
			return nil
		})
		record(t, d, l, nil, "a", "b", "c")
		if err := l.Dispatch(t.Context()); err == nil {
			t.Error("nothing is said of it")
		}
		if got := kept(t, d); !slices.Equal(got, []string{"a"}) {
			t.Errorf("delivered %v", got)
		}
		broken = false
		dispatch(t, l)
		if got := kept(t, d); !slices.Equal(got, []string{"a", "b", "c"}) {
			t.Errorf("delivered %v", got)
		}
	})
}

// Several instances dispatch at once while others record: each event is delivered once.
func TestDispatchersAtOnceDeliverOnce(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		const events, instances = 300, 3
		stop := make(chan struct{})
		var recording, dispatching sync.WaitGroup
		for range instances {
			l, _ := newLog(d)
			l.Subscribe((&inbox{}).take)
			dispatching.Go(func() {
				for last := false; ; {
					if err := l.Dispatch(context.Background()); err != nil {
						t.Error(err)
						return
					}
					if last && depth(t, l) == 0 {
						return
					}
					select {
					case <-stop:
						last = true
					default:
					}
				}
			})
		}
		for w := range 3 {
			l, _ := newLog(d)
			recording.Go(func() {
				for i := range events / 3 / 4 {
					n := 4 * i
					record(t, d, l, nil, fmt.Sprintf("%d-%03d", w, n), fmt.Sprintf("%d-%03d", w, n+1), fmt.Sprintf("%d-%03d", w, n+2), fmt.Sprintf("%d-%03d", w, n+3))
				}
			})
		}
		recording.Wait()
		close(stop)
		dispatching.Wait()
		got := kept(t, d)
		slices.Sort(got)
		if n := len(slices.Compact(slices.Clone(got))); len(got) != events || n != events {
			t.Errorf("%d deliveries of %d events", len(got), n)
		}
	})
}

// While one instance is in the middle of a batch, another does not wait for it and takes what is left.
func TestDispatchersSkipEachOthersEvents(t *testing.T) {
	t.Parallel()
	d := dbtest.OpenPostgres(t)
	slow, _ := newLog(d)
	quick, _ := newLog(d)
	holds, release, done := make(chan struct{}), make(chan struct{}), make(chan error)
	var once sync.Once
	box := &inbox{}
	slow.Subscribe(func(ctx context.Context, tx *db.Tx, e event.Event) error {
		once.Do(func() {
			close(holds)
			<-release
		})
		return box.take(ctx, tx, e)
	})
	quick.Subscribe(box.take)
	record(t, d, slow, nil, "a", "b")
	go func() { done <- slow.Dispatch(context.Background()) }()
	<-holds
	record(t, d, quick, nil, "c")
	dispatch(t, quick)
	if got := kept(t, d); !slices.Equal(got, []string{"c"}) {
		t.Errorf("delivered %v", got)
	}
	close(release)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if got := kept(t, d); !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("delivered %v", got)
	}
}
