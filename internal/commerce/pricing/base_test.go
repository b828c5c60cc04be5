package pricing_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/patch"
)

func TestSetBase(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		k.wantChanged(k.setBase(nil))
		k.wantChanged(k.setBase(map[string][]pricing.NewPrice{
			"b": k.prices("1000 eur", "900 eur@eu", "800 eur 10-19", "700 eur 20-"), "a": k.prices("5 usd"), "c": nil,
		}), "a", "b")
		first := k.wantStored("a 5 usd", "b 1000 eur", "b 700 eur 20,-", "b 800 eur 10,19", "b 900 eur@eu")

		k.clock.Advance(time.Hour)
		k.wantChanged(k.setBase(map[string][]pricing.NewPrice{
			"b": k.prices("700 eur 20-", "900 eur@eu", "1000 eur", "800 eur 10-19"), "a": k.prices("5 usd"),
		}))
		if diff := cmp.Diff(first, k.stored()); diff != "" {
			t.Errorf("the same again: %s", diff)
		}

		k.wantChanged(k.setBase(map[string][]pricing.NewPrice{"b": k.prices("1001 eur", "900 eur@eu", "800 eur 10-18")}), "b")
		second := k.wantStored("a 5 usd", "b 1001 eur", "b 800 eur 10,18", "b 900 eur@eu")
		if second["b 1001 eur"] != first["b 1000 eur"] || second["b 900 eur@eu"] != first["b 900 eur@eu"] || second["b 800 eur 10,18"] == first["b 800 eur 10,19"] {
			t.Errorf("ids before %v, and now %v", first, second)
		}
		k.wantChanged(k.setBase(map[string][]pricing.NewPrice{"a": nil, "b": k.prices("900 eur@eu", "1001 eur", "800 eur 10-18")}), "a")
		k.wantStored("b 1001 eur", "b 800 eur 10,18", "b 900 eur@eu")
		if got := k.changes(); len(got) != 0 {
			t.Errorf("recorded: %v", got)
		}
	})
}

// SetOne leaves all other prices what they are.
func TestSetOne(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		set := func(prices map[string]pricing.NewPrice) []string {
			t.Helper()
			var changed []string
			ctx, count := db.WithCounter(t.Context())
			err := d.Write(ctx, func(_ context.Context, tx *db.Tx) (err error) {
				changed, err = k.SetOne(tx, prices)
				return err
			})
			if most := int64(2 * len(prices)); err != nil || count.N() > most {
				t.Errorf("%v, with %d statements", err, count.N())
			}
			return changed
		}
		one := func(text string) pricing.NewPrice { return k.prices(text)[0] }
		k.wantChanged(set(nil))
		k.setBase(map[string][]pricing.NewPrice{"a": k.prices("10 eur", "9 eur@eu", "8 eur 10-", "5 usd"), "b": k.prices("10 eur")})
		k.putList(pricing.ListPatch{ID: "pl", Name: patch.Some("L"), Prices: patch.Some(map[string][]pricing.NewPrice{"a": k.prices("7 eur")})})
		first := k.wantStored("a 10 eur", "a 9 eur@eu", "a 8 eur 10,-", "a 5 usd", "a 7 eur#pl", "b 10 eur")

		k.wantChanged(set(map[string]pricing.NewPrice{"a": one("11 eur"), "b": one("10 eur"), "c": one("1 usd")}), "a", "c")
		second := k.wantStored("a 11 eur", "a 9 eur@eu", "a 8 eur 10,-", "a 5 usd", "a 7 eur#pl", "b 10 eur", "c 1 usd")
		if second["a 11 eur"] != first["a 10 eur"] || second["a 5 usd"] != first["a 5 usd"] {
			t.Errorf("ids before %v, and now %v", first, second)
		}
		k.wantChanged(set(map[string]pricing.NewPrice{"a": one("3 eur 10-"), "b": one("2 eur@eu")}), "a", "b")
		k.wantStored("a 11 eur", "a 9 eur@eu", "a 3 eur 10,-", "a 5 usd", "a 7 eur#pl", "b 10 eur", "b 2 eur@eu", "c 1 usd")
	})
}

func TestSetBaseLeavesListsAlone(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		k.setBase(map[string][]pricing.NewPrice{"a": k.prices("10 eur"), "b": k.prices("10 eur")})
		k.putList(pricing.ListPatch{ID: "pl", Name: patch.Some("L"), Prices: patch.Some(map[string][]pricing.NewPrice{"a": k.prices("9 eur"), "b": k.prices("8 eur")})})
		k.setBase(map[string][]pricing.NewPrice{"a": k.prices("11 eur"), "b": nil})
		k.wantStored("a 11 eur", "a 9 eur#pl", "b 8 eur#pl")
		err := d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error { return k.Drop(tx, []string{"a", "none"}) })
		if err != nil {
			t.Fatal(err)
		}
		k.wantStored("b 8 eur#pl")
	})
}

// Many variants take few statements.
func TestSetBaseOfMany(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		all := map[string][]pricing.NewPrice{}
		for i := range 1000 {
			all[fmt.Sprint("v", i)] = k.prices(fmt.Sprint(i, " eur"), fmt.Sprint(i, " usd"))
		}
		for _, most := range []int64{30, 4} { // at first, and when nothing is different
			ctx, count := db.WithCounter(t.Context())
			err := d.Write(ctx, func(_ context.Context, tx *db.Tx) error {
				_, err := k.SetBase(tx, all)
				return err
			})
			if err != nil || count.N() > most {
				t.Errorf("%d statements, %v", count.N(), err)
			}
		}
		if n := len(k.stored()); n != 2000 {
			t.Errorf("%d prices", n)
		}
	})
}

func TestCheckPrices(t *testing.T) {
	t.Parallel()
	k := open(t, dbtest.OpenSQLite(t))
	price := func(change func(p *pricing.NewPrice)) []pricing.NewPrice {
		p := pricing.NewPrice{Currency: "eur", Amount: 1}
		change(&p)
		return []pricing.NewPrice{p}
	}
	for name, c := range map[string]struct {
		prices []pricing.NewPrice
		want   string
	}{
		"none":               {nil, ""},
		"all kinds":          {k.prices("0 eur", "1000000000000 usd", "5 eur@eu", "4 eur 1-1", "4 eur 2-", "4 eur@eu 2-"), ""},
		"not sold in":        {k.prices("1 jpy"), "p.0.currency_code unknown"},
		"in capitals":        {k.prices("1 EUR"), "p.0.currency_code unknown"},
		"no region":          {k.prices("1 eur", "1 eur@asia"), "p.1.region_id unknown"},
		"the region's other": {k.prices("1 usd@eu"), "p.0.region_id range"},
		"negative":           {price(func(p *pricing.NewPrice) { p.Amount = -1 }), "p.0.amount range"},
		"too much":           {price(func(p *pricing.NewPrice) { p.Amount = money.MaxAmount + 1 }), "p.0.amount range"},
		"of none":            {price(func(p *pricing.NewPrice) { p.MinQuantity = ptr[int64](0) }), "p.0.min_quantity range"},
		"to none":            {price(func(p *pricing.NewPrice) { p.MaxQuantity = ptr[int64](-1) }), "p.0.max_quantity range"},
		"upside down":        {k.prices("1 eur 3-2"), "p.0.max_quantity range"},
		"twice":              {k.prices("1 eur", "1 usd", "2 eur"), "p.2 taken"},
		"twice in a region":  {k.prices("1 eur@eu 2-3", "2 eur@eu 2-3"), "p.1 taken"},
		"everything":         {k.prices("1 jpy@asia 3-2"), "p.0.currency_code unknown, p.0.region_id unknown, p.0.max_quantity range"},
		"too many":           {make([]pricing.NewPrice, 501), "p too_long"},
	} {
		if got := rulesOf(pricing.CheckPrices(k.markets, "p", c.prices)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if n := len(pricing.CheckPrices(k.markets, "p", make([]pricing.NewPrice, 500))); n < 50 || n > 52 {
		t.Errorf("%d problems of 500 bad prices", n)
	}
}
