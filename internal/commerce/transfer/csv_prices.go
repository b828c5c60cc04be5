package transfer

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/platform/patch"
)

// The column "Variant Prices" holds all prices of a variant outside price lists, with semicolons between:
//
//	price = currency ["@" region] " " amount [" " from ".." [to]]
//
// as in "eur 9.00; eur@reg_eu 8.50; cny 60 3..; cny 55 10..20". Amounts are in major units of the currency.

// parsePrices reads the column.
func parsePrices(text string) ([]pricing.NewPrice, error) {
	out := []pricing.NewPrice{}
	for _, one := range split(text, ";") {
		p, err := parsePrice(one)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", one, err)
		}
		out = append(out, p)
	}
	return out, nil
}

func parsePrice(text string) (pricing.NewPrice, error) {
	words := strings.Fields(text)
	if len(words) < 2 || len(words) > 3 {
		return pricing.NewPrice{}, errors.New(`must be written as "eur 9.00" or "eur@region 9.00 3..10"`)
	}
	code, region, bound := strings.Cut(strings.TrimSpace(words[0]), "@")
	c, ok := money.Lookup(strings.ToLower(code))
	if !ok {
		return pricing.NewPrice{}, errors.New("there is no such currency")
	}
	p := pricing.NewPrice{Currency: c.Code}
	if bound {
		p.RegionID = &region
	}
	var err error
	if p.Amount, err = amount(c, words[1]); err != nil {
		return pricing.NewPrice{}, err
	}
	if len(words) == 3 {
		if p.MinQuantity, p.MaxQuantity, err = quantities(words[2]); err != nil {
			return pricing.NewPrice{}, err
		}
	}
	return p, nil
}

func quantities(text string) (from, to *int64, err error) {
	low, high, ok := strings.Cut(text, "..")
	bad := errors.New(`quantities must be written as "3..10", "3.." or "..10"`)
	if !ok {
		return nil, nil, bad
	}
	for _, end := range []struct {
		text string
		to   **int64
	}{{low, &from}, {high, &to}} {
		if end.text == "" {
			continue
		}
		n, err := strconv.ParseInt(end.text, 10, 64)
		if err != nil || n < 1 {
			return nil, nil, bad
		}
		*end.to = &n
	}
	return from, to, nil
}

// amount reads an amount in major units.
func amount(c money.Currency, text string) (int64, error) {
	n, err := c.Parse(text)
	if err != nil {
		return 0, fmt.Errorf("must be an amount of %s with %d decimal places at most", strings.ToUpper(c.Code), c.Exponent)
	}
	return n, nil
}

// formatPrices writes the column, in an order of its own.
func formatPrices(prices []pricing.Price) string {
	words := []string{}
	for _, p := range prices {
		if p.ListID != nil {
			continue
		}
		c, _ := money.Lookup(p.Currency)
		w := p.Currency
		if p.RegionID != nil {
			w += "@" + *p.RegionID
		}
		w += " " + c.Format(p.Amount)
		if p.MinQuantity != nil || p.MaxQuantity != nil {
			w += " " + number(p.MinQuantity) + ".." + number(p.MaxQuantity)
		}
		words = append(words, w)
	}
	slices.Sort(words)
	return strings.Join(words, "; ")
}

// plain finds a variant's price in a currency without region and quantities.
func plain(prices []pricing.Price, currency string) *pricing.Price {
	i := slices.IndexFunc(prices, func(p pricing.Price) bool {
		return p.Currency == currency && p.RegionID == nil && p.ListID == nil && p.MinQuantity == nil && p.MaxQuantity == nil
	})
	if i < 0 {
		return nil
	}
	return &prices[i]
}

func writePrice(r row) string {
	p := plain(r.Variant.Price.Prices, r.currency.Code)
	if p == nil {
		return ""
	}
	return r.currency.Format(p.Amount)
}

func writePrices(r row) string { return formatPrices(r.Variant.Price.Prices) }

func writeCompare(r row) string {
	if r.Variant.CompareAmount == 0 {
		return ""
	}
	return r.currency.Format(r.Variant.CompareAmount)
}

// price takes the column "Variant Price", which "Variant Prices" overrides.
func (d *draft) price(text string) error {
	if text == "" {
		return nil
	}
	n, err := amount(d.currency, text)
	if err != nil {
		return err
	}
	if !d.variant.Prices.IsSet() {
		d.variant.Prices = patch.Some([]pricing.NewPrice{{Currency: d.currency.Code, Amount: n}})
	}
	d.single = &n
	return nil
}

// prices takes the column "Variant Prices". Where "Variant Price" says another amount than it does, that is what somebody
// changed in a spreadsheet, and it counts.
func (d *draft) prices(text string) error {
	if text == "" {
		return nil
	}
	all, err := parsePrices(text)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(p pricing.NewPrice) bool {
		return p.Currency == d.currency.Code && p.RegionID == nil && p.MinQuantity == nil && p.MaxQuantity == nil
	})
	switch {
	case d.single == nil:
	case i < 0:
		all = append(all, pricing.NewPrice{Currency: d.currency.Code, Amount: *d.single})
	default:
		all[i].Amount = *d.single
	}
	d.variant.Prices = patch.Some(all)
	return nil
}

func readCompare(d *draft, text string) error {
	if text == "" {
		d.variant.CompareAmount = patch.Some[int64](0)
		return nil
	}
	n, err := amount(d.currency, text)
	d.variant.CompareAmount = patch.Some(n)
	return err
}

// byRank sorts variants as they are shown.
func byRank(a, b browse.Variant) int {
	return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.Number, b.Number))
}
