package cart_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/promotion"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/patch"
)

// Whatever is done to a cart, its quote adds up, its lines and methods keep their rules, and what a call answers is what is read
// afterwards.
func TestWhateverIsDoneAddsUp(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		k.discount(promotion.Discount{Code: "TEN"})
		k.discount(promotion.Discount{Code: "OFF7", Rule: promotion.Rule{Type: promotion.Fixed, Value: 777, Allocation: promotion.Total}})
		k.discount(promotion.Discount{Code: "EACH", Rule: promotion.Rule{Type: promotion.Fixed, Value: 33, Allocation: promotion.Item}})
		k.discount(promotion.Discount{Code: "SHIP", Regions: []string{"eu", "us"}, Rule: promotion.Rule{Type: promotion.FreeShipping}})
		k.card("AAAA", 1234)
		k.card("BBBB", 1_000_000)
		k.option(optionIncl)
		if d.Dialect() == db.SQLite {
			k.region(shop.RegionPatch{ID: "us", AutomaticTaxes: patch.Some(true)})
			_, err := k.shop.PutCurrencies(t.Context(), inclusive)
			k.must(err)
		}
		rapid.Check(t, func(rt *rapid.T) {
			c, err := k.Create(t.Context(), cart.NewCart{RegionID: rapid.SampledFrom([]string{"eu", "us"}).Draw(rt, "region")})
			if err != nil {
				rt.Fatal(err)
			}
			for range rapid.IntRange(1, 12).Draw(rt, "steps") {
				name, after, err := k.step(rt, c)
				switch {
				case err == nil:
					c = after
				case fault.As(err) == nil || fault.CodeOf(err) == fault.Internal:
					rt.Fatalf("%s: %v", name, err)
				}
				if err := sound(c); err != nil {
					rt.Fatalf("after %s: %v", name, err)
				}
				again, err := k.Get(t.Context(), c.ID, cart.View{})
				if err != nil || again.Version != c.Version || again.Quote.Total != c.Quote.Total || lines(again) != lines(c) {
					rt.Fatalf("after %s: read again %+v, %v, want %+v", name, again, err, c)
				}
			}
		})
	})
}

// step does something to a cart.
func (k *stall) step(rt *rapid.T, c cart.Cart) (name string, after cart.Cart, err error) {
	ctx := k.t.Context()
	quantity := rapid.SampledFrom([]int64{0, 1, 2, 3, 7, 50, 101, cart.MaxQuantity}).Draw(rt, "quantity")
	at := "item_none"
	if n := len(c.Body.Lines); n > 0 {
		at = c.Body.Lines[rapid.IntRange(0, n-1).Draw(rt, "line")].ID
	}
	name = rapid.SampledFrom([]string{"add", "add", "add", "update", "remove", "ship", "ship", "codes", "cards", "region", "address", "email", "uncode"}).Draw(rt, "step")
	switch name {
	case "add":
		n := cart.NewLine{Quantity: quantity, VariantID: rapid.SampledFrom([]string{"shirt", "mug", "poster", "voucher", "gem", "secret"}).Draw(rt, "variant")}
		n.Metadata = json.RawMessage(rapid.SampledFrom([]string{``, `{"a":1}`, `{"b":[]}`}).Draw(rt, "metadata"))
		after, err = k.AddLine(ctx, c.ID, n)
	case "update":
		after, err = k.UpdateLine(ctx, c.ID, at, cart.LinePatch{Quantity: patch.Some(quantity)})
	case "remove":
		after, err = k.RemoveLine(ctx, c.ID, at)
	case "ship":
		option := rapid.SampledFrom([]string{"standard", "express", "letter", "truck", "air", "incl", "back"}).Draw(rt, "option")
		after, err = k.AddMethod(ctx, c.ID, cart.NewMethod{OptionID: option})
	case "codes":
		after, err = k.Update(ctx, c.ID, discounts(rapid.SliceOfN(rapid.SampledFrom([]string{"TEN", "OFF7", "EACH", "SHIP"}), 0, 3).Draw(rt, "codes")...))
	case "cards":
		after, err = k.Update(ctx, c.ID, cards(rapid.SliceOfN(rapid.SampledFrom([]string{"AAAA", "BBBB"}), 0, 2).Draw(rt, "cards")...))
	case "region":
		region := rapid.SampledFrom([]string{"eu", "us"}).Draw(rt, "region")
		after, err = k.Update(ctx, c.ID, cart.Patch{RegionID: &region})
	case "address":
		to := customer.StorePatch{CountryCode: patch.Some(rapid.SampledFrom([]string{"de", "us", "cn"}).Draw(rt, "country"))}
		after, err = k.Update(ctx, c.ID, cart.Patch{Shipping: patch.Some(cart.AddressInput{Change: to})})
	case "email":
		after, err = k.Update(ctx, c.ID, cart.Patch{Email: text("a@example.com")})
	case "uncode":
		after, err = k.RemoveDiscount(ctx, c.ID, "TEN")
	}
	return name, after, err
}

// sound tells what is wrong with a cart.
func sound(c cart.Cart) error {
	q, b := c.Quote, c.Body
	if len(q.Lines) != len(b.Lines) || len(q.Methods) != len(b.Methods) {
		return errors.New("the quote is of another cart")
	}
	var subtotal, itemTax, shipping, shippingTax, cards int64
	for i, l := range b.Lines {
		x := q.Lines[i]
		if l.Quantity < 1 || l.Quantity > cart.MaxQuantity || x.Total != x.Subtotal-x.DiscountTotal+x.TaxTotal || x.DiscountTotal < 0 || x.DiscountTotal > x.Subtotal {
			return fmt.Errorf("line %d: %+v, %+v", i, l, x)
		}
		if plain := l.UnitPrice * l.Quantity; !l.IncludesTax && x.Subtotal != plain || l.IncludesTax && x.OriginalTotal != plain {
			return fmt.Errorf("line %d: %+v, %+v", i, l, x)
		}
		subtotal, itemTax = subtotal+x.Subtotal, itemTax+x.TaxTotal
	}
	profiles := map[string]bool{}
	for i, m := range b.Methods {
		if profiles[m.Profile] || c.Options[m.OptionID].RegionID != c.RegionID {
			return fmt.Errorf("methods %+v", b.Methods)
		}
		profiles[m.Profile] = true
		shipping, shippingTax = shipping+q.Methods[i].Subtotal, shippingTax+q.Methods[i].TaxTotal
	}
	for _, u := range q.Cards {
		cards += u.Amount
	}
	total := q.Subtotal + q.ShippingTotal + q.TaxTotal - q.DiscountTotal - q.GiftCardTotal - q.GiftCardTaxTotal
	if q.Subtotal != subtotal || q.ItemTaxTotal != itemTax || q.ShippingTotal != shipping || q.ShippingTaxTotal != shippingTax ||
		q.TaxTotal != itemTax+shippingTax || q.GiftCardTotal != cards || q.Total != total || q.Total < 0 {
		return fmt.Errorf("%+v does not add up", q)
	}
	for _, d := range c.Discounts {
		if d.Check(promotion.Use{Now: opening.AddDate(0, 0, 1), RegionID: c.RegionID}) != nil {
			return fmt.Errorf("the discount %s does not hold", d.Code)
		}
	}
	return nil
}
