package inventory

import (
	"sync/atomic"

	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/event"
)

// Service is what a shop does with its stock. It is safe for concurrent use.
type Service struct {
	db     *db.DB
	clock  clock.Clock
	events *event.Log

	located atomic.Bool // the default location is known to be there
}

// New makes the service. It starts nothing.
func New(d *db.DB, c clock.Clock, events *event.Log) *Service {
	return &Service{db: d, clock: c, events: events}
}
