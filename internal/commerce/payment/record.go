package payment

import (
	"errors"
	"time"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/id"
)

// Record writes down money that a provider promised or gave, and gives the payment as it is then. There is one payment for each
// reference of a provider: told again, also out of order, it only learns what is more than it knew, and new is false. More money
// than was promised, or of another currency, is also recorded as payment.unusual. The payment gets its ID and its times here;
// Captured is what is here already. Fault: Invalid.
func (s *Service) Record(tx *db.Tx, p Payment) (kept Payment, isNew bool, err error) {
	now := s.clock.Now()
	if err := p.check(); err != nil {
		return Payment{}, false, err
	}
	p.ID = id.New("pay", now)
	kept, err = insertPayment(tx, p, now)
	switch {
	case err != nil:
		return Payment{}, false, err
	case kept.ID != p.ID:
		kept, err = s.learn(tx, kept, p)
		return kept, false, err
	}
	if err := s.record(tx, TopicRecorded, kept, kept.Amount); err != nil || kept.Captured == 0 {
		return kept, true, err
	}
	return kept, true, s.record(tx, TopicCaptured, kept, kept.Captured, "captured", kept.Captured)
}

// check tells what is wrong with a payment that is to be recorded.
func (p Payment) check() error {
	switch {
	case p.Reference == "" || len(p.Reference) > maxReference || !db.Storable(p.Reference):
		return invalid("reference", fault.Format, "must be a text of 255 bytes at most")
	case p.Amount < 1 || p.Amount > maxTotal:
		return invalid("amount", fault.Range, "must be from 1 to 1,000,000,000,000,000")
	case p.Captured < 0 || p.Captured > p.Amount:
		return invalid("captured", fault.Range, "must be from 0 to the amount")
	case p.Data != nil && !object(p.Data):
		return invalid("data", fault.Type, "must be an object of 64 KiB at most")
	case p.Metadata != nil && !object(p.Metadata):
		return invalid("metadata", fault.Type, "must be an object of 64 KiB at most")
	}
	return nil
}

// insertPayment inserts a payment, or takes the one that has its reference for the rest of the transaction; it gives whichever
// is there then.
func insertPayment(tx *db.Tx, p Payment, now time.Time) (Payment, error) {
	var captured time.Time
	if p.Captured > 0 {
		captured = now
	}
	var metadata any
	if p.Metadata != nil {
		metadata = string(p.Metadata)
	}
	return scanPayment(tx.QueryRow(`insert into payments (id, cart_id, order_id, session_id, provider_id, reference, amount, captured,
		refunded, currency_code, data, metadata, captured_at, created_at, updated_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10, $11, $12, $13, $13)
		on conflict (provider_id, reference) do update set updated_at = payments.updated_at returning `+columns,
		p.ID, p.CartID, p.OrderID, p.SessionID, p.ProviderID, p.Reference, p.Amount, p.Captured, p.Currency, text(p.Data), metadata,
		db.Millis(captured), db.Millis(now)))
}

// learn adds to a payment what its provider says now.
func (s *Service) learn(tx *db.Tx, kept, said Payment) (Payment, error) {
	if said.Currency != kept.Currency {
		return kept, s.unusual(tx, Mismatch, kept, said.Amount)
	}
	if said.Amount > kept.Amount {
		kept.Amount = said.Amount
		if _, err := tx.Exec(`update payments set amount = $2 where id = $1 and amount < $2`, kept.ID, said.Amount); err != nil {
			return Payment{}, err
		}
		if err := s.unusual(tx, Mismatch, kept, said.Amount); err != nil {
			return Payment{}, err
		}
	}
	if said.Captured <= kept.Captured {
		return kept, nil
	}
	kept, _, err := s.MarkCaptured(tx, kept.ID, said.Captured, s.clock.Now())
	return kept, err
}

// AttachOrder makes a payment that of an order; doing so twice is no error. Faults: ErrNoPayment; ErrAttached, to another order;
// ErrCanceled, when it was given up or refunded, or is being given back.
func (s *Service) AttachOrder(tx *db.Tx, paymentID, orderID string) error {
	n, err := tx.Exec(`update payments set order_id = $2, updated_at = $3 where id = $1 and canceled_at is null and refunded = 0
		and given_up_at is null and (order_id is null or order_id = $2)`, paymentID, orderID, db.Millis(s.clock.Now()))
	if err != nil || n == 1 {
		return err
	}
	p, err := s.LockPayment(tx, paymentID)
	switch {
	case err != nil:
		return err
	case p.OrderID != nil && *p.OrderID == orderID:
		return nil
	case p.OrderID != nil:
		return ErrAttached
	}
	return ErrCanceled
}

// MarkCaptured writes down how much of a payment is here in all, and tells whether that is more than was known. It never
// falls. One that was given up is so no more, which is unusual. Faults: ErrNoPayment, ErrTooMuch.
func (s *Service) MarkCaptured(tx *db.Tx, paymentID string, total int64, at time.Time) (Payment, bool, error) {
	before, err := s.LockPayment(tx, paymentID)
	switch {
	case err != nil:
		return Payment{}, false, err
	case total <= before.Captured:
		return before, false, nil
	case total > before.Amount:
		return before, false, ErrTooMuch
	}
	p, err := scanPayment(tx.QueryRow(`update payments set captured = $2, captured_at = coalesce(captured_at, $3), canceled_at = null,
		updated_at = $4 where id = $1 and captured < $2 and $2 <= amount returning `+columns,
		paymentID, total, db.Millis(at), db.Millis(s.clock.Now())))
	if err != nil {
		return Payment{}, false, err
	}
	if !before.CanceledAt.IsZero() {
		if err := s.unusual(tx, Late, p, total); err != nil {
			return Payment{}, false, err
		}
	}
	return p, true, s.record(tx, TopicCaptured, p, total-before.Captured, "captured", total)
}

// MarkRefunded writes down how much of a payment went back in all, and tells whether that is more than was known. It never
// falls. Faults: ErrNoPayment, ErrNotCaptured, ErrTooMuch.
func (s *Service) MarkRefunded(tx *db.Tx, paymentID string, total int64) (Payment, bool, error) {
	return s.markRefunded(tx, paymentID, total, "")
}

func (s *Service) markRefunded(tx *db.Tx, paymentID string, total int64, reason string) (Payment, bool, error) {
	before, err := s.LockPayment(tx, paymentID)
	switch {
	case err != nil:
		return Payment{}, false, err
	case total <= before.Refunded:
		return before, false, nil
	case before.Captured == 0:
		return before, false, ErrNotCaptured
	case total > before.Captured:
		return before, false, ErrTooMuch
	}
	p, err := scanPayment(tx.QueryRow(`update payments set refunded = $2, updated_at = $3
		where id = $1 and refunded < $2 and $2 <= captured returning `+columns, paymentID, total, db.Millis(s.clock.Now())))
	if err != nil {
		return Payment{}, false, err
	}
	return p, true, s.record(tx, TopicRefunded, p, total-before.Refunded, "refunded", total, "reason", reason)
}

// MarkCanceled writes down that a payment was given up, and tells whether that is new. Faults: ErrNoPayment, ErrCaptured.
func (s *Service) MarkCanceled(tx *db.Tx, paymentID string, at time.Time) (Payment, bool, error) {
	p, err := scanPayment(tx.QueryRow(`update payments set canceled_at = $2, updated_at = $3
		where id = $1 and canceled_at is null and captured = 0 returning `+columns,
		paymentID, db.Millis(at), db.Millis(s.clock.Now())))
	switch {
	case err == nil:
		return p, true, s.record(tx, TopicCanceled, p, p.Amount)
	case !errors.Is(err, db.ErrNoRows):
		return Payment{}, false, err
	}
	p, err = s.LockPayment(tx, paymentID)
	if err == nil && p.Captured > 0 {
		err = ErrCaptured
	}
	return p, false, err
}

// giveUp claims a payment for being given back, against every order. Faults: ErrNoPayment, ErrAttached.
func (s *Service) giveUp(tx *db.Tx, paymentID string) (Payment, error) {
	p, err := scanPayment(tx.QueryRow(`update payments set given_up_at = coalesce(given_up_at, $2), updated_at = $2
		where id = $1 and order_id is null returning `+columns, paymentID, db.Millis(s.clock.Now())))
	if !errors.Is(err, db.ErrNoRows) {
		return p, err
	}
	if _, err := s.LockPayment(tx, paymentID); err != nil {
		return Payment{}, err
	}
	return Payment{}, ErrAttached
}
