package shoptest

import (
	"testing"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
)

func Engines(t *testing.T, fn func(t *testing.T, d *db.DB)) { dbtest.Engines(t, fn) }
func OpenSQLite(t *testing.T) *db.DB                        { return dbtest.OpenSQLite(t) }
func OpenPostgres(t *testing.T) *db.DB                      { return dbtest.OpenPostgres(t) }
func SQLitePath(t *testing.T) string                        { return dbtest.SQLitePath(t) }
func PostgresURL(t *testing.T) string                       { return dbtest.PostgresURL(t) }
