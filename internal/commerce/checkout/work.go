package checkout

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"kaidian/internal/commerce/payment"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/job"
)

// The kinds of jobs of the till.
const (
	giveBackJob = "checkout.give_back" // money that has no order
	giveUpJob   = "checkout.give_up"   // sessions that are wanted no more
)

type giveBackWork struct{ PaymentID string }

type giveUpWork struct{ Sessions []payment.Session }

// How often Sweep runs, and how much it takes at once.
const (
	sweeping  = 15 * time.Second
	sweepMost = 100
	// orphaned is how old money without an order is before Sweep has it given back.
	orphaned = 10 * time.Minute
)

// Work has the queue do what the till leaves for later, and sweep. It is called before the queue starts.
func (s *Service) Work() {
	o := job.HandleOptions{MaxAttempts: 30, Timeout: 2 * time.Minute, Workers: 2}
	s.o.Jobs.Handle(giveBackJob, s.doGiveBack, o)
	s.o.Jobs.Handle(giveUpJob, s.doGiveUp, o)
	s.o.Jobs.Every("checkout.sweep", sweeping, s.Sweep)
}

func (s *Service) doGiveBack(ctx context.Context, j job.Job) error {
	var w giveBackWork
	if err := json.Unmarshal(j.Payload, &w); err != nil {
		return err
	}
	_, err := s.o.Payments.GiveBack(ctx, w.PaymentID)
	if errors.Is(err, payment.ErrAttached) || errors.Is(err, payment.ErrNoPayment) {
		return nil // an order has it after all
	}
	return err
}

func (s *Service) doGiveUp(ctx context.Context, j job.Job) error {
	var w giveUpWork
	if err := json.Unmarshal(j.Payload, &w); err != nil {
		return err
	}
	came, err := s.o.Payments.GiveUp(ctx, w.Sessions)
	for _, p := range came {
		err = errors.Join(err, s.arrived(ctx, p))
	}
	return err
}

// Sweep goes on with attempts whose process died, ends those that waited for too long, and has money given back that has stayed
// without an order. It may run at any time and in any number of processes.
func (s *Service) Sweep(ctx context.Context) error {
	var ids []string
	now := s.o.Clock.Now()
	err := s.o.DB.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		ids, err = due(tx, now.Add(-s.o.Asking), now, sweepMost)
		return err
	})
	for _, id := range ids {
		if serr := s.sweep(ctx, id); serr != nil {
			s.o.Log.WarnContext(ctx, "an attempt to pay could not be ended; it is tried again", "attempt", id, "error", serr)
		}
	}
	return errors.Join(err, s.sweepOrphans(ctx, now.Add(-orphaned)))
}

func (s *Service) sweepOrphans(ctx context.Context, before time.Time) error {
	orphans, err := s.o.Payments.Orphans(ctx, before)
	for _, p := range orphans {
		s.o.Log.WarnContext(ctx, "money without an order is given back", "payment", p.ID, "cart", p.CartID)
		if _, gerr := s.o.Payments.GiveBack(ctx, p.ID); gerr != nil && !errors.Is(gerr, payment.ErrAttached) {
			err = errors.Join(err, gerr)
		}
	}
	return err
}

// sweep takes one attempt over. Within its window its provider is asked again; after that the payment is given up.
func (s *Service) sweep(ctx context.Context, id string) error {
	var b begun
	expired, gone := false, false
	err := s.o.DB.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		b, expired, gone = begun{}, false, false
		var cartID string
		if err := tx.QueryRow(`select cart_id from checkout_attempts where id = $1`, id).Scan(&cartID); err != nil {
			return err
		}
		c, err := s.o.Carts.Take(tx, cartID)
		if err != nil {
			return err
		}
		a, err := lockAttempt(tx, id)
		now := s.o.Clock.Now()
		expired = !a.ExpiresAt.After(now)
		if err != nil || !a.live() || a.State == asking && !s.stale(a, now) || a.State == waiting && !expired {
			gone = true
			return err
		}
		ses, err := s.o.Payments.LockSession(tx, a.SessionID)
		if notFound(err) {
			gone = true
			return s.end(tx, a, "its payment session is gone")
		}
		b = begun{attempt: a, session: ses, shopper: shopper(c)}
		return errors.Join(err, a.move(tx, asking, now))
	})
	switch {
	case err != nil || gone:
		return err
	case expired:
		return s.expire(ctx, b)
	}
	_, err = s.ask(ctx, b)
	return quiet(err)
}

// expire gives a payment up that has waited for too long. When it is paid at the last moment, the order is made after all.
func (s *Service) expire(ctx context.Context, b begun) error {
	came, err := s.o.Payments.GiveUp(ctx, []payment.Session{b.session})
	if len(came) > 0 { // of the one session
		answer := payment.Answer{State: payment.Authorized, Reference: came[0].Reference, Amount: came[0].Amount}
		if came[0].Captured > 0 {
			answer.State = payment.Captured
		}
		_, err := s.settle(ctx, b.attempt, b.session, answer)
		return quiet(err)
	}
	return s.o.DB.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		if _, terr := s.o.Carts.Take(tx, b.attempt.CartID); terr != nil {
			return terr
		}
		a, terr := lockAttempt(tx, b.attempt.ID)
		if terr != nil || !a.live() {
			return terr
		}
		canceled := b.session.Apply(payment.Answer{State: payment.Canceled}, s.o.Clock.Now())
		if terr := s.o.Payments.SaveSessions(tx, []payment.Session{canceled}); terr != nil {
			return terr
		}
		if err != nil { // goods are not held for a provider that does not answer: it is told again, and money that came is loose
			terr = s.o.Jobs.Insert(ctx, tx, giveUpJob, giveUpWork{Sessions: []payment.Session{b.session}}, time.Time{})
		}
		return errors.Join(terr, s.end(tx, a, "it has expired"))
	})
}

// quiet drops refusals: they are written down with the attempt.
func quiet(err error) error {
	if final(err) {
		return nil
	}
	return err
}

// Reply is what a provider wants to hear back.
type Reply struct {
	Body []byte
	Type string // content type; empty for none
}

// Notice takes what a provider sends by itself. When it returns without an error all is written down, and the provider need not send
// it again. The shopper's return and the notice reach the same deed: whoever comes first makes the order.
//
// Faults: payment.ErrNoProvider, payment.ErrSignature; ErrPaying and others that ask to be sent again.
func (s *Service) Notice(ctx context.Context, provider string, header http.Header, body []byte) (Reply, error) {
	n, err := s.o.Payments.Notice(ctx, provider, header, body)
	if err != nil {
		return Reply{}, err
	}
	reply := Reply{n.Reply, n.ReplyType}
	if n.Reference == "" {
		return reply, nil
	}
	ctx = context.WithoutCancel(ctx)
	var ses payment.Session
	var a attempt
	known := true
	err = s.o.DB.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		ses, known, err = s.sessionOf(tx, provider, n)
		if err != nil || !known {
			return err
		}
		a, err = livingOf(tx, ses.CartID)
		return err
	})
	switch {
	case err != nil:
		return Reply{}, err
	case !known:
		return reply, s.unknown(ctx, provider, n)
	case a.ID != "" && a.SessionID == ses.ID:
		_, err = s.settle(ctx, a, ses, n.Answer)
	default:
		_, err = s.loose(ctx, ses, n.Answer)
	}
	return reply, quiet(err)
}

// sessionOf finds the session that a notice is about: as it is kept, or as it must have been when it is gone; false when not even its
// cart is known.
func (s *Service) sessionOf(tx *db.Tx, provider string, n payment.Notice) (payment.Session, bool, error) {
	ses, err := s.o.Payments.SessionByReference(tx, provider, n.Reference)
	if err == nil || !notFound(err) {
		return ses, err == nil, err
	}
	if p, err := s.o.Payments.ByReference(tx, provider, n.Reference); err == nil {
		n.CartID, n.Currency = p.CartID, p.Currency
		if n.Amount == 0 {
			n.Amount = p.Amount
		}
	} else if !notFound(err) {
		return ses, false, err
	}
	if n.CartID == "" || n.Amount <= 0 || n.Currency == "" {
		return ses, false, nil
	}
	return payment.Session{ID: n.SessionID, CartID: n.CartID, ProviderID: provider, Reference: n.Reference, Amount: n.Amount,
		Currency: n.Currency, Data: n.Data}, true, nil
}

// unknown tells the merchant of a notice about money that belongs to nothing here.
func (s *Service) unknown(ctx context.Context, provider string, n payment.Notice) error {
	return s.o.DB.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		return s.o.Payments.RecordUnusual(tx, payment.Unusual{Why: payment.Unknown, CartID: n.CartID, ProviderID: provider,
			Reference: n.Reference, Amount: n.Amount, Currency: n.Currency, NoticeID: n.ID})
	})
}
