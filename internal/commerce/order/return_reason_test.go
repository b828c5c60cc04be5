package order_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"kaidian/internal/commerce/order"
	"kaidian/internal/commerce/payment"
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/event"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/secret"
)

var opening = time.Date(2024, 5, 20, 4, 30, 0, 0, time.UTC)

type desk struct {
	*order.Service
	t        *testing.T
	db       *db.DB
	events   *event.Log
	clock    *clock.Fake
	payments *payment.Service
	seen     int64 // the number of the last event that news gave
}

func open(t *testing.T, d *db.DB) *desk {
	t.Helper()
	c := clock.NewFake(opening)
	events := event.New(d, c, slog.New(slog.DiscardHandler))
	keys, err := secret.NewKeyring(bytes.Repeat([]byte{7}, secret.MasterSize))
	if err != nil {
		t.Fatal(err)
	}
	payments := payment.New(payment.Options{DB: d, Clock: c, Events: events, Providers: []payment.Provider{
		&purse{id: "manual", offline: true}, &purse{id: "stripe"}}})
	return &desk{Service: order.New(d, c, events).Selling(payments, keys), t: t, db: d, events: events, clock: c, payments: payments}
}

func (k *desk) put(r order.ReturnReason) order.Put {
	k.t.Helper()
	done, err := k.PutReturnReason(k.t.Context(), r)
	if err != nil {
		k.t.Fatal(err)
	}
	return done
}

func (k *desk) tree() []order.ReturnReason {
	k.t.Helper()
	all, err := k.ReturnReasons(k.t.Context())
	if err != nil {
		k.t.Fatal(err)
	}
	return all
}

func TestReturnReasons(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		if all := k.tree(); len(all) != 0 || all == nil {
			t.Errorf("got %#v, want an empty list", all)
		}
		words := "Did not fit"
		size := order.ReturnReason{ID: "rr_size", Value: "wrong_size", Label: " Wrong size ", Description: &words, Metadata: json.RawMessage(`{ "a": 1 }`)}
		if done := k.put(size); done != (order.Put{ID: "rr_size", Created: true}) {
			t.Errorf("got %+v", done)
		}
		small := k.put(order.ReturnReason{Value: "too_small", Label: "Too small", ParentID: &size.ID})
		if !strings.HasPrefix(small.ID, "rr_") {
			t.Errorf("got %+v", small)
		}
		k.clock.Advance(time.Second)
		k.put(order.ReturnReason{Value: "尺码不对", Label: "尺码不对"})
		for _, r := range []order.ReturnReason{size, {Value: "too_small", Label: "Too small", ParentID: &size.ID}} {
			if done := k.put(r); done.Created || done.Changed {
				t.Errorf("the same again: %+v", done)
			}
		}
		all := k.tree()
		if len(all) != 2 || all[0].ID != "rr_size" || all[0].Label != "Wrong size" || *all[0].Description != words || string(all[0].Metadata) != `{"a":1}` ||
			!all[0].UpdatedAt.Equal(opening) || len(all[0].Children) != 1 || all[0].Children[0].ID != small.ID || all[1].Children != nil {
			t.Errorf("got %+v", all)
		}
		size.Description = nil
		if done := k.put(size); done != (order.Put{ID: "rr_size", Changed: true}) || k.tree()[0].Description != nil {
			t.Errorf("got %+v, %+v", done, k.tree()[0])
		}
		events, err := k.events.Since(t.Context(), 0, 10)
		if err != nil || len(events) != 4 || events[3].Topic != order.TopicReturnReasonUpdated || events[3].Subject != "rr_size" {
			t.Errorf("got %+v, %v", events, err)
		}
	})
}

func TestDeletedReturnReasons(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		first := k.put(order.ReturnReason{Value: "other", Label: "Other"})
		err := d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error {
			_, err := tx.Exec(`update return_reasons set deleted_at = 1`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		second := k.put(order.ReturnReason{Value: "other", Label: "Other"})
		if !second.Created || second.ID == first.ID {
			t.Errorf("got %+v", second)
		}
		_, err = k.PutReturnReason(t.Context(), order.ReturnReason{ID: first.ID, Value: "other", Label: "Other"})
		if !errors.Is(err, order.ErrReasonTaken) {
			t.Errorf("got %v", err)
		}
		if back := k.put(order.ReturnReason{ID: first.ID, Value: "more", Label: "More"}); back != (order.Put{ID: first.ID, Changed: true}) || len(k.tree()) != 2 {
			t.Errorf("got %+v", back)
		}
	})
}

func TestReturnReasonsThatAreWrong(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		root := k.put(order.ReturnReason{Value: "size", Label: "Size"}).ID
		leaf := k.put(order.ReturnReason{Value: "small", Label: "Small", ParentID: &root}).ID
		other := k.put(order.ReturnReason{Value: "other", Label: "Other"}).ID
		long := strings.Repeat("x", 2001)
		for name, c := range map[string]struct {
			order.ReturnReason
			field string
		}{
			"nothing":      {order.ReturnReason{}, "value label"},
			"no slug":      {order.ReturnReason{Value: "Wrong Size", Label: "a"}, "value"},
			"long":         {order.ReturnReason{Value: "a", Label: "a", Description: &long}, "description"},
			"lines":        {order.ReturnReason{Value: "a", Label: "a\nb"}, "label"},
			"metadata":     {order.ReturnReason{Value: "a", Label: "a", Metadata: json.RawMessage(`1`)}, "metadata"},
			"below a leaf": {order.ReturnReason{Value: "a", Label: "a", ParentID: &leaf}, "parent_return_reason_id"},
			"a root falls": {order.ReturnReason{ID: root, Value: "size", Label: "Size", ParentID: &other}, "parent_return_reason_id"},
			"its own":      {order.ReturnReason{ID: other, Value: "other", Label: "Other", ParentID: &other}, "parent_return_reason_id"},
		} {
			_, err := k.PutReturnReason(t.Context(), c.ReturnReason)
			f := fault.As(err)
			if f == nil || f.Code != fault.Invalid {
				t.Errorf("%s: got %v", name, err)
				continue
			}
			var names []string
			for _, p := range f.Fields {
				names = append(names, p.Name)
			}
			if got := strings.Join(names, " "); got != c.field {
				t.Errorf("%s: problems with %s, want %s", name, got, c.field)
			}
		}
		none := "rr_none"
		if _, err := k.PutReturnReason(t.Context(), order.ReturnReason{Value: "a", Label: "a", ParentID: &none}); !errors.Is(err, order.ErrNoReason) {
			t.Errorf("got %v", err)
		}
		if _, err := k.PutReturnReason(t.Context(), order.ReturnReason{ID: other, Value: "size", Label: "a"}); !errors.Is(err, order.ErrReasonTaken) {
			t.Errorf("got %v", err)
		}
	})
}
