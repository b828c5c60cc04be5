package browse

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/db"
)

// priced knows whose prices are shown.
type priced struct {
	rules   *pricing.Rules
	context pricing.Context
}

// priced finds out whose prices are shown. Faults: shop.ErrNoRegion, shop.ErrNoCurrency.
func (s *Service) priced(ctx context.Context, p Pricing) (*priced, error) {
	markets, err := s.o.Shop.Markets(ctx)
	if err != nil {
		return nil, err
	}
	out := &priced{context: pricing.Context{Now: s.o.Clock.Now(), Groups: p.Groups}}
	currency := p.Currency
	if p.RegionID != "" {
		region, ok := markets.Region(p.RegionID)
		if !ok {
			return nil, shop.ErrNoRegion
		}
		out.context.Region, currency = &region, region.Currency
	}
	if currency != "" {
		c, ok := markets.Currencies[currency]
		if !ok {
			return nil, shop.ErrNoCurrency
		}
		out.context.Currency = &c
	}
	if out.rules, err = s.o.Pricing.Rules(ctx); err != nil {
		return nil, err
	}
	if p.CustomerID != "" && p.Groups == nil && len(out.rules.Lists) > 0 {
		if out.context.Groups, err = s.o.Customers.GroupsOf(ctx, p.CustomerID); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// put loads the prices of variants and says what the context makes of them: one statement, and one more when the region has
// rates for single products. The variants' products tell their types.
func (p *priced) put(tx *db.Tx, variants []*Variant, productOf func(*Variant) *catalog.Product) error {
	prices, err := p.load(tx, variants)
	if err != nil {
		return fmt.Errorf("load prices: %w", err)
	}
	bound, err := p.bound(tx, variants)
	if err != nil {
		return fmt.Errorf("load tax rates: %w", err)
	}
	plain := map[string][]pricing.Rate{} // by type, of products that no rate is bound to
	for i, v := range variants {
		rates := p.rates(productOf(v), bound, plain)
		v.Price = pricing.Tax(pricing.Choose(prices[i], p.rules, p.context), rates, p.context)
	}
	return nil
}

// load gives the prices of each variant that may matter to the context, oldest first.
func (p *priced) load(tx *db.Tx, variants []*Variant) ([][]pricing.Price, error) {
	ids, places := make([]string, len(variants)), make(map[string]int, len(variants))
	for i, v := range variants {
		ids[i], places[v.ID] = v.ID, i
	}
	query, args := `select `+priceColumns+` from prices m where m.variant_id in {keys}`, []any(nil)
	switch c := p.context; {
	case c.Region != nil:
		query += ` and m.currency_code = $1 and (m.region_id is null or m.region_id = $2)`
		args = []any{c.Region.Currency, c.Region.ID}
	case c.Currency != nil:
		query += ` and m.currency_code = $1 and m.region_id is null`
		args = []any{c.Currency.Code}
	default:
		query += ` and m.price_list_id is null`
	}
	c := newCells(count(priceColumns))
	owners := make([]int, 0, 2*len(ids))
	rows, err := readAll(tx, 2*len(ids), func(row db.Scanner) (pricing.Price, error) {
		if err := c.read(row); err != nil {
			return pricing.Price{}, err
		}
		m := pricing.Price{VariantID: c.text(), ID: c.text(), Currency: c.text(), Amount: c.number(), RegionID: c.textOrNil(),
			ListID: c.textOrNil(), MinQuantity: c.numberOrNil(), MaxQuantity: c.numberOrNil(), CreatedAt: c.moment(), UpdatedAt: c.moment()}
		owners = append(owners, places[m.VariantID])
		return m, c.err
	}, query, ids, args...)
	if err != nil {
		return nil, err
	}
	out := grouped(rows, owners, len(variants))
	oldest := func(a, b pricing.Price) int { return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID)) }
	for _, list := range out {
		if !slices.IsSortedFunc(list, oldest) {
			slices.SortFunc(list, oldest)
		}
	}
	return out, nil
}

// bound gives the rates that are bound to the variants' products.
func (p *priced) bound(tx *db.Tx, variants []*Variant) (map[string][]string, error) {
	if p.context.Region == nil {
		return nil, nil
	}
	rates := p.rules.ProductRateIDs(p.context.Region.ID)
	if len(rates) == 0 {
		return nil, nil
	}
	var products []string
	for _, v := range variants {
		if len(products) == 0 || products[len(products)-1] != v.ProductID {
			products = append(products, v.ProductID)
		}
	}
	return pricing.ProductRates(tx, rates, products)
}

func (p *priced) rates(product *catalog.Product, bound map[string][]string, plain map[string][]pricing.Rate) []pricing.Rate {
	own := bound[product.ID]
	kind, types := "", []string(nil)
	if product.TypeID != nil {
		kind, types = *product.TypeID, []string{*product.TypeID}
	}
	if len(own) > 0 {
		return pricing.RatesFor(p.context.Region, p.rules, types, own)
	}
	rates, ok := plain[kind]
	if !ok {
		rates = pricing.RatesFor(p.context.Region, p.rules, types, nil)
		plain[kind] = rates
	}
	return rates
}
