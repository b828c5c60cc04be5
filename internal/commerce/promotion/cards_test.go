package promotion_test

import (
	"context"
	"errors"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/promotion"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
)

func TestCardsOfACart(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		a := k.card(promotion.GiftCard{Code: "AAAA", Value: 10, Balance: 7, RegionID: "eu"}).ID
		k.card(promotion.GiftCard{Code: "BBBB", Value: 10, Balance: 10, RegionID: "na"})
		gone := k.card(promotion.GiftCard{Code: "CCCC", Value: 10, Balance: 10, RegionID: "eu"}).ID
		k.must(k.exec(`update gift_cards set deleted_at = 1 where id = $1`, gone))
		want, err := k.GiftCard(t.Context(), "AAAA")
		k.must(err)
		n := k.read(func(tx *db.Tx) error {
			found, err := k.CardsByCodes(tx, []string{" AAAA ", "aaaa", "BBBB", "BBBB", "CCCC", "", "\x00"})
			if len(found) != 2 || !reflect.DeepEqual(found["AAAA"], want) || found["BBBB"].RegionID != "na" {
				t.Errorf("got %+v", found)
			}
			return err
		})
		n += k.read(func(tx *db.Tx) error {
			found, err := k.CardsByIDs(tx, []string{a, gone, "none", "\xff"})
			if len(found) != 1 || !reflect.DeepEqual(found[a], want) {
				t.Errorf("got %+v", found)
			}
			return err
		})
		n += k.read(func(tx *db.Tx) error {
			_, err := k.CardsByCodes(tx, nil)
			return err
		})
		if n != 2 {
			t.Errorf("%d statements", n)
		}
	})
}

func TestCheckOfACard(t *testing.T) {
	t.Parallel()
	right := promotion.GiftCard{RegionID: "eu", EndsAt: opening.Add(1)}
	disabled, expired := right, right
	disabled.Disabled, disabled.RegionID, expired.EndsAt = true, "fr", opening
	for name, c := range map[string]struct {
		card   promotion.GiftCard
		region string
		want   error
	}{
		"right":             {right, "eu", nil},
		"never expires":     {promotion.GiftCard{RegionID: "eu"}, "eu", nil},
		"disabled first":    {disabled, "eu", promotion.ErrCardDisabled},
		"of another region": {expired, "fr", promotion.ErrCardElsewhere},
		"expired":           {expired, "eu", promotion.ErrCardExpired},
	} {
		if err := c.card.Check(c.region, opening); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestSortCards(t *testing.T) {
	t.Parallel()
	soon, late := opening.Add(time.Hour), opening.Add(2*time.Hour)
	cards := []promotion.GiftCard{{ID: "6", Balance: 9}, {ID: "5", Balance: 1}, {ID: "4", Balance: 1}, {ID: "3", EndsAt: late, Balance: 1},
		{ID: "2", EndsAt: soon, Balance: 5}, {ID: "1", EndsAt: soon, Balance: 2}}
	promotion.SortCards(cards)
	var got []string
	for _, g := range cards {
		got = append(got, g.ID)
	}
	if text := strings.Join(got, " "); text != "1 2 3 4 5 6" {
		t.Error(text)
	}
}

func TestNewCodes(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[A-Z0-9]{4}(-[A-Z0-9]{4}){3}$`)
	seen, letters := map[string]bool{}, map[rune]int{}
	for _, c := range promotion.NewCodes(5000) {
		if !form.MatchString(c) || seen[c] {
			t.Fatalf("%q", c)
		}
		seen[c] = true
		for _, r := range c {
			letters[r]++
		}
	}
	// 80,000 letters, so each some 2222 times, by 46 more or less: nine times as much never happens.
	for r, n := range letters {
		if r != '-' && (n < 1800 || n > 2640) {
			t.Errorf("%c comes %d times", r, n)
		}
	}
	if len(letters) != 37 || len(promotion.NewCodes(0)) != 0 {
		t.Errorf("%d letters", len(letters))
	}
}

func TestIssueCards(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		issue := func(cards ...promotion.NewCard) (out []promotion.GiftCard, n int64, err error) {
			ctx, counter := db.WithCounter(t.Context())
			err = d.Write(ctx, func(_ context.Context, tx *db.Tx) error {
				var err error
				out, err = k.IssueCards(tx, cards)
				return err
			})
			return out, counter.N(), err
		}
		rate := 20 * money.Percent
		codes := promotion.NewCodes(2)
		first := promotion.NewCard{Code: codes[0], RegionID: "eu", Value: 5000, TaxRate: &rate, OrderID: "order_1"}
		made, n, err := issue(first, promotion.NewCard{Code: codes[1], RegionID: "eu", Value: 1, OrderID: "order_1"})
		if err != nil || n != 2 || len(made) != 2 {
			t.Fatalf("%+v, %v, %d statements", made, err, n)
		}
		for _, g := range made {
			if got, err := k.GiftCard(t.Context(), g.Code); err != nil || !reflect.DeepEqual(got, g) || g.Balance != g.Value || *g.OrderID != "order_1" {
				t.Errorf("got %+v, %v, want %+v", got, err, g)
			}
		}
		if want := "gift_card.created gift_card.created"; k.topics() != want {
			t.Errorf("events %s", k.topics())
		}
		if _, _, err := issue(promotion.NewCard{Code: promotion.NewCodes(1)[0], RegionID: "eu", Value: 9, OrderID: "order_2"}, first); !errors.Is(err, promotion.ErrCodeTaken) {
			t.Errorf("got %v", err)
		}
		first.Code, first.Value = "", 0
		if _, _, err := issue(first); fieldNames(err) != "code value" {
			t.Errorf("got %v", err)
		}
		if got, _, err := issue(); err != nil || len(got) != 0 {
			t.Errorf("none: %v, %v", got, err)
		}
	})
}
