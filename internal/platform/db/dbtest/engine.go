// Package dbtest gives tests what they run against: both database engines, freshly migrated, one database for each
// test and none left behind.
package dbtest

import (
	"os"
	"path/filepath"
	"testing"

	"kaidian/internal/platform/db"
)

// testConns is the size of a test's PostgreSQL pool: enough for races, small enough that many packages share a
// server of 100 connections.
const testConns = 8

// Engines runs fn as one subtest for each engine, "sqlite" and "postgres", in parallel, each with a fresh migrated
// database that is closed and gone when the subtest ends. The caller says t.Parallel() itself.
func Engines(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		fn(t, OpenSQLite(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		fn(t, OpenPostgres(t))
	})
}

// OpenSQLite opens a fresh migrated SQLite database, without waiting for the disk.
func OpenSQLite(t *testing.T) *db.DB {
	t.Helper()
	return open(t, SQLitePath(t))
}

// OpenPostgres opens a fresh migrated PostgreSQL database. It fails the test when no server answers.
func OpenPostgres(t *testing.T) *db.DB {
	t.Helper()
	return open(t, PostgresURL(t))
}

// SQLitePath makes a fresh migrated SQLite file, for tests that open it themselves: a server, or two.
func SQLitePath(t *testing.T) string {
	t.Helper()
	m, err := migrated()
	if err != nil {
		t.Fatalf("make the SQLite template: %v", err)
	}
	path := filepath.Join(t.TempDir(), "kaidian.db")
	if err := os.WriteFile(path, m.file, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func open(t *testing.T, dsn string) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), dsn, db.Options{NoSync: true, MaxConns: testConns})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close the test's database: %v", err)
		}
	})
	return d
}
