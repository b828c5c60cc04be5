package checkout

import (
	"context"
	"errors"
	"time"

	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/order"
	"kaidian/internal/commerce/payment"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/id"
)

// Complete makes a cart an order, or says how its payment stands when there is none yet: the shopper has something to do, or the
// provider to decide. Of a cart that has become an order it gives that order, however often it is called. It goes on when the caller
// is gone: what a provider was asked for is written down.
//
// Faults: cart.ErrNotFound; cart.ErrUnsellable; ErrNoLines, ErrNoEmail; ErrNoSession; ErrTotalChanged; ErrPaying;
// inventory.ErrInsufficient; those of promotion.Service.Claim; ErrDeclined. The cart is open after each of them.
func (s *Service) Complete(ctx context.Context, cartID string) (Result, error) {
	b, err := s.begin(ctx, cartID)
	if err != nil {
		return Result{}, err
	}
	if b.order != nil {
		return Result{Order: b.order}, nil
	}
	return s.ask(ctx, b)
}

// begun is what came of begin: an order, or an attempt whose provider is to be asked.
type begun struct {
	order   *order.Order
	attempt attempt
	session payment.Session
	shopper payment.Shopper
}

// begin locks the cart and either makes the order, or takes what it needs and keeps the attempt.
func (s *Service) begin(ctx context.Context, cartID string) (begun, error) {
	if err := s.o.Carts.Ready(ctx); err != nil {
		return begun{}, err
	}
	var b begun
	var codes giftCodes
	err := s.o.DB.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		b = begun{}
		c, err := s.o.Carts.Take(tx, cartID)
		if err != nil {
			return err
		}
		if !c.CompletedAt.IsZero() {
			o, err := s.o.Orders.Read(tx, order.ByCart(cartID))
			b.order = &o
			return err
		}
		if c.HeldBy != "" {
			return s.resume(tx, c, &b)
		}
		if err := s.o.Carts.Reckon(tx, &c); err != nil {
			return err
		}
		return s.start(tx, c, &b, &codes)
	})
	return b, err
}

// start begins a cart that nothing is held for.
func (s *Service) start(tx *db.Tx, c cart.Cart, b *begun, codes *giftCodes) error {
	if err := complete(c); err != nil {
		return err
	}
	now, p := s.o.Clock.Now(), promisesOf(c)
	if err := p.check(); err != nil {
		return err
	}
	plan := frozen{Draft: draft(c, now), Bought: p.Bought, Codes: p.codes()}
	if c.Quote.Total <= 0 {
		o, err := s.place(tx, deal{cart: c, plan: plan, now: &p}, codes)
		b.order = &o
		return err
	}
	ses, offline, err := s.selected(tx, c)
	if err != nil {
		return err
	}
	if offline {
		return s.placeOffline(tx, deal{cart: c, plan: plan, now: &p}, ses, b, codes)
	}
	a := attempt{ID: id.New("coat", now), CartID: c.ID, CartVersion: c.Version, SessionID: ses.ID, State: asking, Plan: plan,
		Amount: c.Quote.Total, Currency: c.Region.Currency, ExpiresAt: now.Add(s.o.Window), UpdatedAt: now}
	b.attempt, b.session, b.shopper = a, ses, shopper(c)
	if err := s.o.Carts.Hold(tx, c, a.ID); err != nil {
		return err
	}
	if err := insertAttempt(tx, a); err != nil {
		return err
	}
	if p.codes() {
		if err := s.o.Promotion.Claim(tx, a.ID, p.Discounts, p.Cards); err != nil {
			return err
		}
	}
	return s.o.Stock.Reserve(tx, a.ID, p.Goods)
}

// complete tells whether all is there that an order needs. Faults: ErrNoLines, ErrNoEmail.
func complete(c cart.Cart) error {
	switch {
	case len(c.Body.Lines) == 0:
		return ErrNoLines
	case c.Email == nil || *c.Email == "":
		return ErrNoEmail
	}
	return nil
}

// selected gives the session that a cart is to be paid with, and whether nobody has to be asked about it. Faults: ErrNoSession,
// ErrTotalChanged, payment.ErrNoProvider.
func (s *Service) selected(tx *db.Tx, c cart.Cart) (ses payment.Session, offline bool, err error) {
	sessions, err := s.o.Payments.Sessions(tx, c.ID)
	if err != nil {
		return ses, false, err
	}
	ses, ok := payment.Selected(sessions)
	switch {
	case !ok || !ses.Initiated:
		return ses, false, ErrNoSession
	case ses.Amount != c.Quote.Total || ses.Currency != c.Region.Currency:
		return ses, false, ErrTotalChanged
	}
	p, err := s.o.Payments.Provider(ses.ProviderID)
	if err != nil {
		return ses, false, err
	}
	return ses, p.Offline(), nil
}

// placeOffline makes the order of a cart whose provider needs not be asked: it always authorises.
func (s *Service) placeOffline(tx *db.Tx, d deal, ses payment.Session, b *begun, codes *giftCodes) error {
	answer := payment.Answer{State: payment.Authorized, Reference: ses.Reference}
	paid, _ := ses.Paid(answer)
	d.paid = &paid
	if err := s.o.Payments.SaveSessions(tx, []payment.Session{ses.Apply(answer, s.o.Clock.Now())}); err != nil {
		return err
	}
	o, err := s.place(tx, d, codes)
	b.order = &o
	return err
}

// resume goes on with the attempt that holds a cart: of a process that died, or one that waited. Fault: ErrPaying.
func (s *Service) resume(tx *db.Tx, c cart.Cart, b *begun) error {
	a, err := lockAttempt(tx, c.HeldBy)
	if err != nil {
		return err
	}
	now := s.o.Clock.Now()
	if a.State == asking && now.Sub(a.UpdatedAt) < s.o.Asking {
		return ErrPaying
	}
	ses, err := s.o.Payments.LockSession(tx, a.SessionID)
	if err != nil {
		return err
	}
	b.attempt, b.session, b.shopper = a, ses, shopper(c)
	return a.move(tx, asking, now)
}

// ask asks the provider of an attempt and acts on the answer.
func (s *Service) ask(ctx context.Context, b begun) (Result, error) {
	ctx = context.WithoutCancel(ctx)
	b.shopper.Subject = s.subject(ctx)
	answer, err := s.o.Payments.Authorize(ctx, b.attempt.ID, b.session, b.shopper)
	if err != nil {
		s.o.Log.WarnContext(ctx, "a payment provider gave no clear answer", "provider", b.session.ProviderID, "cart", b.attempt.CartID, "error", err)
	}
	return s.settle(ctx, b.attempt, b.session, answer)
}

func (s *Service) subject(ctx context.Context) string {
	if s.o.Subject == nil {
		return ""
	}
	return s.o.Subject(ctx)
}

// shopper is what a provider may know of who pays.
func shopper(c cart.Cart) payment.Shopper {
	var w payment.Shopper
	if c.Email != nil {
		w.Email = *c.Email
	}
	if a := c.Body.Shipping; a != nil && a.CountryCode != nil {
		w.Country = *a.CountryCode
	}
	return w
}

// settle acts on the answer about a session that was asked for an attempt: the order, the wait, or the end of it. When somebody
// else ended the attempt meanwhile, money that comes now is loose.
func (s *Service) settle(ctx context.Context, of attempt, ses payment.Session, answer payment.Answer) (Result, error) {
	if err := s.o.Carts.Ready(ctx); err != nil {
		return Result{}, err
	}
	var out settled
	var codes giftCodes
	err := s.o.DB.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		out = settled{}
		c, err := s.o.Carts.Take(tx, of.CartID)
		if err != nil {
			return err
		}
		a, err := lockAttempt(tx, of.ID)
		if err != nil {
			return err
		}
		if !a.live() {
			out.over = true
			return nil
		}
		return s.conclude(tx, concluding{cart: c, attempt: a, session: ses, answer: answer}, &out, &codes)
	})
	switch {
	case err != nil && answer.State != payment.Pending && !errors.Is(err, context.Canceled):
		return Result{}, s.afterRefusal(ctx, of, ses, answer, err)
	case err != nil:
		return Result{}, err
	case out.over:
		return s.loose(ctx, ses, answer)
	}
	return s.result(ctx, of.CartID, out)
}

// settled is what came of an answer.
type settled struct {
	over   bool // the attempt had ended before
	order  *order.Order
	status payment.SessionStatus
	failed bool // there will be no money
}

func (s *Service) result(ctx context.Context, cartID string, out settled) (Result, error) {
	switch {
	case out.order != nil:
		return Result{Order: out.order}, nil
	case out.failed:
		return Result{}, ErrDeclined
	}
	c, err := s.o.Carts.Get(ctx, cartID, cart.View{})
	if err != nil {
		return Result{}, err
	}
	t, err := s.read(ctx, c)
	return Result{Till: t, Status: out.status}, err
}

// afterRefusal ends an attempt whose order could not be made although there may be money for it: that is given back.
func (s *Service) afterRefusal(ctx context.Context, of attempt, ses payment.Session, answer payment.Answer, why error) error {
	if _, money := ses.Paid(answer); !money || !final(why) {
		return why
	}
	err := s.o.DB.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		if _, err := s.o.Carts.Take(tx, of.CartID); err != nil {
			return err
		}
		a, err := lockAttempt(tx, of.ID)
		if err != nil || !a.live() {
			return err
		}
		if err := s.end(tx, a, "refused: "+why.Error()); err != nil {
			return err
		}
		return s.giveBack(tx, ses, answer, payment.Late)
	})
	return errors.Join(why, err)
}

// Asking is over when a process that asks counts as dead.
func (s *Service) stale(a attempt, now time.Time) bool {
	return a.State == asking && now.Sub(a.UpdatedAt) >= s.o.Asking
}
