package order

import (
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/event"
)

// Service is what a shop does with its orders. It is safe for concurrent use.
type Service struct {
	db     *db.DB
	clock  clock.Clock
	events *event.Log
}

// New makes the service. It starts nothing.
func New(d *db.DB, c clock.Clock, events *event.Log) *Service {
	return &Service{db: d, clock: c, events: events}
}
