package dbtest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"hash"
	"os"
	"path/filepath"
	"sync"

	"kaidian/internal/platform/db"
)

// template is a migrated, empty SQLite database.
type template struct {
	file   []byte // what is in its file
	digest string // 8 hex digits that change whenever the migrations make something else
}

// migrated runs the migrations of this program on SQLite, once for all tests of the process. The digest is taken
// from the outcome and not from the migration files, because those on disk may be newer than the test's binary.
var migrated = sync.OnceValues(func() (template, error) {
	dir, err := os.MkdirTemp("", "kaidian_template_")
	if err != nil {
		return template{}, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "template.db")
	digest, err := migrate(path)
	if err != nil {
		return template{}, err
	}
	file, err := os.ReadFile(path) // closed, so nothing is left in the write-ahead log
	return template{file: file, digest: digest}, err
})

func migrate(path string) (digest string, err error) {
	ctx := context.Background()
	d, err := db.Open(ctx, path, db.Options{NoSync: true, Readers: 1})
	if err != nil {
		return "", err
	}
	defer func() {
		if cerr := d.Close(); err == nil {
			err = cerr
		}
	}()
	if err := d.Migrate(ctx); err != nil {
		return "", err
	}
	schema, err := db.Schema(db.Postgres) // what it has that SQLite has not
	if err != nil {
		return "", err
	}
	h := sha256.New()
	h.Write([]byte(schema))
	if err := digestOf(ctx, d.SQL(), h); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)[:4]), nil
}

// digestOf writes the schema and every row of a SQLite database to h, save what tells when it was made.
func digestOf(ctx context.Context, d *sql.DB, h hash.Hash) error {
	if err := writeRows(ctx, d, h, `select type, name, sql from sqlite_master order by type, name`); err != nil {
		return err
	}
	if err := writeRows(ctx, d, h, `select version_id from goose_db_version order by id`); err != nil {
		return err
	}
	// Not the shadow tables of a virtual table: they have no rowid.
	rows, err := d.QueryContext(ctx, `select name from pragma_table_list where schema = 'main'
		and type = 'table' and name not like 'sqlite_%' and name <> 'goose_db_version' order by name`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var tables []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		tables = append(tables, name)
	}
	if err := rows.Close(); err != nil { // there is one connection, and the next query needs it
		return err
	}
	for _, name := range tables {
		if err := writeRows(ctx, d, h, `select * from "`+name+`" order by rowid`); err != nil {
			return err
		}
	}
	return rows.Err()
}

func writeRows(ctx context.Context, d *sql.DB, h hash.Hash, query string) error {
	rows, err := d.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	cols, err := rows.Columns()
	if err != nil {
		return err
	}
	values, dest := make([]any, len(cols)), make([]any, len(cols))
	for i := range values {
		dest[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		fmt.Fprintf(h, "%q\n", values)
	}
	return rows.Err()
}
