package pricing

import (
	"context"
	"time"

	"kaidian/internal/platform/db"
)

// TopicChanged says that shoppers may see other prices: its subject is the price list or the tax rate that was written or
// deleted, its payload {"kind": "list"} or {"kind": "tax_rate"}. Base prices have no event of their own: they are written along
// with their product.
const TopicChanged = "prices.changed"

// The kinds of what the event is about.
const (
	kindList = "list"
	kindTax  = "tax_rate"
)

// deed changes lists or tax rates, and gives the id of what is different now, "" when nothing is.
type deed func(tx *db.Tx, now time.Time) (subject string, err error)

// change does a deed in a transaction that has the lists and tax rates to itself. When something is different, the cached rules
// are dropped and the event is recorded.
func (s *Service) change(ctx context.Context, kind string, do deed) (changed bool, err error) {
	now := s.clock.Now()
	err = s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		changed = false
		if err := lockRules(tx); err != nil {
			return err
		}
		subject, err := do(tx, now)
		if err != nil || subject == "" {
			return err
		}
		changed = true
		tx.AfterCommit(s.rules.Drop)
		return s.events.Record(tx, TopicChanged, subject, map[string]string{"kind": kind})
	})
	return changed && err == nil, err
}
