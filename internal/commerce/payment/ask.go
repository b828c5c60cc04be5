package payment

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
)

// Bounds of what a provider answers.
const (
	maxReference = 255       // characters
	maxData      = 64 << 10  // bytes
	maxTotal     = 1e15      // minor units
	objectStart  = byte('{') // of JSON
)

// ask calls a provider, with a deadline and outside of any transaction. The Answer can be acted on even with an error: it is
// Declined when the provider says that it did nothing, and Pending when nobody knows; the error is then ErrProvider with its
// cause.
func (s *Service) ask(ctx context.Context, provider string, do func(ctx context.Context, p Provider) (Answer, error)) (Answer, error) {
	p, err := s.Provider(provider)
	if err != nil {
		return Answer{State: Pending}, err
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	a, err := do(ctx, p)
	if err == nil {
		err = a.check()
	}
	switch f := fault.As(err); {
	case err == nil:
		return a, nil
	case f != nil && didNothing(f.Code):
		return Answer{State: Declined, Reason: f.Message}, err
	}
	return Answer{State: Pending}, ErrProvider.Wrap(fmt.Errorf("provider %s: %w", provider, err))
}

// didNothing tells whether a provider's fault says that nothing was done; see Provider.
func didNothing(c fault.Code) bool {
	return slices.Contains([]fault.Code{fault.Invalid, fault.NotAllowed, fault.NotFound, fault.Forbidden, fault.Conflict}, c)
}

// check tells what is wrong with an answer, which is then as good as none.
func (a Answer) check() error {
	known := []State{Pending, RequiresMore, Authorized, Captured, Refunded, Declined, Canceled}
	switch {
	case !slices.Contains(known, a.State):
		return fmt.Errorf("answered the state %q", a.State)
	case a.Amount < 0 || a.Amount > maxTotal:
		return fmt.Errorf("answered the amount %d", a.Amount)
	case len(a.Reference) > maxReference || !db.Storable(a.Reference):
		return errors.New("answered a reference that cannot be kept")
	case a.Data != nil && !object(a.Data):
		return errors.New("answered data that are no object, or too many")
	}
	return nil
}

// object tells whether data are a JSON object that can be kept.
func object(data json.RawMessage) bool {
	trimmed := bytes.TrimSpace(data)
	return len(trimmed) > 0 && trimmed[0] == objectStart && len(data) <= maxData && json.Valid(data) && db.Storable(string(data))
}

// Open opens a session at its provider and gives it as it is then, to be saved. Nothing is to be saved after a fault: the next
// try has the same Key. Faults: ErrNoProvider, ErrProvider, what the provider refuses.
func (s *Service) Open(ctx context.Context, ses Session, w Shopper) (Session, error) {
	r := ses.request(ses.key("open", nil), w)
	r.Reference = ""
	a, err := s.ask(ctx, ses.ProviderID, func(ctx context.Context, p Provider) (Answer, error) {
		a, err := p.Initiate(ctx, r)
		if err == nil && a.Reference == "" {
			err = errors.New("opened a payment without a reference")
		}
		return a, err
	})
	if err != nil {
		return Session{}, err
	}
	ses.Initiated = true
	return ses.Apply(a, s.clock.Now()), nil
}

// Tell tells a session's provider of its amount, and of what the shopper's app gave, an object or nil; it gives the session as it
// is then, to be saved. A session that is not initiated is left alone, and what is given to it is refused. Faults: Invalid,
// ErrNoSession, ErrNoProvider, ErrProvider, what the provider refuses.
func (s *Service) Tell(ctx context.Context, ses Session, input json.RawMessage, w Shopper) (Session, error) {
	switch {
	case input != nil && !object(input):
		return Session{}, invalid("data", fault.Type, "must be an object of 64 KiB at most")
	case !ses.Initiated && input != nil:
		return Session{}, ErrNoSession.WithMessage("The payment session is not selected yet")
	case !ses.Initiated:
		return ses, nil
	}
	r := ses.request(ses.key("tell", input), w)
	r.Input = input
	a, err := s.ask(ctx, ses.ProviderID, func(ctx context.Context, p Provider) (Answer, error) { return p.Update(ctx, r) })
	if err != nil {
		return Session{}, err
	}
	return ses.Apply(a, s.clock.Now()), nil
}

// CarryOut asks the providers about what the plan says, and gives the plan as it is then: with nothing left to ask, and the
// outcome in Save and Sessions. Faults: those of Open and Tell.
func (s *Service) CarryOut(ctx context.Context, p Plan, w Shopper) (Plan, error) {
	var done []Session
	if p.Open != nil {
		ses, err := s.Open(ctx, *p.Open, w)
		if err != nil {
			return Plan{}, err
		}
		done = append(done, ses)
	}
	if p.Tell != nil {
		ses, err := s.Tell(ctx, *p.Tell, nil, w)
		if err != nil {
			return Plan{}, err
		}
		done = append(done, ses)
	}
	p.Open, p.Tell = nil, nil
	p.Save, p.Sessions = append(slices.Clone(p.Save), done...), slices.Clone(p.Sessions)
	for _, ses := range done {
		i := slices.IndexFunc(p.Sessions, func(o Session) bool { return o.ID == ses.ID })
		p.Sessions[i] = ses
	}
	return p, nil
}

// Authorize asks a session's provider for the money. The key is that of the attempt. The Answer can always be acted on: Pending
// when nobody knows, and then the error, ErrProvider, is for the log; Declined with the provider's fault when it refuses.
func (s *Service) Authorize(ctx context.Context, key string, ses Session, w Shopper) (Answer, error) {
	r := ses.request(key, w)
	return s.ask(ctx, ses.ProviderID, func(ctx context.Context, p Provider) (Answer, error) { return p.Authorize(ctx, r) })
}

// GiveUp cancels sessions at their providers, all of them whatever becomes of each. It gives the money that came all the same,
// to be recorded, and the errors joined. What is promised under them is gone then, so none may be what an order is paid with.
func (s *Service) GiveUp(ctx context.Context, sessions []Session) ([]Payment, error) {
	var found []Payment
	var errs []error
	for _, ses := range sessions {
		r := ses.request(ses.key("drop", nil), Shopper{})
		a, err := s.ask(ctx, ses.ProviderID, func(ctx context.Context, p Provider) (Answer, error) { return p.Cancel(ctx, r) })
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if paid, ok := ses.Paid(a); ok {
			found = append(found, paid)
		}
	}
	return found, errors.Join(errs...)
}

// Notice reads what a provider sent by itself. Faults: ErrNoProvider, ErrSignature, ErrProvider: then the provider is to send
// it again.
func (s *Service) Notice(ctx context.Context, provider string, header http.Header, body []byte) (Notice, error) {
	var n Notice
	_, err := s.ask(ctx, provider, func(ctx context.Context, p Provider) (Answer, error) {
		var err error
		n, err = p.Notice(ctx, header, body)
		if err == nil && n.Reference == "" && n.State == "" {
			return Answer{State: Pending}, nil // about something else
		}
		return n.Answer, err
	})
	if err != nil {
		return Notice{}, err
	}
	return n, nil
}
