package customer

import (
	"context"
	"errors"
	"reflect"
	"time"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/id"
)

// Patch changes a customer. Absent members stay as they are.
type Patch struct {
	Email           Optional[string] // cannot be null; of an account that signs in by e-mail also its identity
	Password        Optional[string] // cannot be null
	KeepSession     string           // the token of the one session that a new password does not end
	FirstName       Optional[string]
	LastName        Optional[string]
	RealName        Optional[string] // the whole name; what RealName gives already changes nothing, else it becomes the first name
	Phone           Optional[string]
	NotifyEmail     Optional[string] // the account's e-mail changes nothing while there is no other
	Nickname        Optional[string]
	IdentityCard    Optional[string] // what MaskedIdentityCard gives changes nothing
	Birthday        Optional[time.Time]
	Sex             Optional[string] // null is Undefined
	AcceptMarketing Optional[bool]
	Metadata        Optional[Metadata] // merged key by key; an empty text as value takes the key away, null takes all
	IdentityType    Optional[IdentityType]
	Identity        Optional[string]
	SocialType      Optional[string]
	UnionID         Optional[string]
	LevelNumber     Optional[int64]         // null for no level
	Billing         Optional[BillingChange] // null for no billing address
}

// BillingChange says which address is the billing address: one that the customer has, or the customer's own billing
// address, which is then made or changed in place.
type BillingChange struct {
	ID      string     // of an address of the customer; "" to use Address
	Address StorePatch // nothing in it is required
}

// Update changes a customer and gives it as it is then. A change that changes nothing leaves no trace. With a new
// password all tokens end, and all sessions but Patch.KeepSession.
//
// Faults: Invalid, ErrNotFound, ErrEmailTaken, ErrLevelNotFound for a level that goes at the same moment, secret.ErrBusy.
func (s *Service) Update(ctx context.Context, who Ref, p Patch) (Customer, error) {
	hash, err := s.newHash(ctx, who, p)
	if err != nil {
		return Customer{}, err
	}
	var a account
	now := s.clock.Now()
	err = s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		if a, err = lock(tx, who); err != nil {
			return err
		}
		return s.change(tx, &a, p, hash, now)
	})
	if err != nil && !errors.Is(err, errUnchanged) {
		return Customer{}, updateFault(err, a.Identity.Type)
	}
	return a.Customer, nil
}

// newHash hashes the new password of a patch, if there is one, after it has checked all that can be checked before.
func (s *Service) newHash(ctx context.Context, who Ref, p Patch) (string, error) {
	if !p.Password.IsSet() {
		return "", nil
	}
	c, err := s.Get(ctx, who)
	if err != nil {
		return "", err
	}
	var pr problems
	password, _ := p.Password.Get()
	pr.password(password, s.limits.PasswordLength)
	if !c.HasAccount {
		pr.add("password", fault.Unknown, "password is of accounts, and a guest has none")
	}
	p.apply(&c, &pr, s.clock.Now())
	if err := pr.fault(reasonInvalid); err != nil {
		return "", err
	}
	return s.passwords.Hash(ctx, password)
}

// change does an update in the transaction that holds the customer's row.
func (s *Service) change(tx *db.Tx, a *account, p Patch, hash string, now time.Time) error {
	before := *a
	var pr problems
	p.apply(&a.Customer, &pr, now)
	if err := p.level(tx, a, &pr); err != nil {
		return err
	}
	billed, err := p.bill(tx, a, &pr, now)
	if err != nil {
		return err
	}
	if err := pr.fault(reasonInvalid); err != nil {
		return err
	}
	if hash != "" {
		a.passwordHash = hash
		if err := s.revoke(tx, a, p.KeepSession, now); err != nil {
			return err
		}
	}
	if reflect.DeepEqual(before, *a) && !billed {
		return errUnchanged
	}
	a.UpdatedAt = now
	if err := a.save(tx); err != nil {
		return err
	}
	if !reflect.DeepEqual(before.Identity, a.Identity) {
		if err := a.saveIdentity(tx); err != nil {
			return err
		}
	}
	return s.record(tx, TopicUpdated, a.ID, a.Number)
}

// apply puts on a customer what needs no look into the database, and checks it.
func (p Patch) apply(c *Customer, pr *problems, now time.Time) {
	p.identity(c, pr)
	p.names(c)
	for _, m := range []struct {
		column *(*string)
		text   Optional[string]
	}{{&c.Phone, p.Phone}, {&c.Nickname, p.Nickname}} {
		if m.text.IsSet() {
			*m.column = pointer(m.text)
		}
	}
	if to := Email.normalise(p.NotifyEmail.Or("")); p.NotifyEmail.IsSet() && (c.NotifyEmail != nil || to != c.Email) {
		c.NotifyEmail = orNil(to) // what is shown for want of another, the account's e-mail, changes nothing
	}
	if p.IdentityCard.IsSet() && p.IdentityCard.Or("") != c.MaskedIdentityCard() {
		c.IdentityCard = orNil(p.IdentityCard.Or(""))
	}
	if p.Birthday.IsSet() {
		if c.Birthday = p.Birthday.Or(time.Time{}); !c.Birthday.IsZero() {
			c.Birthday = c.Birthday.UTC().Truncate(time.Millisecond)
		}
	}
	if p.Sex.IsNull() {
		p.Sex = Some(Undefined)
	}
	c.Sex = p.Sex.Or(c.Sex)
	c.AcceptMarketing = p.AcceptMarketing.Or(c.AcceptMarketing)
	p.metadata(c, pr)
	c.check(pr, now)
}

// names sets first and last name. A whole name that is new is kept as first name.
func (p Patch) names(c *Customer) {
	if p.FirstName.IsSet() {
		c.FirstName = pointer(p.FirstName)
	}
	if p.LastName.IsSet() {
		c.LastName = pointer(p.LastName)
	}
	if p.RealName.IsSet() && p.RealName.Or("") != c.RealName() {
		c.FirstName, c.LastName = orNil(p.RealName.Or("")), nil
	}
}

// identity sets the e-mail and what the account signs in with.
func (p Patch) identity(c *Customer, pr *problems) {
	if p.Email.IsSet() {
		c.Email = Email.normalise(p.Email.Or(""))
		pr.email("email", c.Email)
		if c.Identity.Type == Email {
			c.Identity.Identity = c.Email
		}
	}
	if !p.IdentityType.IsSet() && !p.Identity.IsSet() && !p.SocialType.IsSet() && !p.UnionID.IsSet() {
		return
	}
	if !c.HasAccount {
		pr.add("type", fault.Unknown, "type is of accounts, and a guest has none")
		return
	}
	i := Identity{Type: p.IdentityType.Or(c.Identity.Type), SocialType: c.Identity.SocialType, UnionID: c.Identity.UnionID}
	i.Identity = i.Type.normalise(p.Identity.Or(c.Identity.Identity))
	if p.SocialType.IsSet() {
		i.SocialType = orNil(p.SocialType.Or(""))
	}
	if p.UnionID.IsSet() {
		i.UnionID = orNil(p.UnionID.Or(""))
	}
	i.check(pr)
	if c.Identity = i; i.Type == Email {
		c.Email = i.Identity
	}
}

// metadata merges, and counts the whole against the limit.
func (p Patch) metadata(c *Customer, pr *problems) {
	if p.Metadata.IsNull() {
		c.Metadata = nil
	}
	change, ok := p.Metadata.Get()
	if !ok {
		return
	}
	present, err := decode(c.Metadata)
	if err != nil {
		present = nil // what cannot be read serves nobody
	}
	c.Metadata = present.merge(change).encode(pr)
}

// level sets the level by its number.
func (p Patch) level(tx *db.Tx, a *account, pr *problems) error {
	if p.LevelNumber.IsNull() {
		a.Level = nil
	}
	number, ok := p.LevelNumber.Get()
	if !ok || a.Level != nil && a.Level.Number == number {
		return nil
	}
	l, err := findLevel(tx, `where number = $1`, number)
	if errors.Is(err, ErrLevelNotFound) {
		pr.add("level", fault.Unknown, "level must be the number of a customer level")
		return nil
	}
	a.Level = &LevelRef{ID: l.ID, Number: l.Number, Name: l.Name, Discount: l.Discount}
	return err
}

// bill sets the billing address, and tells whether a row of addresses was written.
func (p Patch) bill(tx *db.Tx, a *account, pr *problems, now time.Time) (bool, error) {
	b, ok := p.Billing.Get()
	switch {
	case !p.Billing.IsSet():
		return false, nil
	case !ok:
		a.BillingAddressID = nil
		return false, dropBilling(tx, a.ID, "", now)
	case b.ID == "":
		return b.write(tx, a, pr, now)
	}
	address, err := findAddress(tx, a.ID, ByID(b.ID))
	if errors.Is(err, ErrAddressNotFound) {
		pr.add("billing_address", fault.Unknown, "billing_address must be the id of an address of the customer")
		return false, nil
	}
	if err != nil {
		return false, err
	}
	a.BillingAddressID = &address.ID
	return false, dropBilling(tx, a.ID, address.ID, now)
}

// write makes or changes the customer's own billing address.
func (b BillingChange) write(tx *db.Tx, a *account, pr *problems, now time.Time) (bool, error) {
	own, err := scanAddress(tx.QueryRow(`select `+addressColumns+` from addresses a
		where a.customer_id = $1 and a.kind = 'billing' and a.deleted_at is null`, a.ID))
	switch {
	case errors.Is(err, db.ErrNoRows):
		own = Address{Kind: Billing, CustomerID: a.ID}
	case err != nil:
		return false, err
	}
	changed, err := b.Address.Apply(own)
	if f := fault.As(err); f != nil {
		for _, field := range f.Fields {
			pr.add("billing_address."+field.Name, field.Rule, "billing_address."+field.Message)
		}
		return false, nil
	}
	if own.ID != "" {
		a.BillingAddressID = &own.ID
		if changed.equal(own) {
			return false, nil
		}
		changed.UpdatedAt = now
		return true, changed.save(tx)
	}
	changed.ID, changed.CreatedAt, changed.UpdatedAt = id.New("addr", now), now, now
	a.BillingAddressID = &changed.ID
	return true, changed.insert(tx, 1)
}

// updateFault puts constraints into words, for an account that was to have an identity of a type.
func updateFault(err error, t IdentityType) error {
	switch db.Violated(err) {
	case "customer_identities_type_identity_key":
		if t != Email {
			return ErrEmailTaken.WithMessage("Another customer already has this " + string(t) + " identity")
		}
		return ErrEmailTaken
	case "customers_guest_email_key":
		return ErrEmailTaken
	case "customers_level_id_fkey":
		return ErrLevelNotFound
	}
	return err
}
