package order

import (
	"kaidian/internal/commerce/payment"
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/event"
	"kaidian/internal/platform/secret"
)

// Service is what a shop does with its orders. It is safe for concurrent use.
type Service struct {
	db       *db.DB
	clock    clock.Clock
	events   *event.Log
	payments *payment.Service
	claimKey []byte // signs what ClaimToken gives
}

// New makes a service that keeps return reasons. It starts nothing. For orders it needs Selling.
func New(d *db.DB, c clock.Clock, events *event.Log) *Service {
	return &Service{db: d, clock: c, events: events}
}

// Selling gives a service that keeps orders too, which are paid with payments; keys sign the tokens with which orders are claimed.
func (s *Service) Selling(payments *payment.Service, keys *secret.Keyring) *Service {
	with := *s
	with.payments, with.claimKey = payments, keys.Key("order-claim")
	return &with
}
