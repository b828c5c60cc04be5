package db

import (
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// retryable tells whether the engine refused a transaction only because of others.
func retryable(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "40001" || pg.Code == "40P01"
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		primary := lite.Code() & 0xff
		return primary == sqlite3.SQLITE_BUSY || primary == sqlite3.SQLITE_LOCKED
	}
	return false
}

// Violates tells whether err is the violation of the named constraint or unique index. Names follow PostgreSQL's
// convention, <table>_<columns>_key for unique ones, on both engines: SQLite reports a unique constraint by its
// columns, from which the name is made again.
func Violates(err error, name string) bool {
	return err != nil && Violated(err) == name
}

// Violated gives the name of the constraint that err violates, or "".
func Violated(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && strings.HasPrefix(pg.Code, "23") {
		return pg.ConstraintName
	}
	var lite *sqlite.Error
	if !errors.As(err, &lite) || lite.Code()&0xff != sqlite3.SQLITE_CONSTRAINT {
		return ""
	}
	text := lite.Error()
	if _, cols, ok := strings.Cut(text, "UNIQUE constraint failed: "); ok {
		return uniqueName(cols)
	}
	if _, name, ok := strings.Cut(text, "CHECK constraint failed: "); ok {
		return firstWord(name)
	}
	return ""
}

// uniqueName turns "addresses.customer_id, addresses.kind (2067)" into "addresses_customer_id_kind_key", and
// "index 'some_name' (2067)" into "some_name".
func uniqueName(text string) string {
	if rest, ok := strings.CutPrefix(text, "index '"); ok {
		name, _, _ := strings.Cut(rest, "'")
		return name
	}
	if i := strings.LastIndex(text, " ("); i > 0 {
		text = text[:i]
	}
	var name strings.Builder
	for i, col := range strings.Split(text, ", ") {
		table, column, _ := strings.Cut(col, ".")
		if i == 0 {
			name.WriteString(table)
		}
		name.WriteString("_" + column)
	}
	return name.String() + "_key"
}

func firstWord(s string) string {
	w, _, _ := strings.Cut(s, " ")
	return w
}
