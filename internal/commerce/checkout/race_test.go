package checkout_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/checkout"
	"kaidian/internal/commerce/inventory"
	"kaidian/internal/commerce/promotion"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/patch"
	"kaidian/internal/provider/scripted"
)

// providers are the two ways to the order: one transaction, or three steps.
var providers = []string{"manual", "scripted"}

func each(t *testing.T, test func(t *testing.T, k *till)) {
	t.Helper()
	for _, provider := range providers {
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			dbtest.Engines(t, func(t *testing.T, d *db.DB) { test(t, open(t, d, provider, scripted.Options{})) })
		})
	}
}

// completeAll completes carts at once and gives the orders and the errors.
func (k *till) completeAll(carts []string) (orders []string, refused []error) {
	var mu sync.Mutex
	var all sync.WaitGroup
	for _, id := range carts {
		all.Go(func() {
			r, err := k.complete(id)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err != nil:
				refused = append(refused, err)
			case r.Order != nil:
				orders = append(orders, r.Order.ID)
			default:
				k.t.Errorf("%s: %s", id, r.Status)
			}
		})
	}
	all.Wait()
	return orders, refused
}

func TestNeverSellsTheLastUnitTwice(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *till) {
		_, err := k.stock.Adjust(t.Context(), lamp, -3, inventory.Counted, "test") // 5 are left
		k.must(err)
		carts := make([]string, 50)
		for i := range carts {
			carts[i] = k.cart(nil, lamp, mug)
		}
		orders, refused := k.completeAll(carts)
		if len(orders) != 5 || len(refused) != 45 {
			t.Errorf("%d orders, %d refused", len(orders), len(refused))
		}
		for _, err := range refused {
			if f := fault.As(err); !errors.Is(err, inventory.ErrInsufficient) || len(f.Fields) != 1 || f.Fields[0].Name != lamp {
				t.Errorf("refused with %v", err)
			}
		}
		if stocked, reserved := k.level(lamp); stocked != 0 || reserved != 0 {
			t.Errorf("%d lamps, %d reserved", stocked, reserved)
		}
		if stocked, _ := k.level(mug); stocked != 995 {
			t.Errorf("%d mugs", stocked)
		}
		k.nothingHeld()
		// After a restock a cart that was refused becomes an order.
		_, err = k.stock.Adjust(t.Context(), lamp, 1, inventory.Received, "test")
		k.must(err)
		open := 0
		for _, id := range carts {
			if r, err := k.complete(id); err == nil && r.Order != nil {
				open++
			}
		}
		if open != 6 {
			t.Errorf("%d of the carts are orders after one more lamp", open)
		}
		k.nothingHeld()
	})
}

func TestOneCartOneOrder(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *till) {
		other := checkout.New(k.opts) // as another instance over the same database
		id := k.cart(nil, mug)
		var first atomic.Pointer[string]
		var got, busy atomic.Int64
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				service := k.Service
				if i%2 == 0 {
					service = other
				}
				r, err := service.Complete(context.Background(), id)
				switch {
				case errors.Is(err, checkout.ErrPaying):
					busy.Add(1)
				case err != nil || r.Order == nil:
					t.Errorf("%+v, %v", r, err)
				default:
					got.Add(1)
					if !first.CompareAndSwap(nil, &r.Order.ID) && *first.Load() != r.Order.ID {
						t.Errorf("orders %s and %s", *first.Load(), r.Order.ID)
					}
				}
			})
		}
		all.Wait()
		if got.Load() == 0 || got.Load()+busy.Load() != 20 {
			t.Errorf("%d got it, %d were told to try again", got.Load(), busy.Load())
		}
		r, err := k.complete(id)
		if err != nil || r.Order.ID != *first.Load() || len(r.Order.Payments) != 1 || r.Order.Payments[0].Amount != r.Order.Totals.Total {
			t.Errorf("once more: %+v, %v", r, err)
		}
		if n := k.count(`select count(*) from orders`); n != 1 {
			t.Errorf("%d orders", n)
		}
		k.nothingHeld()
	})
}

func TestACouponWithThreeUses(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *till) {
		limit := int64(3)
		_, err := k.promotion.PutDiscount(t.Context(), promotion.Discount{Code: "THREE", UsageLimit: &limit, Regions: []string{eu},
			Rule: promotion.Rule{Type: promotion.Percentage, Value: 10, Allocation: promotion.Total}})
		k.must(err)
		carts := make([]string, 20)
		for i := range carts {
			carts[i] = k.cart(func(p *cart.Patch) { p.Discounts = patch.Some([]string{"three"}) }, mug)
		}
		orders, refused := k.completeAll(carts)
		if len(orders) != 3 || len(refused) != 17 {
			t.Errorf("%d orders, %d refused", len(orders), len(refused))
		}
		for _, err := range refused { // the uses were gone when it was quoted, or a moment later
			if !errors.Is(err, promotion.ErrUsedUp) && !errors.Is(err, checkout.ErrTotalChanged) {
				t.Errorf("refused with %v", err)
			}
		}
		d, err := k.promotion.Discount(t.Context(), "THREE")
		if err != nil || d.UsageCount != 3 {
			t.Errorf("%d uses, %v", d.UsageCount, err)
		}
		k.nothingHeld()
	})
}

func TestAGiftCardIsSpentOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *till) {
		carts := make([]string, 10)
		for i := range carts {
			carts[i] = k.cart(func(p *cart.Patch) { p.Cards = patch.Some([]string{"GOOD-SAAA-AAAA-1000"}) }, mug)
		}
		orders, refused := k.completeAll(carts)
		if len(orders) < 1 || len(orders)+len(refused) != 10 {
			t.Errorf("%d orders, %d refused", len(orders), len(refused))
		}
		for _, err := range refused {
			if !errors.Is(err, promotion.ErrCardSpent) && !errors.Is(err, checkout.ErrTotalChanged) && !errors.Is(err, checkout.ErrNoSession) && !errors.Is(err, promotion.ErrCardDisabled) {
				t.Errorf("refused with %v", err)
			}
		}
		card, err := k.promotion.GiftCard(t.Context(), "GOOD-SAAA-AAAA-1000")
		k.must(err)
		spent := k.count(`select coalesce(sum(amount), 0) from gift_card_transactions where gift_card_id = $1`, card.ID)
		taken := k.count(`select coalesce(sum(gift_card_total), 0) from orders`)
		if spent > 1000 || spent != 1000-card.Balance || taken != spent {
			t.Errorf("%d spent, orders say %d, %d are left", spent, taken, card.Balance)
		}
		k.nothingHeld()
	})
}

// A cart that costs nothing needs no provider.
func TestNothingToPay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *till) {
		id := k.cart(func(p *cart.Patch) { p.Cards = patch.Some([]string{"GOOD-SAAA-AAAA-9999"}) }, mug, lamp)
		r, err := k.complete(id)
		if err != nil || r.Order == nil || len(r.Order.Payments) != 0 || r.Order.Totals.Total != 0 || r.Order.Payment != "awaiting" {
			t.Fatalf("%+v, %v", r.Order, err)
		}
		k.nothingHeld()
	})
}

func TestCartsThatCannotBeCompleted(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *till) {
		empty, err := k.carts.Create(t.Context(), cart.NewCart{RegionID: eu})
		k.must(err)
		nobody, err := k.carts.Create(t.Context(), cart.NewCart{RegionID: eu, Lines: []cart.NewLine{{VariantID: mug, Quantity: 1}}})
		k.must(err)
		unpaid, err := k.carts.Create(t.Context(), cart.NewCart{RegionID: eu, Lines: []cart.NewLine{{VariantID: mug, Quantity: 1}}})
		k.must(err)
		_, err = k.carts.Update(t.Context(), unpaid.ID, cart.Patch{Email: new("a@example.com")})
		k.must(err)
		stale := k.cart(nil, mug)
		_, err = k.carts.AddLine(t.Context(), stale, cart.NewLine{VariantID: mug, Quantity: 1}) // and nobody looked at the sessions
		k.must(err)
		for name, c := range map[string]struct {
			id   string
			want error
		}{
			"empty": {empty.ID, checkout.ErrNoLines}, "nobody": {nobody.ID, checkout.ErrNoEmail}, "unpaid": {unpaid.ID, checkout.ErrNoSession},
			"another total": {stale, checkout.ErrTotalChanged}, "unknown": {"cart_none", cart.ErrNotFound}, "no id": {"\x00", cart.ErrNotFound},
		} {
			if _, err := k.complete(c.id); !errors.Is(err, c.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		c, err := k.carts.Get(t.Context(), stale, cart.View{})
		k.must(err)
		_, err = k.Sessions(t.Context(), c)
		k.must(err)
		if r, err := k.complete(stale); err != nil || r.Order == nil {
			t.Errorf("after a look at the cart: %v", err)
		}
		if _, err := k.carts.AddLine(t.Context(), stale, cart.NewLine{VariantID: mug, Quantity: 1}); !errors.Is(err, cart.ErrCompleted) {
			t.Errorf("a completed cart is written to: %v", err)
		}
		if _, err := k.CreateSessions(t.Context(), stale); !errors.Is(err, cart.ErrCompleted) {
			t.Errorf("a completed cart gets sessions: %v", err)
		}
		k.nothingHeld()
	})
}

// Browsers that ask for the ways to pay at once all get the same ones.
func TestSessionsMadeAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *till) {
		id := k.cart(nil, mug)
		had, err := k.CreateSessions(t.Context(), id)
		k.must(err)
		_, err = k.DeleteSession(t.Context(), id, had.Sessions[0].ProviderID)
		k.must(err)
		ids := make([]string, 8)
		var all sync.WaitGroup
		for i := range ids {
			all.Go(func() {
				got, err := k.CreateSessions(t.Context(), id)
				if err != nil || len(got.Sessions) != 1 || !got.Sessions[0].Initiated {
					t.Errorf("got %+v, %v", got.Sessions, err)
					return
				}
				ids[i] = got.Sessions[0].ID
			})
		}
		all.Wait()
		for _, other := range ids {
			if other != ids[0] {
				t.Errorf("sessions %v", ids)
				break
			}
		}
		if r, err := k.complete(id); err != nil || r.Order == nil {
			t.Errorf("got %+v, %v", r, err)
		}
	})
}
