package order

import (
	"encoding/json"
	"time"

	"kaidian/internal/commerce/money"
)

// Draft is an order before it is one: all that is frozen when stock and codes are taken. It is kept as JSON with an attempt,
// and comes back as it went, with its times in UTC.
type Draft struct {
	CartID     string
	CustomerID *string
	Email      string // lower case
	RegionID   string
	ChannelID  *string
	Currency   string // code
	TaxRate    *money.Rate
	Shipping   *Address
	Billing    *Address
	Lines      []Line
	Methods    []Method
	Discounts  []AppliedDiscount
	Totals     Totals
	Remark     string          // what the shopper says to the merchant; empty for nothing
	Metadata   json.RawMessage // an object, or nil
}

// Totals are what an order costs. Amounts are minor units. Total is Subtotal + Shipping + Tax - Discount - GiftCard -
// GiftCardTax + Adjustment.
type Totals struct {
	Subtotal, Discount, Shipping, ItemTax, ShippingTax, Tax, GiftCard, GiftCardTax int64
	Adjustment                                                                     int64 // what the merchant changed afterwards
	Total                                                                          int64
}

// Line is what was sold, as it was then. Amounts are minor units. Number, OrderID, VariantNumber and ProductNumber are those of
// the line of an order that was read or placed; a draft has none.
type Line struct {
	Number    int64
	ID        string // "item_…", as in the cart
	OrderID   string
	VariantID *string
	ProductID *string
	// The numbers of variant and product, which last when those are deleted; nil without them. They are looked up, not kept.
	VariantNumber, ProductNumber *int64

	Title       string  // the product's
	Description *string // the variant's title
	Thumbnail   *string
	SKU         *string
	Barcode     *string
	Weight      *int64 // grams
	Volume      *int64 // cubic centimetres
	OptionsDesc string // "Size: M, Colour: Red"
	UnitPrice   int64
	Quantity    int64
	// How many were sent, delivered or came back; nil for none so far.
	Fulfilled, Shipped, Returned *int64
	GiftCard                     bool // a gift card was bought
	Merges                       bool // more of the same variant would have joined it
	Discountable                 bool
	IncludesTax                  bool // UnitPrice has its tax in it
	Subtotal                     int64
	Discount                     int64
	Tax                          int64
	Total                        int64
	OriginalTotal                int64
	OriginalTax                  int64
	Adjustments                  []Adjustment
	Taxes                        []TaxLine
	Metadata                     json.RawMessage // an object, or nil
	CreatedAt                    time.Time       // of the line in the cart; zero for when the order was placed
	UpdatedAt                    time.Time
}

// Adjustment is what a discount took off a line.
type Adjustment struct {
	ID         string // "lia_…"
	DiscountID string
	Amount     money.Ratio
}

// TaxLine is a tax as it was charged.
type TaxLine struct {
	ID   string // "litl_…" of a line, "smtl_…" of a method
	Rate money.Rate
	Name string
	Code string // empty for none
}

// Method is how it was to be sent, and what for.
type Method struct {
	ID            string // "sm_…"
	OptionID      *string
	Name          string
	Price         int64
	IncludesTax   bool
	Subtotal      int64
	Tax           int64
	Total         int64
	OriginalTotal int64
	OriginalTax   int64
	Taxes         []TaxLine
	Data          json.RawMessage // an object, or nil for {}
}

// AppliedDiscount is a discount as it was when it was used.
type AppliedDiscount struct {
	ID     string
	Code   string
	RuleID string
	Type   string // percentage, fixed, free_shipping
	Value  int64
	// Allocation is total or item; empty for free shipping.
	Allocation string
	Amount     int64 // what it took off in all, minor units
}

// Address is where things or bills went. Nil is null.
type Address struct {
	ID          string
	CustomerID  *string
	FirstName   *string
	LastName    *string
	Company     *string
	Address1    *string
	Address2    *string
	City        *string
	Province    *string
	PostalCode  *string
	CountryCode *string // lower case
	District    *string // GB/T 2260 for China
	Phone       *string
	Metadata    json.RawMessage // an object, or nil
	CreatedAt   time.Time
	UpdatedAt   time.Time
}
