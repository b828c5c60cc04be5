package pricing

import (
	"context"

	"kaidian/internal/platform/db"
)

// Rules gives the price lists and tax rates: no statement when they were read in the last two seconds and not changed since
// through this Service, five otherwise.
func (s *Service) Rules(ctx context.Context) (*Rules, error) {
	return s.rules.Get(func() (*Rules, error) {
		var r *Rules
		err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
			var err error
			r, err = readRules(tx)
			return err
		})
		return r, err
	})
}

// ProductRateIDs gives the ids of a region's tax rates that are bound to products: what to ask ProductRates for.
func (r *Rules) ProductRateIDs(region string) []string {
	var out []string
	for _, t := range r.Taxes[region] {
		if t.Products {
			out = append(out, t.ID)
		}
	}
	return out
}

// ProductRates gives which of some tax rates are bound to each of some products, by product id: one statement, none when
// there is nothing to ask.
func ProductRates(tx *db.Tx, rates, products []string) (map[string][]string, error) {
	if len(rates) == 0 || len(products) == 0 {
		return nil, nil
	}
	pairs, err := db.AllIn(tx, scanPair, `select product_id, rate_id from tax_rate_products where rate_id in `+db.In(1, len(rates))+`
		and product_id in {keys} order by rate_id`, products, db.Args(rates)...)
	if err != nil {
		return nil, err
	}
	out := map[string][]string{}
	for _, p := range pairs {
		out[p[0]] = append(out[p[0]], p[1])
	}
	return out, nil
}

// readRules reads all of it by five statements.
func readRules(tx *db.Tx) (*Rules, error) {
	r := &Rules{Lists: map[string]List{}, Taxes: map[string][]TaxRate{}}
	lists, err := db.All(tx, scanList, selectList+` where deleted_at is null`)
	if err != nil {
		return nil, err
	}
	for _, l := range lists {
		r.Lists[l.ID] = l
	}
	groups, err := db.All(tx, scanPair, `select price_list_id, group_id from price_list_groups`)
	if err != nil {
		return nil, err
	}
	for _, g := range groups {
		if l, ok := r.Lists[g[0]]; ok {
			l.Groups = append(l.Groups, g[1])
			r.Lists[g[0]] = l
		}
	}
	return r, r.readTaxes(tx)
}

func (r *Rules) readTaxes(tx *db.Tx) error {
	rates, err := db.All(tx, scanTaxRate, selectTaxRate+` order by created_at, id`)
	if err != nil {
		return err
	}
	places := make(map[string]*TaxRate, len(rates))
	for i := range rates {
		places[rates[i].ID] = &rates[i]
	}
	types, err := db.All(tx, scanPair, `select rate_id, type_id from tax_rate_types`)
	if err != nil {
		return err
	}
	options, err := db.All(tx, scanPair, `select rate_id, option_id from tax_rate_shipping_options`)
	if err != nil {
		return err
	}
	for _, p := range types {
		if t, ok := places[p[0]]; ok {
			t.Types = append(t.Types, p[1])
		}
	}
	for _, p := range options {
		if t, ok := places[p[0]]; ok {
			t.Options = append(t.Options, p[1])
		}
	}
	for _, t := range rates {
		r.Taxes[t.RegionID] = append(r.Taxes[t.RegionID], t)
	}
	return nil
}
