package open_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/shelf"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/patch"
	"kaidian/internal/shoptest"
)

// TestPartsOfOneVariantAtOnce: apps that change its price in the shop's currency, and one of its options each, and somebody who
// changes a price in another currency, lose nothing.
func TestPartsOfOneVariantAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := shoptest.Start(t, d)
		if _, _, err := s.App.Shop.PutRegion(t.Context(), shop.RegionPatch{ID: "reg_us", Name: patch.Some("US"), Currency: patch.Some("usd"), Countries: patch.Some([]string{"us"})}); err != nil {
			t.Fatal(err)
		}
		id, variants := product(t, s, `{"product":{"name":"T","options":[{"name":"颜色"},{"name":"尺码"}],"variants":[{"option_1":"白色","option_2":"L","price":1}]}}`)
		whole := fmt.Sprintf("/v1/products/%d", id)
		one := fmt.Sprintf("%s/variants/%d", whole, variants[0])
		for round := range 6 {
			var all sync.WaitGroup
			put := func(path, body string, args ...any) {
				all.Go(func() {
					call(t, s, s.Token, http.MethodPut, path, fmt.Sprintf(body, args...)).want(t, body, 200, "")
				})
			}
			inList := func(body string, args ...any) {
				put(whole, `{"product":{"variants":[{"id":%d,`+body+`}]}}`, append([]any{variants[0]}, args...)...)
			}
			put(one, `{"variant":{"option_1":"颜色 %d"}}`, round)
			all.Go(func() {
				_, err := s.Shelf.UpdateVariant(t.Context(), catalog.ByNumber(id), catalog.ByNumber(variants[0]), shelf.Variant{
					Price: patch.Some(pricing.NewPrice{Currency: "usd", Amount: int64(100 + round)})})
				if err != nil {
					t.Error(err)
				}
			})
			if round%2 == 0 {
				put(one, `{"variant":{"price":%d}}`, 10+round)
				inList(`"option_2":"尺码 %d"`, round)
			} else {
				inList(`"price":%d`, 10+round)
				put(one, `{"variant":{"option_2":"尺码 %d"}}`, round)
			}
			all.Wait()
			r := call(t, s, s.Token, http.MethodGet, one+"?fields=option_1,option_2,price", "")
			r.want(t, "after it", 200, fmt.Sprintf(`{"variant":{"option_1":"颜色 %d","option_2":"尺码 %d","price":%d}}`, round, round, 10+round))
			if diff := cmp.Diff([]string{fmt.Sprintf("cny %d", 100*(10+round)), fmt.Sprintf("usd %d", 100+round)}, prices(t, s, id)); diff != "" {
				t.Errorf("round %d: %s", round, diff)
			}
		}
	})
}
