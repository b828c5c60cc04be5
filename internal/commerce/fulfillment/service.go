package fulfillment

import (
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/event"
	"kaidian/internal/platform/snapshot"
)

// Service is what a shop does about shipping. It is safe for concurrent use.
type Service struct {
	db       *db.DB
	clock    clock.Clock
	events   *event.Log
	profiles *snapshot.Kept[map[ProfileType]Profile]
	offered  *snapshot.Kept[[]Option]
	carriers map[string]Carrier
}

// New makes the service, with the carriers that it has besides Manual. It starts nothing. Call Ensure before anything else.
func New(d *db.DB, c clock.Clock, events *event.Log, carriers ...Carrier) *Service {
	s := &Service{db: d, clock: c, events: events, profiles: snapshot.New[map[ProfileType]Profile](c),
		offered: snapshot.New[[]Option](c), carriers: map[string]Carrier{Manual: manual{}}}
	for _, carrier := range carriers {
		s.carriers[carrier.ID()] = carrier
	}
	return s
}
