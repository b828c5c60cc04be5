package cart_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/fulfillment"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/fault"
)

// ids reads texts.
func (k *stall) ids(query string) []string {
	k.t.Helper()
	var out []string
	k.must(k.db.Read(k.t.Context(), func(_ context.Context, tx *db.Tx) error {
		var err error
		out, err = db.All(tx, func(row db.Scanner) (s string, err error) {
			err = row.Scan(&s)
			return s, err
		}, query)
		return err
	}))
	return out
}

func TestAddMethod(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		c := k.cart(line("shirt", 3), line("voucher", 1))
		add := func(n cart.NewMethod) error { return second(k.AddMethod(t.Context(), c.ID, n)) }
		k.refuses(add(cart.NewMethod{OptionID: "none"}), cart.ErrNoOption, fault.NotFound)
		k.refuses(add(cart.NewMethod{OptionID: "staff"}), cart.ErrNoOption, fault.NotFound)
		k.refuses(add(cart.NewMethod{OptionID: "back"}), cart.ErrReturnOption, fault.NotAllowed)
		k.refuses(add(cart.NewMethod{OptionID: "air"}), cart.ErrOptionElsewhere, fault.Invalid)
		k.refuses(add(cart.NewMethod{OptionID: "express"}), cart.ErrRequirement, fault.NotAllowed) // 7700 is too much
		field(t, add(cart.NewMethod{OptionID: "standard", Data: json.RawMessage(`[]`)}), "data")
		field(t, add(cart.NewMethod{OptionID: "standard", Data: json.RawMessage(`{"a":"` + strings.Repeat("x", 16<<10) + `"}`)}), "data")

		got, err := k.AddMethod(t.Context(), c.ID, cart.NewMethod{OptionID: "standard", Data: json.RawMessage(`{ "door": 3 }`)})
		k.must(err)
		if m := got.Body.Methods[0]; string(m.Data) != `{"door":3}` || m.Price != 1000 || !strings.HasPrefix(m.ID, "sm_") || got.Quote.ShippingTotal != 1000 ||
			got.Quote.ShippingTaxTotal != 200 || !got.Body.Lines[0].HasShipping || got.Body.Lines[1].HasShipping || got.Options["standard"].Name != "By standard" {
			t.Errorf("got %+v %+v", got.Body, got.Quote)
		}
		got = k.ship(c.ID, "letter")
		if len(got.Body.Methods) != 2 || got.Quote.ShippingTotal != 1100 || !got.Body.Lines[1].HasShipping || len(got.Rates[got.Body.Methods[1].ID]) != 1 {
			t.Errorf("got %+v", got.Body.Methods)
		}
		got = k.ship(c.ID, "truck") // of the same profile as standard
		if len(got.Body.Methods) != 2 || got.Body.Methods[1].OptionID != "truck" || got.Body.Methods[1].Price != 104 {
			t.Errorf("got %+v", got.Body.Methods)
		}
		// A flat rate is what the option says now, a calculated price what the carrier said then.
		k.option(fulfillment.Option{ID: "letter", RegionID: "eu", ProfileID: fulfillment.GiftCardID, Amount: units(150)})
		if got := k.get(c.ID); got.Quote.ShippingTotal != 254 {
			t.Errorf("got %+v", got.Quote)
		}
		k.sql(`update shipping_options set deleted_at = 1 where id = 'letter'`)
		k.clock.Advance(time3s)
		if got := k.get(c.ID); got.Quote.ShippingTotal != 204 { // what was last written
			t.Errorf("of an option that is gone: %+v", got.Quote)
		}
		_, err = k.lock(c.ID)
		k.refuses(err, cart.ErrUnsellable, fault.NotAllowed)
		if f := fault.As(err); len(f.Fields) != 1 || f.Fields[0].Name != "shipping_methods[0]" {
			t.Errorf("got %+v", f.Fields)
		}
		if got := k.add(c.ID, "shirt", 1); got.Body.Methods != nil || got.Body.Lines[0].HasShipping || got.Body.Lines[1].HasShipping {
			t.Errorf("got %+v", got.Body)
		}
	})
}

// The price of a carrier is for the cart as it was: when that changes meanwhile, the carrier is asked again.
func TestCarriersAreAskedOutside(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		c := k.cart(line("shirt", 1))
		k.truck.did = func() {
			if k.truck.asked.Load() == 1 {
				k.add(c.ID, "shirt", 1)
			}
		}
		if got := k.ship(c.ID, "truck"); got.Body.Methods[0].Price != 102 || k.truck.asked.Load() != 2 {
			t.Errorf("got %+v after %d", got.Body.Methods, k.truck.asked.Load())
		}
		k.truck.did = func() { k.add(c.ID, "shirt", 1) }
		_, err := k.AddMethod(t.Context(), c.ID, cart.NewMethod{OptionID: "truck"})
		k.refuses(err, cart.ErrChanged, fault.Conflict)
		k.truck.did = nil
		k.truck.fails.Store(true)
		_, err = k.AddMethod(t.Context(), c.ID, cart.NewMethod{OptionID: "truck"})
		k.refuses(err, fulfillment.ErrNoPrice, fault.NotAllowed)
	})
}

func TestOptionsFor(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		k.option(fulfillment.Option{ID: "incl", RegionID: "eu", Amount: units(1200), IncludesTax: true})
		options := func(id string) (ids []string, all []cart.OfferedOption) {
			all, err := k.OptionsFor(t.Context(), id)
			k.must(err)
			for _, o := range all {
				ids = append(ids, o.ID)
			}
			slices.Sort(ids)
			return ids, all
		}
		c := k.cart()
		for _, s := range []struct {
			variant string
			want    []string
		}{
			{"", nil},
			{"shirt", []string{"incl", "standard", "truck"}},
			{"mug", []string{"incl", "standard", "truck"}}, // 1950: below the least subtotal
			{"poster", []string{"express", "incl", "standard", "truck"}},
			{"voucher", []string{"incl", "letter", "standard", "truck"}},
		} {
			if s.variant != "" {
				k.add(c.ID, s.variant, 1)
			}
			if got, _ := options(c.ID); !slices.Equal(got, s.want) {
				t.Errorf("with %s: %v, want %v", s.variant, got, s.want)
			}
		}
		_, all := options(c.ID)
		for _, o := range all {
			want := map[string][3]int64{"standard": {1000, 200, 1200}, "incl": {1200, 200, 1200}, "letter": {100, 20, 120}, "truck": {104, 21, 125}}[o.ID]
			if got := [3]int64{o.Price, o.Tax, o.PriceInclTax}; got != want || len(o.Rates) != 1 || o.Profile.Name == "" {
				t.Errorf("%s: %v %+v", o.ID, got, o.Profile)
			}
		}
		k.truck.fails.Store(true)
		if got, _ := options(c.ID); slices.Contains(got, "truck") {
			t.Errorf("got %v", got)
		}
		america, err := k.Create(t.Context(), cart.NewCart{RegionID: "us", Lines: []cart.NewLine{line("shirt", 1)}})
		k.must(err)
		if got, all := options(america.ID); !slices.Equal(got, []string{"air"}) || all[0].Tax != 0 || all[0].Rates != nil || all[0].PriceInclTax != 3000 {
			t.Errorf("got %v", got)
		}
		_, err = k.OptionsFor(t.Context(), "none")
		k.refuses(err, cart.ErrNotFound, fault.NotFound)
	})
}
