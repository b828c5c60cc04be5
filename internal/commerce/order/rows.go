package order

import (
	"database/sql"
	"encoding/json"
	"fmt"

	"kaidian/internal/commerce/money"
	"kaidian/internal/platform/db"
)

const orderColumns = `id, cart_id, customer_id, email, region_id, channel_id, currency_code, tax_rate, status, fulfillment_status,
	payment_status, shipping_address, billing_address, discounts, subtotal, discount_total, shipping_total, item_tax_total,
	shipping_tax_total, tax_total, gift_card_total, gift_card_tax_total, adjustment, total, remark, metadata, paid_at, canceled_at,
	closed_at, created_at, updated_at`

// row gives the values of orderColumns.
func (o *Order) row() ([]any, error) {
	shipping, err := addressText(o.Shipping)
	if err != nil {
		return nil, err
	}
	billing, err := addressText(o.Billing)
	if err != nil {
		return nil, err
	}
	discounts, err := list(o.Discounts)
	if err != nil {
		return nil, err
	}
	t := o.Totals
	return []any{o.ID, o.CartID, o.CustomerID, o.Email, o.RegionID, o.ChannelID, o.Currency, (*int64)(o.TaxRate), string(o.Status),
		string(o.Fulfillment), string(o.Payment), shipping, billing, discounts, t.Subtotal, t.Discount, t.Shipping, t.ItemTax,
		t.ShippingTax, t.Tax, t.GiftCard, t.GiftCardTax, t.Adjustment, t.Total, o.Remark, text(o.Metadata), db.Millis(o.PaidAt),
		db.Millis(o.CanceledAt), db.Millis(o.ClosedAt), db.Millis(o.CreatedAt), db.Millis(o.UpdatedAt)}, nil
}

// selectOrder reads orders, each with the number of its customer.
const selectOrder = `select o.number, o.id, o.cart_id, o.customer_id, o.email, o.region_id, o.channel_id, o.currency_code, o.tax_rate,
	o.status, o.fulfillment_status, o.payment_status, o.shipping_address, o.billing_address, o.discounts, o.subtotal, o.discount_total,
	o.shipping_total, o.item_tax_total, o.shipping_tax_total, o.tax_total, o.gift_card_total, o.gift_card_tax_total, o.adjustment,
	o.total, o.remark, o.metadata, o.paid_at, o.canceled_at, o.closed_at, o.created_at, o.updated_at, c.number
	from orders o left join customers c on c.id = o.customer_id and c.has_account = 1 and c.deleted_at is null `

func scanOrder(row db.Scanner) (Order, error) {
	var o Order
	var rate sql.NullInt64
	var shipping, billing, metadata sql.NullString
	var discounts string
	var paid, canceled, closed, created, updated sql.NullInt64
	t := &o.Totals
	err := row.Scan(&o.Number, &o.ID, &o.CartID, &o.CustomerID, &o.Email, &o.RegionID, &o.ChannelID, &o.Currency, &rate, &o.Status,
		&o.Fulfillment, &o.Payment, &shipping, &billing, &discounts, &t.Subtotal, &t.Discount, &t.Shipping, &t.ItemTax, &t.ShippingTax,
		&t.Tax, &t.GiftCard, &t.GiftCardTax, &t.Adjustment, &t.Total, &o.Remark, &metadata, &paid, &canceled, &closed, &created,
		&updated, &o.CustomerNumber)
	if err != nil {
		return o, err
	}
	if rate.Valid {
		o.TaxRate = (*money.Rate)(&rate.Int64)
	}
	if metadata.Valid {
		o.Metadata = json.RawMessage(metadata.String)
	}
	o.PaidAt, o.CanceledAt, o.ClosedAt = db.Time(paid), db.Time(canceled), db.Time(closed)
	o.CreatedAt, o.UpdatedAt = db.Time(created), db.Time(updated)
	if o.Shipping, err = addressOf(shipping); err == nil {
		o.Billing, err = addressOf(billing)
	}
	if err == nil {
		err = json.Unmarshal([]byte(discounts), &o.Discounts)
	}
	if err != nil {
		return o, fmt.Errorf("read order %s: %w", o.ID, err)
	}
	return o, nil
}

const lineColumns = `id, order_id, position, variant_id, product_id, title, description, thumbnail, sku, barcode, weight, volume,
	options_desc, unit_price, quantity, fulfilled_quantity, returned_quantity, shipped_quantity, is_giftcard, should_merge,
	allow_discounts, includes_tax, subtotal, discount_total, tax_total, total, original_total, original_tax_total, adjustments,
	tax_lines, metadata, created_at, updated_at`

// row gives the values of lineColumns.
func (l *Line) row(position int) ([]any, error) {
	adjustments, err := list(l.Adjustments)
	if err != nil {
		return nil, err
	}
	taxes, err := list(l.Taxes)
	if err != nil {
		return nil, err
	}
	return []any{l.ID, l.OrderID, position, l.VariantID, l.ProductID, l.Title, l.Description, l.Thumbnail, l.SKU, l.Barcode, l.Weight,
		l.Volume, l.OptionsDesc, l.UnitPrice, l.Quantity, l.Fulfilled, l.Returned, l.Shipped, db.Flag(l.GiftCard), db.Flag(l.Merges),
		db.Flag(l.Discountable), db.Flag(l.IncludesTax), l.Subtotal, l.Discount, l.Tax, l.Total, l.OriginalTotal, l.OriginalTax, adjustments,
		taxes, text(l.Metadata), db.Millis(l.CreatedAt), db.Millis(l.UpdatedAt)}, nil
}

// selectLines reads the lines of orders, each with the numbers of what was sold.
const selectLines = `select l.number, l.id, l.order_id, l.variant_id, l.product_id, l.title, l.description, l.thumbnail, l.sku, l.barcode,
	l.weight, l.volume, l.options_desc, l.unit_price, l.quantity, l.fulfilled_quantity, l.returned_quantity, l.shipped_quantity,
	l.is_giftcard, l.should_merge, l.allow_discounts, l.includes_tax, l.subtotal, l.discount_total, l.tax_total, l.total,
	l.original_total, l.original_tax_total, l.adjustments, l.tax_lines, l.metadata, l.created_at, l.updated_at, v.number, p.number
	from order_lines l left join variants v on v.id = l.variant_id left join products p on p.id = l.product_id
	where l.order_id in {keys} order by l.order_id, l.position`

func scanLine(row db.Scanner) (Line, error) {
	var l Line
	var adjustments, taxes string
	var metadata sql.NullString
	var created, updated sql.NullInt64
	err := row.Scan(&l.Number, &l.ID, &l.OrderID, &l.VariantID, &l.ProductID, &l.Title, &l.Description, &l.Thumbnail, &l.SKU, &l.Barcode,
		&l.Weight, &l.Volume, &l.OptionsDesc, &l.UnitPrice, &l.Quantity, &l.Fulfilled, &l.Returned, &l.Shipped, &l.GiftCard, &l.Merges,
		&l.Discountable, &l.IncludesTax, &l.Subtotal, &l.Discount, &l.Tax, &l.Total, &l.OriginalTotal, &l.OriginalTax, &adjustments,
		&taxes, &metadata, &created, &updated, &l.VariantNumber, &l.ProductNumber)
	if err != nil {
		return l, err
	}
	if metadata.Valid {
		l.Metadata = json.RawMessage(metadata.String)
	}
	l.CreatedAt, l.UpdatedAt = db.Time(created), db.Time(updated)
	if err = json.Unmarshal([]byte(adjustments), &l.Adjustments); err == nil {
		err = json.Unmarshal([]byte(taxes), &l.Taxes)
	}
	if err != nil {
		return l, fmt.Errorf("read line %s: %w", l.ID, err)
	}
	return l, nil
}

// method is a Method with the order that it is of.
type method struct {
	Method
	order string
}

const selectMethods = `select order_id, id, option_id, name, price, includes_tax, subtotal, tax_total, total, original_total,
	original_tax_total, tax_lines, data from order_shipping_methods where order_id in {keys} order by order_id, position`

func scanMethod(row db.Scanner) (method, error) {
	var m method
	var taxes, data string
	err := row.Scan(&m.order, &m.ID, &m.OptionID, &m.Name, &m.Price, &m.IncludesTax, &m.Subtotal, &m.Tax, &m.Total, &m.OriginalTotal,
		&m.OriginalTax, &taxes, &data)
	if err != nil {
		return m, err
	}
	m.Data = json.RawMessage(data)
	if err := json.Unmarshal([]byte(taxes), &m.Taxes); err != nil {
		return m, fmt.Errorf("read shipping method %s: %w", m.ID, err)
	}
	return m, nil
}

// list gives what a column keeps of a list; of none, an empty one.
func list[T any](all []T) (string, error) {
	if all == nil {
		all = []T{}
	}
	kept, err := json.Marshal(all)
	return string(kept), err
}

func addressText(a *Address) (any, error) {
	if a == nil {
		return nil, nil
	}
	kept, err := json.Marshal(a)
	return string(kept), err
}

func addressOf(kept sql.NullString) (*Address, error) {
	if !kept.Valid {
		return nil, nil
	}
	a := new(Address)
	return a, json.Unmarshal([]byte(kept.String), a)
}
