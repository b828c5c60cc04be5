package customer_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"kaidian/internal/commerce/customer"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/secret"
)

func TestAuthenticate(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{})
		c := k.register("user@example.com")
		k.guest("guest@example.com")
		if _, _, err := k.Register(t.Context(), customer.NewAccount{Type: customer.UserName, Identity: "uname@example.com", Password: "x"}); err != nil {
			t.Fatal(err)
		}
		k.clock.Advance(time.Hour)
		got, err := k.Authenticate(t.Context(), " USER@example.com", "pa$$word", "10.0.0.1")
		if err != nil || got.ID != c.ID || !got.LastInAt.Equal(k.clock.Now()) {
			t.Errorf("got %+v (%v)", got, err)
		}
		stored, err := k.Get(t.Context(), customer.ByID(c.ID))
		if err != nil || columnsOf(stored) != columnsOf(got) {
			t.Errorf("stored   %s (%v)\nreturned %s", columnsOf(stored), err, columnsOf(got))
		}
		for _, bad := range [][2]string{
			{"user@example.com", "pa$$worD"}, {"user@example.com", ""}, {"nobody@example.com", "pa$$word"}, {"", ""},
			{"guest@example.com", ""}, {"guest@example.com", "pa$$word"}, {"uname@example.com", "x"}, {"\x00\xff", "x"},
		} {
			_, err := k.Authenticate(t.Context(), bad[0], bad[1], "10.0.0.1")
			customer.WantFault(t, err, customer.ErrWrongCredentials)
		}
	})
}

func TestStaleHashIsRenewed(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		weak := open(t, d, customer.Limits{})
		strong := openWith(t, d, customer.Limits{}, secret.PasswordOptions{Memory: 16, Time: 2})
		c := weak.register("user@example.com")
		hashes := []string{weak.text(`select password_hash from customers`)}
		for _, k := range []*desk{weak, strong, strong, weak} {
			if _, err := k.Authenticate(t.Context(), "user@example.com", "pa$$word", ""); err != nil {
				t.Fatal(err)
			}
			hashes = append(hashes, k.text(`select password_hash from customers`))
		}
		if hashes[0] != hashes[1] || hashes[1] == hashes[2] || hashes[2] != hashes[3] || hashes[3] != hashes[4] {
			t.Errorf("hashes %q: want a new one at the first strong sign-in only", hashes)
		}
		if after, err := weak.Get(t.Context(), customer.ByID(c.ID)); err != nil || !after.TokensValidAfter.Equal(c.TokensValidAfter) {
			t.Errorf("a renewed hash ended the tokens (%v)", err)
		}
	})
}

func TestSignInsAreLimited(t *testing.T) {
	t.Parallel()
	k := open(t, dbtest.OpenSQLite(t), customer.Limits{AttemptsPerAccount: 3, AttemptsPerAddress: 8, Window: time.Minute})
	k.register("user@example.com")
	for _, email := range []string{"user@example.com", "nobody@example.com"} { // nothing tells them apart
		for range 3 {
			_, err := k.Authenticate(t.Context(), email, "wrong", "10.0.0.1")
			customer.WantFault(t, err, customer.ErrWrongCredentials)
		}
		_, err := k.Authenticate(t.Context(), email, "pa$$word", "10.0.0.2")
		customer.WantFault(t, err, customer.ErrTooManyAttempts)
		if f := fault.As(err); f == nil || f.RetryAfter != 20*time.Second {
			t.Errorf("got %+v", f)
		}
	}
	k.clock.Advance(20 * time.Second)
	for range 20 { // right ones do not count
		if _, err := k.Authenticate(t.Context(), "user@example.com", "pa$$word", "10.0.0.1"); err != nil {
			t.Fatal(err)
		}
	}
}

func TestResetPassword(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{AttemptsPerAccount: 1000, AttemptsPerAddress: 1000})
		c := k.register("user@example.com")
		k.register("other@example.com")
		session, jwt := k.signIn(c)
		token, who, err := k.PasswordResetToken(t.Context(), "USER@example.com")
		if err != nil || who.ID != c.ID {
			t.Fatalf("got %+v, %v", who, err)
		}
		others, _, err := k.PasswordResetToken(t.Context(), "other@example.com")
		if err != nil {
			t.Fatal(err)
		}
		for name, r := range map[string]customer.Reset{
			"unknown e-mail":  {Email: "nobody@example.com", Token: token},
			"another's token": {Email: "user@example.com", Token: others},
			"another":         {Email: "other@example.com", Token: token},
			"no token":        {Email: "user@example.com"},
			"broken token":    {Email: "user@example.com", Token: token[:len(token)-1]},
			"sign-in token":   {Email: "user@example.com", Token: jwt},
		} {
			r.Password = "new"
			if _, err := k.ResetPassword(t.Context(), r); !errors.Is(err, customer.ErrBadResetToken) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if lets(t, k.ByToken, token, c.ID) {
			t.Error("a reset token signs in")
		}
		_, err = k.ResetPassword(t.Context(), customer.Reset{Email: "user@example.com", Token: token})
		customer.WantFields(t, err, "password required")

		k.clock.Advance(customer.ResetTokenLife - time.Second)
		got, err := k.ResetPassword(t.Context(), customer.Reset{Email: "user@example.com", Token: token, Password: "new", Address: "10.0.0.1"})
		if err != nil || got.ID != c.ID {
			t.Fatalf("got %+v, %v", got, err)
		}
		if lets(t, k.BySession, session.Token, c.ID) || lets(t, k.ByToken, jwt, c.ID) {
			t.Error("a sign-in outlives the reset")
		}
		_, err = k.ResetPassword(t.Context(), customer.Reset{Email: "user@example.com", Token: token, Password: "newer"})
		customer.WantFault(t, err, customer.ErrBadResetToken) // used
		if _, err := k.Authenticate(t.Context(), "user@example.com", "new", ""); err != nil {
			t.Errorf("the new password: %v", err)
		}
		late, _, err := k.PasswordResetToken(t.Context(), "user@example.com")
		if err != nil {
			t.Fatal(err)
		}
		k.clock.Advance(customer.ResetTokenLife)
		_, err = k.ResetPassword(t.Context(), customer.Reset{Email: "user@example.com", Token: late, Password: "newer"})
		customer.WantFault(t, err, customer.ErrBadResetToken) // expired
	})
}

func TestResetTokenIsUsedOnce(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{AttemptsPerAccount: 1000})
		k.register("user@example.com")
		token, _, err := k.PasswordResetToken(t.Context(), "user@example.com")
		if err != nil {
			t.Fatal(err)
		}
		var done atomic.Int64
		customer.AtOnce(16, func(i int) {
			_, err := k.ResetPassword(t.Context(), customer.Reset{Email: "user@example.com", Token: token, Password: "new" + itoa(int64(i))})
			if err == nil {
				done.Add(1)
			} else if !errors.Is(err, customer.ErrBadResetToken) {
				t.Errorf("got %v", err)
			}
		})
		if done.Load() != 1 {
			t.Errorf("the token was used %d times", done.Load())
		}
	})
}

func TestRequestTellsNothing(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{AttemptsPerAccount: 2})
		k.register("user@example.com")
		for _, email := range []string{"User@example.com", "nobody@example.com"} {
			k.counted(1, func(ctx context.Context) error { return k.RequestPasswordReset(ctx, email, "10.0.0.1") })
		}
		events, err := k.events.Since(t.Context(), 1, 10)
		if err != nil || len(events) != 2 {
			t.Fatalf("events %+v (%v)", events, err)
		}
		for i, email := range []string{"user@example.com", "nobody@example.com"} {
			if e := events[i]; e.Topic != customer.TopicPasswordRequested || e.Subject != "" || string(e.Payload) != `{"email":"`+email+`"}` {
				t.Errorf("event %+v", e)
			}
		}
		customer.WantFields(t, k.RequestPasswordReset(t.Context(), "nobody", ""), "email format")
		if err := k.RequestPasswordReset(t.Context(), "user@example.com", ""); err != nil {
			t.Fatal(err)
		}
		customer.WantFault(t, k.RequestPasswordReset(t.Context(), "user@example.com", ""), customer.ErrTooManyAttempts)
	})
}

func TestResetsAreLimited(t *testing.T) {
	t.Parallel()
	k := open(t, dbtest.OpenSQLite(t), customer.Limits{AttemptsPerAccount: 2})
	k.register("user@example.com")
	for range 2 {
		_, err := k.ResetPassword(t.Context(), customer.Reset{Email: "user@example.com", Token: "x", Password: "new"})
		customer.WantFault(t, err, customer.ErrBadResetToken)
	}
	_, err := k.ResetPassword(t.Context(), customer.Reset{Email: "user@example.com", Token: "x", Password: "new"})
	customer.WantFault(t, err, customer.ErrTooManyAttempts)
}
