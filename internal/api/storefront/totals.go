package storefront

import (
	"strings"

	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/order"
)

// totals is what a cart or an order costs, in rows that add up to the last one. All amounts have their tax in them.
type totals struct {
	Rows  []row
	Total string
	Tax   string // what of the total is tax; empty for none
}

type row struct{ Label, Amount string }

// sums is what totals are made of. Amounts are minor units.
type sums struct {
	goods, shipping int64 // goods before discounts, shipping after them
	shipped         bool  // somebody knows what shipping costs
	cards           int64
	adjustment      int64 // what the merchant changed afterwards
	total, tax      int64
	codes           []string // of the discounts
}

// totals shows sums. What is not accounted for by anything else is the discount: so the rows add up, whatever was rounded.
func (v *visit) totals(s sums) totals {
	out := totals{Total: v.price(s.total)}
	add := func(label string, amount int64) { out.Rows = append(out.Rows, row{label, v.price(amount)}) }
	add(v.words.Goods, s.goods)
	if off := s.goods + s.shipping + s.adjustment - s.cards - s.total; off != 0 {
		label := v.words.Discount
		if len(s.codes) > 0 {
			label += " " + strings.Join(s.codes, ", ")
		}
		add(label, -off)
	}
	if s.shipped {
		v.shippingRow(&out, s.shipping)
	}
	if s.adjustment != 0 {
		add(v.words.Adjustment, s.adjustment)
	}
	if s.cards != 0 {
		add(v.words.GiftCard, -s.cards)
	}
	if s.tax > 0 {
		out.Tax = v.words.taxOf(v.price(s.tax))
	}
	return out
}

// ofCart adds up what a cart costs.
func ofCart(c *cart.Cart) sums {
	q := &c.Quote
	s := sums{shipped: len(q.Methods) > 0, cards: q.GiftCardTotal + q.GiftCardTaxTotal, total: q.Total, tax: q.TaxTotal}
	for i := range q.Lines {
		s.goods += q.Lines[i].OriginalTotal
	}
	for i := range q.Methods {
		s.shipping += q.Methods[i].Total
	}
	for i := range c.Discounts {
		s.codes = append(s.codes, c.Discounts[i].Code)
	}
	return s
}

// ofOrder adds up what an order costs.
func ofOrder(o *order.Order) sums {
	t := &o.Totals
	s := sums{shipped: len(o.Methods) > 0, cards: t.GiftCard + t.GiftCardTax, adjustment: t.Adjustment, total: t.Total, tax: t.Tax}
	for i := range o.Lines {
		s.goods += o.Lines[i].OriginalTotal
	}
	for i := range o.Methods {
		s.shipping += o.Methods[i].Total
	}
	for _, d := range o.Discounts {
		s.codes = append(s.codes, d.Code)
	}
	return s
}

// shippingRow shows what shipping costs.
func (v *visit) shippingRow(to *totals, amount int64) {
	r := row{v.words.Shipping, v.price(amount)}
	if amount == 0 {
		r.Amount = v.words.Free
	}
	to.Rows = append(to.Rows, r)
}
