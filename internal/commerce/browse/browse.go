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
	Collection, Type, Types, Vendor, Options, Variants, Images, Tags, Categories, Channels bool

	Prices       bool // of the variants; asks for Variants too
	Translations bool // the members of this name; without, they are read only as far as Pricing.Locale needs
}

// Pricing is whose prices are shown. The zero value shows every plain price and chooses none.
type Pricing struct {
	RegionID   string
	Currency   string // code; the region's currency wins
	CustomerID string
	Groups     []string // the customer's groups, when the caller knows them
	Locale     string   // language of the texts, "zh" or "zh-CN"; empty for the base texts
}

// Window bounds a time; zero for open.
type Window struct{ GT, GTE, LT, LTE time.Time }

// Range bounds a number; nil for open.
type Range struct{ EQ, GT, GTE, LT, LTE *int64 }

// TextFilter is what a text must be; nil and empty members ask for nothing. Matching minds the case.
type TextFilter struct {
	In                             []string // one of these; an empty list that is not nil finds nothing
	LT, GT, LTE, GTE               *string  // in the order of the database
	Contains, StartsWith, EndsWith *string
}

// Query is what a list of products asks for. Empty members ask for nothing; a list that is empty but not nil finds nothing.
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
	After       string // product id: only what comes after it in the order; ErrAfter when there is none of that id
	SinceNumber int64  // only larger numbers
	Uncounted   bool   // Page.Count is not needed, and stays 0: one statement less
	Limit       int    // 0 for MaxLimit, as for what is above it
	Offset      int
}

// MaxLimit bounds the products and variants of a page, and MaxWords the collections, categories and words of one.
const (
	MaxLimit = 1000
	MaxWords = 5000
)

// Order is how a list is sorted; ties go by id. The zero value is created_at descending.
type Order struct {
	By  string // "created_at", "updated_at", "title", "handle", "id", "status", "number"; empty for "created_at"
	Asc bool
}

// Page is one page of products, and how many there are in all.
type Page struct {
	Products []Product
	Count    int
}
