package db_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
)

// Money goes from one account to the other all the time; whenever a copy is taken, none is missing in it.
func TestCopyToIsConsistentWhileOthersWrite(t *testing.T) {
	t.Parallel()
	path := dbtest.SQLitePath(t)
	d, server := opened(t, path, db.Options{NoSync: true}), opened(t, path, db.Options{NoSync: true})
	write(t, d, `create table accounts (name text primary key, cents integer not null)`, `insert into accounts values ('a', 1000), ('b', 0)`,
		`create table moves (n integer)`)
	stop := make(chan struct{})
	var writers sync.WaitGroup
	moved := make(chan struct{}, 1)
	for range 2 {
		writers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				write(t, server, `update accounts set cents = cents - 1 where name = 'a'`, `update accounts set cents = cents + 1 where name = 'b'`, `insert into moves values (1)`)
				select {
				case moved <- struct{}{}:
				default:
				}
			}
		})
	}
	folder := t.TempDir()
	for _, name := range []string{"1.db", "2.db", "3.db"} {
		<-moved
		to := filepath.Join(folder, name)
		if err := d.CopyTo(t.Context(), to); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(to); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
		c := opened(t, to, db.Options{})
		sum, b, moves := number(t, c, `select sum(cents) from accounts`), number(t, c, `select cents from accounts where name = 'b'`), number(t, c, `select count(*) from moves`)
		if sum != 1000 || b != moves {
			t.Errorf("%s: the sum is %d; %d cents were moved in %d moves", name, sum, b, moves)
		}
		if ok := pragma(t, c, "integrity_check"); ok != "ok" {
			t.Errorf("%s: %s", name, ok)
		}
	}
	close(stop)
	writers.Wait()
	left, err := filepath.Glob(filepath.Join(folder, "*.part*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestCopyToLeavesNothingHalfDone(t *testing.T) {
	t.Parallel()
	d := dbtest.OpenSQLite(t)
	folder := t.TempDir()
	to := filepath.Join(folder, "copy.db")
	if err := os.WriteFile(to+".part", []byte("left by a crash"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := d.CopyTo(t.Context(), to); err != nil {
		t.Errorf("after a crash: %v", err)
	}
	if err := d.CopyTo(t.Context(), filepath.Join(folder, "nowhere", "copy.db")); err == nil {
		t.Error("a folder that is not there takes a copy")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.CopyTo(ctx, filepath.Join(folder, "late.db")); err == nil {
		t.Error("a copy is made for nobody")
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 1 {
		t.Errorf("in the folder: %v, %v", entries, err)
	}
	if err := dbtest.OpenPostgres(t).CopyTo(t.Context(), to); err == nil {
		t.Error("PostgreSQL is copied to a file")
	}
}

func TestPostgresEnv(t *testing.T) {
	t.Parallel()
	got, err := db.PostgresEnv("postgres://ann:s%20cret@db.example:5433/shop?sslmode=require")
	want := []string{"PGHOST=db.example", "PGPORT=5433", "PGUSER=ann", "PGPASSWORD=s cret", "PGDATABASE=shop", "PGSSLMODE=require"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := db.PostgresEnv("postgres://ann:hunter2@%zz"); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("%v", err)
	}
}
