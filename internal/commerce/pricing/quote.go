package pricing

import (
	"math/bits"
	"slices"

	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/promotion"
)

// maxTotal bounds every amount of a quote, in minor units: a thousand times the largest price.
const maxTotal = 1_000_000_000_000_000

// Compute says what a basket costs. It is pure: the same basket, in whatever order its lines are, costs the same.
//
// A line's subtotal is its price times its quantity. When that includes tax and the basket is taxed, the tax of a piece is
// what is in its price, rounded; what is left is taxed like any other line, and the subtotal is what remains of the price
// without that tax. Each rate of a line is rounded by itself, those of shipping are added first.
//
// The discount takes off each line that its rule fits: a percentage of the subtotal, rounded; a fixed amount for each piece; or
// an exact share of a fixed amount, as the subtotal's of all lines that it fits. It never takes more than the subtotal. Only
// the first discount counts that is not free shipping. The total of all discounts is rounded once, so it may be one off from the
// sum of those of the lines. Free shipping holds for all methods as soon as its rule fits one line, or asks for nothing.
//
// Gift cards pay goods and shipping without tax, and with each amount the card's own rate of it in tax, as far as there is tax to
// pay; where the region does not tax gift cards, they pay goods, shipping and tax alike.
//
// Fault: ErrOutOfBounds when an amount would be below zero or above 1e15 minor units, or a quantity is below 1.
func Compute(b Basket) (Quote, error) {
	t := till{basket: &b, quote: Quote{Lines: make([]QuoteLine, len(b.Lines)), Methods: make([]QuoteMethod, len(b.Methods))}}
	for i := range b.Lines {
		t.price(&b.Lines[i], &t.quote.Lines[i])
	}
	t.discount()
	for i := range b.Lines {
		t.tax(&b.Lines[i], &t.quote.Lines[i])
	}
	free := t.shipsFree()
	for i := range b.Methods {
		t.ship(&b.Methods[i], &t.quote.Methods[i], free)
	}
	t.sum()
	t.useCards()
	if t.over {
		return Quote{}, ErrOutOfBounds
	}
	return t.quote, nil
}

// till adds up a quote.
type till struct {
	basket *Basket
	quote  Quote
	over   bool // an amount was out of bounds: the quote is void
}

// bounded gives an amount that is within bounds, or 0 and makes the quote void. So all amounts are, and two of them can be added.
func (t *till) bounded(amount int64) int64 {
	if amount < 0 || amount > maxTotal {
		t.over = true
		return 0
	}
	return amount
}

// price sets what a line costs before discounts.
func (t *till) price(l *BasketLine, q *QuoteLine) {
	hi, lo := bits.Mul64(uint64(l.UnitPrice), uint64(l.Quantity))
	if l.UnitPrice < 0 || l.Quantity < 1 || hi > 0 || lo > maxTotal {
		t.over = true
		return
	}
	q.Subtotal = int64(lo)
	if t.basket.Taxed {
		q.OriginalTaxTotal = t.taxOn(l.Rates, money.Ratio{Whole: l.taxable()})
	}
	if l.IncludesTax {
		// Taxes of pieces, rounded, could come to more than the price where that is a unit or two and rates are above 100 %.
		q.OriginalTaxTotal = min(q.OriginalTaxTotal, q.Subtotal)
		q.Subtotal -= q.OriginalTaxTotal
	}
	q.OriginalTotal = t.bounded(q.Subtotal + q.OriginalTaxTotal)
}

// taxable is the amount that taxes are on before discounts. Price has made sure that it can be counted.
func (l *BasketLine) taxable() int64 {
	if !l.IncludesTax {
		return l.UnitPrice * l.Quantity
	}
	return (l.UnitPrice - sumOf(l.Rates).Within(l.UnitPrice)) * l.Quantity
}

// taxOn gives what rates come to, each rounded by itself.
func (t *till) taxOn(rates []Rate, amount money.Ratio) int64 {
	var tax int64
	for _, r := range rates {
		tax = t.bounded(tax + t.bounded(r.Rate.OfRatio(amount)))
	}
	return tax
}

// tax sets what a line costs after discounts.
func (t *till) tax(l *BasketLine, q *QuoteLine) {
	q.DiscountTotal = q.RawDiscount.Round()
	q.TaxTotal = q.OriginalTaxTotal
	if t.basket.Taxed && len(q.Adjustments) > 0 && !t.over {
		left := money.Ratio{Whole: l.taxable()}.Add(q.RawDiscount.Neg())
		// Of a price that includes tax, what is taxed and the subtotal may differ by what was rounded.
		if left.Sign() <= 0 || q.RawDiscount == (money.Ratio{Whole: q.Subtotal}) {
			left = money.Ratio{}
		}
		q.TaxTotal = min(t.taxOn(l.Rates, left), q.OriginalTaxTotal)
	}
	q.Total = q.Subtotal - q.DiscountTotal + q.TaxTotal
}

// shipsFree tells whether a discount makes shipping free.
func (t *till) shipsFree() bool {
	return slices.ContainsFunc(t.basket.Discounts, func(d promotion.Discount) bool {
		fits := func(l BasketLine) bool { return d.Rule.Fits(l.About) }
		return d.Rule.Type == promotion.FreeShipping && (!d.Rule.Picky() || slices.ContainsFunc(t.basket.Lines, fits))
	})
}

// ship sets what a method costs.
func (t *till) ship(m *BasketMethod, q *QuoteMethod, free bool) {
	price := t.bounded(m.Price)
	q.Price, q.Subtotal, q.OriginalTotal = price, price, price
	if t.basket.Taxed {
		q.OriginalTaxTotal = t.bounded(ShippingTax(price, m.IncludesTax, m.Rates))
		if m.IncludesTax {
			q.Subtotal -= q.OriginalTaxTotal
		} else {
			q.OriginalTotal = t.bounded(price + q.OriginalTaxTotal)
		}
	}
	q.TaxTotal, q.Total = q.OriginalTaxTotal, q.OriginalTotal
	if free {
		q.Price, q.Subtotal, q.TaxTotal, q.Total = 0, 0, 0, 0
	}
}

// sum adds up lines and methods.
func (t *till) sum() {
	q := &t.quote
	var raw money.Ratio
	for i := range q.Lines {
		l := &q.Lines[i]
		q.Subtotal = t.bounded(q.Subtotal + l.Subtotal)
		q.ItemTaxTotal = t.bounded(q.ItemTaxTotal + l.TaxTotal)
		raw = raw.Add(l.RawDiscount)
	}
	for i := range q.Methods {
		q.ShippingTotal = t.bounded(q.ShippingTotal + q.Methods[i].Subtotal)
		q.ShippingTaxTotal = t.bounded(q.ShippingTaxTotal + q.Methods[i].TaxTotal)
	}
	q.DiscountTotal = raw.Round()
	q.TaxTotal = t.bounded(q.ItemTaxTotal + q.ShippingTaxTotal)
	q.Total = t.bounded(q.Subtotal - q.DiscountTotal + q.ShippingTotal + q.TaxTotal)
}

// useCards pays with gift cards.
func (t *till) useCards() {
	q := &t.quote
	taxed := t.basket.Region == nil || t.basket.Region.GiftCardsTaxable
	left, tax := q.Total, int64(0) // what cards can pay, and the tax that they pay besides
	if taxed {
		left, tax = q.Total-q.TaxTotal, q.TaxTotal
	}
	for i := range t.basket.Cards {
		card := &t.basket.Cards[i]
		use := CardUse{CardID: card.ID, Amount: min(card.Balance, left)}
		if use.Amount <= 0 {
			continue
		}
		if card.TaxRate != nil {
			use.Tax = min(card.TaxRate.Of(use.Amount), tax)
		}
		left, tax = left-use.Amount, tax-use.Tax
		q.Cards = append(q.Cards, use)
		q.GiftCardTotal, q.GiftCardTaxTotal = q.GiftCardTotal+use.Amount, q.GiftCardTaxTotal+use.Tax
	}
	q.Total -= q.GiftCardTotal + q.GiftCardTaxTotal
}
