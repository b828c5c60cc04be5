package browse

import (
	"context"

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
type Service struct{ o Options }

// New makes the service.
func New(o Options) *Service { return &Service{o: o} }

// Products gives a page of products: 8 statements at most, whatever the page's size, and two more for categories and
// channels. Faults: shop.ErrNoRegion, shop.ErrNoCurrency.
func (s *Service) Products(ctx context.Context, q Query, parts Parts, p Pricing) (Page, error) {
	panic("not yet")
}

// CountProducts counts what a query finds without its limit and offset.
func (s *Service) CountProducts(ctx context.Context, q Query) (int, error) { panic("not yet") }

// Product gives one product, of any status and channel. Fault: catalog.ErrProductNotFound.
func (s *Service) Product(ctx context.Context, which catalog.Ref, parts Parts, p Pricing) (Product, error) {
	panic("not yet")
}
