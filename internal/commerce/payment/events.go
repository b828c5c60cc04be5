package payment

import (
	"cmp"

	"kaidian/internal/platform/db"
)

// Topics of the events that this package records. The subject is the payment's id. The payload has number, cart_id, order_id
// (null for none), provider_id, reference, currency, and amount: the minor units that the event is about.
const (
	TopicRecorded = "payment.recorded" // money was promised, or came
	TopicCaptured = "payment.captured" // also has captured: how much is in all
	TopicRefunded = "payment.refunded" // also has refunded: how much is in all, and reason
	TopicCanceled = "payment.canceled"
	// TopicUnusual is for a person to look at. The payload also has why: "late", "mismatch" or "unknown". Money that belongs to no
	// payment that we know has "<provider>:<reference>" as its subject.
	TopicUnusual = "payment.unusual"
)

// Why says what is unusual about money.
type Why string

// The reasons.
const (
	Late     Why = "late"     // it came after it was given up, or after its cart could become an order
	Mismatch Why = "mismatch" // it is more or less than was asked for, or of another currency
	Unknown  Why = "unknown"  // it came for something that we do not know
)

// Unusual is money that a person has to look at. ProviderID, Reference and Amount are of what the provider said; all else
// may be empty.
type Unusual struct {
	Why        Why
	PaymentID  string
	CartID     string
	ProviderID string
	Reference  string
	Amount     int64 // minor units
	Currency   string
	NoticeID   string // the provider's id of the notice
}

// RecordUnusual tells the merchant of money that is not as it should be.
func (s *Service) RecordUnusual(tx *db.Tx, u Unusual) error {
	subject := cmp.Or(u.PaymentID, u.ProviderID+":"+u.Reference)
	return s.events.Record(tx, TopicUnusual, subject, map[string]any{
		"why": string(u.Why), "cart_id": u.CartID, "provider_id": u.ProviderID, "reference": u.Reference,
		"amount": u.Amount, "currency": u.Currency, "notice": u.NoticeID,
	})
}

// unusual is RecordUnusual of a payment that we know.
func (s *Service) unusual(tx *db.Tx, why Why, p Payment, amount int64) error {
	return s.RecordUnusual(tx, Unusual{Why: why, PaymentID: p.ID, CartID: p.CartID, ProviderID: p.ProviderID,
		Reference: p.Reference, Amount: amount, Currency: p.Currency})
}

// record records what became of a payment; more is added to the payload.
func (s *Service) record(tx *db.Tx, topic string, p Payment, amount int64, more ...any) error {
	payload := map[string]any{
		"number": p.Number, "cart_id": p.CartID, "order_id": p.OrderID, "provider_id": p.ProviderID, "reference": p.Reference,
		"currency": p.Currency, "amount": amount,
	}
	for i := 0; i+1 < len(more); i += 2 {
		payload[more[i].(string)] = more[i+1]
	}
	return s.events.Record(tx, topic, p.ID, payload)
}
