package pricing_test

import (
	"context"
	"fmt"
	"testing"

	"kaidian/internal/commerce/pricing"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/patch"
)

func TestFor(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		k.setBase(map[string][]pricing.NewPrice{"a": k.prices("1000 eur", "900 eur@eu", "800 eur 10-"), "b": k.prices("5 usd"), "c": k.prices("1 eur")})
		k.putList(pricing.ListPatch{ID: "sale", Name: patch.Some("L"), Prices: patch.Some(map[string][]pricing.NewPrice{"a": k.prices("850 eur")})})
		ctx, counter := db.WithCounter(t.Context())
		var got map[string][]pricing.Price
		err := d.Read(ctx, func(_ context.Context, tx *db.Tx) error {
			none, err := k.For(tx, nil)
			if err != nil || len(none) > 0 || counter.N() != 0 {
				t.Errorf("%v, %v, %d statements", none, err, counter.N())
			}
			got, err = k.For(tx, []string{"b", "a", "x", "a"})
			return err
		})
		if err != nil || counter.N() != 1 || len(got) != 2 || len(got["a"]) != 4 || len(got["b"]) != 1 {
			t.Fatalf("%v, %v, %d statements", got, err, counter.N())
		}
		region := inRegion(eu())
		for quantity, want := range map[int64]string{0: "850 false sale true", 1: "850 false sale true", 9: "850 false sale true", 10: "800 false default true"} {
			region.Quantity = quantity
			u, ok := pricing.UnitPrice(got["a"], k.rules(), region)
			if text := fmt.Sprintf("%d %v %s %v", u.Amount, u.IncludesTax, u.Type, ok); text != want {
				t.Errorf("%d: %s, want %s", quantity, text, want)
			}
		}
		if u, ok := pricing.UnitPrice(got["b"], k.rules(), region); ok {
			t.Errorf("in a currency without a price: %+v", u)
		}
	})
}

func TestUnitPriceIncludesTax(t *testing.T) {
	t.Parallel()
	region := eu()
	region.IncludesTax = true
	u, ok := pricing.UnitPrice(parse(t, "900 eur@eu"), &pricing.Rules{}, inRegion(region))
	if !ok || !u.IncludesTax || u.Amount != 900 {
		t.Errorf("%+v, %v", u, ok)
	}
}
