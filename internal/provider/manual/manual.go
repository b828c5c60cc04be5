// Package manual is the payment provider that asks nobody: the money changes hands somewhere else, by cash on delivery or a
// bank transfer, and the merchant presses the buttons. It promises every amount at once.
package manual

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"

	"kaidian/internal/commerce/payment"
	"kaidian/internal/platform/fault"
)

// ID is what regions call it.
const ID = "manual"

// ErrInput says that what the shopper's app gave is no object.
var ErrInput = fault.New(fault.Invalid, "manual.invalid_data", "data must be an object")

// Provider keeps nothing: a payment is called like its session, and what is asked for is done. What it shows to the shopper's app
// is {"status": …}, as the manual provider of Medusa does, beside what the app gave itself. It is safe for concurrent use.
type Provider struct{}

var _ payment.Provider = Provider{}

// New makes the provider.
func New() Provider { return Provider{} }

// ID is "manual".
func (Provider) ID() string { return ID }

// Offline is true.
func (Provider) Offline() bool { return true }

// Initiate calls the payment like its session.
func (Provider) Initiate(_ context.Context, r payment.Request) (payment.Answer, error) {
	return payment.Answer{State: payment.Pending, Reference: r.SessionID, Data: status(payment.Pending)}, nil
}

// Update keeps what the shopper's app gave beside what there was: notes for the merchant, as far as it is concerned. The status
// stays its own. Fault: ErrInput.
func (Provider) Update(_ context.Context, r payment.Request) (payment.Answer, error) {
	a := payment.Answer{State: payment.Pending}
	if r.Input == nil {
		return a, nil
	}
	var kept, given map[string]json.RawMessage
	if err := json.Unmarshal(r.Input, &given); err != nil {
		return payment.Answer{}, ErrInput.Wrap(err)
	}
	if err := json.Unmarshal(r.Data, &kept); err != nil || kept == nil {
		kept = map[string]json.RawMessage{}
	}
	delete(given, "status")
	maps.Copy(kept, given)
	var err error
	a.Data, err = json.Marshal(kept)
	return a, err
}

// Authorize promises the amount.
func (Provider) Authorize(context.Context, payment.Request) (payment.Answer, error) {
	return payment.Answer{State: payment.Authorized, Data: status(payment.Authorized)}, nil
}

// Capture believes that the money came.
func (Provider) Capture(_ context.Context, r payment.Request) (payment.Answer, error) {
	return payment.Answer{State: payment.Captured, Amount: r.Amount, Data: status(payment.Captured)}, nil
}

// Refund believes that the money went back.
func (Provider) Refund(_ context.Context, r payment.Request) (payment.Answer, error) {
	return payment.Answer{State: payment.Refunded, Amount: r.Amount}, nil
}

// Cancel gives up.
func (Provider) Cancel(context.Context, payment.Request) (payment.Answer, error) {
	return payment.Answer{State: payment.Canceled, Data: status(payment.Canceled)}, nil
}

// Notice refuses with ErrSignature: nobody sends any.
func (Provider) Notice(context.Context, http.Header, []byte) (payment.Notice, error) {
	return payment.Notice{}, payment.ErrSignature
}

func status(s payment.State) json.RawMessage {
	return json.RawMessage(`{"status":"` + string(s) + `"}`)
}
