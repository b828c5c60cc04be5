package payment

import (
	"database/sql"
	"encoding/json"
	"errors"

	"kaidian/internal/platform/db"
)

const selectSession = `select id, cart_id, provider_id, reference, status, amount, currency_code, data, is_selected, is_initiated,
	authorized_at, created_at, updated_at from payment_sessions`

func scanSession(row db.Scanner) (Session, error) {
	var s Session
	var reference sql.NullString
	var data string
	var authorized, created, updated sql.NullInt64
	err := row.Scan(&s.ID, &s.CartID, &s.ProviderID, &reference, &s.Status, &s.Amount, &s.Currency, &data, &s.Selected,
		&s.Initiated, &authorized, &created, &updated)
	s.Reference, s.Data = reference.String, json.RawMessage(data)
	s.AuthorizedAt, s.CreatedAt, s.UpdatedAt = db.Time(authorized), db.Time(created), db.Time(updated)
	return s, err
}

// Sessions gives the sessions of a cart, oldest first: a statement.
func (s *Service) Sessions(tx *db.Tx, cartID string) ([]Session, error) {
	return db.All(tx, scanSession, selectSession+` where cart_id = $1 order by created_at, id`, cartID)
}

// SessionByReference gives the session of a provider's payment. Fault: ErrNoSession.
func (s *Service) SessionByReference(tx *db.Tx, provider, reference string) (Session, error) {
	return one(scanSession(tx.QueryRow(selectSession+` where provider_id = $1 and reference = $2`, provider, reference)))
}

// LockSession takes a session for the rest of the transaction and reads it. The cart is locked before. Fault: ErrNoSession.
func (s *Service) LockSession(tx *db.Tx, id string) (Session, error) {
	query := selectSession + ` where id = $1`
	if tx.Dialect() == db.Postgres {
		query += ` for update`
	}
	return one(scanSession(tx.QueryRow(query, id)))
}

func one(s Session, err error) (Session, error) {
	if errors.Is(err, db.ErrNoRows) {
		return Session{}, ErrNoSession
	}
	return s, err
}

// SaveSessions writes sessions down, new ones and changed ones, each once. Fault: ErrRaced, when somebody else gave the cart a
// session of the provider meanwhile.
func (s *Service) SaveSessions(tx *db.Tx, sessions []Session) error {
	rows := make([][]any, len(sessions))
	for i, n := range sessions {
		rows[i] = []any{n.ID, n.CartID, n.ProviderID, nullable(n.Reference), string(n.Status), n.Amount, n.Currency, text(n.Data),
			db.Flag(n.Selected), db.Flag(n.Initiated), db.Millis(n.AuthorizedAt), db.Millis(n.CreatedAt), db.Millis(n.UpdatedAt)}
	}
	err := tx.Insert(`insert into payment_sessions (id, cart_id, provider_id, reference, status, amount, currency_code, data,
		is_selected, is_initiated, authorized_at, created_at, updated_at)`, rows,
		`on conflict (id) do update set reference = excluded.reference, status = excluded.status, amount = excluded.amount,
		currency_code = excluded.currency_code, data = excluded.data, is_selected = excluded.is_selected,
		is_initiated = excluded.is_initiated, authorized_at = excluded.authorized_at, updated_at = excluded.updated_at`)
	if db.Violates(err, "payment_sessions_cart_id_provider_id_key") {
		return ErrRaced.Wrap(err)
	}
	return err
}

// DeleteSessions deletes sessions. Those that are not there are no error.
func (s *Service) DeleteSessions(tx *db.Tx, ids []string) error {
	_, err := tx.ExecIn(`delete from payment_sessions where id in {keys}`, ids)
	return err
}

// nullable is how the database keeps a text that may be missing.
func nullable(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// text is how the database keeps an object; nil is an empty one.
func text(data json.RawMessage) string {
	if data == nil {
		return emptyObject
	}
	return string(data)
}
