package inventory

import (
	"database/sql"
	"time"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/id"
)

// defaultLocation is the id of the first location: fixed, so that of two instances that need it at once, the primary key lets one
// make it.
const (
	defaultLocation     = "sloc_00000000000000000000000001"
	defaultLocationName = "Default"
)

// locate makes the default location unless it is there.
func (s *Service) locate(tx *db.Tx) error {
	if s.located.Load() {
		return nil
	}
	_, err := tx.Exec(`insert into stock_locations (id, name, created_at, updated_at) values ($1, $2, $3, $3)
		on conflict (id) do nothing`, defaultLocation, defaultLocationName, s.clock.Now().UnixMilli())
	if err == nil {
		tx.AfterCommit(func() { s.located.Store(true) })
	}
	return err
}

const selectLevel = `select variant_id, location_id, stocked, reserved, backorder, updated_at from stock_levels`

func scanLevel(row db.Scanner) (Level, error) {
	var l Level
	var updated sql.NullInt64
	err := row.Scan(&l.VariantID, &l.LocationID, &l.Stocked, &l.Reserved, &l.Backorder, &updated)
	l.UpdatedAt = db.Time(updated)
	return l, err
}

// lock reads the levels of variants, sorted, at the default location, which the transaction is about to change; nobody gets them
// meanwhile. SQLite needs nothing: a writing transaction there has the database to itself.
func lock(tx *db.Tx, variants []string) (map[string]Level, error) {
	query := selectLevel + ` where location_id = $1 and variant_id in {keys} order by variant_id`
	if tx.Dialect() == db.Postgres {
		query += ` for update`
	}
	all, err := db.AllIn(tx, scanLevel, query, variants, defaultLocation)
	if err != nil {
		return nil, err
	}
	levels := make(map[string]Level, len(all))
	for _, l := range all {
		levels[l.VariantID] = l
	}
	return levels, nil
}

// begin makes empty levels for variants that have none.
func begin(tx *db.Tx, variants []string, now time.Time) error {
	rows := make([][]any, len(variants))
	for i, variant := range variants {
		rows[i] = []any{variant, defaultLocation, 0, 0, 0, now.UnixMilli()}
	}
	return tx.Insert(`insert into stock_levels (variant_id, location_id, stocked, reserved, backorder, updated_at)`, rows,
		`on conflict (variant_id, location_id) do nothing`)
}

// save writes levels that are there already.
func save(tx *db.Tx, levels []Level) error {
	rows := make([][]any, len(levels))
	for i, l := range levels {
		rows[i] = []any{l.VariantID, l.LocationID, l.Stocked, l.Reserved, db.Flag(l.Backorder), l.UpdatedAt.UnixMilli()}
	}
	return tx.Insert(`insert into stock_levels (variant_id, location_id, stocked, reserved, backorder, updated_at)`, rows,
		`on conflict (variant_id, location_id) do update set stocked = excluded.stocked, reserved = excluded.reserved,
		backorder = excluded.backorder, updated_at = excluded.updated_at`)
}

const movementColumns = `id, variant_id, location_id, quantity, reserved, reason, reference, created_at`

func scanMovement(row db.Scanner) (Movement, error) {
	var m Movement
	var created sql.NullInt64
	err := row.Scan(&m.ID, &m.VariantID, &m.LocationID, &m.Quantity, &m.Reserved, &m.Reason, &m.Reference, &created, &m.Number)
	m.CreatedAt = db.Time(created)
	return m, err
}

// move keeps movements at the default location: of each, the variant and what was added.
func (s *Service) move(tx *db.Tx, reason Reason, reference string, moves []Movement) error {
	now := s.clock.Now()
	rows := make([][]any, len(moves))
	for i, m := range moves {
		rows[i] = []any{id.New("smov", now), m.VariantID, defaultLocation, m.Quantity, m.Reserved, string(reason), reference,
			now.UnixMilli()}
	}
	return tx.Insert(`insert into stock_movements (`+movementColumns+`)`, rows, ``)
}
