package ledger

import (
	"bytes"
	"context"
	"maps"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"kaidian/internal/app"
	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/checkout"
	"kaidian/internal/commerce/order"
	"kaidian/internal/commerce/payment"
	"kaidian/internal/commerce/promotion"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/config"
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/patch"
	"kaidian/internal/provider/scripted"
	"kaidian/internal/shoptest"
)

// selling is a whole shop that sells in Europe, by hand or through a bank that does as it is told.
type selling struct {
	*app.App
	t     testing.TB
	ctx   context.Context
	clock *clock.Fake
	bank  *scripted.Provider
}

func open(t *testing.T, d *db.DB) *selling {
	t.Helper()
	s := &selling{t: t, ctx: context.WithoutCancel(t.Context()), clock: clock.NewFake(time.Now().UTC().Truncate(time.Millisecond)),
		bank: scripted.New(scripted.Options{})}
	var err error
	s.App, err = app.New(s.ctx, config.Shop{Data: t.TempDir()}, config.Serve{CallLimit: 1, CallLeak: 1}, app.Options{DB: d, Clock: s.clock,
		Passwords: shoptest.CheapPasswords, Providers: []payment.Provider{s.bank}})
	s.must(err)
	t.Cleanup(func() { s.must(s.Close()) })
	goods, err := os.ReadFile("../../shoptest/testdata/goods.json")
	s.must(err)
	_, err = s.Transfer.Seed(s.ctx, bytes.NewReader(goods))
	s.must(err)
	_, _, err = s.Shop.PutRegion(s.ctx, shop.RegionPatch{ID: "eu", PaymentProviders: patch.Some([]string{"manual", "scripted"})})
	s.must(err)
	_, err = s.Promotion.PutGiftCard(s.ctx, promotion.GiftCard{Code: "SMALL", Value: 50_00, Balance: 40_00, RegionID: "eu"}) // used elsewhere
	s.must(err)
	return s
}

func (s *selling) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// sale is what somebody wants to buy.
type sale struct {
	variants        map[string]int64
	discounts, card []string
	shipping        string
	provider        string
	script          scripted.Script
}

// cart makes a cart that can be completed.
func (s *selling) cart(w sale) string {
	s.t.Helper()
	c, err := s.Carts.Create(s.ctx, cart.NewCart{RegionID: "eu"})
	s.must(err)
	for _, v := range slices.Sorted(maps.Keys(w.variants)) {
		_, err = s.Carts.AddLine(s.ctx, c.ID, cart.NewLine{VariantID: v, Quantity: w.variants[v]})
		s.must(err)
	}
	_, err = s.Carts.Update(s.ctx, c.ID, cart.Patch{Email: new("ann@example.com"), Discounts: patch.Some(w.discounts), Cards: patch.Some(w.card)})
	s.must(err)
	if w.shipping != "" {
		_, err = s.Carts.AddMethod(s.ctx, c.ID, cart.NewMethod{OptionID: w.shipping})
		s.must(err)
	}
	_, err = s.Checkout.CreateSessions(s.ctx, c.ID)
	s.must(err)
	till, err := s.Checkout.SelectSession(s.ctx, c.ID, w.provider)
	s.must(err)
	if w.script != "" {
		ses, _ := payment.Selected(till.Sessions)
		s.bank.SetScript(ses.Reference, w.script)
	}
	return c.ID
}

func (s *selling) sell(w sale) checkout.Result {
	s.t.Helper()
	r, err := s.Checkout.Complete(s.ctx, s.cart(w))
	s.must(err)
	return r
}

// sold is what a busy shop has sold, and is about to.
type sold struct{ mugs, lamp, cards, waiting string }

// busy sells one of everything: mugs with a discount and shipping by hand, a lamp through the bank, gift cards, and a lamp that
// waits for its payment with a coupon and a gift card.
func (s *selling) busy() sold {
	s.t.Helper()
	var out sold
	out.mugs = s.sell(sale{variants: map[string]int64{"variant_goods_mug": 3, "variant_goods_tee_s": 1}, discounts: []string{"FIX500", "FREESHIP"},
		shipping: "so_goods_eu", provider: "manual"}).Order.ID
	out.lamp = s.sell(sale{variants: map[string]int64{"variant_goods_lamp": 2}, discounts: []string{"PCT10"}, card: []string{"SMALL"},
		shipping: "so_goods_eu_express", provider: "scripted", script: scripted.Capture}).Order.ID
	out.cards = s.sell(sale{variants: map[string]int64{"variant_goods_card_25": 2}, provider: "scripted", script: scripted.Authorize}).Order.ID
	waiting := s.sell(sale{variants: map[string]int64{"variant_goods_lamp": 1, "variant_goods_socks": 2}, discounts: []string{"ONCE"},
		card: []string{"GOOD-SAAA-AAAA-1000"}, provider: "scripted", script: scripted.Pending})
	if waiting.Order != nil {
		s.t.Fatal("the pending payment has made an order")
	}
	out.waiting = waiting.Till.Cart.ID
	s.clock.Advance(time.Minute)
	return out
}

// collect checks and gives what was found.
func collect(t testing.TB, d *db.DB, now time.Time) (Report, []Finding) {
	t.Helper()
	var all []Finding
	report, err := Check(t.Context(), d, Options{Now: now, Found: func(f Finding) error {
		all = append(all, f)
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if report.Findings != int64(len(all)) {
		t.Errorf("%d findings are counted, %d were told", report.Findings, len(all))
	}
	return report, all
}

func TestWhatIsSoldProperlyIsClean(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		clean := func(when string) Report {
			t.Helper()
			report, all := collect(t, d, s.clock.Now().Add(time.Hour))
			for _, f := range all {
				t.Errorf("%s: %+v", when, f)
			}
			return report
		}
		clean("before the first sale")
		made := s.busy()
		report := clean("while a payment waits")
		want := map[string]int64{"orders": 3, "order_lines": 4, "order_shipping_methods": 2, "carts": 4, "payments": 3, "checkout_attempts": 3,
			"promotion_claims": 2, "stock_reservations": 2, "gift_card_transactions": 1}
		for _, c := range report.Tables {
			if n, ok := want[c.Table]; ok && n != c.Rows {
				t.Errorf("%d %s are counted, want %d", c.Rows, c.Table, n)
			}
		}
		_, err := s.Orders.ChangeTotal(s.ctx, order.ByID(made.mugs), 4321)
		s.must(err)
		_, err = s.Orders.Capture(s.ctx, order.ByID(made.mugs))
		s.must(err)
		clean("with a changed and captured order")
		s.clock.Advance(2 * time.Hour)
		s.must(s.Checkout.Sweep(s.ctx))
		if report := clean("after the payment has expired"); report.Tables[12].Rows != 0 {
			t.Errorf("reservations are left: %+v", report.Tables)
		}
	})
}

// TestItSeesOneMoment writes while it looks: what comes later is not seen, and the writer does not wait.
func TestItSeesOneMoment(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		arrive := func(id string) {
			t.Helper()
			err := d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error {
				_, err := tx.Exec(`insert into stock_movements (id, variant_id, location_id, quantity, reserved, reason, reference, created_at)
					values ($1, $1, 'sloc_none', 3, 0, 'received', '', 1)`, id)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		arrive("first")
		seen := map[string][]string{}
		_, err := Check(t.Context(), d, Options{Found: func(f Finding) error {
			if f.Rule == "stock.dropped" {
				arrive("second")
			}
			seen[f.Rule] = append(seen[f.Rule], f.ID)
			return nil
		}})
		if err != nil || !slices.Equal(seen["stock.dropped"], []string{"first"}) || !slices.Equal(seen["stock_movements.variant_id"], []string{"first"}) {
			t.Errorf("seen are %v, %v", seen, err)
		}
		if _, all := collect(t, d, time.Now()); len(all) != 4 {
			t.Errorf("seen the next time: %+v", all)
		}
	})
}

// TestSalesDoNotDisturbIt checks again and again while others sell.
func TestSalesDoNotDisturbIt(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		var carts []string
		for i := range 24 {
			w := sale{variants: map[string]int64{"variant_goods_mug": 1, "variant_goods_lamp": 1}, discounts: []string{"PCT10"},
				card: []string{"SMALL"}, provider: "manual"}
			if i%3 > 0 {
				w.provider, w.script, w.card = "scripted", []scripted.Script{scripted.Capture, scripted.Decline}[i%2], nil
			}
			carts = append(carts, s.cart(w))
		}
		var buyers sync.WaitGroup
		done := make(chan struct{})
		for part := range slices.Chunk(carts, 6) {
			buyers.Go(func() {
				for _, id := range part {
					s.Checkout.Complete(s.ctx, id) //nolint:errcheck // some are declined, and there are 8 lamps for 24
				}
			})
		}
		go func() { buyers.Wait(); close(done) }()
		for over := false; !over; {
			select {
			case <-done:
				over = true
			default:
			}
			if _, all := collect(t, d, s.clock.Now()); len(all) > 0 {
				t.Fatalf("found while others sell: %+v", all)
			}
		}
	})
}
