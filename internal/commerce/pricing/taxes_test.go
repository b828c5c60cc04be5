package pricing_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/patch"
)

func TestPutTaxRate(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		full := pricing.TaxRatePatch{
			RegionID: "eu", Name: patch.Some("Books"), Code: patch.Some("B"), Rate: patch.Some(7 * money.Percent),
			Products: patch.Some([]string{"p2", "p1", "p2"}), Types: patch.Some([]string{"book"}), Options: patch.Some([]string{"so_b", "so_A"}),
		}
		got, changed := k.putTax(full)
		want := pricing.TaxRate{ID: got.ID, RegionID: "eu", Name: "Books", Code: ptr("B"), Rate: 70_000, Types: []string{"book"}, Options: []string{"so_A", "so_b"},
			Products: true, CreatedAt: noon, UpdatedAt: noon}
		if diff := cmp.Diff(want, got); diff != "" || !changed || !strings.HasPrefix(got.ID, "txr_") {
			t.Errorf("made (%t): %s", changed, diff)
		}
		k.clock.Advance(time.Minute)
		if again, changed := k.putTax(full); changed || cmp.Diff(want, again) != "" {
			t.Errorf("the same again (%t): %s", changed, cmp.Diff(want, again))
		}
		want.Products, want.Types, want.UpdatedAt = false, nil, noon.Add(time.Minute)
		got, changed = k.putTax(pricing.TaxRatePatch{ID: want.ID, Products: patch.Some([]string{}), Types: patch.Null[[]string]()})
		if diff := cmp.Diff(want, got); diff != "" || !changed {
			t.Errorf("changed (%t): %s", changed, diff)
		}
		got, changed = k.putTax(pricing.TaxRatePatch{RegionID: "eu", Code: patch.Some("B"), Products: patch.Some([]string{"p3"})})
		if want.Products = true; !changed || cmp.Diff(want, got) != "" {
			t.Errorf("by its code (%t): %s", changed, cmp.Diff(want, got))
		}
		plain, _ := k.putTax(pricing.TaxRatePatch{ID: "t", RegionID: "eu", Name: patch.Some("Plain")})
		if again, changed := k.putTax(pricing.TaxRatePatch{RegionID: "eu", Name: patch.Some("Plain")}); changed || again.ID != "t" {
			t.Errorf("by its name (%t): %+v", changed, again)
		}
		k.putTax(pricing.TaxRatePatch{ID: "us", RegionID: "us", Name: patch.Some("Plain"), Products: patch.Some([]string{"p1", "p3"})})
		rules := k.rules()
		eu := slices.SortedFunc(slices.Values(rules.Taxes["eu"]), func(a, b pricing.TaxRate) int { return strings.Compare(a.Name, b.Name) })
		if diff := cmp.Diff([]pricing.TaxRate{want, plain}, eu); diff != "" || len(rules.Taxes["us"]) != 1 {
			t.Errorf("in the rules: %s", diff)
		}
		if got := rules.ProductRateIDs("eu"); !slices.Equal(got, []string{want.ID}) || rules.ProductRateIDs("asia") != nil {
			t.Errorf("rates with products: %v", got)
		}
		k.wantBound(map[string][]string{"p3": {want.ID}}, rules.ProductRateIDs("eu"), 1)
		k.wantBound(map[string][]string{"p1": {"us"}, "p3": {"us"}}, []string{"us"}, 1)
		k.wantBound(nil, rules.ProductRateIDs("asia"), 0)
		if n := len(k.changes()); n != 5 {
			t.Errorf("%d events", n)
		}
	})
}

// wantBound checks what some products are bound to, and how many statements it takes to find out.
func (k *desk) wantBound(want map[string][]string, rates []string, statements int64) {
	k.t.Helper()
	ctx, count := db.WithCounter(k.t.Context())
	err := k.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		got, err := pricing.ProductRates(tx, rates, []string{"p1", "p2", "p3"})
		if diff := cmp.Diff(want, got); diff != "" {
			k.t.Errorf("bound to %v: %s", rates, diff)
		}
		return err
	})
	if err != nil || count.N() != statements {
		k.t.Errorf("%d statements, %v", count.N(), err)
	}
}

func TestPutTaxRateRefuses(t *testing.T) {
	t.Parallel()
	k := open(t, dbtest.OpenSQLite(t))
	k.putTax(pricing.TaxRatePatch{ID: "t", RegionID: "eu", Name: patch.Some("T")})
	for want, p := range map[string]pricing.TaxRatePatch{
		"name required, region_id required": {},
		"region_id unknown":                 {RegionID: "asia", Name: patch.Some("x")},
		"id format":                         {ID: "a b", RegionID: "eu", Name: patch.Some("x")},
		"rate range":                        {RegionID: "eu", Name: patch.Some("x"), Rate: patch.Some[money.Rate](-1)},
		"name required":                     {RegionID: "eu", Code: patch.Some("new")},
		"code format":                       {RegionID: "eu", Name: patch.Some("x"), Code: patch.Some("\xff")},
		"products format":                   {RegionID: "eu", Name: patch.Some("x"), Products: patch.Some([]string{"a\x00"})},
		"product_types too_long":            {RegionID: "eu", Name: patch.Some("x"), Types: patch.Some(make([]string, 50_001))},
		"region_id range":                   {ID: "t", RegionID: "us"},
		"region_id required":                {ID: "new", Name: patch.Some("x")},
	} {
		_, _, err := k.PutTaxRate(t.Context(), k.markets, p)
		if got := problems(t, err); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := k.rules(); len(got.Taxes["eu"]) != 1 || len(got.Taxes) != 1 {
		t.Errorf("refused rates left %+v", got)
	}
}
