package payment

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
)

// noOrder is the reason of a refund of money that has no order.
const noOrder = "No order could be made"

// Capture takes an amount more of a payment that is promised. When somebody else captures at the same time one of the two gets
// ErrRaced, so that each that succeeds is one capture. After a crash, or ErrProvider, it may be called again. Faults: Invalid,
// ErrNoPayment, ErrNoProvider, ErrCanceled, ErrTooMuch, ErrRefused, ErrProvider, ErrRaced.
func (s *Service) Capture(ctx context.Context, paymentID string, amount int64) (Payment, error) {
	p, err := s.moved(ctx, paymentID, amount)
	switch {
	case err != nil:
		return Payment{}, err
	case p.CanceledAt.IsZero() && !p.GivenUp && amount > p.Uncaptured():
		return Payment{}, ErrTooMuch
	}
	return alone(s.capture(ctx, p, p.Captured+amount))
}

// CaptureTo takes what is missing until a payment is captured to a total. Called again, also after it succeeded, it does nothing:
// a job calls this one. Faults: those of Capture but ErrRaced.
func (s *Service) CaptureTo(ctx context.Context, paymentID string, total int64) (Payment, error) {
	p, err := s.moved(ctx, paymentID, total)
	if err != nil || total <= p.Captured {
		return p, err
	}
	p, _, err = s.capture(ctx, p, total)
	return p, reached(err, p.Captured, total)
}

// Refund gives back an amount more of a payment that is captured; the shopper may read the reason, which may be empty. Of two
// at the same time one gets ErrRaced, so that each that succeeds is one refund. After a crash, or ErrProvider, it may be called
// again: what the provider did already is then only written down, and when that was another amount the fault is ErrRaced.
// Faults: Invalid, ErrNoPayment, ErrNoProvider, ErrNotCaptured, ErrTooMuch, ErrRefused, ErrProvider, ErrRaced.
func (s *Service) Refund(ctx context.Context, paymentID string, amount int64, reason string) (Payment, error) {
	p, err := s.moved(ctx, paymentID, amount)
	switch {
	case err != nil:
		return Payment{}, err
	case p.Captured > 0 && amount > p.Refundable():
		return Payment{}, ErrTooMuch
	}
	return alone(s.refund(ctx, p, p.Refunded+amount, reason))
}

// RefundTo gives back what is missing until a total of a payment is refunded. Called again, also after it succeeded, it does
// nothing: a job calls this one. Faults: those of Refund; ErrRaced when somebody else refunds another amount.
func (s *Service) RefundTo(ctx context.Context, paymentID string, total int64, reason string) (Payment, error) {
	p, err := s.moved(ctx, paymentID, total)
	if err != nil || total <= p.Refunded {
		return p, err
	}
	p, _, err = s.refund(ctx, p, total, reason)
	return p, reached(err, p.Refunded, total)
}

// Cancel gives up a payment that is not captured; doing so twice is no error. When it is captured meanwhile that is written down,
// and the fault is ErrCaptured. Faults: ErrNoPayment, ErrNoProvider, ErrCaptured, ErrProvider.
func (s *Service) Cancel(ctx context.Context, paymentID string) (Payment, error) {
	p, err := s.Payment(ctx, paymentID)
	switch {
	case err != nil || !p.CanceledAt.IsZero():
		return p, err
	case p.Captured > 0:
		return p, ErrCaptured
	}
	r := p.request(p.key("cancel", 0), p.Amount)
	a, err := s.ask(ctx, p.ProviderID, func(ctx context.Context, pr Provider) (Answer, error) { return pr.Cancel(ctx, r) })
	if err != nil {
		return p, err
	}
	switch total := min(cmp.Or(a.Amount, p.Amount), p.Amount); a.State {
	case Canceled, Declined:
		p, _, err = s.write(ctx, p, a.Data, func(tx *db.Tx) (Payment, bool, error) { return s.MarkCanceled(tx, p.ID, s.clock.Now()) })
		return p, err
	case Captured:
		p, _, err = s.write(ctx, p, a.Data, func(tx *db.Tx) (Payment, bool, error) {
			return s.MarkCaptured(tx, p.ID, total, s.clock.Now())
		})
		return p, cmp.Or(err, error(ErrCaptured))
	case Refunded:
		p, _, err = s.write(ctx, p, a.Data, func(tx *db.Tx) (Payment, bool, error) { return s.markBack(tx, p.ID, total) })
		return p, err
	default:
		return p, undecided("cancel", a)
	}
}

// markBack writes down money that came and went without us.
func (s *Service) markBack(tx *db.Tx, paymentID string, total int64) (Payment, bool, error) {
	if p, _, err := s.MarkCaptured(tx, paymentID, total, s.clock.Now()); err != nil {
		return p, false, err
	}
	return s.MarkRefunded(tx, paymentID, total)
}

// GiveBack returns money that has no order: what is promised is given up, what is here is refunded. No order can have the
// payment from the moment when it begins, and doing so twice does nothing. Faults: ErrNoPayment; ErrAttached, when an order has
// it; ErrNoProvider, ErrRefused, ErrProvider, ErrRaced: to be called again, Orphans names it until all is back.
func (s *Service) GiveBack(ctx context.Context, paymentID string) (Payment, error) {
	var p Payment
	err := s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		p, err = s.giveUp(tx, paymentID)
		return err
	})
	if err != nil || !p.CanceledAt.IsZero() {
		return p, err
	}
	if p.Captured == 0 {
		if p, err = s.Cancel(ctx, paymentID); err == nil || !errors.Is(err, ErrCaptured) {
			return p, err
		}
	}
	return s.RefundTo(ctx, paymentID, p.Captured, noOrder)
}

// moved reads the payment of which an amount is to be moved.
func (s *Service) moved(ctx context.Context, paymentID string, amount int64) (Payment, error) {
	if amount < 1 {
		return Payment{}, invalid("amount", fault.Range, "must be at least 1")
	}
	return s.Payment(ctx, paymentID)
}

// capture brings a payment to a total, and tells whether it was this call that wrote it down.
func (s *Service) capture(ctx context.Context, p Payment, total int64) (Payment, bool, error) {
	switch {
	case !p.CanceledAt.IsZero() || p.GivenUp:
		return p, false, ErrCanceled
	case total > p.Amount:
		return p, false, ErrTooMuch
	}
	r := p.request(p.key("capture", p.Captured), total-p.Captured)
	a, err := s.ask(ctx, p.ProviderID, func(ctx context.Context, pr Provider) (Answer, error) { return pr.Capture(ctx, r) })
	switch {
	case err != nil:
		return p, false, err
	case a.State == Canceled:
		p, _, err = s.write(ctx, p, a.Data, func(tx *db.Tx) (Payment, bool, error) { return s.MarkCanceled(tx, p.ID, s.clock.Now()) })
		return p, false, cmp.Or(err, error(ErrCanceled))
	case a.State != Captured:
		return p, false, undecided("capture", a)
	}
	done := p.Captured + cmp.Or(a.Amount, r.Amount)
	p, first, err := s.write(ctx, p, a.Data, func(tx *db.Tx) (Payment, bool, error) {
		return s.MarkCaptured(tx, p.ID, done, s.clock.Now())
	})
	return p, first && done == total, err
}

// refund brings what went back of a payment to a total, and tells whether it was this call that wrote it down.
func (s *Service) refund(ctx context.Context, p Payment, total int64, reason string) (Payment, bool, error) {
	switch {
	case p.Captured == 0:
		return p, false, ErrNotCaptured
	case total > p.Captured:
		return p, false, ErrTooMuch
	}
	r := p.request(p.key("refund", p.Refunded), total-p.Refunded)
	r.Reason = reason
	a, err := s.ask(ctx, p.ProviderID, func(ctx context.Context, pr Provider) (Answer, error) { return pr.Refund(ctx, r) })
	switch {
	case err != nil:
		return p, false, err
	case a.State != Refunded:
		return p, false, undecided("refund", a)
	}
	done := p.Refunded + cmp.Or(a.Amount, r.Amount)
	p, first, err := s.write(ctx, p, a.Data, func(tx *db.Tx) (Payment, bool, error) {
		return s.markRefunded(tx, p.ID, done, reason)
	})
	return p, first && done == total, err
}

// alone makes ErrRaced of a deed that somebody else wrote down.
func alone(p Payment, first bool, err error) (Payment, error) {
	if err == nil && !first {
		err = ErrRaced
	}
	return p, err
}

// reached makes ErrRaced of a deed after which less is done than was wanted.
func reached(err error, done, total int64) error {
	if err == nil && done < total {
		return ErrRaced
	}
	return err
}

// undecided is what becomes of a deed that the provider did not do.
func undecided(deed string, a Answer) error {
	cause := fmt.Errorf("%s: the provider answered %s", deed, strings.TrimSpace(string(a.State)+" "+a.Reason))
	if a.State == Declined || a.State == Canceled {
		return ErrRefused.Wrap(cause)
	}
	return ErrProvider.Wrap(cause)
}

// marking writes down how a payment stands, and tells whether that is new.
type marking func(tx *db.Tx) (Payment, bool, error)

// write opens the transaction that writes a provider's answer down. It does so also for a caller who left meanwhile: the deed is
// done, and the next try would only find that out.
func (s *Service) write(ctx context.Context, p Payment, data json.RawMessage, mark marking) (Payment, bool, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
	defer cancel()
	var out Payment
	var first bool
	err := s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		if out, first, err = mark(tx); err != nil || data == nil || !first {
			return err
		}
		out.Data = data
		_, err = tx.Exec(`update payments set data = $2 where id = $1`, p.ID, string(data))
		return err
	})
	if err != nil {
		return p, false, err
	}
	return out, first, nil
}
