package store

import (
	"encoding/json"

	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/fulfillment"
	"kaidian/internal/commerce/order"
	"kaidian/internal/commerce/pricing"
)

// shownMethod is a chosen way of shipping, of a cart or of an order. Amounts are minor units.
type shownMethod struct {
	id                         string
	optionID, cartID, orderID  *string
	price, subtotal, tax       int64
	total                      int64
	originalTotal, originalTax int64
	includesTax                bool
	data                       json.RawMessage
	taxes                      []shownTax
	option                     *fulfillment.Option // nil when it is no more
}

func methodOfCart(c *cart.Cart, at int) shownMethod {
	m, q := &c.Body.Methods[at], &c.Quote.Methods[at]
	out := shownMethod{id: m.ID, optionID: &m.OptionID, cartID: &c.ID, price: q.Price, subtotal: q.Subtotal, tax: q.TaxTotal, total: q.Total,
		originalTotal: q.OriginalTotal, originalTax: q.OriginalTaxTotal, data: m.Data, taxes: computed(c.Rates[m.ID])}
	if o, ok := c.Options[m.OptionID]; ok {
		out.option, out.includesTax = &o, o.IncludesTax
	}
	return out
}

func methodOfOrder(o *order.Order, at int, in scene) shownMethod {
	m := &o.Methods[at]
	out := shownMethod{id: m.ID, optionID: m.OptionID, cartID: &o.CartID, orderID: &o.ID, price: m.Price, subtotal: m.Subtotal, tax: m.Tax,
		total: m.Total, originalTotal: m.OriginalTotal, originalTax: m.OriginalTax, includesTax: m.IncludesTax, data: m.Data,
		taxes: charged(m.Taxes, o.CreatedAt)}
	if m.OptionID != nil {
		out.option = in.option(*m.OptionID)
	}
	return out
}

// methodLens is how ways of shipping are shown.
type methodLens struct{ option, taxes bool }

func methodLensOf(c choice) methodLens {
	return methodLens{option: c.loads("shipping_methods.shipping_option"), taxes: c.loads("shipping_methods.tax_lines")}
}

// object appends a chosen way of shipping.
func (l *methodLens) object(b []byte, m *shownMethod) []byte {
	b = appendText(append(b, `{"id":`...), m.id)
	b = appendTextOrNull(append(b, `,"shipping_option_id":`...), m.optionID)
	b = appendTextOrNull(append(b, `,"order_id":`...), m.orderID)
	b = appendTextOrNull(append(b, `,"claim_order_id":null,"cart_id":`...), m.cartID)
	b = appendInt(append(b, `,"swap_id":null,"return_id":null,"price":`...), m.price)
	b = appendObject(append(b, `,"data":`...), m.data)
	b = appendBool(append(b, `,"includes_tax":`...), m.includesTax)
	b = appendInt(append(b, `,"subtotal":`...), m.subtotal)
	b = appendInt(append(b, `,"total":`...), m.total)
	b = appendInt(append(b, `,"tax_total":`...), m.tax)
	b = appendInt(append(b, `,"original_total":`...), m.originalTotal)
	b = appendInt(append(b, `,"original_tax_total":`...), m.originalTax)
	if l.option {
		b = orNull(append(b, `,"shipping_option":`...), m.option, func(b []byte, o *fulfillment.Option) []byte {
			return append(appendOptionMembers(b, o, o.Amount), '}')
		})
	}
	if l.taxes {
		b = appendTaxLines(append(b, `,"tax_lines":`...), m.taxes, `,"shipping_method_id":`, m.id)
	}
	return append(b, '}')
}

// appendOptionMembers appends the beginning of a shipping option's object.
func appendOptionMembers(b []byte, o *fulfillment.Option, amount *int64) []byte {
	b = appendText(append(b, `{"id":`...), o.ID)
	b = appendDates(b, o.CreatedAt, o.UpdatedAt)
	b = appendText(append(b, `,"name":`...), o.Name)
	b = appendText(append(b, `,"region_id":`...), o.RegionID)
	b = appendText(append(b, `,"profile_id":`...), o.ProfileID)
	b = appendText(append(b, `,"provider_id":`...), o.ProviderID)
	b = appendText(append(b, `,"price_type":`...), string(o.PriceType))
	b = appendIntOrNull(append(b, `,"amount":`...), amount)
	b = appendBool(append(b, `,"is_return":`...), o.IsReturn)
	b = appendBool(append(b, `,"admin_only":`...), o.AdminOnly)
	b = appendBool(append(b, `,"includes_tax":`...), o.IncludesTax)
	b = appendObject(append(b, `,"data":`...), o.Data)
	return appendRaw(append(b, `,"metadata":`...), o.Metadata)
}

// pricedOption is a shipping option with its taxes. Amounts are minor units; nil where they are not known.
type pricedOption struct {
	*fulfillment.Option
	profile             *fulfillment.Profile // nil leaves it out
	price, tax, inclTax *int64
	rates               []pricing.Rate // nil where the region shows no taxes
}

func appendPricedOption(b []byte, o *pricedOption) []byte {
	b = appendOptionMembers(b, o.Option, o.price)
	b = array(append(b, `,"requirements":`...), o.Requirements, func(b []byte, r *fulfillment.Requirement) []byte {
		b = appendText(append(b, `{"id":`...), r.ID)
		b = appendText(append(b, `,"shipping_option_id":`...), o.ID)
		b = appendText(append(b, `,"type":`...), string(r.Type))
		b = appendInt(append(b, `,"amount":`...), r.Amount)
		return append(b, `,"deleted_at":null}`...)
	})
	if o.profile != nil {
		b = appendProfile(append(b, `,"profile":`...), o.profile)
	}
	b = appendIntOrNull(append(b, `,"price_incl_tax":`...), o.inclTax)
	b = append(b, `,"tax_rates":`...)
	if o.rates == nil {
		b = append(b, "null"...)
	} else {
		b = array(b, o.rates, appendTaxRate)
	}
	return append(appendIntOrNull(append(b, `,"tax_amount":`...), o.tax), '}')
}

// appendAddress appends an address of a cart or an order.
func appendAddress(b []byte, a *customer.StoreAddress) []byte {
	b = appendText(append(b, `{"id":`...), a.ID)
	b = append(b, `,"customer_id":`...)
	if a.CustomerID == "" {
		b = append(b, "null"...)
	} else {
		b = appendText(b, a.CustomerID)
	}
	for _, m := range []struct {
		key   string
		value *string
	}{
		{`,"company":`, a.Company}, {`,"first_name":`, a.FirstName}, {`,"last_name":`, a.LastName}, {`,"address_1":`, a.Address1},
		{`,"address_2":`, a.Address2}, {`,"city":`, a.City}, {`,"country_code":`, a.CountryCode}, {`,"province":`, a.Province},
		{`,"postal_code":`, a.PostalCode}, {`,"phone":`, a.Phone},
	} {
		b = appendTextOrNull(append(b, m.key...), m.value)
	}
	b = appendRaw(append(b, `,"metadata":`...), a.Metadata)
	return append(appendDates(b, a.CreatedAt, a.UpdatedAt), '}')
}
