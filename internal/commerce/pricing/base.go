package pricing

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/id"
)

// NewPrice is a price to set.
type NewPrice struct {
	Currency    string // code, lower case
	Amount      int64  // minor units
	RegionID    *string
	MinQuantity *int64
	MaxQuantity *int64
}

// SetBase replaces the prices outside price lists of each variant, and tells in order which variants have other prices now. A
// price for the same currency, region and quantities keeps its id; one that is no different is left alone. The caller has
// checked the prices, and holds what keeps others from the same variants: their product.
func (s *Service) SetBase(tx *db.Tx, prices map[string][]NewPrice) (changed []string, err error) {
	variants := slices.Sorted(maps.Keys(prices))
	present, err := db.AllIn(tx, ScanPrice, SelectPrice+` where price_list_id is null and variant_id in {keys}`, variants)
	if err != nil {
		return nil, err
	}
	return s.replace(tx, present, prices, nil)
}

// SetOne sets one price outside price lists of each variant: the one for its currency, region and quantities. The others stay. It
// tells in order which variants have another price now. The caller has checked the prices, and holds the variants' products.
func (s *Service) SetOne(tx *db.Tx, prices map[string]NewPrice) (changed []string, err error) {
	wanted := make(map[string][]NewPrice, len(prices))
	for variant, n := range prices {
		wanted[variant] = []NewPrice{n}
	}
	present, err := db.AllIn(tx, ScanPrice, SelectPrice+` where price_list_id is null and variant_id in {keys}`, slices.Sorted(maps.Keys(prices)))
	if err != nil {
		return nil, err
	}
	others := func(p Price) bool { return p.place() != placeOf(p.VariantID, prices[p.VariantID]) }
	return s.replace(tx, slices.DeleteFunc(present, others), wanted, nil)
}

// Drop removes all prices of variants that are no more.
func (s *Service) Drop(tx *db.Tx, variants []string) error {
	_, err := tx.ExecIn(`delete from prices where variant_id in {keys}`, variants)
	return err
}

// place is where a price stands: there is one for each.
type place struct {
	variant, currency, region string
	least, most               int64
}

func placeOf(variant string, p NewPrice) place {
	return place{variant, p.Currency, deref(p.RegionID), deref(p.MinQuantity), deref(p.MaxQuantity)}
}

func (p Price) place() place {
	return placeOf(p.VariantID, NewPrice{p.Currency, p.Amount, p.RegionID, p.MinQuantity, p.MaxQuantity})
}

// replace makes the prices that are present, all of one list or all of none, what is wanted, and tells in order whose prices
// are different now.
func (s *Service) replace(tx *db.Tx, present []Price, wanted map[string][]NewPrice, list *string) ([]string, error) {
	standing := make(map[place]Price, len(present))
	for _, p := range present {
		standing[p.place()] = p
	}
	changed := map[string]bool{}
	var fresh []Price
	now := s.clock.Now()
	for _, variant := range slices.Sorted(maps.Keys(wanted)) {
		for _, n := range wanted[variant] {
			at := placeOf(variant, n)
			if old, ok := standing[at]; !ok || old.Amount != n.Amount {
				fresh = append(fresh, n.price(variant, list, now))
				changed[variant] = true
			}
			delete(standing, at)
		}
	}
	var gone []string
	for _, p := range standing {
		gone = append(gone, p.ID)
		changed[p.VariantID] = true
	}
	slices.Sort(gone)
	if _, err := tx.ExecIn(`delete from prices where id in {keys}`, gone); err != nil {
		return nil, err
	}
	return slices.Sorted(maps.Keys(changed)), savePrices(tx, fresh)
}

// price makes the row of a price. When its place is taken, only the amount and the time of it count.
func (n NewPrice) price(variant string, list *string, now time.Time) Price {
	return Price{ID: id.New("ma", now), VariantID: variant, Currency: n.Currency, Amount: n.Amount, RegionID: n.RegionID, ListID: list,
		MinQuantity: n.MinQuantity, MaxQuantity: n.MaxQuantity, CreatedAt: now, UpdatedAt: now}
}

// Compare orders prices as they are shown: by currency, region, quantity, list, then id.
func (p Price) Compare(o Price) int {
	return cmp.Or(cmp.Compare(p.Currency, o.Currency), cmp.Compare(deref(p.RegionID), deref(o.RegionID)),
		cmp.Compare(deref(p.MinQuantity), deref(o.MinQuantity)), cmp.Compare(deref(p.ListID), deref(o.ListID)), cmp.Compare(p.ID, o.ID))
}

// deref gives what a nullable column holds, the zero value for NULL.
func deref[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
