package pricing

import "kaidian/internal/commerce/money"

// ShippingTax gives the tax of a price of shipping: what all rates together make of it, rounded once. Of a price that includes
// tax it is what is in it.
func ShippingTax(price int64, includesTax bool, rates []Rate) int64 {
	if includesTax {
		return sumOf(rates).Within(price)
	}
	return sumOf(rates).Of(price)
}

// sumOf gives what several rates of one thing come to.
func sumOf(rates []Rate) money.Rate {
	var sum money.Rate
	for _, r := range rates {
		sum += r.Rate
	}
	return sum
}
