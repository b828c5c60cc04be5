package shop

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"kaidian/internal/platform/db"
)

const settingsColumns = `id, name, domain, url, page_title, page_description, enable_email_regist,
	enable_mobile_regist, enable_username_regist, shop_key, webhook_token, open_secret, created_at, updated_at`

func scanSettings(row db.Scanner, more ...any) (Settings, error) {
	var s Settings
	var created, updated sql.NullInt64
	dest := []any{
		&s.ID, &s.Name, &s.Domain, &s.URL, &s.PageTitle, &s.PageDescription, &s.EnableEmailRegist,
		&s.EnableMobileRegist, &s.EnableUsernameRegist, &s.ShopKey, &s.WebhookToken, &s.OpenSecret, &created, &updated,
	}
	err := row.Scan(append(dest, more...)...)
	s.CreatedAt, s.UpdatedAt = db.Time(created), db.Time(updated)
	return s, err
}

func readSettings(tx *db.Tx) (set Settings, kept string, err error) {
	row := tx.QueryRow(`select `+settingsColumns+`, master_key from shop where id = $1`, settingsID)
	set, err = scanSettings(row, &kept)
	return set, kept, err
}

func insertSettings(tx *db.Tx, s Settings, kept string) error {
	_, err := tx.Exec(`insert into shop (`+settingsColumns+`, master_key)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) on conflict (id) do nothing`,
		s.ID, s.Name, s.Domain, s.URL, s.PageTitle, s.PageDescription, bit(&s.EnableEmailRegist),
		bit(&s.EnableMobileRegist), bit(&s.EnableUsernameRegist), s.ShopKey, s.WebhookToken, s.OpenSecret,
		db.Millis(s.CreatedAt), db.Millis(s.UpdatedAt), kept)
	return err
}

func updateSettings(tx *db.Tx, p Patch, now time.Time) (Settings, error) {
	return scanSettings(tx.QueryRow(`update shop set
		name = coalesce($2, name), domain = coalesce($3, domain), url = coalesce($4, url),
		page_title = coalesce($5, page_title), page_description = coalesce($6, page_description),
		enable_email_regist = coalesce($7, enable_email_regist),
		enable_mobile_regist = coalesce($8, enable_mobile_regist),
		enable_username_regist = coalesce($9, enable_username_regist),
		webhook_token = coalesce($10, webhook_token), updated_at = $11
		where id = $1 returning `+settingsColumns,
		settingsID, p.Name, p.Domain, p.URL, p.PageTitle, p.PageDescription, bit(p.EnableEmailRegist),
		bit(p.EnableMobileRegist), bit(p.EnableUsernameRegist), p.WebhookToken, db.Millis(now)))
}

// bit gives 0, 1 or NULL.
func bit(b *bool) any {
	switch {
	case b == nil:
		return nil
	case *b:
		return 1
	}
	return 0
}

const metafieldColumns = `number, id, owner_resource, owner_id, owner_number, name, description, fields, created_at, updated_at`

func scanMetafield(row db.Scanner) (Metafield, error) {
	var m Metafield
	var fields string
	var created, updated sql.NullInt64
	err := row.Scan(&m.Number, &m.ID, &m.OwnerResource, &m.OwnerID, &m.OwnerNumber, &m.Name, &m.Description, &fields,
		&created, &updated)
	if err != nil {
		return m, err
	}
	m.CreatedAt, m.UpdatedAt = db.Time(created), db.Time(updated)
	if err := json.Unmarshal([]byte(fields), &m.Fields); err != nil {
		return m, fmt.Errorf("metafield %d: read its fields: %w", m.Number, err)
	}
	return m, nil
}

func insertMetafield(tx *db.Tx, m Metafield) (Metafield, error) {
	return scanMetafield(tx.QueryRow(`insert into metafields
		(id, owner_resource, owner_id, owner_number, name, description, fields, created_at, updated_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning `+metafieldColumns,
		m.ID, m.OwnerResource, m.OwnerID, m.OwnerNumber, m.Name, m.Description, encode(m.Fields),
		db.Millis(m.CreatedAt), db.Millis(m.UpdatedAt)))
}

func updateMetafield(tx *db.Tx, number int64, p MetafieldPatch, now time.Time) (Metafield, error) {
	var resource, owner, ownerNumber, fields any
	if p.Owner != nil {
		resource, owner, ownerNumber = p.Owner.Resource, p.Owner.ID, p.Owner.Number
	}
	if p.Fields != nil {
		fields = encode(p.Fields)
	}
	return scanMetafield(tx.QueryRow(`update metafields set
		owner_resource = coalesce($2, owner_resource), owner_id = coalesce($3, owner_id),
		owner_number = coalesce($4, owner_number), name = coalesce($5, name),
		description = coalesce($6, description), fields = coalesce($7, fields), updated_at = $8
		where number = $1 returning `+metafieldColumns,
		number, resource, owner, ownerNumber, p.Name, p.Description, fields, db.Millis(now)))
}

func deleteMetafield(tx *db.Tx, number int64) (Metafield, error) {
	return scanMetafield(tx.QueryRow(`delete from metafields where number = $1 returning `+metafieldColumns, number))
}

func readMetafield(tx *db.Tx, number int64) (Metafield, error) {
	return scanMetafield(tx.QueryRow(`select `+metafieldColumns+` from metafields where number = $1`, number))
}

// lockMetafield stamps a metafield and reads it. The update takes the row's lock on PostgreSQL, as SQLite's
// transaction has the whole database, so that what is computed from the fields can be written back.
func lockMetafield(tx *db.Tx, number int64, now time.Time) (Metafield, error) {
	return scanMetafield(tx.QueryRow(`update metafields set updated_at = $2 where number = $1 returning `+metafieldColumns,
		number, db.Millis(now)))
}

func writeFields(tx *db.Tx, number int64, fields map[string]string) error {
	_, err := tx.Exec(`update metafields set fields = $2 where number = $1`, number, encode(fields))
	return err
}

// encode gives a JSON object with its keys sorted; nil is the empty one.
func encode(fields map[string]string) string {
	if fields == nil {
		return "{}"
	}
	b, err := json.Marshal(fields)
	if err != nil { // a map of strings always marshals
		panic(err)
	}
	return string(b)
}
