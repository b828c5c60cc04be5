package payment_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"slices"
	"testing"
	"time"

	"kaidian/internal/commerce/payment"
	"kaidian/internal/platform/fault"
	"kaidian/internal/provider/manual"
	"kaidian/internal/provider/scripted"
)

func TestProviders(t *testing.T) {
	t.Parallel()
	s := payment.New(payment.Options{Providers: []payment.Provider{scripted.New(scripted.Options{}), manual.New()}})
	if got := s.Providers(); !slices.Equal(got, []string{"manual", "scripted"}) {
		t.Errorf("providers %v", got)
	}
	if got := s.Installed([]string{"stripe", "scripted", "manual"}); !slices.Equal(got, []string{"scripted", "manual"}) {
		t.Errorf("installed %v", got)
	}
	if p, err := s.Provider("manual"); err != nil || p.ID() != "manual" {
		t.Errorf("provider %v, error %v", p, err)
	}
	_, err := s.Provider("stripe")
	wantErr(t, err, payment.ErrNoProvider)
}

// asked gives a service of one bank, without a database: nothing here opens a transaction.
func asked(o scripted.Options, timeout time.Duration) (*payment.Service, *fixedClock) {
	c := &fixedClock{noon}
	return payment.New(payment.Options{Clock: c, Providers: []payment.Provider{scripted.New(o)}, Timeout: timeout}), c
}

type fixedClock struct{ at time.Time }

func (c *fixedClock) Now() time.Time { return c.at }

func TestWhatIsNotKnownIsPending(t *testing.T) {
	t.Parallel()
	broken, refusal := errors.New("connection reset by peer"), fault.New(fault.NotAllowed, "bank.no", "No")
	for name, c := range map[string]struct {
		fails error
		state payment.State
		want  error
	}{
		"broken connection":   {broken, payment.Pending, payment.ErrProvider},
		"deadline":            {context.DeadlineExceeded, payment.Pending, payment.ErrProvider},
		"canceled":            {context.Canceled, payment.Pending, payment.ErrProvider},
		"its own trouble":     {fault.New(fault.Internal, "bank.trouble", "Trouble"), payment.Pending, payment.ErrProvider},
		"too many at once":    {fault.New(fault.Exhausted, "bank.busy", "Busy"), payment.Pending, payment.ErrProvider},
		"it says it will not": {refusal, payment.Declined, refusal},
	} {
		s, _ := asked(scripted.Options{OnAnswer: func(_ context.Context, d scripted.Deed, _ payment.Request, _ payment.Answer) error {
			if d == scripted.DoAuthorize {
				return c.fails
			}
			return nil
		}}, 0)
		ses, err := s.Open(t.Context(), session("scripted", "*", 7), payment.Shopper{})
		must(t, err)
		a, err := s.Authorize(t.Context(), "attempt", ses, payment.Shopper{})
		if a.State != c.state || !errors.Is(err, c.want) || !errors.Is(err, c.fails) {
			t.Errorf("%s: %+v, error %v", name, a, err)
		}
	}
}

func TestAProviderThatHangs(t *testing.T) {
	t.Parallel()
	s, _ := asked(scripted.Options{Script: scripted.Lost}, time.Millisecond)
	ses, err := s.Open(t.Context(), session("scripted", "*", 7), payment.Shopper{})
	must(t, err)
	a, err := s.Authorize(t.Context(), "attempt", ses, payment.Shopper{})
	if a.State != payment.Pending || !errors.Is(err, payment.ErrProvider) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%+v, error %v", a, err)
	}
	if got := ses.Apply(a, noon); got.Status != payment.SessionPending {
		t.Errorf("the session is %s", got.Status)
	}
	if a, err = s.Authorize(t.Context(), "attempt", ses, payment.Shopper{}); err != nil || a.State != payment.Authorized {
		t.Errorf("asked again: %+v, error %v", a, err)
	}
}

// strange is a provider whose answers are no answers.
type strange struct {
	manual.Provider
	answer payment.Answer
}

func (s strange) Authorize(context.Context, payment.Request) (payment.Answer, error) {
	return s.answer, nil
}

func (s strange) Initiate(context.Context, payment.Request) (payment.Answer, error) {
	return payment.Answer{State: payment.Pending}, nil
}

func TestStrangeAnswers(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]payment.Answer{
		"no state":      {},
		"unknown state": {State: "paid"},
		"below nothing": {State: payment.Captured, Amount: -1},
		"beyond bounds": {State: payment.Captured, Amount: math.MaxInt64},
		"a list":        {State: payment.Captured, Data: json.RawMessage(`[]`)},
		"half data":     {State: payment.Captured, Data: json.RawMessage(`{"a"`)},
		"no text":       {State: payment.Captured, Reference: "a\x00"},
	} {
		s := payment.New(payment.Options{Clock: &fixedClock{noon}, Providers: []payment.Provider{strange{answer: a}}})
		got, err := s.Authorize(t.Context(), "k", session("manual", "*+", 7), payment.Shopper{})
		if got.State != payment.Pending || got.Data != nil || !errors.Is(err, payment.ErrProvider) {
			t.Errorf("%s: %+v, error %v", name, got, err)
		}
	}
	s := payment.New(payment.Options{Clock: &fixedClock{noon}, Providers: []payment.Provider{strange{}}})
	_, err := s.Open(t.Context(), session("manual", "*", 7), payment.Shopper{})
	wantErr(t, err, payment.ErrProvider)
	_, err = s.Authorize(t.Context(), "k", session("gone", "*+", 7), payment.Shopper{})
	wantErr(t, err, payment.ErrNoProvider)
}

func TestKeysOfSessions(t *testing.T) {
	t.Parallel()
	var keys []string
	s, _ := asked(scripted.Options{OnCall: func(_ context.Context, _ scripted.Deed, r payment.Request) error {
		keys = append(keys, r.Key)
		if !keyForm.MatchString(r.Key) {
			t.Errorf("key %q", r.Key)
		}
		return nil
	}}, 0)
	stub := session("scripted", "*", 1e15)
	stub.ID = "ps_01G2SG30J8C85S4A5CHM2S1NS2"
	opened, err := s.Open(t.Context(), stub, payment.Shopper{})
	must(t, err)
	again, err := s.Open(t.Context(), stub, payment.Shopper{})
	must(t, err)
	if keys[0] != keys[1] || opened.Reference != again.Reference {
		t.Errorf("a second try has %q after %q", keys[1], keys[0])
	}
	dear, cheap := opened, opened
	dear.Amount = 9
	told, err := s.Tell(t.Context(), dear, nil, payment.Shopper{})
	must(t, err)
	cheap.UpdatedAt = told.UpdatedAt
	for _, ses := range []payment.Session{cheap, told} { // and back, and there again
		_, err = s.Tell(t.Context(), ses, nil, payment.Shopper{})
		must(t, err)
	}
	_, err = s.Tell(t.Context(), told, json.RawMessage(`{}`), payment.Shopper{})
	must(t, err)
	_, err = s.GiveUp(t.Context(), []payment.Session{told})
	must(t, err)
	if slices.Sort(keys); len(slices.Compact(keys)) != 6 {
		t.Errorf("six deeds have the keys %q", keys)
	}
}

func TestTell(t *testing.T) {
	t.Parallel()
	s, _ := asked(scripted.Options{}, 0)
	_, err := s.Tell(t.Context(), session("scripted", "", 7), json.RawMessage(`{}`), payment.Shopper{})
	wantErr(t, err, payment.ErrNoSession)
	if ses, err := s.Tell(t.Context(), session("scripted", "", 7), nil, payment.Shopper{}); err != nil || ses.Amount != 7 {
		t.Errorf("told nobody %+v, error %v", ses, err)
	}
	ses, err := s.Open(t.Context(), session("scripted", "*", 7), payment.Shopper{})
	must(t, err)
	for _, in := range []string{`[]`, `null`, `{`, `"a"`, ``} {
		_, err := s.Tell(t.Context(), ses, json.RawMessage(in), payment.Shopper{})
		if fault.CodeOf(err) != fault.Invalid {
			t.Errorf("%q: %v", in, err)
		}
	}
	_, err = s.Tell(t.Context(), ses, json.RawMessage(`{"script":"rob"}`), payment.Shopper{})
	wantErr(t, err, scripted.ErrScript)
	ses, err = s.Tell(t.Context(), ses, json.RawMessage(`{"script":"decline"}`), payment.Shopper{})
	must(t, err)
	a, err := s.Authorize(t.Context(), "k", ses, payment.Shopper{})
	if err != nil || a.State != payment.Declined || a.Reason == "" {
		t.Errorf("%+v, error %v", a, err)
	}
}

func TestPlansAreCarriedOut(t *testing.T) {
	t.Parallel()
	each(t, scripted.Options{}, func(t *testing.T, k *till) {
		ensure := func(amount int64, providers ...string) []payment.Session {
			w := payment.Wanted{CartID: "cart_1", Providers: providers, Amount: amount, Currency: "cny"}
			k.carry(payment.Ensure(k.sessions("cart_1"), w, k.clock.Now()))
			return k.sessions("cart_1")
		}
		if got := ensure(500, "scripted", "manual"); len(got) != 2 || got[0].Initiated || string(got[1].Data) != `{}` || got[0].Selected {
			t.Fatalf("stubs %+v", got)
		}
		plan, err := payment.Select(k.sessions("cart_1"), "scripted", k.clock.Now())
		must(t, err)
		k.carry(plan)
		ses, _ := payment.Selected(k.sessions("cart_1"))
		if ses.ProviderID != "scripted" || !ses.Initiated || ses.Reference != "scripted_000001" {
			t.Fatalf("selected %+v", ses)
		}
		if got := ensure(700, "scripted", "manual"); k.bank.Payment(ses.Reference).Asked != 700 || got[1].Amount != 700 {
			t.Errorf("the bank asks for %d, the stub for %d", k.bank.Payment(ses.Reference).Asked, got[1].Amount)
		}
		plan, err = payment.Renew(k.sessions("cart_1"), "scripted", k.clock.Now())
		must(t, err)
		k.carry(plan)
		if a := k.bank.Payments(); len(a) != 2 || a[0].State != payment.Canceled || a[1].Asked != 700 {
			t.Errorf("the bank has %+v", a)
		}
		if _, ok := payment.Selected(k.sessions("cart_1")); ok {
			t.Error("the renewed one is selected")
		}
		if got := ensure(0, "scripted", "manual"); len(got) != 0 || k.bank.Payments()[1].State != payment.Canceled {
			t.Errorf("nothing to pay leaves %+v", got)
		}
	})
}

func TestWhatIsPaidWhileItIsGivenUp(t *testing.T) {
	t.Parallel()
	each(t, scripted.Options{}, func(t *testing.T, k *till) {
		w := payment.Wanted{CartID: "cart_1", Providers: []string{"scripted"}, Amount: 500, Currency: "cny"}
		ses := k.carry(payment.Ensure(nil, w, k.clock.Now()))[0]
		k.bank.Pay(ses.Reference, 500)
		plan, err := payment.Remove(k.sessions("cart_1"), "scripted")
		must(t, err)
		k.carry(plan)
		ids := k.orphans()
		if len(ids) != 1 {
			t.Fatalf("orphans %v", ids)
		}
		if _, err := k.GiveBack(t.Context(), ids[0]); err != nil || k.bank.Held() != 0 || len(k.orphans()) != 0 {
			t.Errorf("the bank says that we hold %d, orphans %v, error %v", k.bank.Held(), k.orphans(), err)
		}
	})
	s, _ := asked(scripted.Options{OnCall: func(context.Context, scripted.Deed, payment.Request) error { return errors.New("down") }}, 0)
	if _, err := s.GiveUp(t.Context(), []payment.Session{session("scripted", "+", 1), session("gone", "+", 1)}); !errors.Is(err, payment.ErrProvider) ||
		!errors.Is(err, payment.ErrNoProvider) {
		t.Errorf("gave up with %v", err)
	}
}

func TestNotice(t *testing.T) {
	t.Parallel()
	bank := scripted.New(scripted.Options{})
	s := payment.New(payment.Options{Clock: &fixedClock{noon}, Providers: []payment.Provider{bank}})
	ses, err := s.Open(t.Context(), session("scripted", "*", 7), payment.Shopper{})
	must(t, err)
	bank.Approve(ses.Reference)
	m := bank.Message(ses.Reference)
	n, err := s.Notice(t.Context(), "scripted", m.Header, m.Body)
	if err != nil || n.State != payment.Authorized || n.CartID != "c" || n.Amount != 7 || string(n.Reply) != "success" {
		t.Errorf("read %+v, error %v", n, err)
	}
	_, err = s.Notice(t.Context(), "scripted", m.Forged().Header, m.Body)
	wantErr(t, err, payment.ErrSignature)
	_, err = s.Notice(t.Context(), "stripe", http.Header{}, nil)
	wantErr(t, err, payment.ErrNoProvider)
}
