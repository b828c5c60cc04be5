package shelf_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/shelf"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/patch"
)

// goods makes a chunk of an importer's products: three variants of two prices, two tags, a category, two pictures.
func goods(from, n int, category string) []shelf.Item {
	items := make([]shelf.Item, n)
	for i := range items {
		name := fmt.Sprint("Product ", from+i)
		p := shirt()
		p.Title, p.Handle = some(name), some(fmt.Sprint("product-", from+i))
		p.Images = some([]catalog.ImagePatch{{URL: some("https://a.example/1.png")}, {URL: some("https://a.example/2.png")}})
		if p.Categories = some([]string{category}); category == "" {
			p.Categories = patch.Optional[[]string]{}
		}
		list, _ := p.Variants.Get()
		for j := range list {
			list[j].SKU = some(fmt.Sprintf("SKU-%d-%d", from+i, j))
			list[j].Prices = some([]pricing.NewPrice{{Currency: "cny", Amount: 1000}, {Currency: "cny", Amount: 900, MinQuantity: new(int64(10))}})
		}
		items[i] = shelf.Item{Product: p, By: shelf.ByHandle}
	}
	return items
}

func BenchmarkPut(b *testing.B) {
	d, err := db.Open(b.Context(), filepath.Join(b.TempDir(), "shop.db"), db.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	if err := d.Migrate(b.Context()); err != nil {
		b.Fatal(err)
	}
	k := open(b, d)
	c, err := k.catalog.CreateCategory(b.Context(), catalog.CategoryPatch{Name: some("Shirts")})
	if err != nil {
		b.Fatal(err)
	}
	const chunk = 100
	b.Run("new", func(b *testing.B) {
		from := 0
		for b.Loop() {
			k.mustPut(b, goods(from, chunk, c.ID))
			from += chunk
		}
		b.ReportMetric(float64(b.N*chunk)/b.Elapsed().Seconds(), "products/s")
	})
	b.Run("same", func(b *testing.B) {
		for b.Loop() {
			k.mustPut(b, goods(0, chunk, c.ID))
		}
		b.ReportMetric(float64(b.N*chunk)/b.Elapsed().Seconds(), "products/s")
	})
}

func (k *counter) mustPut(b *testing.B, items []shelf.Item) {
	b.Helper()
	out, err := k.Put(b.Context(), items)
	if err != nil {
		b.Fatal(err)
	}
	for _, o := range out {
		if o.Err != nil {
			b.Fatal(o.Err)
		}
	}
}
