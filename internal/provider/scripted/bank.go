package scripted

import (
	"encoding/json"
	"fmt"
	"slices"

	"kaidian/internal/commerce/payment"
)

// Script says what happens to a payment.
type Script string

// The scripts. The package's comment says what each does.
const (
	Authorize Script = "authorize"
	Capture   Script = "capture"
	Pending   Script = "pending"
	More      Script = "more"
	Decline   Script = "decline"
	Late      Script = "late"
	Timeout   Script = "timeout"
	Lost      Script = "lost"
)

// Scripts gives all scripts.
func Scripts() []Script {
	return []Script{Authorize, Capture, Pending, More, Decline, Late, Timeout, Lost}
}

// Account is a payment as the bank sees it. Amounts are minor units.
type Account struct {
	Reference  string
	CartID     string
	SessionID  string
	Script     Script
	State      payment.State
	Currency   string
	Asked      int64 // what it was opened for, or changed to
	Authorized int64 // what was promised, in all
	Captured   int64 // what was taken of it, in all
	Refunded   int64 // what of that was given back, in all
	acted      bool  // the shopper did what was required
}

// Held is the money of the shopper that is with the shop, promised or taken, and not given back. What a first capture leaves of
// a promise is not counted: banks release it.
func (a Account) Held() int64 {
	switch a.State {
	case payment.Authorized:
		return a.Authorized
	case payment.Captured, payment.Refunded:
		return a.Captured - a.Refunded
	default:
		return 0
	}
}

// answer tells how the account stands.
func (a *Account) answer() payment.Answer {
	out := payment.Answer{State: a.State, Reference: a.Reference}
	switch a.State {
	case payment.Authorized:
		out.Amount = a.Authorized
	case payment.Captured:
		out.Amount = a.Captured
	case payment.Refunded:
		out.Amount = a.Refunded
	case payment.Declined:
		out.Reason = "the script says so"
	default:
	}
	data := map[string]string{"script": string(a.Script), "reference": a.Reference, "status": string(a.State)}
	if a.State == payment.RequiresMore {
		data["next_action"] = "acted" // the member that the app sets to true
	}
	out.Data, _ = json.Marshal(data) // of strings
	return out
}

// promise puts money aside.
func (a *Account) promise(amount int64) { a.State, a.Authorized = payment.Authorized, amount }

// pay takes money at once.
func (a *Account) pay(amount int64) {
	a.State, a.Authorized, a.Captured = payment.Captured, amount, amount
}

// open tells that nothing is decided.
func (a *Account) open() bool { return a.State == payment.Pending || a.State == payment.RequiresMore }

// play does what the script says when the money is asked for, and tells whether the answer arrives. What is decided stays.
func (a *Account) play() (said payment.Answer, arrives bool) {
	if !a.open() {
		return a.answer(), true
	}
	switch a.Script {
	case Authorize:
		a.promise(a.Asked)
	case Capture:
		a.pay(a.Asked)
	case Decline:
		a.State = payment.Declined
	case More:
		a.State = payment.RequiresMore
		if a.acted {
			a.promise(a.Asked)
		}
	case Late:
		said = a.answer()
		a.promise(a.Asked)
		return said, true
	case Timeout:
		return payment.Answer{}, false
	case Lost:
		a.promise(a.Asked)
		return payment.Answer{}, false
	case Pending:
	}
	return a.answer(), true
}

// Payments gives all accounts, oldest first.
func (p *Provider) Payments() []Account {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make([]Account, len(p.order))
	for i, reference := range p.order {
		out[i] = *p.accounts[reference]
	}
	return out
}

// Payment gives the account of a reference; a zero one when there is none.
func (p *Provider) Payment(reference string) Account {
	p.mu.Lock()
	defer p.mu.Unlock()
	if a := p.accounts[reference]; a != nil {
		return *a
	}
	return Account{}
}

// Held is the money of all accounts that is not given back. Without an order it must be 0.
func (p *Provider) Held() int64 {
	var sum int64
	for _, a := range p.Payments() {
		sum += a.Held()
	}
	return sum
}

// SetScript changes what happens to a payment. It panics when there is no such payment or script.
func (p *Provider) SetScript(reference string, s Script) {
	if !slices.Contains(Scripts(), s) {
		panic(fmt.Sprintf("scripted: no script %q", s))
	}
	p.at(reference, func(a *Account) { a.Script = s })
}

// Approve lets the shopper have agreed in the bank's app: all that is asked for is promised, unless it is decided already.
func (p *Provider) Approve(reference string) {
	p.at(reference, func(a *Account) {
		if a.open() {
			a.promise(a.Asked)
		}
	})
}

// Pay lets the shopper have paid an amount at once, by a QR code that is still somewhere: also more or less than was asked for,
// and also after the payment was given up, because banks do.
func (p *Provider) Pay(reference string, amount int64) {
	p.at(reference, func(a *Account) { a.pay(amount) })
}

// Decline lets the bank have refused, unless it is decided already.
func (p *Provider) Decline(reference string) {
	p.at(reference, func(a *Account) {
		if a.open() {
			a.State = payment.Declined
		}
	})
}

func (p *Provider) at(reference string, do func(a *Account)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	a := p.accounts[reference]
	if a == nil {
		panic(fmt.Sprintf("scripted: no payment %q", reference))
	}
	do(a)
}
