package checkout

import (
	"context"
	"time"

	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/order"
	"kaidian/internal/commerce/payment"
	"kaidian/internal/platform/db"
)

// concluding is a living attempt with the answer that it waited for. Cart and attempt are locked.
type concluding struct {
	cart    cart.Cart
	attempt attempt
	session payment.Session
	answer  payment.Answer
}

// conclude writes down what an answer means for its attempt.
func (s *Service) conclude(tx *db.Tx, in concluding, out *settled, codes *giftCodes) error {
	now := s.o.Clock.Now()
	ses := in.session.Apply(in.answer, now)
	out.status = ses.Status
	if err := s.o.Payments.SaveSessions(tx, []payment.Session{ses}); err != nil {
		return err
	}
	paid, money := in.session.Paid(in.answer)
	switch {
	case money && in.session.Covered(in.answer):
		o, err := s.place(tx, deal{cart: in.cart, plan: in.attempt.Plan, held: in.attempt.ID, paid: &paid}, codes)
		if err != nil {
			return err
		}
		in.attempt.OrderID, out.order = o.ID, &o
		return in.attempt.move(tx, placed, now)
	case money:
		if err := s.end(tx, in.attempt, "the amount is not what was asked for"); err != nil {
			return err
		}
		out.failed = true
		return s.giveBack(tx, in.session, in.answer, payment.Mismatch)
	case in.answer.State == payment.Pending || in.answer.State == payment.RequiresMore:
		return in.attempt.move(tx, waiting, now)
	default:
		out.failed = true
		return s.end(tx, in.attempt, string(in.answer.State)+" "+in.answer.Reason)
	}
}

// end ends an attempt without an order: what it took is given back, and its cart may be changed again.
func (s *Service) end(tx *db.Tx, a attempt, reason string) error {
	const most = 500
	a.Reason = reason[:min(len(reason), most)]
	if err := a.move(tx, ended, s.o.Clock.Now()); err != nil {
		return err
	}
	if err := s.o.Carts.Free(tx, a.CartID); err != nil {
		return err
	}
	if a.Plan.Codes {
		if err := s.o.Promotion.Unclaim(tx, a.ID); err != nil {
			return err
		}
	}
	_, err := s.o.Stock.Release(tx, a.ID)
	return err
}

// LetGo ends the attempt that holds a cart which is about to change, in the transaction that holds the cart. Fault: ErrPaying, when
// a provider is being asked at this moment.
func (s *Service) LetGo(tx *db.Tx, cartID string) error {
	a, err := livingOf(tx, cartID)
	if err != nil || a.ID == "" {
		return err
	}
	if a.State == asking && !s.stale(a, s.o.Clock.Now()) {
		return ErrPaying
	}
	return s.end(tx, a, "the cart was changed")
}

// giveBack writes down money that no order can have, tells the merchant, and has it returned.
func (s *Service) giveBack(tx *db.Tx, ses payment.Session, answer payment.Answer, why payment.Why) error {
	paid, ok := ses.Paid(answer)
	if !ok {
		return nil
	}
	kept, isNew, err := s.o.Payments.Record(tx, paid)
	if err != nil || kept.OrderID != nil || !isNew && kept.GivenUp {
		return err
	}
	err = s.o.Payments.RecordUnusual(tx, payment.Unusual{Why: why, PaymentID: kept.ID, CartID: ses.CartID, ProviderID: ses.ProviderID,
		Reference: kept.Reference, Amount: kept.Amount, Currency: kept.Currency})
	if err != nil {
		return err
	}
	return s.o.Jobs.Insert(context.Background(), tx, giveBackJob, giveBackWork{PaymentID: kept.ID}, time.Time{})
}

// loose acts on what a provider says of a session without a living attempt. Money for an order that is there is noted with it; other
// money makes the order of its cart, when that costs just as much and all is there, and is given back otherwise.
func (s *Service) loose(ctx context.Context, ses payment.Session, answer payment.Answer) (Result, error) {
	if err := s.o.Carts.Ready(ctx); err != nil {
		return Result{}, err
	}
	var out settled
	var codes giftCodes
	err := s.o.DB.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		out = settled{status: ses.Apply(answer, s.o.Clock.Now()).Status}
		c, err := s.o.Carts.Take(tx, ses.CartID)
		if err != nil {
			return err
		}
		known, err := s.known(tx, ses, answer)
		if err != nil || known {
			return err
		}
		return s.placeLoose(tx, c, ses, answer, &out, &codes)
	})
	if _, money := ses.Paid(answer); err != nil && money && final(err) {
		s.o.Log.WarnContext(ctx, "money came for a cart that cannot become an order with it", "cart", ses.CartID, "provider", ses.ProviderID, "why", err)
		return Result{}, s.o.DB.Write(ctx, func(_ context.Context, tx *db.Tx) error {
			switch _, err := s.o.Carts.Take(tx, ses.CartID); {
			case notFound(err):
				return s.o.Payments.RecordUnusual(tx, payment.Unusual{Why: payment.Unknown, CartID: ses.CartID, ProviderID: ses.ProviderID,
					Reference: ses.Reference, Amount: ses.Amount, Currency: ses.Currency})
			case err != nil:
				return err
			}
			return s.giveBack(tx, ses, answer, payment.Late)
		})
	}
	if err != nil {
		return Result{}, err
	}
	return s.result(ctx, ses.CartID, out)
}

// known notes what is said of money that was written down before, and tells whether it was.
func (s *Service) known(tx *db.Tx, ses payment.Session, answer payment.Answer) (bool, error) {
	reference := answer.Reference
	if reference == "" {
		reference = ses.Reference
	}
	p, err := s.o.Payments.ByReference(tx, ses.ProviderID, reference)
	if notFound(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if p.OrderID == nil && !p.GivenUp && p.CanceledAt.IsZero() && p.Refunded == 0 {
		return false, nil // it has no order yet: it may make one
	}
	now := s.o.Clock.Now()
	switch answer.State {
	case payment.Captured:
		amount := answer.Amount
		if amount == 0 {
			amount = p.Amount
		}
		p, _, err = s.o.Payments.MarkCaptured(tx, p.ID, min(amount, p.Amount), now)
		if err == nil && p.OrderID != nil {
			_, err = s.o.Orders.MarkPaid(tx, order.ByID(*p.OrderID))
		}
	case payment.Canceled:
		if p.Captured == 0 {
			_, _, err = s.o.Payments.MarkCanceled(tx, p.ID, now)
		}
	}
	return true, err
}

// placeLoose makes the order of a cart for which money is here, or writes down how its session stands.
func (s *Service) placeLoose(tx *db.Tx, c cart.Cart, ses payment.Session, answer payment.Answer, out *settled, codes *giftCodes) error {
	paid, money := ses.Paid(answer)
	switch {
	case !money:
		out.failed = answer.State == payment.Declined || answer.State == payment.Canceled
		if !c.CompletedAt.IsZero() {
			return nil
		}
		return s.note(tx, ses, answer)
	case !c.CompletedAt.IsZero():
		return cart.ErrCompleted
	case c.HeldBy != "":
		if err := s.LetGo(tx, c.ID); err != nil {
			return err
		}
		c.HeldBy = ""
	}
	if err := s.o.Carts.Reckon(tx, &c); err != nil {
		return err
	}
	if err := complete(c); err != nil {
		return err
	}
	if c.Quote.Total != paid.Amount || c.Region.Currency != paid.Currency {
		return ErrTotalChanged
	}
	p := promisesOf(c)
	if err := p.check(); err != nil {
		return err
	}
	if err := s.note(tx, ses, answer); err != nil {
		return err
	}
	plan := frozen{Draft: draft(c, s.o.Clock.Now()), Bought: p.Bought, Codes: p.codes()}
	o, err := s.place(tx, deal{cart: c, plan: plan, now: &p, paid: &paid}, codes)
	out.order = &o
	return err
}

// note writes down how a session stands, if the cart still has it.
func (s *Service) note(tx *db.Tx, ses payment.Session, answer payment.Answer) error {
	kept, err := s.o.Payments.LockSession(tx, ses.ID)
	if notFound(err) || err == nil && kept.Reference != ses.Reference {
		return nil
	}
	if err != nil {
		return err
	}
	return s.o.Payments.SaveSessions(tx, []payment.Session{kept.Apply(answer, s.o.Clock.Now())})
}
