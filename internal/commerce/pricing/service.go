package pricing

import (
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/event"
	"kaidian/internal/platform/snapshot"
)

// Service is what a shop does with its prices and taxes. It is safe for concurrent use.
type Service struct {
	db     *db.DB
	clock  clock.Clock
	events *event.Log
	rules  *snapshot.Kept[Rules]
}

// New makes the service. It starts nothing.
func New(d *db.DB, c clock.Clock, events *event.Log) *Service {
	return &Service{db: d, clock: c, events: events, rules: snapshot.New[Rules](c)}
}
