package storefront

import (
	"errors"
	"net/http"
	"time"

	"kaidian/internal/commerce/order"
	"kaidian/internal/platform/fault"
)

// receipt is the page of an order, or of one that waits for its payment.
type receipt struct {
	Cart    string // the id that the page has
	Placed  bool   // there is an order
	Waiting bool   // there is none yet, and a payment is waited for
	Number  int64
	Day     string
	Email   string
	Payment string // how it stands
	Paid    bool
	Address []string
	Ways    []string
	Lines   []line
	Totals  totals
}

var errNoOrder = fault.New(fault.NotFound, "storefront.no_order", "there is no such order")

// showOrder shows an order of the visitor's own.
func (v *visit) showOrder() error { return v.showReceipt(http.StatusOK, "") }

func (v *visit) showReceipt(status int, problem string) error {
	id := v.r.PathValue("cart")
	if !v.who.owns(id) {
		return errNoOrder
	}
	o, err := v.Orders.Get(v.r.Context(), order.ByCart(id))
	switch {
	case errors.Is(err, order.ErrNoOrder):
		return v.showWaiting(id, status, problem)
	case err != nil:
		return err
	}
	if v.who.cart == id {
		v.ordered(id)
	}
	r, err := v.receipt(&o)
	if err != nil {
		return err
	}
	r.Cart = id
	return v.show(status, "order.html", page{Title: v.words.Thanks, Problem: problem, Body: r})
}

// showWaiting shows how the payment of a cart stands that is no order yet.
func (v *visit) showWaiting(id string, status int, problem string) error {
	c, err := v.open()
	if err != nil {
		return err
	}
	if c == nil || c.ID != id || c.Email == nil {
		return errNoOrder
	}
	r := receipt{Cart: id, Waiting: c.HeldBy != "", Totals: v.totals(ofCart(c)), Email: *c.Email}
	if r.Lines, err = v.lines(c); err != nil {
		return err
	}
	title := v.words.NotPaid
	if r.Waiting {
		title = v.words.Waiting
	}
	return v.show(status, "order.html", page{Title: title, Problem: problem, Body: r})
}

// checkPayment asks how a payment stands that is waited for.
func (v *visit) checkPayment() error {
	id := v.r.PathValue("cart")
	if !v.who.owns(id) {
		return errNoOrder
	}
	c, err := v.open()
	if err != nil {
		return err
	}
	v.here = orderURL(id)
	if c == nil || c.ID != id || c.HeldBy == "" {
		return v.to(orderURL(id))
	}
	result, err := v.Checkout.Complete(v.r.Context(), id)
	if err == nil {
		if result.Order != nil {
			v.ordered(id)
		}
		return v.to(orderURL(id))
	}
	text, ok := v.refusal(err)
	if !ok {
		return err
	}
	v.looked = false
	return v.showReceipt(http.StatusUnprocessableEntity, text)
}

// receipt shows an order.
func (v *visit) receipt(o *order.Order) (receipt, error) {
	r := receipt{Placed: true, Number: o.Number, Day: day(o.CreatedAt), Email: o.Email, Address: v.addressLines(orderAddress(o.Shipping)),
		Payment: v.words.Payments[o.Payment], Paid: o.Payment == order.Captured}
	if o.Totals.Total == 0 && o.Payment == order.Awaiting {
		r.Payment, r.Paid = v.words.Payments[order.Captured], true
	}
	for _, m := range o.Methods {
		r.Ways = append(r.Ways, m.Name)
	}
	titled := map[string]string{}
	for i := range o.Lines {
		if l := &o.Lines[i]; l.VariantID != nil {
			titled[*l.VariantID] = l.Title
		}
	}
	goods, err := v.goods(v.r.Context(), titled)
	if err != nil {
		return r, err
	}
	in := v.inOrder(o)
	r.Totals = in.totals(ofOrder(o))
	for i := range o.Lines {
		r.Lines = append(r.Lines, in.orderLine(&o.Lines[i], goods))
	}
	return r, nil
}

// inOrder is the visit with the currency of an order, which need not be that of the region where the visitor buys now.
func (v *visit) inOrder(o *order.Order) *visit {
	in := *v
	in.region.Currency = o.Currency
	return &in
}

func (v *visit) orderLine(l *order.Line, goods map[string]good) line {
	out := line{ID: l.ID, Quantity: l.Quantity, good: good{Title: l.Title, Alt: l.Title}}
	if l.Description != nil {
		out.Variant = *l.Description
	}
	if l.Thumbnail != nil {
		out.Picture = *l.Thumbnail
	}
	if l.VariantID != nil {
		if g, ok := goods[*l.VariantID]; ok {
			out.good = g
		}
	}
	v.amounts(&out, l.OriginalTotal)
	return out
}

// day prints a time as people read it, in the shop's zone.
func day(t time.Time) string { return t.In(time.FixedZone("", 8*60*60)).Format("2006-01-02") }
