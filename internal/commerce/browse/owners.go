package browse

import (
	"context"
	"slices"

	"kaidian/internal/platform/db"
)

// ProductsOf gives the ids of the products that variants belong to, whatever became of both. What it knows it does not ask for: a
// variant never goes to another product.
func (s *Service) ProductsOf(ctx context.Context, variants []string) ([]string, error) {
	var out, unknown []string
	for _, v := range variants {
		if product, ok := s.owners.get(v); ok {
			out = append(out, product)
		} else {
			unknown = append(unknown, v)
		}
	}
	type owned struct{ variant, product string }
	err := s.o.DB.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		found, err := db.AllIn(tx, func(row db.Scanner) (o owned, err error) {
			err = row.Scan(&o.variant, &o.product)
			return o, err
		}, `select id, product_id from variants where id in {keys}`, unknown)
		for _, o := range found {
			s.owners.put(o.variant, o.product)
			out = append(out, o.product)
		}
		return err
	})
	slices.Sort(out)
	return slices.Compact(out), err
}
