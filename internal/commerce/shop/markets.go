package shop

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"kaidian/internal/commerce/money"
	"kaidian/internal/platform/db"
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
	if i := slices.IndexFunc(m.Regions, func(r Region) bool { return r.ID == id }); i >= 0 {
		return m.Regions[i], true
	}
	return Region{}, false
}

// Markets gives the regions, currencies, channels and keys: no statement when they were read in the last two seconds and
// not changed since through this Shop, five otherwise. Fault: ErrNotOpen before the first Ensure.
func (s *Shop) Markets(ctx context.Context) (*Markets, error) {
	return s.markets.Get(func() (*Markets, error) {
		var m *Markets
		err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
			var err error
			m, err = readMarkets(tx)
			return err
		})
		return m, err
	})
}

// deed changes the markets, and gives the id of what is different now, "" when nothing is.
type deed func(tx *db.Tx, now time.Time) (subject string, err error)

// changeMarkets does a deed in a transaction that has the markets to itself. When something is different, what is cached of them
// is dropped and the event is recorded.
func (s *Shop) changeMarkets(ctx context.Context, kind string, do deed) (changed bool, err error) {
	now := s.clock.Now()
	err = s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		changed = false
		if err := lockMarkets(tx); err != nil {
			return err
		}
		subject, err := do(tx, now)
		if err != nil || subject == "" {
			return err
		}
		changed = true
		tx.AfterCommit(s.markets.Drop)
		return s.log.Record(tx, TopicMarketsChanged, subject, map[string]string{"kind": kind})
	})
	return changed && err == nil, err
}
