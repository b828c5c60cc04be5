package payment

import (
	"slices"
	"time"
)

// Wanted is what the sessions of a cart are to be.
type Wanted struct {
	CartID    string
	Providers []string // of the region and installed, in the order in which they are shown
	Amount    int64    // minor units; 0 or less means that nothing is to be paid
	Currency  string   // code, lower case
}

// Plan is what has to be done to the sessions of a cart. It is made without asking anybody. Then
//
//  1. CarryOut asks the providers about Open and Tell, outside of any transaction, and adds the outcome to Save,
//  2. DeleteSessions and SaveSessions write Delete and Save down, in this order,
//  3. GiveUp tells the providers of what is wanted no more. What is paid all the same is a payment, to be recorded.
//
// A crash in between loses no money: what a provider opened and we did not write down, nobody can pay; what we dropped and
// the provider still has open is found by the cart's id in the provider's notice when it is paid.
type Plan struct {
	Sessions []Session // what the cart has in the end
	Save     []Session // those of them that are new or changed
	Delete   []string  // ids
	GiveUp   []Session // as they were
	Open     *Session  // to be opened at its provider
	Tell     *Session  // to be changed at its provider
}

// Idle tells that there is nothing to do.
func (p Plan) Idle() bool {
	return len(p.Save)+len(p.Delete)+len(p.GiveUp) == 0 && p.Open == nil && p.Tell == nil
}

func (p *Plan) drop(s Session) {
	p.Delete = append(p.Delete, s.ID)
	if s.Initiated {
		p.GiveUp = append(p.GiveUp, s)
	}
}

// add takes a session into the plan; was is how it was before, or a session without an id.
func (p *Plan) add(s, was Session, now time.Time) {
	switch {
	case s.Selected && !s.Initiated:
		p.Open = &s
	case s.Selected && was.ID == s.ID && was.Amount != s.Amount:
		p.Tell = &s
	case was.ID != s.ID:
		p.Save = append(p.Save, s)
	case was.Amount != s.Amount || was.Selected != s.Selected || was.Initiated != s.Initiated:
		s = s.touched(now)
		p.Save = append(p.Save, s)
	}
	p.Sessions = append(p.Sessions, s)
}

// Ensure says what has to be done so that a cart can be paid: nothing to pay, no sessions; one session for each provider
// otherwise. Those of other providers go, and all get the amount. The only provider is selected and opened, of several each
// gets a stub. The selected one is told of a new amount; one that cannot be changed, because it is authorised, given up, or of
// another currency, is made anew.
func Ensure(existing []Session, w Wanted, now time.Time) Plan {
	var p Plan
	if w.Amount <= 0 {
		w.Providers = nil
	}
	by := map[string]Session{}
	for _, s := range existing {
		if slices.Contains(w.Providers, s.ProviderID) {
			by[s.ProviderID] = s
		} else {
			p.drop(s)
		}
	}
	for _, provider := range w.Providers {
		was, there := by[provider]
		s := was
		switch {
		case !there:
			s = stub(w, provider, now)
		case was.stuck(w):
			p.drop(was)
			s = stub(w, provider, now)
			s.Selected = was.Selected
		default:
			s.Amount = w.Amount
		}
		s.Selected = s.Selected || len(w.Providers) == 1
		p.add(s, was, now)
	}
	return p
}

// stuck tells that a session cannot become what is wanted.
func (s Session) stuck(w Wanted) bool {
	if s.Currency != w.Currency || s.Status == SessionCanceled {
		return true
	}
	return s.Amount != w.Amount && s.Initiated && (!s.Selected || s.Status == SessionAuthorized)
}

// Select says what has to be done so that a cart is paid with a provider: its session is opened, unless it is, and those of
// others become stubs. Fault: ErrNoSession.
func Select(existing []Session, provider string, now time.Time) (Plan, error) {
	if !slices.ContainsFunc(existing, func(s Session) bool { return s.ProviderID == provider }) {
		return Plan{}, ErrNoSession
	}
	var p Plan
	for _, was := range existing {
		s := was
		switch {
		case s.ProviderID == provider && s.Status == SessionCanceled:
			s = s.reset(now)
			s.Selected = true
		case s.ProviderID == provider:
			s.Selected = true
		case s.Initiated:
			p.GiveUp = append(p.GiveUp, was)
			s = s.reset(now)
		default:
			s.Selected = false
		}
		p.add(s, was, now)
	}
	return p, nil
}

// Renew says what has to be done so that the session of a provider starts anew: it is opened under another id, and is not
// selected, as clients of the Store API know it. Fault: ErrNoSession.
func Renew(existing []Session, provider string, now time.Time) (Plan, error) {
	p, was, err := without(existing, provider)
	if err != nil {
		return Plan{}, err
	}
	s := stub(Wanted{CartID: was.CartID, Amount: was.Amount, Currency: was.Currency}, provider, now)
	p.Open, p.Sessions = &s, append(p.Sessions, s)
	return p, nil
}

// Remove says what has to be done so that a cart has no session of a provider. Fault: ErrNoSession.
func Remove(existing []Session, provider string) (Plan, error) {
	p, _, err := without(existing, provider)
	return p, err
}

func without(existing []Session, provider string) (p Plan, gone Session, err error) {
	for _, s := range existing {
		if s.ProviderID == provider {
			gone = s
			p.drop(s)
		} else {
			p.Sessions = append(p.Sessions, s)
		}
	}
	if gone.ID == "" {
		return Plan{}, gone, ErrNoSession
	}
	return p, gone, nil
}
