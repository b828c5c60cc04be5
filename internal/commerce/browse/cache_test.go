package browse_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"kaidian/internal/commerce/browse"
	"kaidian/internal/platform/clock"
)

func newCache(c clock.Clock) *browse.Cache { return browse.NewCache(1<<20, 2*time.Second, c) }

// said makes an answer.
func said(text string, products ...string) func(context.Context) (browse.Entry, error) {
	return func(ctx context.Context) (browse.Entry, error) {
		browse.Note(ctx, products...)
		return browse.Entry{Status: 200, Body: []byte(text)}, nil
	}
}

func anySaid(ctx context.Context) (browse.Entry, error) {
	browse.NoteAny(ctx)
	return browse.Entry{}, nil
}

func TestCacheKeepsAndForgets(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		load   func(context.Context) (browse.Entry, error)
		forget func(c *browse.Cache, at *clock.Fake)
		kept   bool
	}{
		"nothing happens":           {said("x", "a"), func(*browse.Cache, *clock.Fake) {}, true},
		"one product of it":         {said("x", "a", "b", "c"), func(c *browse.Cache, _ *clock.Fake) { c.Drop("z", "b") }, false},
		"another product":           {said("x", "a"), func(c *browse.Cache, _ *clock.Fake) { c.Drop(c.Another("a")) }, true},
		"no product":                {said("x", "a"), func(c *browse.Cache, _ *clock.Fake) { c.Drop() }, true},
		"a product, of no products": {said("x"), func(c *browse.Cache, _ *clock.Fake) { c.Drop("b") }, true},
		"everything":                {said("x"), func(c *browse.Cache, _ *clock.Fake) { c.DropAll() }, false},
		"its life":                  {said("x", "a"), func(_ *browse.Cache, at *clock.Fake) { at.Advance(2 * time.Second) }, false},
		"less than its life":        {said("x", "a"), func(_ *browse.Cache, at *clock.Fake) { at.Advance(2*time.Second - 1e6) }, true},
		"the clock is put back":     {said("x", "a"), func(_ *browse.Cache, at *clock.Fake) { at.Advance(-time.Second) }, false},
		"any product": {anySaid,
			func(c *browse.Cache, _ *clock.Fake) { c.Drop("b") }, false},
		"a product that it names itself": {func(context.Context) (browse.Entry, error) { return browse.Entry{Products: []string{"a"}}, nil },
			func(c *browse.Cache, _ *clock.Fake) { c.Drop("a") }, false},
		"everything, during the load": {said("x"), nil, false},
	} {
		at := clock.NewFake(opening)
		cache := newCache(at)
		load := c.load
		if c.forget == nil {
			load = func(ctx context.Context) (browse.Entry, error) { cache.DropAll(); return c.load(ctx) }
			c.forget = func(*browse.Cache, *clock.Fake) {}
		}
		if _, ok := cache.Get("k"); ok {
			t.Errorf("%s: an empty cache has something", name)
		}
		if _, err := cache.Do(t.Context(), "k", load); err != nil {
			t.Fatal(err)
		}
		c.forget(cache, at)
		if _, ok := cache.Get("k"); ok != c.kept {
			t.Errorf("%s: kept %v, want %v", name, ok, c.kept)
		}
		if _, ok := cache.Get("other"); ok {
			t.Errorf("%s: another key has something", name)
		}
	}
	browse.Note(t.Context(), "a") // outside of a load nothing is noted
	browse.NoteAny(t.Context())
}

// One load serves all who come while it runs.
func TestCacheLoadsOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cache, loads, wait := newCache(clock.System{}), 0, make(chan struct{})
		for range 20 {
			go func() {
				e, err := cache.Do(t.Context(), "k", func(context.Context) (browse.Entry, error) {
					loads++
					<-wait
					return browse.Entry{Body: []byte("x")}, nil
				})
				if err != nil || string(e.Body) != "x" {
					t.Errorf("%v, %v", e, err)
				}
			}()
		}
		synctest.Wait()
		close(wait)
		synctest.Wait()
		if loads != 1 {
			t.Errorf("%d loads", loads)
		}
	})
}

// Who waits leaves when he must; when the one who loads must leave, or panics, another takes over; an error is not kept.
func TestCacheLoadsThatFail(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cache, broken := newCache(clock.System{}), errors.New("broken")
		ctx, cancel := context.WithCancel(t.Context())
		wait, results := make(chan struct{}), make(chan error, 3)
		do := func(ctx context.Context, load func(context.Context) (browse.Entry, error)) {
			_, err := cache.Do(ctx, "k", load)
			results <- err
		}
		go do(ctx, func(ctx context.Context) (browse.Entry, error) { <-ctx.Done(); return browse.Entry{}, ctx.Err() })
		synctest.Wait()
		go do(t.Context(), func(context.Context) (browse.Entry, error) { <-wait; return browse.Entry{}, broken })
		synctest.Wait()
		cancel()
		if err := <-results; !errors.Is(err, context.Canceled) {
			t.Errorf("the first: %v", err)
		}
		synctest.Wait()
		hurry, leave := context.WithCancel(t.Context())
		go do(hurry, nil)
		synctest.Wait()
		leave()
		if err := <-results; !errors.Is(err, context.Canceled) {
			t.Errorf("who left: %v", err)
		}
		go do(t.Context(), nil) // shares the error
		synctest.Wait()
		close(wait)
		for range 2 {
			if err := <-results; !errors.Is(err, broken) {
				t.Errorf("got %v", err)
			}
		}
		func() {
			defer func() { _ = recover() }()
			_, _ = cache.Do(t.Context(), "k", func(context.Context) (browse.Entry, error) { panic("load") })
		}()
		if e, err := cache.Do(t.Context(), "k", said("x")); err != nil || string(e.Body) != "x" {
			t.Errorf("afterwards: %v, %v", e, err)
		}
	})
}

// A caller who comes after a change does not get what was read before it, though it is still being made.
func TestCacheServesNobodyWhoCameLater(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		drop  func(*browse.Cache)
		fails bool
		fresh bool
	}{
		"everything changes":          {func(c *browse.Cache) { c.DropAll() }, false, true},
		"what it shows changes":       {func(c *browse.Cache) { c.Drop("a") }, false, true},
		"something else changes":      {func(c *browse.Cache) { c.Drop(c.Another("a")) }, false, false},
		"it fails, and what it shows": {func(c *browse.Cache) { c.Drop("a") }, true, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			cache, wait, got := newCache(clock.System{}), make(chan struct{}), make(chan string, 2)
			do := func(load func(context.Context) (browse.Entry, error)) {
				e, err := cache.Do(t.Context(), "k", load)
				if err != nil {
					got <- err.Error()
					return
				}
				got <- string(e.Body)
			}
			go do(func(ctx context.Context) (browse.Entry, error) {
				browse.Note(ctx, "a")
				<-wait
				if c.fails {
					return browse.Entry{}, errors.New("old")
				}
				return browse.Entry{Body: []byte("old")}, nil
			})
			synctest.Wait()
			c.drop(cache)
			go do(said("new", "a"))
			synctest.Wait()
			close(wait)
			want := map[bool]string{true: "new", false: "old"}[c.fresh]
			if first := <-got; first != "old" {
				t.Errorf("%s: the first got %q", name, first)
			}
			if second := <-got; second != want {
				t.Errorf("%s: the second got %q, want %q", name, second, want)
			}
			if e, ok := cache.Get("k"); !ok || string(e.Body) != want {
				t.Errorf("%s: kept %v %v, want %q", name, e, ok, want)
			}
		})
	}
}

// Many write and many read; nobody ever sees less than what was dropped before he began to ask.
func TestCacheNeverServesWhatIsOver(t *testing.T) {
	t.Parallel()
	const products = 8
	cache := newCache(clock.System{})
	var stored, dropped [products]atomic.Int64 // the database, and as far as its writers have finished
	var written sync.WaitGroup
	stop := make(chan struct{})
	for w := range 4 {
		written.Go(func() {
			for i := range 4000 {
				p := rand.IntN(products)
				n := stored[p].Add(1)
				if (i+w)%50 == 0 {
					cache.DropAll()
				} else {
					cache.Drop(strconv.Itoa(p))
				}
				for old := dropped[p].Load(); old < n && !dropped[p].CompareAndSwap(old, n); old = dropped[p].Load() {
				}
			}
		})
	}
	var read sync.WaitGroup
	for range 6 {
		read.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				p, q := rand.IntN(products), rand.IntN(products)
				wantP, wantQ := dropped[p].Load(), dropped[q].Load()
				e, err := cache.Do(t.Context(), fmt.Sprint(p, " ", q), func(ctx context.Context) (browse.Entry, error) {
					body := fmt.Sprint(stored[p].Load(), " ", stored[q].Load())
					if p%2 == 0 {
						browse.NoteAny(ctx)
					} else {
						browse.Note(ctx, strconv.Itoa(p), strconv.Itoa(q))
					}
					return browse.Entry{Body: []byte(body)}, nil
				})
				if err != nil {
					t.Error(err)
					return
				}
				var gotP, gotQ int64
				if _, err := fmt.Sscan(string(e.Body), &gotP, &gotQ); err != nil || gotP < wantP || gotQ < wantQ {
					t.Errorf("%d and %d: got %s, after %d and %d were dropped (%v)", p, q, e.Body, wantP, wantQ, err)
					return
				}
			}
		})
	}
	written.Wait()
	close(stop)
	read.Wait()
}

func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	cache := browse.NewCache(200<<10, time.Hour, clock.System{})
	body := make([]byte, 10<<10)
	for i := range 200 {
		if _, err := cache.Do(t.Context(), strconv.Itoa(i), func(context.Context) (browse.Entry, error) { return browse.Entry{Body: body}, nil }); err != nil {
			t.Fatal(err)
		}
	}
	cache.CleanUp()
	kept := 0
	for i := range 200 {
		if _, ok := cache.Get(strconv.Itoa(i)); ok {
			kept++
		}
	}
	if kept == 0 || kept > 20 {
		t.Errorf("%d entries of 10 KiB in 200 KiB", kept)
	}
}

func TestCacheHitAllocatesNothing(t *testing.T) {
	cache := newCache(clock.System{})
	if _, err := cache.Do(t.Context(), "k", said("x", "a", "b")); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(1000, func() {
		if _, ok := cache.Get("k"); !ok {
			t.Error("it is gone")
		}
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// Reading notes what it shows: a change of another product's stock leaves the answer.
func TestReadingNotes(t *testing.T) {
	t.Parallel()
	both(t, 30, func(t *testing.T, s *stall) {
		id := s.made.Products[20]
		variant := s.texts(`select id from variants where product_id = $1`, id)[0]
		list := func(q browse.Query, parts browse.Parts) func(context.Context) error {
			return func(ctx context.Context) error {
				_, err := s.Products(ctx, q, parts, europe)
				return err
			}
		}
		variants := func(q browse.VariantQuery) func(context.Context) error {
			return func(ctx context.Context) error {
				_, err := s.Variants(ctx, q, browse.VariantParts{}, europe)
				return err
			}
		}
		much := browse.VariantQuery{Stock: browse.Range{GT: ptr(int64(1 << 40))}}
		for name, c := range map[string]struct {
			read func(ctx context.Context) error
			own  bool // the product's stock is shown
			any  bool
		}{
			"a list":            {list(browse.Query{IDs: []string{id}, Staff: true}, everything), true, false},
			"without variants":  {list(browse.Query{}, browse.Parts{Images: true}), false, false},
			"a list of nothing": {list(browse.Query{IDs: []string{}}, everything), false, false},
			"variants":          {variants(browse.VariantQuery{IDs: []string{variant}, Staff: true}), true, false},
			"variants by stock": {variants(much), true, true},
			"a count by stock":  {func(ctx context.Context) error { _, err := s.CountVariants(ctx, much); return err }, true, true},
			"words": {func(ctx context.Context) error {
				_, _, err := s.Terms(ctx, browse.Tags, browse.TermQuery{})
				return err
			}, false, false},
		} {
			for own, gone := range map[bool]bool{true: c.own, false: c.any} {
				cache := newCache(s.clock)
				product := id
				if !own {
					product = cache.Another(id)
				}
				if _, err := cache.Do(t.Context(), "k", func(ctx context.Context) (browse.Entry, error) { return browse.Entry{}, c.read(ctx) }); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				cache.Drop(product)
				if _, ok := cache.Get("k"); ok == gone {
					t.Errorf("%s: after a change of %s, of %s, it is kept: %v", name, product, id, ok)
				}
			}
		}
	})
}
