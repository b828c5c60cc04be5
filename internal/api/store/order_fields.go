package store

import (
	"slices"
	"strings"

	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/order"
)

// shownOrder is an order with what belongs to it elsewhere.
type shownOrder struct {
	*order.Order
	customer *customer.Customer
	variants map[string]*browse.Variant
	cards    []UsedCard
}

// orderFields are the scalar fields of an order.
var orderFields = fields[shownOrder]{
	member("object", func(b []byte, _ *shownOrder) []byte { return append(b, `"order"`...) }),
	member("id", func(b []byte, o *shownOrder) []byte { return appendText(b, o.ID) }),
	member("status", func(b []byte, o *shownOrder) []byte { return appendText(b, string(o.Status)) }),
	member("fulfillment_status", func(b []byte, o *shownOrder) []byte { return appendText(b, string(o.Fulfillment)) }),
	member("payment_status", func(b []byte, o *shownOrder) []byte { return appendText(b, string(o.Order.Payment)) }),
	member("display_id", func(b []byte, o *shownOrder) []byte { return appendInt(b, o.Number) }),
	member("cart_id", func(b []byte, o *shownOrder) []byte { return appendText(b, o.CartID) }),
	member("customer_id", func(b []byte, o *shownOrder) []byte { return appendTextOrNull(b, o.CustomerID) }),
	member("email", func(b []byte, o *shownOrder) []byte { return appendText(b, o.Email) }),
	member("billing_address_id", func(b []byte, o *shownOrder) []byte { return appendAddressID(b, o.Billing) }),
	member("shipping_address_id", func(b []byte, o *shownOrder) []byte { return appendAddressID(b, o.Shipping) }),
	member("region_id", func(b []byte, o *shownOrder) []byte { return appendText(b, o.RegionID) }),
	member("currency_code", func(b []byte, o *shownOrder) []byte { return appendText(b, o.Currency) }),
	member("tax_rate", func(b []byte, o *shownOrder) []byte { return appendRateOrNull(b, o.TaxRate) }),
	member("draft_order_id", func(b []byte, _ *shownOrder) []byte { return append(b, "null"...) }),
	member("canceled_at", func(b []byte, o *shownOrder) []byte { return appendTimeOrNull(b, o.CanceledAt) }),
	member("no_notification", func(b []byte, _ *shownOrder) []byte { return append(b, "null"...) }),
	member("idempotency_key", func(b []byte, _ *shownOrder) []byte { return append(b, "null"...) }),
	member("external_id", func(b []byte, _ *shownOrder) []byte { return append(b, "null"...) }),
	member("sales_channel_id", func(b []byte, o *shownOrder) []byte { return appendTextOrNull(b, o.ChannelID) }),
	member("metadata", func(b []byte, o *shownOrder) []byte { return appendRaw(b, o.Metadata) }),
	member("created_at", func(b []byte, o *shownOrder) []byte { return appendTime(b, o.CreatedAt) }),
	member("updated_at", func(b []byte, o *shownOrder) []byte { return appendTime(b, o.UpdatedAt) }),
}

// orderTotals come with every order, whatever is chosen. Of the tax, what gift cards paid is off; payments count once they are
// promised, as with the original.
var orderTotals = fields[shownOrder]{
	member("subtotal", func(b []byte, o *shownOrder) []byte { return appendInt(b, o.Totals.Subtotal) }),
	member("discount_total", func(b []byte, o *shownOrder) []byte { return appendInt(b, o.Totals.Discount) }),
	member("item_tax_total", func(b []byte, o *shownOrder) []byte { return appendInt(b, o.Totals.ItemTax) }),
	member("shipping_total", func(b []byte, o *shownOrder) []byte { return appendInt(b, o.Totals.Shipping) }),
	member("shipping_tax_total", func(b []byte, o *shownOrder) []byte { return appendInt(b, o.Totals.ShippingTax) }),
	member("tax_total", func(b []byte, o *shownOrder) []byte { return appendInt(b, o.Totals.Tax-o.Totals.GiftCardTax) }),
	member("gift_card_total", func(b []byte, o *shownOrder) []byte { return appendInt(b, o.Totals.GiftCard) }),
	member("gift_card_tax_total", func(b []byte, o *shownOrder) []byte { return appendInt(b, o.Totals.GiftCardTax) }),
	member("total", func(b []byte, o *shownOrder) []byte { return appendInt(b, o.Totals.Total) }),
	member("paid_total", func(b []byte, o *shownOrder) []byte { return appendInt(b, o.Balance().Promised) }),
	member("refunded_total", func(b []byte, o *shownOrder) []byte { return appendInt(b, o.Balance().Refunded) }),
	member("refundable_amount", func(b []byte, o *shownOrder) []byte {
		balance := o.Balance()
		return appendInt(b, balance.Promised-balance.Refunded)
	}),
}

// orderLater are the relations of an order that no shop has yet.
var orderLater = []string{"fulfillments", "returns", "claims", "swaps", "refunds", "edits"}

// The relations of an order that come by default: of every order, of one that is read by its id, of one that is read by its cart,
// and of one that was just made.
var (
	orderAlways = []string{"items", "items.variant", "items.variant.product", "items.variant.product.profiles", "items.adjustments",
		"items.tax_lines", "shipping_address", "shipping_methods", "shipping_methods.shipping_option", "shipping_methods.tax_lines", "discounts",
		"discounts.rule", "payments", "region", "region.payment_providers", "region.fulfillment_providers"}
	orderLoaded     = append(slices.Clone(orderAlways), "customer", "fulfillments")
	orderOfCart     = append(slices.Clone(orderLoaded), "claims", "swaps", "refunds", "gift_cards", "gift_card_transactions")
	completedLoaded = append(slices.DeleteFunc(slices.Clone(orderAlways), func(r string) bool { return strings.HasPrefix(r, "items.variant") }),
		"claims", "swaps", "refunds", "gift_cards", "gift_card_transactions")
)

// orderChoice is what there is to choose of an order.
var orderChoice = showable{
	relations: append(slices.Clone(orderOfCart), "billing_address", "fulfillments.tracking_links", "fulfillments.items", "returns", "edits",
		"gift_card_transactions.gift_card", "region.countries", "region.currency", "region.tax_rates"),
	loaded: orderLoaded,
	fields: append(append(namesOf(orderFields), namesOf(orderTotals)...), "items.refundable"),
	kept:   []string{"id", "object"},
}

// listed keeps the date too, as lists do.
func (s showable) listed() showable {
	s.kept = []string{"id", "object", "created_at"}
	return s
}

// The same of an order that is read by its cart, of orders in a list, of one that was just made, and of those of who signs in.
var (
	cartOrderChoice = orderChoice.with(orderOfCart)
	orderListChoice = orderChoice.listed()
	completedChoice = orderChoice.with(completedLoaded)
	signedInChoice  = orderChoice.with([]string{"items", "items.adjustments", "items.tax_lines"})
)

// with gives the same with other relations that come by default.
func (s showable) with(loaded []string) showable {
	s.loaded = loaded
	return s
}

// orderFieldsIn gives the fields of orders that a choice shows.
func orderFieldsIn(c choice, in scene) fields[shownOrder] {
	return slices.Concat(orderFields.pick(c.shows), orderGoods(c, in).pick(c.loads), orderMoney(c, in).pick(c.loads),
		orderCards(c).pick(c.loads), ordersLater().pick(c.loads), orderTotals)
}

// orderGoods are the relations of an order about what was bought and where it went.
func orderGoods(c choice, in scene) fields[shownOrder] {
	items, methods := itemLensOf(c, in.profiles), methodLensOf(c)
	return fields[shownOrder]{
		member("shipping_address", func(b []byte, o *shownOrder) []byte { return orNull(b, o.Shipping, appendOrderAddress) }),
		member("billing_address", func(b []byte, o *shownOrder) []byte { return orNull(b, o.Billing, appendOrderAddress) }),
		member("items", func(b []byte, o *shownOrder) []byte {
			return series(b, len(o.Lines), func(b []byte, i int) []byte {
				it := itemOfOrder(o.Order, i, o.variants)
				return items.object(b, &it)
			})
		}),
		member("shipping_methods", func(b []byte, o *shownOrder) []byte {
			return series(b, len(o.Methods), func(b []byte, i int) []byte {
				m := methodOfOrder(o.Order, i, in)
				return methods.object(b, &m)
			})
		}),
	}
}

// orderMoney are the relations of an order about who paid, and how.
func orderMoney(c choice, in scene) fields[shownOrder] {
	rule, region := c.loads("discounts.rule"), in.region(c)
	return fields[shownOrder]{
		member("discounts", func(b []byte, o *shownOrder) []byte {
			return array(b, o.Discounts, func(b []byte, d *order.AppliedDiscount) []byte { return appendApplied(b, d, rule) })
		}),
		member("customer", func(b []byte, o *shownOrder) []byte { return orNull(b, o.customer, appendCustomer) }),
		member("payments", func(b []byte, o *shownOrder) []byte { return array(b, o.Payments, appendPayment) }),
		member("region", func(b []byte, o *shownOrder) []byte { return in.appendRegion(b, o.RegionID, region) }),
	}
}

// orderCards are the relations of an order about gift cards that it was paid with.
func orderCards(c choice) fields[shownOrder] {
	whole := c.loads("gift_card_transactions.gift_card")
	return fields[shownOrder]{
		member("gift_cards", func(b []byte, o *shownOrder) []byte {
			return array(b, o.cards, func(b []byte, u *UsedCard) []byte { return appendGiftCard(b, &u.Card) })
		}),
		member("gift_card_transactions", func(b []byte, o *shownOrder) []byte {
			return array(b, o.cards, func(b []byte, u *UsedCard) []byte { return appendCardUse(b, u, o.ID, whole) })
		}),
	}
}

// ordersLater are the relations that no shop has yet.
func ordersLater() fields[shownOrder] {
	out := make(fields[shownOrder], len(orderLater))
	for i, name := range orderLater {
		out[i] = member(name, func(b []byte, _ *shownOrder) []byte { return append(b, "[]"...) })
	}
	return out
}

// appendApplied appends a discount as it was when it was used.
func appendApplied(b []byte, d *order.AppliedDiscount, rule bool) []byte {
	b = appendText(append(b, `{"id":`...), d.ID)
	b = appendText(append(b, `,"code":`...), d.Code)
	b = appendText(append(b, `,"rule_id":`...), d.RuleID)
	if rule {
		b = appendText(append(b, `,"rule":{"id":`...), d.RuleID)
		b = appendText(append(b, `,"type":`...), d.Type)
		b = appendInt(append(b, `,"value":`...), d.Value)
		b = append(appendAllocation(append(b, `,"allocation":`...), d.Allocation), '}')
	}
	return append(b, '}')
}

// appendCardUse appends what an order took from a gift card.
func appendCardUse(b []byte, u *UsedCard, order string, whole bool) []byte {
	b = appendText(append(b, `{"id":`...), u.ID)
	b = appendText(append(b, `,"gift_card_id":`...), u.Card.ID)
	b = appendText(append(b, `,"order_id":`...), order)
	b = appendInt(append(b, `,"amount":`...), u.Amount)
	b = appendTime(append(b, `,"created_at":`...), u.At)
	b = appendBool(append(b, `,"is_taxable":`...), u.TaxRate != nil)
	b = appendRateOrNull(append(b, `,"tax_rate":`...), u.TaxRate)
	if whole {
		b = appendGiftCard(append(b, `,"gift_card":`...), &u.Card)
	}
	return append(b, '}')
}

func appendCustomer(b []byte, c *customer.Customer) []byte {
	b = appendText(append(b, `{"id":`...), c.ID)
	b = appendText(append(b, `,"email":`...), c.Email)
	b = appendTextOrNull(append(b, `,"first_name":`...), c.FirstName)
	b = appendTextOrNull(append(b, `,"last_name":`...), c.LastName)
	b = appendTextOrNull(append(b, `,"billing_address_id":`...), c.BillingAddressID)
	b = appendTextOrNull(append(b, `,"phone":`...), c.Phone)
	b = appendBool(append(b, `,"has_account":`...), c.HasAccount)
	b = appendRaw(append(b, `,"metadata":`...), c.Metadata)
	return append(appendDates(b, c.CreatedAt, c.UpdatedAt), '}')
}

func appendAddressID(b []byte, a *order.Address) []byte {
	if a == nil {
		return append(b, "null"...)
	}
	return appendText(b, a.ID)
}

// appendOrderAddress appends an address of an order, by the rules of customers' addresses.
func appendOrderAddress(b []byte, a *order.Address) []byte {
	whole := customer.Address{ID: a.ID, Kind: customer.Billing, FirstName: a.FirstName, LastName: a.LastName, Company: a.Company,
		Address1: a.Address1, Address2: a.Address2, City: a.City, Province: a.Province, PostalCode: a.PostalCode, CountryCode: a.CountryCode,
		DistrictCode: a.District, Phone: a.Phone, Metadata: a.Metadata, CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt}
	if a.CustomerID != nil {
		whole.CustomerID = *a.CustomerID
	}
	shown := whole.Store()
	return appendAddress(b, &shown)
}
