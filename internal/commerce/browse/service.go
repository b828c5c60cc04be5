package browse

import (
	"context"
	"time"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
)

// Options is what a Service reads with. All of it must be set.
type Options struct {
	DB        *db.DB
	Clock     clock.Clock
	Shop      *shop.Shop
	Pricing   *pricing.Service
	Customers *customer.Service
}

// Service reads. It is safe for concurrent use.
type Service struct {
	o        Options
	reach    reach
	known    *recent[int64]      // sizes of sources
	counts   *recent[int]        // large ones
	marks    *recent[[]bookmark] // by offset
	owners   *recent[string]     // products by variant
	counting flights[int]
	turns    chan struct{} // for what takes long
}

// New makes the service.
func New(o Options) *Service {
	return &Service{
		o:      o,
		reach:  usual,
		known:  newRecent[int64](o.Clock, remembered, 4096),
		counts: newRecent[int](o.Clock, remembered, 1024),
		marks:  newRecent[[]bookmark](o.Clock, remembered, 256),
		owners: newRecent[string](o.Clock, time.Hour, 1<<16),
		turns:  make(chan struct{}, 2),
	}
}

// Products gives a page of products: 8 statements at most for the parts that the Store API shows, whatever the page's size,
// two more for categories and channels, and now and then one that looks at the sizes of what the query asks for or walks to
// a far offset. Faults: shop.ErrNoRegion, shop.ErrNoCurrency.
func (s *Service) Products(ctx context.Context, q Query, parts Parts, p Pricing) (Page, error) {
	var page Page
	err := s.o.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		l, err := s.loader(ctx, tx, parts, p)
		if err != nil {
			return err
		}
		l.staff = q.Staff
		if !q.Uncounted {
			if page.Count, err = s.count(ctx, tx, q); err != nil {
				return err
			}
			if page.Count <= s.reach.exact && q.Offset >= page.Count {
				return nil
			}
		}
		w, err := s.walk(ctx, tx, &q)
		if err != nil {
			return err
		}
		if page.Products, err = s.page(ctx, l, w, &q); err != nil {
			return err
		}
		return l.hang(ctx, page.Products)
	})
	return page, err
}

// CountProducts counts what a query finds without its limit, offset and After: as count does.
func (s *Service) CountProducts(ctx context.Context, q Query) (int, error) {
	n := 0
	err := s.o.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		var err error
		n, err = s.count(ctx, tx, q)
		return err
	})
	return n, err
}

// Product gives one product, of any status and channel. Fault: catalog.ErrProductNotFound, shop.ErrNoRegion,
// shop.ErrNoCurrency.
func (s *Service) Product(ctx context.Context, which catalog.Ref, parts Parts, p Pricing) (Product, error) {
	var found []Product
	err := s.o.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		l, err := s.loader(ctx, tx, parts, p)
		if err != nil {
			return err
		}
		columns, joins := l.columns()
		where, arg := named(which, `p`)
		found, err = db.All(tx, l.scanner(), `select `+columns+` from products p`+joins+` where `+where+` and p.deleted_at is null`, arg)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return catalog.ErrProductNotFound
		}
		return l.hang(ctx, found)
	})
	if err != nil {
		return Product{}, err
	}
	return found[0], nil
}

// named gives the condition for the record that is meant, whose value is $1.
func named(which catalog.Ref, alias string) (string, any) {
	if which.ID != "" {
		return alias + `.id = $1`, storable(which.ID)
	}
	return alias + `.number = $1`, which.Number
}
