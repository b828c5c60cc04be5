package storefront

import (
	"strconv"
	"strings"

	"kaidian/internal/commerce/money"
)

// priceText prints an amount of a currency as people read it: "¥1,390.00".
func priceText(code string, amount int64) string {
	c, ok := money.Lookup(code)
	if !ok {
		c = money.Currency{Code: code, SymbolNative: strings.ToUpper(code), Exponent: 2}
	}
	sign := ""
	if amount < 0 {
		sign, amount = "−", -amount
	}
	whole, part := split(amount, c.Exponent)
	symbol := c.SymbolNative
	if last := symbol[len(symbol)-1]; last < 0x80 && last != '$' {
		symbol += "\u00a0" // letters do not stand close to figures
	}
	return sign + symbol + whole + part
}

// split gives the figures of an amount before the point, in groups of three, and those from the point on.
func split(amount int64, exponent int) (whole, part string) {
	digits := strconv.FormatInt(amount, 10)
	if missing := exponent + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	whole, part = digits[:len(digits)-exponent], digits[len(digits)-exponent:]
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if exponent > 0 {
		part = "." + part
	}
	return whole, part
}
