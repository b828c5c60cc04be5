package staff

import (
	"context"
	"time"

	"github.com/maypok86/otter/v2"

	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/event"
	"kaidian/internal/platform/limit"
	"kaidian/internal/platform/secret"
)

// How long things live.
const (
	SessionLife = 12 * time.Hour   // of a sign-in
	CodeLife    = 10 * time.Minute // of a code that consent made; a chosen one does not expire
	TokenLife   = 2 * time.Second  // of a token in this process's cache, before it is looked up again
)

// The purposes of sealed values.
const (
	sealSecret = "app-secret"
	sealToken  = "app-token"
)

// Options are what the service works with. All but OnUninstall are required.
type Options struct {
	DB        *db.DB
	Clock     clock.Clock
	Events    *event.Log
	Passwords *secret.Passwords
	Keyring   *secret.Keyring
	// OnUninstall runs in the transaction that uninstalls an app, so it may only run SQL. Its error undoes the
	// uninstall.
	OnUninstall []func(ctx context.Context, tx *db.Tx, a App) error
}

// Service is the staff of one shop. It is safe for concurrent use.
type Service struct {
	db          *db.DB
	clock       clock.Clock
	events      *event.Log
	passwords   *secret.Passwords
	keyring     *secret.Keyring
	onUninstall []func(ctx context.Context, tx *db.Tx, a App) error

	byAccount, byAddress *limit.Limiter
	grants               *otter.Cache[string, known]
	load                 otter.LoaderFunc[string, known]
}

// New makes the service. Close ends it.
func New(o Options) *Service {
	s := &Service{
		db:          o.DB,
		clock:       o.Clock,
		events:      o.Events,
		passwords:   o.Passwords,
		keyring:     o.Keyring,
		onUninstall: o.OnUninstall,
		byAccount:   limit.New(o.Clock, accountAttempts, attemptWindow),
		byAddress:   limit.New(o.Clock, addressAttempts, attemptWindow),
		grants:      newGrantCache(o.Clock),
	}
	s.load = s.loadGrant
	return s
}

// Close stops the cache's housekeeping.
func (s *Service) Close() { s.grants.StopAllGoroutines() }
