package browse

import (
	"context"
	"fmt"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/platform/db"
)

// CollectionQuery is what a list of collections asks for. Empty members ask for nothing; a list that is empty but not nil finds
// nothing.
type CollectionQuery struct {
	IDs     []string
	Handles []string
	Created Window
	Updated Window
	Order   Order // by "created_at", the default, "updated_at", "title", "handle", "id"
	Limit   int   // 0 for MaxWords, as for what is above it
	Offset  int
	Locale  string // as in Pricing
}

// Collections lists collections and counts them: two statements.
func (s *Service) Collections(ctx context.Context, q CollectionQuery) ([]catalog.Collection, int, error) {
	var f filter
	f.add(`c.deleted_at is null`)
	if q.IDs != nil {
		f.in(`c.id`, texts(q.IDs))
	}
	if q.Handles != nil {
		f.in(`c.handle`, texts(q.Handles))
	}
	f.window(`c.created_at`, q.Created)
	f.window(`c.updated_at`, q.Updated)
	order, err := orderOf(q.Order, `c`, "created_at", "updated_at", "title", "handle", "id")
	if err != nil {
		return nil, 0, err
	}
	return listed(ctx, s, collectionRow(q.Locale), words{columns: `c.id, ` + collectionColumns, from: ` from product_collections c`,
		filter: f, order: order, limit: q.Limit, offset: q.Offset})
}

// Collection gives one collection. Fault: catalog.ErrCollectionNotFound.
func (s *Service) Collection(ctx context.Context, which catalog.Ref, locale string) (catalog.Collection, error) {
	where, arg := named(which, `c`)
	var found []catalog.Collection
	err := s.o.DB.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		found, err = db.All(tx, collectionRow(locale), `select c.id, `+collectionColumns+` from product_collections c
			where c.deleted_at is null and `+where, arg)
		return err
	})
	if err == nil && len(found) == 0 {
		err = catalog.ErrCollectionNotFound
	}
	if err != nil {
		return catalog.Collection{}, err
	}
	return found[0], nil
}

func collectionRow(locale string) func(db.Scanner) (catalog.Collection, error) {
	c, t := newCells(1+count(collectionColumns)), newTongue(locale, true)
	return func(row db.Scanner) (catalog.Collection, error) {
		if err := c.read(row); err != nil {
			return catalog.Collection{}, err
		}
		out := c.collection(c.text(), t)
		return out, c.err
	}
}

// words is what to list of a small table.
type words struct {
	columns, from string
	filter        filter
	order         string
	limit, offset int
}

// listed lists rows of a small table and counts them.
func listed[T any](ctx context.Context, s *Service, scan func(db.Scanner) (T, error), w words) (list []T, n int, err error) {
	err = s.o.DB.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		where := w.from + w.filter.where()
		if err := tx.QueryRow(`select count(*)`+where, w.filter.args...).Scan(&n); err != nil {
			return err
		}
		if n <= w.offset {
			return nil
		}
		query := `select ` + w.columns + where + w.order + w.filter.page(w.limit, w.offset, MaxWords)
		var err error
		list, err = db.All(tx, scan, query, w.filter.args...)
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("list%s: %w", w.from, err)
	}
	return list, n, nil
}
