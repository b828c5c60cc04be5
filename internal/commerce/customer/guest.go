package customer

import (
	"errors"
	"slices"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/id"
)

// NormalEmail brings an e-mail into the form in which it is kept, and looks whether it is one. Fault: Invalid.
func NormalEmail(email string) (string, error) {
	email = Email.normalise(email)
	var p problems
	p.email("email", email)
	return email, p.fault(reasonInvalid)
}

// Guest finds the living customer without an account who has an e-mail, or makes it, and gives its id: one statement, or two. The
// account that somebody has with the e-mail is left alone. There is no event: a guest is nobody's customer before an order.
// Fault: Invalid.
func (s *Service) Guest(tx *db.Tx, email string) (string, error) {
	email, err := NormalEmail(email)
	if err != nil {
		return "", err
	}
	find := func() (string, error) {
		var found string
		err := tx.QueryRow(`select id from customers where email = $1 and has_account = 0 and deleted_at is null`, email).Scan(&found)
		return found, err
	}
	if found, err := find(); !errors.Is(err, db.ErrNoRows) {
		return found, err
	}
	now := s.clock.Now()
	fresh := id.New("cus", now)
	made, err := tx.Exec(`insert into customers (id, has_account, email, sex, accept_marketing, tokens_valid_after, created_at, updated_at)
		values ($1, 0, $2, $3, 0, $4, $4, $4) on conflict do nothing`, fresh, email, Undefined, db.Millis(now))
	if err != nil {
		return "", err
	}
	if made == 1 {
		return fresh, nil
	}
	found, err := find() // another made it at this moment
	if errors.Is(err, db.ErrNoRows) {
		return "", db.ErrBusy // and it is gone again
	}
	return found, err
}

// Who is what a cart has to know of a customer.
type Who struct {
	ID         string
	Email      string // "" where none is known
	HasAccount bool
}

// Who gives what a cart has to know of a living customer: a statement. Fault: ErrNotFound.
func (s *Service) Who(tx *db.Tx, customerID string) (Who, error) {
	if !db.Storable(customerID) {
		return Who{}, ErrNotFound
	}
	var w Who
	var account int64
	err := tx.QueryRow(`select id, email, has_account from customers where id = $1 and deleted_at is null`, customerID).
		Scan(&w.ID, &w.Email, &account)
	if errors.Is(err, db.ErrNoRows) {
		return Who{}, ErrNotFound
	}
	w.HasAccount = account != 0
	return w, err
}

// GroupsIn is GroupsOf as the transaction sees it, past what is kept in memory: a statement.
func (s *Service) GroupsIn(tx *db.Tx, customerID string) ([]string, error) {
	if customerID == "" || !db.Storable(customerID) {
		return nil, nil
	}
	out, err := db.All(tx, db.Text, `select g.id from customer_group_members m join customer_groups g on g.id = m.group_id
		where m.customer_id = $1 and g.deleted_at is null`, customerID)
	slices.Sort(out)
	return out, err
}

// AddressOf gives a living address of a customer: a statement. Fault: ErrAddressNotFound, also for another's.
func (s *Service) AddressOf(tx *db.Tx, customerID string, which Ref) (Address, error) {
	if !db.Storable(customerID) {
		return Address{}, ErrAddressNotFound
	}
	return findAddress(tx, customerID, which)
}
