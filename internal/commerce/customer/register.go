package customer

import (
	"context"
	"strings"
	"time"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/id"
)

// NewAccount is what someone registers with. Empty and nil mean not given.
type NewAccount struct {
	Type            IdentityType // empty means Email
	Identity        string
	SocialType      string // for Social: where the account is
	UnionID         string // for Social
	Password        string // must be given, except for Social
	FirstName       *string
	LastName        *string
	RealName        string // the whole name, instead of first and last
	Phone           *string
	NotifyEmail     string
	Nickname        string
	IdentityCard    string
	Birthday        time.Time
	Sex             string // male, female or undefined
	AcceptMarketing bool
	Metadata        Metadata
	LevelNumber     Optional[int64] // null for no level; absent for the default level, if there is one
	WithSession     bool            // also sign in
}

// Register makes an account, and its first session if asked to. A guest with the same e-mail stays what it is.
//
// Faults: Invalid with all problems, but an unknown level is found last; ErrAlreadyRegistered, of many at once for all but
// one; ErrLevelNotFound for a level that goes at the same moment; secret.ErrBusy.
func (s *Service) Register(ctx context.Context, n NewAccount) (Customer, Session, error) {
	a, err := s.open(n)
	if err != nil {
		return Customer{}, Session{}, err
	}
	// The constraint decides; to look first spares a hash.
	if known, err := s.registered(ctx, a.Identity); err != nil {
		return Customer{}, Session{}, err
	} else if known {
		return Customer{}, Session{}, taken(a.Identity.Type)
	}
	if n.Password != "" {
		if a.passwordHash, err = s.passwords.Hash(ctx, n.Password); err != nil {
			return Customer{}, Session{}, err
		}
	}
	var first Session
	if n.WithSession {
		first = s.newSession(a.ID)
		a.LastInAt = a.CreatedAt
	}
	err = s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error { return s.enter(tx, &a, n.LevelNumber, first) })
	switch {
	case db.Violates(err, "customer_identities_type_identity_key"):
		return Customer{}, Session{}, taken(a.Identity.Type)
	case db.Violates(err, "customers_level_id_fkey"):
		return Customer{}, Session{}, ErrLevelNotFound
	case err != nil:
		return Customer{}, Session{}, err
	}
	return a.Customer, first, nil
}

// enter writes a new account, with its level, and a session if there is one.
func (s *Service) enter(tx *db.Tx, a *account, level Optional[int64], first Session) error {
	if err := a.insert(tx, id.New("cid", a.CreatedAt)); err != nil {
		return err
	}
	if err := a.rank(tx, level); err != nil {
		return err
	}
	if first.Token != "" {
		if err := first.insert(tx, a.CreatedAt); err != nil {
			return err
		}
	}
	if err := s.record(tx, TopicCreated, a.ID, a.Number); err != nil {
		return err
	}
	stored, err := find(tx, ByID(a.ID))
	a.Level = stored.Level // the default level is the database's choice
	return err
}

// rank gives a new account the level that was asked for, in place of the default.
func (a *account) rank(tx *db.Tx, level Optional[int64]) error {
	if !level.IsSet() {
		return nil
	}
	var p problems
	if err := (Patch{LevelNumber: level}).level(tx, a, &p); err != nil {
		return err
	}
	if err := p.fault(reasonInvalid); err != nil {
		return err
	}
	var levelID *string
	if a.Level != nil {
		levelID = &a.Level.ID
	}
	_, err := tx.Exec(`update customers set level_id = $2 where id = $1`, a.ID, levelID)
	return err
}

// open makes the account of an input, or a fault of all that is wrong with it.
func (s *Service) open(n NewAccount) (account, error) {
	now := s.clock.Now()
	a := account{Customer: Customer{
		ID: id.New("cus", now), HasAccount: true,
		Identity:  Identity{Type: n.Type, SocialType: orNil(n.SocialType), UnionID: orNil(n.UnionID)},
		FirstName: n.FirstName, LastName: n.LastName, Phone: n.Phone,
		NotifyEmail: orNil(Email.normalise(n.NotifyEmail)), Nickname: orNil(n.Nickname), IdentityCard: orNil(n.IdentityCard),
		Birthday: n.Birthday, Sex: n.Sex, AcceptMarketing: n.AcceptMarketing,
		TokensValidAfter: now, CreatedAt: now, UpdatedAt: now,
	}}
	if a.Identity.Type == "" {
		a.Identity.Type = Email
	}
	if a.Sex == "" {
		a.Sex = Undefined
	}
	a.Identity.Identity = a.Identity.Type.normalise(n.Identity)
	if a.Identity.Type == Email {
		a.Email = a.Identity.Identity
	}
	if n.RealName != "" {
		a.FirstName, a.LastName = &n.RealName, nil
	}
	var p problems
	a.Identity.check(&p)
	if n.Password != "" || a.Identity.Type != Social {
		p.password(n.Password, s.limits.PasswordLength)
	}
	if n.Metadata != nil {
		a.Metadata = n.Metadata.encode(&p)
	}
	a.check(&p, now)
	return a, p.fault(reasonInvalid)
}

// check reports what is wrong with the plain members of a customer.
func (c *Customer) check(p *problems, now time.Time) {
	p.text("first_name", deref(c.FirstName), maxText)
	p.text("last_name", deref(c.LastName), maxText)
	p.text("phone", deref(c.Phone), maxText)
	p.text("nickname", deref(c.Nickname), maxText)
	p.text("identity_card", deref(c.IdentityCard), 32)
	if c.NotifyEmail != nil {
		p.email("notify_email", *c.NotifyEmail)
	}
	switch c.Sex {
	case Male, Female, Undefined:
	default:
		p.add("sex", fault.Unknown, "sex must be one of male, female, undefined")
	}
	if b := c.Birthday; !b.IsZero() && (b.Year() < 1850 || b.After(now)) {
		p.add("birthday", fault.Range, "birthday must be a day in the past")
	}
}

// orNil is a text as a nullable column has it when empty means not given.
func orNil(s string) *string {
	if s = strings.TrimSpace(s); s == "" {
		return nil
	}
	return &s
}
