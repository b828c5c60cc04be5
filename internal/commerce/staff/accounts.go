package staff

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/id"
)

// AccountType says what an account may do in the house.
type AccountType string

// The types of accounts.
const (
	Owner AccountType = "owner"
	Staff AccountType = "staff"
)

// Account is a person who works in the shop.
type Account struct {
	ID        string // "usr_…"
	Number    int64
	Name      string
	Email     string // lower case
	Mobile    string // may be empty
	Type      AccountType
	LastIn    time.Time // of the last sign-in; zero means never
	CreatedAt time.Time
	UpdatedAt time.Time
}

// NewAccount is what an account is made of.
type NewAccount struct {
	Name     string      // required, 100 characters at most
	Email    string      // required, unique whatever its case
	Mobile   string      // 32 characters at most
	Password string      // 8 characters at least, 256 bytes at most
	Type     AccountType // empty means Staff; the first account is the Owner whatever this says
}

// The bounds of an account's fields, in characters but for the password's maximum, which is in bytes: it bounds work.
const (
	maxName     = 100
	maxEmail    = 254
	maxMobile   = 32
	minPassword = 8
	maxPassword = 256
)

// Create makes an account. Faults: "staff.invalid_account" with every problem, ErrEmailTaken, secret.ErrBusy.
func (s *Service) Create(ctx context.Context, n NewAccount) (Account, error) {
	n.Name, n.Email, n.Mobile = strings.TrimSpace(n.Name), normalEmail(n.Email), strings.TrimSpace(n.Mobile)
	if n.Type == "" {
		n.Type = Staff
	}
	if err := n.check(); err != nil {
		return Account{}, err
	}
	hash, err := s.passwords.Hash(ctx, n.Password)
	if err != nil {
		return Account{}, err
	}
	now := s.clock.Now()
	a := Account{ID: id.New("usr", now), Name: n.Name, Email: n.Email, Mobile: n.Mobile, CreatedAt: now, UpdatedAt: now}
	err = s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		// Two first accounts made at the same moment may both see none and both become owners. That harms nobody:
		// whoever makes accounts may make owners.
		a.Type = n.Type
		if none, err := noAccounts(tx); err != nil {
			return err
		} else if none {
			a.Type = Owner
		}
		if err := insertAccount(tx, &a, hash); err != nil {
			return err
		}
		return s.events.Record(tx, AccountCreated, a.ID, map[string]any{"number": a.Number})
	})
	if db.Violates(err, "staff_accounts_email_key") {
		return Account{}, ErrEmailTaken.Wrap(err)
	}
	return a, err
}

func (n NewAccount) check() error {
	var p []fault.Field
	add := func(name string, rule fault.Rule, message string) {
		p = append(p, fault.Field{Name: name, Rule: rule, Message: message})
	}
	switch {
	case n.Name == "":
		add("name", fault.Required, "name must not be empty")
	case utf8.RuneCountInString(n.Name) > maxName:
		add("name", fault.TooLong, "name must be 100 characters or fewer")
	}
	switch {
	case n.Email == "":
		add("email", fault.Required, "email must not be empty")
	case !plausibleEmail(n.Email):
		add("email", fault.Format, "email must be an email")
	}
	if utf8.RuneCountInString(n.Mobile) > maxMobile {
		add("mobile", fault.TooLong, "mobile must be 32 characters or fewer")
	}
	switch {
	case utf8.RuneCountInString(n.Password) < minPassword:
		add("password", fault.TooShort, "password must be 8 characters or more")
	case len(n.Password) > maxPassword:
		add("password", fault.TooLong, "password must be 256 bytes or fewer")
	}
	if n.Type != Owner && n.Type != Staff {
		add("type", fault.Unknown, "type must be owner or staff")
	}
	return fault.Fields("staff.invalid_account", p...)
}

func normalEmail(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

// plausibleEmail asks for no more than something on each side of one @: whether mail arrives is shown by mail.
func plausibleEmail(email string) bool {
	local, domain, ok := strings.Cut(email, "@")
	return ok && local != "" && domain != "" && len(email) <= maxEmail && utf8.ValidString(email) &&
		!strings.ContainsFunc(email, func(r rune) bool { return r <= ' ' || r == 0x7f }) && !strings.Contains(domain, "@")
}

// Get reads an account by its number, or answers ErrAccountNotFound.
func (s *Service) Get(ctx context.Context, number int64) (a Account, err error) {
	err = s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		a, err = accountByNumber(tx, number)
		return err
	})
	if errors.Is(err, db.ErrNoRows) {
		return Account{}, ErrAccountNotFound
	}
	return a, err
}

// Page picks accounts. A zero field picks all.
type Page struct {
	Limit      int     // accounts on a page; 0 means 10; 250 at most
	Page       int     // counted from 1
	SinceID    int64   // only greater numbers
	IDs        []int64 // only these numbers
	CreatedMin time.Time
	CreatedMax time.Time
	UpdatedMin time.Time
	UpdatedMax time.Time
}

// List reads a page of accounts by rising number.
func (s *Service) List(ctx context.Context, p Page) (out []Account, err error) {
	err = s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		out, err = listAccounts(tx, p)
		return err
	})
	return out, err
}

// Count counts the accounts that p picks on all its pages.
func (s *Service) Count(ctx context.Context, p Page) (n int64, err error) {
	err = s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		n, err = countAccounts(tx, p)
		return err
	})
	return n, err
}
