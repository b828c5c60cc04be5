package browse_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kaidian/internal/commerce/browse"
)

// Deep pages that start from bookmarks, jumps and remembered sizes give what a naive reading gives, as long as nothing changes.
func TestDeepPages(t *testing.T) {
	t.Parallel()
	both(t, 400, func(t *testing.T, s *stall) {
		s.Near()
		facts := s.facts()
		rapid.Check(t, func(rt *rapid.T) {
			q := asked(rt, s, facts)
			want := expected(facts, q, s.made.Channel)
			q.Limit = rapid.IntRange(1, 20).Draw(rt, "limit")
			for range 6 {
				q.Offset = rapid.IntRange(0, len(want)+20).Draw(rt, "offset")
				page, err := s.Products(context.Background(), q, browse.Parts{}, browse.Pricing{})
				if err != nil {
					rt.Fatalf("%+v: %v", q, err)
				}
				from := min(q.Offset, len(want))
				if got, want := idsOf(page.Products), want[from:min(from+q.Limit, len(want))]; !slices.Equal(got, want) {
					rt.Fatalf("%+v: got %v, want %v", q, short(got), short(want))
				}
				if page.Count != len(want) {
					rt.Fatalf("%+v: counted %d, want %d", q, page.Count, len(want))
				}
				if rapid.IntRange(0, 9).Draw(rt, "wait") == 0 {
					s.clock.Advance(11 * time.Second)
				}
			}
		})
	})
}

// Who pages on takes one statement for each page, however far it is: the bookmark of the page before and the remembered count.
func TestPagingOnIsCheap(t *testing.T) {
	t.Parallel()
	both(t, 300, func(t *testing.T, s *stall) {
		s.Near()
		s.warm()
		for offset := range 20 {
			s.counted(map[bool]int64{true: 3, false: 1}[offset == 0], func(ctx context.Context) error {
				_, err := s.Products(ctx, browse.Query{Limit: 10, Offset: offset * 10}, browse.Parts{}, browse.Pricing{})
				return err
			})
		}
		s.clock.Advance(10 * time.Second)
		s.warm() // all is forgotten: two counts, a jump and the page
		s.counted(4, func(ctx context.Context) error {
			_, err := s.Products(ctx, browse.Query{Limit: 10, Offset: 200}, browse.Parts{}, browse.Pricing{})
			return err
		})
	})
}

// A deep page shows what is in the database now, from where its bookmark is; the first pages are counted from the first always,
// and after ten seconds all are.
func TestBookmarksAndChanges(t *testing.T) {
	t.Parallel()
	both(t, 200, func(t *testing.T, s *stall) {
		s.Near()
		all, _ := s.ids(browse.Query{})
		page := func(offset int) []string {
			t.Helper()
			got, _ := s.ids(browse.Query{Limit: 5, Offset: offset})
			return got
		}
		same(t, "before", page(100), all[100:105])
		same(t, "on", page(105), all[105:110])
		fresh := s.add("fresh", opening)
		same(t, "the first page", page(0), append([]string{fresh}, all[:4]...))
		same(t, "the second page", page(5), all[4:9])
		same(t, "from a bookmark", page(105), all[105:110])
		s.exec(`update products set status = 'draft' where id = $1`, all[106])
		s.exec(`update product_channel_links set visible = 0 where product_id = $1`, all[106])
		same(t, "without what is hidden", page(105), append([]string{all[105]}, all[107:111]...))
		s.exec(`update product_channel_links set visible = 0 where product_id = $1`, all[104]) // the bookmark's own
		same(t, "without the bookmark's product", page(105), append([]string{all[105]}, all[107:111]...))
		s.clock.Advance(10 * time.Second)
		now, _ := s.ids(browse.Query{})
		same(t, "later", page(105), now[105:110])
	})
}

// A large count is remembered for ten seconds, a small one is always fresh.
func TestCounts(t *testing.T) {
	t.Parallel()
	both(t, 100, func(t *testing.T, s *stall) {
		s.Near()
		count := func(q browse.Query) int {
			t.Helper()
			n, err := s.CountProducts(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		small := browse.Query{Created: browse.Window{GTE: opening.Add(-time.Hour)}}
		before, none := count(browse.Query{}), count(small)
		s.add("fresh", opening)
		if n := count(browse.Query{}); n != before {
			t.Errorf("large: %d, was %d a moment ago", n, before)
		}
		if n := count(small); n != none+1 {
			t.Errorf("small: %d, want %d", n, none+1)
		}
		s.clock.Advance(10 * time.Second)
		if n := count(browse.Query{}); n != before+1 {
			t.Errorf("large, later: %d, want %d", n, before+1)
		}
	})
}

// Many who jump far at once all get their page, and one who does not want to wait any longer leaves.
func TestFarJumpsTakeTurns(t *testing.T) {
	t.Parallel()
	both(t, 400, func(t *testing.T, s *stall) {
		s.Near()
		all, _ := s.ids(browse.Query{})
		var wg sync.WaitGroup
		for range 12 {
			wg.Go(func() {
				for range 10 {
					offset := rand.IntN(len(all) - 5)
					page, err := s.Products(t.Context(), browse.Query{Limit: 5, Offset: offset}, browse.Parts{}, browse.Pricing{})
					if got := idsOf(page.Products); err != nil || !slices.Equal(got, all[offset:offset+5]) {
						t.Errorf("at %d: %v (%v)", offset, got, err)
					}
				}
			})
		}
		wg.Wait()
		release := s.Occupy()
		defer release()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		s.clock.Advance(time.Minute)
		if _, err := s.Products(ctx, browse.Query{Limit: 5, Offset: 300, Uncounted: true}, browse.Parts{}, browse.Pricing{}); err == nil {
			t.Error("a far jump did not wait for its turn")
		}
	})
}

// Products of equal created_at go by id, whichever way.
func TestEqualTimes(t *testing.T) {
	t.Parallel()
	both(t, 0, func(t *testing.T, s *stall) {
		var want []string
		for i := range 25 {
			want = append(want, s.add(fmt.Sprintf("%02d", (i*7)%25), opening))
		}
		slices.Sort(want)
		got, n := s.ids(browse.Query{Order: browse.Order{Asc: true}})
		same(t, "oldest first", got, want)
		if n != 25 {
			t.Errorf("counted %d", n)
		}
		slices.Reverse(want)
		got, _ = s.ids(browse.Query{})
		same(t, "newest first", got, want)
		got, _ = s.ids(browse.Query{After: want[9], Limit: 4})
		same(t, "after one", got, want[10:14])
		got, _ = s.ids(browse.Query{After: want[24]})
		same(t, "after the last", got, nil)
		if _, err := s.Products(t.Context(), browse.Query{After: "prod_none"}, browse.Parts{}, browse.Pricing{}); !errors.Is(err, browse.ErrAfter) {
			t.Errorf("after none: %v", err)
		}
	})
}
