package promotion

import (
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/event"
)

// Service is what a shop does with its discounts and gift cards. It is safe for concurrent use.
type Service struct {
	db     *db.DB
	clock  clock.Clock
	events *event.Log
}

// New makes the service. It starts nothing.
func New(d *db.DB, c clock.Clock, events *event.Log) *Service {
	return &Service{db: d, clock: c, events: events}
}

// Put tells what became of what was put.
type Put struct {
	ID      string
	Created bool // else it was there
	Changed bool // it was there and is different now
}
