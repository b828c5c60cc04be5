package order

import (
	"encoding/json"
	"slices"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/event"
	"kaidian/internal/platform/id"
)

// Placement is what there is to say of an order besides its draft.
type Placement struct {
	ID       string // "order_…"; empty to have one made
	Captured bool   // the money is here, all of it
}

// Place makes an order of a draft and records that: order.placed, and order.payment_captured when the money is here. The caller
// holds the lock of the cart. The order has no Payments yet: payments learn of their order afterwards. A statement each for the
// order, its methods and its events, and as many for the lines as db.Tx.Insert takes. Fault: ErrPlaced when the cart has an order.
func (s *Service) Place(tx *db.Tx, d Draft, p Placement) (Order, error) {
	now := s.clock.Now()
	o := Order{Draft: d, ID: p.ID, Status: Pending, Fulfillment: NotFulfilled, Payment: Awaiting, CreatedAt: now, UpdatedAt: now}
	if o.ID == "" {
		o.ID = id.New("order", now)
	}
	o.Email = fold(d.Email)
	o.Lines = slices.Clone(d.Lines) // the caller's are left as they are: the closure may run again
	for i := range o.Lines {
		l := &o.Lines[i]
		l.OrderID = o.ID
		if l.CreatedAt.IsZero() {
			l.CreatedAt, l.UpdatedAt = now, now
		}
	}
	if p.Captured {
		o.Payment, o.PaidAt = Captured, now
	}
	if err := o.insert(tx); db.Violates(err, "orders_cart_id_key") {
		return Order{}, ErrPlaced.Wrap(err)
	} else if err != nil {
		return Order{}, err
	}
	facts := []event.Fact{{Topic: TopicPlaced, Subject: o.ID, Payload: o.named()}}
	if p.Captured {
		facts = append(facts, event.Fact{Topic: TopicPaymentCaptured, Subject: o.ID, Payload: o.named()})
	}
	return o, s.events.RecordAll(tx, facts)
}

// insert writes the order with its lines and methods, and learns their numbers.
func (o *Order) insert(tx *db.Tx) error {
	row, err := o.row()
	if err != nil {
		return err
	}
	err = tx.QueryRow(`insert into orders (`+orderColumns+`) values `+db.In(1, len(row))+` returning number`, row...).Scan(&o.Number)
	if err != nil {
		return err
	}
	if err := o.insertLines(tx); err != nil {
		return err
	}
	return o.insertMethods(tx)
}

func (o *Order) insertLines(tx *db.Tx) error {
	rows := make([][]any, len(o.Lines))
	for i, l := range o.Lines {
		var err error
		if rows[i], err = l.row(i); err != nil {
			return err
		}
	}
	type made struct {
		id     string
		number int64
	}
	scan := func(row db.Scanner) (made, error) {
		var m made
		err := row.Scan(&m.id, &m.number)
		return m, err
	}
	all, err := db.Inserted(tx, scan, `insert into order_lines (`+lineColumns+`)`, rows, `returning id, number`)
	numbers := make(map[string]int64, len(all))
	for _, m := range all {
		numbers[m.id] = m.number
	}
	for i := range o.Lines {
		o.Lines[i].Number = numbers[o.Lines[i].ID]
	}
	return err
}

func (o *Order) insertMethods(tx *db.Tx) error {
	rows := make([][]any, len(o.Methods))
	for i, m := range o.Methods {
		taxes, err := list(m.Taxes)
		if err != nil {
			return err
		}
		data := m.Data
		if data == nil {
			data = json.RawMessage(`{}`)
		}
		rows[i] = []any{m.ID, o.ID, i, m.OptionID, m.Name, m.Price, db.Flag(m.IncludesTax), m.Subtotal, m.Tax, m.Total, m.OriginalTotal,
			m.OriginalTax, taxes, string(data), db.Millis(o.CreatedAt)}
	}
	return tx.Insert(`insert into order_shipping_methods (id, order_id, position, option_id, name, price, includes_tax, subtotal,
		tax_total, total, original_total, original_tax_total, tax_lines, data, created_at)`, rows, ``)
}
