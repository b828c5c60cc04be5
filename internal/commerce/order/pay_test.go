package order_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/order"
	"kaidian/internal/commerce/payment"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/fault"
)

// purse is a provider that gives what it is asked for, once for each key, and counts it.
type purse struct {
	payment.Provider // what is not asked for here
	id               string
	offline          bool

	mu     sync.Mutex
	keys   map[string]bool
	taken  atomic.Int64
	before func() // is called while it is asked for money
}

func (p *purse) ID() string    { return p.id }
func (p *purse) Offline() bool { return p.offline }

func (p *purse) Capture(_ context.Context, r payment.Request) (payment.Answer, error) {
	if p.before != nil {
		p.before()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.keys == nil {
		p.keys = map[string]bool{}
	}
	if !p.keys[r.Key] {
		p.keys[r.Key] = true
		p.taken.Add(r.Amount)
	}
	return payment.Answer{State: payment.Captured, Reference: r.Reference, Amount: r.Amount}, nil
}

func (k *desk) purse(id string) *purse {
	k.t.Helper()
	p, err := k.payments.Provider(id)
	if err != nil {
		k.t.Fatal(err)
	}
	return p.(*purse)
}

func (k *desk) write(fn func(tx *db.Tx) error) {
	k.t.Helper()
	if err := k.db.Write(k.t.Context(), func(_ context.Context, tx *db.Tx) error { return fn(tx) }); err != nil {
		k.t.Fatal(err)
	}
}

// promised places an order for which a provider promised money.
func (k *desk) promised(cart, provider string, amount int64) (o order.Order, paymentID string) {
	k.t.Helper()
	o = k.place(draft(cart), order.Placement{})
	k.write(func(tx *db.Tx) error {
		p, _, err := k.payments.Record(tx, payment.Payment{CartID: cart, OrderID: &o.ID, ProviderID: provider, Reference: "ref_" + cart, Amount: amount, Currency: "cny"})
		paymentID = p.ID
		return err
	})
	k.news()
	return k.get(order.ByID(o.ID)), paymentID
}

// told gives the topics of the news.
func (k *desk) told() string {
	k.t.Helper()
	var out []string
	for _, line := range k.news() {
		topic, _, _ := strings.Cut(line, " ")
		out = append(out, topic)
	}
	return strings.Join(out, " ")
}

func TestChangeTotal(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := sell(t, d)
		o, _ := k.promised("cart_1", "stripe", 5250)
		change := func(total int64) (order.Order, error) {
			return k.ChangeTotal(t.Context(), order.ByNumber(o.Number), total)
		}
		k.clock.Advance(time.Hour)
		got, err := change(4000)
		if err != nil || got.Totals.Total != 4000 || got.Totals.Adjustment != -1250 || got.Totals.Auto() != 5250 || k.told() != "order.updated" {
			t.Errorf("got %+v (%v)", got.Totals, err)
		}
		if kept := k.get(order.ByID(o.ID)); kept.Totals != got.Totals || !kept.UpdatedAt.Equal(opening.Add(time.Hour)) || kept.Balance().Due != 4000 {
			t.Errorf("kept %+v at %s", kept.Totals, kept.UpdatedAt)
		}
		if _, err := change(4000); err != nil || k.told() != "" {
			t.Errorf("the same: %v", err)
		}
		for _, wrong := range []int64{-1, money.MaxAmount + 1} {
			if _, err := change(wrong); fault.CodeOf(err) != fault.Invalid {
				t.Errorf("%d: %v", wrong, err)
			}
		}
		if _, err := change(5251); !errors.Is(err, order.ErrUnderAuthorized) || k.told() != "" || k.get(order.ByID(o.ID)).Totals.Total != 4000 {
			t.Errorf("more than is authorised: %v", err)
		}
		if got, err := change(5250); err != nil || got.Totals.Adjustment != 0 {
			t.Errorf("back again: %+v (%v)", got.Totals, err)
		}
		if got, err := change(0); err != nil || got.Totals.Total != 0 {
			t.Errorf("for nothing: %+v (%v)", got.Totals, err)
		}
		if _, err := k.ChangeTotal(t.Context(), order.ByNumber(99), 1); !errors.Is(err, order.ErrNoOrder) {
			t.Errorf("none: %v", err)
		}
		k.exec(`update orders set status = 'canceled'`)
		if _, err := change(1); !errors.Is(err, order.ErrCanceled) {
			t.Errorf("cancelled: %v", err)
		}
		k.exec(`update orders set status = 'pending', payment_status = 'captured'`)
		if _, err := change(1); !errors.Is(err, order.ErrPaid) {
			t.Errorf("paid: %v", err)
		}
	})
}

// TestMoreByHand has an order cost more than was promised, where the money comes by hand.
func TestMoreByHand(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := sell(t, d)
		o, _ := k.promised("cart_1", "manual", 5250)
		for _, total := range []int64{6000, 5000, 6100, money.MaxAmount, 6050} {
			k.clock.Advance(time.Second)
			got, err := k.ChangeTotal(t.Context(), order.ByID(o.ID), total)
			if err != nil || got.Totals.Total != total || got.Balance().Promised < total {
				t.Fatalf("%d: %+v %+v (%v)", total, got.Totals, got.Balance(), err)
			}
		}
		paid, err := k.Capture(t.Context(), order.ByID(o.ID))
		if b := paid.Balance(); err != nil || paid.Payment != order.Captured || b.Paid != 6050 || b.Due != 0 || k.purse("manual").taken.Load() != 6050 {
			t.Errorf("captured %+v (%v)", b, err)
		}
		if len(paid.Payments) != 4 || paid.Payments[0].Captured != 5250 || paid.Payments[1].Captured != 750 || paid.Payments[2].Captured != 50 {
			t.Errorf("of %+v", paid.Payments)
		}
		free := k.place(draft("cart_2"), order.Placement{})
		if _, err := k.ChangeTotal(t.Context(), order.ByID(free.ID), 9000); !errors.Is(err, order.ErrUnderAuthorized) {
			t.Errorf("without any payment: %v", err)
		}
	})
}

func TestCapture(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := sell(t, d)
		o, _ := k.promised("cart_1", "stripe", 6000)
		if b := o.Balance(); b != (order.Balance{Promised: 6000, Due: 5250}) {
			t.Errorf("before: %+v", b)
		}
		k.clock.Advance(time.Hour)
		for range 2 {
			paid, err := k.Capture(t.Context(), order.ByCart("cart_1"))
			if err != nil || paid.Payment != order.Captured || !paid.PaidAt.Equal(opening.Add(time.Hour)) ||
				paid.Balance() != (order.Balance{Promised: 6000, Paid: 5250, Refundable: 5250}) {
				t.Errorf("captured %+v (%v)", paid, err)
			}
		}
		if got := k.told(); got != "payment.captured order.payment_captured" {
			t.Errorf("told %s", got)
		}
		if _, err := k.ChangeTotal(t.Context(), order.ByID(o.ID), 1); !errors.Is(err, order.ErrPaid) {
			t.Errorf("changed afterwards: %v", err)
		}
		less, _ := k.promised("cart_2", "stripe", 5249)
		if _, err := k.Capture(t.Context(), order.ByID(less.ID)); !errors.Is(err, order.ErrUnderAuthorized) || k.purse("stripe").taken.Load() != 5250 {
			t.Errorf("less than it costs: %v", err)
		}
		k.exec(`update orders set status = 'canceled' where id = $1`, less.ID)
		if _, err := k.Capture(t.Context(), order.ByID(less.ID)); !errors.Is(err, order.ErrCanceled) {
			t.Errorf("cancelled: %v", err)
		}
		if _, err := k.Capture(t.Context(), order.ByID("order_none")); !errors.Is(err, order.ErrNoOrder) {
			t.Errorf("none: %v", err)
		}
	})
}

// TestCaptureAtOnce has many capture the same order: the money is taken once, and told once.
func TestCaptureAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := sell(t, d)
		o, _ := k.promised("cart_1", "stripe", 5250)
		var all sync.WaitGroup
		faults := make([]error, 5)
		for i := range faults {
			all.Go(func() { _, faults[i] = k.Capture(t.Context(), order.ByID(o.ID)) })
		}
		all.Wait()
		if err := errors.Join(faults...); err != nil || k.purse("stripe").taken.Load() != 5250 {
			t.Errorf("taken %d (%v)", k.purse("stripe").taken.Load(), err)
		}
		if got := k.told(); got != "payment.captured order.payment_captured" {
			t.Errorf("told %s", got)
		}
	})
}

// TestDearerWhileCaptured has a merchant change the total while the provider is asked: the order is not paid until all is here.
func TestDearerWhileCaptured(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := sell(t, d)
		o, _ := k.promised("cart_1", "manual", 5250)
		k.purse("manual").before = sync.OnceFunc(func() {
			if _, err := k.ChangeTotal(t.Context(), order.ByID(o.ID), 6000); err != nil {
				t.Error(err)
			}
		})
		if _, err := k.Capture(t.Context(), order.ByID(o.ID)); !errors.Is(err, order.ErrChanged) || fault.CodeOf(err) != fault.Conflict {
			t.Errorf("captured: %v", err)
		}
		if now := k.get(order.ByID(o.ID)); now.Payment != order.Awaiting || now.Balance().Due != 750 {
			t.Errorf("then it is %s with %+v", now.Payment, now.Balance())
		}
		paid, err := k.Capture(t.Context(), order.ByID(o.ID))
		if err != nil || paid.Payment != order.Captured || paid.Balance().Paid != 6000 {
			t.Errorf("again: %+v (%v)", paid.Balance(), err)
		}
	})
}

func TestMarkPaid(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := sell(t, d)
		o, paymentID := k.promised("cart_1", "stripe", 5250)
		var done []bool
		for _, captured := range []int64{0, 5249, 5250, 5250} {
			k.write(func(tx *db.Tx) error {
				if _, err := k.Lock(tx, order.ByID(o.ID)); err != nil {
					return err
				}
				if _, _, err := k.payments.MarkCaptured(tx, paymentID, captured, k.clock.Now()); err != nil {
					return err
				}
				paid, err := k.MarkPaid(tx, order.ByID(o.ID))
				done = append(done, paid)
				return err
			})
		}
		if want := []bool{false, false, true, false}; !slices.Equal(done, want) {
			t.Errorf("marked %v", done)
		}
		if got := k.told(); got != "payment.captured payment.captured order.payment_captured" {
			t.Errorf("told %s", got)
		}
		err := d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error {
			_, err := k.MarkPaid(tx, order.ByID("order_none"))
			return err
		})
		if !errors.Is(err, order.ErrNoOrder) {
			t.Errorf("none: %v", err)
		}
	})
}

func TestBalance(t *testing.T) {
	t.Parallel()
	gone := payment.Payment{Amount: 900, CanceledAt: opening}
	for i, c := range []struct {
		payments []payment.Payment
		want     order.Balance
	}{
		{nil, order.Balance{Due: 1000}},
		{[]payment.Payment{gone}, order.Balance{Due: 1000}},
		{[]payment.Payment{gone, {Amount: 1000}}, order.Balance{Promised: 1000, Due: 1000}},
		{[]payment.Payment{{Amount: 1000, Captured: 400}}, order.Balance{Promised: 1000, Paid: 400, Due: 600, Refundable: 400}},
		{[]payment.Payment{{Amount: 600, Captured: 600, Refunded: 100}, {Amount: 500, Captured: 500}}, order.Balance{Promised: 1100, Paid: 1100, Refunded: 100, Refundable: 1000}},
	} {
		o := order.Order{Draft: order.Draft{Totals: order.Totals{Total: 1000}}, Payments: c.payments}
		if got := o.Balance(); got != c.want {
			t.Errorf("%s: got %+v, want %+v", fmt.Sprint(i), got, c.want)
		}
	}
}
