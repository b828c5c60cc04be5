package promotion

import (
	"cmp"
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
