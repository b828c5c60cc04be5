package store

import (
	"slices"

	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/checkout"
	"kaidian/internal/commerce/payment"
	"kaidian/internal/commerce/promotion"
)

// cartFields are the scalar fields of a cart.
var cartFields = fields[checkout.Till]{
	member("object", func(b []byte, _ *checkout.Till) []byte { return append(b, `"cart"`...) }),
	member("id", func(b []byte, t *checkout.Till) []byte { return appendText(b, t.Cart.ID) }),
	member("email", func(b []byte, t *checkout.Till) []byte { return appendTextOrNull(b, t.Cart.Email) }),
	member("billing_address_id", func(b []byte, t *checkout.Till) []byte {
		if t.Cart.Body.Billing == nil {
			return append(b, "null"...)
		}
		return appendText(b, t.Cart.Body.Billing.ID)
	}),
	member("shipping_address_id", func(b []byte, t *checkout.Till) []byte {
		if t.Cart.Body.Shipping == nil {
			return append(b, "null"...)
		}
		return appendText(b, t.Cart.Body.Shipping.ID)
	}),
	member("region_id", func(b []byte, t *checkout.Till) []byte { return appendText(b, t.Cart.RegionID) }),
	member("customer_id", func(b []byte, t *checkout.Till) []byte { return appendTextOrNull(b, t.Cart.CustomerID) }),
	member("payment_id", func(b []byte, t *checkout.Till) []byte {
		if t.Payment == nil {
			return append(b, "null"...)
		}
		return appendText(b, t.Payment.ID)
	}),
	member("type", func(b []byte, t *checkout.Till) []byte { return appendText(b, string(t.Cart.Type)) }),
	member("completed_at", func(b []byte, t *checkout.Till) []byte { return appendTimeOrNull(b, t.Cart.CompletedAt) }),
	member("payment_authorized_at", func(b []byte, t *checkout.Till) []byte { return appendTimeOrNull(b, t.Cart.AuthorizedAt) }),
	member("idempotency_key", func(b []byte, _ *checkout.Till) []byte { return append(b, "null"...) }),
	member("context", func(b []byte, t *checkout.Till) []byte { return appendRaw(b, t.Cart.Body.Context) }),
	member("sales_channel_id", func(b []byte, t *checkout.Till) []byte { return appendTextOrNull(b, t.Cart.ChannelID) }),
	member("metadata", func(b []byte, t *checkout.Till) []byte { return appendRaw(b, t.Cart.Body.Metadata) }),
	member("created_at", func(b []byte, t *checkout.Till) []byte { return appendTime(b, t.Cart.CreatedAt) }),
	member("updated_at", func(b []byte, t *checkout.Till) []byte { return appendTime(b, t.Cart.UpdatedAt) }),
	member("deleted_at", func(b []byte, _ *checkout.Till) []byte { return append(b, "null"...) }),
}

// cartTotals come with every cart, whatever is chosen.
var cartTotals = fields[checkout.Till]{
	member("subtotal", func(b []byte, t *checkout.Till) []byte { return appendInt(b, t.Cart.Quote.Subtotal) }),
	member("discount_total", func(b []byte, t *checkout.Till) []byte { return appendInt(b, t.Cart.Quote.DiscountTotal) }),
	member("item_tax_total", func(b []byte, t *checkout.Till) []byte { return appendInt(b, t.Cart.Quote.ItemTaxTotal) }),
	member("shipping_total", func(b []byte, t *checkout.Till) []byte { return appendInt(b, t.Cart.Quote.ShippingTotal) }),
	member("shipping_tax_total", func(b []byte, t *checkout.Till) []byte { return appendInt(b, t.Cart.Quote.ShippingTaxTotal) }),
	member("tax_total", func(b []byte, t *checkout.Till) []byte { return appendInt(b, t.Cart.Quote.TaxTotal) }),
	member("gift_card_total", func(b []byte, t *checkout.Till) []byte { return appendInt(b, t.Cart.Quote.GiftCardTotal) }),
	member("gift_card_tax_total", func(b []byte, t *checkout.Till) []byte { return appendInt(b, t.Cart.Quote.GiftCardTaxTotal) }),
	member("total", func(b []byte, t *checkout.Till) []byte { return appendInt(b, t.Cart.Quote.Total) }),
}

// cartChoice is what there is to choose of a cart.
var cartChoice = showable{
	relations: append(slices.Clone(cartLoaded), "region.currency", "region.fulfillment_providers"),
	loaded:    cartLoaded,
	fields:    append(namesOf(cartFields), namesOf(cartTotals)...),
	kept:      []string{"id", "object"},
}

// cartLoaded are the relations of a cart that come by default.
var cartLoaded = []string{"items", "items.variant", "items.variant.product", "items.variant.product.profiles", "items.adjustments",
	"items.tax_lines", "region", "region.countries", "region.payment_providers", "region.fulfillment_providers", "region.tax_rates",
	"discounts", "discounts.rule", "gift_cards", "payment", "payment_sessions", "shipping_address", "billing_address", "shipping_methods",
	"shipping_methods.shipping_option", "shipping_methods.tax_lines", "sales_channel"}

// cartFieldsIn gives the fields of carts that a choice shows.
func cartFieldsIn(c choice, in scene) fields[checkout.Till] {
	return slices.Concat(cartFields.pick(c.shows), cartGoods(c, in).pick(c.loads), cartPayments(c).pick(c.loads), cartTotals)
}

// cartGoods are the relations of a cart about what is bought and where it goes.
func cartGoods(c choice, in scene) fields[checkout.Till] {
	items, methods, region := itemLensOf(c, in.profiles), methodLensOf(c), in.region(c)
	return fields[checkout.Till]{
		member("items", func(b []byte, t *checkout.Till) []byte {
			return series(b, len(t.Cart.Body.Lines), func(b []byte, i int) []byte {
				it := itemOfCart(&t.Cart, i)
				return items.object(b, &it)
			})
		}),
		member("region", func(b []byte, t *checkout.Till) []byte { return in.appendRegion(b, t.Cart.RegionID, region) }),
		member("shipping_address", func(b []byte, t *checkout.Till) []byte { return orNull(b, t.Cart.Body.Shipping, appendCartAddress) }),
		member("billing_address", func(b []byte, t *checkout.Till) []byte { return orNull(b, t.Cart.Body.Billing, appendCartAddress) }),
		member("shipping_methods", func(b []byte, t *checkout.Till) []byte {
			return series(b, len(t.Cart.Body.Methods), func(b []byte, i int) []byte {
				m := methodOfCart(&t.Cart, i)
				return methods.object(b, &m)
			})
		}),
		member("sales_channel", func(b []byte, t *checkout.Till) []byte {
			if t.Cart.ChannelID == nil {
				return append(b, "null"...)
			}
			channel, known := in.markets.Channels[*t.Cart.ChannelID]
			if !known {
				return append(b, "null"...)
			}
			return appendChannel(b, &channel)
		}),
	}
}

func appendCartAddress(b []byte, a *cart.Address) []byte {
	shown := a.Store()
	return appendAddress(b, &shown)
}

// cartPayments are the relations of a cart about what it costs. The selected session comes with all of them.
func cartPayments(c choice) fields[checkout.Till] {
	rule := c.loads("discounts.rule")
	return fields[checkout.Till]{
		member("discounts", func(b []byte, t *checkout.Till) []byte {
			return array(b, t.Cart.Discounts, func(b []byte, d *promotion.Discount) []byte { return appendDiscount(b, d, rule) })
		}),
		member("gift_cards", func(b []byte, t *checkout.Till) []byte { return array(b, t.Cart.Cards, appendGiftCard) }),
		{name: "payment_sessions", key: `,"payment_session":`, put: func(b []byte, t *checkout.Till) []byte {
			if selected, ok := payment.Selected(t.Sessions); ok {
				return appendSession(b, &selected)
			}
			return append(b, "null"...)
		}},
		member("payment_sessions", func(b []byte, t *checkout.Till) []byte { return array(b, t.Sessions, appendSession) }),
		member("payment", func(b []byte, t *checkout.Till) []byte { return orNull(b, t.Payment, appendPayment) }),
	}
}

// series appends a list of n things, of which put appends each.
func series(b []byte, n int, put func(b []byte, i int) []byte) []byte {
	b = append(b, '[')
	for i := range n {
		if i > 0 {
			b = append(b, ',')
		}
		b = put(b, i)
	}
	return append(b, ']')
}

// The usual lengths of what is appended, with some to spare.
const (
	cartSize = 6 << 10
	itemSize = 4 << 10
)
