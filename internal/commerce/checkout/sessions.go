package checkout

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/payment"
	"kaidian/internal/platform/db"
)

// read gives a cart with its sessions and its payment as they are: one statement, none of a cart that never had any, two of a
// completed one.
func (s *Service) read(ctx context.Context, c cart.Cart) (Till, error) {
	t := Till{Cart: c}
	if !c.Body.Paying {
		return t, nil
	}
	err := s.o.DB.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		if t.Sessions, err = s.o.Payments.Sessions(tx, c.ID); err != nil || c.AuthorizedAt.IsZero() {
			return err
		}
		paid, err := s.o.Payments.ByCart(tx, c.ID)
		for _, p := range paid {
			if p.OrderID != nil {
				t.Payment = &p
			}
		}
		return err
	})
	return t, err
}

// Sessions gives a cart with the ways in which it can be paid, which it brings up to date: it is called for every cart that was
// changed or is shown. One statement when there is nothing to do. A cart without sessions gets none; one with sessions shows its taxes. Fault: what a provider says that
// is told of the new amount; the cart is changed all the same.
func (s *Service) Sessions(ctx context.Context, c cart.Cart) (Till, error) {
	t, err := s.read(ctx, c)
	if err != nil || len(t.Sessions) == 0 || !c.CompletedAt.IsZero() || c.HeldBy != "" {
		return t, err
	}
	if !c.Taxed { // who pays, pays the taxes too
		if t.Cart, err = s.o.Carts.Get(ctx, c.ID, cart.View{ForceTaxes: true}); err != nil {
			return Till{}, err
		}
	}
	return s.adjust(ctx, t, func(have []payment.Session, w payment.Wanted, now time.Time) (payment.Plan, error) {
		return payment.Ensure(have, w, now), nil
	})
}

// planning says what is to become of the sessions of a cart.
type planning func(have []payment.Session, w payment.Wanted, now time.Time) (payment.Plan, error)

// CreateSessions gives a cart the ways in which it can be paid: one for each provider of its region. Taxes are shown from now on.
// Faults: cart.ErrNotFound, cart.ErrCompleted, ErrPaying, those of providers.
func (s *Service) CreateSessions(ctx context.Context, cartID string) (Till, error) {
	return s.change(ctx, cartID, func(have []payment.Session, w payment.Wanted, now time.Time) (payment.Plan, error) {
		return payment.Ensure(have, w, now), nil
	})
}

// SelectSession has a cart paid with a provider. Faults: those of CreateSessions, ErrNoProvider, ErrNoSuchSession.
func (s *Service) SelectSession(ctx context.Context, cartID, provider string) (Till, error) {
	return s.change(ctx, cartID, func(have []payment.Session, w payment.Wanted, now time.Time) (payment.Plan, error) {
		if !slices.Contains(w.Providers, provider) {
			return payment.Plan{}, ErrNoProvider
		}
		return payment.Select(have, provider, now)
	})
}

// RefreshSession starts the session of a provider anew; it is not selected then. Faults: those of CreateSessions, ErrNoSuchSession.
func (s *Service) RefreshSession(ctx context.Context, cartID, provider string) (Till, error) {
	return s.change(ctx, cartID, func(have []payment.Session, _ payment.Wanted, now time.Time) (payment.Plan, error) {
		return payment.Renew(have, provider, now)
	})
}

// DeleteSession takes the session of a provider away. Faults: those of CreateSessions, ErrNoSuchSession.
func (s *Service) DeleteSession(ctx context.Context, cartID, provider string) (Till, error) {
	return s.change(ctx, cartID, func(have []payment.Session, _ payment.Wanted, _ time.Time) (payment.Plan, error) {
		return payment.Remove(have, provider)
	})
}

// UpdateSession gives what the shopper's app has to say, an object, to the provider of a session. Faults: those of CreateSessions,
// ErrNoSuchSession, what the provider refuses.
func (s *Service) UpdateSession(ctx context.Context, cartID, provider string, input json.RawMessage) (Till, error) {
	c, err := s.open(ctx, cartID)
	if err != nil {
		return Till{}, err
	}
	t, err := s.read(ctx, c)
	if err != nil {
		return Till{}, err
	}
	at := slices.IndexFunc(t.Sessions, func(ses payment.Session) bool { return ses.ProviderID == provider })
	if at < 0 {
		return Till{}, ErrNoSuchSession
	}
	who := shopper(c)
	who.Subject = s.subject(ctx)
	ses, err := s.o.Payments.Tell(context.WithoutCancel(ctx), t.Sessions[at], input, who)
	if err != nil {
		return Till{}, err
	}
	t.Sessions[at] = ses
	err = s.save(ctx, c, payment.Plan{Sessions: t.Sessions, Save: []payment.Session{ses}})
	return t, err
}

// open gives a cart that can still be paid, with taxes. Faults: cart.ErrNotFound, cart.ErrCompleted.
func (s *Service) open(ctx context.Context, cartID string) (cart.Cart, error) {
	c, err := s.o.Carts.Get(ctx, cartID, cart.View{ForceTaxes: true})
	if err == nil && !c.CompletedAt.IsZero() {
		err = cart.ErrCompleted
	}
	return c, err
}

func (s *Service) change(ctx context.Context, cartID string, plan planning) (Till, error) {
	c, err := s.open(ctx, cartID)
	if err != nil {
		return Till{}, err
	}
	t, err := s.read(ctx, c)
	if err != nil {
		return Till{}, err
	}
	return s.adjust(ctx, t, plan)
}

// adjust carries out what is planned for the sessions of a cart that was read. When somebody else is quicker it looks again.
func (s *Service) adjust(ctx context.Context, t Till, planned planning) (Till, error) {
	const tries = 3
	for n := 1; ; n++ {
		out, err := s.adjustOnce(ctx, t, planned)
		if n == tries || !errors.Is(err, payment.ErrRaced) {
			return out, err
		}
		t.Cart.Body.Paying = true
		if t, err = s.read(ctx, t.Cart); err != nil {
			return Till{}, err
		}
	}
}

// adjustOnce asks providers first, then it writes down what came of it, and what is not wanted any more is given up.
func (s *Service) adjustOnce(ctx context.Context, t Till, planned planning) (Till, error) {
	c := t.Cart
	want := payment.Wanted{CartID: c.ID, Providers: s.o.Payments.Installed(c.Region.PaymentProviders), Amount: c.Quote.Total, Currency: c.Region.Currency}
	plan, err := planned(t.Sessions, want, s.o.Clock.Now())
	if notFound(err) {
		return Till{}, ErrNoSuchSession
	}
	if err != nil || plan.Idle() {
		return t, err
	}
	who := shopper(c)
	who.Subject = s.subject(ctx)
	ctx = context.WithoutCancel(ctx) // what a provider has opened is to be written down
	if plan, err = s.o.Payments.CarryOut(ctx, plan, who); err != nil {
		return Till{}, err
	}
	if err := s.save(ctx, c, plan); err != nil {
		return Till{}, err
	}
	t.Sessions = plan.Sessions
	return t, s.giveUp(ctx, plan.GiveUp)
}

// save writes down what was planned and carried out. A waiting attempt to pay is over by that. Faults: cart.ErrCompleted, ErrPaying.
func (s *Service) save(ctx context.Context, c cart.Cart, plan payment.Plan) error {
	return s.o.DB.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		now, err := s.o.Carts.Take(tx, c.ID)
		if err != nil {
			return err
		}
		if !now.CompletedAt.IsZero() {
			return cart.ErrCompleted
		}
		if now.HeldBy != "" {
			if err := s.LetGo(tx, c.ID); err != nil {
				return err
			}
		}
		if len(plan.Save) > 0 && !now.Body.Paying {
			if err := s.o.Carts.Paying(tx, now); err != nil {
				return err
			}
		}
		if err := s.o.Payments.DeleteSessions(tx, plan.Delete); err != nil {
			return err
		}
		return s.o.Payments.SaveSessions(tx, plan.Save)
	})
}

// giveUp tells providers of sessions that are wanted no more. What was paid all the same is loose money; a provider that does not
// answer is told again by a job.
func (s *Service) giveUp(ctx context.Context, sessions []payment.Session) error {
	if len(sessions) == 0 {
		return nil
	}
	came, err := s.o.Payments.GiveUp(ctx, sessions)
	if err != nil {
		s.o.Log.WarnContext(ctx, "a payment could not be given up; it is tried again", "error", err)
		err = s.o.DB.Write(ctx, func(_ context.Context, tx *db.Tx) error {
			return s.o.Jobs.Insert(ctx, tx, giveUpJob, giveUpWork{Sessions: sessions}, time.Time{})
		})
	}
	for _, p := range came {
		if lerr := s.arrived(ctx, p); lerr != nil {
			return lerr
		}
	}
	return err
}

// arrived acts on money that is there although its session was given up.
func (s *Service) arrived(ctx context.Context, p payment.Payment) error {
	ses := payment.Session{CartID: p.CartID, ProviderID: p.ProviderID, Reference: p.Reference, Amount: p.Amount, Currency: p.Currency, Data: p.Data}
	if p.SessionID != nil {
		ses.ID = *p.SessionID
	}
	state := payment.Authorized
	if p.Captured > 0 {
		state = payment.Captured
	}
	_, err := s.loose(ctx, ses, payment.Answer{State: state, Reference: p.Reference, Amount: p.Amount})
	return err
}
