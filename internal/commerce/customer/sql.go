package customer

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"kaidian/internal/platform/db"
)

// Ref names a customer or an address: by ID, which is the Store API's way, or else by Number, which is the Open API's. A
// number never names a guest or a billing address.
type Ref struct {
	ID     string
	Number int64
}

// ByID names a row by its id.
func ByID(id string) Ref { return Ref{ID: id} }

// ByNumber names a row by its number.
func ByNumber(n int64) Ref { return Ref{Number: n} }

// living gives the condition for the living customer that is meant, whose value is $1.
func (r Ref) living() (string, any) {
	if r.ID != "" {
		return `c.id = $1 and c.deleted_at is null`, storable(r.ID)
	}
	return `c.number = $1 and c.has_account = 1 and c.deleted_at is null`, r.Number
}

// address gives the condition for the living address that is meant, whose value is $n.
func (r Ref) address(n int) (string, any) {
	if r.ID != "" {
		return fmt.Sprintf(`a.id = $%d and a.deleted_at is null`, n), storable(r.ID)
	}
	return fmt.Sprintf(`a.number = $%d and a.kind = 'shipping' and a.deleted_at is null`, n), r.Number
}

// forUpdate ends a select of rows that the transaction is about to change. SQLite needs nothing: a writing transaction
// there has the database to itself.
func forUpdate(tx *db.Tx) string {
	if tx.Dialect() == db.Postgres {
		return ` for update`
	}
	return ``
}

// touch takes a customer's row for the rest of the transaction and stamps it. It comes first in a change of addresses: what
// is read afterwards is what the last change left.
func touch(tx *db.Tx, who Ref, now time.Time) (id string, number int64, err error) {
	where, arg := who.living()
	err = tx.QueryRow(`update customers as c set updated_at = $2 where `+where+` returning id, number`, arg, db.Millis(now)).
		Scan(&id, &number)
	if errors.Is(err, db.ErrNoRows) {
		return "", 0, ErrNotFound
	}
	return id, number, err
}

// lock takes a customer's row for the rest of the transaction and reads it. It comes first in a change of the customer.
func lock(tx *db.Tx, who Ref) (account, error) {
	if tx.Dialect() == db.Postgres {
		// A statement of its own: one that has waited for the row would still read the joined tables as they were before.
		where, arg := who.living()
		var one int
		err := tx.QueryRow(`select 1 from customers c where `+where+forUpdate(tx), arg).Scan(&one)
		if err != nil && !errors.Is(err, db.ErrNoRows) {
			return account{}, err
		}
	}
	return find(tx, who)
}

// account is a customer with the one thing that must not leave the package.
type account struct {
	Customer
	passwordHash string // "" for none
}

const selectAccount = `select c.id, c.number, c.has_account, c.email, c.first_name, c.last_name, c.phone, c.notify_email,
	c.billing_address_id, c.nickname, c.identity_card, c.birthday, c.sex, c.accept_marketing, c.metadata,
	c.tokens_valid_after, c.last_in_at, c.created_at, c.updated_at, c.password_hash,
	i.type, i.identity, i.social_type, i.unionid, l.id, l.number, l.name, l.discount
	from customers c
	left join customer_identities i on i.customer_id = c.id
	left join customer_levels l on l.id = c.level_id `

func scanAccount(row db.Scanner) (account, error) {
	var a account
	var hasAccount, marketing, validAfter, created, updated int64
	var birthday, lastIn, levelNumber sql.NullInt64
	var metadata, hash, kind, identity, levelID, levelName, discount sql.NullString
	err := row.Scan(&a.ID, &a.Number, &hasAccount, &a.Email, &a.FirstName, &a.LastName, &a.Phone, &a.NotifyEmail,
		&a.BillingAddressID, &a.Nickname, &a.IdentityCard, &birthday, &a.Sex, &marketing, &metadata,
		&validAfter, &lastIn, &created, &updated, &hash,
		&kind, &identity, &a.Identity.SocialType, &a.Identity.UnionID, &levelID, &levelNumber, &levelName, &discount)
	if err != nil {
		return account{}, err
	}
	a.HasAccount, a.AcceptMarketing = hasAccount != 0, marketing != 0
	a.Birthday, a.LastInAt = db.Time(birthday), db.Time(lastIn)
	a.TokensValidAfter, a.CreatedAt, a.UpdatedAt = moment(validAfter), moment(created), moment(updated)
	a.Metadata, a.passwordHash = raw(metadata), hash.String
	a.Identity.Type, a.Identity.Identity = IdentityType(kind.String), identity.String
	if levelID.Valid {
		share, err := ParsePercent(discount.String)
		if err != nil {
			return account{}, fmt.Errorf("read level %s: %w", levelID.String, err)
		}
		a.Level = &LevelRef{ID: levelID.String, Number: levelNumber.Int64, Name: levelName.String, Discount: share}
	}
	return a, nil
}

// find reads a living customer.
func find(tx *db.Tx, who Ref) (account, error) {
	where, arg := who.living()
	return findAccount(tx, where, arg)
}

// findByEmail reads the account that signs in with a normalised e-mail.
func findByEmail(tx *db.Tx, email string) (account, error) {
	if !isEmail(email) {
		return account{}, ErrNotFound
	}
	return findAccount(tx, `i.type = 'email' and i.identity = $1 and c.deleted_at is null`, email)
}

func findAccount(tx *db.Tx, where string, args ...any) (account, error) {
	a, err := scanAccount(tx.QueryRow(selectAccount+` where `+where, args...))
	if errors.Is(err, db.ErrNoRows) {
		return account{}, ErrNotFound
	}
	return a, err
}

// insert writes a new account and its identity. The default level, if there is one, becomes its level.
func (a *account) insert(tx *db.Tx, identityID string) error {
	err := tx.QueryRow(`insert into customers (id, has_account, email, first_name, last_name, phone, notify_email,
		nickname, identity_card, birthday, sex, accept_marketing, metadata, password_hash, level_id,
		last_in_at, tokens_valid_after, created_at, updated_at)
		values ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,
		(select id from customer_levels where is_default = 1), $14, $15, $15, $15) returning number`,
		a.ID, a.Email, a.FirstName, a.LastName, a.Phone, a.NotifyEmail, a.Nickname, a.IdentityCard,
		db.Millis(a.Birthday), a.Sex, db.Flag(a.AcceptMarketing), text(a.Metadata), orNull(a.passwordHash),
		db.Millis(a.LastInAt), db.Millis(a.CreatedAt)).Scan(&a.Number)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`insert into customer_identities (id, customer_id, type, identity, social_type, unionid, created_at)
		values ($1, $2, $3, $4, $5, $6, $7)`, identityID, a.ID, string(a.Identity.Type), a.Identity.Identity,
		a.Identity.SocialType, a.Identity.UnionID, db.Millis(a.CreatedAt))
	return err
}

// save writes all columns that a change may move.
func (a *account) save(tx *db.Tx) error {
	var level *string
	if a.Level != nil {
		level = &a.Level.ID
	}
	_, err := tx.Exec(`update customers set email = $2, first_name = $3, last_name = $4, phone = $5, notify_email = $6,
		billing_address_id = $7, level_id = $8, password_hash = $9, nickname = $10, identity_card = $11, birthday = $12,
		sex = $13, accept_marketing = $14, metadata = $15, tokens_valid_after = $16, updated_at = $17
		where id = $1`,
		a.ID, a.Email, a.FirstName, a.LastName, a.Phone, a.NotifyEmail, a.BillingAddressID, level, orNull(a.passwordHash),
		a.Nickname, a.IdentityCard, db.Millis(a.Birthday), a.Sex, db.Flag(a.AcceptMarketing), text(a.Metadata),
		db.Millis(a.TokensValidAfter), db.Millis(a.UpdatedAt))
	return err
}

func (a *account) saveIdentity(tx *db.Tx) error {
	_, err := tx.Exec(`update customer_identities set type = $2, identity = $3, social_type = $4, unionid = $5
		where customer_id = $1`,
		a.ID, string(a.Identity.Type), a.Identity.Identity, a.Identity.SocialType, a.Identity.UnionID)
	return err
}

// filter builds the condition of a list. Conditions mark each of their values with a ?.
type filter struct {
	conds []string
	args  []any
}

func (f *filter) add(cond string, args ...any) {
	for _, arg := range args {
		f.args = append(f.args, arg)
		cond = strings.Replace(cond, "?", fmt.Sprintf("$%d", len(f.args)), 1)
	}
	f.conds = append(f.conds, cond)
}

// equal asks that a column has a text.
func (f *filter) equal(column, value string) { f.add(column+` = ?`, storable(value)) }

// in asks that a column has one of the values; of no values, none.
func (f *filter) in(column string, values []any) {
	if len(values) == 0 {
		f.add(`1 = 0`)
		return
	}
	f.conds = append(f.conds, column+` in `+db.In(len(f.args)+1, len(values)))
	f.args = append(f.args, values...)
}

func (f *filter) where() string {
	if len(f.conds) == 0 {
		return ""
	}
	return `where ` + strings.Join(f.conds, ` and `)
}

// storable gives a text to look for. One that no row can hold becomes NULL, which is equal to nothing: PostgreSQL takes such
// a text for a mistake of the program.
func storable(s string) any {
	if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return nil
	}
	return s
}

// offset gives how many rows stand before a page.
func offset(page, limit int) int64 { return int64(min(max(page, 1), 1<<31)-1) * int64(limit) }

func moment(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// raw and text turn metadata from and into what the database keeps.
func raw(s sql.NullString) json.RawMessage {
	if !s.Valid {
		return nil
	}
	return json.RawMessage(s.String)
}

func text(m json.RawMessage) any {
	if m == nil {
		return nil
	}
	return string(m)
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
