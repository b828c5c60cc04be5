package shop

import (
	"context"
	"errors"
	"sync"
	"time"

	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/event"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/snapshot"
)

// settingsID is the id of the one row of settings: fixed, so that of two instances that start at once over one empty
// database, the primary key lets one make it.
const settingsID = "store_00000000000000000000000001"

// settingsLife is how long another process may still see settings that were changed in this one.
const settingsLife = 2 * time.Second

// Settings is what the shop says of itself.
type Settings struct {
	ID              string // "store_…", the same in every shop; ShopKey tells shops apart
	Name            string
	Domain          string // "shop.example.com" or "127.0.0.1:9000"
	URL             string // of its pages, without a slash at the end: "https://shop.example.com"
	PageTitle       string // for search engines; may be empty
	PageDescription string // for search engines; may be empty

	EnableEmailRegist    bool // whether buyers may register by e-mail
	EnableMobileRegist   bool // … by mobile number
	EnableUsernameRegist bool // … by user name

	ShopKey      string // 32 hex digits; names the shop to public apps
	WebhookToken string // signs webhooks
	OpenSecret   string // 32 hex digits; signs open-payment links

	CreatedAt time.Time
	UpdatedAt time.Time
}

// Patch changes settings; nil leaves a value as it is. The rules: Name is not blank and has 100 characters at most;
// Domain is a host with an optional port; URL is absolute, http or https, without user, query and fragment;
// PageTitle has 200 characters at most and PageDescription 2000; WebhookToken has 16 to 128 letters, digits, - or _.
type Patch struct {
	Name, Domain, URL, PageTitle, PageDescription *string

	EnableEmailRegist, EnableMobileRegist, EnableUsernameRegist *bool

	WebhookToken *string
}

// Shop keeps the settings. It is safe for concurrent use.
type Shop struct {
	db    *db.DB
	clock clock.Clock
	log   *event.Log

	mu     sync.Mutex
	master []byte   // nil until Ensure
	cached Settings // valid when readAt is not zero
	readAt time.Time
	drops  uint64 // counts the times that cached was dropped

	markets *snapshot.Kept[Markets]
}

// New makes the keeper of the settings. Call Ensure before anything else.
func New(d *db.DB, c clock.Clock, log *event.Log) *Shop {
	return &Shop{db: d, clock: c, log: log, markets: snapshot.New[Markets](c)}
}

// Get gives the settings, from memory when they were read in the last two seconds and not changed since through this
// Shop. It returns ErrNotOpen before the first Ensure.
func (s *Shop) Get(ctx context.Context) (Settings, error) {
	now := s.clock.Now()
	s.mu.Lock()
	cached, drops := s.cached, s.drops
	age := now.Sub(s.readAt)
	fresh := !s.readAt.IsZero() && age >= 0 && age < settingsLife
	s.mu.Unlock()
	if fresh {
		return cached, nil
	}
	set, _, err := s.read(ctx)
	if errors.Is(err, db.ErrNoRows) {
		return Settings{}, ErrNotOpen
	}
	if err == nil {
		s.keep(set, now, drops)
	}
	return set, err
}

// keep caches what was read at a time, unless the cache was dropped since: then it may be from before the change.
func (s *Shop) keep(set Settings, readAt time.Time, drops uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.drops == drops {
		s.cached, s.readAt = set, readAt
	}
}

func (s *Shop) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drops++
	s.readAt = time.Time{}
}

// Update changes the settings, records shop.updated and gives the settings as they are now. It returns an Invalid
// fault with all problems, and ErrNotOpen before the first Ensure. An empty patch changes and records nothing.
func (s *Shop) Update(ctx context.Context, p Patch) (Settings, error) {
	if p == (Patch{}) {
		return s.Get(ctx)
	}
	p = p.trimmed()
	if err := fault.Fields(invalidSettings, p.problems()...); err != nil {
		return Settings{}, err
	}
	now := s.clock.Now()
	var set Settings
	err := s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		if set, err = updateSettings(tx, p, now); err != nil {
			return err
		}
		tx.AfterCommit(s.drop)
		return s.log.Record(tx, TopicUpdated, set.ID, nil)
	})
	if errors.Is(err, db.ErrNoRows) {
		return Settings{}, ErrNotOpen
	}
	if err != nil {
		return Settings{}, err
	}
	return set, nil
}

// read gives the settings and what is kept of the master key, or db.ErrNoRows.
func (s *Shop) read(ctx context.Context) (set Settings, kept string, err error) {
	err = s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		set, kept, err = readSettings(tx)
		return err
	})
	return set, kept, err
}
