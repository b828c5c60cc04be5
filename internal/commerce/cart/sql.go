package cart

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"kaidian/internal/platform/db"
)

// maxBody bounds what a cart holds, in bytes of JSON, beside what was agreed: each write writes all of it.
const maxBody = 1 << 20

const selectCart = `select id, type, region_id, customer_id, email, channel_id, body, version, coalesce(held_by, ''), authorized_at,
	completed_at, created_at, updated_at from carts where id = $1`

// load reads a cart, and with lock takes its row for the rest of the transaction. SQLite needs nothing for that: a writing
// transaction there has the database to itself. Fault: ErrNotFound.
func load(tx *db.Tx, id string, lock bool) (*Cart, error) {
	if !db.Storable(id) {
		return nil, ErrNotFound
	}
	query := selectCart
	if lock && tx.Dialect() == db.Postgres {
		query += ` for update`
	}
	var c Cart
	var body string
	var authorized, completed, created, updated sql.NullInt64
	err := tx.QueryRow(query, id).Scan(&c.ID, &c.Type, &c.RegionID, &c.CustomerID, &c.Email, &c.ChannelID, &body, &c.Version, &c.HeldBy,
		&authorized, &completed, &created, &updated)
	if errors.Is(err, db.ErrNoRows) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	c.AuthorizedAt, c.CompletedAt, c.CreatedAt, c.UpdatedAt = db.Time(authorized), db.Time(completed), db.Time(created), db.Time(updated)
	if err := json.Unmarshal([]byte(body), &c.Body); err != nil {
		return nil, fmt.Errorf("read the body of %s: %w", c.ID, err)
	}
	return &c, nil
}

// encode gives the body as the row keeps it. Fault: ErrTooLarge.
func (b *Body) encode() (string, error) {
	text, err := json.Marshal(b)
	if err != nil {
		return "", fmt.Errorf("write the body of a cart: %w", err)
	}
	if len(text) > maxBody && b.Agreed == nil {
		return "", ErrTooLarge
	}
	return string(text), nil
}

func insert(tx *db.Tx, c *Cart) error {
	body, err := c.Body.encode()
	if err != nil {
		return err
	}
	_, err = tx.Exec(`insert into carts (id, type, region_id, customer_id, email, channel_id, body, version, created_at, updated_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)`,
		c.ID, string(c.Type), c.RegionID, c.CustomerID, c.Email, c.ChannelID, body, c.Version, db.Millis(c.CreatedAt))
	return err
}

// save writes a cart whose row the transaction holds.
func save(tx *db.Tx, c *Cart, now time.Time) error {
	body, err := c.Body.encode()
	if err != nil {
		return err
	}
	c.Version, c.UpdatedAt = c.Version+1, now
	_, err = tx.Exec(`update carts set region_id = $2, customer_id = $3, email = $4, channel_id = $5, body = $6, version = $7,
		updated_at = $8, held_by = null where id = $1`,
		c.ID, c.RegionID, c.CustomerID, c.Email, c.ChannelID, body, c.Version, db.Millis(now))
	return err
}
