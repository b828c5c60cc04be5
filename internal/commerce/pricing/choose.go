package pricing

import (
	"math"
	"slices"

	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/shop"
)

// Choose finds the price that a context gets among all prices of a variant.
//
// It looks at the prices for the context's region and at those for its currency without a region; those of lists that are not
// for this context now do not count. Original is the plain price, of the region before that of the currency. Calculated is the
// lowest that holds for the quantity, or when none is said, that has no least quantity; the region's price does not shadow
// a lower one of the currency. Of equal ones it takes the one that includes tax, then one without a list, then that of a sale.
//
// Without region and currency nothing is chosen, and Prices is all that are in no list.
//
// Amounts in the Choice point into prices, and Prices may be a part of it: nobody changes prices afterwards.
func Choose(prices []Price, rules *Rules, c Context) Choice {
	var out Choice
	k := c.key()
	out.Prices = kept(prices, func(p *Price) bool { return k.keeps(p, rules, &c) })
	if k.currency == "" {
		return out
	}
	var original, calculated *Price
	for i := range out.Prices {
		p := &out.Prices[i]
		if p.plain() && (original == nil || p.precedes(original)) {
			original = p
		}
		if p.holds(c.Quantity) && (calculated == nil || k.lower(p, calculated, rules)) {
			calculated = p
		}
	}
	if original != nil {
		out.Original, out.OriginalIncludes = &original.Amount, k.includes(original, rules)
	}
	if calculated != nil {
		out.Calculated, out.CalculatedIncl = &calculated.Amount, k.includes(calculated, rules)
		out.Type = typeOf(calculated, rules)
	}
	return out
}

// kept gives the prices that are kept: without a copy when they stand side by side, as they do when nothing is dropped.
func kept(prices []Price, keeps func(*Price) bool) []Price {
	from, to, count := 0, 0, 0
	for i := range prices {
		if keeps(&prices[i]) {
			if count == 0 {
				from = i
			}
			to = i + 1
			count++
		}
	}
	if count == to-from {
		return prices[from:to:to]
	}
	out := make([]Price, 0, count)
	for i := from; i < to; i++ {
		if keeps(&prices[i]) {
			out = append(out, prices[i])
		}
	}
	return out
}

// key is what decides which prices are for a context.
type key struct {
	region           string // id, "" for none
	currency         string // code, "" for none
	regionIncludes   bool   // tax
	currencyIncludes bool
}

func (c *Context) key() key {
	var k key
	if c.Region != nil {
		k.region, k.currency, k.regionIncludes = c.Region.ID, c.Region.Currency, c.Region.IncludesTax
	} else if c.Currency != nil {
		k.currency = c.Currency.Code
	}
	if c.Currency != nil && c.Currency.Code == k.currency {
		k.currencyIncludes = c.Currency.IncludesTax
	}
	return k
}

// keeps tells whether a price is for the context.
func (k *key) keeps(p *Price, rules *Rules, c *Context) bool {
	switch {
	case k.currency == "":
		return p.ListID == nil
	case p.Currency != k.currency: // also what is left of the region's currency of before
		return false
	case p.RegionID != nil && *p.RegionID != k.region:
		return false
	case p.ListID == nil:
		return true
	}
	l, ok := rules.Lists[*p.ListID]
	return ok && l.serves(c)
}

// serves tells whether a list is in force for a context: from StartsAt on, until EndsAt.
func (l *List) serves(c *Context) bool {
	switch {
	case !l.Active,
		!l.StartsAt.IsZero() && c.Now.Before(l.StartsAt),
		!l.EndsAt.IsZero() && !c.Now.Before(l.EndsAt):
		return false
	case len(l.Groups) == 0:
		return true
	}
	return slices.ContainsFunc(l.Groups, func(group string) bool { return slices.Contains(c.Groups, group) })
}

// plain tells whether a price is in no list and for any quantity.
func (p *Price) plain() bool { return p.ListID == nil && p.MinQuantity == nil && p.MaxQuantity == nil }

// precedes tells whether a plain price is the original rather than another: that of the region comes first. There is one of
// each at most; should there be more, the lowest.
func (p *Price) precedes(o *Price) bool {
	if (p.RegionID != nil) != (o.RegionID != nil) {
		return p.RegionID != nil
	}
	return p.Amount < o.Amount
}

// holds tells whether a price is for a quantity, 0 for one that is not said.
func (p *Price) holds(quantity int64) bool {
	if quantity <= 0 {
		return p.MinQuantity == nil
	}
	return (p.MinQuantity == nil || *p.MinQuantity <= quantity) && (p.MaxQuantity == nil || quantity <= *p.MaxQuantity)
}

// lower tells whether a price is chosen rather than another.
func (k *key) lower(p, o *Price, rules *Rules) bool {
	if p.Amount != o.Amount {
		return p.Amount < o.Amount
	}
	if a, b := k.includes(p, rules), k.includes(o, rules); a != b {
		return a
	}
	return rank(typeOf(p, rules)) < rank(typeOf(o, rules))
}

func rank(t ListType) int { return slices.Index([]ListType{Default, Sale, Override}, t) }

// includes tells whether a price includes tax: as its list says, or its region, or its currency.
func (k *key) includes(p *Price, rules *Rules) bool {
	if p.ListID != nil && rules.Lists[*p.ListID].IncludesTax {
		return true
	}
	return p.RegionID != nil && k.regionIncludes || k.currencyIncludes
}

func typeOf(p *Price, rules *Rules) ListType {
	if p.ListID == nil {
		return Default
	}
	return rules.Lists[*p.ListID].Type
}

// Tax adds what rates make of a choice: they add up to one. Without a region, or in one without automatic taxes, no tax is
// known and no rate shown. The tax of a price that includes it is what is in it.
func Tax(c Choice, rates []Rate, ctx Context) Taxed {
	out := Taxed{Choice: c}
	if ctx.Region == nil || !ctx.Region.AutomaticTaxes {
		return out
	}
	out.Rates = rates
	var sum money.Rate
	for _, r := range rates {
		sum += r.Rate
	}
	amounts := new([4]int64) // one allocation for all
	if c.Original != nil {
		amounts[0], amounts[1] = taxed(*c.Original, sum, c.OriginalIncludes)
		out.OriginalTax, out.OriginalInclTax = &amounts[0], &amounts[1]
	}
	if c.Calculated != nil {
		amounts[2], amounts[3] = taxed(*c.Calculated, sum, c.CalculatedIncl)
		out.CalculatedTax, out.CalculatedInclTax = &amounts[2], &amounts[3]
	}
	return out
}

// taxed gives the tax of a price, and the price with it.
func taxed(price int64, rate money.Rate, includes bool) (tax, with int64) {
	if includes {
		return rate.Within(price), price
	}
	tax = rate.Of(price)
	if price > math.MaxInt64-tax {
		return tax, math.MaxInt64
	}
	return tax, price + tax
}

// RatesFor gives the rates that a region charges for a product: those bound to it, whose ids are productRates, or to one of
// its types; when there are none, the region's own. Nil without a region.
func RatesFor(region *shop.Region, rules *Rules, types, productRates []string) []Rate {
	if region == nil {
		return nil
	}
	var out []Rate
	for i := range rules.Taxes[region.ID] {
		t := &rules.Taxes[region.ID][i]
		bound := func(kind string) bool { return slices.Contains(types, kind) }
		if slices.Contains(productRates, t.ID) || slices.ContainsFunc(t.Types, bound) {
			out = append(out, t.rate())
		}
	}
	if out == nil {
		out = []Rate{defaultRate(region)}
	}
	return out
}

// OptionRatesFor gives the rates that a region charges for a shipping option, as RatesFor does for a product.
func OptionRatesFor(region *shop.Region, rules *Rules, option string) []Rate {
	var out []Rate
	for i := range rules.Taxes[region.ID] {
		if t := &rules.Taxes[region.ID][i]; slices.Contains(t.Options, option) {
			out = append(out, t.rate())
		}
	}
	if out == nil {
		out = []Rate{defaultRate(region)}
	}
	return out
}

func (t *TaxRate) rate() Rate {
	r := Rate{Rate: t.Rate, Name: t.Name}
	if t.Code != nil {
		r.Code = *t.Code
	}
	return r
}

func defaultRate(region *shop.Region) Rate {
	return Rate{Rate: region.TaxRate, Name: "default", Code: "default"}
}
