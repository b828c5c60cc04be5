package shop

import (
	"cmp"
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/secret"
)

// Defaults is what a new shop starts with. An empty value means the one named here; the rules are those of Patch.
// Nothing but MasterKey matters to a shop that exists.
type Defaults struct {
	Name            string // "开店"
	Domain          string // "127.0.0.1:9000"
	URL             string // "http://127.0.0.1:9000"
	PageTitle       string
	PageDescription string
	WebhookToken    string // a random one

	// MasterKey is the key from the configuration: secret.MasterSize bytes. Nil lets the shop make its own and keep
	// it in the database. A shop that was made with one from the configuration keeps only its hash, so that a copy
	// of the database opens nothing, and needs it at every start.
	MasterKey []byte
}

// Ensure makes the shop when the database has none, with fresh keys and secrets and every way of registering
// allowed, its default currency and its default sales channel, and gives its settings. Of instances that start at once, one makes it and the others find it. It returns
// an Invalid fault for defaults that break a rule, and ErrMasterKey for a key that is not this shop's.
func (s *Shop) Ensure(ctx context.Context, d Defaults) (Settings, error) {
	d = d.filled()
	if err := fault.Fields(invalidSettings, d.problems()...); err != nil {
		return Settings{}, err
	}
	set, kept, err := s.read(ctx)
	if errors.Is(err, db.ErrNoRows) {
		if err := s.create(ctx, d); err != nil {
			return Settings{}, fmt.Errorf("make the shop: %w", err)
		}
		set, kept, err = s.read(ctx)
	}
	if err != nil {
		return Settings{}, fmt.Errorf("read the shop: %w", err)
	}
	master, err := masterKey(kept, d.MasterKey)
	if err != nil {
		return Settings{}, err
	}
	if err := s.ensureMarkets(ctx); err != nil {
		return Settings{}, fmt.Errorf("make the shop's markets: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.master = master
	return set, nil
}

// MasterKey gives the key that the shop's secrets are sealed under, secret.MasterSize bytes, for building the
// secret.Keyring and for nothing else. It is nil before Ensure.
func (s *Shop) MasterKey() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.master)
}

func (s *Shop) create(ctx context.Context, d Defaults) error {
	now := s.clock.Now()
	set := Settings{
		ID: settingsID, Name: d.Name, Domain: d.Domain, URL: d.URL,
		PageTitle: d.PageTitle, PageDescription: d.PageDescription,
		EnableEmailRegist: true, EnableMobileRegist: true, EnableUsernameRegist: true,
		ShopKey: secret.Token(), WebhookToken: d.WebhookToken, OpenSecret: secret.Token(),
		CreatedAt: now, UpdatedAt: now,
	}
	kept := base64.StdEncoding.EncodeToString(secret.Random(secret.MasterSize))
	if d.MasterKey != nil {
		kept = keyHash(d.MasterKey)
	}
	return s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error { return insertSettings(tx, set, kept) })
}

// hashPrefix marks a kept hash; base64 has no colon.
const hashPrefix = "sha256:"

func keyHash(key []byte) string { return hashPrefix + secret.HashToken(string(key)) }

// masterKey gives the shop's key from what the database keeps and what the configuration gives, which may be nil.
// It refuses any other key: everything sealed so far could not be opened with it, and nobody would know why.
func masterKey(kept string, configured []byte) ([]byte, error) {
	if strings.HasPrefix(kept, hashPrefix) {
		switch {
		case configured == nil:
			return nil, ErrMasterKey.WithMessage("this shop was made with a master key from the configuration, and there is none now")
		case !secret.Equal(kept, keyHash(configured)):
			return nil, ErrMasterKey
		}
		return slices.Clone(configured), nil
	}
	own, err := base64.StdEncoding.DecodeString(kept)
	if err != nil || len(own) != secret.MasterSize {
		return nil, errors.New("the master key in the database is damaged")
	}
	if configured != nil && subtle.ConstantTimeCompare(own, configured) != 1 {
		return nil, ErrMasterKey
	}
	return own, nil
}

func (d Defaults) filled() Defaults {
	d.Name = cmp.Or(strings.TrimSpace(d.Name), "开店")
	d.Domain = cmp.Or(strings.TrimSpace(d.Domain), "127.0.0.1:9000")
	d.URL = cmp.Or(trimURL(d.URL), "http://127.0.0.1:9000")
	d.WebhookToken = cmp.Or(d.WebhookToken, secret.Token())
	return d
}

func (d Defaults) problems() []fault.Field {
	p := Patch{
		Name: &d.Name, Domain: &d.Domain, URL: &d.URL,
		PageTitle: &d.PageTitle, PageDescription: &d.PageDescription, WebhookToken: &d.WebhookToken,
	}
	problems := p.problems()
	if d.MasterKey != nil && len(d.MasterKey) != secret.MasterSize {
		problems = append(problems, fault.Field{
			Name: "master_key", Rule: fault.Format,
			Message: fmt.Sprintf("master_key must have %d bytes", secret.MasterSize),
		})
	}
	return problems
}
