package payment

import (
	"cmp"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"strconv"
	"time"

	"kaidian/internal/platform/id"
)

// SessionStatus is how a session stands. The table in the package's comment says what becomes what.
type SessionStatus string

// The statuses.
const (
	SessionPending      SessionStatus = "pending"
	SessionRequiresMore SessionStatus = "requires_more"
	SessionAuthorized   SessionStatus = "authorized"
	SessionFailed       SessionStatus = "error"
	SessionCanceled     SessionStatus = "canceled"
)

// Session is one way in which a cart may be paid.
type Session struct {
	ID         string // "ps_…"
	CartID     string
	ProviderID string
	Reference  string // how both we and the provider call the payment; empty while it is not initiated
	Status     SessionStatus
	Amount     int64 // minor units
	Currency   string
	Data       json.RawMessage // what the provider shows to the shopper's app: an object
	Selected   bool            // by the shopper: one of a cart's sessions at most
	Initiated  bool            // the provider knows of it
	// AuthorizedAt is zero while it is not authorised.
	AuthorizedAt time.Time
	CreatedAt    time.Time
	// UpdatedAt rises with every change, by a millisecond at least: keys for the provider are made of it.
	UpdatedAt time.Time
}

// emptyObject is the Data of what has none.
const emptyObject = `{}`

// stub makes a session that only we know of.
func stub(w Wanted, provider string, now time.Time) Session {
	return Session{ID: id.New("ps", now), CartID: w.CartID, ProviderID: provider, Status: SessionPending, Amount: w.Amount,
		Currency: w.Currency, Data: json.RawMessage(emptyObject), CreatedAt: now, UpdatedAt: now}
}

// reset gives the session as one that its provider does not know of.
func (s Session) reset(now time.Time) Session {
	s.Reference, s.Status, s.Data, s.Selected, s.Initiated = "", SessionPending, json.RawMessage(emptyObject), false, false
	s.AuthorizedAt = time.Time{}
	return s.touched(now)
}

// touched gives the session as changed now.
func (s Session) touched(now time.Time) Session {
	if least := s.UpdatedAt.Add(time.Millisecond); now.Before(least) {
		now = least
	}
	s.UpdatedAt = now
	return s
}

// Apply gives the session as it is after an answer of its provider.
func (s Session) Apply(a Answer, now time.Time) Session {
	if a.Reference != "" && a.Reference != s.Reference {
		s.Reference, s.Status = a.Reference, SessionPending
	}
	s.Status = s.Status.after(a.State)
	if promises(a.State) && !s.Covered(a) {
		s.Status = SessionFailed
	}
	if a.Data != nil {
		s.Data = a.Data
	}
	switch {
	case s.Status != SessionAuthorized:
		s.AuthorizedAt = time.Time{}
	case s.AuthorizedAt.IsZero():
		s.AuthorizedAt = now
	}
	return s.touched(now)
}

// after gives the status that follows from what the provider says; see the table in the package's comment.
func (st SessionStatus) after(state State) SessionStatus {
	next := SessionPending
	switch state {
	case RequiresMore:
		next = SessionRequiresMore
	case Authorized, Captured:
		next = SessionAuthorized
	case Declined:
		next = SessionFailed
	case Canceled, Refunded:
		next = SessionCanceled
	case Pending:
	}
	old := st == SessionAuthorized && next != SessionCanceled || st == SessionCanceled && next != SessionAuthorized
	if old {
		return st
	}
	return next
}

func promises(state State) bool { return state == Authorized || state == Captured }

// Covered tells whether an answer is about the amount that was asked for, no more and no less.
func (s Session) Covered(a Answer) bool { return cmp.Or(a.Amount, s.Amount) == s.Amount }

// Paid gives the payment that an answer means, for Record, or false when it speaks of no money.
func (s Session) Paid(a Answer) (Payment, bool) {
	if !promises(a.State) {
		return Payment{}, false
	}
	p := Payment{CartID: s.CartID, SessionID: &s.ID, ProviderID: s.ProviderID, Reference: cmp.Or(a.Reference, s.Reference),
		Amount: cmp.Or(a.Amount, s.Amount), Currency: s.Currency, Data: s.Data}
	if a.Data != nil {
		p.Data = a.Data
	}
	if a.State == Captured {
		p.Captured = p.Amount
	}
	return p, true
}

// Selected gives the session that the shopper selected, or false.
func Selected(sessions []Session) (Session, bool) {
	for _, s := range sessions {
		if s.Selected {
			return s, true
		}
	}
	return Session{}, false
}

// request asks a session's provider.
func (s Session) request(key string, w Shopper) Request {
	return Request{Key: key, CartID: s.CartID, SessionID: s.ID, Reference: s.Reference, Amount: s.Amount, Total: s.Amount,
		Currency: s.Currency, Shopper: w, Data: s.Data}
}

// key names a deed on the session as it was last written down: the same after a crash, another after a change. A try with
// another amount or other input is another deed.
func (s Session) key(deed string, input json.RawMessage) string {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d %s %s", s.Amount, s.Currency, input)
	return s.ID + "-" + deed + "-" + strconv.FormatInt(s.UpdatedAt.UnixMilli(), 36) + "-" + strconv.FormatUint(h.Sum64(), 16)
}
