package shop

import (
	"encoding/json"
	"time"

	"kaidian/internal/commerce/money"
)

// Region is a market: countries that share a currency, taxes and providers.
type Region struct {
	ID                   string // "reg_…", or what an importer says
	Name                 string
	Currency             string // code, lower case
	TaxRate              money.Rate
	TaxCode              *string
	TaxProviderID        *string
	GiftCardsTaxable     bool
	AutomaticTaxes       bool
	IncludesTax          bool     // its prices include tax
	Countries            []string // ISO 3166 alpha-2, lower case
	PaymentProviders     []string
	FulfillmentProviders []string
	Metadata             json.RawMessage
	CreatedAt            time.Time
	UpdatedAt            time.Time
}

// Currency is a currency that the shop sells in.
type Currency struct {
	money.Currency
	IncludesTax bool // prices in it include tax, where the region does not say
}

// Channel is a sales channel: a set of products for one outlet.
type Channel struct {
	ID          string // "sc_…"
	Name        string
	Description *string
	Disabled    bool
	Metadata    json.RawMessage
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// Key is a publishable key: what a storefront shows to say which channels it sells.
type Key struct {
	ID        string // "pk_…"
	Title     string
	Channels  []string
	CreatedAt time.Time
}

// Markets is all of the shop's small tables at one moment. It is shared: nobody changes it.
type Markets struct {
	DefaultCurrency string
	DefaultChannel  string
	Regions         []Region // by name, then id
	Currencies      map[string]Currency
	Channels        map[string]Channel
	Keys            map[string]Key
}

// Region finds a region by its id.
func (m *Markets) Region(id string) (Region, bool) {
	for _, r := range m.Regions {
		if r.ID == id {
			return r, true
		}
	}
	return Region{}, false
}
