package db_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
)

func opened(t *testing.T, dsn string, o db.Options) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), dsn, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// Two doctors are on call; each may go home if the other stays. Only transactions that run as if one after the other,
// and again when they did not, keep one of them there.
func TestWriteRunsAgainAfterASerialisationFailure(t *testing.T) {
	t.Parallel()
	d := opened(t, dbtest.PostgresURL(t), db.Options{MaxConns: 4, Isolation: sql.LevelSerializable})
	write(t, d, `create table doctors (name text primary key, on_call integer not null)`, `insert into doctors values ('ann', 1), ('bob', 1)`)
	var read, all sync.WaitGroup
	var mu sync.Mutex
	runs, commits := 0, 0
	read.Add(2)
	for _, name := range []string{"ann", "bob"} {
		all.Go(func() {
			first := true
			err := d.Write(context.Background(), func(_ context.Context, tx *db.Tx) error {
				mu.Lock()
				runs++
				mu.Unlock()
				tx.AfterCommit(func() {
					mu.Lock()
					commits++
					mu.Unlock()
				})
				var n int
				if err := tx.QueryRow(`select count(*) from doctors where on_call = 1`).Scan(&n); err != nil {
					return err
				}
				if first { // both have read before either writes
					first = false
					read.Done()
					read.Wait()
				}
				if n < 2 {
					return nil
				}
				_, err := tx.Exec(`update doctors set on_call = 0 where name = $1`, name)
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := number(t, d, `select count(*) from doctors where on_call = 1`); n != 1 {
		t.Errorf("%d doctors are on call", n)
	}
	if runs < 3 || commits != 2 {
		t.Errorf("the closures ran %d times; what follows a commit ran %d times, want 2", runs, commits)
	}
}

func TestWriteRunsAgainAfterADeadlock(t *testing.T) {
	t.Parallel()
	d := dbtest.OpenPostgres(t)
	write(t, d, `create table stock (name text primary key, n integer not null)`, `insert into stock values ('a', 0), ('b', 0)`)
	var held, all sync.WaitGroup
	held.Add(2)
	for _, order := range [][2]string{{"a", "b"}, {"b", "a"}} {
		all.Go(func() {
			first := true
			err := d.Write(context.Background(), func(_ context.Context, tx *db.Tx) error {
				for i, name := range order {
					if _, err := tx.Exec(`update stock set n = n + 1 where name = $1`, name); err != nil {
						return fmt.Errorf("step %d: %w", i, err)
					}
					if first {
						first = false
						held.Done()
						held.Wait()
					}
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := number(t, d, `select sum(n) from stock`); n != 4 {
		t.Errorf("stock is %d, want 4", n)
	}
}

// locked gives SQLite's own word for a database that somebody else writes.
func locked(t *testing.T, path string) error {
	t.Helper()
	other, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(0)&_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	tx, err := other.Begin()
	if err == nil {
		tx.Rollback()
		t.Fatal("the database is not locked")
	}
	return err
}

func TestWriteRunsAgainWhenSQLiteIsBusy(t *testing.T) {
	t.Parallel()
	path := dbtest.SQLitePath(t)
	d := opened(t, path, db.Options{NoSync: true})
	write(t, d, `create table notes (n integer)`)
	runs, commits := 0, 0
	err := d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error {
		runs++
		tx.AfterCommit(func() { commits++ })
		if _, err := tx.Exec(`insert into notes values ($1)`, runs); err != nil {
			return err
		}
		if runs < 3 {
			return fmt.Errorf("wrapped: %w", locked(t, path))
		}
		return nil
	})
	if n := number(t, d, `select sum(n) from notes`); err != nil || runs != 3 || n != 3 || commits != 1 {
		t.Errorf("%v; it ran %d times, left %d, and was followed %d times", err, runs, n, commits)
	}
	runs = 0
	err = d.Write(t.Context(), func(context.Context, *db.Tx) error {
		runs++
		return locked(t, path)
	})
	if !errors.Is(err, db.ErrBusy) || runs < 5 || runs > 50 {
		t.Errorf("always busy: %v after %d runs", err, runs)
	}
}

func TestWriteWaitsForAnotherProcess(t *testing.T) {
	t.Parallel()
	path := dbtest.SQLitePath(t)
	d, other := opened(t, path, db.Options{NoSync: true}), opened(t, path, db.Options{NoSync: true})
	write(t, d, `create table notes (text text)`)
	holds, release, done := make(chan struct{}), make(chan struct{}), make(chan error, 2)
	go func() {
		done <- other.Write(context.Background(), func(_ context.Context, tx *db.Tx) error {
			_, err := tx.Exec(`insert into notes values ('other')`)
			close(holds)
			<-release
			return err
		})
	}()
	<-holds
	entered := make(chan struct{})
	go func() {
		done <- d.Write(context.Background(), func(_ context.Context, tx *db.Tx) error {
			close(entered)
			_, err := tx.Exec(`insert into notes values ('mine')`)
			return err
		})
	}()
	if n := number(t, d, `select count(*) from notes`); n != 0 {
		t.Errorf("readers see %d rows of a transaction that is not over", n)
	}
	select {
	case <-entered:
		t.Error("two processes write at once")
	case <-time.After(20 * time.Millisecond):
	}
	close(release)
	if err := errors.Join(<-done, <-done); err != nil {
		t.Error(err)
	}
	if n := number(t, d, `select count(*) from notes`); n != 2 {
		t.Errorf("%d rows", n)
	}
}

func TestOtherErrorsAreNotTriedAgain(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		write(t, d, `create table notes (text text)`)
		oops := errors.New("oops")
		runs, commits := 0, 0
		err := d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error {
			runs++
			tx.AfterCommit(func() { commits++ })
			if _, err := tx.Exec(`insert into notes values ('x')`); err != nil {
				return err
			}
			return oops
		})
		if !errors.Is(err, oops) || runs != 1 || commits != 0 {
			t.Errorf("%v after %d runs, followed %d times", err, runs, commits)
		}
		if n := number(t, d, `select count(*) from notes`); n != 0 {
			t.Errorf("%d rows of a failed transaction", n)
		}
	})
}

func TestAfterCommit(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		write(t, d, `create table notes (text text)`)
		var order []string
		err := d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error {
			for _, name := range []string{"first", "second"} {
				tx.AfterCommit(func() {
					order = append(order, name)
					if n := number(t, d, `select count(*) from notes`); n != 1 {
						t.Errorf("%s runs before the commit", name)
					}
					write(t, d, `insert into jobs values ('`+name+`', 'k', '', 'waiting', 0, 0, null, 0)`) // the connection is free
				})
			}
			order = append(order, "inside")
			_, err := tx.Exec(`insert into notes values ('x')`)
			return err
		})
		if err != nil || fmt.Sprint(order) != "[inside first second]" {
			t.Errorf("%v, %v", order, err)
		}
	})
}

func TestWriteInsideWritePanics(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		write(t, d, `create table notes (text text)`)
		func() {
			defer func() {
				if p := recover(); p == nil {
					t.Error("a Write runs inside another")
				}
			}()
			d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { //nolint:errcheck // it panics
				if _, err := tx.Exec(`insert into notes values ('lost')`); err != nil {
					t.Error(err)
				}
				return d.Write(ctx, func(context.Context, *db.Tx) error { return nil })
			})
		}()
		write(t, d, `insert into notes values ('after')`) // the connection is free, and the first is rolled back
		if n := number(t, d, `select count(*) from notes`); n != 1 {
			t.Errorf("%d rows", n)
		}
	})
}

func TestACancelledWriteLeavesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		write(t, d, `create table notes (text text)`)
		for name, cancelAt := range map[string]func(cancel func(), tx *db.Tx) error{
			"between statements": func(cancel func(), tx *db.Tx) error {
				cancel()
				_, err := tx.Exec(`insert into notes values ('y')`)
				return err
			},
			"in a statement": func(cancel func(), tx *db.Tx) error {
				time.AfterFunc(20*time.Millisecond, cancel)
				var n int64
				slow := `with recursive c(x) as (select 1 union all select x + 1 from c where x < 1000000000) select count(*) from c`
				return tx.QueryRow(slow).Scan(&n)
			},
			"before the commit": func(cancel func(), _ *db.Tx) error { cancel(); return nil },
		} {
			if name == "in a statement" && d.Dialect() == db.SQLite {
				continue // there the transaction may be others' too, and a statement runs to its end
			}
			ctx, cancel := context.WithCancel(t.Context())
			begun := time.Now()
			err := d.Write(ctx, func(_ context.Context, tx *db.Tx) error {
				if _, err := tx.Exec(`insert into notes values ('x')`); err != nil {
					return err
				}
				return cancelAt(cancel, tx)
			})
			cancel()
			if err == nil || time.Since(begun) > 5*time.Second {
				t.Errorf("%s: %v after %s", name, err, time.Since(begun))
			}
			if n := number(t, d, `select count(*) from notes`); n != 0 {
				t.Errorf("%s: %d rows are left", name, n)
			}
			write(t, d, `insert into notes values ('z')`, `delete from notes`) // the connection works
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := d.Write(ctx, func(context.Context, *db.Tx) error { t.Error("it runs"); return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled before: %v", err)
		}
	})
}

// Many texts at once, more than are kept: each gives its own answer.
func TestKeptStatementsAreSharedSafely(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		write(t, d, `create table notes (a integer, b integer)`)
		var all sync.WaitGroup
		for g := range 8 {
			all.Go(func() {
				for i := range 100 {
					want := int64(g*100 + i) // 800 texts, half of them asked for twice
					text := fmt.Sprintf(`select %d + $1`, want)
					for range 1 + i%2 {
						var got int64
						err := d.Read(context.Background(), func(_ context.Context, tx *db.Tx) error {
							return tx.QueryRow(text, int64(1)).Scan(&got)
						})
						if err != nil || got != want+1 {
							t.Errorf("%s gives %d, %v", text, got, err)
						}
					}
					if i%10 == 0 {
						err := d.Write(context.Background(), func(_ context.Context, tx *db.Tx) error {
							for range 2 {
								if _, err := tx.Exec(fmt.Sprintf(`insert into notes values ($1, %d)`, i), g); err != nil {
									return err
								}
							}
							return nil
						})
						if err != nil {
							t.Error(err)
						}
					}
				}
			})
		}
		all.Wait()
		if n := number(t, d, `select count(*) from notes`); n != 160 {
			t.Errorf("%d rows, want 160", n)
		}
	})
}

// What was prepared is of use after the schema has changed.
func TestKeptStatementsSurviveAMigration(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		write(t, d, `create table notes (a integer)`, `insert into notes values (1)`)
		for range 2 {
			write(t, d, `update notes set a = a + 1`)
			number(t, d, `select a from notes`)
		}
		write(t, d, `alter table notes add column b integer default 7`)
		write(t, d, `update notes set a = a + 1`)
		if n := number(t, d, `select a from notes`); n != 4 {
			t.Errorf("a is %d", n)
		}
		if n := number(t, d, `select b from notes`); n != 7 {
			t.Errorf("b is %d", n)
		}
	})
}

// What is gathered is written in order before the commit, also what is gathered while that is done; of a closure that fails nothing is.
func TestGather(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		var lots [][]int
		gather := func(end error) error {
			return d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error {
				lots = nil
				var write func(lot []int) error
				write = func(lot []int) error {
					if lots = append(lots, lot); len(lots) == 1 {
						db.Gather(tx, "lot", 3, write)
					}
					return nil
				}
				db.Gather(tx, "lot", 1, write)
				db.Gather(tx, "lot", 2, write)
				return end
			})
		}
		if err := gather(nil); err != nil || fmt.Sprint(lots) != "[[1 2] [3]]" {
			t.Errorf("wrote %v, %v", lots, err)
		}
		if err := gather(errors.New("not today")); err == nil || lots != nil {
			t.Errorf("wrote %v, %v", lots, err)
		}
	})
}
