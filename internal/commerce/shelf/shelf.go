// Package shelf puts goods on sale: a product, its variants, their prices and their stock, in one transaction. It is the
// one door for all who write goods: the Open API, seed files, imports and the demo shop. The records belong to the packages
// catalog, pricing and inventory; what is here is how they are written together.
package shelf

import (
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
	// Price sets one price outside price lists, the one for its currency, region and quantities; the others stay. Not with Prices.
	Price patch.Optional[pricing.NewPrice]
	// Priced refuses to make a variant that gets no price.
	Priced bool
	// Stock sets what is stocked at the default location; 0 for a new variant. It cannot be null.
	Stock patch.Optional[int64]
}

// Placed tells what became of a product.
type Placed struct {
	ID      string
	Number  int64
	Created bool // else it was there
	Changed bool // something is different now
	// Variants are the ids of the variants that the call was about, in the order of its list; for a call without a list
	// those of the product by rank.
	Variants []string
}

// Item is a product for Put, and by what to know it again.
type Item struct {
	Product
	By Key // how to find the product that there is; ByHandle when empty. The member it names must be there.
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
