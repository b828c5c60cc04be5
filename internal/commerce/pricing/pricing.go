package pricing

import (
	"time"

	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/shop"
)

// Price is one price of a variant.
type Price struct {
	ID          string // "ma_…"
	VariantID   string
	Currency    string
	Amount      int64 // minor units
	RegionID    *string
	ListID      *string // price list
	MinQuantity *int64
	MaxQuantity *int64
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// ListType says what a price list is for.
type ListType string

// The types. Default is what a price without a list is.
const (
	Sale     ListType = "sale"
	Override ListType = "override"
	Default  ListType = "default"
)

// List is a price list: prices for a time or for some customers.
type List struct {
	ID          string // "pl_…"
	Name        string
	Description string
	Type        ListType
	Active      bool
	StartsAt    time.Time // from then on; zero for always
	EndsAt      time.Time // until just before; zero for never
	IncludesTax bool
	Groups      []string // customer groups; none for everybody
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// TaxRate is a rate of a region beside its own, for some products, types or shipping options. Products are looked up where
// they are needed.
type TaxRate struct {
	ID        string // "txr_…"
	RegionID  string
	Name      string
	Code      *string
	Rate      money.Rate
	Types     []string // product types
	Options   []string // shipping options
	Products  bool     // whether it is bound to some products
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Rate is a tax as it is charged and shown.
type Rate struct {
	Rate money.Rate
	Name string
	Code string // empty for none
}

// Rules is the price lists and tax rates of the shop at one moment. It is shared: nobody changes it.
type Rules struct {
	Lists map[string]List
	Taxes map[string][]TaxRate // by region
}

// Context is who asks for a price, where and when.
type Context struct {
	Region   *shop.Region   // nil for none
	Currency *shop.Currency // nil for none; the region's when there is a region
	Groups   []string       // the customer's
	Quantity int64          // 0 when it is not said
	Now      time.Time
}

// Choice is the price that a context gets, as Choose says. Amounts are minor units.
type Choice struct {
	Original         *int64 // nil when there is none
	OriginalIncludes bool   // tax
	Calculated       *int64
	CalculatedIncl   bool
	Type             ListType // of the calculated price; empty when there is none
	Prices           []Price  // those that fit the context
}

// Taxed is a choice with its taxes; nil where taxes are not known.
type Taxed struct {
	Choice
	OriginalTax, CalculatedTax         *int64
	OriginalInclTax, CalculatedInclTax *int64
	Rates                              []Rate // nil without a region
}
