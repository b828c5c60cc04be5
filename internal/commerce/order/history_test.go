package order_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kaidian/internal/commerce/order"
	"kaidian/internal/commerce/payment"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
)

// paid places an order of 5250 for which two payments came, and gives back something of each.
func (k *desk) paid(d order.Draft, back int64) order.Order {
	k.t.Helper()
	o := k.place(d, order.Placement{Captured: true})
	k.write(func(tx *db.Tx) error {
		for i, amount := range []int64{5000, 250} {
			_, _, err := k.payments.Record(tx, payment.Payment{CartID: d.CartID, OrderID: &o.ID, ProviderID: "manual",
				Reference: fmt.Sprint(d.CartID, i), Amount: amount, Currency: d.Currency})
			if err != nil {
				return err
			}
		}
		_, err := tx.Exec(`update payments set captured = amount, refunded = case amount when 250 then $2 else 0 end where order_id = $1`, o.ID, back)
		return err
	})
	return o
}

func TestHistories(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := sell(t, d)
		k.exec(`insert into shop (id, name, domain, url, page_title, page_description, enable_email_regist, enable_mobile_regist,
			enable_username_regist, shop_key, webhook_token, open_secret, master_key, created_at, updated_at)
			values ('shop', '', '', '', '', '', 1, 1, 1, '', '', '', '', 1, 1)`)
		histories := func(ids ...string) map[string]order.History {
			t.Helper()
			ctx, count := db.WithCounter(t.Context())
			got, err := k.Histories(ctx, ids)
			if err != nil || count.N() > 1 {
				t.Errorf("%v, with %d statements", err, count.N())
			}
			return got
		}
		all := []string{"cus_diao", "cus_guest", "cus_mobile", "cus_none"}
		if got := histories(all...); len(got) != 0 {
			t.Errorf("nobody bought anything: %+v", got)
		}
		if got := histories(); len(got) != 0 {
			t.Errorf("of nobody: %+v", got)
		}

		in := func(cart string) order.Draft { k.clock.Advance(time.Hour); return draft(cart) }
		k.paid(in("cart_paid"), 0)
		k.paid(in("cart_refunded"), 200)
		k.place(in("cart_open"), order.Placement{})
		dollars := in("cart_dollars")
		dollars.RegionID, dollars.Currency = "reg_us", "usd"
		k.paid(dollars, 0)
		guest := in("cart_guest")
		guest.CustomerID = new("cus_guest")
		first := k.place(guest, order.Placement{})
		nobody := in("cart_nobody")
		nobody.CustomerID = nil
		k.paid(nobody, 0)
		last := k.paid(in("cart_canceled"), 250)
		k.exec(`update orders set status = 'canceled', canceled_at = 1, payment_status = 'partially_refunded' where id = $1`, last.ID)
		k.exec(`update payments set refunded = captured where order_id = $1`, last.ID)

		want := map[string]order.History{
			"cus_diao":  {Orders: 4, Spent: 5250 + 5250 - 200, Currency: "cny", LastNumber: last.Number, LastAt: last.CreatedAt},
			"cus_guest": {Orders: 1, Currency: "cny", LastNumber: first.Number, LastAt: first.CreatedAt},
		}
		if diff := cmp.Diff(want, histories(all...)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(map[string]order.History{"cus_guest": want["cus_guest"]}, histories("cus_guest", "cus_guest")); diff != "" {
			t.Errorf("of one: %s", diff)
		}
		k.exec(`update shop set default_currency = 'usd'`)
		if got := histories("cus_diao")["cus_diao"]; got.Spent != 5250 || got.Currency != "usd" || got.Orders != 4 {
			t.Errorf("in dollars: %+v", got)
		}
	})
}
