package cart_test

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/promotion"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/patch"
)

// statements counts what a call takes when all that is kept in memory is there.
func (k *stall) statements(do func(k *stall, ctx context.Context)) int64 {
	k.t.Helper()
	k.must(k.Ready(k.t.Context()))
	ctx, counter := db.WithCounter(k.t.Context())
	do(k, ctx)
	return counter.N()
}

func TestStatements(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		k.discount(promotion.Discount{Code: "TEN", Rule: promotion.Rule{Type: promotion.Percentage, Value: 10, Allocation: promotion.Total,
			Conditions: []promotion.Condition{{Type: promotion.Products, Operator: promotion.In, Resources: []string{"prod_shirt"}}}}})
		k.card("AAAA", 100)
		c := k.cart(line("shirt", 1))
		get := func(id string) int64 {
			return k.statements(func(k *stall, ctx context.Context) { k.must(second(k.Get(ctx, id, cart.View{}))) })
		}
		add := func(id string) int64 {
			return k.statements(func(k *stall, ctx context.Context) { k.must(second(k.AddLine(ctx, id, line("poster", 1)))) })
		}
		if n := get(c.ID); n != 2 {
			t.Errorf("Get takes %d, want 2", n)
		}
		if first, next := add(c.ID), add(c.ID); first != 6 || next != 4 {
			t.Errorf("AddLine takes %d of goods that nobody has looked at, and %d of others, want 6 and 4", first, next)
		}
		var many []cart.NewLine
		for i := range 200 {
			many = append(many, cart.NewLine{VariantID: []string{"shirt", "poster", "voucher"}[i%3], Quantity: 1, Metadata: json.RawMessage(fmt.Sprintf(`{"n":%d}`, i))})
		}
		full := k.cart(many...)
		if g, a := get(full.ID), add(full.ID); g != 2 || a != 4 {
			t.Errorf("with 200 lines Get takes %d and AddLine %d, want 2 and 4", g, a)
		}
		m, err := k.shop.Markets(t.Context())
		k.must(err)
		_, _, err = k.pricing.PutTaxRate(t.Context(), m, pricing.TaxRatePatch{RegionID: "eu", Name: patch.Some("low"),
			Rate: patch.Some(5 * money.Percent), Products: patch.Some([]string{"prod_shirt"})})
		k.must(err)
		if n := get(full.ID); n != 4 { // the change of rates made it forget the goods
			t.Errorf("with a rate of products Get takes %d, want 4", n)
		}
		k.update(full.ID, cart.Patch{Discounts: patch.Some([]string{"TEN"}), Cards: patch.Some([]string{"AAAA"})})
		if n := get(full.ID); n != 7 {
			t.Errorf("with codes Get takes %d, want 7", n)
		}
		if n := k.statements(func(k *stall, ctx context.Context) {
			k.must(second(k.AddMethod(ctx, full.ID, cart.NewMethod{OptionID: "standard"})))
		}); n != 8 {
			t.Errorf("AddMethod takes %d, want 8", n)
		}
	})
}

// A product's own rates are charged, those of its types too, else the region's.
func TestTaxRates(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		k.sql(`insert into product_types (id, value, created_at, updated_at) values ('ptyp_1', 'Book', 0, 0)`)
		k.sql(`insert into product_type_links (type_id, product_id, listed_at, visible, position) values ('ptyp_1', 'prod_mug', 0, 1, 1)`)
		m, err := k.shop.Markets(t.Context())
		k.must(err)
		for _, p := range []pricing.TaxRatePatch{
			{Name: patch.Some("low"), Rate: patch.Some(5 * money.Percent), Products: patch.Some([]string{"prod_shirt"})},
			{Name: patch.Some("books"), Rate: patch.Some(7 * money.Percent), Types: patch.Some([]string{"ptyp_1"})},
			{Name: patch.Some("ways"), Rate: patch.Some(1 * money.Percent), Options: patch.Some([]string{"standard"})},
		} {
			p.RegionID = "eu"
			_, _, err := k.pricing.PutTaxRate(t.Context(), m, p)
			k.must(err)
		}
		c := k.cart(line("shirt", 2), line("mug", 2), line("poster", 2))
		c = k.ship(c.ID, "standard")
		for i, want := range []int64{90, 147, 200} {
			if got := c.Quote.Lines[i].TaxTotal; got != want {
				t.Errorf("%s: %d, want %d", c.Body.Lines[i].VariantID, got, want)
			}
		}
		if c.Quote.ShippingTaxTotal != 10 || c.Rates[c.Body.Methods[0].ID][0].Name != "ways" || c.Rates[c.Body.Lines[1].ID][0].Name != "books" {
			t.Errorf("got %+v", c.Rates)
		}
	})
}

// What a cart holds is what is read again.
func TestBodyIsReadAsItIsWritten(t *testing.T) {
	t.Parallel()
	at := opening.Add(123_000_000)
	b := cart.Body{
		Lines: []cart.Line{{ID: "item_1", VariantID: "v", ProductID: "p", Title: "T \"<&>\u2028", Description: "D", Thumbnail: text("/a"), UnitPrice: 1 << 40,
			IncludesTax: true, Quantity: 1_000_000, GiftCard: true, NoDiscounts: true, HasShipping: true, Metadata: json.RawMessage(`{"a":1.50}`),
			CreatedAt: at, UpdatedAt: at}},
		Methods: []cart.Method{{ID: "sm_1", OptionID: "so", Profile: "sp", Price: 5, Data: json.RawMessage(`{}`)}},
		Shipping: &cart.Address{ID: "addr_1", CustomerID: text("cus"), FirstName: text("a"), LastName: text("b"), Company: text("c"), Address1: text("d"),
			Address2: text("e"), City: text("f"), Province: text("g"), PostalCode: text("h"), CountryCode: text("cn"), District: text("110105"),
			Phone: text("1"), Metadata: json.RawMessage(`{"x":[]}`), CreatedAt: at, UpdatedAt: at},
		Billing:   &cart.Address{ID: "addr_2", CreatedAt: at, UpdatedAt: at},
		Discounts: []string{"a", "b"}, Cards: []string{"c"}, Context: json.RawMessage(`{"ip":"::1"}`), Metadata: json.RawMessage(`{"m":null}`),
	}
	written, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	var read cart.Body
	if err := json.Unmarshal(written, &read); err != nil || !reflect.DeepEqual(b, read) {
		t.Errorf("got %+v, %v, want %+v", read, err, b)
	}
}
