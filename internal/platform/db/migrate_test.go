package db_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
)

// blank gives a database without any tables for each engine.
func blank(t *testing.T, fn func(t *testing.T, dsn string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		fn(t, filepath.Join(t.TempDir(), "shop.db"))
	})
	t.Run("postgres", func(t *testing.T) { // an empty schema of a migrated database
		t.Parallel()
		dsn := dbtest.PostgresURL(t)
		d := opened(t, dsn, db.Options{MaxConns: 1})
		write(t, d, `create schema blank`)
		u, err := url.Parse(dsn)
		if err != nil {
			t.Fatal(err)
		}
		q := u.Query()
		q.Set("search_path", "blank")
		u.RawQuery = q.Encode()
		fn(t, u.String())
	})
}

func TestMigrate(t *testing.T) {
	t.Parallel()
	blank(t, func(t *testing.T, dsn string) {
		d := opened(t, dsn, db.Options{MaxConns: 4})
		for range 2 { // the second time there is nothing to do
			if err := d.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if n := number(t, d, `select count(*) from events`); n != 0 {
			t.Errorf("%d events", n)
		}
		if n := number(t, d, `select count(*) from goose_db_version where version_id > 0`); n != number(t, d, `select max(version_id) from goose_db_version`) {
			t.Errorf("%d migrations are noted", n)
		}
	})
}

// Instances that start together migrate once, and all serve.
func TestMigrateAtOnce(t *testing.T) {
	t.Parallel()
	blank(t, func(t *testing.T, dsn string) {
		var all sync.WaitGroup
		for range 4 {
			d := opened(t, dsn, db.Options{MaxConns: 2, NoSync: true})
			all.Go(func() {
				if err := d.Migrate(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		d := opened(t, dsn, db.Options{MaxConns: 2})
		if n := number(t, d, `select count(*) - count(distinct version_id) from goose_db_version`); n != 0 {
			t.Errorf("%d migrations ran twice", n)
		}
		number(t, d, `select count(*) from jobs`)
	})
}

// schema gives what there is, as text.
func schema(t *testing.T, d *db.DB) string {
	t.Helper()
	query := `select table_name || '.' || column_name || ' ' || data_type from information_schema.columns where table_schema = current_schema order by 1`
	if d.Dialect() == db.SQLite {
		query = `select coalesce(sql, name) from sqlite_master order by name`
	}
	var all []string
	err := d.Read(t.Context(), func(_ context.Context, tx *db.Tx) (err error) {
		if all, err = db.All(tx, db.Text, query); err != nil {
			return err
		}
		versions, err := db.All(tx, db.Text, `select cast(version_id as text) from goose_db_version order by id`)
		all = append(all, versions...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, "\n")
}

func TestANewerDatabaseIsLeftAlone(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		known := number(t, d, `select max(version_id) from goose_db_version`)
		insert := `insert into goose_db_version (version_id, is_applied) values (%d, true)`
		if d.Dialect() == db.SQLite {
			insert = `insert into goose_db_version (version_id, is_applied) values (%d, 1)`
		}
		write(t, d, fmt.Sprintf(insert, known+1), `create table of_the_future (n integer)`)
		before := schema(t, d)
		err := d.Migrate(t.Context())
		if !errors.Is(err, db.ErrNewer) || !strings.Contains(err.Error(), fmt.Sprintf("schema %d, this program knows %d", known+1, known)) {
			t.Errorf("%v", err)
		}
		if after := schema(t, d); after != before {
			t.Errorf("the database changed from\n%s\nto\n%s", before, after)
		}
	})
}

func TestMigrateStopsWithItsContext(t *testing.T) {
	t.Parallel()
	blank(t, func(t *testing.T, dsn string) {
		d := opened(t, dsn, db.Options{MaxConns: 2})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := d.Migrate(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		if err := d.Migrate(t.Context()); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	})
}
