package scripted_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"kaidian/internal/commerce/payment"
	"kaidian/internal/commerce/payment/paymenttest"
	"kaidian/internal/provider/scripted"
)

func TestContract(t *testing.T) {
	t.Parallel()
	paymenttest.Contract(t, func(*testing.T) payment.Provider { return scripted.New(scripted.Options{}) })
}

// opened gives a bank with one payment that follows a script.
func opened(t *testing.T, s scripted.Script) (*scripted.Provider, payment.Request) {
	t.Helper()
	p := scripted.New(scripted.Options{Script: s})
	a, err := p.Initiate(t.Context(), paymenttest.Request("open", ""))
	if err != nil || a.State != payment.Pending {
		t.Fatalf("opened %+v, error %v", a, err)
	}
	return p, paymenttest.Request("authorize", a.Reference)
}

func TestScripts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		script scripted.Script
		states []payment.State // as it is asked again and again
		held   int64
	}{
		{scripted.Authorize, []payment.State{payment.Authorized, payment.Authorized}, 12_345},
		{scripted.Capture, []payment.State{payment.Captured, payment.Captured}, 12_345},
		{scripted.Pending, []payment.State{payment.Pending, payment.Pending}, 0},
		{scripted.More, []payment.State{payment.RequiresMore, payment.RequiresMore}, 0},
		{scripted.Decline, []payment.State{payment.Declined, payment.Declined}, 0},
		{scripted.Late, []payment.State{payment.Pending, payment.Authorized}, 12_345},
	} {
		p, r := opened(t, c.script)
		for i, want := range c.states {
			if a, err := p.Authorize(t.Context(), r); err != nil || a.State != want {
				t.Errorf("%s, time %d: %+v, error %v", c.script, i, a, err)
			}
		}
		if p.Held() != c.held || p.Calls(scripted.DoAuthorize) != len(c.states) {
			t.Errorf("%s: holds %d after %d calls", c.script, p.Held(), p.Calls(scripted.DoAuthorize))
		}
	}
}

func TestNoAnswer(t *testing.T) {
	t.Parallel()
	for script, held := range map[scripted.Script]int64{scripted.Timeout: 0, scripted.Lost: 12_345} {
		p, r := opened(t, script)
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if a, err := p.Authorize(ctx, r); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %+v, error %v", script, a, err)
		}
		if p.Held() != held {
			t.Errorf("%s: holds %d", script, p.Held())
		}
	}
	p, r := opened(t, scripted.Lost)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Authorize(ctx, r); !errors.Is(err, context.Canceled) || p.Held() != 0 {
		t.Errorf("a call that was given up before held %d, error %v", p.Held(), err)
	}
}

func TestTheAppChoosesTheScript(t *testing.T) {
	t.Parallel()
	p, r := opened(t, scripted.Authorize)
	r.Input = json.RawMessage(`{"script":"more","else":1}`)
	a, err := p.Update(t.Context(), r)
	if err != nil || string(a.Data) != `{"reference":"scripted_000001","script":"more","status":"pending"}` {
		t.Fatalf("%s, error %v", a.Data, err)
	}
	if a, _ := p.Authorize(t.Context(), r); a.State != payment.RequiresMore {
		t.Errorf("more answered %+v", a)
	}
	r.Input = json.RawMessage(`{"acted":true}`)
	if _, err := p.Update(t.Context(), r); err != nil {
		t.Error(err)
	}
	if a, _ := p.Authorize(t.Context(), r); a.State != payment.Authorized {
		t.Errorf("having acted answered %+v", a)
	}
	for in, want := range map[string]error{
		`{"script":"rob"}`: scripted.ErrScript, `{"script":7}`: scripted.ErrInput, `[]`: scripted.ErrInput, `{"acted":"yes"}`: scripted.ErrInput,
	} {
		r.Input = json.RawMessage(in)
		if _, err := p.Update(t.Context(), r); !errors.Is(err, want) {
			t.Errorf("%s: %v", in, err)
		}
	}
}

func TestAnotherPaymentAfterOneThatIsOver(t *testing.T) {
	t.Parallel()
	p, r := opened(t, scripted.Decline)
	if _, err := p.Authorize(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	r.Key, r.Input = "again", json.RawMessage(`{"script":"authorize"}`)
	var refs []string
	for range 2 {
		a, err := p.Update(t.Context(), r)
		if err != nil || a.State != payment.Pending {
			t.Fatalf("%+v, error %v", a, err)
		}
		refs = append(refs, a.Reference)
	}
	if refs[0] != refs[1] || refs[0] == r.Reference {
		t.Errorf("one key opened %v instead of %s", refs, r.Reference)
	}
	r.Reference = refs[0]
	if a, _ := p.Authorize(t.Context(), r); a.State != payment.Authorized {
		t.Errorf("the other answered %+v", a)
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	p, r := opened(t, scripted.Capture)
	if _, err := p.Authorize(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	r.Key, r.Amount = "refund", 100
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := p.Refund(t.Context(), r); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if a := p.Payment(r.Reference); a.Refunded != 100 || p.Calls(scripted.DoRefund) != 20 {
		t.Errorf("refunded %d in %d calls", a.Refunded, p.Calls(scripted.DoRefund))
	}
	if _, err := p.Capture(t.Context(), r); !errors.Is(err, scripted.ErrKey) {
		t.Errorf("the key did something else: %v", err)
	}
	r.Key, r.Amount = "too much", 12_346
	for range 2 {
		if _, err := p.Refund(t.Context(), r); !errors.Is(err, scripted.ErrTaken) {
			t.Errorf("refunded too much: %v", err)
		}
	}
	r.Key = ""
	if _, err := p.Refund(t.Context(), r); !errors.Is(err, scripted.ErrKey) {
		t.Errorf("took no key: %v", err)
	}
}

func TestTheShopperActsElsewhere(t *testing.T) {
	t.Parallel()
	p, r := opened(t, scripted.Pending)
	p.Approve(r.Reference)
	p.Decline(r.Reference)
	if a := p.Payment(r.Reference); a.State != payment.Authorized {
		t.Errorf("what is decided changed: %+v", a)
	}
	r.Key = "cancel"
	if _, err := p.Cancel(t.Context(), r); err != nil || p.Held() != 0 {
		t.Errorf("holds %d, error %v", p.Held(), err)
	}
	p.Pay(r.Reference, 7)
	if a, err := p.Cancel(t.Context(), r); err != nil || a.State != payment.Captured || a.Amount != 7 {
		t.Errorf("late money answered %+v, error %v", a, err)
	}
	if all := p.Payments(); len(all) != 1 || all[0].Held() != 7 || all[0].CartID != "cart_1" || all[0].SessionID != "ps_1" {
		t.Errorf("accounts %+v", all)
	}
}

func TestHooks(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken pipe")
	var before, after error
	p := scripted.New(scripted.Options{
		OnCall:   func(context.Context, scripted.Deed, payment.Request) error { return before },
		OnAnswer: func(context.Context, scripted.Deed, payment.Request, payment.Answer) error { return after },
	})
	r := paymenttest.Request("open", "")
	before = broken
	if _, err := p.Initiate(t.Context(), r); !errors.Is(err, broken) || len(p.Payments()) != 0 {
		t.Errorf("error %v, %d payments", err, len(p.Payments()))
	}
	before, after = nil, broken
	if _, err := p.Initiate(t.Context(), r); !errors.Is(err, broken) || len(p.Payments()) != 1 {
		t.Errorf("error %v, %d payments", err, len(p.Payments()))
	}
	after = nil
	if a, err := p.Initiate(t.Context(), r); err != nil || a.Reference != "scripted_000001" || len(p.Payments()) != 1 {
		t.Errorf("answered %+v, error %v", a, err)
	}
}

func TestNotices(t *testing.T) {
	t.Parallel()
	p, r := opened(t, scripted.Capture)
	early := p.Message(r.Reference)
	if _, err := p.Authorize(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	late := p.Message(r.Reference)
	var states []payment.State
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		n, err := p.Notice(req.Context(), req.Header, body)
		if err != nil {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		if n.Reference != r.Reference || n.CartID != "cart_1" || n.SessionID != "ps_1" || n.Currency != "cny" || string(n.Reply) != "success" {
			t.Errorf("read %+v", n)
		}
		states = append(states, n.State)
	}))
	defer server.Close()
	statuses, err := scripted.Post(t.Context(), server.Client(), server.URL, late, late, early, late.Forged())
	if err != nil || !slices.Equal(statuses, []int{200, 200, 200, 403}) {
		t.Errorf("statuses %v, error %v", statuses, err)
	}
	if !slices.Equal(states, []payment.State{payment.Captured, payment.Captured, payment.Pending}) {
		t.Errorf("states %v", states)
	}
	late.Body[3] ^= 1
	if _, err := p.Notice(t.Context(), late.Header, late.Body); !errors.Is(err, payment.ErrSignature) {
		t.Errorf("believed a changed body: %v", err)
	}
}
