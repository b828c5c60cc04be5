package pricing

import (
	"math/bits"

	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/promotion"
)

// discount sets what the discount of the basket takes off its lines, if it has one that is not free shipping.
func (t *till) discount() {
	d := t.discounting()
	if d == nil {
		return
	}
	// Those that it fits, and what they come to: with shares of one sum they are looked at twice.
	fitting := make([]int, 0, len(t.basket.Lines))
	var sum int64
	for i := range t.basket.Lines {
		if l := &t.basket.Lines[i]; l.Discountable && d.Rule.Fits(l.About) {
			fitting = append(fitting, i)
			sum = t.bounded(sum + t.quote.Lines[i].Subtotal)
		}
	}
	all := make([]Adjustment, 0, len(fitting)) // one allocation for all
	for _, i := range fitting {
		q := &t.quote.Lines[i]
		off := takenOff(&d.Rule, t.basket.Lines[i].Quantity, q.Subtotal, sum)
		if off.Sign() == 0 {
			continue
		}
		n := len(all)
		all = append(all, Adjustment{DiscountID: d.ID, Amount: off})
		q.Adjustments, q.RawDiscount = all[n:n+1:n+1], off
	}
}

// discounting gives the first discount that is not free shipping, or nil.
func (t *till) discounting() *promotion.Discount {
	for i := range t.basket.Discounts {
		if d := &t.basket.Discounts[i]; d.Rule.Type != promotion.FreeShipping {
			return d
		}
	}
	return nil
}

// takenOff gives what a rule takes off a line of a subtotal that it fits: never more than that. Sum is that of all such lines.
func takenOff(r *promotion.Rule, quantity, subtotal, sum int64) money.Ratio {
	switch {
	case r.Type == promotion.Percentage:
		return money.Ratio{Whole: min(subtotal, (money.Rate(r.Value) * money.Percent).Of(subtotal))}
	case r.Allocation == promotion.Total:
		return money.ShareOf(min(r.Value, sum), subtotal, sum)
	}
	hi, lo := bits.Mul64(uint64(r.Value), uint64(quantity))
	if hi > 0 || lo > uint64(subtotal) {
		return money.Ratio{Whole: subtotal}
	}
	return money.Ratio{Whole: int64(lo)}
}
