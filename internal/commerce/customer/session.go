package customer

import (
	"context"
	"errors"
	"time"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/secret"
)

// Session is a sign-in that the shop remembers.
type Session struct {
	CustomerID string
	Token      string // what the shopper's cookie carries; the database keeps its hash only
	Expires    time.Time
}

// session is what is kept in memory of one.
type session struct {
	customerID string
	expires    time.Time
}

// standing is what is kept in memory of a living customer.
type standing struct {
	validAfter int64 // ms
}

// StartSession lets a customer in whose credentials were just found good; c is what Authenticate or Register gave. It
// fails with ErrNotSignedIn if the password has changed since, or the customer is gone: otherwise a sign-in with the
// old password would outlive the change.
func (s *Service) StartSession(ctx context.Context, c Customer) (Session, error) {
	session := s.newSession(c.ID)
	err := s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		var one int
		err := tx.QueryRow(`select 1 from customers where id = $1 and tokens_valid_after = $2 and deleted_at is null`+
			forUpdate(tx), c.ID, db.Millis(c.TokensValidAfter)).Scan(&one)
		if errors.Is(err, db.ErrNoRows) {
			return ErrNotSignedIn
		}
		if err != nil {
			return err
		}
		return session.insert(tx, s.clock.Now())
	})
	if err != nil {
		return Session{}, err
	}
	return session, nil
}

func (s *Service) newSession(customerID string) Session {
	return Session{CustomerID: customerID, Token: secret.Token(), Expires: s.clock.Now().Add(SessionLife)}
}

func (n Session) insert(tx *db.Tx, now time.Time) error {
	_, err := tx.Exec(`insert into customer_sessions (token_hash, customer_id, expires_at, created_at) values ($1, $2, $3, $4)`,
		secret.HashToken(n.Token), n.CustomerID, db.Millis(n.Expires), db.Millis(now))
	return err
}

// EndSession ends a session. A token of none is no error.
func (s *Service) EndSession(ctx context.Context, token string) error {
	hash := secret.HashToken(token)
	return s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		tx.AfterCommit(func() { s.sessions.drop(hash) })
		_, err := tx.Exec(`delete from customer_sessions where token_hash = $1`, hash)
		return err
	})
}

// BySession gives the id of the customer whose session this is: no statement if it was asked a moment ago. Fault:
// ErrNotSignedIn.
func (s *Service) BySession(ctx context.Context, token string) (customerID string, err error) {
	hash := secret.HashToken(token)
	found, err := s.sessions.get(hash, func() (session, error) { return s.readSession(ctx, hash) })
	if err != nil {
		return "", err
	}
	if !s.clock.Now().Before(found.expires) {
		return "", ErrNotSignedIn
	}
	return found.customerID, nil
}

func (s *Service) readSession(ctx context.Context, hash string) (session, error) {
	var found session
	var expires int64
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		return tx.QueryRow(`select customer_id, expires_at from customer_sessions where token_hash = $1`, hash).
			Scan(&found.customerID, &expires)
	})
	if errors.Is(err, db.ErrNoRows) {
		return session{}, ErrNotSignedIn
	}
	found.expires = moment(expires)
	return found, err
}

// The claims of a customer's token, besides iat and exp. The last binds it to TokensValidAfter as it was: iat is in
// whole seconds, too coarse to tell a token from before a change of password from one after it.
const (
	claimCustomer = "customer_id"
	claimDomain   = "domain"
	claimEpoch    = "epoch" // ms

	storeDomain = "store"
)

// IssueToken gives a token for a customer whose credentials were just found good; c is what Authenticate or Register
// gave. If the password has changed since, the token is void from the start.
func (s *Service) IssueToken(c Customer) (string, error) {
	claims := map[string]any{claimCustomer: c.ID, claimDomain: storeDomain, claimEpoch: c.TokensValidAfter.UnixMilli()}
	return secret.SignJWT(s.tokenKey, claims, s.clock.Now(), TokenLife)
}

// ByToken gives the id of the customer whose token this is: no statement if the customer was asked for a moment ago.
// Fault: ErrNotSignedIn.
func (s *Service) ByToken(ctx context.Context, token string) (customerID string, err error) {
	c, err := s.claims(token)
	if err != nil {
		return "", err
	}
	now, err := s.standings.get(c.customerID, func() (standing, error) { return s.readStanding(ctx, c.customerID) })
	if err != nil {
		return "", err
	}
	if c.epoch < now.validAfter {
		return "", ErrNotSignedIn
	}
	return c.customerID, nil
}

// claims is what a token of ours says. That it is ours never changes, so it is checked once and kept; whether it is
// still in force is asked each time.
type claims struct {
	customerID string
	epoch      int64 // ms
	expires    time.Time
}

func (s *Service) claims(token string) (claims, error) {
	hash := secret.HashToken(token)
	c, ok := s.tokens.GetIfPresent(hash)
	if !ok {
		all, err := secret.ParseJWT(s.tokenKey, token, s.clock.Now())
		if err != nil {
			return claims{}, ErrNotSignedIn.Wrap(err)
		}
		c.customerID, _ = all[claimCustomer].(string)
		epoch, _ := all[claimEpoch].(float64)
		expires, _ := all["exp"].(float64)
		if c.customerID == "" || all[claimDomain] != storeDomain {
			return claims{}, ErrNotSignedIn
		}
		c.epoch, c.expires = int64(epoch), time.Unix(int64(expires), 0)
		s.tokens.Set(hash, c)
	}
	if !s.clock.Now().Before(c.expires) {
		return claims{}, ErrNotSignedIn
	}
	return c, nil
}

func (s *Service) readStanding(ctx context.Context, id string) (standing, error) {
	var found standing
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		return tx.QueryRow(`select tokens_valid_after from customers where id = $1 and deleted_at is null`, id).
			Scan(&found.validAfter)
	})
	if errors.Is(err, db.ErrNoRows) {
		return standing{}, ErrNotSignedIn
	}
	return found, err
}

// RemoveExpired deletes the sessions that have ended by themselves and tells how many.
func (s *Service) RemoveExpired(ctx context.Context) (int64, error) {
	var n int64
	err := s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		n, err = tx.Exec(`delete from customer_sessions where expires_at <= $1`, db.Millis(s.clock.Now()))
		return err
	})
	return n, err
}

// revoke ends the customer's sessions but the one of a token, and makes void all tokens: what must follow when the
// password changes. The caller saves the account.
func (s *Service) revoke(tx *db.Tx, a *account, keep string, now time.Time) error {
	hash := ""
	if keep != "" {
		hash = secret.HashToken(keep)
	}
	// The time only ever rises, so that no token from before is good again; not even from the same millisecond.
	a.TokensValidAfter = a.TokensValidAfter.Add(time.Millisecond)
	if now.After(a.TokensValidAfter) {
		a.TokensValidAfter = now
	}
	s.forget(tx, a.ID)
	_, err := tx.Exec(`delete from customer_sessions where customer_id = $1 and token_hash <> $2`, a.ID, hash)
	return err
}
