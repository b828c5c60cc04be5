// Package browse is what shoppers and merchants read: lists, pages and search, joined across the owners of their tables.
// It selects from any table and writes none.
package browse

import (
	"time"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/shop"
)

// Product is a product with the relations that were asked for.
type Product struct {
	catalog.Product
	Collection *catalog.Collection
	Type       *catalog.Term
	Types      []catalog.Term
	Vendor     *catalog.Term
	Options    []catalog.Option
	Variants   []Variant // by rank
	Images     []catalog.Image
	Tags       []catalog.Term
	Categories []catalog.Category // active and not internal, unless Query.Staff
	Channels   []shop.Channel
}

// Variant is a variant with its stock, and with its prices when they were asked for.
type Variant struct {
	catalog.Variant
	Stock   int64         // stocked less reserved, over all locations
	Price   pricing.Taxed // what the Context makes of its prices
	Product *Product      // when asked for, without relations
}

// Parts says which relations to load.
type Parts struct {
	Collection, Type, Types, Vendor, Options, Variants, Prices, Images, Tags, Categories, Channels bool
}

// Pricing is whose prices are shown. The zero value shows every plain price and chooses none.
type Pricing struct {
	RegionID   string
	Currency   string // code; the region's currency wins
	CustomerID string
	Groups     []string // the customer's groups, when the caller knows them
}

// Window bounds a time; zero for open.
type Window struct{ GT, GTE, LT, LTE time.Time }

// Query is what a list of products asks for. Empty members ask for nothing.
type Query struct {
	Staff bool // drafts and products of any channel too

	IDs         []string
	Numbers     []int64
	Q           string // found in titles, descriptions, SKUs, collection titles, whatever the case
	Title       *string
	NameLike    *string // found in the title
	Description *string
	Handle      *string
	GiftCard    *bool
	Collections []string
	Types       []string
	Tags        []string
	Categories  []string
	Children    bool    // of the categories too
	Vendor      *string // name
	TypeName    *string
	Statuses    []catalog.Status
	Channels    []string // nil for the default channel; Staff: nil for any
	Created     Window
	Updated     Window

	Order       Order
	After       string // product id: only what comes after it in the order
	SinceNumber int64
	Limit       int
	Offset      int
}

// Order is how a list is sorted; ties go by id. The zero value is created_at descending.
type Order struct {
	By  string // "created_at", "updated_at", "title", "handle", "id", "status", "number"
	Asc bool
}

// Page is one page of products, and how many there are in all.
type Page struct {
	Products []Product
	Count    int
}
