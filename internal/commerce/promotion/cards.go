package promotion

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"kaidian/internal/commerce/money"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/event"
	"kaidian/internal/platform/id"
	"kaidian/internal/platform/secret"
)

// CardsByCodes finds living gift cards by their codes as they were typed, but for space around them: a statement, none for no
// codes. The map is by code; what there is not is missing.
func (s *Service) CardsByCodes(tx *db.Tx, codes []string) (map[string]GiftCard, error) {
	keys := make([]string, 0, len(codes))
	for _, c := range codes {
		keys = append(keys, strings.TrimSpace(c))
	}
	return cardsBy(tx, `code in {keys} and deleted_at is null`, keys, func(g *GiftCard) string { return g.Code })
}

// CardsByIDs finds living gift cards by their ids, as CardsByCodes does. The map is by id.
func (s *Service) CardsByIDs(tx *db.Tx, ids []string) (map[string]GiftCard, error) {
	return cardsBy(tx, `id in {keys} and deleted_at is null`, ids, func(g *GiftCard) string { return g.ID })
}

func cardsBy(tx *db.Tx, where string, keys []string, key func(*GiftCard) string) (map[string]GiftCard, error) {
	all, err := db.AllIn(tx, anyCard, selectCard+where, storable(keys))
	out := make(map[string]GiftCard, len(all))
	for i := range all {
		out[key(&all[i])] = all[i]
	}
	return out, err
}

func anyCard(row db.Scanner) (GiftCard, error) {
	g, _, err := scanCard(row)
	return g, err
}

// Check tells why a gift card cannot be used in a region now: ErrCardDisabled, ErrCardElsewhere, ErrCardExpired. An empty one
// can: it pays nothing.
func (g GiftCard) Check(regionID string, now time.Time) error {
	switch {
	case g.Disabled:
		return ErrCardDisabled
	case g.RegionID != regionID:
		return ErrCardElsewhere
	case !g.EndsAt.IsZero() && !now.Before(g.EndsAt):
		return ErrCardExpired
	}
	return nil
}

// SortCards puts cards in the order in which they are used: by expiry, those without one last, then by the smallest balance,
// then by id.
func SortCards(cards []GiftCard) {
	slices.SortFunc(cards, func(a, b GiftCard) int {
		if a.EndsAt.IsZero() != b.EndsAt.IsZero() {
			if a.EndsAt.IsZero() {
				return 1
			}
			return -1
		}
		return cmp.Or(a.EndsAt.Compare(b.EndsAt), cmp.Compare(a.Balance, b.Balance), cmp.Compare(a.ID, b.ID))
	})
}

// NewCard is a gift card that was bought.
type NewCard struct {
	Code     string // one of NewCodes, which are made before the transaction: it may run again, and then issues the same
	RegionID string
	Value    int64       // minor units of the region's currency, 1 at least
	TaxRate  *money.Rate // of what is paid with it; nil where gift cards are not taxed
	OrderID  string      // in which it was bought
}

// IssueCards makes gift cards in a transaction, in two statements and their events. They are worth their whole value and do not
// expire. Faults: Invalid with every problem of the first card that has some, ErrCodeTaken.
func (s *Service) IssueCards(tx *db.Tx, cards []NewCard) ([]GiftCard, error) {
	now := s.clock.Now()
	out := make([]GiftCard, len(cards))
	rows, facts := make([][]any, len(cards)), make([]event.Fact, len(cards))
	for i, c := range cards {
		g := GiftCard{ID: id.New("gift", now), Code: c.Code, Value: c.Value, Balance: c.Value, RegionID: c.RegionID, TaxRate: c.TaxRate,
			OrderID: &c.OrderID, CreatedAt: millis(now), UpdatedAt: millis(now)}
		if err := g.normalise(); err != nil {
			return nil, err
		}
		out[i] = g
		rows[i] = []any{g.ID, g.Code, g.Value, g.Balance, g.RegionID, 0, g.TaxRate, g.OrderID, db.Millis(now), db.Millis(now)}
		facts[i] = event.Fact{Topic: TopicGiftCardCreated, Subject: g.ID}
	}
	err := tx.Insert(`insert into gift_cards (id, code, value, balance, region_id, is_disabled, tax_rate, order_id, created_at,
		updated_at)`, rows, ``)
	switch {
	case db.Violates(err, "gift_cards_code_key"):
		return nil, ErrCodeTaken.Wrap(err)
	case err != nil:
		return nil, err
	}
	return out, s.events.RecordAll(tx, facts)
}

const (
	codeLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	codeGroups  = 4
	codeGroup   = 4 // letters
)

// NewCodes makes codes for n gift cards, "XXXX-XXXX-XXXX-XXXX" of upper-case letters and digits, which nobody can guess.
func NewCodes(n int) []string {
	codes := make([]string, n)
	for i := range codes {
		codes[i] = newCode()
	}
	return codes
}

func newCode() string {
	// Bytes from here on are drawn again: with them some letters would come more often than others.
	const fair = 256 - 256%len(codeLetters)
	code := make([]byte, 0, codeGroups*(codeGroup+1))
	for {
		for _, b := range secret.Random(2 * codeGroups * codeGroup) {
			if int(b) >= fair {
				continue
			}
			if code = append(code, codeLetters[int(b)%len(codeLetters)]); len(code) == codeGroups*(codeGroup+1)-1 {
				return string(code)
			}
			if len(code)%(codeGroup+1) == codeGroup {
				code = append(code, '-')
			}
		}
	}
}

// CardUse is what an order took from a gift card.
type CardUse struct {
	ID      string // "gct_…"
	OrderID string
	Card    GiftCard // as it is now
	Amount  int64    // minor units
	TaxRate *money.Rate
	At      time.Time
}

// CardUses gives what orders took from gift cards, by order id, oldest first: two statements, one where there is none.
func (s *Service) CardUses(ctx context.Context, orders []string) (map[string][]CardUse, error) {
	var uses []CardUse
	cards := map[string]GiftCard{}
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		uses, err = db.AllIn(tx, scanUse, `select id, order_id, gift_card_id, amount, tax_rate, created_at from gift_card_transactions
			where order_id in {keys} order by created_at, id`, storable(orders))
		if err != nil || len(uses) == 0 {
			return err
		}
		ids := make([]string, len(uses))
		for i, u := range uses {
			ids[i] = u.Card.ID
		}
		cards, err = cardsBy(tx, `id in {keys}`, ids, func(g *GiftCard) string { return g.ID })
		return err
	})
	out := map[string][]CardUse{}
	for _, u := range uses {
		u.Card = cards[u.Card.ID]
		out[u.OrderID] = append(out[u.OrderID], u)
	}
	return out, err
}

func scanUse(row db.Scanner) (CardUse, error) {
	var u CardUse
	var at sql.NullInt64
	err := row.Scan(&u.ID, &u.OrderID, &u.Card.ID, &u.Amount, &u.TaxRate, &at)
	u.At = db.Time(at)
	return u, err
}
