package catalog

import (
	"errors"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
)

// where gives the condition, in a table with an alias, for what is meant, whose value is $1.
func (r Ref) where(alias string) (string, any) {
	if r.ID == "" {
		return alias + `.number = $1`, r.Number
	}
	if !db.Storable(r.ID) {
		return alias + `.id = $1`, nil // nothing has it
	}
	return alias + `.id = $1`, r.ID
}

// is tells whether a record is meant.
func (r Ref) is(id string, number int64) bool {
	if r.ID != "" {
		return r.ID == id
	}
	return r.Number == number
}

// found reads one text, and answers a fault when there is none.
func found(row db.Row, missing *fault.Error) (string, error) {
	s, err := db.Text(row)
	if errors.Is(err, db.ErrNoRows) {
		return "", missing
	}
	return s, err
}
