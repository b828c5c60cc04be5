package staff

import (
	"context"
	"errors"
	"time"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/limit"
	"kaidian/internal/platform/secret"
)

// The limits of failed sign-ins.
const (
	accountAttempts = 10
	addressAttempts = 20
	attemptWindow   = 15 * time.Minute
)

// Credentials are what a person signs in with.
type Credentials struct {
	Email    string
	Password string
	Address  string // the IP address they come from, by which attempts are limited too
}

// SignIn opens a session and gives its token, which nothing but its holder keeps. An unknown e-mail takes as long and
// answers the same as a wrong password. Faults: ErrWrongCredentials, ErrTooManyAttempts with RetryAfter,
// secret.ErrBusy with RetryAfter.
func (s *Service) SignIn(ctx context.Context, c Credentials) (token string, a Account, err error) {
	c.Email = normalEmail(c.Email)
	if len(c.Email) > maxEmail || len(c.Password) > maxPassword {
		return "", Account{}, ErrWrongCredentials // no account has such ones
	}
	settle, err := s.takeAttempt(c)
	if err != nil {
		return "", Account{}, err
	}
	a, err = s.checkPassword(ctx, c)
	settle(err)
	if err != nil {
		return "", Account{}, err
	}
	token, now := secret.Token(), s.clock.Now()
	err = s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		return insertSession(tx, secret.HashToken(token), a.ID, now)
	})
	if err != nil {
		return "", Account{}, err
	}
	a.LastIn = now
	return token, a, nil
}

// takeAttempt counts the attempt against the address and the account, before it is known to fail, so that many at once
// cannot slip through together. What it gives is told how the check ended, and gives back what was no failure.
func (s *Service) takeAttempt(c Credentials) (settle func(error), err error) {
	address := limit.Caller(c.Address)
	if _, wait, ok := s.byAddress.Take(address); !ok {
		return nil, ErrTooManyAttempts.After(wait)
	}
	if _, wait, ok := s.byAccount.Take(c.Email); !ok {
		return nil, ErrTooManyAttempts.After(wait)
	}
	return func(err error) {
		switch {
		case err == nil:
			s.byAddress.GiveBack(address) // not Forget: one good account must not wash an address clean
			s.byAccount.Forget(c.Email)
		case !errors.Is(err, ErrWrongCredentials): // nothing was found out
			s.byAddress.GiveBack(address)
			s.byAccount.GiveBack(c.Email)
		}
	}, nil
}

// checkPassword gives the account that the credentials are for. A stale hash is replaced when there is time for it.
func (s *Service) checkPassword(ctx context.Context, c Credentials) (Account, error) {
	var a Account
	var hash string
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) (err error) {
		a, hash, err = accountByEmail(tx, c.Email)
		return err
	})
	if errors.Is(err, db.ErrNoRows) {
		if err := s.passwords.DummyVerify(ctx, c.Password); err != nil {
			return Account{}, err
		}
		return Account{}, ErrWrongCredentials
	}
	if err != nil {
		return Account{}, err
	}
	ok, stale, err := s.passwords.Verify(ctx, hash, c.Password)
	if err != nil {
		return Account{}, err
	}
	if !ok {
		return Account{}, ErrWrongCredentials
	}
	if stale {
		return a, s.freshen(ctx, a.ID, hash, c.Password)
	}
	return a, nil
}

// freshen stores a better hash of the same password, unless the password changed meanwhile. When too many wait to
// hash, the next sign-in will do.
func (s *Service) freshen(ctx context.Context, staffID, old, password string) error {
	fresh, err := s.passwords.Hash(ctx, password)
	if errors.Is(err, secret.ErrBusy) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		return replaceHash(tx, staffID, old, fresh)
	})
}

// SessionAccount gives the account that a session's token belongs to, or ErrNoSession.
func (s *Service) SessionAccount(ctx context.Context, token string) (a Account, err error) {
	if token == "" {
		return Account{}, ErrNoSession
	}
	err = s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		a, err = accountBySession(tx, secret.HashToken(token), s.clock.Now())
		return err
	})
	if errors.Is(err, db.ErrNoRows) {
		return Account{}, ErrNoSession
	}
	return a, err
}

// SignOut ends a session. An unknown token is no error.
func (s *Service) SignOut(ctx context.Context, token string) error {
	return s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		return deleteSession(tx, secret.HashToken(token))
	})
}

// sessionEnd gives the moment at which a session that starts now is over.
func sessionEnd(now time.Time) int64 { return now.Add(SessionLife).UnixMilli() }
