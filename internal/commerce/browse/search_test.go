package browse_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/shelf"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/patch"
)

// change changes a product by its handle.
func (s *petShop) change(handle string, edit func(*shelf.Product)) {
	s.t.Helper()
	var p shelf.Product
	edit(&p)
	if _, err := s.shelf.Update(s.t.Context(), catalog.ByID(s.ids[handle]), p); err != nil {
		s.t.Fatalf("%s: %v", handle, err)
	}
}

func TestSearchFilters(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := pets(t, d)
		shelf1, err := s.catalog.CreateCollection(t.Context(), catalog.CollectionPatch{Title: patch.Some("夏季精选")})
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range []string{"frisbee", "fish-tank"} {
			s.change(h, func(p *shelf.Product) { p.CollectionID = patch.Some(shelf1.ID) })
		}
		typeID := s.text(`select id from product_types where value = '狗玩具'`)
		tagID := s.text(`select id from product_tags where value = '磨牙'`)
		for _, c := range []struct {
			q      string
			filter any
			want   string
		}{
			{"", "type = 狗玩具", "frisbee squeaky-duck dog-rope dog-ball"},
			{"", "type = " + typeID, "frisbee squeaky-duck dog-rope dog-ball"},
			{"", map[string]any{"type_id": typeID, "tags": []any{tagID, "新品"}}, "squeaky-duck dog-rope dog-ball"},
			{"狗", "type = 狗玩具 AND NOT tags = 磨牙", "frisbee squeaky-duck"},
			{"", "collection_id = " + shelf1.ID, "fish-tank frisbee"},
			{"夏季精选", nil, "fish-tank frisbee"},
			{"猫粮", map[string]any{"price": map[string]any{"gte": 16000.0, "lte": 40000.0}}, "salmon-cat royal-kitten feeder"},
			{"猫粮", "price > 15800 AND in_stock = true", "salmon-cat royal-kitten feeder"},
			{"猫粮", "in_stock = false", "chicken-cat"},
			{"猫粮", []any{"in_stock = true", []any{"type = 智能", "tags = 成猫"}}, "royal-adult feeder"},
			{"猫粮", "in_stock = false OR tags = 成猫", "chicken-cat royal-adult"},
			{"", "NOT (price >= 990 OR type = 狗玩具)", ""},
			{"", "price < 1000 AND type != 美容", "feather-wand"},
			{"", "vendor = nobody", ""},
			{"鱼缸", "tags IN [热销, 节能]", "tank-light tank-filter fish-tank"},
		} {
			if got := strings.Join(s.find(browse.SearchQuery{Q: c.q, Filter: c.filter}), " "); got != c.want {
				t.Errorf("%q with %v finds %s, want %s", c.q, c.filter, got, c.want)
			}
		}
	})
}

func TestSearchFacetsAndPages(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := pets(t, d)
		r := s.search(browse.SearchQuery{Q: "猫粮", Facets: []string{"type", "tags", "in_stock", "price", "collection_id"}}, browse.Pricing{})
		if r.Total != 5 || fmt.Sprint(r.Facets) != "map[collection_id:map[] in_stock:map[false:1 true:4] "+
			"tags:map[冻干:1 幼猫:1 成猫:1 无谷:1 智能:1 皇家:2] type:map[智能:1 猫粮:4]]" {
			t.Errorf("of %d: %v", r.Total, r.Facets)
		}
		if r.PriceMin == nil || *r.PriceMin != 8900 || *r.PriceMax != 39900 {
			t.Errorf("prices from %v to %v", r.PriceMin, r.PriceMax)
		}
		all := s.find(browse.SearchQuery{Limit: 100})
		if len(all) != len(s.ids) || all[0] != "gift-box" {
			t.Errorf("everything is %v", all)
		}
		var paged []string
		for offset := 0; offset < 60; offset += 20 {
			r := s.search(browse.SearchQuery{Offset: offset, Limit: 20}, browse.Pricing{})
			if r.Total != len(all) || r.Offset != offset || r.Limit != 20 {
				t.Errorf("page %d: %d of %d", r.Offset, r.Limit, r.Total)
			}
			paged = append(paged, handles(r)...)
		}
		same(t, "pages", paged, all)
		if r := s.search(browse.SearchQuery{Q: "火箭", Facets: []string{"type"}}, browse.Pricing{}); r.Hits == nil || len(r.Facets["type"]) != 0 {
			t.Errorf("nothing is %+v", r)
		}
	})
}

// Prices are those of the context.
func TestSearchPricesAreTheContexts(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := pets(t, d)
		if _, err := s.shop.PutCurrencies(t.Context(), []shop.CurrencyPatch{{Code: "eur"}}); err != nil {
			t.Fatal(err)
		}
		s.clock.Advance(time.Minute)
		price := []pricing.NewPrice{{Currency: "cny", Amount: 20000}, {Currency: "eur", Amount: 2500}}
		v := shelf.Variant{Prices: patch.Some(price)}
		v.SKU = patch.Some("TANK-60")
		s.change("fish-tank", func(p *shelf.Product) { p.Variants = patch.Some([]shelf.Variant{v}) })
		q := browse.SearchQuery{Q: "鱼缸", Filter: "price <= 2500", Facets: []string{"price"}}
		if r := s.search(q, browse.Pricing{Currency: "eur"}); fmt.Sprint(handles(r)) != "[fish-tank]" || *r.PriceMax != 2500 {
			t.Errorf("in euros: %v", handles(r))
		}
		if r := s.search(q, browse.Pricing{}); len(r.Hits) != 0 || r.PriceMin != nil {
			t.Errorf("in the shop's currency: %v", handles(r))
		}
		if _, err := s.Search(t.Context(), q, browse.Parts{}, browse.Pricing{Currency: "xxx"}); !errors.Is(err, shop.ErrNoCurrency) {
			t.Errorf("an unknown currency: %v", err)
		}
	})
}

// What shoppers may not see they do not find, from the transaction on that hides it.
func TestSearchShowsOnlyWhatIsOnTheShelf(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := pets(t, d)
		corner, _, err := s.shop.PutChannel(t.Context(), shop.ChannelPatch{Name: patch.Some("Corner shop")})
		if err != nil {
			t.Fatal(err)
		}
		s.clock.Advance(time.Minute)
		find := func(channels ...string) string {
			return strings.Join(s.find(browse.SearchQuery{Q: "鱼缸", Channels: channels}), " ")
		}
		s.change("fish-tank", func(p *shelf.Product) { p.Channels = patch.Some([]string{corner.ID}) })
		s.change("tank-light", func(p *shelf.Product) { p.Status = patch.Some(catalog.Draft) })
		if err := s.shelf.Delete(t.Context(), catalog.ByID(s.ids["tank-filter"])); err != nil {
			t.Fatal(err)
		}
		if got := find(); got != "fish-tank-mini turtle" {
			t.Errorf("the shop shows %s", got)
		}
		if got := find(corner.ID); got != "fish-tank" {
			t.Errorf("the corner shows %s", got)
		}
		if r := s.find(browse.SearchQuery{Channels: []string{}}); len(r) != 0 {
			t.Errorf("no channel shows %v", r)
		}
		s.change("tank-light", func(p *shelf.Product) { p.Status = patch.Some(catalog.Published) })
		if got := find(); got != "tank-light fish-tank-mini turtle" {
			t.Errorf("the shop shows %s", got)
		}
		var staff []int64
		err = d.Read(t.Context(), func(_ context.Context, tx *db.Tx) (err error) {
			staff, err = browse.Matching(tx, "鱼缸", 10)
			return err
		})
		if err != nil || len(staff) != 4 || !slices.IsSortedFunc(staff, func(a, b int64) int { return int(b - a) }) {
			t.Errorf("staff find %v, %v", staff, err)
		}
	})
}

// A new name of a collection or category is found once its products are indexed anew.
func TestReindexing(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := pets(t, d)
		ctx := t.Context()
		c, err := s.catalog.CreateCollection(ctx, catalog.CollectionPatch{Title: patch.Some("夏季精选")})
		if err != nil {
			t.Fatal(err)
		}
		cat, err := s.catalog.CreateCategory(ctx, catalog.CategoryPatch{Name: patch.Some("水族"),
			Translations: patch.Some(catalog.Translations{"en": {"name": "Aquaria"}})})
		if err != nil {
			t.Fatal(err)
		}
		s.change("frisbee", func(p *shelf.Product) { p.CollectionID = patch.Some(c.ID) })
		s.change("fish-tank", func(p *shelf.Product) { p.Categories = patch.Some([]string{cat.ID}) })
		expect := func(q, want string) {
			t.Helper()
			if got := strings.Join(s.find(browse.SearchQuery{Q: q}), " "); got != want {
				t.Errorf("%q finds %s, want %s", q, got, want)
			}
		}
		expect("夏季", "frisbee")
		expect("aquaria", "fish-tank")
		if _, err := s.catalog.UpdateCollection(ctx, catalog.ByID(c.ID), catalog.CollectionPatch{Title: patch.Some("冬季特卖")}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.catalog.UpdateCategory(ctx, catalog.ByID(cat.ID), catalog.CategoryPatch{Active: patch.Some(false)}); err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{c.ID, cat.ID, "nothing"} {
			if err := s.indexer.ReindexOf(ctx, id); err != nil {
				t.Fatal(err)
			}
		}
		expect("夏季", "")
		expect("特卖", "frisbee")
		expect("aquaria", "")
		s.exec(`update products set title = '超白鱼缸' where id = $1`, s.ids["fish-tank"])
		s.exec(`update products set deleted_at = 1 where id = $1`, s.ids["turtle"])
		var done []int
		if err := s.indexer.Reindex(ctx, func(n int) { done = append(done, n) }); err != nil {
			t.Fatal(err)
		}
		expect("超白鱼缸", "fish-tank")
		expect("乌龟", "")
		if fmt.Sprint(done) != "[46]" {
			t.Errorf("progress is %v", done)
		}
	})
}

func TestSearchFaults(t *testing.T) {
	t.Parallel()
	s := pets(t, dbtest.OpenSQLite(t))
	for want, q := range map[string]browse.SearchQuery{
		"q must be 200 characters at most, limit must be between 1 and 100, facets[0] is not an attribute to count by": {
			Q: strings.Repeat("猫", 201), Limit: 101, Facets: []string{"colour"}},
		"offset must not be negative":                       {Offset: -1},
		"offset and limit must be 1000 together at most":    {Offset: 981},
		`filter: unknown attribute "colour" at character 1`: {Filter: "colour = red"},
		"filter must be a string, an array or an object":    {Filter: 7.0},
		"limit must be between 1 and 100":                   {Limit: -1},
		"facets must be 20 at most":                         {Facets: slices.Repeat([]string{"type"}, 30)},
	} {
		_, err := s.Search(t.Context(), q, browse.Parts{}, browse.Pricing{})
		if f := fault.As(err); f == nil || f.Code != fault.Invalid || f.Message != want {
			t.Errorf("%+v: %v, want %s", q, err, want)
		}
	}
}

// A search is as many statements as it says, however many products there are.
func TestSearchStatements(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := pets(t, d)
		every := browse.SearchQuery{Q: "猫", Filter: "price > 1 AND in_stock = true", Facets: []string{"type", "price", "in_stock"}}
		warm := func(ctx context.Context, q browse.SearchQuery) error {
			_, err := s.Search(ctx, q, browse.Parts{}, browse.Pricing{})
			return err
		}
		if err := warm(t.Context(), every); err != nil {
			t.Fatal(err)
		}
		s.counted(2, func(ctx context.Context) error { return warm(ctx, browse.SearchQuery{Q: "猫"}) })
		s.counted(4, func(ctx context.Context) error { return warm(ctx, every) })
	})
}
