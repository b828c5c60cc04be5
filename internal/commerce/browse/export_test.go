package browse

import (
	"context"

	"kaidian/internal/platform/db"
)

// Near makes everything that depends on size happen with few products: sources of 20 are large, counts above 50 are remembered,
// offsets from 10 start from bookmarks, and those more than 7 away are jumped to.
func (s *Service) Near() { s.reach = reach{large: 20, exact: 50, offset: 10, near: 7} }

// Statement is the text of a statement and its values.
type Statement struct {
	Text string
	Args []any
}

// Statements gives the statements that find the keys of a page and count the whole.
func (s *Service) Statements(ctx context.Context, q Query) (keys, count Statement, err error) {
	err = s.o.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		w, err := s.walk(ctx, tx, &q)
		if err != nil {
			return err
		}
		var after *place
		if q.After != "" {
			after = &place{id: q.After}
		}
		keys.Text, keys.Args = w.keys(after, q.Limit, q.Offset)
		q.Order = Order{}
		if w, err = s.walk(ctx, tx, &q); err != nil {
			return err
		}
		count.Text, count.Args = w.counted(s.reach.exact + 1)
		return nil
	})
	return keys, count, err
}

// Occupy takes all turns for what takes long, until release is called.
func (s *Service) Occupy() (release func()) {
	for range cap(s.turns) {
		s.turns <- struct{}{}
	}
	return func() {
		for range cap(s.turns) {
			<-s.turns
		}
	}
}

// CleanUp has the cache drop what is above its bound now.
func (c *Cache) CleanUp() { c.entries.CleanUp() }

// Another gives a product that does not share its number with one.
func (c *Cache) Another(than string) string {
	other := than + "'"
	for c.slot(other) == c.slot(than) {
		other += "'"
	}
	return other
}
