package ledger

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"math/bits"

	"kaidian/internal/commerce/money"
	"kaidian/internal/platform/db"
)

// sums are what an order says of its lines, and what they come to.
type sums struct {
	id                      string
	subtotal, discount, tax int64
	linesSubtotal, linesTax int64
	linesDiscount           money.Ratio // exact: an order's discount is rounded once
	unreadable              bool        // a line does not say what was taken off it
}

// line is a line of an order. All but the order is null for an order without lines.
type line struct {
	id                             sql.NullString
	price, quantity, includesTax   sql.NullInt64
	subtotal, discount, tax, total sql.NullInt64
	originalTotal, originalTax     sql.NullInt64
	adjustments                    sql.NullString
}

// orderLines looks whether orders come to what their lines come to, and lines to what they say.
func (b *books) orderLines() error {
	var o sums
	err := b.each("order.lines", `select o.id, o.subtotal, o.discount_total, o.item_tax_total, l.id, l.unit_price, l.quantity, l.includes_tax,
		l.subtotal, l.discount_total, l.tax_total, l.total, l.original_total, l.original_tax_total, l.adjustments
		from orders o left join order_lines l on l.order_id = o.id order by o.id, l.position`, nil, func(row db.Scanner) error {
		var s sums
		var l line
		err := row.Scan(&s.id, &s.subtotal, &s.discount, &s.tax, &l.id, &l.price, &l.quantity, &l.includesTax, &l.subtotal, &l.discount,
			&l.tax, &l.total, &l.originalTotal, &l.originalTax, &l.adjustments)
		if err != nil {
			return err
		}
		if s.id != o.id {
			if err := b.orderSums(o); err != nil {
				return err
			}
			o = s
		}
		return b.line(&o, l)
	})
	if err != nil {
		return err
	}
	return b.orderSums(o)
}

// line looks at a line and adds it to its order.
func (b *books) line(o *sums, l line) error {
	if !l.id.Valid {
		return nil
	}
	o.linesSubtotal += l.subtotal.Int64
	o.linesTax += l.tax.Int64
	var off money.Ratio
	var adjustments []struct{ Amount money.Ratio }
	if err := json.Unmarshal([]byte(l.adjustments.String), &adjustments); err != nil {
		o.unreadable = true
		return b.found("line.discount", "order_lines", l.id.String, "its adjustments cannot be read")
	}
	for _, a := range adjustments {
		off = off.Add(a.Amount)
	}
	o.linesDiscount = o.linesDiscount.Add(off)
	full := l.subtotal.Int64
	if l.includesTax.Int64 != 0 {
		full += l.originalTax.Int64
	}
	hi, lo := bits.Mul64(uint64(l.price.Int64), uint64(l.quantity.Int64))
	for _, c := range []pair{
		{"line.price", full, int64(lo), "it is %d before discounts, its unit price times its quantity is %d"},
		{"line.discount", l.discount.Int64, off.Round(), "discount_total is %d, its adjustments come to %d"},
		{"line.total", l.total.Int64, l.subtotal.Int64 - l.discount.Int64 + l.tax.Int64, "total is %d, its parts come to %d"},
		{"line.original", l.originalTotal.Int64, l.subtotal.Int64 + l.originalTax.Int64, "original_total is %d, its parts come to %d"},
	} {
		if c.rule == "line.price" && hi > 0 {
			c.have, c.want, c.says = l.price.Int64, l.quantity.Int64, "unit_price is %d and quantity %d, which is beyond all amounts"
		}
		if err := b.compare("order_lines", l.id.String, c); err != nil {
			return err
		}
	}
	return nil
}

// pair is two figures that must be the same.
type pair struct {
	rule       string
	have, want int64
	says       string
}

func (b *books) compare(table, id string, c pair) error {
	if c.have == c.want {
		return nil
	}
	return b.found(c.rule, table, id, fmt.Sprintf(c.says, c.have, c.want))
}

// orderSums looks at an order of which all lines were seen.
func (b *books) orderSums(o sums) error {
	if o.id == "" {
		return nil
	}
	checks := []pair{
		{"order.lines", o.subtotal, o.linesSubtotal, "subtotal is %d, its lines come to %d"},
		{"order.line_taxes", o.tax, o.linesTax, "item_tax_total is %d, the taxes of its lines come to %d"},
	}
	if !o.unreadable {
		checks = append(checks, pair{"order.discount", o.discount, o.linesDiscount.Round(),
			"discount_total is %d, what was taken off its lines comes to %d"})
	}
	for _, c := range checks {
		if err := b.compare("orders", o.id, c); err != nil {
			return err
		}
	}
	return nil
}
