package db_test

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
)

// write runs statements in one transaction.
func write(t testing.TB, d *db.DB, statements ...string) {
	t.Helper()
	err := d.Write(context.Background(), func(_ context.Context, tx *db.Tx) error {
		for _, s := range statements {
			if _, err := tx.Exec(s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// number reads one number.
func number(t testing.TB, d *db.DB, query string, args ...any) int64 {
	t.Helper()
	var n int64
	err := d.Read(context.Background(), func(_ context.Context, tx *db.Tx) error {
		return tx.QueryRow(query, args...).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestOpenMakesAFileForItsOwnerAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a b", "c?d#e%f", "shop.db")
	d, err := db.Open(t.Context(), path, db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(filepath.Dir(path), "shop.db*"))
	if err != nil || len(files) < 2 {
		t.Errorf("files %v, %v", files, err)
	}
	for _, f := range files {
		if info, err := os.Stat(f); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", filepath.Base(f), info.Mode(), err)
		}
	}
	if mode, sync := pragma(t, d, "journal_mode"), pragma(t, d, "synchronous"); mode != "wal" || sync != "2" {
		t.Errorf("journal_mode %s, synchronous %s: an acknowledged order would not survive a power cut", mode, sync)
	}
	if keys := pragma(t, d, "foreign_keys"); keys != "1" {
		t.Errorf("foreign_keys %s", keys)
	}
}

func pragma(t *testing.T, d *db.DB, name string) string {
	t.Helper()
	var s string
	if err := d.SQL().QueryRow(`pragma ` + name).Scan(&s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for _, dsn := range []string{folder, "postgres://u:hunter2@%zz/x", "postgres://u:hunter2@127.0.0.1:1/x?connect_timeout=2"} {
		d, err := db.Open(t.Context(), dsn, db.Options{})
		if err == nil {
			d.Close()
			t.Errorf("%s opens", dsn)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the password is in: %v", err)
		}
	}
}

func TestDialectOf(t *testing.T) {
	t.Parallel()
	for dsn, want := range map[string]db.Dialect{"postgres://x": db.Postgres, "postgresql://x": db.Postgres, "shop.db": db.SQLite, "data/postgres": db.SQLite} {
		if got := db.DialectOf(dsn); got != want {
			t.Errorf("%s is %s", dsn, got)
		}
	}
}

// What needs no database of its own shares one: making them is what takes time here.
func TestReading(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		t.Run("pools", func(t *testing.T) { testPools(t, d) })
		t.Run("in", func(t *testing.T) { testIn(t, d) })
		t.Run("count", func(t *testing.T) { testCount(t, d) })
		t.Run("all", func(t *testing.T) { testAll(t, d) })
	})
}

func testPools(t *testing.T, d *db.DB) {
	want := []string{"main"}
	if d.Dialect() == db.SQLite {
		want = []string{"reader", "writer"}
	}
	if got := slices.Sorted(maps.Keys(d.Stats())); !slices.Equal(got, want) {
		t.Errorf("pools %v", got)
	}
}

func TestReadersCannotWrite(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		write(t, d, `create table notes (text text not null)`)
		err := d.Read(t.Context(), func(_ context.Context, tx *db.Tx) error {
			_, err := tx.Exec(`insert into notes values ('x')`)
			return err
		})
		if err == nil {
			t.Error("Exec runs inside Read")
		}
		if d.Dialect() == db.SQLite { // whose reading connections refuse it by themselves
			err := d.Read(t.Context(), func(_ context.Context, tx *db.Tx) error {
				var s string
				return tx.QueryRow(`insert into notes values ('x') returning text`).Scan(&s)
			})
			if err == nil {
				t.Error("a reading connection writes")
			}
		}
		if n := number(t, d, `select count(*) from notes`); n != 0 {
			t.Errorf("%d rows were written", n)
		}
	})
}

func TestTimesAndNull(t *testing.T) {
	t.Parallel()
	at := time.Date(2024, 5, 20, 4, 30, 0, 123_999_999, time.FixedZone("", 8*60*60))
	if got := db.Millis(at); got != at.UnixMilli() {
		t.Errorf("kept as %v", got)
	}
	if got := db.Millis(time.Time{}); got != nil {
		t.Errorf("no time is kept as %v", got)
	}
	if got := db.Time(sql.NullInt64{Int64: at.UnixMilli(), Valid: true}); !got.Equal(at.Truncate(time.Millisecond)) || got.Location() != time.UTC {
		t.Errorf("read as %s", got)
	}
	if got := db.Time(sql.NullInt64{}); !got.IsZero() {
		t.Errorf("NULL is read as %s", got)
	}
}

func TestInAndArgs(t *testing.T) {
	t.Parallel()
	if got := db.In(3, 3) + db.In(1, 1) + db.In(10, 2); got != "($3,$4,$5)($1)($10,$11)" {
		t.Error(got)
	}
	if got := db.Args([]string{"a", "b"}, 1, nil); !slices.Equal(got, []any{1, nil, "a", "b"}) {
		t.Error(got)
	}
	if got := db.Args([]int{7}); !slices.Equal(got, []any{7}) {
		t.Error(got)
	}
}

func testIn(t *testing.T, d *db.DB) {
	names := []string{"events", "jobs", "nothing"}
	var got []string
	err := d.Read(t.Context(), func(_ context.Context, tx *db.Tx) (err error) {
		got, err = db.All(tx, db.Text, `select n from (select 'jobs' as n union select 'shop' union select $1) x where n in `+db.In(2, len(names))+` order by n`,
			db.Args(names, "events")...)
		return err
	})
	if err != nil || !slices.Equal(got, []string{"events", "jobs"}) {
		t.Errorf("%v, %v", got, err)
	}
}

// A text that one engine could keep and the other not is refused by both.
func TestTextsThatCannotBeKept(t *testing.T) {
	t.Parallel()
	type name string
	bad := "a\x00b"
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		write(t, d, `create table notes (text text)`)
		for _, arg := range []any{bad, "\xff", &bad, name(bad)} {
			err := d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error {
				_, err := tx.Exec(`insert into notes values ($1)`, arg)
				return err
			})
			if !errors.Is(err, db.ErrText) {
				t.Errorf("%q: %v", arg, err)
			}
			err = d.Read(t.Context(), func(_ context.Context, tx *db.Tx) error {
				var s string
				return tx.QueryRow(`select text from notes where text = $1`, arg).Scan(&s)
			})
			if !errors.Is(err, db.ErrText) {
				t.Errorf("looking for %q: %v", arg, err)
			}
		}
		good := "张 \ufffd \U0001F600"
		err := d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error {
			for _, arg := range []any{good, &good, name(good), nil, (*string)(nil)} {
				if _, err := tx.Exec(`insert into notes values (cast($1 as text))`, arg); err != nil {
					return err
				}
			}
			return nil
		})
		if n := number(t, d, `select count(*) from notes where text = $1`, good); err != nil || n != 3 {
			t.Errorf("%d are kept, %v", n, err)
		}
	})
}

func testCount(t *testing.T, d *db.DB) {
	ctx, count := db.WithCounter(t.Context())
	err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(`delete from jobs`); err != nil {
			return err
		}
		if _, err := db.All(tx, db.Text, `select id from jobs`); err != nil {
			return err
		}
		var n int
		return tx.QueryRow(`select count(*) from jobs`).Scan(&n)
	})
	if err != nil || count.N() != 3 {
		t.Errorf("a Write of three statements counts %d, %v", count.N(), err)
	}
	err = d.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		_, err := db.All(tx, db.Text, `select id from jobs`)
		return err
	})
	if err != nil || count.N() != 4 {
		t.Errorf("a Read of one more counts %d, %v", count.N(), err)
	}
	number(t, d, `select count(*) from jobs`) // under another context
	if count.N() != 4 {
		t.Errorf("another's statement is counted: %d", count.N())
	}
}

func testAll(t *testing.T, d *db.DB) {
	oops := errors.New("oops")
	for range 20 { // more often than there are connections
		err := d.Read(t.Context(), func(_ context.Context, tx *db.Tx) error {
			_, err := db.All(tx, func(db.Scanner) (int, error) { return 0, oops }, `select 1 union select 2`)
			return err
		})
		if !errors.Is(err, oops) {
			t.Fatal(err)
		}
	}
	err := d.Read(t.Context(), func(_ context.Context, tx *db.Tx) error {
		var n int
		return tx.QueryRow(`select 1 where 1 = 2`).Scan(&n)
	})
	if !errors.Is(err, db.ErrNoRows) {
		t.Errorf("no row: %v", err)
	}
	err = d.Read(t.Context(), func(_ context.Context, tx *db.Tx) error {
		_, err := tx.Query(`select nothing from nowhere`)
		return err
	})
	if err == nil {
		t.Error("a wrong statement runs")
	}
}
