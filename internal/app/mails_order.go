package app

import (
	"slices"
	"strings"
	"unicode"

	"kaidian/internal/app/mailtext"
	"kaidian/internal/commerce/geo"
	"kaidian/internal/commerce/order"
)

// orderText is what the mail of an order says.
func orderText(o order.Order, head mailtext.Head) mailtext.Order {
	p, t := purse(o.Currency, head.Lang), o.Totals
	included := taxIncluded(o)
	out := mailtext.Order{Head: head, Number: o.Number, Email: o.Email, Remark: o.Remark, TaxIncluded: included, Payment: paymentText(o),
		Tax: p.some(t.Tax), GiftCards: p.some(t.GiftCard + t.GiftCardTax), Adjustment: p.some(t.Adjustment), Total: p.text(t.Total),
		ShipTo: addressLines(o.Shipping, head.Lang), BillTo: addressLines(o.Billing, head.Lang)}
	if slices.Equal(out.ShipTo, out.BillTo) {
		out.BillTo = nil
	}
	goods, shipping, discount := t.Subtotal, t.Shipping, t.Discount
	if included {
		for _, l := range o.Lines {
			goods += l.OriginalTax
		}
		shipping += t.ShippingTax
		// What is left of the sum: an amount with its tax, as those above.
		discount = goods + shipping + t.Adjustment - t.GiftCard - t.GiftCardTax - t.Total
	}
	out.Goods, out.Discount, out.Shipping = p.text(goods), p.some(discount), p.some(shipping)
	for _, l := range o.Lines {
		amount := l.Subtotal
		if included {
			amount += l.OriginalTax
		}
		out.Lines = append(out.Lines, mailtext.Line{Title: l.Title, Options: optionsText(l), Quantity: l.Quantity, Price: p.text(l.UnitPrice), Amount: p.text(amount)})
		out.CardsLater = out.CardsLater || l.GiftCard && out.Payment == mailtext.Promised
	}
	if len(o.Methods) > 0 {
		out.Shipping = p.text(shipping)
	}
	for _, m := range o.Methods {
		out.Methods = append(out.Methods, m.Name)
	}
	return out
}

// taxIncluded tells whether all prices have their tax in them, so that people look for it there.
func taxIncluded(o order.Order) bool {
	return !slices.ContainsFunc(o.Lines, func(l order.Line) bool { return !l.IncludesTax }) &&
		!slices.ContainsFunc(o.Methods, func(m order.Method) bool { return !m.IncludesTax && m.Tax > 0 })
}

func paymentText(o order.Order) mailtext.Payment {
	switch o.Payment {
	case order.NotPaid, order.Awaiting, order.PaymentRequiresAction, order.PaymentCanceled:
		if o.Totals.Total == 0 {
			return mailtext.Free
		}
		return mailtext.Promised
	}
	return mailtext.Paid
}

// optionsText is what the variant of a line is: its options, or else its title, where it is not the product's.
func optionsText(l order.Line) string {
	switch {
	case l.OptionsDesc != "":
		return l.OptionsDesc
	case l.Description != nil && *l.Description != l.Title:
		return *l.Description
	}
	return ""
}

// countryOf gives the country that an order goes to, or else where its bill goes; empty for neither.
func countryOf(o order.Order) string {
	for _, a := range []*order.Address{o.Shipping, o.Billing} {
		if a != nil && a.CountryCode != nil {
			return *a.CountryCode
		}
	}
	return ""
}

// addressLines writes an address as its country does: from the large to the small where Chinese is written, the other way round
// elsewhere.
func addressLines(a *order.Address, lang mailtext.Lang) []string {
	if a == nil {
		return nil
	}
	get := func(s *string) string {
		if s == nil {
			return ""
		}
		return strings.TrimSpace(*s)
	}
	first, last, code := get(a.FirstName), get(a.LastName), get(a.CountryCode)
	country := strings.ToUpper(code)
	if c, ok := geo.CountryByCode(code); ok {
		country = c.DisplayName
		if lang == mailtext.Chinese {
			country = c.NameZh
		}
	}
	var lines []string
	switch code {
	case "cn", "hk", "mo", "tw":
		name := joined(last, first)
		if isHan(last + first) {
			name = last + first
		}
		lines = []string{joined(name, get(a.Phone)), get(a.Company), joined(get(a.Province), get(a.City), get(a.Address1), get(a.Address2)),
			joined(get(a.PostalCode), country)}
	default:
		lines = []string{joined(first, last), get(a.Company), get(a.Address1), get(a.Address2),
			joined(get(a.PostalCode), get(a.City), get(a.Province)), country, get(a.Phone)}
	}
	return slices.DeleteFunc(lines, func(s string) bool { return s == "" })
}

// joined puts blanks between those words that there are.
func joined(words ...string) string {
	return strings.Join(slices.DeleteFunc(words, func(s string) bool { return s == "" }), " ")
}

func isHan(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.Is(unicode.Han, r) })
}
