// Package paymenttest is what every payment provider is held to.
package paymenttest

import (
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"testing"

	"kaidian/internal/commerce/payment"
)

// Amounts that the contract works with, in minor units.
const (
	total = 12_345
	part  = 2_345
)

// Contract runs what every provider must do on a provider that authorises at once: open gives a new one each time.
func Contract(t *testing.T, open func(t *testing.T) payment.Provider) {
	t.Helper()
	for name, run := range map[string]func(*testing.T, payment.Provider){
		"from cart to refund":         fromCartToRefund,
		"cancel twice":                cancelTwice,
		"the same key twice":          sameKeyTwice,
		"a new amount":                newAmount,
		"a captured one stays":        capturedStays,
		"a notice of a stranger":      strangersNotice,
		"sessions have their own":     ownReferences,
		"the id is a name of regions": nameOfRegions,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(t, open(t))
		})
	}
}

// Request asks about a payment of the contract's amount under a key.
func Request(key, reference string) payment.Request {
	return payment.Request{Key: key, CartID: "cart_1", SessionID: "ps_1", Reference: reference, Amount: total, Total: total,
		Currency: "cny", Data: json.RawMessage(`{}`)}
}

// begin opens a payment and authorises it.
func begin(t *testing.T, p payment.Provider) payment.Answer {
	t.Helper()
	opened := expect(t, payment.Pending)(p.Initiate(t.Context(), Request("open", "")))
	if opened.Reference == "" {
		t.Fatal("opened without a reference")
	}
	expect(t, payment.Authorized)(p.Authorize(t.Context(), Request("authorize", opened.Reference)))
	return opened
}

func fromCartToRefund(t *testing.T, p payment.Provider) {
	ref := begin(t, p).Reference
	captured := expect(t, payment.Captured)(p.Capture(t.Context(), Request("capture", ref)))
	about(t, captured, total)
	for i, amount := range []int64{part, total - part} {
		r := Request("refund-"+string(rune('0'+i)), ref)
		r.Amount = amount
		about(t, expect(t, payment.Refunded)(p.Refund(t.Context(), r)), amount)
	}
}

func cancelTwice(t *testing.T, p payment.Provider) {
	ref := begin(t, p).Reference
	for _, key := range []string{"cancel", "cancel", "another"} {
		expect(t, payment.Canceled)(p.Cancel(t.Context(), Request(key, ref)))
	}
}

func sameKeyTwice(t *testing.T, p payment.Provider) {
	first := begin(t, p)
	again, err := p.Initiate(t.Context(), Request("open", ""))
	if err != nil || again.Reference != first.Reference {
		t.Errorf("the same key opened %q after %q, error %v", again.Reference, first.Reference, err)
	}
	expect(t, payment.Authorized)(p.Authorize(t.Context(), Request("authorize", first.Reference)))
	for range 2 {
		about(t, expect(t, payment.Captured)(p.Capture(t.Context(), Request("capture", first.Reference))), total)
	}
	r := Request("refund", first.Reference)
	r.Amount = part
	for range 2 {
		about(t, expect(t, payment.Refunded)(p.Refund(t.Context(), r)), part)
	}
	if !p.Offline() { // which remembers nothing
		r.Amount++
		if a := expect(t, payment.Refunded)(p.Refund(t.Context(), r)); a.Amount != part {
			t.Errorf("the same key with another amount gave back %d, want %d", a.Amount, part)
		}
	}
	r.Key, r.Amount = "rest", total-part // which is there still, so the second time gave nothing back
	expect(t, payment.Refunded)(p.Refund(t.Context(), r))
}

func newAmount(t *testing.T, p payment.Provider) {
	opened := expect(t, payment.Pending)(p.Initiate(t.Context(), Request("open", "")))
	r := Request("update", opened.Reference)
	r.Amount, r.Total = part, part
	updated := expect(t, payment.Pending)(p.Update(t.Context(), r))
	if updated.Reference != "" {
		r.Reference = updated.Reference
	}
	r.Key = "authorize"
	about(t, expect(t, payment.Authorized)(p.Authorize(t.Context(), r)), part)
}

func capturedStays(t *testing.T, p payment.Provider) {
	if p.Offline() {
		t.Skip("it keeps nothing that it could tell")
	}
	ref := begin(t, p).Reference
	expect(t, payment.Captured)(p.Capture(t.Context(), Request("capture", ref)))
	about(t, expect(t, payment.Captured)(p.Cancel(t.Context(), Request("cancel", ref))), total)
}

func strangersNotice(t *testing.T, p payment.Provider) {
	body := []byte(`{"id":"1","reference":"x","state":"captured","amount":1}`)
	for _, header := range []http.Header{nil, {"X-Signature": {"x"}}, {"X-Scripted-Signature": {"00"}}} {
		if n, err := p.Notice(t.Context(), header, body); !errors.Is(err, payment.ErrSignature) {
			t.Errorf("believed %+v, error %v", n, err)
		}
	}
}

func ownReferences(t *testing.T, p payment.Provider) {
	a := Request("open-1", "")
	b := Request("open-2", "")
	b.SessionID = "ps_2"
	first := expect(t, payment.Pending)(p.Initiate(t.Context(), a))
	second := expect(t, payment.Pending)(p.Initiate(t.Context(), b))
	if first.Reference == second.Reference {
		t.Errorf("two payments are called %q", first.Reference)
	}
}

var name = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,49}$`)

func nameOfRegions(t *testing.T, p payment.Provider) {
	if !name.MatchString(p.ID()) {
		t.Errorf("the id is %q", p.ID())
	}
}

// expect gives an answer that must be of a state.
func expect(t *testing.T, want payment.State) func(payment.Answer, error) payment.Answer {
	t.Helper()
	return func(a payment.Answer, err error) payment.Answer {
		t.Helper()
		if err != nil || a.State != want {
			t.Fatalf("answered %+v, error %v; want %s", a, err, want)
		}
		if a.Data != nil && !json.Valid(a.Data) {
			t.Errorf("data are %s", a.Data)
		}
		return a
	}
}

// about expects an answer to be about an amount; 0 is all that was asked for.
func about(t *testing.T, a payment.Answer, amount int64) {
	t.Helper()
	if a.Amount != 0 && a.Amount != amount {
		t.Errorf("answered about %d, want %d", a.Amount, amount)
	}
}
