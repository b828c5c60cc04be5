package cart

import (
	"encoding/json"
	"time"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/fulfillment"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/promotion"
	"kaidian/internal/commerce/shop"
)

// Type says what a cart becomes.
type Type string

// The types. So far every cart is a Default one.
const (
	Default      Type = "default"
	Swap         Type = "swap"
	DraftOrder   Type = "draft_order"
	PaymentLink  Type = "payment_link"
	ClaimReplace Type = "claim"
)

// Cart is what somebody is about to buy, as it stands now: with the goods that it is about and what it costs.
type Cart struct {
	ID           string // "cart_…"
	Type         Type
	RegionID     string
	CustomerID   *string
	Email        *string
	ChannelID    *string
	Body         Body
	Version      int64     // rises with each write
	HeldBy       string    // the attempt to pay that goods and codes are held for; empty for none
	AuthorizedAt time.Time // zero for not
	CompletedAt  time.Time // zero while it is open
	CreatedAt    time.Time
	UpdatedAt    time.Time

	// What follows is not kept with the cart but read, or computed, each time.

	Region    shop.Region
	Groups    []string                      // customer groups of its customer, where a price list or a discount asks for them
	Wares     map[string]catalog.Ware       // by variant id; a variant that is no more is missing
	Options   map[string]fulfillment.Option // of the chosen methods, by id
	Discounts []promotion.Discount          // in the order of Body.Discounts; those that hold no more are missing
	Cards     []promotion.GiftCard          // in the order in which they are used
	Rates     map[string][]pricing.Rate     // tax rates by line id and method id, where it is Taxed
	Quote     pricing.Quote                 // Lines and Methods as those of Body
	Taxed     bool                          // the quote has taxes
}

// Body is what a cart keeps in its row as JSON.
type Body struct {
	Lines     []Line          `json:"lines"`
	Methods   []Method        `json:"methods"`
	Shipping  *Address        `json:"shipping,omitempty"`
	Billing   *Address        `json:"billing,omitempty"`
	Discounts []string        `json:"discounts,omitempty"` // ids, as they were asked for
	Cards     []string        `json:"cards,omitempty"`     // ids of gift cards, as they were asked for
	Context   json.RawMessage `json:"context,omitempty"`   // an object: ip, user_agent and what the client adds
	Metadata  json.RawMessage `json:"metadata,omitempty"`
	Paying    bool            `json:"paying,omitempty"` // there are payment sessions, or were
	Agreed    *Agreed         `json:"agreed,omitempty"` // of a cart that is held or completed
}

// Agreed is what a cart costs that is being paid for, or was: whatever becomes of prices, taxes and codes meanwhile.
type Agreed struct {
	Quote     pricing.Quote             `json:"quote"`
	Taxed     bool                      `json:"taxed,omitempty"`
	Rates     map[string][]pricing.Rate `json:"rates,omitempty"`
	Discounts []string                  `json:"discounts,omitempty"` // ids of those that hold
	Cards     []string                  `json:"cards,omitempty"`     // the same of gift cards, in the order in which they are used
}

// Line is a quantity of a variant, at the price that it had when the cart was last read.
type Line struct {
	ID          string          `json:"id"` // "item_…"
	VariantID   string          `json:"variant"`
	ProductID   string          `json:"product"`
	Title       string          `json:"title"`       // the product's
	Description string          `json:"description"` // the variant's title
	Thumbnail   *string         `json:"thumbnail,omitempty"`
	UnitPrice   int64           `json:"price"` // minor units of the region's currency
	IncludesTax bool            `json:"incl,omitempty"`
	Quantity    int64           `json:"quantity"`
	GiftCard    bool            `json:"giftcard,omitempty"`
	NoDiscounts bool            `json:"nodiscounts,omitempty"` // the product is not discountable
	HasShipping bool            `json:"shipped,omitempty"`
	Metadata    json.RawMessage `json:"metadata,omitempty"` // an object; nil for {}
	CreatedAt   time.Time       `json:"created"`
	UpdatedAt   time.Time       `json:"updated"`
}

// Method is a chosen way of shipping.
type Method struct {
	ID       string          `json:"id"` // "sm_…"
	OptionID string          `json:"option"`
	Profile  string          `json:"profile"` // the id of the option's profile: a cart has one method for each
	Price    int64           `json:"price"`   // of the option, when it was last read
	Data     json.RawMessage `json:"data,omitempty"`
}

// Address is where things or bills go. It belongs to its cart, even when it was copied from a customer's. Nil is null.
type Address struct {
	ID          string          `json:"id"` // "addr_…"
	CustomerID  *string         `json:"customer,omitempty"`
	FirstName   *string         `json:"first,omitempty"`
	LastName    *string         `json:"last,omitempty"`
	Company     *string         `json:"company,omitempty"`
	Address1    *string         `json:"line1,omitempty"`
	Address2    *string         `json:"line2,omitempty"`
	City        *string         `json:"city,omitempty"`
	Province    *string         `json:"province,omitempty"`
	PostalCode  *string         `json:"postcode,omitempty"`
	CountryCode *string         `json:"country,omitempty"`  // lower case
	District    *string         `json:"district,omitempty"` // GB/T 2260 for China, six digits
	Phone       *string         `json:"phone,omitempty"`
	Metadata    json.RawMessage `json:"metadata,omitempty"`
	CreatedAt   time.Time       `json:"created"`
	UpdatedAt   time.Time       `json:"updated"`
}
