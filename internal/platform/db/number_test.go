package db_test

import (
	"context"
	"errors"
	"testing"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
)

// add inserts an event and gives its number.
func add(t *testing.T, d *db.DB, id string) int64 {
	t.Helper()
	var n int64
	err := d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error {
		return tx.QueryRow(`insert into events (id, topic, subject, payload, created_at) values ($1, 't', 's', '{}', 0) returning number`, id).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func advance(t *testing.T, d *db.DB, n int64) {
	t.Helper()
	err := d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error { return tx.AdvanceNumber("events", n) })
	if err != nil {
		t.Fatal(err)
	}
}

func TestAdvanceNumber(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		advance(t, d, 0)
		if n := add(t, d, "a"); n != 1 {
			t.Errorf("the first number is %d", n)
		}
		advance(t, d, 594)
		if n := add(t, d, "b"); n != 595 {
			t.Errorf("after 594 comes %d", n)
		}
		advance(t, d, 100) // not back
		if n := add(t, d, "c"); n != 596 {
			t.Errorf("after 100, which was long ago, comes %d", n)
		}
		write(t, d, `delete from events`)
		advance(t, d, 5) // nor to what deleted rows had
		if n := add(t, d, "d"); n != 597 {
			t.Errorf("after rows were deleted comes %d", n)
		}
		// An importer brings its own numbers, then has the engine go on above them.
		write(t, d, `insert into events (number, id, topic, subject, payload, created_at) values (5000000000, 'e', 't', 's', '{}', 0)`)
		advance(t, d, 0)
		if n := add(t, d, "f"); n != 5000000001 {
			t.Errorf("after an import comes %d", n)
		}
	})
}

func TestAdvanceNumberOfNoTable(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		for _, table := range []string{"events; drop table jobs", "Events", "", "e'"} {
			err := d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error { return tx.AdvanceNumber(table, 1) })
			if err == nil {
				t.Errorf("%q is a table", table)
			}
		}
		oops := errors.New("oops")
		err := d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error {
			if err := tx.AdvanceNumber("events", 10); err != nil {
				return err
			}
			return oops
		})
		if !errors.Is(err, oops) {
			t.Error(err)
		}
		if n := add(t, d, "a"); n != 1 && n != 11 { // PostgreSQL's sequences know no rollback
			t.Errorf("after a rollback comes %d", n)
		}
	})
}
