package scripted

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"kaidian/internal/commerce/payment"
	"kaidian/internal/platform/fault"
)

// ID is what regions call it, unless Options say otherwise.
const ID = "scripted"

// The faults of this package. Compare with errors.Is.
var (
	ErrScript = fault.New(fault.Invalid, "scripted.unknown_script", "data.script must be one of the scripts of this provider")
	ErrInput  = fault.New(fault.Invalid, "scripted.invalid_data", "data must be an object with a text as script and true or false as acted")
	ErrNone   = fault.New(fault.NotFound, "scripted.payment_not_found", "The bank knows no such payment")
	ErrTaken  = fault.New(fault.NotAllowed, "scripted.not_possible", "The bank cannot do that with this payment")
	// ErrKey says that a key came again for something else, or that there is none.
	ErrKey = fault.New(fault.Conflict, "scripted.key_used", "The key was used for something else")
)

// Deed is one of the things that a provider is asked for.
type Deed string

// The deeds.
const (
	DoInitiate  Deed = "initiate"
	DoUpdate    Deed = "update"
	DoAuthorize Deed = "authorize"
	DoCapture   Deed = "capture"
	DoRefund    Deed = "refund"
	DoCancel    Deed = "cancel"
)

// Options tune the provider. The zero value is right for tests.
type Options struct {
	ID     string // what regions call it; empty for "scripted"
	Secret []byte // that notices are signed with; empty for a known one
	Script Script // of payments that choose none; empty for Authorize
	// OnCall runs before the bank does what is asked; its error is the answer, and nothing is done. It may wait.
	OnCall func(ctx context.Context, d Deed, r payment.Request) error
	// OnAnswer runs after it; its error is the answer, as of a connection that breaks. It may wait.
	OnAnswer func(ctx context.Context, d Deed, r payment.Request, a payment.Answer) error
}

// Provider plays a bank. It is safe for concurrent use.
type Provider struct {
	o Options

	mu       sync.Mutex
	accounts map[string]*Account
	order    []string // references, as they were made
	keys     map[string]deed
	calls    map[Deed]int
	notices  int
}

// deed is what was done under a key.
type deed struct {
	kind      Deed
	reference string
	amount    int64
}

var _ payment.Provider = (*Provider)(nil)

// New makes a bank without payments.
func New(o Options) *Provider {
	o.ID, o.Script = cmp.Or(o.ID, ID), cmp.Or(o.Script, Authorize)
	if len(o.Secret) == 0 {
		o.Secret = []byte("known to everybody")
	}
	return &Provider{o: o, accounts: map[string]*Account{}, keys: map[string]deed{}, calls: map[Deed]int{}}
}

// ID is "scripted", or what the Options say.
func (p *Provider) ID() string { return p.o.ID }

// Offline is false: it is asked like a real one.
func (p *Provider) Offline() bool { return false }

// Calls tells how often a deed was asked for, answered or not.
func (p *Provider) Calls(d Deed) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls[d]
}

// Initiate opens a payment.
func (p *Provider) Initiate(ctx context.Context, r payment.Request) (payment.Answer, error) {
	return p.call(ctx, DoInitiate, r, func() (payment.Answer, error) {
		if before, err := p.once(DoInitiate, &r); before || err != nil {
			return p.stand(r.Reference), err
		}
		return p.open(&r, p.o.Script).answer(), nil
	})
}

// Update takes a new amount, and what the app gave: "script" and "acted". A payment that is decided stays as it is, except that
// one which is given up, or was declined, is opened anew under another reference. Faults: ErrScript, ErrInput.
func (p *Provider) Update(ctx context.Context, r payment.Request) (payment.Answer, error) {
	in, err := parse(r.Input)
	if err != nil {
		return payment.Answer{}, err
	}
	return p.call(ctx, DoUpdate, r, func() (payment.Answer, error) {
		a := p.accounts[r.Reference]
		switch {
		case a == nil:
			return payment.Answer{}, ErrNone
		case a.State == payment.Canceled || a.State == payment.Declined:
			a = p.reopen(&r, a.Script)
		}
		if a.open() {
			a.Asked, a.Script, a.acted = r.Amount, cmp.Or(in.Script, a.Script), a.acted || in.Acted
		}
		return a.answer(), nil
	})
}

// Authorize plays the script.
func (p *Provider) Authorize(ctx context.Context, r payment.Request) (payment.Answer, error) {
	arrives := true
	a, err := p.call(ctx, DoAuthorize, r, func() (out payment.Answer, err error) {
		a := p.accounts[r.Reference]
		if a == nil {
			return out, ErrNone
		}
		out, arrives = a.play()
		return out, nil
	})
	if err == nil && !arrives {
		<-ctx.Done()
		return payment.Answer{}, ctx.Err()
	}
	return a, err
}

// Capture takes what is promised, in one or more parts. Fault: ErrTaken, ErrKey.
func (p *Provider) Capture(ctx context.Context, r payment.Request) (payment.Answer, error) {
	return p.call(ctx, DoCapture, r, func() (payment.Answer, error) {
		a, done, err := p.account(DoCapture, &r)
		switch {
		case err != nil:
			return payment.Answer{}, err
		case done:
		case a.State == payment.Canceled:
			return a.answer(), nil
		case a.State != payment.Authorized && a.State != payment.Captured || r.Amount > a.Authorized-a.Captured:
			delete(p.keys, r.Key)
			return payment.Answer{}, ErrTaken
		default:
			a.State, a.Captured = payment.Captured, a.Captured+r.Amount
		}
		return payment.Answer{State: payment.Captured, Amount: r.Amount, Data: a.answer().Data}, nil
	})
}

// Refund gives back what was taken, in one or more parts. Faults: ErrTaken, ErrKey.
func (p *Provider) Refund(ctx context.Context, r payment.Request) (payment.Answer, error) {
	return p.call(ctx, DoRefund, r, func() (payment.Answer, error) {
		a, done, err := p.account(DoRefund, &r)
		switch {
		case err != nil:
			return payment.Answer{}, err
		case done:
		case r.Amount > a.Captured-a.Refunded:
			delete(p.keys, r.Key)
			return payment.Answer{}, ErrTaken
		default:
			if a.Refunded += r.Amount; a.Refunded == a.Captured {
				a.State = payment.Refunded
			}
		}
		return payment.Answer{State: payment.Refunded, Amount: r.Amount, Data: a.answer().Data}, nil
	})
}

// Cancel gives up a payment that is not captured, and tells how it stands otherwise.
func (p *Provider) Cancel(ctx context.Context, r payment.Request) (payment.Answer, error) {
	return p.call(ctx, DoCancel, r, func() (payment.Answer, error) {
		a := p.accounts[r.Reference]
		if a == nil {
			return payment.Answer{State: payment.Canceled}, nil
		}
		if a.State != payment.Captured && a.State != payment.Refunded {
			a.State = payment.Canceled
		}
		return a.answer(), nil
	})
}

// call counts, and does a deed between the two hooks.
func (p *Provider) call(ctx context.Context, d Deed, r payment.Request, do func() (payment.Answer, error)) (payment.Answer, error) {
	p.mu.Lock()
	p.calls[d]++
	p.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return payment.Answer{}, err
	}
	if r.Key == "" {
		return payment.Answer{}, ErrKey
	}
	if r.Amount < 1 {
		return payment.Answer{}, ErrTaken.Wrap(fmt.Errorf("the amount is %d", r.Amount))
	}
	if p.o.OnCall != nil {
		if err := p.o.OnCall(ctx, d, r); err != nil {
			return payment.Answer{}, err
		}
	}
	p.mu.Lock()
	a, err := do()
	p.mu.Unlock()
	if err == nil && p.o.OnAnswer != nil {
		err = p.o.OnAnswer(ctx, d, r, a)
	}
	if err != nil {
		return payment.Answer{}, err
	}
	return a, nil
}

// open makes an account, and gives r its reference.
func (p *Provider) open(r *payment.Request, s Script) *Account {
	a := &Account{Reference: fmt.Sprintf("%s_%06d", p.o.ID, len(p.order)+1), CartID: r.CartID, SessionID: r.SessionID, Script: s,
		State: payment.Pending, Currency: r.Currency, Asked: r.Amount}
	r.Reference = a.Reference
	p.accounts[a.Reference] = a
	p.order = append(p.order, a.Reference)
	if k, ok := p.keys[r.Key]; ok && k.kind == DoInitiate {
		p.keys[r.Key] = deed{DoInitiate, a.Reference, k.amount}
	}
	return a
}

// reopen makes another account instead of one that is over, once for each key.
func (p *Provider) reopen(r *payment.Request, s Script) *Account {
	if before, used := p.keys[r.Key]; used && before.kind == DoUpdate {
		return p.accounts[before.reference]
	}
	a := p.open(r, s)
	p.keys[r.Key] = deed{DoUpdate, a.Reference, r.Amount}
	return a
}

// stand tells how a payment stands.
func (p *Provider) stand(reference string) payment.Answer {
	if a := p.accounts[reference]; a != nil {
		return a.answer()
	}
	return payment.Answer{}
}

// account finds the account of a deed that must not be done twice, and tells whether it was done under this key already.
func (p *Provider) account(kind Deed, r *payment.Request) (a *Account, done bool, err error) {
	if a = p.accounts[r.Reference]; a == nil {
		return nil, false, ErrNone
	}
	done, err = p.once(kind, r)
	return a, done, err
}

// once tells whether a deed was done under the key of r, and takes the key otherwise. Of one that was done r gets the reference
// and the amount.
func (p *Provider) once(kind Deed, r *payment.Request) (bool, error) {
	before, used := p.keys[r.Key]
	switch {
	case !used:
		p.keys[r.Key] = deed{kind, r.Reference, r.Amount}
		return false, nil
	case before.kind != kind || kind != DoInitiate && before.reference != r.Reference:
		return false, ErrKey
	}
	r.Reference, r.Amount = before.reference, before.amount
	return true, nil
}

// input is what the app may give.
type input struct {
	Script Script
	Acted  bool
}

func parse(data json.RawMessage) (input, error) {
	var in input
	if data == nil {
		return in, nil
	}
	if err := json.Unmarshal(data, &in); err != nil {
		return in, ErrInput.Wrap(err)
	}
	if in.Script != "" && !slices.Contains(Scripts(), in.Script) {
		return in, ErrScript
	}
	return in, nil
}
