package cart

import (
	"fmt"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
)

// Lock takes a cart for the rest of a transaction and gives it as it is then, with taxes, for the way to the till. Ready comes before
// the transaction. BeforeChange is not called: who locks a cart knows what is promised for it.
//
// Faults: ErrNotFound; ErrUnsellable, whose Fields name what is gone, not sold in the cart's channel, or without a price, and
// shipping that is not offered or whose requirements are not met any more. A completed cart is given as it is, whatever became of its
// goods: look at CompletedAt.
func (s *Service) Lock(tx *db.Tx, id string) (Cart, error) {
	c, err := s.Take(tx, id)
	if err != nil {
		return Cart{}, err
	}
	return c, s.Reckon(tx, &c)
}

// Take locks a cart without a look at what it is about. Fault: ErrNotFound.
func (s *Service) Take(tx *db.Tx, id string) (Cart, error) {
	c, err := load(tx, id, true)
	if err != nil {
		return Cart{}, err
	}
	return *c, nil
}

// Reckon is the rest of Lock for a cart that was taken.
func (s *Service) Reckon(tx *db.Tx, c *Cart) error {
	g := s.last.Load()
	if g == nil || s.o.Clock.Now().Sub(g.at) > groundLife {
		return errNotReady
	}
	w := s.work(tx, g, c)
	w.forced, w.fresh = true, true
	if err := w.reckon(); err != nil || !c.CompletedAt.IsZero() {
		return err
	}
	return w.sellable()
}

// Hold notes which attempt to pay holds goods and codes for a cart that was locked. What it costs is agreed until it is changed or
// freed.
func (s *Service) Hold(tx *db.Tx, c Cart, attempt string) error {
	c.agree()
	body, err := c.Body.encode()
	if err == nil {
		_, err = tx.Exec(`update carts set held_by = $2, body = $3 where id = $1`, c.ID, attempt, body)
	}
	return err
}

// Paying notes for a cart that was taken that it has payment sessions. The version stays: nothing of what is bought changes.
func (s *Service) Paying(tx *db.Tx, c Cart) error {
	c.Body.Paying = true
	body, err := c.Body.encode()
	if err == nil {
		_, err = tx.Exec(`update carts set body = $2 where id = $1`, c.ID, body)
	}
	return err
}

// Free notes that nothing is held any more for a cart that was taken.
func (s *Service) Free(tx *db.Tx, id string) error {
	_, err := tx.Exec(`update carts set held_by = null where id = $1`, id)
	return err
}

// sellable looks whether all of a cart that was reckoned can be sold. Fault: ErrUnsellable.
func (w *work) sellable() error {
	body := &w.c.Body
	if w.c.ChannelID != nil {
		products := make([]string, len(body.Lines))
		for i, l := range body.Lines {
			products[i] = l.ProductID
		}
		sold, err := w.s.o.Catalog.SoldIn(w.tx, *w.c.ChannelID, products)
		if err != nil {
			return err
		}
		for _, l := range body.Lines {
			if !sold[l.ProductID] && w.lost[l.ID] == "" {
				w.lost[l.ID] = "is not sold here any more"
			}
		}
	}
	for _, m := range body.Methods {
		if o, ok := w.c.Options[m.OptionID]; ok && w.lost[m.ID] == "" && !o.Met(w.c.Quote.Subtotal) {
			w.lost[m.ID] = "is not offered for this subtotal any more"
		}
	}
	return w.unsellable()
}

// unsellable names what is lost. Fault: ErrUnsellable.
func (w *work) unsellable() error {
	var fields []fault.Field
	for i, l := range w.c.Body.Lines {
		if why := w.lost[l.ID]; why != "" {
			fields = append(fields, fault.Field{Name: fmt.Sprintf("items[%d]", i), Rule: fault.Unknown, Message: l.Title + " (" + l.VariantID + ") " + why})
		}
	}
	for i, m := range w.c.Body.Methods {
		if why := w.lost[m.ID]; why != "" {
			fields = append(fields, fault.Field{Name: fmt.Sprintf("shipping_methods[%d]", i), Rule: fault.Unknown,
				Message: "The shipping option " + m.OptionID + " " + why})
		}
	}
	if fields == nil {
		return nil
	}
	f := ErrUnsellable.WithMessage(fields[0].Message)
	f.Fields = fields
	return f
}

// Close makes a cart that was locked, or is held, a completed one: it has become an order, paid when AuthorizedAt says. What it shows
// from now on is what was agreed. Faults: ErrCompleted when it was already, ErrChanged when it is not as it was when it was locked.
func (s *Service) Close(tx *db.Tx, c Cart) error {
	if !c.CompletedAt.IsZero() {
		return ErrCompleted
	}
	if c.HeldBy == "" {
		c.agree()
	}
	body, err := c.Body.encode()
	if err != nil {
		return err
	}
	n, err := tx.Exec(`update carts set completed_at = $3, updated_at = $3, authorized_at = $4, held_by = null, body = $5,
		version = version + 1 where id = $1 and version = $2 and completed_at is null`,
		c.ID, c.Version, db.Millis(s.o.Clock.Now()), db.Millis(c.AuthorizedAt), body)
	if err == nil && n == 0 {
		return ErrChanged
	}
	return err
}
