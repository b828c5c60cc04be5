package payment_test

import (
	"encoding/json"
	"regexp"
	"testing"
	"time"

	"kaidian/internal/commerce/payment"
)

func TestApply(t *testing.T) {
	t.Parallel()
	all := []payment.State{payment.Pending, payment.RequiresMore, payment.Authorized, payment.Captured, payment.Refunded,
		payment.Declined, payment.Canceled}
	open := [7]payment.SessionStatus{"pending", "requires_more", "authorized", "authorized", "canceled", "error", "canceled"}
	for from, want := range map[payment.SessionStatus][7]payment.SessionStatus{
		payment.SessionPending:      open,
		payment.SessionRequiresMore: open,
		payment.SessionFailed:       open,
		payment.SessionAuthorized:   {"authorized", "authorized", "authorized", "authorized", "canceled", "authorized", "canceled"},
		payment.SessionCanceled:     {"canceled", "canceled", "authorized", "authorized", "canceled", "canceled", "canceled"},
	} {
		for i, state := range all {
			s := payment.Session{Status: from, Reference: "r", Amount: 5}
			got := s.Apply(payment.Answer{State: state, Reference: "r"}, noon)
			if got.Status != want[i] || got.AuthorizedAt.IsZero() != (got.Status != payment.SessionAuthorized) {
				t.Errorf("%s after %s is %s at %v, want %s", from, state, got.Status, got.AuthorizedAt, want[i])
			}
		}
	}
}

func TestApplyTakesWhatIsSaid(t *testing.T) {
	t.Parallel()
	s := payment.Session{Status: payment.SessionAuthorized, Reference: "old", Amount: 5, Data: json.RawMessage(`{}`), AuthorizedAt: noon, UpdatedAt: noon}
	got := s.Apply(payment.Answer{State: payment.Pending, Reference: "new", Data: json.RawMessage(`{"a":1}`)}, noon)
	if got.Status != payment.SessionPending || got.Reference != "new" || string(got.Data) != `{"a":1}` || !got.AuthorizedAt.IsZero() {
		t.Errorf("another payment: %+v", got)
	}
	if !got.UpdatedAt.After(s.UpdatedAt) {
		t.Error("the change is not later")
	}
	for _, amount := range []int64{4, 6} {
		a := payment.Answer{State: payment.Authorized, Amount: amount}
		if got := s.Apply(a, noon); got.Status != payment.SessionFailed || s.Covered(a) {
			t.Errorf("paid %d of 5: %s", amount, got.Status)
		}
	}
	if got := s.Apply(payment.Answer{State: payment.Captured, Amount: 5}, noon.Add(time.Hour)); !got.AuthorizedAt.Equal(noon) {
		t.Errorf("authorised again at %v", got.AuthorizedAt)
	}
}

func TestPaid(t *testing.T) {
	t.Parallel()
	s := payment.Session{ID: "ps_1", CartID: "c", ProviderID: "p", Reference: "r", Amount: 5, Currency: "cny", Data: json.RawMessage(`{"k":1}`)}
	p, ok := s.Paid(payment.Answer{State: payment.Authorized})
	if !ok || p.Amount != 5 || p.Captured != 0 || p.Reference != "r" || *p.SessionID != "ps_1" || string(p.Data) != `{"k":1}` {
		t.Errorf("authorised: %+v", p)
	}
	p, ok = s.Paid(payment.Answer{State: payment.Captured, Amount: 3, Reference: "other", Data: json.RawMessage(`{}`)})
	if !ok || p.Amount != 3 || p.Captured != 3 || p.Reference != "other" || string(p.Data) != `{}` {
		t.Errorf("captured: %+v", p)
	}
	for _, state := range []payment.State{payment.Pending, payment.RequiresMore, payment.Declined, payment.Canceled, payment.Refunded} {
		if _, ok := s.Paid(payment.Answer{State: state}); ok {
			t.Errorf("%s is money", state)
		}
	}
}

// shape is what a plan does, in short: provider ids with what becomes of them.
type shape struct {
	sessions, saved, givenUp []string
	deleted                  int
	open, tell               string
}

func shapeOf(p payment.Plan) shape {
	out := shape{deleted: len(p.Delete)}
	for _, s := range p.Sessions {
		name := s.ProviderID
		if s.Selected {
			name += "*"
		}
		if s.Initiated {
			name += "+"
		}
		out.sessions = append(out.sessions, name)
	}
	for _, s := range p.Save {
		out.saved = append(out.saved, s.ProviderID)
	}
	for _, s := range p.GiveUp {
		out.givenUp = append(out.givenUp, s.ProviderID)
	}
	if p.Open != nil {
		out.open = p.Open.ProviderID
	}
	if p.Tell != nil {
		out.tell = p.Tell.ProviderID
	}
	return out
}

func wantShape(t *testing.T, name string, p payment.Plan, want shape) {
	t.Helper()
	got, _ := json.Marshal(shapeText(shapeOf(p)))
	wanted, _ := json.Marshal(shapeText(want))
	if string(got) != string(wanted) {
		t.Errorf("%s:\n got %s\nwant %s", name, got, wanted)
	}
	for _, s := range p.Sessions {
		if s.ID == "" || s.CartID != "c" || s.Currency != "cny" {
			t.Errorf("%s: session %+v", name, s)
		}
	}
}

func shapeText(s shape) map[string]any {
	return map[string]any{"sessions": s.sessions, "saved": s.saved, "givenUp": s.givenUp, "deleted": s.deleted, "open": s.open, "tell": s.tell}
}

// session makes one for the tables below: with * it is selected, with + initiated.
func session(provider, marks string, amount int64) payment.Session {
	s := payment.Session{ID: "ps_" + provider, CartID: "c", ProviderID: provider, Status: payment.SessionPending, Amount: amount,
		Currency: "cny", Data: json.RawMessage(`{}`), CreatedAt: noon, UpdatedAt: noon}
	for _, m := range marks {
		s.Selected = s.Selected || m == '*'
		s.Initiated = s.Initiated || m == '+'
	}
	if s.Initiated {
		s.Reference = "ref_" + provider
	}
	return s
}

func TestEnsure(t *testing.T) {
	t.Parallel()
	type list = []payment.Session
	with := func(s payment.Session, change func(*payment.Session)) payment.Session { change(&s); return s }
	canceled := with(session("a", "*+", 7), func(s *payment.Session) { s.Status = payment.SessionCanceled })
	authorized := with(session("a", "*+", 7), func(s *payment.Session) { s.Status = payment.SessionAuthorized })
	dollars := with(session("a", "*+", 7), func(s *payment.Session) { s.Currency = "usd" })
	a, ab := []string{"a"}, []string{"a", "b"}
	for name, c := range map[string]struct {
		existing  list
		providers []string
		amount    int64
		want      shape
	}{
		"one provider":            {nil, a, 7, shape{sessions: []string{"a*"}, open: "a"}},
		"two providers":           {nil, ab, 7, shape{sessions: []string{"a", "b"}, saved: ab}},
		"no provider":             {nil, nil, 7, shape{}},
		"nothing to pay":          {list{session("a", "*+", 7), session("b", "", 7)}, ab, 0, shape{deleted: 2, givenUp: a}},
		"below nothing":           {nil, a, -1, shape{}},
		"as it is":                {list{session("a", "*+", 7)}, a, 7, shape{sessions: []string{"a*+"}}},
		"new amount":              {list{session("a", "*+", 7), session("b", "", 7)}, ab, 8, shape{sessions: []string{"a*+", "b"}, saved: []string{"b"}, tell: "a"}},
		"provider left":           {list{session("a", "*+", 7), session("b", "", 7)}, []string{"b", "c"}, 7, shape{sessions: []string{"b", "c"}, saved: []string{"c"}, deleted: 1, givenUp: a}},
		"provider came":           {list{session("a", "*+", 7)}, ab, 7, shape{sessions: []string{"a*+", "b"}, saved: []string{"b"}}},
		"only a stub is left":     {list{session("a", "", 7), session("b", "*+", 7)}, a, 7, shape{sessions: []string{"a*"}, open: "a", deleted: 1, givenUp: []string{"b"}}},
		"open, not selected":      {list{session("a", "+", 7), session("b", "", 7)}, ab, 8, shape{sessions: []string{"a", "b"}, saved: ab, deleted: 1, givenUp: a}},
		"renewed, only provider":  {list{session("a", "+", 7)}, a, 7, shape{sessions: []string{"a*+"}, saved: a}},
		"given up":                {list{canceled}, a, 7, shape{sessions: []string{"a*"}, open: "a", deleted: 1, givenUp: a}},
		"given up, of two":        {list{canceled}, ab, 7, shape{sessions: []string{"a*", "b"}, saved: []string{"b"}, open: "a", deleted: 1, givenUp: a}},
		"authorised":              {list{authorized}, a, 7, shape{sessions: []string{"a*+"}}},
		"authorised, then dearer": {list{authorized}, a, 8, shape{sessions: []string{"a*"}, open: "a", deleted: 1, givenUp: a}},
		"another currency":        {list{dollars}, a, 7, shape{sessions: []string{"a*"}, open: "a", deleted: 1, givenUp: a}},
	} {
		p := payment.Ensure(c.existing, payment.Wanted{CartID: "c", Providers: c.providers, Amount: c.amount, Currency: "cny"}, noon)
		wantShape(t, name, p, c.want)
		for _, s := range p.Sessions {
			if s.Amount != c.amount || s.Status == payment.SessionCanceled {
				t.Errorf("%s: session %+v", name, s)
			}
		}
		if again := payment.Ensure(p.Sessions, payment.Wanted{CartID: "c", Providers: c.providers, Amount: c.amount, Currency: "cny"}, noon); p.Open == nil && !again.Idle() {
			t.Errorf("%s: a second time does %+v", name, shapeOf(again))
		}
	}
}

func TestSelectRenewRemove(t *testing.T) {
	t.Parallel()
	existing := []payment.Session{session("a", "*+", 7), session("b", "", 7), session("c", "", 7)}
	p, err := payment.Select(existing, "b", noon)
	must(t, err)
	wantShape(t, "select", p, shape{sessions: []string{"a", "b*", "c"}, saved: []string{"a"}, givenUp: []string{"a"}, open: "b"})
	if s := p.Save[0]; s.Reference != "" || s.ID != "ps_a" || !s.UpdatedAt.After(noon) {
		t.Errorf("the other is %+v", s)
	}
	p, err = payment.Select(existing, "a", noon)
	must(t, err)
	if !p.Idle() {
		t.Errorf("selecting again does %+v", shapeOf(p))
	}
	gone := session("a", "+", 7)
	gone.Status = payment.SessionCanceled
	p, err = payment.Select([]payment.Session{gone}, "a", noon)
	must(t, err)
	wantShape(t, "select what was given up", p, shape{sessions: []string{"a*"}, open: "a"})

	p, err = payment.Renew(existing, "a", noon)
	must(t, err)
	wantShape(t, "renew", p, shape{sessions: []string{"b", "c", "a"}, deleted: 1, givenUp: []string{"a"}, open: "a"})
	if p.Open.ID == "ps_a" || p.Open.Amount != 7 {
		t.Errorf("renewed %+v", p.Open)
	}
	p, err = payment.Remove(existing, "b")
	must(t, err)
	wantShape(t, "remove", p, shape{sessions: []string{"a*+", "c"}, deleted: 1})
	for _, do := range []func() error{
		func() error { _, err := payment.Select(existing, "x", noon); return err },
		func() error { _, err := payment.Renew(existing, "x", noon); return err },
		func() error { _, err := payment.Remove(nil, "a"); return err },
	} {
		wantErr(t, do(), payment.ErrNoSession)
	}
	if s, ok := payment.Selected(existing); !ok || s.ProviderID != "a" {
		t.Errorf("selected %+v", s)
	}
	if _, ok := payment.Selected(existing[1:]); ok {
		t.Error("a stub is selected")
	}
}

// keyForm is what WeChat Pay takes as a number of a refund, the narrowest of all.
var keyForm = regexp.MustCompile(`^[A-Za-z0-9_-]{6,64}$`)
