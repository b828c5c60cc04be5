package customer_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kaidian/internal/commerce/customer"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/secret"
)

func (k *desk) signIn(c customer.Customer) (customer.Session, string) {
	k.t.Helper()
	session, err := k.StartSession(k.t.Context(), c)
	if err != nil {
		k.t.Fatal(err)
	}
	token, err := k.IssueToken(c)
	if err != nil {
		k.t.Fatal(err)
	}
	return session, token
}

// lets tells whether a session or token lets its customer in.
func lets(t *testing.T, by func(context.Context, string) (string, error), token, customerID string) bool {
	t.Helper()
	id, err := by(t.Context(), token)
	if err == nil && id != customerID {
		t.Errorf("it lets %q in, want %q", id, customerID)
	}
	if err != nil {
		customer.WantFault(t, err, customer.ErrNotSignedIn)
	}
	return err == nil
}

func TestSession(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{})
		c := k.register("user@example.com")
		one, _ := k.signIn(c)
		two, _ := k.signIn(c)
		if one.Token == two.Token || k.number(`select count(*) from customer_sessions where token_hash = $1`, one.Token) != 0 {
			t.Error("the token itself is kept, or the same twice")
		}
		k.clock.Advance(customer.SessionLife - time.Millisecond)
		if !lets(t, k.BySession, one.Token, c.ID) {
			t.Error("the session ended too early")
		}
		if err := k.EndSession(t.Context(), one.Token); err != nil {
			t.Fatal(err)
		}
		if lets(t, k.BySession, one.Token, c.ID) {
			t.Error("an ended session lets in")
		}
		if !lets(t, k.BySession, two.Token, c.ID) {
			t.Error("another session has ended with it")
		}
		k.clock.Advance(time.Millisecond) // the answer is cached, and must not outlive the session
		if lets(t, k.BySession, two.Token, c.ID) {
			t.Error("the session rolls on")
		}
		if lets(t, k.BySession, "", c.ID) || lets(t, k.BySession, "x", c.ID) {
			t.Error("no session lets in")
		}
		if n, err := k.RemoveExpired(t.Context()); n != 1 || err != nil {
			t.Errorf("%d sessions removed (%v), want 1", n, err)
		}
		if err := k.EndSession(t.Context(), one.Token); err != nil {
			t.Errorf("ending twice: %v", err)
		}
	})
}

func TestToken(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{})
		c := k.register("user@example.com")
		_, token := k.signIn(c)
		claims, err := secret.ParseJWT(k.TokenKey(), token, k.clock.Now())
		if err != nil || claims["customer_id"] != c.ID || claims["domain"] != "store" ||
			claims["exp"].(float64)-claims["iat"].(float64) != 30*24*3600 {
			t.Errorf("claims %v (%v)", claims, err)
		}
		if !lets(t, k.ByToken, token, c.ID) {
			t.Error("a token does not let in")
		}
		epoch := c.TokensValidAfter.UnixMilli()
		for name, bad := range map[string]map[string]any{
			"another domain": {"customer_id": c.ID, "domain": "admin", "epoch": epoch},
			"no domain":      {"customer_id": c.ID, "epoch": epoch},
			"no customer":    {"domain": "store", "epoch": epoch},
			"odd customer":   {"customer_id": 7, "domain": "store", "epoch": epoch},
			"no such one":    {"customer_id": "cus_x", "domain": "store", "epoch": epoch},
			"no epoch":       {"customer_id": c.ID, "domain": "store"},
			"an epoch ago":   {"customer_id": c.ID, "domain": "store", "epoch": epoch - 1},
		} {
			signed, err := secret.SignJWT(k.TokenKey(), bad, k.clock.Now(), time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			if lets(t, k.ByToken, signed, c.ID) {
				t.Errorf("a token with %s lets in", name)
			}
		}
		forged, err := secret.SignJWT([]byte("k"), map[string]any{"customer_id": c.ID, "domain": "store", "epoch": epoch}, k.clock.Now(), time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if lets(t, k.ByToken, forged, c.ID) || lets(t, k.ByToken, "", c.ID) || lets(t, k.ByToken, token+"x", c.ID) {
			t.Error("a forged token lets in")
		}
		k.clock.Advance(customer.TokenLife)
		if lets(t, k.ByToken, token, c.ID) {
			t.Error("an expired token lets in")
		}
	})
}

func TestGuestsHaveNoReset(t *testing.T) {
	t.Parallel()
	k := open(t, dbtest.OpenSQLite(t), customer.Limits{})
	k.guest("guest@example.com")
	_, _, err := k.PasswordResetToken(t.Context(), "guest@example.com")
	customer.WantFault(t, err, customer.ErrNotFound)
}

func TestNewPasswordEndsWhatWasBefore(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{})
		c := k.register("user@example.com")
		other := k.register("other@example.com")
		kept, token := k.signIn(c)
		lost, _ := k.signIn(c)
		others, othersToken := k.signIn(other)
		for range 3 { // also in the very millisecond of the last change
			lets(t, k.BySession, lost.Token, c.ID) // cached
			lets(t, k.ByToken, token, c.ID)
			after := k.update(customer.ByID(c.ID), customer.Patch{Password: customer.Some("new"), KeepSession: kept.Token})
			if lets(t, k.BySession, lost.Token, c.ID) {
				t.Error("another session outlives the password")
			}
			if lets(t, k.ByToken, token, c.ID) {
				t.Error("a token outlives the password")
			}
			if !lets(t, k.BySession, kept.Token, c.ID) {
				t.Error("the session that was to be kept has ended")
			}
			if !lets(t, k.BySession, others.Token, other.ID) || !lets(t, k.ByToken, othersToken, other.ID) {
				t.Error("another customer was thrown out")
			}
			lost, token = k.signIn(after)
			if !lets(t, k.BySession, lost.Token, c.ID) || !lets(t, k.ByToken, token, c.ID) {
				t.Error("a sign-in after the change does not hold")
			}
		}
		// Who proved the old password before the change gets nothing after it.
		if _, err := k.StartSession(t.Context(), c); err == nil {
			t.Error("a session starts with the old password")
		}
		late, err := k.IssueToken(c)
		if err != nil {
			t.Fatal(err)
		}
		if lets(t, k.ByToken, late, c.ID) {
			t.Error("a token of the old password lets in")
		}
		if _, err := k.Authenticate(t.Context(), "user@example.com", "new", ""); err != nil {
			t.Errorf("the new password: %v", err)
		}
	})
}

// TestSignInAndNewPasswordAtOnce leaves no session of the old password, whichever comes first.
func TestSignInAndNewPasswordAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{})
		c := k.register("user@example.com")
		for range 10 {
			sessions := make([]customer.Session, 6)
			customer.AtOnce(len(sessions)+1, func(i int) {
				if i == len(sessions) {
					k.update(customer.ByID(c.ID), customer.Patch{Password: customer.Some("new")})
					return
				}
				sessions[i], _ = k.StartSession(t.Context(), c)
			})
			for _, s := range sessions {
				if s.Token != "" && lets(t, k.BySession, s.Token, c.ID) {
					t.Fatal("a session of the old password outlives the change")
				}
			}
			var err error
			if c, err = k.Get(t.Context(), customer.ByID(c.ID)); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestKnownTokensCostNoStatement(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{})
		c := k.register("user@example.com")
		session, token := k.signIn(c)
		for _, most := range []int64{1, 0, 0} {
			k.counted(most, func(ctx context.Context) error { _, err := k.ByToken(ctx, token); return err })
			k.counted(most, func(ctx context.Context) error { _, err := k.BySession(ctx, session.Token); return err })
		}
		k.counted(2, func(ctx context.Context) error {
			id, err := k.ByToken(ctx, token)
			if err == nil {
				_, err = k.Profile(ctx, customer.ByID(id))
			}
			return err
		})
	})
}

// TestTwoProcesses has one process revoke what another has cached.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		here, there := open(t, d, customer.Limits{}), open(t, d, customer.Limits{})
		c := here.register("user@example.com")
		session, token := here.signIn(c)
		if !lets(t, there.BySession, session.Token, c.ID) || !lets(t, there.ByToken, token, c.ID) {
			t.Fatal("the other process does not know the customer")
		}
		after := here.update(customer.ByID(c.ID), customer.Patch{Password: customer.Some("new")})
		_, fresher := here.signIn(after)
		if !lets(t, there.ByToken, fresher, c.ID) {
			t.Error("a new token is refused until the other process looks again")
		}
		there.clock.Advance(2 * time.Second)
		if lets(t, there.BySession, session.Token, c.ID) || lets(t, there.ByToken, token, c.ID) {
			t.Error("what is revoked here lets in there after two seconds")
		}
	})
}

// TestRevocationHammer signs out and changes passwords under readers that keep the caches warm: once a call that
// revokes has returned, nothing that it revoked lets in.
func TestRevocationHammer(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{})
		c := k.register("user@example.com")
		var session, token atomic.Value
		s, tok := k.signIn(c)
		session.Store(s.Token)
		token.Store(tok)
		var done atomic.Bool
		var readers sync.WaitGroup
		for range 4 {
			readers.Go(func() {
				for !done.Load() {
					_, _ = k.BySession(t.Context(), session.Load().(string))
					_, _ = k.ByToken(t.Context(), token.Load().(string))
				}
			})
		}
		for i := range 30 {
			var ended error
			if i%3 == 0 {
				c = k.update(customer.ByID(c.ID), customer.Patch{Password: customer.Some("new")})
				if lets(t, k.ByToken, token.Load().(string), c.ID) {
					t.Error("a token outlives the password")
				}
			} else {
				ended = k.EndSession(t.Context(), session.Load().(string))
			}
			if ended != nil || lets(t, k.BySession, session.Load().(string), c.ID) {
				t.Errorf("a session outlives its end (%v)", ended)
			}
			s, tok := k.signIn(c)
			session.Store(s.Token)
			token.Store(tok)
		}
		done.Store(true)
		readers.Wait()
	})
}
