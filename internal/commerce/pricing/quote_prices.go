package pricing

import (
	"slices"

	"kaidian/internal/platform/db"
)

// For reads all prices of variants, those of price lists too: a statement, none for no variants. A variant without prices is
// missing.
func (s *Service) For(tx *db.Tx, variants []string) (map[string][]Price, error) {
	keys := slices.Compact(slices.Sorted(slices.Values(variants)))
	all, err := db.AllIn(tx, ScanPrice, SelectPrice+` where variant_id in {keys}`, keys)
	out := make(map[string][]Price, len(keys))
	for _, p := range all {
		out[p.VariantID] = append(out[p.VariantID], p)
	}
	return out, err
}

// Unit is what one piece of something costs.
type Unit struct {
	Amount      int64 // minor units
	IncludesTax bool
	Type        ListType
}

// UnitPrice gives what one piece of a variant costs of which c.Quantity are bought, 1 at least: what Choose calculates of all its
// prices. It is false when the variant has no price there.
func UnitPrice(prices []Price, rules *Rules, c Context) (Unit, bool) {
	c.Quantity = max(c.Quantity, 1)
	chosen := Choose(prices, rules, c)
	if chosen.Calculated == nil {
		return Unit{}, false
	}
	return Unit{Amount: *chosen.Calculated, IncludesTax: chosen.CalculatedIncl, Type: chosen.Type}, true
}
