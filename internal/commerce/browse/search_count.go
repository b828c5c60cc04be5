package browse

import (
	"context"
	"strconv"

	"kaidian/internal/commerce/pricing"
	"kaidian/internal/platform/db"
)

// count makes the facets of what was found.
func (r *SearchResult) count(facets []string, found []candidate) {
	r.Facets = map[string]map[string]int{}
	for _, name := range facets {
		if name == priceAttribute {
			r.bound(found)
			continue
		}
		counts := map[string]int{}
		for _, c := range found {
			c.count(name, counts)
		}
		r.Facets[name] = counts
	}
}

// count adds what a candidate has of a facet.
func (c *candidate) count(name string, counts map[string]int) {
	if name == stockAttribute {
		counts[strconv.FormatBool(c.inStock)]++
		return
	}
	kind := filterAttributes[name]
	for _, f := range c.facts.all {
		switch {
		case f.kind != kind:
		case namedByValue(name):
			counts[f.value]++
		default:
			counts[f.id]++
		}
	}
}

// namedByValue tells whether an attribute is of values, not of ids.
func namedByValue(attribute string) bool {
	return attribute == "type" || attribute == "tags" || attribute == "vendor"
}

// bound finds the lowest and the highest price.
func (r *SearchResult) bound(found []candidate) {
	for i := range found {
		p := found[i].price
		if p == nil {
			continue
		}
		if r.PriceMin == nil || *p < *r.PriceMin {
			r.PriceMin = p
		}
		if r.PriceMax == nil || *p > *r.PriceMax {
			r.PriceMax = p
		}
	}
}

// byID gives the places of candidates by their products' ids, and the ids as arguments.
func byID(found []candidate) (places map[string]int, ids []any) {
	places, ids = make(map[string]int, len(found)), make([]any, len(found))
	for i := range found {
		places[found[i].facts.id], ids[i] = i, found[i].facts.id
	}
	return places, ids
}

// findStock finds which candidates can be bought: those with a variant of which there is some, or whose stock is not kept,
// or that may be ordered without. One statement.
func findStock(tx *db.Tx, found []candidate) error {
	places, ids := byID(found)
	var f filter
	query := `select p.id from products p where p.id in ` + f.list(ids) + ` and exists (select 1 from variants v
		where v.product_id = p.id and v.deleted_at is null
		and (v.allow_backorder = 1 or v.manage_inventory = 0 or ` + stockOf + ` > 0))`
	_, err := db.All(tx, func(row db.Scanner) (struct{}, error) {
		id, err := db.Text(row)
		if i, ok := places[id]; ok {
			found[i].inStock = true
		}
		return struct{}{}, err
	}, query, f.args...)
	return err
}

// searchPrices finds out whose prices a search is about; nil when it is about none. Without a region and a currency they
// are in the shop's.
func (s *Service) searchPrices(ctx context.Context, wanted bool, p Pricing) (*priced, error) {
	if !wanted {
		return nil, nil
	}
	if p.RegionID == "" && p.Currency == "" {
		markets, err := s.o.Shop.Markets(ctx)
		if err != nil {
			return nil, err
		}
		p.Currency = markets.DefaultCurrency
	}
	return s.priced(ctx, p)
}

// findPrices finds the lowest calculated price of each candidate, before taxes are added or taken off. One statement.
func (p *priced) findPrices(tx *db.Tx, found []candidate) error {
	places, ids := byID(found)
	var f filter
	in := f.list(ids)
	query := f.bind(`select v.product_id, m.variant_id, m.id, m.currency_code, m.amount, m.region_id, m.price_list_id,
		m.min_quantity, m.max_quantity from variants v cross join prices m
		where m.variant_id = v.id and v.deleted_at is null and m.currency_code = ? and v.product_id in `+in, p.context.Currency.Code)
	of := map[string][]pricing.Price{} // by variant
	owners := map[string]int{}
	c := newCells(9)
	_, err := db.All(tx, func(row db.Scanner) (struct{}, error) {
		if err := c.read(row); err != nil {
			return struct{}{}, err
		}
		product := c.text()
		m := pricing.Price{VariantID: c.text(), ID: c.text(), Currency: c.text(), Amount: c.number(), RegionID: c.textOrNil(),
			ListID: c.textOrNil(), MinQuantity: c.numberOrNil(), MaxQuantity: c.numberOrNil()}
		of[m.VariantID] = append(of[m.VariantID], m)
		owners[m.VariantID] = places[product]
		return struct{}{}, c.err
	}, query, f.args...)
	if err != nil {
		return err
	}
	for variant, prices := range of {
		c := &found[owners[variant]]
		amount := pricing.Choose(prices, p.rules, p.context).Calculated
		if amount != nil && (c.price == nil || *amount < *c.price) {
			c.price = amount
		}
	}
	return nil
}
