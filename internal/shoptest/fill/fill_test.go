package fill_test

import (
	"context"
	"log/slog"
	"slices"
	"testing"

	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/event"
	"kaidian/internal/shoptest/fill"
)

func ensure(t *testing.T, d *db.DB) {
	t.Helper()
	c := clock.System{}
	if _, err := shop.New(d, c, event.New(d, c, slog.New(slog.DiscardHandler))).Ensure(t.Context(), shop.Defaults{}); err != nil {
		t.Fatal(err)
	}
}

func TestCatalog(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		ensure(t, d)
		var heard []int
		after := false
		made, err := fill.Catalog(t.Context(), d, fill.Options{Products: 300, Chunk: 120,
			Progress: func(n int) { heard = append(heard, n) },
			After:    func(context.Context, *db.DB) error { after = true; return nil }})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(heard, []int{120, 240, 300}) || !after {
			t.Errorf("progress %v, After called: %v", heard, after)
		}
		for query, want := range map[string]int{
			`select count(*) from products`: 300,
			`select count(*) from variants`: made.Variants,
			`select count(*) from prices`:   2 * made.Variants,
			`select count(*) from variants v join stock_levels l on l.variant_id = v.id`:                                 made.Variants,
			`select count(*) from products p where not exists (select 1 from variants v where v.product_id = p.id)`:      0,
			`select count(*) from products p join product_type_links l on l.product_id = p.id and l.type_id = p.type_id`: 300,
			`select count(*) from product_channel_links l join products p on p.id = l.product_id
				where l.listed_at <> p.created_at or l.visible <> (case when p.status = 'published' then 1 else 0 end)`: 0,
			`select count(*) from product_categories where parent_id is null`: 7,
		} {
			if n := count(t, d, query); n != want {
				t.Errorf("%s: %d, want %d", query, n, want)
			}
		}
		if n := count(t, d, `select count(distinct created_at) from products`); n > 150 || n < 3 {
			t.Errorf("%d different created_at of 300: nothing looks imported", n)
		}
	})
}

func TestTheSameOptionsGiveTheSameCatalogue(t *testing.T) {
	t.Parallel()
	var made [3]fill.Made
	for i := range made {
		d := dbtest.OpenSQLite(t)
		ensure(t, d)
		var err error
		if made[i], err = fill.Catalog(t.Context(), d, fill.Options{Products: 50, Seed: uint64(i / 2)}); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(made[0].Products, made[1].Products) || made[0].Variants != made[1].Variants {
		t.Error("the same seed gives different products")
	}
	if slices.Equal(made[0].Products, made[2].Products) {
		t.Error("another seed gives the same products")
	}
}

func TestAShopIsNeeded(t *testing.T) {
	t.Parallel()
	if _, err := fill.Catalog(t.Context(), dbtest.OpenSQLite(t), fill.Options{Products: 1}); err == nil {
		t.Error("no shop, and no error")
	}
}

func count(t *testing.T, d *db.DB, query string) int {
	t.Helper()
	var n int
	if err := d.Read(t.Context(), func(_ context.Context, tx *db.Tx) error { return tx.QueryRow(query).Scan(&n) }); err != nil {
		t.Fatal(err)
	}
	return n
}
