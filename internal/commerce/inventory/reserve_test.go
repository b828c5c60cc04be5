package inventory_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"kaidian/internal/commerce/inventory"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/fault"
)

func (s *store) reserve(reference string, lines ...inventory.Line) error {
	return s.write(func(tx *db.Tx) error { return s.Reserve(tx, reference, lines) })
}

func TestReserveReleaseAllocate(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		s.mustSet("a 5", "b 5", "c 0 backorder")
		line := func(variant string, n int64) inventory.Line { return inventory.Line{VariantID: variant, Quantity: n} }
		s.must(s.reserve("one", line("b", 2), line("a", 1), line("b", 1), line("c", 9)))
		s.want("a 5-1, b 5-3, c 0-9+")
		s.must(s.reserve("two", line("a", 4)))
		named(t, s.reserve("three", line("c", 1), line("b", 3), line("x", 1), line("a", 1)), inventory.ErrInsufficient, "a", "b", "x")
		s.want("a 5-5, b 5-3, c 0-9+")

		settle := func(by func(tx *db.Tx) ([]inventory.Line, error), want ...inventory.Line) {
			t.Helper()
			var got []inventory.Line
			s.must(s.write(func(tx *db.Tx) error {
				var err error
				got, err = by(tx)
				return err
			}))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		}
		settle(func(tx *db.Tx) ([]inventory.Line, error) { return s.Release(tx, "two") }, line("a", 4))
		settle(func(tx *db.Tx) ([]inventory.Line, error) { return s.Release(tx, "two") })
		settle(func(tx *db.Tx) ([]inventory.Line, error) { return s.Allocate(tx, "two", "order_2") })
		settle(func(tx *db.Tx) ([]inventory.Line, error) { return s.Release(tx, "\x00") })
		s.want("a 5-1, b 5-3, c 0-9+")
		settle(func(tx *db.Tx) ([]inventory.Line, error) { return s.Allocate(tx, "one", "order_1") }, line("a", 1), line("b", 3), line("c", 9))
		settle(func(tx *db.Tx) ([]inventory.Line, error) { return s.Release(tx, "one") })
		s.want("a 4-0, b 2-0, c -9-0+")
		if diff := cmp.Diff([]string{"5/0 counted file", "0/1 reserved one", "0/4 reserved two", "0/-4 released two", "-1/-1 sold order_1"}, s.moves("a")); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"a b c", "a b c", "a", "a", "a b c"}, s.told()); diff != "" {
			t.Errorf("told: %s", diff)
		}
	})
}

func TestReserveRefuses(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.OpenSQLite(t))
	s.mustSet("a 5")
	for name, c := range map[string]struct {
		reference string
		lines     []inventory.Line
		want      string
	}{
		"no reference":     {"", []inventory.Line{{"a", 1}}, "reference"},
		"broken reference": {"\xff", []inventory.Line{{"a", 1}}, "reference"},
		"long reference":   {strings.Repeat("x", 256), []inventory.Line{{"a", 1}}, "reference"},
		"none of it":       {"r", []inventory.Line{{"a", 0}}, "quantity"},
		"less than none":   {"r", []inventory.Line{{"a", 2}, {"a", -1}}, "quantity"},
		"far too many":     {"r", []inventory.Line{{"a", 1_000_000_000}, {"a", 1}}, "quantity"},
		"too many lines":   {"r", make([]inventory.Line, 1001), "lines"},
	} {
		err := s.reserve(c.reference, c.lines...)
		if f := fault.As(err); f == nil || f.Code != fault.Invalid || f.Fields[0].Name != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	s.must(s.reserve("r"))
	s.want("a 5-0")
}

// Of five in stock, fifty shoppers who come at once get five; and when the five are taken back, five again.
func TestNoMoreIsPromisedThanThereIs(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		s.mustSet("a 5", "b 100")
		var won []string
		for round := range 2 {
			won = s.race(t, round)
			if len(won) != 5 {
				t.Errorf("%d got one", len(won))
			}
			s.want("a 5-5, b 100-5")
			if round == 0 {
				for _, reference := range won {
					s.must(s.write(func(tx *db.Tx) error { _, err := s.Release(tx, reference); return err }))
				}
				s.want("a 5-0, b 100-0")
			}
		}
		// Each is settled once, whoever comes how often.
		var settled atomic.Int64
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				err := s.write(func(tx *db.Tx) error {
					settle := s.Release
					if i%2 == 0 {
						settle = func(tx *db.Tx, reference string) ([]inventory.Line, error) { return s.Allocate(tx, reference, "order") }
					}
					lines, err := settle(tx, won[i%5])
					if len(lines) > 0 {
						tx.AfterCommit(func() { settled.Add(1) })
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if settled.Load() != 5 {
			t.Errorf("%d settled", settled.Load())
		}
		s.wantSums(t, "a", "b")
	})
}

// race has fifty reserve one of a and of b, in either order, and gives the references of those who got them.
func (s *store) race(t *testing.T, round int) []string {
	var mu sync.Mutex
	var won []string
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range 50 {
		wg.Go(func() {
			<-start
			lines := []inventory.Line{{VariantID: "a", Quantity: 1}, {VariantID: "b", Quantity: 1}}
			if i%2 == 0 {
				slices.Reverse(lines)
			}
			reference := fmt.Sprintf("r%d.%d", round, i)
			switch err := s.reserve(reference, lines...); {
			case err == nil:
				mu.Lock()
				defer mu.Unlock()
				won = append(won, reference)
			case !errors.Is(err, inventory.ErrInsufficient):
				t.Error(err)
			}
		})
	}
	close(start)
	wg.Wait()
	return won
}

// wantSums checks that what levels say is the sum of their movements, and what is reserved that of the reservations.
func (s *store) wantSums(t *testing.T, variants ...string) {
	t.Helper()
	levels, err := s.Levels(t.Context(), variants)
	s.must(err)
	for _, l := range levels {
		var quantity, reserved, promised int64
		err := s.db.Read(t.Context(), func(_ context.Context, tx *db.Tx) error {
			err := tx.QueryRow(`select coalesce(sum(quantity), 0), coalesce(sum(reserved), 0) from stock_movements where variant_id = $1`, l.VariantID).
				Scan(&quantity, &reserved)
			return errors.Join(err, tx.QueryRow(`select coalesce(sum(quantity), 0) from stock_reservations where variant_id = $1`, l.VariantID).Scan(&promised))
		})
		if err != nil || quantity != l.Stocked || reserved != l.Reserved || promised != l.Reserved {
			t.Errorf("%+v, but the movements come to %d and %d, the reservations to %d; %v", l, quantity, reserved, promised, err)
		}
	}
}

// Merchants who count, shoppers who buy and goods that come in meet on the same rows, and every piece is accounted for.
func TestEverythingAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		variants := []string{"a", "b", "c", "d"}
		var wg sync.WaitGroup
		for i := range 6 {
			wg.Go(func() {
				r := rand.New(rand.NewPCG(uint64(i), 7))
				for n := range 12 {
					if err := s.anything(r, variants, fmt.Sprint(i, ".", n)); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		s.wantSums(t, variants...)
		levels, err := s.Levels(t.Context(), variants)
		for _, l := range levels {
			if err != nil || l.Reserved < 0 || l.Stocked < l.Reserved && !l.Backorder {
				t.Errorf("%+v, %v", l, err)
			}
		}
	})
}

// anything does one of the deeds of a shop and says what went wrong, other than that there was too little.
func (s *store) anything(r *rand.Rand, variants []string, reference string) error {
	some := []string{variants[r.IntN(4)], variants[r.IntN(4)]}
	var err error
	switch r.IntN(5) {
	case 0:
		_, err = s.set(fmt.Sprint(some[0], " ", r.IntN(9)), fmt.Sprint(some[1], " ", r.IntN(9), []string{"", " backorder"}[r.IntN(2)]))
	case 1:
		_, err = s.Adjust(s.t.Context(), some[0], r.Int64N(9)-4, inventory.Received, reference)
	default:
		err = s.reserve(reference, inventory.Line{VariantID: some[0], Quantity: 1 + r.Int64N(3)}, inventory.Line{VariantID: some[1], Quantity: 1})
		if err == nil {
			err = s.write(func(tx *db.Tx) error {
				settle := s.Release
				if r.IntN(2) == 0 {
					settle = func(tx *db.Tx, reference string) ([]inventory.Line, error) { return s.Allocate(tx, reference, "order") }
				}
				_, err := settle(tx, reference)
				return err
			})
		}
	}
	if errors.Is(err, inventory.ErrInsufficient) || errors.Is(err, inventory.ErrBelowReserved) || errors.Is(err, inventory.ErrNoLevel) {
		return nil
	}
	return err
}

// Whatever is done in whatever order, a level is the sum of its movements and never promises what is not there.
func TestLevelsAreTheSumOfTheirMovements(t *testing.T) {
	t.Parallel()
	d := dbtest.OpenSQLite(t)
	s := open(t, d)
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		variants := []string{fmt.Sprint("a", round), fmt.Sprint("b", round), fmt.Sprint("c", round), fmt.Sprint("d", round)}
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
		for n := range rapid.IntRange(1, 8).Draw(rt, "deeds") {
			if err := s.anything(r, variants, fmt.Sprint(round, ".", n)); err != nil {
				rt.Fatal(err)
			}
		}
		s.wantSums(t, variants...)
	})
}

// Selling at once is reserving and allocating, in fewer steps: all or nothing, never more than there is.
func TestSell(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		s.mustSet("a 5", "b 100", "c 0 backorder")
		sell := func(order string, lines ...inventory.Line) error {
			return s.write(func(tx *db.Tx) error { return s.Sell(tx, order, lines) })
		}
		s.must(s.reserve("held", inventory.Line{VariantID: "a", Quantity: 1}))
		s.must(sell("one", inventory.Line{VariantID: "b", Quantity: 2}, inventory.Line{VariantID: "a", Quantity: 1}, inventory.Line{VariantID: "b", Quantity: 1}))
		s.want("a 4-1, b 97-0, c 0-0+")
		for name, line := range map[string]inventory.Line{"more than is free": {VariantID: "a", Quantity: 4}, "without a level": {VariantID: "d", Quantity: 1}} {
			err := sell("two", inventory.Line{VariantID: "b", Quantity: 1}, line)
			if f := fault.As(err); !errors.Is(err, inventory.ErrInsufficient) || f.Fields[0].Name != line.VariantID {
				t.Errorf("%s: %v", name, err)
			}
		}
		s.must(sell("three", inventory.Line{VariantID: "c", Quantity: 7}))
		s.want("a 4-1, b 97-0, c -7-0+")
		var sold atomic.Int64
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				lines := []inventory.Line{{VariantID: "a", Quantity: 1}, {VariantID: "b", Quantity: 1}}
				if i%2 == 0 {
					slices.Reverse(lines)
				}
				if sell(fmt.Sprint("order ", i), lines...) == nil {
					sold.Add(1)
				}
			})
		}
		wg.Wait()
		if sold.Load() != 3 {
			t.Errorf("%d sold", sold.Load())
		}
		s.want("a 1-1, b 94-0, c -7-0+")
	})
}
