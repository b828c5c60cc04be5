package staff

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/id"
	"kaidian/internal/platform/secret"
)

// newGrant is an installation about to be written.
type newGrant struct {
	id, appID, staffID     string // staffID may be empty
	scopes                 Scopes
	tokenHash, tokenSealed string
	at                     time.Time
}

func (s *Service) newGrant(appID, staffID string, scopes Scopes, token string) newGrant {
	now := s.clock.Now()
	return newGrant{
		id: id.New("grant", now), appID: appID, staffID: staffID, scopes: scopes,
		tokenHash: secret.HashToken(token), tokenSealed: s.keyring.Seal(sealToken, []byte(token)), at: now,
	}
}

// install writes a grant, or puts its scopes into the living one, and makes g the one that lives now.
func (s *Service) install(tx *db.Tx, a App, g newGrant) (err error) {
	_, err = s.installed(tx, a, g)
	return err
}

func (s *Service) installed(tx *db.Tx, a App, g newGrant) (Grant, error) {
	grantID, tokenHash, err := upsertGrant(tx, g)
	if err != nil {
		return Grant{}, err
	}
	topic := AppUpdated
	if grantID == g.id {
		topic = AppInstalled
	}
	tx.AfterCommit(func() { s.forget(tokenHash) })
	living := Grant{ID: grantID, AppID: a.ID, AppNumber: a.Number, AppKey: a.Key, Kind: a.Kind, Scopes: g.scopes}
	return living, s.recordInstall(tx, topic, a, g.scopes)
}

// Authorize installs a public app for a member of the staff who consented, and gives the code for its callback, valid
// for CodeLife. An installed app keeps its token and gets the new scopes. The redirect URI is as App.Redirect takes it.
// Faults: ErrAppNotFound, ErrWrongKind, ErrInvalidRedirect, ErrInvalidScope.
func (s *Service) Authorize(ctx context.Context, staffID, key string, scopes Scopes, redirectURI string) (string, Grant, error) {
	a, err := s.App(ctx, key)
	if err != nil {
		return "", Grant{}, err
	}
	target, err := a.Redirect(redirectURI)
	switch {
	case err != nil:
		return "", Grant{}, err
	case a.Kind != Public:
		return "", Grant{}, ErrWrongKind
	case scopes == 0:
		return "", Grant{}, ErrInvalidScope
	}
	code := secret.Token()
	g := s.newGrant(a.ID, staffID, scopes, secret.Token())
	var living Grant
	err = s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		if living, err = s.installed(tx, a, g); err != nil {
			return err
		}
		return insertCode(tx, newCode{
			hash: secret.HashToken(code), appID: a.ID, grantID: living.ID, redirectURI: target,
			at: g.at, expires: g.at.Add(CodeLife),
		})
	})
	return code, living, err
}

// InstallPrivate installs a private app again after it was uninstalled, with all scopes and a new token, which the app
// fetches by ClientToken. For an installed one it changes nothing but the scopes. Faults: ErrAppNotFound, ErrWrongKind.
func (s *Service) InstallPrivate(ctx context.Context, staffID, key string) error {
	a, err := s.App(ctx, key)
	if err != nil {
		return err
	}
	if a.Kind != Private {
		return ErrWrongKind
	}
	g := s.newGrant(a.ID, staffID, AllScopes, secret.Token())
	return s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		return s.install(tx, a, g)
	})
}

// Uninstall revokes an app's grant and everything that hangs on it. Faults: ErrAppNotFound, ErrNotInstalled.
func (s *Service) Uninstall(ctx context.Context, key string) error {
	a, err := s.App(ctx, key)
	if err != nil {
		return err
	}
	now := s.clock.Now()
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		tokenHash, err := revokeGrant(tx, a.ID, now)
		if errors.Is(err, db.ErrNoRows) {
			return ErrNotInstalled
		}
		if err != nil {
			return err
		}
		tx.AfterCommit(func() { s.forget(tokenHash) })
		for _, hook := range s.onUninstall {
			if err := hook(ctx, tx, a); err != nil {
				return fmt.Errorf("uninstall %s: %w", a.ID, err)
			}
		}
		return s.recordUninstall(tx, a)
	})
}
