package cart

import (
	"context"
	"fmt"

	"kaidian/internal/commerce/customer"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
)

// View says who looks at a cart, and how.
type View struct {
	Caller     string // the signed-in customer's id; empty for nobody. Who is another than the cart's customer takes it over
	ForceTaxes bool   // show taxes where the region does not by itself
}

// Get gives a cart as it stands now: two statements for one without codes whose goods are in memory, three where tax rates are bound
// to products, and four more with discounts and gift cards; another for conditions on what goods are filed under, and for the groups of a customer. A
// signed-in customer takes over an open cart that is another's or nobody's; that is a write. Faults: ErrNotFound.
func (s *Service) Get(ctx context.Context, id string, v View) (Cart, error) {
	g, err := s.ready(ctx)
	if err != nil {
		return Cart{}, err
	}
	var c *Cart
	err = s.o.DB.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		if c, err = load(tx, id, false); err != nil || c.taken(v.Caller) {
			return err
		}
		w := s.work(tx, g, c)
		w.forced = v.ForceTaxes
		return w.reckon()
	})
	if err != nil {
		return Cart{}, err
	}
	if !c.taken(v.Caller) {
		return *c, nil
	}
	out, err := s.takeOver(ctx, id, v)
	switch fault.CodeOf(err) {
	case fault.Conflict, fault.NotAllowed, fault.NotFound: // it is just being paid for, or completed; or who asks is no more
		return s.Get(ctx, id, View{ForceTaxes: v.ForceTaxes})
	}
	return out, err
}

// taken tells whether a cart goes over to a caller.
func (c *Cart) taken(caller string) bool {
	return caller != "" && c.CompletedAt.IsZero() && (c.CustomerID == nil || *c.CustomerID != caller)
}

func (s *Service) takeOver(ctx context.Context, id string, v View) (Cart, error) {
	return s.change(ctx, id, func(w *work) error {
		w.forced = v.ForceTaxes
		if !w.c.taken(v.Caller) {
			return nil
		}
		if err := w.open(); err != nil {
			return err
		}
		return w.belong(v.Caller, nil, nil)
	})
}

// belong says whose the cart is: the signed-in caller's before all, else the customer's who is named, else the guest's of an
// e-mail, which is normalised. Nothing changes when none of them is said. A caller without an e-mail gives the one that is said.
// Faults: customer.ErrNotFound, ErrForeignCustomer.
func (w *work) belong(caller string, named, email *string) error {
	c := w.c
	switch {
	case caller != "":
		if email == nil && !c.taken(caller) {
			return nil
		}
		who, err := w.s.o.Customers.Who(w.tx, caller)
		if err != nil {
			return err
		}
		if who.Email == "" && email != nil {
			who.Email = *email
		}
		c.give(who)
	case named != nil:
		who, err := w.s.o.Customers.Who(w.tx, *named)
		switch {
		case err != nil:
			return err
		case who.HasAccount && (c.CustomerID == nil || *c.CustomerID != who.ID):
			return ErrForeignCustomer
		}
		c.give(who)
	case email != nil:
		guest, err := w.s.o.Customers.Guest(w.tx, *email)
		if err != nil {
			return fmt.Errorf("find the guest of a cart: %w", err)
		}
		c.CustomerID, c.Email = &guest, email
	}
	return nil
}

// give makes the cart a customer's. Its e-mail stays when the customer has none.
func (c *Cart) give(who customer.Who) {
	c.CustomerID = &who.ID
	if who.Email != "" {
		c.Email = &who.Email
	}
}
