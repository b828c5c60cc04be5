package event_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/event"
)

var noon = time.Date(2025, 6, 1, 12, 0, 0, 0, time.UTC)

func newLog(d *db.DB) (*event.Log, *clock.Fake) {
	c := clock.NewFake(noon)
	return event.New(d, c, slog.New(slog.DiscardHandler)), c
}

// record records events in one transaction, which ends with err.
func record(t testing.TB, d *db.DB, l *event.Log, err error, topics ...string) {
	t.Helper()
	got := d.Write(context.Background(), func(_ context.Context, tx *db.Tx) error {
		for _, topic := range topics {
			if err := l.Record(tx, topic, "sub_"+topic, map[string]string{"of": topic}); err != nil {
				return err
			}
		}
		return err
	})
	if !errors.Is(got, err) {
		t.Fatal(got)
	}
}

// inbox is a durable subscriber: it keeps what it hears in the table of jobs, in the dispatcher's transaction.
type inbox struct {
	mu     sync.Mutex
	refuse string // a topic
	heard  int    // also what was rolled back
}

func (i *inbox) take(_ context.Context, tx *db.Tx, e event.Event) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.heard++
	if _, err := tx.Exec(`insert into jobs values ($1, $2, $3, 'waiting', 0, 0, null, $4)`, fmt.Sprintf("%08d %d", e.Number, i.heard), e.Topic, string(e.Payload), e.Number); err != nil {
		return err
	}
	if e.Topic == i.refuse {
		return errors.New("not today")
	}
	return nil
}

func (i *inbox) refuses(topic string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.refuse = topic
}

// kept gives the topics in the table, in order.
func kept(t testing.TB, d *db.DB) []string {
	t.Helper()
	var out []string
	err := d.Read(context.Background(), func(_ context.Context, tx *db.Tx) (err error) {
		out, err = db.All(tx, func(row db.Scanner) (s string, err error) { return s, row.Scan(&s) }, `select kind from jobs order by created_at, id`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func depth(t testing.TB, l *event.Log) int64 {
	t.Helper()
	n, err := l.Depth(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func dispatch(t testing.TB, l *event.Log) {
	t.Helper()
	if err := l.Dispatch(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func TestEventsAreDeliveredInOrder(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		l, c := newLog(d)
		var first, second []event.Event
		l.Subscribe(func(_ context.Context, _ *db.Tx, e event.Event) error { first = append(first, e); return nil })
		l.Subscribe(func(_ context.Context, _ *db.Tx, e event.Event) error { second = append(second, e); return nil })
		dispatch(t, l) // nothing
		var want []string
		for i := range 25 {
			c.Advance(time.Second)
			topics := []string{fmt.Sprint("a", i), fmt.Sprint("b", i), fmt.Sprint("c", i), fmt.Sprint("d", i), fmt.Sprint("e", i)}
			record(t, d, l, nil, topics...)
			want = append(want, topics...)
		}
		record(t, d, l, errors.New("rolled back"), "never")
		if n := depth(t, l); n != 125 {
			t.Errorf("%d wait", n)
		}
		dispatch(t, l) // more than one batch
		for _, heard := range [][]event.Event{first, second} {
			var got []string
			for i, e := range heard {
				got = append(got, e.Topic)
				if e.Subject != "sub_"+e.Topic || string(e.Payload) != fmt.Sprintf(`{"of":%q}`, e.Topic) || !strings.HasPrefix(e.ID, "evt_") ||
					!e.At.Equal(noon.Add(time.Duration(i/5+1)*time.Second)) || e.At.Location() != time.UTC || i > 0 && e.Number <= heard[i-1].Number {
					t.Errorf("event %d: %+v", i, e)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("heard %v", got)
			}
		}
		dispatch(t, l)
		if n := depth(t, l); n != 0 || len(first) != 125 {
			t.Errorf("%d wait, %d were heard", n, len(first))
		}
	})
}

func TestReadingBack(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		l, c := newLog(d)
		record(t, d, l, nil, "a", "b", "c")
		all, err := l.Since(t.Context(), 0, 10)
		if err != nil || len(all) != 3 {
			t.Fatalf("%v, %v", all, err)
		}
		some, err := l.Since(t.Context(), all[0].Number, 1)
		if err != nil || len(some) != 1 || some[0].Topic != "b" {
			t.Errorf("%v, %v", some, err)
		}
		err = d.Read(t.Context(), func(_ context.Context, tx *db.Tx) error {
			e, err := event.Get(tx, all[2].ID)
			if e.Topic != "c" || e.Number != all[2].Number {
				t.Errorf("%+v", e)
			}
			if _, err := event.Get(tx, "evt_none"); !errors.Is(err, db.ErrNoRows) {
				t.Errorf("an event that is not there: %v", err)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
		// Only what is dispatched and old is dropped.
		dispatch(t, l)
		c.Advance(time.Hour)
		record(t, d, l, nil, "d")
		dispatch(t, l)
		record(t, d, l, nil, "waits")
		if err := l.Prune(t.Context(), noon.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if left, _ := l.Since(t.Context(), 0, 10); len(left) != 2 || left[0].Topic != "d" || left[1].Topic != "waits" {
			t.Errorf("left: %v", left)
		}
		if err := l.Prune(t.Context(), noon.Add(24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if n := depth(t, l); n != 1 {
			t.Errorf("%d wait after all were dropped that may be", n)
		}
	})
}

func TestPayloads(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		l, _ := newLog(d)
		err := d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error {
			if err := l.Record(tx, "none", "s", nil); err != nil {
				return err
			}
			return l.Record(tx, "text", "s", map[string]any{"名": "a < b & \u2028", "n": 1 << 60})
		})
		if err != nil {
			t.Fatal(err)
		}
		all, err := l.Since(t.Context(), 0, 10)
		if err != nil || len(all) != 2 || string(all[0].Payload) != "{}" || string(all[1].Payload) != `{"n":1152921504606846976,"名":"a \u003c b \u0026 \u2028"}` {
			t.Errorf("%v, %v", all, err)
		}
		err = d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error { return l.Record(tx, "bad", "s", make(chan int)) })
		if err == nil || !strings.Contains(err.Error(), "event bad") {
			t.Errorf("what is no JSON: %v", err)
		}
	})
}

func TestListenersHearAfterTheCommit(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		l, _ := newLog(d)
		var heard []string
		l.Listen(func(e event.Event) {
			if all, err := l.Since(context.Background(), 0, 100); err != nil || !slices.ContainsFunc(all, func(x event.Event) bool { return x.ID == e.ID && x.At.Equal(e.At) }) {
				t.Errorf("%s is heard and not there: %v", e.Topic, err)
			}
			heard = append(heard, e.Topic)
		})
		err := d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error {
			if err := l.Record(tx, "a", "s", nil); err != nil {
				return err
			}
			if len(heard) > 0 {
				t.Error("it is heard before the commit")
			}
			return l.Record(tx, "b", "s", nil)
		})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(heard, []string{"a", "b"}) { // before Write returns
			t.Errorf("heard %v", heard)
		}
		record(t, d, l, errors.New("rolled back"), "c")
		other, _ := newLog(d) // another instance
		record(t, d, other, nil, "d")
		if !slices.Equal(heard, []string{"a", "b"}) {
			t.Errorf("heard %v", heard)
		}
	})
}

// The process dies between the commit and the dispatch: the next one delivers.
func TestEventsOutliveTheirProcess(t *testing.T) {
	t.Parallel()
	for name, create := range map[string]func(*testing.T) string{"sqlite": dbtest.SQLitePath, "postgres": dbtest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dsn := create(t)
			first, err := db.Open(t.Context(), dsn, db.Options{MaxConns: 2})
			if err != nil {
				t.Fatal(err)
			}
			l, _ := newLog(first)
			record(t, first, l, nil, "a", "b")
			if err := first.Close(); err != nil {
				t.Fatal(err)
			}
			second, err := db.Open(t.Context(), dsn, db.Options{MaxConns: 2})
			if err != nil {
				t.Fatal(err)
			}
			defer second.Close()
			next, _ := newLog(second)
			next.Subscribe((&inbox{}).take)
			dispatch(t, next)
			if got := kept(t, second); !slices.Equal(got, []string{"a", "b"}) {
				t.Errorf("delivered %v", got)
			}
		})
	}
}

// Run delivers at its start what was waiting, is woken by what is recorded, tries again after a failure, and ends.
func TestRun(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		l, _ := newLog(d)
		delivered := make(chan string, 10)
		refused := map[string]bool{}
		l.Subscribe(func(_ context.Context, _ *db.Tx, e event.Event) error {
			if e.Topic == "moody" && !refused[e.ID] {
				refused[e.ID] = true
				return errors.New("not yet")
			}
			delivered <- e.Topic
			return nil
		})
		record(t, d, l, nil, "before")
		ctx, stop := context.WithCancel(context.Background())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			l.Run(ctx)
		}()
		other, _ := newLog(d)
		for _, step := range []struct {
			by    *event.Log
			topic string
		}{{nil, "before"}, {l, "own"}, {other, "another instance's"}, {l, "moody"}} {
			if step.by != nil {
				record(t, d, step.by, nil, step.topic)
			}
			select {
			case got := <-delivered:
				if got != step.topic {
					t.Errorf("delivered %s, want %s", got, step.topic)
				}
			case <-time.After(30 * time.Second):
				t.Fatalf("%s never comes", step.topic)
			}
		}
		stop()
		<-ended
	})
}
