package shelf_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/inventory"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/shelf"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/patch"
)

func TestPutMakesChangesAndLeavesAlone(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		for _, o := range k.put(goods(0, 30, "")...) {
			if o.Err != nil || !o.Created || !o.Changed || o.Number == 0 || len(o.Variants) != 3 {
				t.Fatalf("made %+v", o)
			}
		}
		if got := k.topics(); len(got) != 30 || slices.Contains(got, "product.updated") {
			t.Errorf("events %v", got)
		}
		before := k.everything()
		k.clock.Advance(1e12)
		for _, o := range k.put(goods(0, 30, "")...) {
			if o.Err != nil || o.Created || o.Changed || o.Number == 0 || len(o.Variants) != 3 {
				t.Fatalf("again %+v", o)
			}
		}
		if after := k.everything(); after != before {
			t.Error("the same again changed something")
		}
		items := goods(0, 35, "")
		items[3].Title = some("Another")
		for i, o := range k.put(items...) {
			if o.Err != nil || o.Created != (i >= 30) || o.Changed != (i == 3 || i >= 30) {
				t.Errorf("item %d: %+v", i, o)
			}
		}
	})
}

func TestPutRefusesWhatIsWrongAlone(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		k.put(goods(100, 1, "")...)
		good := func(n int) shelf.Item { return goods(n, 1, "")[0] }
		with := func(n int, change func(p *shelf.Product)) shelf.Item {
			i := good(n)
			change(&i.Product)
			return i
		}
		sku := func(s string) func(p *shelf.Product) {
			return func(p *shelf.Product) {
				list, _ := p.Variants.Get()
				list[1].SKU = some(s)
			}
		}
		for i, c := range []struct {
			item shelf.Item
			want error
		}{
			{good(0), nil},
			{with(1, sku("SKU-100-1")), catalog.ErrSKUTaken},
			{with(2, sku("SKU-0-1")), catalog.ErrSKUTaken},
			{with(3, func(p *shelf.Product) { p.CollectionID = some("pcol_none") }), catalog.ErrNoCollection},
			{with(4, func(p *shelf.Product) { p.Categories = some([]string{"pcat_none"}) }), catalog.ErrNoCategory},
			{with(5, func(p *shelf.Product) { p.Channels = some([]string{"sc_none"}) }), catalog.ErrNoChannel},
			{with(6, func(p *shelf.Product) { p.ExternalID = some("x") }), nil},
			{with(7, func(p *shelf.Product) { p.ExternalID = some("x") }), catalog.ErrExternalTaken},
			{with(8, func(p *shelf.Product) { p.Tags = some([]string{"fresh"}) }), nil},
			{with(9, func(p *shelf.Product) { p.ID = "prod_9" }), nil},
			{with(10, func(p *shelf.Product) { p.ID = "prod_9" }), catalog.ErrIDTaken},
			{good(11), nil},
		} {
			o := k.put(c.item)[0]
			if !errors.Is(o.Err, c.want) || c.want == nil && o.Err != nil {
				t.Errorf("item %d alone: %v, want %v", i, o.Err, c.want)
			}
			if exists := k.number(`select count(*) from products where handle = $1`, c.item.Handle.Or("")); (exists == 1) != (o.Err == nil) {
				t.Errorf("item %d: %d products", i, exists)
			}
		}
	})
}

func TestPutDoesNotHoldBackTheOthers(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		items := goods(0, 10, "")
		items[2].Title = some("")
		list, _ := items[4].Variants.Get()
		list[0].Prices = some([]pricing.NewPrice{{Currency: "xxx", Amount: -1}})
		list[0].Stock = some(int64(-5))
		items[6].Handle = items[0].Handle // the same product again
		items[6].Title = some("Zero")
		items[6].Variants = patch.Optional[[]shelf.Variant]{}
		items[7].Handle = patch.Optional[string]{}
		items[8].Categories = some([]string{"pcat_none"})
		items[8].Tags = some([]string{"orphan"})
		out := k.put(items...)
		for i, o := range out {
			if bad := slices.Contains([]int{2, 4, 7, 8}, i); bad != (o.Err != nil) || bad != (o.ID == "") {
				t.Errorf("item %d: %+v", i, o)
			}
		}
		var names []string
		for _, f := range fault.As(out[4].Err).Fields {
			names = append(names, f.Name)
		}
		if len(names) < 2 || names[len(names)-1] != "variants[0].prices.0.amount" && !slices.Contains(names, "variants[0].stock") {
			t.Errorf("problems of %v", names)
		}
		if out[6].Created || !out[6].Changed || out[6].ID != out[0].ID {
			t.Errorf("the same product again: %+v", out[6])
		}
		if r := k.record(out[0].ID); r.Title != "Zero" {
			t.Errorf("title %q", r.Title)
		}
		if n := k.number(`select count(*) from product_tags where value = 'orphan'`); n != 0 {
			t.Error("a refused item left a tag")
		}
		if n := k.number(`select count(*) from products`); n != 5 {
			t.Errorf("%d products, want 5", n)
		}
	})
}

func TestPutWritesApartWhatTheStockRefuses(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		out := k.put(goods(0, 3, "")...)
		k.exec(`update stock_levels set reserved = 5 where variant_id = $1`, out[1].Variants[0])
		items := goods(0, 4, "")
		for i := range items {
			list, _ := items[i].Variants.Get()
			list[0].Stock = some(int64(1))
		}
		for i, o := range k.put(items...) {
			if (i == 1) != errors.Is(o.Err, inventory.ErrBelowReserved) || i != 1 && (o.Err != nil || !o.Changed) {
				t.Errorf("item %d: %+v", i, o)
			}
		}
		if n := k.number(`select stocked from stock_levels where variant_id = $1`, out[2].Variants[0]); n != 1 {
			t.Errorf("stock %d", n)
		}
	})
}

func TestPutMovesASKUFromOneProductToTheNext(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		put := func(skus ...string) []shelf.Outcome {
			var items []shelf.Item
			for i, sku := range skus {
				p := plain(fmt.Sprint("P", i), sku)
				p.Handle = some(fmt.Sprint("p", i))
				items = append(items, shelf.Item{Product: p})
			}
			return k.put(items...)
		}
		put("a", "b")
		out := put("c", "a")
		if out[0].Err != nil || out[1].Err != nil {
			t.Fatalf("%v, %v", out[0].Err, out[1].Err)
		}
		if r := k.record(out[1].ID); *r.Variants[0].SKU != "a" {
			t.Errorf("sku %s", *r.Variants[0].SKU)
		}
		if out = put("a", "x"); out[0].Err != nil || out[1].Err != nil {
			t.Errorf("given up by a later item: %v, %v", out[0].Err, out[1].Err)
		}
		if out = put("x"); !errors.Is(out[0].Err, catalog.ErrSKUTaken) {
			t.Errorf("not given up: %v", out[0].Err)
		}
	})
}

func TestPutByOtherKeys(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		kept := shirt()
		kept.ID, kept.ExternalID = "prod_kept", some("4711")
		kept.Images = some([]catalog.ImagePatch{{ID: "img_kept", URL: some("u")}})
		list, _ := kept.Variants.Get()
		list[0].ID, list[0].ImageID = "variant_kept", some("img_kept")
		list[1].ImageID = some("u")
		for i, by := range []shelf.Key{shelf.ByID, shelf.ByID, shelf.ByExternal} {
			o := k.put(shelf.Item{Product: kept, By: by})[0]
			if o.Err != nil || o.ID != "prod_kept" || o.Variants[0] != "variant_kept" || o.Changed != (i == 0) {
				t.Errorf("round %d by %s: %+v", i, by, o)
			}
		}
		if r := k.record("prod_kept"); *r.Variants[0].ImageID != "img_kept" || *r.Variants[1].ImageID != "img_kept" {
			t.Errorf("variants %+v", r.Variants)
		}
		if o := k.put(shelf.Item{Product: plain("x", "y"), By: shelf.ByID})[0]; fault.As(o.Err) == nil || fault.As(o.Err).Fields[0].Name != "id" {
			t.Errorf("without an id: %v", o.Err)
		}
	})
}

func TestCheckDoesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		k.put(goods(0, 2, "")...)
		before := k.everything()
		items := goods(0, 4, "")
		items[1].Title = some("New")
		items[3].Title = some("")
		out, err := k.Check(t.Context(), items)
		if err != nil {
			t.Fatal(err)
		}
		for i, o := range out {
			if (i == 3) != (o.Err != nil) || o.Created != (i == 2) || o.Changed != (i == 1 || i == 2) {
				t.Errorf("item %d: %+v", i, o)
			}
		}
		if k.everything() != before {
			t.Error("something changed")
		}
	})
}

func TestPutTakesFewStatements(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		count := func(n int, items []shelf.Item) int64 {
			ctx, counter := db.WithCounter(context.Background())
			if _, err := k.Put(ctx, items); err != nil {
				t.Fatal(err)
			}
			return counter.N()
		}
		if n := count(64, goods(0, 64, "")); n > 70 {
			t.Errorf("making 64 products took %d statements", n)
		}
		if n := count(64, goods(0, 64, "")); n > 20 {
			t.Errorf("leaving 64 products alone took %d statements", n)
		}
	})
}

// aProduct draws a product of few words, so that two of them meet.
func aProduct(t *rapid.T) shelf.Item {
	word := rapid.SampledFrom([]string{"a", "b", "c"})
	words := rapid.SliceOfNDistinct(word, 0, 3, rapid.ID)
	optional := func(name string) patch.Optional[string] {
		switch rapid.IntRange(0, 2).Draw(t, name) {
		case 0:
			return patch.Optional[string]{}
		case 1:
			return patch.Null[string]()
		}
		return some(word.Draw(t, name))
	}
	p := shelf.Product{ProductPatch: catalog.ProductPatch{
		Title: some(word.Draw(t, "title")), Handle: some(word.Draw(t, "handle")), Subtitle: optional("subtitle"), Thumbnail: optional("thumbnail"),
		Vendor: optional("vendor"), Tags: some(words.Draw(t, "tags")), Types: some(words.Draw(t, "types")), ExternalID: optional("external"),
		Status: some(rapid.SampledFrom([]catalog.Status{catalog.Draft, catalog.Published}).Draw(t, "status")),
	}}
	var images []catalog.ImagePatch
	for _, url := range words.Draw(t, "images") {
		images = append(images, catalog.ImagePatch{URL: some(url), Alt: optional("alt")})
	}
	p.Images = some(images)
	p.Options = some(words.Draw(t, "options"))
	titles, _ := p.Options.Get()
	n := 1
	if len(titles) > 0 {
		n = rapid.IntRange(1, 3).Draw(t, "variants")
	}
	var variants []shelf.Variant
	for i := range n {
		values := make([]string, len(titles))
		for j := range values {
			values[j] = word.Draw(t, "value")
		}
		v := variant("", rapid.Int64Range(0, 3).Draw(t, "amount"), rapid.Int64Range(0, 3).Draw(t, "stock"), values...)
		v.SKU, v.Title = optional("sku"), optional("variant title")
		v.AllowBackorder = some(rapid.Bool().Draw(t, fmt.Sprint("backorder", i)))
		if rapid.Bool().Draw(t, "no price") {
			v.Prices = patch.Null[[]pricing.NewPrice]()
		}
		variants = append(variants, v)
	}
	p.Variants = some(variants)
	return shelf.Item{Product: p}
}

func TestPutOfTheSameTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		rapid.Check(t, func(rt *rapid.T) {
			item := aProduct(rt)
			first := k.put(item)[0]
			k.clock.Advance(1e9)
			before := k.everything()
			second := k.put(item)[0]
			if (first.Err == nil) != (second.Err == nil) || second.Created || second.Changed {
				rt.Fatalf("first %+v, second %+v", first, second)
			}
			if after := k.everything(); after != before {
				rt.Fatalf("the second changed something:\n%s\n%s", before, after)
			}
			k.whole(rt)
			k.exec(`delete from events`)
			k.exec(`delete from stock_movements`)
		})
	})
}

// whole fails when what is kept twice in the tables does not agree.
func (k *counter) whole(t *rapid.T) {
	for name, query := range map[string]string{
		"a link that says otherwise than its product": `select count(*) from product_tag_links l join products p on p.id = l.product_id
			where l.listed_at <> p.created_at or l.visible <> case when p.status = 'published' and p.deleted_at is null then 1 else 0 end`,
		"a first type that is not the first": `select count(*) from products p where coalesce(p.type_id, '') <>
			coalesce((select l.type_id from product_type_links l where l.product_id = p.id and l.position = 0), '')`,
		"a variant without a level":       `select count(*) from variants v where v.deleted_at is null and not exists (select 1 from stock_levels l where l.variant_id = v.id)`,
		"a level without a variant":       `select count(*) from stock_levels l where not exists (select 1 from variants v where v.id = l.variant_id and v.deleted_at is null)`,
		"a price without a variant":       `select count(*) from prices l where not exists (select 1 from variants v where v.id = l.variant_id and v.deleted_at is null)`,
		"a level of other backorders":     `select count(*) from stock_levels l join variants v on v.id = l.variant_id where l.backorder <> v.allow_backorder`,
		"a product without a variant":     `select count(*) from products p where not exists (select 1 from variants v where v.product_id = p.id and v.deleted_at is null)`,
		"positions of images with a gap":  `select count(*) from products p where (select coalesce(max(position), 0) - count(*) from product_images i where i.product_id = p.id) <> 0`,
		"positions of options with a gap": `select count(*) from products p where (select coalesce(max(position), 0) - count(*) from product_options o where o.product_id = p.id) <> 0`,
		"a picture of another product":    `select count(*) from variants v join product_images i on i.id = v.image_id where i.product_id <> v.product_id`,
	} {
		if n := k.number(query); n != 0 {
			t.Errorf("%s: %d", name, n)
		}
	}
}
