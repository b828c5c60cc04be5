package db_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
)

// Writes that come together, of which some fail, some panic and some are given up: each is whole or not at all, and whoever was told
// that it is done finds it done.
func TestWritesThatComeTogether(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		write(t, d, `create table notes (writer integer not null, part integer not null)`)
		refused := errors.New("refused")
		var told atomic.Int64
		var all sync.WaitGroup
		for i := range 200 {
			all.Go(func() {
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				if i%7 == 3 {
					cancel()
				}
				defer func() {
					if p := recover(); (p != nil) != (i%7 == 2) {
						t.Errorf("%d: panics with %v", i, p)
					}
				}()
				err := d.Write(ctx, func(_ context.Context, tx *db.Tx) error {
					for part := range 3 {
						if _, err := tx.Exec(`insert into notes values ($1, $2)`, i, part); err != nil {
							return err
						}
						switch {
						case part == 1 && i%7 == 1:
							return refused
						case part == 1 && i%7 == 2:
							panic("broken")
						case part == 1 && i%7 == 4:
							if _, err := tx.Exec(`insert into notes values ($1, null)`, i); err == nil {
								t.Error("no error for a null")
							} else {
								return err
							}
						}
					}
					return nil
				})
				if want := i%7 == 0 || i%7 > 4; (err == nil) != want || i%7 == 1 && !errors.Is(err, refused) {
					t.Errorf("%d: %v", i, err)
				}
				if err != nil {
					return
				}
				told.Add(1)
				if n := number(t, d, fmt.Sprintf(`select count(*) from notes where writer = %d`, i)); n != 3 {
					t.Errorf("%d was told that it is done and finds %d of 3 rows", i, n)
				}
			})
		}
		all.Wait()
		if n := number(t, d, `select count(*) from notes`); n != 3*told.Load() || n == 0 {
			t.Errorf("%d rows for %d writers", n, told.Load())
		}
	})
}

// What a closure did is undone before the next one looks, also when both are in one transaction.
func TestAFailedWriteIsUndoneForTheNext(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		write(t, d, `create table counters (n integer not null)`, `insert into counters values (0)`)
		var all sync.WaitGroup
		var added atomic.Int64
		for i := range 100 {
			all.Go(func() {
				err := d.Write(context.Background(), func(_ context.Context, tx *db.Tx) error {
					var n int64
					if _, err := tx.Exec(`update counters set n = n + 1000`); err != nil {
						return err
					}
					if i%2 == 0 {
						return errors.New("no")
					}
					if err := tx.QueryRow(`update counters set n = n - 999 returning n`).Scan(&n); err != nil {
						return err
					}
					if n > 50 {
						t.Errorf("%d sees %d", i, n)
					}
					return nil
				})
				if err == nil {
					added.Add(1)
				}
			})
		}
		all.Wait()
		if n := number(t, d, `select n from counters`); n != 50 || added.Load() != 50 {
			t.Errorf("%d after %d", n, added.Load())
		}
	})
}

// A write inside of which the database is closed, or its connection breaks, is an error and no silence.
func TestWritesAfterClose(t *testing.T) {
	t.Parallel()
	d := dbtest.OpenSQLite(t)
	write(t, d, `create table notes (a integer)`)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	err := d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error {
		_, err := tx.Exec(`insert into notes values (1)`)
		return err
	})
	if err == nil {
		t.Error("it writes after Close")
	}
}

func BenchmarkWritesTogether(b *testing.B) {
	for _, clients := range []int{1, 8, 64} {
		b.Run(fmt.Sprint(clients), func(b *testing.B) {
			d, err := db.Open(b.Context(), b.TempDir()+"/b.db", db.Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer d.Close()
			one := func(query string) {
				if err := d.Write(b.Context(), func(_ context.Context, tx *db.Tx) error { _, err := tx.Exec(query); return err }); err != nil {
					b.Error(err)
				}
			}
			one(`create table notes (a integer primary key, b text)`)
			var left atomic.Int64
			left.Store(int64(b.N))
			b.ResetTimer()
			var all sync.WaitGroup
			for range clients {
				all.Go(func() {
					for left.Add(-1) >= 0 {
						one(`insert into notes (b) values ('something to write')`)
					}
				})
			}
			all.Wait()
		})
	}
}
