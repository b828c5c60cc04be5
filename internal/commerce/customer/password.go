package customer

import (
	"context"
	"errors"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/secret"
)

// Authenticate finds the customer of an e-mail and its password, and notes the time. address is the client's IP address,
// "" if it is not known. It takes as long for an e-mail that nobody has as for a wrong password.
//
// Faults: ErrWrongCredentials, ErrTooManyAttempts, secret.ErrBusy.
func (s *Service) Authenticate(ctx context.Context, email, password, address string) (Customer, error) {
	email = Email.normalise(email)
	var found account
	err := s.attempts.try("sign in", email, address, func() error {
		var err error
		found, err = s.verify(ctx, email, password)
		return err
	})
	if err != nil {
		return Customer{}, err
	}
	return found.Customer, s.welcome(ctx, &found, password)
}

// verify finds the account of a normalised e-mail and its password, in a time that is the same whatever is wrong.
func (s *Service) verify(ctx context.Context, email, password string) (account, error) {
	var a account
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		a, err = findByEmail(tx, email)
		return err
	})
	if errors.Is(err, ErrNotFound) || len(password) > maxPassword {
		if err := s.passwords.DummyVerify(ctx, ""); err != nil {
			return account{}, err
		}
		return account{}, ErrWrongCredentials
	}
	if err != nil {
		return account{}, err
	}
	ok, stale, err := s.passwords.Verify(ctx, a.passwordHash, password)
	switch {
	case err != nil:
		return account{}, err
	case !ok:
		return account{}, ErrWrongCredentials
	}
	if stale {
		a.passwordHash = "" // welcome makes a new one
	}
	return a, nil
}

// welcome notes a sign-in, and a hash of today's strength if verify found the old one stale.
func (s *Service) welcome(ctx context.Context, a *account, password string) error {
	now, hash := s.clock.Now(), ""
	if a.passwordHash == "" {
		var err error
		if hash, err = s.passwords.Hash(ctx, password); err != nil && !errors.Is(err, secret.ErrBusy) {
			return err
		}
	}
	a.LastInAt = now
	return s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		// A password that was changed meanwhile has moved tokens_valid_after and keeps its hash.
		n, err := tx.Exec(`update customers set last_in_at = $2, password_hash = coalesce($3, password_hash)
			where id = $1 and tokens_valid_after = $4 and deleted_at is null`,
			a.ID, db.Millis(now), orNull(hash), db.Millis(a.TokensValidAfter))
		if err == nil && n == 0 {
			return ErrWrongCredentials
		}
		return err
	})
}

// RequestPasswordReset records that someone wants to reset the password of an e-mail. It does the same whether or not
// anyone has the e-mail. Faults: Invalid, ErrTooManyAttempts.
func (s *Service) RequestPasswordReset(ctx context.Context, email, address string) error {
	email = Email.normalise(email)
	var p problems
	p.email("email", email)
	if err := p.fault(reasonInvalid); err != nil {
		return err
	}
	if err := s.attempts.spend("ask", email, address); err != nil {
		return err
	}
	return s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		return s.events.Record(tx, TopicPasswordRequested, "", map[string]any{"email": email})
	})
}

// PasswordResetToken makes the token with which the owner of an e-mail resets the password within ResetTokenLife, once.
// It is for the mail that follows a request, never for an answer to the one who asked. Fault: ErrNotFound.
func (s *Service) PasswordResetToken(ctx context.Context, email string) (string, Customer, error) {
	var a account
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		a, err = findByEmail(tx, Email.normalise(email))
		return err
	})
	if err != nil {
		return "", Customer{}, err
	}
	claims := map[string]any{claimCustomer: a.ID}
	token, err := secret.SignJWT(s.resetKeyOf(a), claims, s.clock.Now(), ResetTokenLife)
	return token, a.Customer, err
}

// resetKeyOf is the key of an account's reset tokens. It is made of the present hash, so that a token dies with the
// password that it was to replace.
func (s *Service) resetKeyOf(a account) []byte {
	return []byte(secret.HMACHex(string(s.resetKey), []byte(a.ID+" "+a.passwordHash)))
}

// Reset is the use of a reset token.
type Reset struct {
	Email    string
	Token    string
	Password string // the new one
	Address  string // the client's IP address, "" if it is not known
}

// ResetPassword sets a new password and ends all sessions and tokens of the customer. Faults: Invalid, ErrBadResetToken,
// ErrTooManyAttempts, secret.ErrBusy.
func (s *Service) ResetPassword(ctx context.Context, r Reset) (Customer, error) {
	email := Email.normalise(r.Email)
	var p problems
	p.password(r.Password, s.limits.PasswordLength)
	if err := p.fault(reasonInvalid); err != nil {
		return Customer{}, err
	}
	var a account
	err := s.attempts.try("reset", email, r.Address, func() error {
		var err error
		if a, err = s.redeem(ctx, email, r.Token); err != nil {
			return err
		}
		hash, err := s.passwords.Hash(ctx, r.Password)
		if err != nil {
			return err
		}
		return s.replacePassword(ctx, &a, hash)
	})
	if err != nil {
		return Customer{}, err
	}
	return a.Customer, nil
}

// redeem finds the account of a normalised e-mail whose reset token this is.
func (s *Service) redeem(ctx context.Context, email, token string) (account, error) {
	var a account
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		a, err = findByEmail(tx, email)
		return err
	})
	if errors.Is(err, ErrNotFound) {
		return account{}, ErrBadResetToken
	}
	if err != nil {
		return account{}, err
	}
	claims, err := secret.ParseJWT(s.resetKeyOf(a), token, s.clock.Now())
	if err != nil || claims[claimCustomer] != a.ID {
		return account{}, ErrBadResetToken.Wrap(err)
	}
	return a, nil
}

// replacePassword puts a new hash in the place of the one in a, or fails with ErrBadResetToken if that has gone
// meanwhile: of two uses of one token, the second.
func (s *Service) replacePassword(ctx context.Context, a *account, hash string) error {
	old, now := a.passwordHash, s.clock.Now()
	return s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		found, err := lock(tx, ByID(a.ID))
		if errors.Is(err, ErrNotFound) || err == nil && found.passwordHash != old {
			return ErrBadResetToken
		}
		if err != nil {
			return err
		}
		*a = found
		a.passwordHash, a.UpdatedAt = hash, now
		if err := s.revoke(tx, a, "", now); err != nil {
			return err
		}
		if err := a.save(tx); err != nil {
			return err
		}
		return s.record(tx, TopicUpdated, a.ID, a.Number)
	})
}
