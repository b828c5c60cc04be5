package browse

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"time"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
)

// remembered is how long sizes, large counts and bookmarks are believed.
const remembered = 10 * time.Second

// mostBookmarks bounds the bookmarks of one list.
const mostBookmarks = 64

// reach says how far things are looked at.
type reach struct {
	large  int64 // a source of this size is met on a walk; a smaller one is gathered and sorted
	exact  int   // products are counted anew for each list as far as this
	offset int   // an offset is walked over from the first product as far as this
	near   int   // a page is walked to with its rows from a bookmark so far away; from farther, the index alone is followed first
}

var usual = reach{large: 2000, exact: 1000, offset: 1000, near: 1000}

// bookmark is a place that was reached, and how many products come up to it.
type bookmark struct {
	offset int
	place  place
	at     time.Time
}

// page gives one page of products, without what hangs on them.
func (s *Service) page(ctx context.Context, l *loader, w *walk, q *Query) ([]Product, error) {
	limit, offset := q.Limit, max(0, q.Offset)
	if limit <= 0 || limit > MaxLimit {
		limit = MaxLimit
	}
	var after *place
	deep := q.After == "" && offset >= s.reach.offset
	switch {
	case q.After != "":
		after = &place{id: q.After}
	case deep:
		var err error
		if after, offset, err = s.near(ctx, l.tx, w, offset); err != nil || offset < 0 {
			return nil, err
		}
	}
	columns, joins := l.columns()
	keys, args := w.keys(after, limit, offset)
	query := `select ` + columns + ` from (` + keys + `) k cross join products p` + joins + ` where p.id = k.id` + w.order(`k.k`, `k.id`)
	release, err := s.turn(ctx, w.slow)
	if err != nil {
		return nil, err
	}
	defer release()
	products := make([]Product, 0, min(limit, 100))
	scan := l.scanner()
	_, err = db.All(l.tx, func(row db.Scanner) (struct{}, error) {
		p, err := scan(row)
		products = append(products, p)
		return struct{}{}, err
	}, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list products: %w", err)
	}
	if q.After != "" && len(products) == 0 {
		return products, afterWhat(l.tx, q.After)
	}
	if n := max(0, q.Offset) + len(products); q.After == "" && n >= s.reach.offset && len(products) > 0 {
		s.leave(w, n, w.placeOf(&products[len(products)-1]))
	}
	return products, nil
}

// ErrAfter says that there is no product to list others after.
var ErrAfter = fault.Fields("browse.unknown_after", fault.Field{Name: "after", Rule: fault.Unknown, Message: "after must be the id of a product"})

// afterWhat tells a list that has come to its end from one after no product. One that is deleted marks its place still.
func afterWhat(tx *db.Tx, id string) error {
	n := 0
	err := tx.QueryRow(`select count(*) from products where id = $1`, id).Scan(&n)
	if err == nil && n == 0 {
		return ErrAfter
	}
	return err
}

// placeOf gives the place of a product in the order.
func (w *walk) placeOf(p *Product) place {
	out := place{id: p.ID}
	switch w.by.name {
	case "created_at":
		out.key = p.CreatedAt.UnixMilli()
	case "updated_at":
		out.key = p.UpdatedAt.UnixMilli()
	case "number":
		out.key = p.Number
	case "handle":
		out.key = p.Handle
	case "id":
		out.key = p.ID
	}
	return out // a title may be translated, so it is looked up
}

// near finds the mark from which to walk to an offset, and how far it is from there; -1 when there are not so many products.
// When no mark is near it makes one.
func (s *Service) near(ctx context.Context, tx *db.Tx, w *walk, offset int) (*place, int, error) {
	name := w.same()
	from, rest := s.nearest(name, offset)
	if rest <= s.reach.near {
		return from, rest, nil
	}
	release, err := s.turn(ctx, true)
	if err != nil {
		return nil, 0, err
	}
	defer release()
	if from, rest = s.nearest(name, offset); rest <= s.reach.near { // somebody was here meanwhile
		return from, rest, nil
	}
	query, args := w.keys(from, 1, rest-1)
	var to place
	err = tx.QueryRow(query, args...).Scan(&to.id, &to.key)
	if errors.Is(err, db.ErrNoRows) {
		return nil, -1, nil
	}
	if err != nil {
		return nil, 0, fmt.Errorf("walk to product %d of a list: %w", offset, err)
	}
	s.leave(w, offset, to)
	return &to, 0, nil
}

// nearest gives the nearest mark at or before an offset, nil for the beginning, and how far it is from there.
func (s *Service) nearest(name string, offset int) (*place, int) {
	marks, _ := s.marks.get(name)
	i := sort.Search(len(marks), func(i int) bool { return marks[i].offset > offset }) - 1
	for now := s.o.Clock.Now(); i >= 0; i-- {
		if age := now.Sub(marks[i].at); 0 <= age && age < remembered {
			return &marks[i].place, offset - marks[i].offset
		}
	}
	return nil, offset
}

// leave leaves a mark. Lists of marks are shared: a new one is made.
func (s *Service) leave(w *walk, offset int, at place) {
	now := s.o.Clock.Now()
	s.marks.change(w.same(), func(marks []bookmark, _ bool) []bookmark {
		out := make([]bookmark, 0, len(marks)+1)
		for _, m := range marks {
			if age := now.Sub(m.at); m.offset != offset && 0 <= age && age < remembered {
				out = append(out, m)
			}
		}
		if len(out) == mostBookmarks {
			oldest := 0
			for i := range out {
				if out[i].at.Before(out[oldest].at) {
					oldest = i
				}
			}
			out = slices.Delete(out, oldest, oldest+1)
		}
		i := sort.Search(len(out), func(i int) bool { return out[i].offset > offset })
		return slices.Insert(out, i, bookmark{offset: offset, place: at, at: now})
	})
}

// turn waits for one of two turns to do what takes long, if it does. The caller gives it back.
func (s *Service) turn(ctx context.Context, long bool) (release func(), err error) {
	if !long {
		return func() {}, nil
	}
	select {
	case s.turns <- struct{}{}:
		return func() { <-s.turns }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// ForgetCounts has all lists counted anew: whoever writes products, or what they are listed by, calls it after the commit.
func (s *Service) ForgetCounts() { s.counts.clear() }

// count counts what a query finds: as far as reach says anew, beyond that as it was in the last ten seconds, unless this process has
// written products since: see ForgetCounts. It takes the walk
// from newest to oldest, whose indexes hold no more than it takes to count.
func (s *Service) count(ctx context.Context, tx *db.Tx, q Query) (int, error) {
	q.Order = Order{}
	w, err := s.walk(ctx, tx, &q)
	if err != nil {
		return 0, err
	}
	name := w.same()
	if n, ok := s.counts.get(name); ok {
		return n, nil
	}
	query, args := w.counted(s.reach.exact + 1)
	n, err := s.countOnce(ctx, tx, w.slow, query, args)
	if err != nil || n <= s.reach.exact {
		return n, err
	}
	return s.counting.do(ctx, name, func(ctx context.Context) (int, error) {
		if n, ok := s.counts.get(name); ok {
			return n, nil
		}
		put := s.counts.unlessCleared(name)
		query, args := w.counted(0)
		n, err := s.countOnce(ctx, tx, true, query, args)
		if err == nil {
			put(n)
		}
		return n, err
	})
}

func (s *Service) countOnce(ctx context.Context, tx *db.Tx, long bool, query string, args []any) (int, error) {
	release, err := s.turn(ctx, long)
	if err != nil {
		return 0, err
	}
	defer release()
	var n int
	if err := tx.QueryRow(query, args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count products: %w", err)
	}
	return n, nil
}
