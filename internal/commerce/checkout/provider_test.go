package checkout_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/checkout"
	"kaidian/internal/commerce/inventory"
	"kaidian/internal/commerce/payment"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/patch"
	"kaidian/internal/provider/scripted"
)

// banked runs a test on both engines with a cart of a lamp, a coupon and a gift card, which the bank is to be paid for.
func banked(t *testing.T, script scripted.Script, test func(t *testing.T, k *till, id, reference string)) {
	t.Helper()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, "scripted", scripted.Options{Script: script})
		id := k.cart(func(p *cart.Patch) {
			p.Discounts, p.Cards = patch.Some([]string{"ONCE"}), patch.Some([]string{"GOOD-SAAA-AAAA-1000"})
		}, lamp)
		test(t, k, id, k.bank.Payments()[0].Reference)
	})
}

// state gives orders, what of the lamps is reserved, uses of the coupon and what is left on the card.
func (k *till) state() [4]int64 {
	k.t.Helper()
	d, err := k.promotion.Discount(k.t.Context(), "ONCE")
	k.must(err)
	g, err := k.promotion.GiftCard(k.t.Context(), "GOOD-SAAA-AAAA-1000")
	k.must(err)
	_, reserved := k.level(lamp)
	return [4]int64{k.count(`select count(*) from orders`), reserved, d.UsageCount, g.Balance}
}

func (k *till) wantState(when string, orders, reserved, uses, balance int64) {
	k.t.Helper()
	if got, want := k.state(), [4]int64{orders, reserved, uses, balance}; got != want {
		k.t.Errorf("%s: orders, reserved, uses, balance are %v, want %v", when, got, want)
	}
}

func (k *till) wantOrder(r checkout.Result, err error) {
	k.t.Helper()
	if err != nil || r.Order == nil || len(r.Order.Payments) != 1 {
		k.t.Fatalf("%+v, %v", r, err)
	}
	k.wantState("with the order", 1, 0, 1, 0)
	k.nothingHeld()
}

func TestDeclined(t *testing.T) {
	t.Parallel()
	banked(t, scripted.Decline, func(t *testing.T, k *till, id, reference string) {
		if _, err := k.complete(id); !errors.Is(err, checkout.ErrDeclined) {
			t.Fatal(err)
		}
		k.wantState("after a refusal", 0, 0, 0, 1000)
		k.nothingHeld()
		// The shopper takes another card.
		_, err := k.UpdateSession(t.Context(), id, "scripted", json.RawMessage(`{"script": "authorize"}`))
		k.must(err)
		k.wantOrder(k.complete(id))
	})
}

func TestPendingThenPaid(t *testing.T) {
	t.Parallel()
	for _, script := range []scripted.Script{scripted.Pending, scripted.More} {
		banked(t, script, func(t *testing.T, k *till, id, reference string) {
			r, err := k.complete(id)
			if err != nil || r.Order != nil || r.Status != payment.SessionPending && r.Status != payment.SessionRequiresMore {
				t.Fatalf("%+v, %v", r, err)
			}
			k.wantState("while it waits", 0, 1, 1, 0)
			if r.Till.Cart.Quote.Total != k.bank.Payment(reference).Asked || len(r.Till.Cart.Discounts) != 1 {
				t.Errorf("the cart costs %d while it is paid with %d", r.Till.Cart.Quote.Total, k.bank.Payment(reference).Asked)
			}
			if r, err = k.complete(id); err != nil || r.Order != nil {
				t.Fatalf("asked again: %+v, %v", r, err)
			}
			k.bank.Approve(reference)
			k.wantOrder(k.complete(id))
		})
	}
}

func TestTheNoticeComesFirst(t *testing.T) {
	t.Parallel()
	banked(t, scripted.Pending, func(t *testing.T, k *till, id, reference string) {
		// The shopper pays by a QR code and never comes back: nobody has called Complete.
		k.bank.Pay(reference, k.bank.Payment(reference).Asked)
		message := k.bank.Message(reference)
		for range 3 { // it may be sent again
			k.must(post(k, message))
		}
		r, err := k.complete(id)
		k.wantOrder(r, err)
		if r.Order.Payment != "captured" || r.Order.PaidAt.IsZero() {
			t.Errorf("the order is %s", r.Order.Payment)
		}
	})
}

func TestNoticesAreProved(t *testing.T) {
	t.Parallel()
	banked(t, scripted.Pending, func(t *testing.T, k *till, id, reference string) {
		_, err := k.complete(id)
		k.must(err)
		k.bank.Pay(reference, k.bank.Payment(reference).Asked)
		message := k.bank.Message(reference)
		if err := post(k, message.Forged()); !errors.Is(err, payment.ErrSignature) {
			t.Errorf("a forged one: %v", err)
		}
		message.Body = append([]byte(" "), message.Body...)
		if err := post(k, message); !errors.Is(err, payment.ErrSignature) {
			t.Errorf("a changed one: %v", err)
		}
		k.wantState("after forgeries", 0, 1, 1, 0)
		k.must(post(k, k.bank.Message(reference)))
		k.wantOrder(k.complete(id))
	})
}

// The captured notice overtakes the authorised one.
func TestNoticesOutOfOrder(t *testing.T) {
	t.Parallel()
	banked(t, scripted.Pending, func(t *testing.T, k *till, id, reference string) {
		k.bank.Approve(reference)
		early := k.bank.Message(reference)
		_, err := k.bank.Capture(t.Context(), payment.Request{Key: "pos-terminal", Reference: reference, Amount: k.bank.Payment(reference).Asked})
		k.must(err)
		late := k.bank.Message(reference)
		k.must(post(k, late))
		k.must(post(k, early))
		r, err := k.complete(id)
		k.wantOrder(r, err)
		if r.Order.Payment != "captured" {
			t.Errorf("the order is %s", r.Order.Payment)
		}
	})
}

func TestTheReturnAndTheNoticeAtOnce(t *testing.T) {
	t.Parallel()
	banked(t, scripted.Pending, func(t *testing.T, k *till, id, reference string) {
		k.bank.Pay(reference, k.bank.Payment(reference).Asked)
		message := k.bank.Message(reference)
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if _, err := k.complete(id); err != nil && !errors.Is(err, checkout.ErrPaying) {
					t.Errorf("the return: %v", err)
				}
			})
			all.Go(func() {
				if err := post(k, message); err != nil && !errors.Is(err, checkout.ErrPaying) {
					t.Errorf("the notice: %v", err)
				}
			})
		}
		all.Wait()
		k.must(post(k, message))
		k.wantOrder(k.complete(id))
	})
}

func TestATimeoutIsNoRefusal(t *testing.T) {
	t.Parallel()
	for _, script := range []scripted.Script{scripted.Timeout, scripted.Lost} {
		banked(t, script, func(t *testing.T, k *till, id, reference string) {
			r, err := k.complete(id)
			if err != nil || r.Order != nil || r.Status != payment.SessionPending {
				t.Fatalf("%s: %+v, %v", script, r, err)
			}
			k.wantState("while nobody knows", 0, 1, 1, 0)
			k.bank.SetScript(reference, scripted.Authorize)
			k.wantOrder(k.complete(id))
		})
	}
}

// What waits too long is given up; the goods can be sold to others, and the cart can be paid anew.
func TestExpiry(t *testing.T) {
	t.Parallel()
	banked(t, scripted.Pending, func(t *testing.T, k *till, id, reference string) {
		_, err := k.complete(id)
		k.must(err)
		k.must(k.Sweep(t.Context()))
		k.wantState("before its time", 0, 1, 1, 0)
		k.clock.Advance(31 * time.Minute)
		k.must(k.Sweep(t.Context()))
		k.wantState("after its time", 0, 0, 0, 1000)
		k.nothingHeld()
		if got := k.bank.Payment(reference).State; got != payment.Canceled {
			t.Errorf("at the bank it is %s", got)
		}
		_, err = k.CreateSessions(t.Context(), id)
		k.must(err)
		all := k.bank.Payments()
		k.bank.SetScript(all[len(all)-1].Reference, scripted.Authorize)
		k.wantOrder(k.complete(id))
	})
}

// The shopper pays in the last second, and the shop hears of it only when it gives up.
func TestPaidAtTheLastMoment(t *testing.T) {
	t.Parallel()
	banked(t, scripted.Pending, func(t *testing.T, k *till, id, reference string) {
		_, err := k.complete(id)
		k.must(err)
		k.bank.Pay(reference, k.bank.Payment(reference).Asked)
		k.clock.Advance(31 * time.Minute)
		k.must(k.Sweep(t.Context()))
		k.wantOrder(k.complete(id))
	})
}

// Money that comes after the attempt has ended makes the order when that can still be, and goes back otherwise.
func TestLateMoney(t *testing.T) {
	t.Parallel()
	for _, possible := range []bool{true, false} {
		banked(t, scripted.Pending, func(t *testing.T, k *till, id, reference string) {
			_, err := k.complete(id)
			k.must(err)
			k.clock.Advance(31 * time.Minute)
			k.must(k.Sweep(t.Context()))
			if !possible {
				_, err := k.stock.Adjust(t.Context(), lamp, -8, inventory.Counted, "sold elsewhere")
				k.must(err)
			}
			k.bank.Pay(reference, k.bank.Payment(reference).Asked) // banks do
			k.must(post(k, k.bank.Message(reference)))
			if possible {
				k.wantOrder(k.complete(id))
				return
			}
			if n := k.count(`select count(*) from events where topic = $1`, payment.TopicUnusual); n != 1 {
				t.Errorf("the merchant is told %d times", n)
			}
			k.work()
			k.wantState("after it went back", 0, 0, 0, 1000)
			k.nothingHeld()
			k.must(post(k, k.bank.Message(reference))) // the bank tells of it
		})
	}
}

// A cart that is changed while its payment waits: what was held is free at once, and money for the old total goes back.
func TestTheCartChangesWhileItWaits(t *testing.T) {
	t.Parallel()
	banked(t, scripted.Pending, func(t *testing.T, k *till, id, reference string) {
		_, err := k.complete(id)
		k.must(err)
		old := k.bank.Payment(reference).Asked
		c, err := k.carts.AddLine(t.Context(), id, cart.NewLine{VariantID: mug, Quantity: 2})
		k.must(err)
		k.wantState("after the change", 0, 0, 0, 1000)
		k.bank.Pay(reference, old)
		k.must(post(k, k.bank.Message(reference)))
		k.work()
		k.wantState("after the old money", 0, 0, 0, 1000)
		k.nothingHeld()
		_, err = k.Sessions(t.Context(), c)
		k.must(err)
		_, err = k.CreateSessions(t.Context(), id)
		k.must(err)
		all := k.bank.Payments()
		k.bank.SetScript(all[len(all)-1].Reference, scripted.Authorize)
		k.wantOrder(k.complete(id))
	})
}

func TestTooLittleAndTooMuch(t *testing.T) {
	t.Parallel()
	for _, more := range []int64{-1, 1} {
		banked(t, scripted.Pending, func(t *testing.T, k *till, id, reference string) {
			_, err := k.complete(id)
			k.must(err)
			k.bank.Pay(reference, k.bank.Payment(reference).Asked+more)
			k.must(post(k, k.bank.Message(reference)))
			k.work()
			k.wantState("after the wrong amount", 0, 0, 0, 1000)
			k.nothingHeld()
		})
	}
}

func TestMoneyForNothingWeKnow(t *testing.T) {
	t.Parallel()
	banked(t, scripted.Pending, func(t *testing.T, k *till, id, reference string) {
		answer, err := k.bank.Initiate(t.Context(), payment.Request{Key: "elsewhere", CartID: "cart_elsewhere", SessionID: "ps_elsewhere", Amount: 77, Total: 77, Currency: "eur"})
		k.must(err)
		k.bank.Pay(answer.Reference, 77)
		k.must(post(k, k.bank.Message(answer.Reference)))
		if n := k.count(`select count(*) from events where topic = $1`, payment.TopicUnusual); n != 1 {
			t.Errorf("the merchant is told %d times", n)
		}
	})
}

// A gift card that is bought is there with the order, once for each piece.
func TestBoughtGiftCards(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *till) {
		c, err := k.carts.Create(t.Context(), cart.NewCart{RegionID: eu})
		k.must(err)
		variant := ""
		err = k.db.Read(t.Context(), func(_ context.Context, tx *db.Tx) error {
			return tx.QueryRow(`select v.id from variants v join products p on p.id = v.product_id join prices m on m.variant_id = v.id
				where p.is_giftcard = 1 and m.currency_code = 'eur' and p.status = 'published' order by v.id limit 1`).Scan(&variant)
		})
		k.must(err)
		_, err = k.carts.AddLine(t.Context(), c.ID, cart.NewLine{VariantID: variant, Quantity: 3})
		k.must(err)
		_, err = k.carts.Update(t.Context(), c.ID, cart.Patch{Email: new("a@example.com")})
		k.must(err)
		_, err = k.CreateSessions(t.Context(), c.ID)
		k.must(err)
		r, err := k.complete(c.ID)
		if err != nil || r.Order == nil {
			t.Fatalf("%+v, %v", r, err)
		}
		if n := k.count(`select count(*) from gift_cards where order_id = $1 and balance = value and value = $2`, r.Order.ID, r.Order.Lines[0].UnitPrice); n != 3 {
			t.Errorf("%d cards", n)
		}
		k.nothingHeld()
	})
}
