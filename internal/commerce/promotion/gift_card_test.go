package promotion_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/promotion"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
)

func (k *till) card(g promotion.GiftCard) promotion.Put {
	k.t.Helper()
	done, err := k.PutGiftCard(k.t.Context(), g)
	k.must(err)
	return done
}

func TestGiftCards(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		rate := 20 * money.Percent
		in := promotion.GiftCard{Code: " AAAA-bbbb ", Value: 1000, Balance: 400, RegionID: "eu", EndsAt: opening.Add(time.Hour), TaxRate: &rate,
			OrderID: words("order_1"), Metadata: json.RawMessage(`{ "a": 1 }`)}
		made := k.card(in)
		if !made.Created || !strings.HasPrefix(made.ID, "gift_") {
			t.Errorf("got %+v", made)
		}
		want := promotion.GiftCard{ID: made.ID, Code: "AAAA-bbbb", Value: 1000, Balance: 400, RegionID: "eu", EndsAt: opening.Add(time.Hour), TaxRate: &rate,
			OrderID: words("order_1"), Metadata: json.RawMessage(`{"a":1}`), CreatedAt: opening, UpdatedAt: opening}
		k.clock.Advance(time.Second)
		for range 2 {
			got, err := k.GiftCard(t.Context(), "AAAA-bbbb ")
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, %v, want %+v", got, err, want)
			}
			if again := k.card(in); again != (promotion.Put{ID: made.ID}) {
				t.Errorf("the same again: %+v", again)
			}
		}
		in.Balance, in.Disabled, in.TaxRate = 1000, true, nil
		if changed := k.card(in); changed != (promotion.Put{ID: made.ID, Changed: true}) {
			t.Errorf("got %+v", changed)
		}
		got, err := k.GiftCard(t.Context(), "AAAA-bbbb")
		if err != nil || got.Balance != 400 || !got.Disabled || got.TaxRate != nil || !got.UpdatedAt.Equal(opening.Add(time.Second)) {
			t.Errorf("what was spent is spent: got %+v, %v", got, err)
		}
		if want := "gift_card.created gift_card.updated"; k.topics() != want {
			t.Errorf("events %s, want %s", k.topics(), want)
		}
		for _, code := range []string{"aaaa-bbbb", "", "\x00"} {
			if _, err := k.GiftCard(t.Context(), code); !errors.Is(err, promotion.ErrNoGiftCard) {
				t.Errorf("%q: got %v", code, err)
			}
		}
	})
}

func TestGiftCardsThatAreWrong(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		right := promotion.GiftCard{Code: "A", Value: 1000, Balance: 1000, RegionID: "eu"}
		negative := money.Rate(-1)
		for name, c := range map[string]struct {
			change func(*promotion.GiftCard)
			fields string
		}{
			"no code":  {func(g *promotion.GiftCard) { g.Code = "" }, "code"},
			"nothing":  {func(g *promotion.GiftCard) { g.Value, g.Balance = 0, 0 }, "value"},
			"overfull": {func(g *promotion.GiftCard) { g.Balance = 1001 }, "balance"},
			"overdraw": {func(g *promotion.GiftCard) { g.Balance = -1 }, "balance"},
			"tax":      {func(g *promotion.GiftCard) { g.TaxRate = &negative }, "tax_rate"},
			"metadata": {func(g *promotion.GiftCard) { g.Metadata = json.RawMessage(`"a"`) }, "metadata"},
		} {
			in := right
			c.change(&in)
			if _, err := k.PutGiftCard(t.Context(), in); fieldNames(err) != c.fields {
				t.Errorf("%s: got %v, want problems with %s", name, err, c.fields)
			}
		}
		in := right
		in.RegionID = "mars"
		if _, err := k.PutGiftCard(t.Context(), in); !errors.Is(err, promotion.ErrNoRegion) {
			t.Errorf("got %v", err)
		}
		id := k.card(right).ID
		in = right
		in.ID = "gift_other"
		if _, err := k.PutGiftCard(t.Context(), in); !errors.Is(err, promotion.ErrCodeTaken) {
			t.Errorf("got %v", err)
		}
		in = right
		in.ID, in.Value, in.Balance = id, 900, 900
		if _, err := k.PutGiftCard(t.Context(), in); fieldNames(err) != "value" {
			t.Errorf("a value below the balance: got %v", err)
		}
		if err := k.exec(`update gift_cards set balance = balance - 1001`); !db.Violates(err, "gift_cards_balance_check") {
			t.Errorf("got %v", err)
		}
	})
}
