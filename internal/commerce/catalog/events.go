package catalog

import (
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/event"
)

// Topics of the events of this package. The subject is the product's id and the payload has its number: {"number": 22951}.
const (
	TopicProductCreated = "product.created"
	TopicProductUpdated = "product.updated" // also when its variants, prices, stock or pictures changed
	TopicProductDeleted = "product.deleted"
	// TopicChanged says that a collection or a category changed; the subject is its id and the payload has its number.
	TopicChanged = "catalog.changed"
)

func numbered(n int64) any { return map[string]int64{"number": n} }

// Announce records what became of products: one event for each.
func (s *Service) Announce(tx *db.Tx, changes []*Change) error {
	facts := make([]event.Fact, len(changes))
	for i, c := range changes {
		facts[i] = event.Fact{Topic: TopicProductUpdated, Subject: c.After.ID, Payload: numbered(c.After.Number)}
		if c.Before == nil {
			facts[i].Topic = TopicProductCreated
		}
	}
	return s.events.RecordAll(tx, facts)
}
