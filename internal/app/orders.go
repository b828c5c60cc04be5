package app

import (
	"strings"

	"kaidian/internal/app/mailtext"
	"kaidian/internal/commerce/order"
)

// AddressLine writes an address of an order in one line, as its country does; nothing for none.
func AddressLine(a *order.Address) string {
	if a == nil {
		return ""
	}
	lang := mailtext.LangOf(countryOf(order.Order{Draft: order.Draft{Shipping: a}}))
	return strings.Join(addressLines(a, lang), ", ")
}
