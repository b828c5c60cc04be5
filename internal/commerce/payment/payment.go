package payment

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"kaidian/internal/platform/db"
)

// Payment is money that a provider has promised or given. The table in the package's comment says how it stands.
type Payment struct {
	ID         string // "pay_…"
	Number     int64  // the same as an integer
	CartID     string
	OrderID    *string // nil before there is an order
	SessionID  *string // that it was paid with; it may be gone
	ProviderID string
	Reference  string // how both we and the provider call it
	Amount     int64  // minor units: what was promised
	Captured   int64  // what of it is here
	Refunded   int64  // what of that went back
	Currency   string // code, lower case
	Data       json.RawMessage
	Metadata   json.RawMessage // an object; nil for none
	CapturedAt time.Time       // when the first of it came; zero for not
	CanceledAt time.Time       // when it was given up; zero for not
	CreatedAt  time.Time
	UpdatedAt  time.Time
	// GivenUp says that it is being given back: no order can have it any more.
	GivenUp bool
}

// Uncaptured is what is still to be captured, in minor units; 0 of a payment that was given up.
func (p Payment) Uncaptured() int64 {
	if !p.CanceledAt.IsZero() {
		return 0
	}
	return p.Amount - p.Captured
}

// Refundable is what can still be given back, in minor units.
func (p Payment) Refundable() int64 { return p.Captured - p.Refunded }

// key names a deed on a payment as it is written down: the same after a crash, another once the deed is written down.
func (p Payment) key(deed string, before int64) string {
	return fmt.Sprintf("%s-%s-%d", p.ID, deed, before)
}

// request asks a payment's provider.
func (p Payment) request(key string, amount int64) Request {
	r := Request{Key: key, CartID: p.CartID, Reference: p.Reference, Amount: amount, Total: p.Amount, Currency: p.Currency, Data: p.Data}
	if p.SessionID != nil {
		r.SessionID = *p.SessionID
	}
	return r
}

const (
	columns = `id, number, cart_id, order_id, session_id, provider_id, reference, amount, captured, refunded, currency_code, data,
	metadata, captured_at, canceled_at, given_up_at, created_at, updated_at`
	selectPayment = `select ` + columns + ` from payments`
)

func scanPayment(row db.Scanner) (Payment, error) {
	var p Payment
	var data string
	var metadata sql.NullString
	var captured, canceled, givenUp, created, updated sql.NullInt64
	err := row.Scan(&p.ID, &p.Number, &p.CartID, &p.OrderID, &p.SessionID, &p.ProviderID, &p.Reference, &p.Amount, &p.Captured,
		&p.Refunded, &p.Currency, &data, &metadata, &captured, &canceled, &givenUp, &created, &updated)
	p.Data = json.RawMessage(data)
	if metadata.Valid {
		p.Metadata = json.RawMessage(metadata.String)
	}
	p.CapturedAt, p.CanceledAt, p.CreatedAt, p.UpdatedAt = db.Time(captured), db.Time(canceled), db.Time(created), db.Time(updated)
	p.GivenUp = givenUp.Valid
	return p, err
}

// ByOrders gives the payments of orders by order id, oldest first: a statement.
func (s *Service) ByOrders(tx *db.Tx, orders []string) (map[string][]Payment, error) {
	list, err := db.AllIn(tx, scanPayment, selectPayment+` where order_id in {keys} order by created_at, id`, orders)
	out := map[string][]Payment{}
	for _, p := range list {
		if p.OrderID != nil {
			out[*p.OrderID] = append(out[*p.OrderID], p)
		}
	}
	return out, err
}

// ByCart gives the payments of a cart, oldest first: a statement.
func (s *Service) ByCart(tx *db.Tx, cartID string) ([]Payment, error) {
	return db.All(tx, scanPayment, selectPayment+` where cart_id = $1 order by created_at, id`, cartID)
}

// ByReference gives the payment that a provider calls so. Fault: ErrNoPayment.
func (s *Service) ByReference(tx *db.Tx, provider, reference string) (Payment, error) {
	return found(scanPayment(tx.QueryRow(selectPayment+` where provider_id = $1 and reference = $2`, provider, reference)))
}

// LockPayment takes a payment for the rest of the transaction and reads it. Its order is locked before. Fault: ErrNoPayment.
func (s *Service) LockPayment(tx *db.Tx, id string) (Payment, error) {
	query := selectPayment + ` where id = $1`
	if tx.Dialect() == db.Postgres {
		query += ` for update`
	}
	return found(scanPayment(tx.QueryRow(query, id)))
}

func found(p Payment, err error) (Payment, error) {
	if errors.Is(err, db.ErrNoRows) {
		return Payment{}, ErrNoPayment
	}
	return p, err
}
