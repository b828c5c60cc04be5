package checkout

import (
	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/order"
	"kaidian/internal/commerce/payment"
	"kaidian/internal/commerce/promotion"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
)

// deal is what an order is made of.
type deal struct {
	cart cart.Cart // locked
	plan frozen
	now  *promises        // goods and codes to be taken now; nil when an attempt has taken them
	held string           // the attempt that has
	paid *payment.Payment // nil when there is nothing to pay
}

// place is the one place where a cart becomes an order. In the caller's transaction the order is inserted and paid, what it takes is
// taken, the gift cards in it are issued and the cart is closed. Faults: order.ErrPlaced, cart.ErrCompleted; payment.ErrCanceled; of
// what is taken now inventory.ErrInsufficient and those of promotion.Service.Claim.
func (s *Service) place(tx *db.Tx, d deal, codes *giftCodes) (order.Order, error) {
	total := d.plan.Draft.Totals.Total
	o, err := s.o.Orders.Place(tx, d.plan.Draft, order.Placement{Captured: d.paid != nil && d.paid.Captured >= total})
	if err != nil {
		return order.Order{}, err
	}
	if d.paid != nil {
		if err := s.pay(tx, &o, *d.paid); err != nil {
			return order.Order{}, err
		}
		d.cart.AuthorizedAt = s.o.Clock.Now()
	}
	if err := s.issue(tx, o, d.plan.Bought, codes); err != nil {
		return order.Order{}, err
	}
	if err := s.take(tx, d, o.ID); err != nil {
		return order.Order{}, err
	}
	return o, s.o.Carts.Close(tx, d.cart)
}

// pay makes money that of an order.
func (s *Service) pay(tx *db.Tx, o *order.Order, paid payment.Payment) error {
	paid.OrderID = &o.ID
	kept, isNew, err := s.o.Payments.Record(tx, paid)
	if err == nil && !isNew { // it was written down before there was an order
		err = s.o.Payments.AttachOrder(tx, kept.ID, o.ID)
		kept.OrderID = &o.ID
	}
	if err != nil {
		return err
	}
	o.Payments = []payment.Payment{kept}
	return nil
}

// take takes goods and codes for good: those that an attempt reserved, or now. Codes come before stock.
func (s *Service) take(tx *db.Tx, d deal, orderID string) error {
	reference := d.held
	if d.now != nil {
		reference = orderID
		if err := s.o.Promotion.Claim(tx, reference, d.now.Discounts, d.now.Cards); err != nil {
			return err
		}
	}
	if d.plan.Codes {
		if err := s.o.Promotion.Keep(tx, reference, orderID); err != nil {
			return err
		}
	}
	if d.now != nil {
		return s.o.Stock.Sell(tx, orderID, d.now.Goods)
	}
	_, err := s.o.Stock.Allocate(tx, d.held, orderID)
	return err
}

// mostCards bounds the gift cards that are bought in one order.
const mostCards = 1000

// check refuses what no order takes. Fault: ErrManyCards.
func (p promises) check() error {
	n := int64(0)
	for _, b := range p.Bought {
		if n += b.Quantity; n > mostCards {
			return ErrManyCards
		}
	}
	return nil
}

// giftCodes are the codes of gift cards that a transaction issues: the same when it runs again.
type giftCodes struct{ made []string }

func (g *giftCodes) get(n int) []string {
	if len(g.made) < n {
		g.made = append(g.made, promotion.NewCodes(n-len(g.made))...)
	}
	return g.made[:n]
}

// issue makes the gift cards that were bought in an order: one for each piece.
func (s *Service) issue(tx *db.Tx, o order.Order, all []bought, codes *giftCodes) error {
	var cards []promotion.NewCard
	for _, b := range all {
		rate := money.Rate(b.TaxRate)
		for range b.Quantity {
			cards = append(cards, promotion.NewCard{RegionID: o.RegionID, Value: b.Value, TaxRate: &rate, OrderID: o.ID})
		}
	}
	if len(cards) == 0 {
		return nil
	}
	for i, code := range codes.get(len(cards)) {
		cards[i].Code = code
	}
	_, err := s.o.Promotion.IssueCards(tx, cards)
	return err
}

// final tells whether an error is a refusal that trying again does not change.
func final(err error) bool {
	switch fault.CodeOf(err) {
	case fault.Invalid, fault.NotAllowed, fault.NotFound, fault.Duplicate:
		return true
	}
	return false
}
