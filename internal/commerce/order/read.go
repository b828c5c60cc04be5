package order

import (
	"context"
	"strings"

	"kaidian/internal/platform/db"
)

// Get gives an order: four statements. Fault: ErrNoOrder.
func (s *Service) Get(ctx context.Context, which Ref) (Order, error) {
	var o Order
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		o, err = s.Read(tx, which)
		return err
	})
	return o, err
}

// ByCart gives the order that a cart became: four statements. Fault: ErrNoOrder.
func (s *Service) ByCart(ctx context.Context, cartID string) (Order, error) {
	return s.Get(ctx, ByCart(cartID))
}

// Read is Get inside a transaction of the caller's.
func (s *Service) Read(tx *db.Tx, which Ref) (Order, error) {
	column, key := which.key()
	return s.single(tx, `where `+column+` = $1`, key)
}

// key gives the column by which an order is named, and what it holds. A text that no row can hold becomes NULL, which is equal
// to nothing.
func (r Ref) key() (column string, value any) {
	switch {
	case r.ID != "":
		return `o.id`, storable(r.ID)
	case r.CartID != "":
		return `o.cart_id`, storable(r.CartID)
	}
	return `o.number`, r.Number
}

// Lookup gives the order of a number for who knows the e-mail that it was made with, in any case, and, where postcode is not
// empty, where it went: four statements. Fault: ErrNoOrder, whichever of them is wrong.
func (s *Service) Lookup(ctx context.Context, number int64, email, postcode string) (Order, error) {
	var o Order
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		o, err = s.single(tx, `where o.number = $1 and o.email = $2`, number, storable(fold(email)))
		return err
	})
	if err == nil && postcode != "" && !o.wentTo(postcode) {
		return Order{}, ErrNoOrder
	}
	return o, err
}

// wentTo tells whether a postcode is that of the shipping address, whatever the case and the blanks in it.
func (o Order) wentTo(postcode string) bool {
	bare := func(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), "")) }
	return o.Shipping != nil && o.Shipping.PostalCode != nil && bare(*o.Shipping.PostalCode) == bare(postcode)
}

// single reads the one order that a condition is about.
func (s *Service) single(tx *db.Tx, where string, args ...any) (Order, error) {
	all, err := s.load(tx, where, args...)
	if err == nil && len(all) != 1 {
		err = ErrNoOrder
	}
	if err != nil {
		return Order{}, err
	}
	return all[0], nil
}

// load reads orders with all that is theirs: four statements, however many there are, and one for none.
func (s *Service) load(tx *db.Tx, where string, args ...any) ([]Order, error) {
	orders, err := db.All(tx, scanOrder, selectOrder+where, args...)
	if err != nil || len(orders) == 0 {
		return nil, err
	}
	ids, places := make([]string, len(orders)), make(map[string]*Order, len(orders))
	for i := range orders {
		ids[i], places[orders[i].ID] = orders[i].ID, &orders[i]
	}
	lines, err := db.AllIn(tx, scanLine, selectLines, ids)
	if err != nil {
		return nil, err
	}
	for _, l := range lines {
		o := places[l.OrderID]
		o.Lines = append(o.Lines, l)
	}
	methods, err := db.AllIn(tx, scanMethod, selectMethods, ids)
	if err != nil {
		return nil, err
	}
	for _, m := range methods {
		o := places[m.order]
		o.Methods = append(o.Methods, m.Method)
	}
	payments, err := s.payments.ByOrders(tx, ids)
	for i := range orders {
		orders[i].Payments = payments[orders[i].ID]
	}
	return orders, err
}
