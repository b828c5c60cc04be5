package browse

import (
	"context"

	"kaidian/internal/platform/db"
)

// ProductsOf gives the ids of the products that variants belong to, whatever became of both: a statement for 500 of them.
func (s *Service) ProductsOf(ctx context.Context, variants []string) ([]string, error) {
	var out []string
	err := s.o.DB.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		for len(variants) > 0 {
			some := variants[:min(len(variants), 500)]
			variants = variants[len(some):]
			ids, err := db.All(tx, func(row db.Scanner) (string, error) {
				var id string
				err := row.Scan(&id)
				return id, err
			}, `select distinct product_id from variants where id in `+db.In(1, len(some)), db.Args(some)...)
			if err != nil {
				return err
			}
			out = append(out, ids...)
		}
		return nil
	})
	return out, err
}
