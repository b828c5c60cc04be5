package catalog

import (
	"slices"
	"time"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/id"
)

// terms is a table of words that products are filed under.
type terms struct {
	prefix string
	find   string // value and id of some
	insert string
}

var (
	types = terms{"ptyp", `select value, id from product_types where value in {keys}`,
		`insert into product_types (id, value, created_at, updated_at)`}
	tags = terms{"ptag", `select value, id from product_tags where value in {keys}`,
		`insert into product_tags (id, value, created_at, updated_at)`}
	vendors = terms{"vendor", `select name, id from vendors where name in {keys}`,
		`insert into vendors (id, name, created_at, updated_at)`}
)

// ids gives the ids of words by word, and makes those that are not there: three statements at most.
func (t terms) ids(tx *db.Tx, words []string, now time.Time) (map[string]string, error) {
	words = slices.Compact(slices.Sorted(slices.Values(words))) // two who make the same words make them in one order
	have, err := owners(tx, t.find, words)
	if err != nil || len(have) == len(words) {
		return have, err
	}
	var rows [][]any
	var missing []string
	for _, w := range words {
		if have[w] == "" {
			missing = append(missing, w)
			rows = append(rows, []any{id.New(t.prefix, now), w, db.Millis(now), db.Millis(now)})
		}
	}
	if err := tx.Insert(t.insert, rows, `on conflict do nothing`); err != nil {
		return nil, err
	}
	made, err := owners(tx, t.find, missing)
	for w, id := range made {
		have[w] = id
	}
	return have, err
}
