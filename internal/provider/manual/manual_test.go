package manual_test

import (
	"encoding/json"
	"errors"
	"testing"

	"kaidian/internal/commerce/payment"
	"kaidian/internal/commerce/payment/paymenttest"
	"kaidian/internal/provider/manual"
)

func TestContract(t *testing.T) {
	t.Parallel()
	paymenttest.Contract(t, func(*testing.T) payment.Provider { return manual.New() })
}

func TestWhatTheAppSees(t *testing.T) {
	t.Parallel()
	p, ctx := manual.New(), t.Context()
	r := paymenttest.Request("k", "")
	if a, err := p.Initiate(ctx, r); err != nil || a.Reference != "ps_1" || string(a.Data) != `{"status":"pending"}` {
		t.Errorf("opened %+v, error %v", a, err)
	}
	r.Data, r.Input = json.RawMessage(`{"status":"pending","note":"ring"}`), json.RawMessage(`{"note":"knock","status":"captured"}`)
	if a, err := p.Update(ctx, r); err != nil || string(a.Data) != `{"note":"knock","status":"pending"}` {
		t.Errorf("updated to %s, error %v", a.Data, err)
	}
	r.Input = json.RawMessage(`[1]`)
	if _, err := p.Update(ctx, r); !errors.Is(err, manual.ErrInput) {
		t.Errorf("took a list: %v", err)
	}
	r.Input = nil
	if a, err := p.Update(ctx, r); err != nil || a.Data != nil {
		t.Errorf("a new amount changed the data to %s, error %v", a.Data, err)
	}
	if !p.Offline() {
		t.Error("it asks somebody")
	}
}
