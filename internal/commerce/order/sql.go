package order

import (
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"kaidian/internal/platform/db"
)

const reasonColumns = `id, value, label, description, parent_id, metadata, created_at, updated_at`

func scanReason(row db.Scanner, more ...any) (ReturnReason, error) {
	var r ReturnReason
	var metadata sql.NullString
	var created, updated sql.NullInt64
	err := row.Scan(append([]any{&r.ID, &r.Value, &r.Label, &r.Description, &r.ParentID, &metadata, &created, &updated}, more...)...)
	if metadata.Valid {
		r.Metadata = json.RawMessage(metadata.String)
	}
	r.CreatedAt, r.UpdatedAt = db.Time(created), db.Time(updated)
	return r, err
}

// findReason reads the reason that is meant, or gives db.ErrNoRows. One that was deleted is found by its id alone.
func findReason(tx *db.Tx, r ReturnReason) (present ReturnReason, living bool, err error) {
	where, arg := `id = $1`, r.ID
	if r.ID == "" {
		where, arg = `value = $1 and deleted_at is null`, r.Value
	}
	query := `select ` + reasonColumns + `, deleted_at from return_reasons where ` + where
	if tx.Dialect() == db.Postgres {
		query += ` for update`
	}
	var deleted sql.NullInt64
	present, err = scanReason(tx.QueryRow(query, arg), &deleted)
	return present, !deleted.Valid, err
}

// checkParent makes sure that the parent is a root, and that a reason with children gets none.
func checkParent(tx *db.Tx, r ReturnReason) error {
	if r.ParentID == nil {
		return nil
	}
	query := `select parent_id from return_reasons where id = $1 and deleted_at is null`
	if tx.Dialect() == db.Postgres {
		query += ` for update`
	}
	var above sql.NullString
	err := tx.QueryRow(query, *r.ParentID).Scan(&above)
	if errors.Is(err, db.ErrNoRows) {
		return ErrNoReason.WithMessage("there is no return reason that could be the parent")
	}
	if err != nil {
		return err
	}
	var children int
	err = tx.QueryRow(`select count(*) from return_reasons where parent_id = $1 and deleted_at is null`, r.ID).Scan(&children)
	if err == nil && (above.Valid || children > 0 || *r.ParentID == r.ID) {
		return tooDeep()
	}
	return err
}

func insertReason(tx *db.Tx, r ReturnReason, now time.Time) error {
	_, err := tx.Exec(`insert into return_reasons (id, value, label, description, parent_id, metadata, created_at, updated_at)
		values ($1, $2, $3, $4, $5, $6, $7, $7)`, r.ID, r.Value, r.Label, r.Description, r.ParentID, text(r.Metadata), db.Millis(now))
	return err
}

func updateReason(tx *db.Tx, r ReturnReason, now time.Time) error {
	_, err := tx.Exec(`update return_reasons set value = $2, label = $3, description = $4, parent_id = $5, metadata = $6,
		updated_at = $7, deleted_at = null where id = $1`,
		r.ID, r.Value, r.Label, r.Description, r.ParentID, text(r.Metadata), db.Millis(now))
	return err
}

// text turns JSON into what a nullable column keeps.
func text(m json.RawMessage) any {
	if m == nil {
		return nil
	}
	return string(m)
}
