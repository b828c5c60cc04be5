package transfer

import (
	"context"

	"kaidian/internal/commerce/fulfillment"
	"kaidian/internal/platform/db"
)

// seedKind is what a name in a seed file is the name of.
type seedKind string

// The kinds, as problems call them.
const (
	aRegion     seedKind = "region"
	aChannel    seedKind = "sales channel"
	aProfile    seedKind = "shipping profile"
	anOption    seedKind = "shipping option"
	aGroup      seedKind = "customer group"
	aCollection seedKind = "collection"
	aCategory   seedKind = "category"
	aProduct    seedKind = "product"
	aForeign    seedKind = "product with the external_id"
	aVariant    seedKind = "variant with the sku"
	aType       seedKind = "product type"
	aTag        seedKind = "product tag"
	aDiscount   seedKind = "discount"
)

// seedQueries find ids by names: of what is known by more than one, the id comes first, so that it wins.
var seedQueries = map[seedKind]string{
	aCollection: `select handle, id from product_collections where handle in {keys} and deleted_at is null
		union all select id, id from product_collections where id in {keys} and deleted_at is null`,
	aCategory: `select handle, id from product_categories where handle in {keys}
		union all select id, id from product_categories where id in {keys}`,
	aProduct: `select handle, id from products where handle in {keys} and deleted_at is null
		union all select id, id from products where id in {keys} and deleted_at is null`,
	aForeign:  `select external_id, id from products where external_id in {keys} and deleted_at is null`,
	aVariant:  `select sku, id from variants where sku in {keys} and deleted_at is null`,
	aType:     `select value, id from product_types where value in {keys}`,
	aTag:      `select value, id from product_tags where value in {keys}`,
	aDiscount: `select code, id from discounts where code in {keys} and deleted_at is null`,
}

// find gives the ids of what is in the shop by the names of some of a kind. What is not there is missing.
func (s *Service) find(ctx context.Context, kind seedKind, names []string) (map[string]string, error) {
	out := map[string]string{}
	if len(names) == 0 {
		return out, nil
	}
	switch kind {
	case aRegion, aChannel:
		return s.findMarkets(ctx, kind)
	case aProfile:
		all, err := s.o.Fulfillment.Profiles(ctx)
		for kind, p := range all {
			out[string(kind)], out[p.ID] = p.ID, p.ID
		}
		return out, err
	case aGroup:
		all, err := s.o.Customers.Groups(ctx)
		for _, g := range all {
			out[g.Name] = g.ID
		}
		for _, g := range all {
			out[g.ID] = g.ID
		}
		return out, err
	}
	return out, s.o.DB.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		type named struct{ name, id string }
		scan := func(row db.Scanner) (named, error) {
			var n named
			err := row.Scan(&n.name, &n.id)
			return n, err
		}
		found, err := db.AllIn(tx, scan, seedQueries[kind], names)
		for _, n := range found {
			if n.name == n.id || out[n.name] == "" { // an id before a name
				out[n.name] = n.id
			}
		}
		return err
	})
}

func (s *Service) findMarkets(ctx context.Context, kind seedKind) (map[string]string, error) {
	m, err := s.o.Shop.Markets(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	if kind == aRegion {
		for _, r := range m.Regions {
			out[r.Name] = r.ID
		}
		for _, r := range m.Regions {
			out[r.ID] = r.ID
		}
		return out, nil
	}
	for _, c := range m.Channels {
		out[c.Name] = c.ID
	}
	for _, c := range m.Channels {
		out[c.ID] = c.ID
	}
	return out, nil
}

// findOptions gives the ids of the shipping options of a region that have an id or a name: several may share one.
func (s *Service) findOptions(ctx context.Context, region string, names []string) (map[string][]string, error) {
	out := map[string][]string{}
	if region == "" || len(names) == 0 {
		return out, nil
	}
	all, err := s.o.Fulfillment.Options(ctx, fulfillment.Query{RegionID: region, Staff: true})
	for _, o := range all {
		for _, name := range names {
			if name == o.ID || name == o.Name {
				out[name] = append(out[name], o.ID)
			}
		}
	}
	return out, err
}
