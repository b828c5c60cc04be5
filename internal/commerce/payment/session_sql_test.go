package payment_test

import (
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"kaidian/internal/commerce/payment"
	"kaidian/internal/platform/db"
	"kaidian/internal/provider/scripted"
)

func TestSessionsAreKept(t *testing.T) {
	t.Parallel()
	each(t, scripted.Options{}, func(t *testing.T, k *till) {
		one, two := session("a", "*+", 7), session("b", "", 8)
		one.CartID, two.CartID, one.AuthorizedAt, one.Data = "cart_1", "cart_1", noon, json.RawMessage(`{"钥":"匙"}`)
		two.CreatedAt = noon.Add(time.Second)
		save := func(list ...payment.Session) error {
			return k.try(func(tx *db.Tx) error { return k.SaveSessions(tx, list) })
		}
		must(t, save(two, one))
		must(t, save())
		if got := k.sessions("cart_1"); len(got) != 2 || !same(got[0], one) || !same(got[1], two) {
			t.Errorf("kept %+v", got)
		}
		one.Status, one.Amount, one.Reference, one.Selected, one.AuthorizedAt = payment.SessionFailed, 9, "", false, time.Time{}
		must(t, save(one, two))
		if got := k.sessions("cart_1"); len(got) != 2 || !same(got[0], one) {
			t.Errorf("kept %+v", got)
		}
		another := two
		another.ID = "ps_other"
		wantErr(t, save(another), payment.ErrRaced)
		two.Reference = "r"
		must(t, save(two))
		k.write(func(tx *db.Tx) error {
			if got, err := k.SessionByReference(tx, "b", "r"); err != nil || !same(got, two) {
				t.Errorf("by reference %+v, error %v", got, err)
			}
			_, err := k.SessionByReference(tx, "a", "r")
			wantErr(t, err, payment.ErrNoSession)
			if got, err := k.LockSession(tx, "ps_b"); err != nil || !same(got, two) {
				t.Errorf("locked %+v, error %v", got, err)
			}
			_, err = k.LockSession(tx, "ps_x")
			wantErr(t, err, payment.ErrNoSession)
			return k.DeleteSessions(tx, []string{"ps_a", "ps_x"})
		})
		if got := k.sessions("cart_1"); len(got) != 1 || len(k.sessions("cart_2")) != 0 {
			t.Errorf("left %+v", got)
		}
	})
}

func TestOneSessionOfAProvider(t *testing.T) {
	t.Parallel()
	each(t, scripted.Options{}, func(t *testing.T, k *till) {
		errs := make([]error, 8)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() {
				s := session("a", "", 7)
				s.ID, s.CartID = "ps_"+number(i), "cart_1"
				errs[i] = k.try(func(tx *db.Tx) error { return k.SaveSessions(tx, []payment.Session{s}) })
			})
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if !errors.Is(err, payment.ErrRaced) {
				t.Error(err)
			}
		}
		if won != 1 || len(k.sessions("cart_1")) != 1 {
			t.Errorf("%d won, %d are there", won, len(k.sessions("cart_1")))
		}
	})
}

func same(a, b payment.Session) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}
