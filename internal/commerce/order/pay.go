package order

import (
	"context"
	"errors"
	"fmt"

	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/payment"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/id"
)

// Lock takes an order for the rest of the transaction and reads it: five statements. Whoever takes a payment of it as well
// takes the order first. Fault: ErrNoOrder.
func (s *Service) Lock(tx *db.Tx, which Ref) (Order, error) {
	column, key := which.key()
	query := `select o.id from orders o where ` + column + ` = $1`
	if tx.Dialect() == db.Postgres {
		query += ` for update`
	}
	var orderID string
	err := tx.QueryRow(query, key).Scan(&orderID)
	if errors.Is(err, db.ErrNoRows) {
		return Order{}, ErrNoOrder
	}
	if err != nil {
		return Order{}, err
	}
	return s.Read(tx, ByID(orderID))
}

// ChangeTotal makes an order cost something else, in minor units, before any of it is paid; the difference to its parts is its
// adjustment. To say what it costs already changes nothing. An order that is paid by hand gets another payment for what it costs
// more than was promised. Seven statements, two more for such a payment. Faults: Invalid for what is negative or above
// money.MaxAmount, ErrNoOrder, ErrCanceled, ErrPaid, ErrUnderAuthorized.
func (s *Service) ChangeTotal(ctx context.Context, which Ref, total int64) (Order, error) {
	if total < 0 || total > money.MaxAmount {
		return Order{}, fault.Fields(reasonInvalidTotal, fault.Field{Name: "total", Rule: fault.Range,
			Message: fmt.Sprintf("total must be from 0 to %d", int64(money.MaxAmount))})
	}
	var o Order
	err := s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		if o, err = s.Lock(tx, which); err != nil || o.Totals.Total == total {
			return err
		}
		switch {
		case o.Status == Canceled:
			return ErrCanceled
		case !o.Payment.open() || o.Balance().Paid > 0:
			return ErrPaid
		}
		if err := s.promise(tx, &o, total); err != nil {
			return err
		}
		return s.setTotal(tx, &o, total)
	})
	return o, err
}

// setTotal writes a total, and the adjustment that makes it so.
func (s *Service) setTotal(tx *db.Tx, o *Order, total int64) error {
	o.Totals.Adjustment += total - o.Totals.Total
	o.Totals.Total, o.UpdatedAt = total, s.clock.Now()
	_, err := tx.Exec(`update orders set adjustment = $2, total = $3, updated_at = $4 where id = $1`,
		o.ID, o.Totals.Adjustment, total, db.Millis(o.UpdatedAt))
	if err != nil {
		return err
	}
	return s.events.Record(tx, TopicUpdated, o.ID, o.named())
}

// promise makes sure that a total can be captured. What is missing of it can be promised only where nobody outside has to.
func (s *Service) promise(tx *db.Tx, o *Order, total int64) error {
	missing := total - o.Balance().Promised
	if missing <= 0 {
		return nil
	}
	var last payment.Payment
	for _, p := range o.Payments {
		if p.CanceledAt.IsZero() {
			last = p
		}
	}
	provider, err := s.payments.Provider(last.ProviderID)
	if err != nil || !provider.Offline() {
		return ErrUnderAuthorized.Wrap(err)
	}
	now := s.clock.Now()
	more, _, err := s.payments.Record(tx, payment.Payment{CartID: o.CartID, OrderID: &o.ID, SessionID: last.SessionID,
		ProviderID: last.ProviderID, Reference: id.New("more", now), Amount: missing, Currency: o.Currency, Data: last.Data})
	o.Payments = append(o.Payments, more)
	return err
}

// MarkPaid makes an order captured once the payments that are written down cover its total, and tells whether it did: not when
// something is due still, nor when it is captured already. Fault: ErrNoOrder.
func (s *Service) MarkPaid(tx *db.Tx, which Ref) (bool, error) {
	o, err := s.Lock(tx, which)
	if err != nil || !o.Payment.open() || o.Balance().Due > 0 {
		return false, err
	}
	_, err = tx.Exec(`update orders set payment_status = $2, paid_at = $3, updated_at = $3 where id = $1`,
		o.ID, string(Captured), db.Millis(s.clock.Now()))
	if err != nil {
		return false, err
	}
	return true, s.events.Record(tx, TopicPaymentCaptured, o.ID, o.named())
}

// Capture takes the money that is promised for an order, as much as it costs and is not here yet, and makes the order captured.
// It asks providers, so it is never called in a transaction. Called again, after a crash or when the order is captured, it does
// nothing twice. Faults: ErrNoOrder, ErrCanceled, ErrUnderAuthorized before anything is taken; ErrChanged; those of
// payment.Service.CaptureTo.
func (s *Service) Capture(ctx context.Context, which Ref) (Order, error) {
	o, err := s.Get(ctx, which)
	switch {
	case err != nil || !o.Payment.open():
		return o, err
	case o.Status == Canceled:
		return Order{}, ErrCanceled
	}
	due := o.Balance().Due
	if o.Balance().Promised < o.Totals.Total {
		return Order{}, ErrUnderAuthorized.WithMessage("Less money is promised for the order than it costs")
	}
	for _, p := range o.Payments {
		take := min(p.Uncaptured(), due)
		if take <= 0 {
			continue
		}
		if _, err := s.payments.CaptureTo(ctx, p.ID, p.Captured+take); err != nil {
			return Order{}, err
		}
		due -= take
	}
	err = s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		_, err := s.MarkPaid(tx, which)
		return err
	})
	if err == nil {
		o, err = s.Get(ctx, which)
	}
	if err == nil && o.Payment.open() {
		err = ErrChanged
	}
	return o, err
}
