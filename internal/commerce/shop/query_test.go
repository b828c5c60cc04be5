package shop_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
)

func TestListSelects(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		w := newWorld(d)
		m := w.metafields()
		// Made a second apart: 1 and 2 of the shop, 3 and 4 of customer 7, 5 of customer 8; then 1 is changed.
		numbers := make([]int64, 0, 5)
		for i, o := range []shop.Owner{theShop(), theShop(), customer(7), customer(7), customer(8)} {
			f := must[shop.Metafield](t)(m.Create(t.Context(), shop.NewMetafield{Owner: o, Name: fmt.Sprint("n", i%2)}))
			numbers = append(numbers, f.Number)
			w.clock.Advance(time.Second)
		}
		must[shop.Metafield](t)(m.SetFields(t.Context(), numbers[0], map[string]string{"a": "b"}))
		at := func(second int) time.Time { return opening.Add(time.Duration(second) * time.Second) }
		no := func(n int64) *int64 { return &n }

		for name, c := range map[string]struct {
			q    shop.Query
			want []int // the places in numbers, from 1
		}{
			"all":                {shop.Query{}, []int{1, 2, 3, 4, 5}},
			"since":              {shop.Query{SinceID: numbers[2]}, []int{4, 5}},
			"since, from below":  {shop.Query{SinceID: -5}, []int{1, 2, 3, 4, 5}},
			"ids":                {shop.Query{IDs: []int64{numbers[3], numbers[0], numbers[3], 99999}}, []int{1, 4}},
			"name":               {shop.Query{Name: "n1"}, []int{2, 4}},
			"owner":              {shop.Query{OwnerResource: "customer", OwnerNumber: no(7)}, []int{3, 4}},
			"owner's kind":       {shop.Query{OwnerResource: "customer"}, []int{3, 4, 5}},
			"owner's number":     {shop.Query{OwnerNumber: no(0)}, []int{1, 2}},
			"no such kind":       {shop.Query{OwnerResource: "planet"}, nil},
			"a name with quotes": {shop.Query{Name: `' or 1=1 -- $1`}, nil},
			"an unstorable name": {shop.Query{Name: "n1\x00"}, nil},
			"an unstorable kind": {shop.Query{OwnerResource: "\xff"}, nil},
			"made from":          {shop.Query{CreatedMin: at(3)}, []int{4, 5}},
			"made until":         {shop.Query{CreatedMax: at(1)}, []int{1, 2}},
			"made between":       {shop.Query{CreatedMin: at(1), CreatedMax: at(2)}, []int{2, 3}},
			"changed from":       {shop.Query{UpdatedMin: at(4)}, []int{1, 5}},
			"changed until":      {shop.Query{UpdatedMax: at(4)}, []int{2, 3, 4, 5}},
			"everything together": {shop.Query{
				SinceID: numbers[0], IDs: numbers, Name: "n0", OwnerResource: "customer", OwnerNumber: no(7),
				CreatedMin: at(0), CreatedMax: at(9), UpdatedMin: at(0), UpdatedMax: at(9)}, []int{3}},
		} {
			var want []int64
			for _, place := range c.want {
				want = append(want, numbers[place-1])
			}
			var got []int64
			for _, f := range must[[]shop.Metafield](t)(m.List(t.Context(), c.q)) {
				got = append(got, f.Number)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
			if n := must[int64](t)(m.Count(t.Context(), c.q)); n != int64(len(want)) {
				t.Errorf("%s: counted %d, want %d", name, n, len(want))
			}
		}
	})
}

func TestListPages(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		m := newWorld(d).metafields()
		const all = 55
		var first int64
		for i := range all {
			f := must[shop.Metafield](t)(m.Create(t.Context(), shop.NewMetafield{Owner: theShop(), Name: fmt.Sprint("n", i)}))
			if i == 0 {
				first = f.Number
			}
		}
		for _, c := range []struct{ limit, page, from, n int }{
			{0, 0, 0, 10}, {-3, -3, 0, 10}, {3, 1, 0, 3}, {3, 2, 3, 3}, {50, 2, 50, 5}, {51, 1, 0, 50}, {51, 2, 50, 5},
			{10, 6, 50, 5}, {10, 7, 0, 0}, {50, 1<<63 - 1, 0, 0},
		} {
			q := shop.Query{Limit: c.limit, Page: c.page}
			ctx, count := db.WithCounter(t.Context())
			got := must[[]shop.Metafield](t)(m.List(ctx, q))
			if len(got) != c.n || c.n > 0 && got[0].Number != first+int64(c.from) {
				t.Errorf("limit %d, page %d: %d from %v", c.limit, c.page, len(got), got[:min(1, len(got))])
			}
			if count.N() != 1 {
				t.Errorf("a page cost %d statements", count.N())
			}
			if n := must[int64](t)(m.Count(t.Context(), q)); n != all {
				t.Errorf("limit %d, page %d: counted %d", c.limit, c.page, n)
			}
		}
	})
}

func TestTooManyIDs(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		m := newWorld(d).metafields()
		if _, err := m.List(t.Context(), shop.Query{IDs: make([]int64, 1000)}); err != nil {
			t.Error(err)
		}
		_, list := m.List(t.Context(), shop.Query{IDs: make([]int64, 1001)})
		_, count := m.Count(t.Context(), shop.Query{IDs: make([]int64, 1001)})
		for _, err := range []error{list, count} {
			if diff := cmp.Diff([]string{"ids too_long"}, rules(t, err)); diff != "" {
				t.Error(diff)
			}
		}
	})
}
