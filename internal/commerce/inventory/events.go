package inventory

import (
	"slices"

	"kaidian/internal/platform/db"
)

// TopicChanged is recorded in each transaction that changes levels. Its subject is the location and its payload is
// {"variants": ["variant_…", …]}: 500 of them at most; more make more events.
const TopicChanged = "stock.changed"

const mostVariants = 500

// announce records that the levels of some variants changed.
func (s *Service) announce(tx *db.Tx, variants []string) error {
	for some := range slices.Chunk(variants, mostVariants) {
		if err := s.events.Record(tx, TopicChanged, defaultLocation, map[string][]string{"variants": some}); err != nil {
			return err
		}
	}
	return nil
}
