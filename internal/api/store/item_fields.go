package store

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/order"
	"kaidian/internal/commerce/pricing"
)

// shownItem is a line of a cart or of an order, as both show it. Amounts are minor units.
type shownItem struct {
	id, title                    string
	cartID, orderID              *string
	description, thumbnail       *string
	variantID                    *string
	giftCard, merges, discounted bool // discounted: discounts may apply
	includesTax                  bool
	hasShipping                  *bool // nil when it is not known
	unitPrice, quantity          int64
	fulfilled, returned, shipped *int64
	refundable                   *int64 // nil of a cart
	subtotal, discount, tax      int64
	total                        int64
	originalTotal, originalTax   int64
	adjustments                  []shownAdjustment
	taxes                        []shownTax
	metadata                     json.RawMessage
	createdAt, updatedAt         time.Time
	variant                      *browse.Variant // nil when it is no more
}

// shownAdjustment is what a discount takes off a line.
type shownAdjustment struct {
	id, discount string
	amount       money.Ratio
}

// shownTax is a tax of a line or of a way of shipping; without an id, of an open cart.
type shownTax struct {
	id, name, code string
	rate           money.Rate
	at             time.Time
}

// itemOfCart gives a line of a cart.
func itemOfCart(c *cart.Cart, at int) shownItem {
	l, q := &c.Body.Lines[at], &c.Quote.Lines[at]
	it := shownItem{
		id: l.ID, title: l.Title, cartID: &c.ID, description: &l.Description, thumbnail: l.Thumbnail, variantID: &l.VariantID,
		giftCard: l.GiftCard, merges: true, discounted: !l.NoDiscounts, includesTax: l.IncludesTax, hasShipping: &l.HasShipping,
		unitPrice: l.UnitPrice, quantity: l.Quantity, subtotal: q.Subtotal, discount: q.DiscountTotal, tax: q.TaxTotal, total: q.Total,
		originalTotal: q.OriginalTotal, originalTax: q.OriginalTaxTotal, metadata: l.Metadata, createdAt: l.CreatedAt, updatedAt: l.UpdatedAt,
		taxes: computed(c.Rates[l.ID]),
	}
	for i, a := range q.Adjustments {
		it.adjustments = append(it.adjustments, shownAdjustment{id: adjustmentID(l.ID, i), discount: a.DiscountID, amount: a.Amount})
	}
	if ware, ok := c.Wares[l.VariantID]; ok {
		it.variant = &browse.Variant{Variant: ware.Variant, Stock: ware.Stock, Product: &browse.Product{Product: ware.Product}}
	}
	return it
}

// adjustmentID names what is computed each time, and so has no id of its own, the same each time.
func adjustmentID(item string, at int) string {
	_, id, _ := strings.Cut(item, "_")
	if at > 0 {
		id += "_" + strconv.Itoa(at)
	}
	return "lia_" + id
}

// computed gives the taxes of an open cart.
func computed(rates []pricing.Rate) []shownTax {
	out := make([]shownTax, len(rates))
	for i, r := range rates {
		out[i] = shownTax{name: r.Name, code: r.Code, rate: r.Rate}
	}
	return out
}

// itemOfOrder gives a line of an order; its variant is looked up in variants.
func itemOfOrder(o *order.Order, at int, variants map[string]*browse.Variant) shownItem {
	l := &o.Lines[at]
	refundable := l.Refundable()
	it := shownItem{
		id: l.ID, title: l.Title, cartID: &o.CartID, orderID: &o.ID, description: l.Description, thumbnail: l.Thumbnail,
		variantID: l.VariantID, giftCard: l.GiftCard, merges: l.Merges, discounted: l.Discountable, includesTax: l.IncludesTax,
		unitPrice: l.UnitPrice, quantity: l.Quantity, fulfilled: l.Fulfilled, returned: l.Returned, shipped: l.Shipped, refundable: &refundable,
		subtotal: l.Subtotal, discount: l.Discount, tax: l.Tax, total: l.Total, originalTotal: l.OriginalTotal, originalTax: l.OriginalTax,
		metadata: l.Metadata, createdAt: l.CreatedAt, updatedAt: l.UpdatedAt, taxes: charged(l.Taxes, o.CreatedAt),
	}
	for _, a := range l.Adjustments {
		it.adjustments = append(it.adjustments, shownAdjustment{id: a.ID, discount: a.DiscountID, amount: a.Amount})
	}
	if l.VariantID != nil {
		it.variant = variants[*l.VariantID]
	}
	return it
}

// charged gives the taxes of an order, which are as old as it is.
func charged(taxes []order.TaxLine, at time.Time) []shownTax {
	out := make([]shownTax, len(taxes))
	for i, t := range taxes {
		out[i] = shownTax{id: t.ID, name: t.Name, code: t.Code, rate: t.Rate, at: at}
	}
	return out
}

// itemLens is how lines are shown.
type itemLens struct {
	variant            fields[browse.Variant] // nil leaves the variant out
	adjustments, taxes bool
}

// itemLensOf makes the lens of a choice, of which "items." is a part.
func itemLensOf(c choice, shown profiles) itemLens {
	l := itemLens{adjustments: c.loads("items.adjustments"), taxes: c.loads("items.tax_lines")}
	if !c.loads("items.variant") {
		return l
	}
	l.variant = variantFields
	if !c.loads("items.variant.product") {
		return l
	}
	product := slices.Concat(productFields, fields[browse.Product]{profileID(shown)})
	if c.loads("items.variant.product.profiles") {
		product = append(product, member("profiles", func(b []byte, p *browse.Product) []byte {
			b = append(b, '[')
			if _, one := shown.of(p); one != nil {
				b = appendProfile(b, one)
			}
			return append(b, ']')
		}))
	}
	l.variant = slices.Concat(variantFields, fields[browse.Variant]{
		member("product", func(b []byte, v *browse.Variant) []byte { return orNull(b, v.Product, product.object) }),
	})
	return l
}

// object appends a line.
func (l *itemLens) object(b []byte, it *shownItem) []byte {
	b = appendText(append(b, `{"id":`...), it.id)
	b = appendTextOrNull(append(b, `,"cart_id":`...), it.cartID)
	b = appendTextOrNull(append(b, `,"order_id":`...), it.orderID)
	b = append(b, `,"swap_id":null,"claim_order_id":null,"original_item_id":null,"order_edit_id":null`...)
	b = appendText(append(b, `,"title":`...), it.title)
	b = appendTextOrNull(append(b, `,"description":`...), it.description)
	b = appendTextOrNull(append(b, `,"thumbnail":`...), it.thumbnail)
	b = appendBool(append(b, `,"is_return":false,"is_giftcard":`...), it.giftCard)
	b = appendBool(append(b, `,"should_merge":`...), it.merges)
	b = appendBool(append(b, `,"allow_discounts":`...), it.discounted)
	b = orNull(append(b, `,"has_shipping":`...), it.hasShipping, func(b []byte, v *bool) []byte { return appendBool(b, *v) })
	b = appendInt(append(b, `,"unit_price":`...), it.unitPrice)
	b = appendBool(append(b, `,"includes_tax":`...), it.includesTax)
	b = appendTextOrNull(append(b, `,"variant_id":`...), it.variantID)
	b = appendInt(append(b, `,"quantity":`...), it.quantity)
	b = appendIntOrNull(append(b, `,"fulfilled_quantity":`...), it.fulfilled)
	b = appendIntOrNull(append(b, `,"returned_quantity":`...), it.returned)
	b = appendIntOrNull(append(b, `,"shipped_quantity":`...), it.shipped)
	b = appendObject(append(b, `,"metadata":`...), it.metadata)
	b = appendTime(append(b, `,"created_at":`...), it.createdAt)
	b = appendTime(append(b, `,"updated_at":`...), it.updatedAt)
	b = it.appendTotals(b)
	return append(l.appendRelations(b, it), '}')
}

func (it *shownItem) appendTotals(b []byte) []byte {
	var raw money.Ratio
	for _, a := range it.adjustments {
		raw = raw.Add(a.amount)
	}
	b = appendInt(append(b, `,"subtotal":`...), it.subtotal)
	b = appendRatio(append(b, `,"raw_discount_total":`...), raw)
	b = appendInt(append(b, `,"discount_total":`...), it.discount)
	b = appendInt(append(b, `,"tax_total":`...), it.tax)
	b = appendInt(append(b, `,"total":`...), it.total)
	b = appendInt(append(b, `,"original_total":`...), it.originalTotal)
	b = appendInt(append(b, `,"original_tax_total":`...), it.originalTax)
	if it.refundable != nil {
		b = appendInt(append(b, `,"refundable":`...), *it.refundable)
	}
	return b
}

func (l *itemLens) appendRelations(b []byte, it *shownItem) []byte {
	if l.variant != nil {
		b = orNull(append(b, `,"variant":`...), it.variant, l.variant.object)
	}
	if l.adjustments {
		b = array(append(b, `,"adjustments":`...), it.adjustments, func(b []byte, a *shownAdjustment) []byte {
			b = appendText(append(b, `{"id":`...), a.id)
			b = appendText(append(b, `,"item_id":`...), it.id)
			b = appendText(append(b, `,"description":"discount","discount_id":`...), a.discount)
			b = appendRatio(append(b, `,"amount":`...), a.amount)
			return append(b, `,"metadata":null}`...)
		})
	}
	if l.taxes {
		b = appendTaxLines(append(b, `,"tax_lines":`...), it.taxes, `,"item_id":`, it.id)
	}
	return b
}

// appendTaxLines appends the taxes of what has an id, under a key.
func appendTaxLines(b []byte, taxes []shownTax, key, of string) []byte {
	return array(b, taxes, func(b []byte, t *shownTax) []byte {
		b = t.rate.AppendJSON(append(b, `{"rate":`...))
		b = appendText(append(b, `,"name":`...), t.name)
		b = append(b, `,"code":`...)
		if t.code == "" {
			b = append(b, "null"...)
		} else {
			b = appendText(b, t.code)
		}
		b = appendText(append(b, key...), of)
		if t.id != "" {
			b = appendText(append(b, `,"id":`...), t.id)
			b = appendTime(append(b, `,"created_at":`...), t.at)
			b = appendTime(append(b, `,"updated_at":`...), t.at)
			b = append(b, `,"metadata":null`...)
		}
		return append(b, '}')
	})
}

// appendObject appends an object as it is kept, {} for none.
func appendObject(b []byte, raw json.RawMessage) []byte {
	if len(raw) == 0 {
		return append(b, "{}"...)
	}
	return append(b, raw...)
}

// appendRatio appends an amount that need not be whole.
func appendRatio(b []byte, r money.Ratio) []byte {
	if r.Num == 0 {
		return appendInt(b, r.Whole)
	}
	return strconv.AppendFloat(b, r.Float(), 'f', -1, 64)
}

// appendTimeOrNull appends a time, null for none.
func appendTimeOrNull(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(b, "null"...)
	}
	return appendTime(b, t)
}
