package shelf

import (
	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/inventory"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/event"
)

// Options is what a Service is made of. All of it must be set.
type Options struct {
	DB        *db.DB
	Clock     clock.Clock
	Events    *event.Log
	Catalog   *catalog.Service
	Pricing   *pricing.Service
	Inventory *inventory.Service
	Shop      *shop.Shop
	// Index hears of each product that was written or deleted, in the transaction that did it: the search index.
	Index Indexer
}

// Indexer keeps what is derived of products.
type Indexer interface {
	// Index brings the entries of the products up to what the tables say in tx.
	Index(tx *db.Tx, products []string) error
}

// Service is the door. It is safe for concurrent use.
type Service struct{ o Options }

// New makes the service. It starts nothing.
func New(o Options) *Service { return &Service{o} }
