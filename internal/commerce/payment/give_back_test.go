package payment_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"kaidian/internal/commerce/payment"
	"kaidian/internal/platform/db"
	"kaidian/internal/provider/scripted"
)

func TestGiveBack(t *testing.T) {
	t.Parallel()
	each(t, scripted.Options{}, func(t *testing.T, k *till) {
		ctx := t.Context()
		promised, here := k.paid("cart_1", scripted.Authorize), k.paid("cart_2", scripted.Capture)
		if len(k.orphans()) != 2 || k.bank.Held() != 2000 {
			t.Fatalf("orphans %v, held %d", k.orphans(), k.bank.Held())
		}
		for range 2 {
			got, err := k.GiveBack(ctx, promised.ID)
			must(t, err)
			wantPayment(t, got, 0, 0, true)
			got, err = k.GiveBack(ctx, here.ID)
			must(t, err)
			wantPayment(t, got, 1000, 1000, false)
		}
		if len(k.orphans()) != 0 || k.bank.Held() != 0 {
			t.Errorf("orphans %v, held %d", k.orphans(), k.bank.Held())
		}
		// It comes once more: by a code that the shopper kept.
		k.bank.Pay(promised.Reference, 1000)
		k.record(payment.Payment{CartID: "cart_1", ProviderID: "scripted", Reference: promised.Reference, Amount: 1000, Captured: 1000, Currency: "cny"})
		if got := k.last("payment.unusual"); got["why"] != "late" || len(k.orphans()) != 1 {
			t.Errorf("unusual %v, orphans %v", got, k.orphans())
		}
		_, err := k.GiveBack(ctx, promised.ID)
		must(t, err)
		if len(k.orphans()) != 0 || k.bank.Held() != 0 {
			t.Errorf("orphans %v, held %d", k.orphans(), k.bank.Held())
		}
	})
}

func TestGiveBackOfWhatIsPaidMeanwhile(t *testing.T) {
	t.Parallel()
	eachDying(t, func(t *testing.T, k *till, dead *atomic.Bool) {
		p := k.paid("cart_1", scripted.Authorize)
		dead.Store(true)
		_, err := k.GiveBack(t.Context(), p.ID)
		wantErr(t, err, payment.ErrProvider)
		if !k.now(p.ID).GivenUp || len(k.orphans()) != 1 {
			t.Errorf("after a crash %+v, orphans %v", k.now(p.ID), k.orphans())
		}
		wantErr(t, k.try(func(tx *db.Tx) error { return k.AttachOrder(tx, p.ID, "order_1") }), payment.ErrCanceled)
		_, err = k.Capture(t.Context(), p.ID, 1)
		wantErr(t, err, payment.ErrCanceled)
		dead.Store(false)
		k.bank.Pay(p.Reference, 1000)
		got, err := k.GiveBack(t.Context(), p.ID)
		must(t, err)
		wantPayment(t, got, 1000, 1000, false)
		if k.bank.Held() != 0 || len(k.orphans()) != 0 {
			t.Errorf("held %d, orphans %v", k.bank.Held(), k.orphans())
		}
	})
}

func TestAnOrderOrGivenBack(t *testing.T) {
	t.Parallel()
	each(t, scripted.Options{}, func(t *testing.T, k *till) {
		for i := range 10 {
			script := []scripted.Script{scripted.Authorize, scripted.Capture}[i%2]
			k.carry(payment.Ensure(k.sessions("cart_1"), payment.Wanted{CartID: "cart_1"}, k.clock.Now()))
			p := k.paid("cart_1", script)
			var attached, back error
			var wg sync.WaitGroup
			wg.Go(func() { attached = k.try(func(tx *db.Tx) error { return k.AttachOrder(tx, p.ID, "order_"+number(i)) }) })
			wg.Go(func() { _, back = k.GiveBack(t.Context(), p.ID) })
			wg.Wait()
			held := k.bank.Payment(p.Reference).Held()
			won := attached == nil && errors.Is(back, payment.ErrAttached) && held == 1000 && k.now(p.ID).OrderID != nil
			lost := errors.Is(attached, payment.ErrCanceled) && back == nil && held == 0 && k.now(p.ID).OrderID == nil
			if won == lost {
				t.Errorf("attached %v, given back %v, held %d", attached, back, held)
			}
		}
	})
}
