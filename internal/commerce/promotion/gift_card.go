package promotion

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"kaidian/internal/commerce/money"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/id"
)

// GiftCard is money that can be spent in one region of the shop by whoever knows the code.
type GiftCard struct {
	ID        string // "gift_…", or what an importer says
	Code      string // as it is typed, upper and lower case differ: "AAAA-BBBB-CCCC-DDDD"; unique among the living
	Value     int64  // when it was bought, in minor units of the region's currency
	Balance   int64  // what is left, from 0 to Value
	RegionID  string
	Disabled  bool
	EndsAt    time.Time   // zero for never
	TaxRate   *money.Rate // of what is paid with it; nil where gift cards are not taxed
	OrderID   *string     // in which it was bought; nil for one that was given
	Metadata  json.RawMessage
	CreatedAt time.Time
	UpdatedAt time.Time
}

// PutGiftCard makes a gift card, or changes the one that has its ID, or when it has none the one of its code. The balance of
// a card that is there stays as it is: what was spent is spent. A card that is there and is no different is left alone.
// Faults: Invalid with every problem, ErrNoRegion, ErrCodeTaken.
func (s *Service) PutGiftCard(ctx context.Context, g GiftCard) (Put, error) {
	if err := g.normalise(); err != nil {
		return Put{}, err
	}
	var out Put
	now := s.clock.Now()
	err := s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		out, err = s.putCard(tx, g, now)
		return err
	})
	switch {
	case db.Violates(err, "gift_cards_code_key"):
		return Put{}, ErrCodeTaken.Wrap(err)
	case db.Violates(err, "gift_cards_balance_check"):
		return Put{}, fault.Fields(reasonInvalidCard, fault.Field{Name: "value", Rule: fault.Range,
			Message: "value must not be below the balance"})
	case err != nil:
		return Put{}, err
	}
	return out, nil
}

func (s *Service) putCard(tx *db.Tx, g GiftCard, now time.Time) (Put, error) {
	if _, err := regionCurrencies(tx, []string{g.RegionID}); err != nil {
		return Put{}, err
	}
	present, living, err := lockCard(tx, g)
	switch {
	case errors.Is(err, db.ErrNoRows):
		g.ID = cmp.Or(g.ID, id.New("gift", now))
		if err := insertCard(tx, g, now); err != nil {
			return Put{}, err
		}
		return Put{ID: g.ID, Created: true}, s.events.Record(tx, TopicGiftCardCreated, g.ID, nil)
	case err != nil || living && g.sameAs(present):
		return Put{ID: present.ID}, err
	}
	g.ID = present.ID
	if err := updateCard(tx, g, now); err != nil {
		return Put{}, err
	}
	return Put{ID: g.ID, Changed: true}, s.events.Record(tx, TopicGiftCardUpdated, g.ID, nil)
}

// GiftCard gives the card of a code: a statement. Fault: ErrNoGiftCard.
func (s *Service) GiftCard(ctx context.Context, code string) (GiftCard, error) {
	var g GiftCard
	code = strings.TrimSpace(code)
	if !db.Storable(code) {
		return g, ErrNoGiftCard
	}
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		g, _, err = scanCard(tx.QueryRow(selectCard+`code = $1 and deleted_at is null`, code))
		return err
	})
	if errors.Is(err, db.ErrNoRows) {
		return GiftCard{}, ErrNoGiftCard
	}
	return g, err
}

// normalise brings a card into the one form in which it is kept, or gives a fault of all that is wrong with it.
func (g *GiftCard) normalise() error {
	g.Code, g.EndsAt = strings.TrimSpace(g.Code), millis(g.EndsAt)
	var p problems
	p.id("id", g.ID)
	p.id("region_id", g.RegionID)
	p.code(g.Code)
	p.between("value", g.Value, 1, maxAmount)
	p.between("balance", g.Balance, 0, max(g.Value, 0))
	p.times(time.Time{}, g.EndsAt)
	if g.TaxRate != nil && !g.TaxRate.Valid() {
		p.add("tax_rate", fault.Range, "tax_rate must be from 0 to 1000")
	}
	if g.OrderID != nil {
		p.id("order_id", *g.OrderID)
	}
	g.Metadata = p.object("metadata", g.Metadata)
	return fault.Fields(reasonInvalidCard, p.list...)
}

// sameAs tells whether a normalised card says what is there, but for the balance.
func (g *GiftCard) sameAs(b GiftCard) bool {
	return g.Code == b.Code && g.Value == b.Value && g.RegionID == b.RegionID && g.Disabled == b.Disabled &&
		g.EndsAt.Equal(b.EndsAt) && same(g.TaxRate, b.TaxRate) && same(g.OrderID, b.OrderID) && bytes.Equal(g.Metadata, b.Metadata)
}

const selectCard = `select id, code, value, balance, region_id, is_disabled, ends_at, tax_rate, order_id, metadata, created_at,
	updated_at, deleted_at from gift_cards where `

func scanCard(row db.Scanner) (g GiftCard, living bool, err error) {
	var metadata sql.NullString
	var ends, created, updated, deleted sql.NullInt64
	err = row.Scan(&g.ID, &g.Code, &g.Value, &g.Balance, &g.RegionID, &g.Disabled, &ends, &g.TaxRate, &g.OrderID, &metadata,
		&created, &updated, &deleted)
	g.EndsAt, g.CreatedAt, g.UpdatedAt, g.Metadata = db.Time(ends), db.Time(created), db.Time(updated), raw(metadata)
	return g, !deleted.Valid, err
}

// lockCard takes the card that is meant for the rest of the transaction and reads it, or gives db.ErrNoRows. One that was
// deleted is found by its id alone.
func lockCard(tx *db.Tx, g GiftCard) (present GiftCard, living bool, err error) {
	where, arg := `id = $1`, g.ID
	if g.ID == "" {
		where, arg = `code = $1 and deleted_at is null`, g.Code
	}
	if tx.Dialect() == db.Postgres {
		where += ` for update`
	}
	return scanCard(tx.QueryRow(selectCard+where, arg))
}

func insertCard(tx *db.Tx, g GiftCard, now time.Time) error {
	_, err := tx.Exec(`insert into gift_cards (id, code, value, balance, region_id, is_disabled, ends_at, tax_rate, order_id,
		metadata, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)`,
		g.ID, g.Code, g.Value, g.Balance, g.RegionID, db.Flag(g.Disabled), db.Millis(g.EndsAt), g.TaxRate, g.OrderID,
		text(g.Metadata), db.Millis(now))
	return err
}

func updateCard(tx *db.Tx, g GiftCard, now time.Time) error {
	_, err := tx.Exec(`update gift_cards set code = $2, value = $3, region_id = $4, is_disabled = $5, ends_at = $6, tax_rate = $7,
		order_id = $8, metadata = $9, updated_at = $10, deleted_at = null where id = $1`,
		g.ID, g.Code, g.Value, g.RegionID, db.Flag(g.Disabled), db.Millis(g.EndsAt), g.TaxRate, g.OrderID, text(g.Metadata), db.Millis(now))
	return err
}
