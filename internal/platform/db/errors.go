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

// Violates tells whether err is the violation of the named constraint or unique index.
func Violates(err error, name string) bool {
	return err != nil && Violated(err) == name
}

// Violated gives the name of the constraint or unique index that err, from a Tx, violates, or "". It is the same on both
// engines: a unique index has the name that the migrations give it, a primary key is <table>_pkey. SQLite does not name
// foreign keys.
func Violated(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && strings.HasPrefix(pg.Code, "23") {
		return pg.ConstraintName
	}
	var named *violation
	if errors.As(err, &named) {
		return named.name
	}
	return ""
}

// violation is SQLite's error with the name of what is violated.
type violation struct {
	error
	name string
}

func (v *violation) Unwrap() error { return v.error }

// named adds to SQLite's error the name of the constraint that it violates.
func (d *DB) named(err error) error {
	var lite *sqlite.Error
	if err == nil || d.dialect != SQLite || !errors.As(err, &lite) || lite.Code()&0xff != sqlite3.SQLITE_CONSTRAINT {
		return err
	}
	text, _, _ := strings.Cut(lite.Error(), " (")
	if _, columns, ok := strings.Cut(text, "UNIQUE constraint failed: "); ok {
		return &violation{err, d.uniqueName(columns)}
	}
	if _, name, ok := strings.Cut(text, "CHECK constraint failed: "); ok {
		return &violation{err, name}
	}
	return err
}

// uniqueName gives the name of the unique index on columns, which is how SQLite reports it: "addresses.customer_id,
// addresses.kind". Only an index on an expression it calls by its name: "index 'some_name'".
func (d *DB) uniqueName(reported string) string {
	if rest, ok := strings.CutPrefix(reported, "index '"); ok {
		return strings.TrimSuffix(rest, "'")
	}
	table, _, _ := strings.Cut(reported, ".")
	columns := strings.ReplaceAll(strings.ReplaceAll(reported, table+".", ""), ", ", ",")
	byRule := table + "_" + strings.ReplaceAll(columns, ",", "_") + "_key"
	name, origin, err := d.index(table, columns)
	switch {
	case err != nil: // such as a numbered table's own key, which has no index
		return byRule
	case origin == "pk" || columns == "id": // where a table is numbered, the id is only unique
		return table + "_pkey"
	case origin == "c":
		return name
	}
	return byRule
}

// index finds the unique index of a table on columns. It reads on another connection: the schema does not change.
func (d *DB) index(table, columns string) (name, origin string, err error) {
	err = d.reader.QueryRow(`select name, origin from pragma_index_list($1) l
		where "unique" = 1 and $2 = (select group_concat(name, ',') from (select name from pragma_index_info(l.name) order by seqno))
		order by partial`, table, columns).Scan(&name, &origin)
	return name, origin, err
}
