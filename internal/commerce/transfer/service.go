package transfer

import (
	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/fulfillment"
	"kaidian/internal/commerce/inventory"
	"kaidian/internal/commerce/order"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/promotion"
	"kaidian/internal/commerce/shelf"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/commerce/staff"
	"kaidian/internal/platform/db"
)

// Options is what a Service moves data between. All of it must be set.
type Options struct {
	DB          *db.DB
	Shop        *shop.Shop
	Staff       *staff.Service
	Customers   *customer.Service
	Catalog     *catalog.Service
	Pricing     *pricing.Service
	Inventory   *inventory.Service
	Shelf       *shelf.Service
	Browse      *browse.Service
	Fulfillment *fulfillment.Service
	Promotion   *promotion.Service
	Orders      *order.Service
}

// Service moves data. It is safe for concurrent use.
type Service struct{ o Options }

// New makes the service. It starts nothing.
func New(o Options) *Service { return &Service{o: o} }
