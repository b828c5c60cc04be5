package cart_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/promotion"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/patch"
)

func discounts(codes ...string) cart.Patch { return cart.Patch{Discounts: patch.Some(codes)} }

func cards(codes ...string) cart.Patch { return cart.Patch{Cards: patch.Some(codes)} }

func codesOf(c cart.Cart) (out []string) {
	for _, d := range c.Discounts {
		out = append(out, d.Code)
	}
	return out
}

func TestDiscounts(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		k.discount(promotion.Discount{Code: "TEN"})
		k.discount(promotion.Discount{Code: "OFF5", Rule: promotion.Rule{Type: promotion.Fixed, Value: 500, Allocation: promotion.Total}})
		k.discount(promotion.Discount{Code: "SHIP", Rule: promotion.Rule{Type: promotion.FreeShipping}})
		c := k.cart(line("shirt", 3), line("mug", 1))
		for _, s := range []struct {
			codes []string
			want  []string
			off   int64
		}{
			{[]string{" ten "}, []string{"TEN"}, 375},
			{[]string{"OFF5", "TEN"}, []string{"OFF5"}, 500},
			{[]string{"TEN", "ship", "OFF5", "ten"}, []string{"TEN", "SHIP"}, 375},
			{nil, nil, 0},
		} {
			got := k.update(c.ID, discounts(s.codes...))
			if !slices.Equal(codesOf(got), s.want) || got.Quote.DiscountTotal != s.off || len(got.Body.Discounts) != len(s.want) {
				t.Errorf("%v: %v %+v", s.codes, codesOf(got), got.Quote)
			}
		}
		k.update(c.ID, discounts("TEN", "SHIP"))
		if got := k.add(c.ID, "shirt", 1); got.Quote.DiscountTotal != 465 {
			t.Errorf("got %+v", got.Quote)
		}
		for _, code := range []string{"ten", "NONE", ""} {
			got, err := k.RemoveDiscount(t.Context(), c.ID, code)
			if k.must(err); len(got.Discounts) != 2 {
				t.Errorf("%q took off %v", code, codesOf(got))
			}
		}
		got, err := k.RemoveDiscount(t.Context(), c.ID, "TEN")
		if k.must(err); !slices.Equal(codesOf(got), []string{"SHIP"}) {
			t.Errorf("got %v", codesOf(got))
		}
	})
}

func TestDiscountsThatDoNotHold(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		vip, _, err := k.customers.PutGroup(t.Context(), customer.GroupPatch{ID: "vip", Name: patch.Some("VIP")})
		k.must(err)
		li, wang := k.register("li@example.com"), k.register("wang@example.com")
		_, err = k.customers.AddToGroups(t.Context(), customer.ByID(li.ID), vip.ID)
		k.must(err)
		k.discount(promotion.Discount{Code: "TEN", EndsAt: opening.Add(time.Hour)})
		k.discount(promotion.Discount{Code: "LATER", StartsAt: opening.Add(time.Hour)})
		k.discount(promotion.Discount{Code: "NOT", Disabled: true})
		k.discount(promotion.Discount{Code: "US", Regions: []string{"us"}})
		k.discount(promotion.Discount{Code: "VIP", Rule: promotion.Rule{Type: promotion.Percentage, Value: 50, Allocation: promotion.Total,
			Conditions: []promotion.Condition{{Type: promotion.CustomerGroups, Operator: promotion.In, Resources: []string{"vip"}}}}})
		k.discount(promotion.Discount{Code: "ONCE", UsageLimit: units(1)})
		k.sql(`update discounts set usage_count = 1 where code = 'ONCE'`)

		c := k.cart(line("shirt", 1))
		k.update(c.ID, discounts("TEN"))
		k.refused(c.ID, discounts("TEN", "NONE"), promotion.ErrNoDiscount, fault.NotFound)
		k.refused(c.ID, discounts("\xff\x00"), promotion.ErrNoDiscount, fault.NotFound)
		k.refused(c.ID, discounts("LATER"), promotion.ErrNotStarted, fault.NotAllowed)
		k.refused(c.ID, discounts("NOT"), promotion.ErrDisabled, fault.NotAllowed)
		k.refused(c.ID, discounts("US"), promotion.ErrElsewhere, fault.Invalid)
		k.refused(c.ID, discounts("VIP"), promotion.ErrNeedsCustomer, fault.NotAllowed)
		k.refused(c.ID, discounts("ONCE"), promotion.ErrUsedUp, fault.NotAllowed)
		k.refused(c.ID, cart.Patch{Caller: wang.ID, Discounts: patch.Some([]string{"VIP"})}, promotion.ErrOthersOnly, fault.NotAllowed)
		_, err = k.Update(t.Context(), c.ID, discounts(" "))
		field(t, err, "discounts[0].code")
		var many []string
		for i := range 21 {
			many = append(many, fmt.Sprint("X", i))
		}
		_, err = k.Update(t.Context(), c.ID, discounts(many...))
		field(t, err, "discounts")
		_, err = k.Update(t.Context(), c.ID, cards(many...))
		field(t, err, "gift_cards")

		// The customer and the code may come together; the code counts for that customer alone.
		got := k.update(c.ID, cart.Patch{Caller: li.ID, Discounts: patch.Some([]string{"VIP"})})
		if got.Quote.DiscountTotal != 450 || !slices.Equal(got.Groups, []string{"vip"}) {
			t.Errorf("got %+v", got.Quote)
		}
		if got := k.update(c.ID, cart.Patch{Email: text("x@example.com")}); got.Quote.DiscountTotal != 0 || len(got.Body.Discounts) != 1 {
			t.Errorf("for another: %+v", got.Quote)
		}
		k.update(c.ID, discounts("TEN"))
		k.clock.Advance(2 * time.Hour)
		if got := k.get(c.ID); got.Discounts != nil || got.Quote.DiscountTotal != 0 {
			t.Errorf("after its end: %+v", got.Quote)
		}
	})
}

// Conditions look at all that a product is filed under.
func TestConditions(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		shelf, err := k.catalog.CreateCollection(t.Context(), catalog.CollectionPatch{Title: patch.Some("Summer")})
		k.must(err)
		k.alter("shirt", func(p *catalog.ProductPatch) {
			p.Types, p.Tags, p.CollectionID = patch.Some([]string{"Cloth", "Cotton"}), patch.Some([]string{"new", "red"}), patch.Some(shelf.ID)
		})
		k.sql(`update products set discountable = 0 where id = 'prod_poster'`)
		c := k.cart(line("shirt", 1), line("mug", 1), line("poster", 1), line("voucher", 1))
		for i, s := range []struct {
			kind      promotion.ConditionType
			operator  promotion.Operator
			resources string // what selects their ids
			want      int64
		}{
			{promotion.Products, promotion.In, `select 'prod_mug' as id`, 105},
			{promotion.Types, promotion.In, `select id from product_types where value = 'Cotton'`, 90},
			{promotion.Tags, promotion.In, `select id from product_tags where value = 'red'`, 90},
			{promotion.Collections, promotion.In, `select id from product_collections`, 90},
			{promotion.Collections, promotion.NotIn, `select id from product_collections`, 105},
			{promotion.Tags, promotion.NotIn, `select id from product_tags where value = 'new'`, 105},
			{promotion.Products, promotion.In, `select 'prod_poster' as id`, 0},
			{promotion.Products, promotion.In, `select 'prod_voucher' as id`, 0},
		} {
			code := fmt.Sprint("C", i)
			k.discount(promotion.Discount{Code: code, Rule: promotion.Rule{Type: promotion.Percentage, Value: 10, Allocation: promotion.Total,
				Conditions: []promotion.Condition{{Type: s.kind, Operator: s.operator, Resources: k.ids(s.resources)}}}})
			got := k.update(c.ID, discounts(code))
			if got.Quote.DiscountTotal != s.want || len(got.Discounts) != 1 {
				t.Errorf("%+v: %d off", s, got.Quote.DiscountTotal)
			}
		}
	})
}

func TestGiftCards(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		for code, value := range map[string]int64{"BIG": 100_000, "Small": 300, "DEAD": 10, "ELSE": 10} {
			k.card(code, value)
		}
		k.sql(`update gift_cards set is_disabled = 1 where code = 'DEAD'`)
		k.sql(`update gift_cards set region_id = 'us' where code = 'ELSE'`)
		c := k.cart(line("shirt", 1))
		k.refused(c.ID, cards("BIG", "none"), promotion.ErrNoGiftCard, fault.NotFound)
		k.refused(c.ID, cards("small"), promotion.ErrNoGiftCard, fault.NotFound)
		k.refused(c.ID, cards("\x00"), promotion.ErrNoGiftCard, fault.NotFound)
		k.refused(c.ID, cards("DEAD"), promotion.ErrCardDisabled, fault.NotAllowed)
		k.refused(c.ID, cards("ELSE"), promotion.ErrCardElsewhere, fault.Invalid)
		got := k.update(c.ID, cards("BIG", " Small", "BIG"))
		if len(got.Body.Cards) != 2 || len(got.Quote.Cards) != 2 || got.Quote.Cards[0].CardID != "gift_Small" || got.Quote.GiftCardTotal != 900 {
			t.Errorf("got %+v", got.Quote)
		}
		k.sql(`update gift_cards set is_disabled = 1 where code = 'BIG'`)
		if got := k.get(c.ID); len(got.Cards) != 1 || got.Quote.GiftCardTotal != 300 {
			t.Errorf("got %+v", got.Quote)
		}
		if got := k.update(c.ID, cards()); got.Body.Cards != nil || got.Quote.GiftCardTotal != 0 {
			t.Errorf("got %+v", got.Quote)
		}
	})
}

// What was agreed with who pays is shown until the cart is changed or freed, and for good once it is completed, whatever becomes of
// prices, discounts and gift cards.
func TestAgreed(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		k.discount(promotion.Discount{Code: "TEN"})
		k.card("CARD", 300)
		c := k.cart(line("shirt", 1))
		k.ship(c.ID, "standard")
		agreed := k.update(c.ID, cart.Patch{Discounts: patch.Some([]string{"TEN"}), Cards: patch.Some([]string{"CARD"})})
		if agreed.Quote.DiscountTotal != 90 || agreed.Quote.GiftCardTotal != 300 {
			t.Fatalf("got %+v", agreed.Quote)
		}
		same := func(when string) {
			t.Helper()
			got := k.get(c.ID)
			if !reflect.DeepEqual(got.Quote, agreed.Quote) || !reflect.DeepEqual(got.Rates, agreed.Rates) || !slices.Equal(codesOf(got), []string{"TEN"}) ||
				len(got.Cards) != 1 || got.Body.Lines[0].UnitPrice != 900 || len(got.Options) != 1 || got.Taxed != agreed.Taxed {
				t.Errorf("%s: %+v", when, got)
			}
		}
		k.hold(c.ID, "attempt")
		same("held")
		k.sql(`update discounts set is_disabled = 1`)
		k.sql(`update gift_cards set balance = 0, is_disabled = 1`)
		k.reprice("shirt", pricing.NewPrice{Currency: "eur", Amount: 800})
		same("held, and all is different")
		k.must(k.db.Write(t.Context(), func(_ context.Context, tx *db.Tx) error { return k.Free(tx, c.ID) }))
		if got := k.get(c.ID); got.Quote.Subtotal != 800 || got.Quote.DiscountTotal != 0 || got.Quote.GiftCardTotal != 0 {
			t.Errorf("freed: %+v", got.Quote)
		}
		k.sql(`update discounts set is_disabled = 0`)
		k.sql(`update gift_cards set balance = 300, is_disabled = 0`)
		k.reprice("shirt", pricing.NewPrice{Currency: "eur", Amount: 900})
		k.hold(c.ID, "another")
		if got := k.add(c.ID, "shirt", 1); got.Quote.Subtotal != 1800 || got.Body.Agreed != nil {
			t.Errorf("changed: %+v", got.Quote)
		}
		k.must(second(k.UpdateLine(t.Context(), c.ID, agreed.Body.Lines[0].ID, cart.LinePatch{Quantity: patch.Some(int64(1))})))
		agreed = k.ship(c.ID, "standard")
		k.close(c.ID)
		k.sql(`update discounts set is_disabled = 1`)
		k.sql(`update gift_cards set balance = 0, is_disabled = 1`)
		k.reprice("shirt", pricing.NewPrice{Currency: "eur", Amount: 800})
		same("completed")
	})
}
