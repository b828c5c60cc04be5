package browse_test

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/catalog"
	"kaidian/internal/platform/db"
	"kaidian/internal/shoptest/fill"
)

// all is every part that there is.
var all = browse.Parts{Collection: true, Type: true, Types: true, Vendor: true, Options: true, Variants: true, Prices: true,
	Images: true, Tags: true, Categories: true, Channels: true, Translations: true}

// Each part holds what the owner of its table reads, and nothing that was not asked for.
func TestParts(t *testing.T) {
	t.Parallel()
	both(t, 60, func(t *testing.T, s *stall) {
		s.exec(`update products set metadata = '{"a":1}', weight = null, hs_code = '6109', length = 12, external_id = 'x-' || id, profile_id = 'sp_1' where number % 3 = 0`)
		s.exec(`update variants set metadata = '{"b":2}', ean = 'ean' || id, volume = 3, width = 4, translations = '{"en":{"title":"x"}}' where number % 2 = 0`)
		s.exec(`update product_images set metadata = '{}', alt = 'alt' where number % 2 = 0`)
		list := s.products(browse.Query{Staff: true}, all, browse.Pricing{}).Products
		if len(list) != 60 {
			t.Fatalf("%d products", len(list))
		}
		for _, p := range list {
			equal(t, "product", p.Product, only(s, scanProduct, `select `+catalog.ProductColumns+` from products p where id = $1`, p.ID))
			equal(t, "options", p.Options, rows(s, catalog.ScanOption, `select `+catalog.OptionColumns+` from product_options o where product_id = $1 order by position`, p.ID))
			equal(t, "images", p.Images, rows(s, catalog.ScanImage, `select `+catalog.ImageColumns+` from product_images i where product_id = $1 order by position`, p.ID))
			variants := rows(s, scanVariant, `select `+catalog.VariantColumns+` from variants v where product_id = $1 order by rank`, p.ID)
			for i, v := range p.Variants {
				equal(t, "variant", v.Variant, variants[i])
				stock := column[int64](s, `select stocked - reserved from stock_levels where variant_id = $1`, v.ID)
				if len(p.Variants) != len(variants) || v.Stock != stock[0] || len(v.Price.Prices) != 2 || v.Price.Calculated != nil || v.Product != nil {
					t.Errorf("variant %s of %d: stock %d, want %v; price %+v", v.ID, len(p.Variants), v.Stock, stock, v.Price)
				}
			}
			words := func(terms []catalog.Term) (out []string) {
				for _, w := range terms {
					out = append(out, w.ID+" "+w.Value)
				}
				return out
			}
			same(t, "tags", words(p.Tags), s.texts(`select t.id || ' ' || value from product_tag_links l join product_tags t on t.id = tag_id where product_id = $1 order by position`, p.ID))
			same(t, "types", words(p.Types), s.texts(`select t.id || ' ' || value from product_type_links l join product_types t on t.id = type_id where product_id = $1`, p.ID))
			same(t, "type", words([]catalog.Term{*p.Type}), words(p.Types))
			if p.VendorID != nil {
				same(t, "vendor", []string{p.Vendor.ID, p.Vendor.Value}, s.texts(`select v from (select id as v, 1 as n from vendors where id = $1 union all select name, 2 from vendors where id = $1) x order by n`, *p.VendorID))
			}
			if (p.VendorID == nil) != (p.Vendor == nil) || (p.CollectionID == nil) != (p.Collection == nil) {
				t.Errorf("%s: vendor %v, collection %v", p.ID, p.Vendor, p.Collection)
			}
			if p.Collection != nil {
				equal(t, "collection", *p.Collection, only(s, catalog.ScanCollection, `select `+catalog.CollectionColumns+` from product_collections c where id = $1`, *p.CollectionID))
			}
			var categories, channels []string
			for _, c := range p.Categories {
				categories = append(categories, c.ID+c.MPath+c.Name)
			}
			for _, c := range p.Channels {
				channels = append(channels, c.ID+c.Name)
			}
			same(t, "categories", categories, s.texts(`select c.id || mpath || name from product_category_links l join product_categories c on c.id = category_id where product_id = $1 and direct = 1 order by mpath`, p.ID))
			same(t, "channels", channels, s.texts(`select c.id || name from product_channel_links l join sales_channels c on c.id = channel_id where product_id = $1 order by c.id`, p.ID))
		}
		for _, p := range s.products(browse.Query{Staff: true}, browse.Parts{}, browse.Pricing{}).Products {
			p.Product = catalog.Product{}
			equal(t, "no parts", p, browse.Product{})
		}
	})
}

func equal(t testing.TB, what string, got, want any) {
	t.Helper()
	if diff := gocmp.Diff(want, got, gocmp.Comparer(func(a, b json.RawMessage) bool { return string(a) == string(b) })); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func rows[T any](s *stall, scan func(db.Scanner) (T, error), query string, args ...any) []T {
	s.t.Helper()
	var out []T
	err := s.db.Read(s.t.Context(), func(_ context.Context, tx *db.Tx) error {
		var err error
		out, err = db.All(tx, scan, query, args...)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

func only[T any](s *stall, scan func(db.Scanner) (T, error), query string, args ...any) T {
	s.t.Helper()
	return rows(s, scan, query, args...)[0]
}

// A list takes eight statements with the parts that the Store API shows by itself, whatever its size.
func TestStatements(t *testing.T) {
	t.Parallel()
	both(t, 150, func(t *testing.T, s *stall) {
		s.warm()
		for _, limit := range []int{1, 20, 100} {
			s.counted(7, func(ctx context.Context) error {
				_, err := s.Products(ctx, browse.Query{Limit: limit}, everything, europe)
				return err
			})
		}
		s.exec(`insert into tax_rates (id, region_id, name, rate, created_at, updated_at) values ('txr_1', $1, 'Books', 70000, 0, 0)`, fill.Europe)
		s.exec(`insert into tax_rate_products (product_id, rate_id) values ($1, 'txr_1')`, s.made.Products[0])
		s.clock.Advance(1e10)
		s.warm()
		s.counted(8, func(ctx context.Context) error {
			_, err := s.Products(ctx, browse.Query{Limit: 20}, everything, europe)
			return err
		})
		most := everything
		most.Categories, most.Channels = true, true
		s.counted(10, func(ctx context.Context) error {
			_, err := s.Products(ctx, browse.Query{Limit: 20}, most, europe)
			return err
		})
		s.counted(7, func(ctx context.Context) error {
			_, err := s.Product(ctx, catalog.ByID(s.made.Products[5]), everything, europe)
			return err
		})
		narrow := browse.Query{Limit: 20, Categories: s.made.Categories[:1], Children: true, Tags: s.made.Tags[:2]}
		for _, want := range []int64{3, 2} { // the first looks at sizes
			s.counted(want, func(ctx context.Context) error {
				_, err := s.Products(ctx, narrow, browse.Parts{}, browse.Pricing{})
				return err
			})
		}
		s.counted(4, func(ctx context.Context) error {
			_, err := s.Variants(ctx, browse.VariantQuery{Limit: 20}, browse.VariantParts{Prices: true, Product: true}, europe)
			return err
		})
	})
}

// Relations of many products are handed out right, in whatever order the engine gives their rows.
func TestManyProductsKeepTheirOwn(t *testing.T) {
	t.Parallel()
	both(t, 700, func(t *testing.T, s *stall) {
		list := s.products(browse.Query{Staff: true, Order: browse.Order{By: "title"}}, all, europe).Products
		if len(list) != 700 {
			t.Fatalf("%d products", len(list))
		}
		variants := 0
		for _, p := range list {
			variants += len(p.Variants)
			ranked := slices.IsSortedFunc(p.Variants, func(a, b browse.Variant) int { return cmp.Compare(a.Rank, b.Rank) })
			if !ranked || len(p.Images) == 0 || p.Images[0].ProductID != p.ID || p.Options[0].ProductID != p.ID || len(p.Tags) == 0 {
				t.Fatalf("%s has %d images, %d options, %d tags; its variants are ranked: %v", p.ID, len(p.Images), len(p.Options), len(p.Tags), ranked)
			}
			for _, v := range p.Variants {
				if v.ProductID != p.ID || len(v.Price.Prices) != 1 || v.Price.Prices[0].VariantID != v.ID || v.Price.Calculated == nil {
					t.Fatalf("%s has the variant %+v", p.ID, v)
				}
			}
		}
		if variants != s.made.Variants {
			t.Errorf("%d variants, want %d", variants, s.made.Variants)
		}
	})
}

func scanProduct(row db.Scanner) (catalog.Product, error) { return catalog.ScanProduct(row) }
func scanVariant(row db.Scanner) (catalog.Variant, error) { return catalog.ScanVariant(row) }
