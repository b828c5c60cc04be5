package fulfillment

import (
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/id"
)

const optionColumns = `o.id, o.name, o.region_id, o.profile_id, o.provider_id, o.price_type, o.amount, o.is_return, o.admin_only,
	o.includes_tax, o.data, o.metadata, o.created_at, o.updated_at`

func scanOption(row db.Scanner, more ...any) (Option, error) {
	var o Option
	var data string
	var metadata sql.NullString
	var created, updated sql.NullInt64
	dest := []any{&o.ID, &o.Name, &o.RegionID, &o.ProfileID, &o.ProviderID, &o.PriceType, &o.Amount, &o.IsReturn, &o.AdminOnly,
		&o.IncludesTax, &data, &metadata, &created, &updated}
	err := row.Scan(append(dest, more...)...)
	o.Data, o.Metadata, o.CreatedAt, o.UpdatedAt = json.RawMessage(data), raw(metadata), db.Time(created), db.Time(updated)
	return o, err
}

// lockPlace makes sure that the option's region and profile are there, and takes the region's row for the rest of the
// transaction: two who put the same option at once come one after the other.
func lockPlace(tx *db.Tx, o Option) error {
	query := `select 1 from regions where id = $1 and deleted_at is null`
	if tx.Dialect() == db.Postgres {
		query += ` for no key update`
	}
	var one int
	err := tx.QueryRow(query, o.RegionID).Scan(&one)
	if errors.Is(err, db.ErrNoRows) {
		return ErrNoRegion
	}
	if err != nil {
		return err
	}
	err = tx.QueryRow(`select 1 from shipping_profiles where id = $1 and deleted_at is null`, o.ProfileID).Scan(&one)
	if errors.Is(err, db.ErrNoRows) {
		return ErrNoProfile
	}
	return err
}

// findOption reads the option that is meant, or gives db.ErrNoRows. One that was deleted is found by its id alone.
func findOption(tx *db.Tx, o Option) (present Option, living bool, err error) {
	where, args := `o.id = $1`, []any{o.ID}
	if o.ID == "" {
		where = `o.region_id = $1 and o.name = $2 and o.is_return = $3 and o.deleted_at is null order by o.created_at, o.id limit 1`
		args = []any{o.RegionID, o.Name, db.Flag(o.IsReturn)}
	}
	var deleted sql.NullInt64
	present, err = scanOption(tx.QueryRow(`select `+optionColumns+`, o.deleted_at from shipping_options o where `+where, args...), &deleted)
	if err != nil {
		return Option{}, false, err
	}
	all := []Option{present}
	err = loadRequirements(tx, all)
	return all[0], !deleted.Valid, err
}

func insertOption(tx *db.Tx, o Option, now time.Time) error {
	_, err := tx.Exec(`insert into shipping_options (id, name, region_id, profile_id, provider_id, price_type, amount, is_return,
		admin_only, includes_tax, data, metadata, created_at, updated_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)`,
		o.ID, o.Name, o.RegionID, o.ProfileID, o.ProviderID, string(o.PriceType), o.Amount, db.Flag(o.IsReturn),
		db.Flag(o.AdminOnly), db.Flag(o.IncludesTax), string(o.Data), text(o.Metadata), db.Millis(now))
	return err
}

func updateOption(tx *db.Tx, o Option, now time.Time) error {
	_, err := tx.Exec(`update shipping_options set name = $2, region_id = $3, profile_id = $4, provider_id = $5, price_type = $6,
		amount = $7, is_return = $8, admin_only = $9, includes_tax = $10, data = $11, metadata = $12, updated_at = $13,
		deleted_at = null where id = $1`,
		o.ID, o.Name, o.RegionID, o.ProfileID, o.ProviderID, string(o.PriceType), o.Amount, db.Flag(o.IsReturn),
		db.Flag(o.AdminOnly), db.Flag(o.IncludesTax), string(o.Data), text(o.Metadata), db.Millis(now))
	return err
}

func insertRequirements(tx *db.Tx, o Option, now time.Time) error {
	for _, r := range o.Requirements {
		_, err := tx.Exec(`insert into shipping_option_requirements (id, option_id, type, amount) values ($1, $2, $3, $4)`,
			id.New("sor", now), o.ID, string(r.Type), r.Amount)
		if err != nil {
			return err
		}
	}
	return nil
}

func listOptions(tx *db.Tx, q Query) ([]Option, error) {
	conds, args := []string{`o.deleted_at is null`}, []any{}
	if q.RegionID != "" {
		if !db.Storable(q.RegionID) {
			return nil, nil
		}
		args = append(args, q.RegionID)
		conds = append(conds, `o.region_id = `+db.In(len(args), 1))
	}
	if q.Profiles != nil {
		if len(q.Profiles) == 0 {
			return nil, nil
		}
		conds = append(conds, `o.profile_id in `+db.In(len(args)+1, len(q.Profiles)))
		args = db.Args(q.Profiles, args...)
	}
	if q.IsReturn != nil {
		args = append(args, db.Flag(*q.IsReturn))
		conds = append(conds, `o.is_return = `+db.In(len(args), 1))
	}
	if !q.Staff {
		conds = append(conds, `o.admin_only = 0`)
	}
	scan := func(row db.Scanner) (Option, error) { return scanOption(row) }
	all, err := db.All(tx, scan, `select `+optionColumns+` from shipping_options o where `+strings.Join(conds, ` and `)+
		` order by o.created_at, o.id`, args...)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all, loadRequirements(tx, all)
}

// loadRequirements gives options their requirements, by type.
func loadRequirements(tx *db.Tx, all []Option) error {
	ids, at := make([]string, len(all)), make(map[string]int, len(all))
	for i, o := range all {
		ids[i], at[o.ID] = o.ID, i
	}
	type row struct {
		option string
		Requirement
	}
	scan := func(s db.Scanner) (row, error) {
		var r row
		err := s.Scan(&r.option, &r.ID, &r.Type, &r.Amount)
		return r, err
	}
	rows, err := db.All(tx, scan, `select option_id, id, type, amount from shipping_option_requirements
		where option_id in `+db.In(1, len(ids))+` order by option_id, type desc`, db.Args(ids)...)
	for _, r := range rows {
		o := &all[at[r.option]]
		o.Requirements = append(o.Requirements, r.Requirement)
	}
	return err
}

// raw and text turn JSON from and into what a nullable column keeps.
func raw(s sql.NullString) json.RawMessage {
	if !s.Valid {
		return nil
	}
	return json.RawMessage(s.String)
}

func text(m json.RawMessage) any {
	if m == nil {
		return nil
	}
	return string(m)
}
