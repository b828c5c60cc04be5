package staff_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kaidian/internal/commerce/staff"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/secret"
)

func boss(password string) staff.Credentials {
	return staff.Credentials{Email: "boss@shop.example", Password: password, Address: "192.0.2.1"}
}

func TestSignInOpensASession(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		made := h.account(t)
		h.clock.Advance(time.Hour)
		token, a, err := h.SignIn(t.Context(), staff.Credentials{Email: " BOSS@shop.example", Password: "correct horse"})
		must(t, err)
		if a.ID != made.ID || !a.LastIn.Equal(h.clock.Now()) {
			t.Errorf("signed in as %+v", a)
		}
		if n := statements(t, func(ctx context.Context) {
			if a, err = h.SessionAccount(ctx, token); err != nil {
				t.Error(err)
			}
		}); n != 1 {
			t.Errorf("a session costs %d statements", n)
		}
		if a.ID != made.ID || !a.LastIn.Equal(h.clock.Now()) {
			t.Errorf("the session is of %+v", a)
		}
		h.clock.Advance(staff.SessionLife - 1)
		_, err = h.SessionAccount(t.Context(), token)
		must(t, err)
		h.clock.Advance(time.Millisecond)
		_, err = h.SessionAccount(t.Context(), token)
		wantErr(t, err, staff.ErrNoSession)
	})
}

func TestSignOutEndsThatSessionOnly(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.account(t)
		one, _, err := h.SignIn(t.Context(), boss("correct horse"))
		must(t, err)
		two, _, err := h.SignIn(t.Context(), boss("correct horse"))
		must(t, err)
		must(t, h.SignOut(t.Context(), one))
		must(t, h.SignOut(t.Context(), one))
		_, err = h.SessionAccount(t.Context(), one)
		wantErr(t, err, staff.ErrNoSession)
		_, err = h.SessionAccount(t.Context(), two)
		must(t, err)
		_, err = h.SessionAccount(t.Context(), "")
		wantErr(t, err, staff.ErrNoSession)
	})
}

func TestRemoveExpiredDropsSessionsThatAreOver(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.account(t)
		for range 3 {
			_, _, err := h.SignIn(t.Context(), boss("correct horse"))
			must(t, err)
			h.clock.Advance(staff.SessionLife / 2)
		}
		must(t, h.RemoveExpired(t.Context()))
		var n int
		must(t, h.db.Read(t.Context(), func(_ context.Context, tx *db.Tx) error {
			return tx.QueryRow(`select count(*) from staff_sessions`).Scan(&n)
		}))
		if n != 1 {
			t.Errorf("%d sessions are kept", n)
		}
	})
}

func TestSignInRefusesAlikeWhoeverAsks(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.account(t)
		for _, c := range []staff.Credentials{
			boss("wrong horse"), boss(""), {Email: "nobody@shop.example", Password: "correct horse"},
			{Email: strings.Repeat("x", 300), Password: "x"}, boss(strings.Repeat("x", 300)),
		} {
			_, _, err := h.SignIn(t.Context(), c)
			if err == nil || err.Error() != staff.ErrWrongCredentials.Error() {
				t.Errorf("got %v", err)
			}
		}
	})
}

func TestSignInIsLimitedPerAccount(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.account(t)
		for _, email := range []string{"boss@shop.example", "unknown@shop.example"} {
			for i := range 10 {
				c := staff.Credentials{Email: email, Password: "wrong", Address: fmt.Sprintf("192.0.2.%d", i)}
				_, _, err := h.SignIn(t.Context(), c)
				wantErr(t, err, staff.ErrWrongCredentials)
			}
			h.clock.Advance(time.Minute)
			_, _, err := h.SignIn(t.Context(), staff.Credentials{Email: email, Password: "correct horse", Address: "192.0.2.99"})
			wantErr(t, err, staff.ErrTooManyAttempts)
			if f := fault.As(err); f.Code != fault.Exhausted || f.RetryAfter != 30*time.Second {
				t.Errorf("%s: asked to wait %v", email, f.RetryAfter)
			}
		}
		for range 10 { // an attempt is back by now, and a success gives back the rest
			_, _, err := h.SignIn(t.Context(), boss("correct horse"))
			must(t, err)
		}
	})
}

func TestSignInIsLimitedPerAddress(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.account(t)
		for i := range 20 {
			c := staff.Credentials{Email: fmt.Sprintf("a%d@x", i), Address: fmt.Sprintf("2001:db8::%x", i)}
			_, _, err := h.SignIn(t.Context(), c)
			wantErr(t, err, staff.ErrWrongCredentials)
		}
		c := boss("correct horse")
		c.Address = "2001:db8::ffff"
		_, _, err := h.SignIn(t.Context(), c)
		wantErr(t, err, staff.ErrTooManyAttempts)
		c.Address = "2001:db8:0:1::1"
		_, _, err = h.SignIn(t.Context(), c)
		must(t, err)
	})
}

func TestSuccessesAreNotCounted(t *testing.T) {
	t.Parallel()
	h := newHouse(t, openSQLite(t))
	h.account(t)
	for i := range 30 {
		if i%10 == 0 { // failures that the next success forgives the account, not the address
			_, _, err := h.SignIn(t.Context(), boss("wrong"))
			wantErr(t, err, staff.ErrWrongCredentials)
		}
		_, _, err := h.SignIn(t.Context(), boss("correct horse"))
		must(t, err)
	}
}

func TestAGoodAccountDoesNotWashItsAddressClean(t *testing.T) {
	t.Parallel()
	h := newHouse(t, openSQLite(t))
	h.account(t)
	guess := func(i int) error {
		_, _, err := h.SignIn(t.Context(), staff.Credentials{Email: fmt.Sprintf("a%d@x", i), Address: boss("").Address})
		return err
	}
	for i := range 20 {
		if i == 19 {
			_, _, err := h.SignIn(t.Context(), boss("correct horse"))
			must(t, err)
		}
		wantErr(t, guess(i), staff.ErrWrongCredentials)
	}
	wantErr(t, guess(20), staff.ErrTooManyAttempts)
}

func TestManyGuessesAtOnceAreLimitedToo(t *testing.T) {
	t.Parallel()
	h := newHouse(t, openSQLite(t))
	h.account(t)
	var checked atomic.Int64
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			c := boss("wrong")
			c.Address = fmt.Sprintf("192.0.2.%d", i)
			_, _, err := h.SignIn(t.Context(), c)
			if f := fault.As(err); f != nil && f.Reason == staff.ErrWrongCredentials.Reason {
				checked.Add(1)
			}
		})
	}
	wg.Wait()
	if n := checked.Load(); n > 10 {
		t.Errorf("%d guesses were checked, 10 are allowed", n)
	}
}

func TestABusyHouseIsNoFailedAttempt(t *testing.T) {
	t.Parallel()
	h := newHouse(t, openSQLite(t))
	h.account(t)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for range 50 {
		if _, _, err := h.SignIn(gone, boss("correct horse")); err == nil {
			t.Fatal("signed in without waiting for the answer")
		}
	}
	_, _, err := h.SignIn(t.Context(), boss("correct horse"))
	must(t, err)
}

func TestSignInFreshensAStaleHash(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.account(t)
		before := h.hash(t)
		h.options.Passwords = secret.NewPasswords(secret.PasswordOptions{Memory: 64, Time: 1})
		stronger := h.open(t)
		_, _, err := stronger.SignIn(t.Context(), boss("wrong"))
		wantErr(t, err, staff.ErrWrongCredentials)
		if h.hash(t) != before {
			t.Error("a failed sign-in changed the hash")
		}
		_, _, err = stronger.SignIn(t.Context(), boss("correct horse"))
		must(t, err)
		if after := h.hash(t); after == before || !strings.Contains(after, "m=64,") {
			t.Errorf("the hash is %q", after)
		}
		_, _, err = stronger.SignIn(t.Context(), boss("correct horse"))
		must(t, err)
	})
}

func (h *house) hash(t *testing.T) (hash string) {
	t.Helper()
	must(t, h.db.Read(t.Context(), func(_ context.Context, tx *db.Tx) error {
		return tx.QueryRow(`select password_hash from staff_accounts`).Scan(&hash)
	}))
	return hash
}
