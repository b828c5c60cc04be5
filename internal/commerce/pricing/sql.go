package pricing

import (
	"database/sql"
	"time"

	"kaidian/internal/platform/db"
)

// lockRules takes the shop's row for the rest of the transaction: who changes lists and tax rates finds them as the last one
// left them. SQLite needs nothing: a writing transaction there has the database to itself.
func lockRules(tx *db.Tx) error {
	if tx.Dialect() != db.Postgres {
		return nil
	}
	_, err := tx.Exec(`select 1 from shop for update`)
	return err
}

const selectList = `select id, name, description, type, status, starts_at, ends_at, includes_tax, created_at, updated_at
	from price_lists`

func scanList(row db.Scanner) (List, error) {
	var l List
	var status string
	var starts, ends, created, updated sql.NullInt64
	err := row.Scan(&l.ID, &l.Name, &l.Description, &l.Type, &status, &starts, &ends, &l.IncludesTax, &created, &updated)
	l.Active, l.StartsAt, l.EndsAt = status == "active", db.Time(starts), db.Time(ends)
	l.CreatedAt, l.UpdatedAt = db.Time(created), db.Time(updated)
	return l, err
}

// save writes a list, new or there already, without its groups and prices.
func (l *List) save(tx *db.Tx) error {
	status := "draft"
	if l.Active {
		status = "active"
	}
	_, err := tx.Exec(`insert into price_lists
		(id, name, description, type, status, starts_at, ends_at, includes_tax, created_at, updated_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		on conflict (id) do update set name = excluded.name, description = excluded.description, type = excluded.type,
		status = excluded.status, starts_at = excluded.starts_at, ends_at = excluded.ends_at,
		includes_tax = excluded.includes_tax, created_at = excluded.created_at,
		updated_at = excluded.updated_at, deleted_at = null`,
		l.ID, l.Name, l.Description, string(l.Type), status, db.Millis(l.StartsAt), db.Millis(l.EndsAt), db.Flag(l.IncludesTax),
		db.Millis(l.CreatedAt), db.Millis(l.UpdatedAt))
	return err
}

const selectTaxRate = `select t.id, t.region_id, t.name, t.code, t.rate,
	exists (select 1 from tax_rate_products p where p.rate_id = t.id), t.created_at, t.updated_at from tax_rates t`

func scanTaxRate(row db.Scanner) (TaxRate, error) {
	var t TaxRate
	var created, updated sql.NullInt64
	err := row.Scan(&t.ID, &t.RegionID, &t.Name, &t.Code, &t.Rate, &t.Products, &created, &updated)
	t.CreatedAt, t.UpdatedAt = db.Time(created), db.Time(updated)
	return t, err
}

// save writes a tax rate, new or there already, without what it is bound to.
func (t *TaxRate) save(tx *db.Tx) error {
	_, err := tx.Exec(`insert into tax_rates (id, region_id, name, code, rate, created_at, updated_at)
		values ($1, $2, $3, $4, $5, $6, $7)
		on conflict (id) do update set name = excluded.name, code = excluded.code, rate = excluded.rate,
		updated_at = excluded.updated_at`,
		t.ID, t.RegionID, t.Name, t.Code, int64(t.Rate), db.Millis(t.CreatedAt), db.Millis(t.UpdatedAt))
	return err
}

// SelectPrice reads what ScanPrice scans.
const SelectPrice = `select id, variant_id, currency_code, amount, region_id, price_list_id, min_quantity, max_quantity,
	created_at, updated_at from prices`

// ScanPrice reads a row of SelectPrice.
func ScanPrice(row db.Scanner) (Price, error) {
	var p Price
	var created, updated int64
	err := row.Scan(&p.ID, &p.VariantID, &p.Currency, &p.Amount, &p.RegionID, &p.ListID, &p.MinQuantity, &p.MaxQuantity,
		&created, &updated)
	p.CreatedAt, p.UpdatedAt = time.UnixMilli(created).UTC(), time.UnixMilli(updated).UTC()
	return p, err
}

// savePrices writes prices; one at a place that is taken changes that one's amount.
func savePrices(tx *db.Tx, prices []Price) error {
	rows := make([][]any, len(prices))
	for i, p := range prices {
		rows[i] = []any{p.ID, p.VariantID, p.Currency, p.Amount, p.RegionID, p.ListID, p.MinQuantity, p.MaxQuantity,
			p.CreatedAt.UnixMilli(), p.UpdatedAt.UnixMilli()}
	}
	return tx.Insert(`insert into prices (id, variant_id, currency_code, amount, region_id, price_list_id, min_quantity, max_quantity,
		created_at, updated_at)`, rows, `on conflict (variant_id, currency_code, coalesce(region_id, ''), coalesce(price_list_id, ''),
		coalesce(min_quantity, 0), coalesce(max_quantity, 0)) do update set amount = excluded.amount, updated_at = excluded.updated_at`)
}

func scanPair(row db.Scanner) (p [2]string, err error) {
	err = row.Scan(&p[0], &p[1])
	return p, err
}
