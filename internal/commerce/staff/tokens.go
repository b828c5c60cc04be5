package staff

import (
	"context"
	"errors"
	"time"

	"github.com/maypok86/otter/v2"

	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/secret"
)

// Grant is an installed app, as a call with its token needs it.
type Grant struct {
	ID        string // "grant_…"
	AppID     string
	AppNumber int64
	AppKey    string
	Kind      Kind
	Scopes    Scopes
}

// The bounds of the cache of tokens.
const (
	maxGrants   = 10_000
	unknownLife = time.Second // of the knowledge that a token is unknown
)

// known is what the cache holds for a token's hash: its grant, or that there is none.
type known struct {
	grant  Grant
	exists bool
}

// newGrantCache makes the cache. Unknown tokens share its room with the real ones: its admission policy keeps what
// is asked for often, so a flood of made-up tokens pushes out its own kind.
func newGrantCache(c clock.Clock) *otter.Cache[string, known] {
	return otter.Must(&otter.Options[string, known]{
		MaximumSize: maxGrants,
		Clock:       cacheClock(c),
		ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[string, known]) time.Duration {
			if e.Value.exists {
				return TokenLife
			}
			return unknownLife
		}),
	})
}

// cacheClock gives the cache's own clock for the machine's, as that is monotonic: a machine set back by an hour must
// not keep a token of another process's uninstall for as long.
func cacheClock(c clock.Clock) otter.Clock {
	if _, ok := c.(clock.System); ok {
		return nil
	}
	return cacheTime{c}
}

type cacheTime struct{ clock clock.Clock }

func (c cacheTime) NowNano() int64                        { return c.clock.Now().UnixNano() }
func (c cacheTime) Tick(d time.Duration) <-chan time.Time { return time.Tick(d) }

// ByToken gives the grant of an access token, or ErrUnknownToken. It costs one statement, or none while the token is
// in the cache.
//
// The cache throws away what it is loading when the token is forgotten meanwhile, and loads again: a grant read before
// an uninstall cannot come back after it.
func (s *Service) ByToken(ctx context.Context, token string) (Grant, error) {
	if token == "" || len(token) > maxToken {
		return Grant{}, ErrUnknownToken
	}
	k, err := s.grants.Get(ctx, secret.HashToken(token), s.load)
	if err != nil {
		return Grant{}, err
	}
	if !k.exists {
		return Grant{}, ErrUnknownToken
	}
	return k.grant, nil
}

// maxToken is the length of the longest token there can be, in bytes.
const maxToken = 64

func (s *Service) loadGrant(ctx context.Context, tokenHash string) (k known, err error) {
	err = s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		k.grant, err = grantByToken(tx, tokenHash)
		return err
	})
	if errors.Is(err, db.ErrNoRows) {
		return known{}, nil
	}
	k.exists = err == nil
	return k, err
}

// forget drops a token from the cache, after the commit that changed its grant.
func (s *Service) forget(tokenHash string) { s.grants.Invalidate(tokenHash) }
