package order_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/order"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
)

func TestLookup(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := sell(t, d)
		made := k.place(draft("cart_1"), order.Placement{})
		nowhere := draft("cart_2")
		nowhere.Shipping = nil
		k.place(nowhere, order.Placement{})
		for _, c := range []struct {
			number      int64
			email, code string
			found       bool
		}{
			{made.Number, "diao@example.com", "", true}, {made.Number, " DIAO@example.COM", "100000", true}, {made.Number, "diao@example.com", "10 0000", true},
			{made.Number, "diao@example.com", "100001", false}, {made.Number, "guest@example.com", "", false}, {99, "diao@example.com", "", false},
			{made.Number + 1, "diao@example.com", "", true}, {made.Number + 1, "diao@example.com", "100000", false}, {made.Number, "", "", false},
			{made.Number, "diao@example.com\x00", "", false}, {-1, "diao@example.com", "", false},
		} {
			o, err := k.Lookup(t.Context(), c.number, c.email, c.code)
			if c.found && (err != nil || o.Number != c.number) || !c.found && (!errors.Is(err, order.ErrNoOrder) || o.ID != "") {
				t.Errorf("%+v: %q, %v", c, o.ID, err)
			}
		}
		for _, which := range []order.Ref{{}, order.ByID("order_none"), order.ByID("\x00"), order.ByCart("\xff"), order.ByNumber(-1)} {
			if _, err := k.Get(t.Context(), which); !errors.Is(err, order.ErrNoOrder) {
				t.Errorf("%+v: %v", which, err)
			}
		}
	})
}

// numbers gives which of the orders a query finds, and checks that it counts them.
func (k till) numbers(q order.Query) string {
	k.t.Helper()
	ctx, count := db.WithCounter(k.t.Context())
	all, err := k.List(ctx, q)
	if err != nil {
		k.t.Fatal(err)
	}
	if count.N() > 4 {
		k.t.Errorf("%+v takes %d statements", q, count.N())
	}
	var out []string
	for _, o := range all {
		out = append(out, fmt.Sprint(o.Number))
		if len(o.Lines) != 2 || len(o.Methods) != 1 {
			k.t.Errorf("%+v: order %d has %d lines and %d methods", q, o.Number, len(o.Lines), len(o.Methods))
		}
	}
	q.Limit, q.Offset = 0, 0
	if n, err := k.Count(k.t.Context(), q); err != nil || n < int64(len(all)) || q.Limit == 0 && len(all) > int(n) {
		k.t.Errorf("%+v counts %d (%v)", q, n, err)
	}
	return strings.Join(out, " ")
}

func TestList(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := sell(t, d)
		for i := range 5 {
			in := draft(fmt.Sprintf("cart_%d", i+1))
			if i == 1 {
				in.CustomerID, in.Email, in.RegionID, in.Currency, in.TaxRate = new("cus_guest"), "gu_st@example.com", "reg_us", "usd", nil
			}
			k.place(in, order.Placement{ID: fmt.Sprintf("order_%d", i+1), Captured: i == 2})
			k.clock.Advance(time.Hour)
		}
		k.exec(`update orders set status = 'canceled', canceled_at = $1, updated_at = $1, fulfillment_status = 'canceled' where number = 4`, opening.Add(9*time.Hour).UnixMilli())
		at := func(h int) time.Time { return opening.Add(time.Duration(h) * time.Hour) }
		rate := money.Rate(200_000)
		for _, c := range []struct {
			q    order.Query
			want string
		}{
			{order.Query{}, "5 4 3 2 1"}, {order.Query{Sort: order.OldestFirst}, "1 2 3 4 5"}, {order.Query{Sort: order.ByNumbers, SinceNumber: 2}, "3 4 5"},
			{order.Query{Limit: 2}, "5 4"}, {order.Query{Limit: 2, Offset: 4}, "1"}, {order.Query{Limit: 2, Offset: 9}, ""}, {order.Query{Limit: -1, Offset: -1}, "5 4 3 2 1"},
			{order.Query{Text: "GU_ST"}, "2"}, {order.Query{Text: "u%t"}, ""}, {order.Query{Text: "example.com", Limit: 1}, "5"}, {order.Query{Text: "4"}, "4"},
			{order.Query{Text: "x\x00"}, ""}, {order.Query{Text: `\`}, ""},
			{order.Query{IDs: []string{"order_1", "order_9", "\xff"}}, "1"}, {order.Query{IDs: []string{}}, ""}, {order.Query{Numbers: []int64{2, 3}}, "3 2"},
			{order.Query{Statuses: []order.Status{order.Canceled}}, "4"}, {order.Query{Statuses: []order.Status{order.Pending, order.Canceled}, Limit: 1}, "5"},
			{order.Query{Fulfillments: []order.FulfillmentStatus{order.FulfillmentCanceled}}, "4"}, {order.Query{Payments: []order.PaymentStatus{order.Captured}}, "3"},
			{order.Query{CartID: new("cart_2")}, "2"}, {order.Query{CustomerID: new("cus_diao")}, "5 4 3 1"}, {order.Query{CustomerNumber: new(int64(595))}, "5 4 3 1"},
			{order.Query{CustomerNumber: new(int64(596))}, ""}, {order.Query{Email: new("GU_st@example.com")}, "2"}, {order.Query{Email: new("")}, ""},
			{order.Query{RegionID: new("reg_us")}, "2"}, {order.Query{Currency: new("USD")}, "2"}, {order.Query{TaxRate: &rate}, "5 4 3 1"},
			{order.Query{Created: order.Window{GT: at(1), LT: at(4)}}, "4 3"}, {order.Query{Created: order.Window{GTE: at(1), LTE: at(4)}}, "5 4 3 2"},
			{order.Query{Updated: order.Window{GTE: at(5)}}, "4"}, {order.Query{Canceled: order.Window{GT: at(0)}}, "4"},
			{order.Query{CustomerID: new("cus_diao"), Payments: []order.PaymentStatus{order.Awaiting}, Statuses: []order.Status{order.Pending}}, "5 1"},
		} {
			if got := k.numbers(c.q); got != c.want {
				t.Errorf("%+v: %s, want %s", c.q, got, c.want)
			}
		}
	})
}
