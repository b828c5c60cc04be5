package browse_test

import (
	"errors"
	"testing"
	"time"

	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/shoptest/fill"
)

// stocked makes one product for 10.00 euros with a list price for wholesalers, one for America and one for later.
func (s *stall) stocked() (product, variant string) {
	product, variant = s.add("mug", opening), "variant_mug"
	s.exec(`insert into customers (id, has_account, email, sex, accept_marketing, tokens_valid_after, created_at, updated_at)
		values ('cus_1', 1, 'a@example.com', 'undefined', 0, 0, 0, 0)`)
	s.exec(`insert into customer_groups (id, name, created_at, updated_at) values ('cgrp_1', 'Wholesale', 0, 0)`)
	s.exec(`insert into customer_group_members (customer_id, group_id) values ('cus_1', 'cgrp_1')`)
	for _, l := range []struct {
		id     string
		starts any
		amount int
	}{{"pl_group", nil, 600}, {"pl_soon", opening.Add(2 * time.Hour).UnixMilli(), 500}} {
		s.exec(`insert into price_lists (id, name, description, type, status, starts_at, includes_tax, created_at, updated_at)
			values ($1, $1, '', 'sale', 'active', $2, 0, 0, 0)`, l.id, l.starts)
		s.exec(`insert into prices (id, variant_id, currency_code, amount, price_list_id, created_at, updated_at)
			values ($1, $2, 'eur', $3, $4, 0, 0)`, "ma_"+l.id, variant, l.amount, l.id)
	}
	s.exec(`insert into price_list_groups (price_list_id, group_id) values ('pl_group', 'cgrp_1')`)
	s.exec(`insert into prices (id, variant_id, currency_code, amount, created_at, updated_at) values ('ma_usd', $1, 'usd', 1300, 0, 0)`, variant)
	s.exec(`insert into prices (id, variant_id, currency_code, amount, region_id, created_at, updated_at) values ('ma_na', $1, 'usd', 1200, $2, 0, 0)`, variant, fill.America)
	s.clock.Advance(time.Minute)
	return product, variant
}

// Prices are those of the context, on every way to a variant.
func TestPrices(t *testing.T) {
	t.Parallel()
	both(t, 0, func(t *testing.T, s *stall) {
		product, variant := s.stocked()
		for name, c := range map[string]struct {
			p                    browse.Pricing
			original, calculated int64 // -1 for none
			kind                 pricing.ListType
			withTax              int64
			prices               int
		}{
			"nobody":                {browse.Pricing{}, -1, -1, "", -1, 3},
			"in euros":              {browse.Pricing{Currency: "eur"}, 1000, 1000, pricing.Default, -1, 1},
			"in dollars":            {browse.Pricing{Currency: "usd"}, 1300, 1300, pricing.Default, -1, 1},
			"in Europe":             {browse.Pricing{RegionID: fill.Europe, Currency: "usd"}, 1000, 1000, pricing.Default, 1200, 1},
			"in America":            {browse.Pricing{RegionID: fill.America}, 1200, 1200, pricing.Default, 1200, 2},
			"a wholesaler":          {browse.Pricing{RegionID: fill.Europe, CustomerID: "cus_1"}, 1000, 600, pricing.Sale, 720, 2},
			"of a known group":      {browse.Pricing{RegionID: fill.Europe, Groups: []string{"cgrp_1"}}, 1000, 600, pricing.Sale, 720, 2},
			"a customer of nothing": {browse.Pricing{RegionID: fill.Europe, CustomerID: "cus_2"}, 1000, 1000, pricing.Default, 1200, 1},
		} {
			list := s.products(browse.Query{}, browse.Parts{Prices: true}, c.p).Products[0].Variants[0].Price
			one, err := s.Product(t.Context(), catalog.ByID(product), browse.Parts{Prices: true}, c.p)
			if err != nil {
				t.Fatal(err)
			}
			alone, err := s.Variant(t.Context(), catalog.ByID(variant), browse.VariantParts{Prices: true}, c.p)
			if err != nil {
				t.Fatal(err)
			}
			for way, got := range map[string]pricing.Taxed{"list": list, "product": one.Variants[0].Price, "variant": alone.Price} {
				if num(got.Original) != c.original || num(got.Calculated) != c.calculated || got.Type != c.kind ||
					num(got.CalculatedInclTax) != c.withTax || len(got.Prices) != c.prices {
					t.Errorf("%s, by the %s: %d, %d (%s), with tax %d, %d prices; want %+v", name, way, num(got.Original), num(got.Calculated),
						got.Type, num(got.CalculatedInclTax), len(got.Prices), c)
				}
			}
		}
		s.clock.Advance(2 * time.Hour)
		if got := s.products(browse.Query{}, browse.Parts{Prices: true}, europe).Products[0].Variants[0].Price; num(got.Calculated) != 500 {
			t.Errorf("once the list has started: %d", num(got.Calculated))
		}
		unpriced := s.products(browse.Query{}, browse.Parts{Variants: true}, europe).Products[0].Variants[0].Price
		equal(t, "prices that nobody asked for", unpriced, pricing.Taxed{})
	})
}

func num(n *int64) int64 {
	if n == nil {
		return -1
	}
	return *n
}

// A rate that is bound to a product, or to its type, is charged in the place of the region's.
func TestTaxes(t *testing.T) {
	t.Parallel()
	both(t, 0, func(t *testing.T, s *stall) {
		product, variant := s.stocked()
		tax := func() (int64, int64) {
			t.Helper()
			s.clock.Advance(time.Minute)
			list := s.products(browse.Query{}, browse.Parts{Prices: true}, europe).Products[0].Variants[0].Price
			alone, err := s.Variant(t.Context(), catalog.ByID(variant), browse.VariantParts{Prices: true, Product: true}, europe)
			if err != nil {
				t.Fatal(err)
			}
			return num(list.CalculatedTax), num(alone.Price.CalculatedTax)
		}
		want := func(what string, n int64) {
			t.Helper()
			if list, alone := tax(); list != n || alone != n {
				t.Errorf("%s: %d in the list, %d alone, want %d", what, list, alone, n)
			}
		}
		want("the region's", 200)
		s.exec(`insert into tax_rates (id, region_id, name, rate, created_at, updated_at) values ('txr_1', $1, 'Mugs', 70000, 0, 0)`, fill.Europe)
		s.exec(`insert into tax_rate_products (product_id, rate_id) values ($1, 'txr_1')`, product)
		want("the product's", 70)
		s.exec(`update products set type_id = $1 where id = $2`, s.made.Types[0], product)
		s.exec(`insert into tax_rates (id, region_id, name, rate, created_at, updated_at) values ('txr_2', $1, 'China', 30000, 0, 0)`, fill.Europe)
		s.exec(`insert into tax_rate_types (type_id, rate_id) values ($1, 'txr_2')`, s.made.Types[0])
		want("the product's and its type's", 100)
		s.exec(`delete from tax_rate_products`)
		want("its type's", 30)
	})
}

func TestUnknownContexts(t *testing.T) {
	t.Parallel()
	both(t, 0, func(t *testing.T, s *stall) {
		product, variant := s.stocked()
		for _, c := range []struct {
			p    browse.Pricing
			want error
		}{{browse.Pricing{RegionID: "reg_none"}, shop.ErrNoRegion}, {browse.Pricing{Currency: "xxx"}, shop.ErrNoCurrency}, {browse.Pricing{RegionID: "\x00"}, shop.ErrNoRegion}} {
			p := c.p
			_, list := s.Products(t.Context(), browse.Query{}, browse.Parts{Prices: true}, p)
			_, one := s.Product(t.Context(), catalog.ByID(product), browse.Parts{Prices: true}, p)
			_, variants := s.Variants(t.Context(), browse.VariantQuery{IDs: []string{"none"}}, browse.VariantParts{Prices: true}, p)
			_, alone := s.Variant(t.Context(), catalog.ByID(variant), browse.VariantParts{Prices: true}, p)
			for way, err := range map[string]error{"list": list, "product": one, "variants": variants, "variant": alone} {
				if !errors.Is(err, c.want) {
					t.Errorf("%+v: by the %s: %v", p, way, err)
				}
			}
			if _, err := s.Products(t.Context(), browse.Query{}, browse.Parts{Variants: true}, p); err != nil {
				t.Errorf("%+v: without prices: %v", p, err)
			}
		}
	})
}
