package shelf_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/shelf"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
)

func TestTwoWithOneHandle(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		const n = 6
		errs := make([]error, n)
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() {
				p := plain("Cup", fmt.Sprint("explicit-", i))
				p.Handle = some("the-cup")
				_, errs[i] = k.Create(t.Context(), p)
			})
			wg.Go(func() {
				if _, err := k.Create(t.Context(), plain("Mug", fmt.Sprint("made-", i))); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		made := 0
		for _, err := range errs {
			if err == nil {
				made++
			} else if !errors.Is(err, catalog.ErrHandleTaken) {
				t.Error(err)
			}
		}
		if made != 1 {
			t.Errorf("%d were made", made)
		}
		if n := k.number(`select count(distinct handle) from products where handle = 'mug' or handle like 'mug-%'`); n != 6 {
			t.Errorf("%d mugs have a handle of their own", n)
		}
	})
}

func TestTwoWithOneSKU(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		const n = 4
		outs := make([][]shelf.Outcome, n)
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() {
				items := goods(i*10, 5, "")
				list, _ := items[2].Variants.Get()
				list[0].SKU = some("one")
				var err error
				if outs[i], err = k.Put(t.Context(), items); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		won := 0
		for _, out := range outs {
			for i, o := range out {
				switch {
				case o.Err == nil && i == 2:
					won++
				case o.Err != nil && (i != 2 || !errors.Is(o.Err, catalog.ErrSKUTaken)):
					t.Errorf("item %d: %v", i, o.Err)
				}
			}
		}
		if won != 1 {
			t.Errorf("%d have it", won)
		}
		if n := k.number(`select count(*) from products`); n != 17 {
			t.Errorf("%d products, want 17", n)
		}
	})
}

func TestTwoUpdatesOfOneVariant(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		placed := k.create(shirt())
		product, which := catalog.ByID(placed.ID), catalog.ByID(placed.Variants[0])
		var wg sync.WaitGroup
		change := func(v shelf.Variant) {
			wg.Go(func() {
				if _, err := k.UpdateVariant(t.Context(), product, which, v); err != nil {
					t.Error(err)
				}
			})
		}
		for i := range 4 {
			change(shelf.Variant{VariantPatch: catalog.VariantPatch{Barcode: some("code")}})
			change(shelf.Variant{VariantPatch: catalog.VariantPatch{Title: some("Own")}})
			change(shelf.Variant{Prices: some([]pricing.NewPrice{{Currency: "cny", Amount: 7}})})
			change(shelf.Variant{Stock: some(int64(77))})
			wg.Go(func() {
				if _, err := k.AddVariant(t.Context(), product, variant(fmt.Sprint("new", i), 1, 1, "New", fmt.Sprint(i))); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		r := k.record(placed.ID)
		v := r.Variants[0]
		if v.Barcode == nil || *v.Barcode != "code" || v.Title != "Own" {
			t.Errorf("a change was lost: %+v", v)
		}
		if n := k.number(`select sum(amount) from prices where variant_id = $1`, v.ID); n != 7 {
			t.Errorf("price %d", n)
		}
		if n := k.number(`select stocked from stock_levels where variant_id = $1`, v.ID); n != 77 {
			t.Errorf("stock %d", n)
		}
		var ranks []int
		for _, v := range r.Variants {
			ranks = append(ranks, v.Rank)
		}
		if !slices.Equal(ranks, []int{0, 1, 2, 3, 4, 5, 6}) {
			t.Errorf("ranks %v", ranks)
		}
		if n := k.number(`select count(*) from events where topic = 'product.updated'`); n != 8 {
			t.Errorf("%d events for eight changes", n)
		}
	})
}

// TestPartsOfOneVariantAtOnce changes one value and one price in each call: none undoes another.
func TestPartsOfOneVariantAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		k.exec(`insert into currencies (code, includes_tax, created_at, updated_at) values ('usd', 0, 1, 1), ('eur', 0, 1, 1)`)
		placed := k.create(shirt())
		product, which := catalog.ByID(placed.ID), catalog.ByID(placed.Variants[0])
		for round := range 5 {
			var wg sync.WaitGroup
			change := func(v shelf.Variant) {
				wg.Go(func() {
					if _, err := k.UpdateVariant(t.Context(), product, which, v); err != nil {
						t.Error(err)
					}
				})
			}
			for i, currency := range []string{"cny", "usd", "eur"} {
				change(shelf.Variant{Price: some(pricing.NewPrice{Currency: currency, Amount: int64(100*round + i)})})
			}
			word := fmt.Sprint("Word ", round)
			change(shelf.Variant{VariantPatch: catalog.VariantPatch{ValueOf: map[int]string{0: word}}})
			change(shelf.Variant{VariantPatch: catalog.VariantPatch{ValueOf: map[int]string{1: word}}})
			wg.Wait()
			v := k.record(placed.ID).Variants[0]
			if v.Values[0].Value != word || v.Values[1].Value != word || v.Title != word+" / "+word {
				t.Errorf("round %d: %q of %+v", round, v.Title, v.Values)
			}
			if n := k.number(`select sum(amount) from prices where variant_id = $1`, v.ID); n != int64(300*round+3) {
				t.Errorf("round %d: the prices are %d", round, n)
			}
		}
	})
}

func TestPutOfTheSameAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				out, err := k.Put(t.Context(), goods(0, 20, ""))
				if err != nil {
					t.Error(err)
				}
				for _, o := range out {
					if o.Err != nil {
						t.Error(o.Err)
					}
				}
			})
		}
		wg.Wait()
		if n := k.number(`select count(*) from products`); n != 20 {
			t.Errorf("%d products", n)
		}
		if got := k.topics(); len(got) != 20 {
			t.Errorf("%d events", len(got))
		}
	})
}
