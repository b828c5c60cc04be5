package browse_test

import (
	"cmp"
	"context"
	"os"
	"strconv"
	"testing"
	"time"

	"kaidian/internal/commerce/browse"
)

// BenchmarkSearch measures searches. KAIDIAN_BROWSE_PRODUCTS says how many products, 5,000 by itself: run it with 1,000 and
// with 1,000,000 to see that the times stay what they are.
func BenchmarkSearch(b *testing.B) {
	products, err := strconv.Atoi(cmp.Or(os.Getenv("KAIDIAN_BROWSE_PRODUCTS"), "5000"))
	if err != nil {
		b.Fatal(err)
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(engine, func(b *testing.B) {
			s := open(b, database(b, engine), products)
			started := time.Now()
			if err := browse.NewIndexer(s.db).Reindex(b.Context(), nil); err != nil {
				b.Fatal(err)
			}
			b.Logf("%d products are indexed in %v", products, time.Since(started))
			sku := s.texts(`select sku from variants where sku is not null order by number limit 1`)[0]
			for _, c := range []struct {
				name  string
				q     browse.SearchQuery
				parts browse.Parts
			}{
				{"a common word", browse.SearchQuery{Q: "纯棉"}, browse.Parts{}},
				{"a common word with everything", browse.SearchQuery{Q: "纯棉"}, everything},
				{"one character", browse.SearchQuery{Q: "棉"}, browse.Parts{}},
				{"a rare word", browse.SearchQuery{Q: "Q458"}, browse.Parts{}},
				{"a SKU", browse.SearchQuery{Q: sku}, browse.Parts{}},
				{"four characters", browse.SearchQuery{Q: "复古纯棉"}, browse.Parts{}},
				{"two words", browse.SearchQuery{Q: "nordic cott"}, browse.Parts{}},
				{"two words that are never together", browse.SearchQuery{Q: "陶瓷 跑鞋"}, browse.Parts{}},
				{"one word for all", browse.SearchQuery{Q: "made"}, browse.Parts{}},
				{"nothing", browse.SearchQuery{Q: "火箭发射"}, browse.Parts{}},
				{"no words", browse.SearchQuery{}, browse.Parts{}},
				{"a small collection", browse.SearchQuery{Filter: map[string]any{"collection_id": s.made.Collections[len(s.made.Collections)-1]}}, browse.Parts{}},
				{"a word in a large category", browse.SearchQuery{Q: "纯棉", Filter: map[string]any{"category_id": s.made.Categories[0]}}, browse.Parts{}},
				{"facets", browse.SearchQuery{Q: "纯棉", Facets: []string{"type", "tags"}}, browse.Parts{}},
				{"price and stock", browse.SearchQuery{Q: "纯棉", Filter: "price > 100 AND in_stock = true", Facets: []string{"price"}}, browse.Parts{}},
			} {
				b.Run(c.name, func(b *testing.B) {
					b.Logf("finds %d", found(b, s, c.q))
					measure(b, func(ctx context.Context) error {
						_, err := s.Search(ctx, c.q, c.parts, europe)
						return err
					})
				})
			}
		})
	}
}

func found(b *testing.B, s *stall, q browse.SearchQuery) int {
	r, err := s.Search(b.Context(), q, browse.Parts{}, europe)
	if err != nil {
		b.Fatal(err)
	}
	return r.Total
}
