package customer

import (
	"context"
	"time"

	"github.com/maypok86/otter/v2"

	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/event"
	"kaidian/internal/platform/secret"
)

// Limits bounds what one caller can take. Zero values mean the defaults.
type Limits struct {
	Addresses          int           // shipping addresses of one customer; 200
	PasswordLength     int           // characters of a new password at least; 1, as the Store API asks for no more
	AttemptsPerAccount int           // failed sign-ins for one e-mail in a Window, and as many resets and requests; 10
	AttemptsPerAddress int           // the same from one client address, IPv6 by its /64; 100
	Window             time.Duration // 15 minutes
	Cached             int           // sessions, and customers, whose standing and groups are kept in memory; 16384
}

// The times of what a shopper signs in with.
const (
	SessionLife    = 10 * time.Hour // from the sign-in, however much it is used
	TokenLife      = 30 * 24 * time.Hour
	ResetTokenLife = 15 * time.Minute
)

// Options is what a Service needs. All of it must be set except Limits.
type Options struct {
	DB        *db.DB
	Events    *event.Log
	Clock     clock.Clock
	Passwords *secret.Passwords
	Keyring   *secret.Keyring
	Limits    Limits
}

// Service is what a shop does with its customers. It is safe for concurrent use.
type Service struct {
	db        *db.DB
	events    *event.Log
	clock     clock.Clock
	passwords *secret.Passwords
	limits    Limits

	tokenKey []byte // signs what IssueToken gives
	resetKey []byte // what the key of a reset token is made of

	sessions  *cache[session]              // by token hash
	standings *cache[standing]             // by customer id
	groups    *cache[[]string]             // by customer id
	tokens    *otter.Cache[string, claims] // by token hash
	attempts  attempts
}

// New makes the service. It starts nothing.
func New(o Options) *Service {
	l := o.Limits.withDefaults()
	return &Service{
		db: o.DB, events: o.Events, clock: o.Clock, passwords: o.Passwords, limits: l,
		tokenKey:  o.Keyring.Key("customer-token"),
		resetKey:  o.Keyring.Key("customer-password-reset"),
		sessions:  newCache[session](o.Clock, l.Cached),
		standings: newCache[standing](o.Clock, l.Cached),
		groups:    newCache[[]string](o.Clock, l.Cached),
		tokens:    otter.Must(&otter.Options[string, claims]{MaximumSize: l.Cached}),
		attempts:  newAttempts(o.Clock, l),
	}
}

func (l Limits) withDefaults() Limits {
	fill := func(n *int, def int) {
		if *n == 0 {
			*n = def
		}
	}
	fill(&l.Addresses, 200)
	fill(&l.PasswordLength, 1)
	fill(&l.AttemptsPerAccount, 10)
	fill(&l.AttemptsPerAddress, 100)
	fill(&l.Cached, 16384)
	if l.Window == 0 {
		l.Window = 15 * time.Minute
	}
	return l
}

// Get gives a living customer without its addresses: a statement. Fault: ErrNotFound.
func (s *Service) Get(ctx context.Context, who Ref) (Customer, error) {
	var a account
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		a, err = find(tx, who)
		return err
	})
	return a.Customer, err
}

// Profile gives a living customer with its addresses: two statements. Fault: ErrNotFound.
func (s *Service) Profile(ctx context.Context, who Ref) (Profile, error) {
	var p Profile
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		a, err := find(tx, who)
		if err != nil {
			return err
		}
		p = Profile{Customer: a.Customer}
		all, err := addressesOf(tx, p.ID)
		p.hold(all)
		return err
	})
	return p, err
}

// hold takes over those of some addresses that are the customer's.
func (p *Profile) hold(all []Address) {
	for _, a := range all {
		if a.CustomerID != p.ID {
			continue
		}
		if a.Kind == Shipping {
			p.Addresses = append(p.Addresses, a)
		}
		if a.ID == deref(p.BillingAddressID) {
			p.Billing = &a
		}
	}
}

// EmailExists tells whether an account signs in with the e-mail.
func (s *Service) EmailExists(ctx context.Context, email string) (bool, error) {
	if email = Email.normalise(email); !isEmail(email) {
		return false, nil
	}
	return s.registered(ctx, Identity{Type: Email, Identity: email})
}

// registered tells whether an account has a normalised identity.
func (s *Service) registered(ctx context.Context, i Identity) (bool, error) {
	var n int
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		return tx.QueryRow(`select count(*) from customer_identities where type = $1 and identity = $2`,
			string(i.Type), i.Identity).Scan(&n)
	})
	return n > 0, err
}

// Delete takes a customer out of the shop: the row stays for the books, its name is free for another, its sessions and
// tokens end, its addresses go. Fault: ErrNotFound.
func (s *Service) Delete(ctx context.Context, who Ref) error {
	now := s.clock.Now()
	return s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		id, number, err := touch(tx, who, now)
		if err != nil {
			return err
		}
		for _, statement := range []string{
			`delete from customer_identities where customer_id = $1`,
			`delete from customer_sessions where customer_id = $1`,
			`delete from customer_group_members where customer_id = $1`,
		} {
			if _, err := tx.Exec(statement, id); err != nil {
				return err
			}
		}
		for _, statement := range []string{
			`update addresses set deleted_at = $2, updated_at = $2 where customer_id = $1 and deleted_at is null`,
			`update customers set deleted_at = $2 where id = $1`,
		} {
			if _, err := tx.Exec(statement, id, db.Millis(now)); err != nil {
				return err
			}
		}
		s.forget(tx, id)
		return s.record(tx, TopicDeleted, id, number)
	})
}

// forget has the caches drop all that lets the customer in, once the transaction is committed.
func (s *Service) forget(tx *db.Tx, id string) {
	tx.AfterCommit(func() {
		s.standings.drop(id)
		s.groups.drop(id)
		s.sessions.dropAll()
	})
}
