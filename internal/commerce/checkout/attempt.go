package checkout

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"kaidian/internal/platform/db"
)

// state is where in its life an attempt is.
type state string

const (
	asking  state = "asking"  // a provider is being asked
	waiting state = "waiting" // for the shopper, or for a notice
	placed  state = "placed"
	ended   state = "ended"
)

// attempt is a try to make a cart an order.
type attempt struct {
	ID          string // "coat_…": the key of its deeds with the provider
	CartID      string
	CartVersion int64
	SessionID   string
	State       state
	Plan        frozen
	Amount      int64 // minor units
	Currency    string
	OrderID     string // once it is placed
	Reason      string // why it ended
	ExpiresAt   time.Time
	UpdatedAt   time.Time
}

func (a attempt) live() bool { return a.State == asking || a.State == waiting }

const selectAttempt = `select id, cart_id, cart_version, coalesce(session_id, ''), state, plan, amount, currency_code,
	coalesce(order_id, ''), reason, expires_at, updated_at from checkout_attempts`

func scanAttempt(row db.Scanner) (attempt, error) {
	var a attempt
	var plan string
	var expires, updated int64
	err := row.Scan(&a.ID, &a.CartID, &a.CartVersion, &a.SessionID, &a.State, &plan, &a.Amount, &a.Currency, &a.OrderID, &a.Reason,
		&expires, &updated)
	if err != nil {
		return attempt{}, err
	}
	a.ExpiresAt, a.UpdatedAt = time.UnixMilli(expires).UTC(), time.UnixMilli(updated).UTC()
	if err := json.Unmarshal([]byte(plan), &a.Plan); err != nil {
		return attempt{}, fmt.Errorf("read the plan of %s: %w", a.ID, err)
	}
	return a, nil
}

// lockAttempt reads an attempt that the transaction is about to change. The caller holds its cart.
func lockAttempt(tx *db.Tx, id string) (attempt, error) {
	query := selectAttempt + ` where id = $1`
	if tx.Dialect() == db.Postgres {
		query += ` for update`
	}
	return scanAttempt(tx.QueryRow(query, id))
}

// livingOf gives the living attempt of a cart, or none with an empty id. The caller holds the cart.
func livingOf(tx *db.Tx, cartID string) (attempt, error) {
	a, err := scanAttempt(tx.QueryRow(selectAttempt+` where cart_id = $1 and state in ('asking', 'waiting')`, cartID))
	if errors.Is(err, db.ErrNoRows) {
		return attempt{}, nil
	}
	return a, err
}

func insertAttempt(tx *db.Tx, a attempt) error {
	plan, err := a.Plan.text()
	if err != nil {
		return err
	}
	_, err = tx.Exec(`insert into checkout_attempts (id, cart_id, cart_version, session_id, state, plan, amount, currency_code, reason,
		expires_at, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, '', $9, $10, $10)`,
		a.ID, a.CartID, a.CartVersion, a.SessionID, string(a.State), plan, a.Amount, a.Currency,
		db.Millis(a.ExpiresAt), db.Millis(a.UpdatedAt))
	return err
}

// move writes where an attempt is now.
func (a attempt) move(tx *db.Tx, to state, now time.Time) error {
	var orderID any
	if a.OrderID != "" {
		orderID = a.OrderID
	}
	_, err := tx.Exec(`update checkout_attempts set state = $2, order_id = $3, reason = $4, updated_at = $5 where id = $1`,
		a.ID, string(to), orderID, a.Reason, db.Millis(now))
	return err
}

// due gives the ids of attempts that ask for longer than a process can have lived, or wait for too long.
func due(tx *db.Tx, asked, now time.Time, limit int) ([]string, error) {
	return db.All(tx, func(row db.Scanner) (id string, err error) {
		err = row.Scan(&id)
		return id, err
	}, `select id from checkout_attempts where state in ('asking', 'waiting') and (expires_at <= $1 or state = 'asking' and updated_at <= $2)
		order by expires_at limit $3`, db.Millis(now), db.Millis(asked), limit)
}
