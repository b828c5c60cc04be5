package event_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/event"
)

func TestRecordAllIsRecordForEach(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		log, _ := newLog(d)
		var mu sync.Mutex
		var heard, want []string
		log.Listen(func(e event.Event) {
			mu.Lock()
			defer mu.Unlock()
			heard = append(heard, e.Subject)
		})
		facts := make([]event.Fact, 300)
		for i := range facts {
			facts[i] = event.Fact{Topic: "product.created", Subject: fmt.Sprint("prod_", i), Payload: map[string]int{"number": i}}
			want = append(want, facts[i].Subject)
		}
		facts[0].Payload = nil
		ctx, counter := db.WithCounter(t.Context())
		err := d.Write(ctx, func(_ context.Context, tx *db.Tx) error { return log.RecordAll(tx, facts) })
		if err != nil {
			t.Fatal(err)
		}
		if counter.N() > 8 {
			t.Errorf("%d statements", counter.N())
		}
		if !slices.Equal(heard, want) {
			t.Errorf("listeners heard %v", heard)
		}
		events, err := log.Since(t.Context(), 0, 1000)
		if err != nil || len(events) != len(want) {
			t.Fatalf("%d events, %v", len(events), err)
		}
		for i, e := range events {
			payload := fmt.Sprintf(`{"number":%d}`, i)
			if i == 0 {
				payload = `{}`
			}
			if e.Subject != want[i] || e.Topic != "product.created" || string(e.Payload) != payload || !e.At.Equal(noon) {
				t.Errorf("event %d: %+v", i, e)
			}
		}
	})
}

// A transaction writes its events by one statement, in the order of its deeds; one that fails writes none.
func TestEventsOfATransactionAreWrittenTogether(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		log, _ := newLog(d)
		var heard []string
		log.Listen(func(e event.Event) { heard = append(heard, e.Topic) })
		deeds := func(end error) (int64, error) {
			ctx, counter := db.WithCounter(t.Context())
			err := d.Write(ctx, func(_ context.Context, tx *db.Tx) error {
				for _, topic := range []string{"a", "b", "c"} {
					if err := log.Record(tx, topic, "s", nil); err != nil {
						return err
					}
				}
				return end
			})
			return counter.N(), err
		}
		failed := errors.New("not today")
		if n, err := deeds(failed); !errors.Is(err, failed) || n != 0 || heard != nil {
			t.Errorf("%d statements, heard %v, %v", n, heard, err)
		}
		if n, err := deeds(nil); err != nil || n != 1 {
			t.Errorf("%d statements, %v", n, err)
		}
		events, err := log.Since(t.Context(), 0, 10)
		if err != nil || len(events) != 3 || !slices.Equal(heard, []string{"a", "b", "c"}) {
			t.Fatalf("%d events, heard %v, %v", len(events), heard, err)
		}
		for i, topic := range heard {
			if events[i].Topic != topic {
				t.Errorf("event %d is %s, not %s", i, events[i].Topic, topic)
			}
		}
	})
}
