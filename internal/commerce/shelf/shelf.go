// Package shelf puts goods on sale: a product, its variants, their prices and their stock, in one transaction. It is the
// one door for all who write goods: the Open API, seed files, imports and the demo shop. The records belong to the packages
// catalog, pricing and inventory; what is here is how they are written together.
package shelf

import (
	"context"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/platform/patch"
)

// Product makes or changes a product with its variants.
type Product struct {
	catalog.ProductPatch
	// Variants replaces the list: those with an ID or Number, or else with the option values of one that there is, are
	// changed; the others are made; what is not named is deleted. A product has one at least.
	Variants patch.Optional[[]Variant]
}

// Variant makes or changes a variant with its prices and stock.
type Variant struct {
	catalog.VariantPatch
	// Prices replaces the variant's prices outside price lists.
	Prices patch.Optional[[]pricing.NewPrice]
	// Stock sets what is stocked at the default location.
	Stock patch.Optional[int64]
}

// Placed tells what became of a product.
type Placed struct {
	ID      string
	Number  int64
	Created bool // else it was there
	Changed bool // something is different now
	// Variants are the ids in the order of the product's list.
	Variants []string
}

// Item is a product for Put, and by what to know it again.
type Item struct {
	Product
	By Key // how to find the product that there is
}

// Key is how an importer knows a product again.
type Key string

// The keys.
const (
	ByHandle   Key = "handle"
	ByID       Key = "id"
	ByExternal Key = "external_id"
)

// Outcome is what became of an item: Err is a fault when it was refused, and then nothing of it is written.
type Outcome struct {
	Placed
	Err error
}

// Create makes a product with its variants, prices and stock. Faults: Invalid with every problem, catalog.ErrHandleTaken,
// catalog.ErrSKUTaken, catalog.ErrNoCollection and their kin.
func (s *Service) Create(ctx context.Context, p Product) (Placed, error) { panic("not yet") }

// Update changes a product. A change that changes nothing leaves no trace. Faults: those of Create, and
// catalog.ErrProductNotFound.
func (s *Service) Update(ctx context.Context, which catalog.Ref, p Product) (Placed, error) {
	panic("not yet")
}

// Delete takes a product off the shelf, with its variants. Fault: catalog.ErrProductNotFound.
func (s *Service) Delete(ctx context.Context, which catalog.Ref) error { panic("not yet") }

// AddVariant gives a product another variant, at the end of the list when it has no rank.
func (s *Service) AddVariant(ctx context.Context, product catalog.Ref, v Variant) (Placed, error) {
	panic("not yet")
}

// UpdateVariant changes a variant of a product. Faults: catalog.ErrProductNotFound, catalog.ErrVariantNotFound and those of
// Create.
func (s *Service) UpdateVariant(ctx context.Context, product, which catalog.Ref, v Variant) (Placed, error) {
	panic("not yet")
}

// DeleteVariant takes a variant from a product. Faults: as UpdateVariant, and catalog.ErrLastVariant.
func (s *Service) DeleteVariant(ctx context.Context, product, which catalog.Ref) error {
	panic("not yet")
}

// Put makes or changes many products, in one transaction: an importer's chunk, 100 items or so. An item that is refused
// leaves nothing of itself and does not hold back the others. Items that are there already and are no different are left
// alone. The error is for what is no item's fault.
func (s *Service) Put(ctx context.Context, items []Item) ([]Outcome, error) { panic("not yet") }
