package payment

import (
	"context"
	"errors"
	"slices"
	"time"

	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/event"
)

// How long things may take.
const (
	defaultTimeout = 20 * time.Second // of a provider's answer
	writeTimeout   = 10 * time.Second // of writing an answer down, for which a caller who left is not waited for
)

// Options are what the service works with. All but Timeout are required; a shop without Providers sells nothing that costs.
type Options struct {
	DB        *db.DB
	Clock     clock.Clock
	Events    *event.Log
	Providers []Provider
	// Timeout bounds a call of a provider; 0 means 20 seconds.
	Timeout time.Duration
}

// Service is what a shop does with money. It is safe for concurrent use.
type Service struct {
	db        *db.DB
	clock     clock.Clock
	events    *event.Log
	providers map[string]Provider
	timeout   time.Duration
}

// New makes the service. It starts nothing. Of two providers with one ID the later counts.
func New(o Options) *Service {
	s := &Service{db: o.DB, clock: o.Clock, events: o.Events, providers: map[string]Provider{}, timeout: o.Timeout}
	if s.timeout == 0 {
		s.timeout = defaultTimeout
	}
	for _, p := range o.Providers {
		s.providers[p.ID()] = p
	}
	return s
}

// Providers gives the ids of the shop's providers, sorted.
func (s *Service) Providers() []string {
	ids := make([]string, 0, len(s.providers))
	for id := range s.providers {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// Provider gives the provider of an id. Fault: ErrNoProvider.
func (s *Service) Provider(id string) (Provider, error) {
	p, ok := s.providers[id]
	if !ok {
		return nil, ErrNoProvider
	}
	return p, nil
}

// Installed gives those of the ids that the shop has, in their order. A region may name others: of a provider that is not
// set up yet, or no more.
func (s *Service) Installed(ids []string) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return s.providers[id] == nil })
}

// Payment reads one payment: a statement. Fault: ErrNoPayment.
func (s *Service) Payment(ctx context.Context, id string) (Payment, error) {
	if !db.Storable(id) {
		return Payment{}, ErrNoPayment
	}
	var p Payment
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		p, err = scanPayment(tx.QueryRow(selectPayment+` where id = $1`, id))
		return err
	})
	if errors.Is(err, db.ErrNoRows) {
		return Payment{}, ErrNoPayment
	}
	return p, err
}

// Orphans gives the money that came before a time and has nobody: payments, oldest first and 100 at most, that are neither of an
// order nor given up nor refunded in full. GiveBack returns them.
func (s *Service) Orphans(ctx context.Context, before time.Time) ([]Payment, error) {
	var list []Payment
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		list, err = db.All(tx, scanPayment, selectPayment+` where order_id is null and canceled_at is null
			and (captured = 0 or refunded < captured) and created_at < $1 order by created_at, id limit 100`, db.Millis(before))
		return err
	})
	return list, err
}
