package staff

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/secret"
)

// ClientToken gives a private app the token of its grant, the same each time, or ErrInvalidClient.
func (s *Service) ClientToken(ctx context.Context, key, appSecret string) (string, error) {
	var c client
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) (err error) {
		c, err = clientByKey(tx, key)
		return err
	})
	if errors.Is(err, db.ErrNoRows) {
		return "", ErrInvalidClient
	}
	if err != nil {
		return "", err
	}
	want, err := s.unseal(sealSecret, c.secretSealed)
	if err != nil {
		return "", err
	}
	// Hashes have one length, so not even that of the secret shows.
	if !secret.Equal(secret.HashToken(want), secret.HashToken(appSecret)) {
		return "", ErrInvalidClient
	}
	if c.kind != Private || !c.tokenSealed.Valid {
		return "", ErrInvalidClient
	}
	return s.unseal(sealToken, c.tokenSealed.String)
}

// Exchange gives the token that a code stands for. A code may be exchanged again and again while it lives. An unknown
// app or code is ErrInvalidClient; a code that is expired, revoked, or given for another redirect URI is
// ErrInvalidGrant. An empty redirect URI is taken for the right one, as clients send that.
func (s *Service) Exchange(ctx context.Context, key, code, redirectURI string) (string, error) {
	var c storedCode
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) (err error) {
		c, err = codeByHash(tx, key, secret.HashToken(code))
		return err
	})
	if errors.Is(err, db.ErrNoRows) {
		return "", ErrInvalidClient
	}
	if err != nil {
		return "", err
	}
	if c.revoked || c.expired(s.clock.Now()) || !c.isFor(redirectURI) {
		return "", ErrInvalidGrant
	}
	return s.unseal(sealToken, c.tokenSealed)
}

// unseal opens what this package sealed. That it cannot is our failure, not the caller's, so the error is no fault.
func (s *Service) unseal(purpose, sealed string) (string, error) {
	plain, err := s.keyring.Open(purpose, sealed)
	if err != nil {
		return "", fmt.Errorf("staff: open a sealed %s: %s", purpose, err.Error())
	}
	return string(plain), nil
}

// storedCode is a code with what it takes to exchange it.
type storedCode struct {
	app         App
	redirectURI string    // where it was sent; empty for a chosen code
	expires     time.Time // zero means never
	revoked     bool
	tokenSealed string
}

func (c storedCode) expired(now time.Time) bool { return !c.expires.IsZero() && !now.Before(c.expires) }

// isFor tells whether the code was sent to the redirect URI, which one client encodes twice.
func (c storedCode) isFor(redirectURI string) bool {
	if redirectURI == "" || redirectURI == c.redirectURI {
		return true
	}
	if c.redirectURI == "" {
		_, err := c.app.Redirect(redirectURI)
		return err == nil
	}
	once, err := url.QueryUnescape(redirectURI)
	return err == nil && once == c.redirectURI
}
