package promotion

import (
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/id"
)

// selectDiscount reads a discount with the rule that holds for it: r is its parent, or itself.
const selectDiscount = `select d.id, d.code, d.is_dynamic, d.is_disabled, d.parent_id, d.starts_at, d.ends_at, d.valid_duration,
	d.usage_limit, d.usage_count, d.metadata, d.created_at, d.updated_at, d.deleted_at,
	r.rule_id, r.rule_type, r.rule_value, r.rule_allocation, r.rule_description
	from discounts d join discounts r on r.id = coalesce(d.parent_id, d.id) `

func scanDiscount(row db.Scanner) (d Discount, living bool, err error) {
	var metadata, allocation sql.NullString
	var starts, ends, created, updated, deleted sql.NullInt64
	err = row.Scan(&d.ID, &d.Code, &d.Dynamic, &d.Disabled, &d.ParentID, &starts, &ends, &d.ValidDuration, &d.UsageLimit,
		&d.UsageCount, &metadata, &created, &updated, &deleted,
		&d.Rule.ID, &d.Rule.Type, &d.Rule.Value, &allocation, &d.Rule.Description)
	d.StartsAt, d.EndsAt, d.CreatedAt, d.UpdatedAt = db.Time(starts), db.Time(ends), db.Time(created), db.Time(updated)
	d.Metadata, d.Rule.Allocation = raw(metadata), Allocation(allocation.String)
	return d, !deleted.Valid, err
}

// readDiscount reads a discount with its regions and conditions, or gives db.ErrNoRows. Where is about {keys}, of which there is
// one.
func readDiscount(tx *db.Tx, where, key string) (d Discount, living bool, err error) {
	all, err := readDiscounts(tx, where, []string{key})
	if err == nil && len(all) == 0 {
		err = db.ErrNoRows
	}
	if err != nil {
		return Discount{}, false, err
	}
	return all[0].Discount, all[0].living, nil
}

// kept is a discount as it is in the database.
type kept struct {
	Discount
	living bool
}

// readDiscounts reads discounts with their regions and conditions: three statements for as many as go into one. Where is about
// {keys}. Codes of one parent share what is the parent's.
func readDiscounts(tx *db.Tx, where string, keys []string) ([]kept, error) {
	scan := func(row db.Scanner) (k kept, err error) {
		k.Discount, k.living, err = scanDiscount(row)
		return k, err
	}
	all, err := db.AllIn(tx, scan, selectDiscount+`where `+where, keys)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	owners := make([]string, len(all))
	for i := range all {
		owners[i] = all[i].owner()
	}
	owners = sorted(owners)
	regions, err := readRegions(tx, owners)
	if err != nil {
		return nil, err
	}
	conditions, err := readConditions(tx, owners)
	if err != nil {
		return nil, err
	}
	for i := range all {
		all[i].Regions, all[i].Rule.Conditions = regions[all[i].owner()], conditions[all[i].owner()]
	}
	return all, nil
}

// owner is the id of the discount whose regions and conditions hold for this one.
func (d *Discount) owner() string {
	if d.ParentID != nil {
		return *d.ParentID
	}
	return d.ID
}

// readRegions reads the regions of discounts, in order.
func readRegions(tx *db.Tx, discounts []string) (map[string][]string, error) {
	scan := func(row db.Scanner) (pair [2]string, err error) {
		err = row.Scan(&pair[0], &pair[1])
		return pair, err
	}
	all, err := db.AllIn(tx, scan, `select discount_id, region_id from discount_regions where discount_id in {keys}`, discounts)
	out := make(map[string][]string, len(discounts))
	for _, pair := range all {
		out[pair[0]] = append(out[pair[0]], pair[1])
	}
	for _, list := range out {
		slices.Sort(list)
	}
	return out, err
}

// readConditions reads the conditions of discounts, in the order that normalise gives them.
func readConditions(tx *db.Tx, discounts []string) (map[string][]Condition, error) {
	type row struct {
		Condition
		discount, resource string
	}
	scan := func(s db.Scanner) (r row, err error) {
		err = s.Scan(&r.discount, &r.ID, &r.Type, &r.Operator, &r.resource)
		return r, err
	}
	rows, err := db.AllIn(tx, scan, `select c.discount_id, c.id, c.type, c.operator, r.resource_id from discount_conditions c
		join discount_condition_resources r on r.condition_id = c.id
		where c.discount_id in {keys} order by c.discount_id, c.id`, discounts)
	out := make(map[string][]Condition, len(discounts))
	for _, r := range rows {
		list := out[r.discount]
		if n := len(list); n == 0 || list[n-1].ID != r.ID {
			list = append(list, r.Condition)
		}
		last := &list[len(list)-1]
		last.Resources = append(last.Resources, r.resource)
		out[r.discount] = list
	}
	for _, list := range out {
		for i := range list {
			list[i].Resources = sorted(list[i].Resources)
		}
		sortedConditions(list)
	}
	return out, err
}

// lockDiscount takes the discount that is meant for the rest of the transaction and reads it, or gives db.ErrNoRows. One that
// was deleted is found by its id alone.
func lockDiscount(tx *db.Tx, d Discount) (present Discount, living bool, err error) {
	where, arg := `id = $1`, d.ID
	if d.ID == "" {
		where, arg = `code = $1 and deleted_at is null`, d.Code
	}
	query := `select id from discounts where ` + where
	if tx.Dialect() == db.Postgres {
		query += ` for update`
	}
	var found string
	if err := tx.QueryRow(query, arg).Scan(&found); err != nil {
		return Discount{}, false, err
	}
	return readDiscount(tx, `d.id in {keys}`, found)
}

// place makes sure that the parent and the regions are there, and that a fixed amount has one currency. A code with a parent
// takes over its rule.
func (d *Discount) place(tx *db.Tx) error {
	if d.ParentID != nil {
		parent, living, err := readDiscount(tx, `d.id in {keys}`, *d.ParentID)
		if errors.Is(err, db.ErrNoRows) || err == nil && !living {
			return ErrNoDiscount.WithMessage("There is no discount that could be the parent")
		}
		if err == nil && (!parent.Dynamic || parent.ParentID != nil || parent.ID == d.ID) {
			return noParent()
		}
		own := d.Rule.ID
		d.Rule = parent.Rule
		d.Rule.ID, d.Rule.Conditions = own, nil
		return err
	}
	currencies, err := regionCurrencies(tx, d.Regions)
	if err != nil {
		return err
	}
	if d.Rule.Type == Fixed && len(currencies) > 1 {
		return mixedCurrencies()
	}
	return nil
}

// regionCurrencies gives the currencies of regions, or ErrNoRegion.
func regionCurrencies(tx *db.Tx, regions []string) (map[string]bool, error) {
	found, err := db.AllIn(tx, db.Text, `select currency_code from regions where id in {keys} and deleted_at is null`, regions)
	if err != nil {
		return nil, err
	}
	if len(found) != len(regions) {
		return nil, ErrNoRegion
	}
	out := map[string]bool{}
	for _, c := range found {
		out[c] = true
	}
	return out, nil
}

func insertDiscount(tx *db.Tx, d Discount, now time.Time) error {
	_, err := tx.Exec(`insert into discounts (id, code, is_dynamic, is_disabled, rule_id, rule_type, rule_value, rule_allocation,
		rule_description, parent_id, starts_at, ends_at, valid_duration, usage_limit, usage_count, metadata, created_at, updated_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 0, $15, $16, $16)`,
		append(discountValues(d), db.Millis(now))...)
	return err
}

func updateDiscount(tx *db.Tx, d Discount, now time.Time) error {
	_, err := tx.Exec(`update discounts set code = $2, is_dynamic = $3, is_disabled = $4, rule_id = $5, rule_type = $6,
		rule_value = $7, rule_allocation = $8, rule_description = $9, parent_id = $10, starts_at = $11, ends_at = $12,
		valid_duration = $13, usage_limit = $14, metadata = $15, updated_at = $16, deleted_at = null where id = $1`,
		append(discountValues(d), db.Millis(now))...)
	return err
}

func discountValues(d Discount) []any {
	var allocation any
	if d.Rule.Allocation != "" {
		allocation = string(d.Rule.Allocation)
	}
	return []any{d.ID, d.Code, db.Flag(d.Dynamic), db.Flag(d.Disabled), d.Rule.ID, string(d.Rule.Type), d.Rule.Value, allocation,
		d.Rule.Description, d.ParentID, db.Millis(d.StartsAt), db.Millis(d.EndsAt), d.ValidDuration, d.UsageLimit, text(d.Metadata)}
}

func writeRegions(tx *db.Tx, d Discount) error {
	if _, err := tx.Exec(`delete from discount_regions where discount_id = $1`, d.ID); err != nil {
		return err
	}
	rows := make([][]any, len(d.Regions))
	for i, region := range d.Regions {
		rows[i] = []any{d.ID, region}
	}
	return tx.Insert(`insert into discount_regions (discount_id, region_id)`, rows, ``)
}

func writeConditions(tx *db.Tx, d Discount, now time.Time) error {
	_, err := tx.Exec(`delete from discount_condition_resources where condition_id in
		(select id from discount_conditions where discount_id = $1)`, d.ID)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(`delete from discount_conditions where discount_id = $1`, d.ID); err != nil {
		return err
	}
	var conditions, resources [][]any
	for _, c := range d.Rule.Conditions {
		c.ID = id.New("discon", now)
		conditions = append(conditions, []any{c.ID, d.ID, string(c.Type), string(c.Operator), db.Millis(now), db.Millis(now)})
		for _, r := range c.Resources {
			resources = append(resources, []any{c.ID, r})
		}
	}
	if err := tx.Insert(`insert into discount_conditions (id, discount_id, type, operator, created_at, updated_at)`, conditions, ``); err != nil {
		return err
	}
	return tx.Insert(`insert into discount_condition_resources (condition_id, resource_id)`, resources, ``)
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
