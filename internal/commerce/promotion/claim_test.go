package promotion_test

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

	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/promotion"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/fault"
)

// write runs fn in a writing transaction and tells how many statements it took.
func (k *till) write(fn func(tx *db.Tx) error) (int64, error) {
	ctx, counter := db.WithCounter(k.t.Context())
	err := k.db.Write(ctx, func(_ context.Context, tx *db.Tx) error { return fn(tx) })
	return counter.N(), err
}

func (k *till) claim(reference string, discounts []string, cards ...promotion.CardClaim) error {
	_, err := k.write(func(tx *db.Tx) error { return k.Claim(tx, reference, discounts, cards) })
	return err
}

func (k *till) unclaim(reference string) error {
	_, err := k.write(func(tx *db.Tx) error { return k.Unclaim(tx, reference) })
	return err
}

func (k *till) keep(reference, order string) error {
	_, err := k.write(func(tx *db.Tx) error { return k.Keep(tx, reference, order) })
	return err
}

// coupon makes a discount with a number of uses, gift a card with a balance; both have the id and code that is said.
func (k *till) coupon(code string, limit *int64) {
	d := ten()
	d.ID, d.Code, d.UsageLimit = code, code, limit
	k.put(d)
}

func (k *till) gift(code string, balance int64) {
	k.card(promotion.GiftCard{ID: code, Code: code, Value: balance, Balance: balance, RegionID: "eu"})
}

// standing gives how often discounts were used and what is left on cards: "A 1, G 40 off" for a disabled one.
func (k *till) standing() string {
	k.t.Helper()
	var all []string
	k.read(func(tx *db.Tx) (err error) {
		all, err = db.All(tx, func(row db.Scanner) (string, error) {
			var id string
			var n, off int64
			err := row.Scan(&id, &n, &off)
			return id + fmt.Sprintf(" %d", n) + strings.Repeat(" off", int(off)), err
		}, `select id, usage_count, is_disabled from discounts union all select id, balance, is_disabled from gift_cards`)
		return err
	})
	slices.Sort(all)
	return strings.Join(all, ", ")
}

func (k *till) wantStanding(want string) {
	k.t.Helper()
	if got := k.standing(); got != want {
		k.t.Errorf("%s, want %s", got, want)
	}
}

// count gives how many rows a query finds.
func (k *till) count(from string) (n int64) {
	k.t.Helper()
	k.read(func(tx *db.Tx) error { return tx.QueryRow(`select count(*) from ` + from).Scan(&n) })
	return n
}

func of(card string, amount int64) promotion.CardClaim {
	return promotion.CardClaim{CardID: card, Amount: amount}
}

func TestClaimUnclaimKeep(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		k.coupon("A", number(2))
		k.coupon("B", nil)
		k.gift("G", 100)
		k.gift("H", 50)
		rate := 20 * money.Percent
		k.card(promotion.GiftCard{ID: "I", Code: "I", Value: 30, Balance: 30, RegionID: "eu", TaxRate: &rate})

		n, err := k.write(func(tx *db.Tx) error {
			return k.Claim(tx, "one", []string{"B", "A", "B"}, []promotion.CardClaim{of("H", 20), of("G", 60), of("H", 30)})
		})
		if err != nil || n > 6 {
			t.Fatalf("%v, %d statements", err, n)
		}
		k.wantStanding("A 1, B 1, G 40, H 0, I 30")
		k.must(k.claim("two", []string{"A"}, of("I", 30), of("G", 40)))
		k.wantStanding("A 2, B 1, G 0, H 0, I 0")

		n, err = k.write(func(tx *db.Tx) error { return k.Keep(tx, "two", "order_2") })
		if err != nil || n > 5 {
			t.Errorf("%v, %d statements", err, n)
		}
		// G is empty too, but what the first has claimed of it may come back.
		k.wantStanding("A 2, B 1, G 0, H 0, I 0 off")
		for range 2 {
			n, err = k.write(func(tx *db.Tx) error { return k.Unclaim(tx, "one") })
			if err != nil || n > 5 {
				t.Errorf("%v, %d statements", err, n)
			}
			k.wantStanding("A 1, B 0, G 60, H 50, I 0 off")
			k.must(errors.Join(k.keep("one", "order_1"), k.keep("two", "order_2"), k.unclaim("two"), k.unclaim("none"), k.unclaim("\x00")))
		}
		if n := k.count(`promotion_claims`); n != 0 {
			t.Errorf("%d claims are left", n)
		}
		if n := k.count(`gift_card_transactions where order_id = 'order_2' and (gift_card_id = 'G' and amount = 40 and is_taxable = 0 and tax_rate is null
			or gift_card_id = 'I' and amount = 30 and is_taxable = 1 and tax_rate = 200000)`); n != 2 || k.count(`gift_card_transactions`) != 2 {
			t.Errorf("%d transactions are right, of %d", n, k.count(`gift_card_transactions`))
		}
		if want := "gift_card.updated gift_card.updated"; !strings.HasSuffix(k.topics(), "gift_card.created "+want) {
			t.Errorf("events %s", k.topics())
		}
	})
}

func TestTheLastToSettleDisablesAnEmptyCard(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		k.gift("G", 100)
		k.must(errors.Join(k.claim("one", nil, of("G", 60)), k.claim("two", nil, of("G", 40)), k.keep("one", "order_1")))
		k.wantStanding("G 0")
		k.must(k.keep("two", "order_2"))
		k.wantStanding("G 0 off")
		if n := k.count(`gift_card_transactions`); n != 2 {
			t.Errorf("%d transactions", n)
		}
		// A second claim for the same order is added to its transaction.
		k.gift("H", 10)
		k.must(errors.Join(k.claim("three", nil, of("H", 4)), k.keep("three", "order_3"), k.claim("four", nil, of("H", 5)), k.keep("four", "order_3")))
		if n := k.count(`gift_card_transactions where gift_card_id = 'H' and amount = 9`); n != 1 {
			t.Errorf("%d transactions of nine", n)
		}
		k.wantStanding("G 0 off, H 1")
	})
}

func TestClaimRefuses(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		k.coupon("A", number(1))
		k.coupon("B", number(1))
		k.coupon("C", nil)
		k.gift("G", 100)
		k.gift("H", 50)
		k.gift("OFF", 50)
		k.must(errors.Join(k.claim("first", []string{"A", "B"}, of("H", 50)), k.exec(`update gift_cards set is_disabled = 1 where id = 'OFF'`)))
		k.coupon("GONE", nil)
		k.gift("GONE", 9)
		k.must(errors.Join(k.exec(`update discounts set deleted_at = 1 where id = 'GONE'`), k.exec(`update gift_cards set deleted_at = 1 where id = 'GONE'`)))
		before := k.standing()
		for name, c := range map[string]struct {
			reference string
			discounts []string
			cards     []promotion.CardClaim
			want      error
			names     string
		}{
			"used up":          {"r", []string{"B", "C", "A"}, []promotion.CardClaim{of("G", 1)}, promotion.ErrUsedUp, "A B"},
			"spent":            {"r", []string{"C"}, []promotion.CardClaim{of("H", 1), of("G", 60), of("G", 41)}, promotion.ErrCardSpent, "G H"},
			"disabled":         {"r", []string{"C"}, []promotion.CardClaim{of("G", 1), of("OFF", 1)}, promotion.ErrCardDisabled, "OFF"},
			"no discount":      {"r", []string{"C", "none"}, nil, promotion.ErrNoDiscount, ""},
			"no more":          {"r", []string{"GONE"}, nil, promotion.ErrNoDiscount, ""},
			"no card":          {"r", []string{"C"}, []promotion.CardClaim{of("none", 1)}, promotion.ErrNoGiftCard, ""},
			"no card any more": {"r", nil, []promotion.CardClaim{of("GONE", 1)}, promotion.ErrNoGiftCard, ""},
		} {
			err := k.claim(c.reference, c.discounts, c.cards...)
			var names []string
			if f := fault.As(err); f != nil {
				for _, p := range f.Fields {
					names = append(names, p.Name)
				}
			}
			if !errors.Is(err, c.want) || strings.Join(names, " ") != c.names {
				t.Errorf("%s: got %v with %v", name, err, names)
			}
		}
		for name, c := range map[string]struct {
			reference string
			discounts []string
			cards     []promotion.CardClaim
			fields    string
		}{
			"no reference":   {"", []string{"C"}, nil, "reference"},
			"a bad one":      {"\xff", []string{"C"}, nil, "reference"},
			"a long one":     {strings.Repeat("x", 256), []string{"C"}, nil, "reference"},
			"a bad discount": {"r", []string{"\x00"}, nil, "discounts"},
			"a bad card":     {"r", nil, []promotion.CardClaim{of("\x00", 1)}, "gift_cards"},
			"nothing":        {"r", nil, []promotion.CardClaim{of("G", 0)}, "amount"},
			"less":           {"r", nil, []promotion.CardClaim{of("G", 2), of("G", -1)}, "amount"},
			"too many":       {"r", nil, make([]promotion.CardClaim, 101), "codes"},
		} {
			if err := k.claim(c.reference, c.discounts, c.cards...); fieldNames(err) != c.fields {
				t.Errorf("%s: got %v", name, err)
			}
		}
		if err := k.claim("first", []string{"C"}); err == nil || fault.As(err) != nil {
			t.Errorf("a second time: %v", err)
		}
		if n, err := k.write(func(tx *db.Tx) error { return k.Claim(tx, "r", nil, nil) }); err != nil || n != 0 {
			t.Errorf("nothing: %v, %d statements", err, n)
		}
		k.wantStanding(before)
	})
}

// What the merchant changes meanwhile does not keep a claim from being given back.
func TestUnclaimAfterChanges(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		k.coupon("A", nil)
		k.gift("G", 100)
		k.must(k.claim("one", []string{"A"}, of("G", 60)))
		k.card(promotion.GiftCard{ID: "G", Code: "G", Value: 70, Balance: 70, RegionID: "eu", Disabled: true})
		k.must(errors.Join(k.exec(`update discounts set usage_count = 0, deleted_at = 1`), k.unclaim("one")))
		k.wantStanding("A 0, G 70 off")
	})
}

// Of twenty who want the last three uses at once, three get one.
func TestManyClaimADiscount(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		k.coupon("A", number(3))
		k.coupon("B", nil)
		var got, late atomic.Int64
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				switch err := k.claim(fmt.Sprint("r", i), []string{"A", "B"}); {
				case err == nil:
					got.Add(1)
				case errors.Is(err, promotion.ErrUsedUp):
					late.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got.Load() != 3 || late.Load() != 17 {
			t.Errorf("%d got a use, %d were late", got.Load(), late.Load())
		}
		k.wantStanding("A 3, B 3")
		if n := k.count(`promotion_claims`); n != 6 {
			t.Errorf("%d claims", n)
		}
	})
}

// Ten want thirty each of a hundred at once: three get it, and ten are left.
func TestManySpendACard(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		k.gift("G", 100)
		var got atomic.Int64
		var wg sync.WaitGroup
		for i := range 10 {
			wg.Go(func() {
				reference := fmt.Sprint("r", i)
				err := k.claim(reference, nil, of("G", 30))
				if err == nil {
					got.Add(1)
					err = k.keep(reference, "order_"+reference)
				}
				if err != nil && !errors.Is(err, promotion.ErrCardSpent) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got.Load() != 3 || k.count(`gift_card_transactions where amount = 30`) != 3 {
			t.Errorf("%d got it, %d transactions", got.Load(), k.count(`gift_card_transactions where amount = 30`))
		}
		k.wantStanding("G 10")
	})
}

// One claim is settled at once by those who keep it and those who give it back: one of them has it.
func TestAClaimIsSettledOnce(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		k.coupon("A", number(9))
		k.gift("G", 100)
		k.must(k.claim("one", []string{"A"}, of("G", 100)))
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				do := func() error { return k.keep("one", "order_1") }
				if i%2 == 0 {
					do = func() error { return k.unclaim("one") }
				}
				if err := do(); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		want := "A 0, G 100"
		if k.count(`gift_card_transactions`) == 1 {
			want = "A 1, G 0 off"
		}
		k.wantStanding(want)
	})
}

// Many claim the same discounts and cards, each in another order, and settle: nobody waits in a circle, and when all is settled
// what is left is what was not kept.
func TestClaimsInAnyOrder(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		codes := []string{"A", "B", "C", "D"}
		for _, c := range codes {
			k.coupon(c, nil)
			k.gift("G"+c, 1000)
		}
		var kept atomic.Int64
		var wg sync.WaitGroup
		for worker := range 6 {
			wg.Go(func() {
				random := rand.New(rand.NewPCG(uint64(worker), 7))
				for round := range 5 {
					mine := slices.Clone(codes)
					random.Shuffle(len(mine), func(i, j int) { mine[i], mine[j] = mine[j], mine[i] })
					var cards []promotion.CardClaim
					for _, c := range mine {
						cards = append(cards, of("G"+c, 10))
					}
					reference := fmt.Sprintf("r%d.%d", worker, round)
					err := k.claim(reference, mine, cards...)
					if random.IntN(2) == 0 {
						kept.Add(1)
						err = errors.Join(err, k.keep(reference, "order_"+reference))
					} else {
						err = errors.Join(err, k.unclaim(reference))
					}
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		n := kept.Load()
		left := 1000 - 10*n
		k.wantStanding(fmt.Sprintf("A %d, B %d, C %d, D %d, GA %d, GB %d, GC %d, GD %d", n, n, n, n, left, left, left, left))
	})
}
