package dbtest

import (
	"context"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"kaidian/internal/platform/db"
)

func TestEnginesAreBothMigratedAndEmpty(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	seen := map[db.Dialect]string{}
	t.Run("all", func(t *testing.T) {
		Engines(t, func(t *testing.T, d *db.DB) {
			mu.Lock()
			seen[d.Dialect()] = t.Name()
			mu.Unlock()
			if err := d.Migrate(t.Context()); err != nil {
				t.Errorf("migrating again: %v", err)
			}
			if n := countEvents(t, d); n != 0 {
				t.Errorf("a fresh database has %d events", n)
			}
			addEvent(t, d)
		})
	})
	for dialect, name := range map[db.Dialect]string{db.SQLite: "/sqlite", db.Postgres: "/postgres"} {
		if !strings.HasSuffix(seen[dialect], name) {
			t.Errorf("engine %s ran as %q, want …%s", dialect, seen[dialect], name)
		}
	}
}

func TestEachDatabaseIsItsOwn(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(*testing.T) *db.DB{"sqlite": OpenSQLite, "postgres": OpenPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, b := open(t), open(t)
			addEvent(t, a)
			if n := countEvents(t, b); n != 0 {
				t.Errorf("one database shows %d events of another", n)
			}
		})
	}
}

func TestPostgresDatabaseIsGoneAfterItsTest(t *testing.T) {
	t.Parallel()
	var name string
	t.Run("inner", func(t *testing.T) {
		dsn := PostgresURL(t)
		u, err := url.Parse(dsn)
		if err != nil {
			t.Fatal(err)
		}
		name = strings.TrimPrefix(u.Path, "/")
		if _, err := pgx.Connect(t.Context(), dsn); err != nil { // and stays connected when the test ends
			t.Fatal(err)
		}
		if !exists(t, name) {
			t.Errorf("%s is not there during its test", name)
		}
	})
	if exists(t, name) {
		t.Errorf("%s is still there after its test", name)
	}
}

func TestConcurrentProcessesShareOneTemplate(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	name := templatePrefix + "f" + newName(time.Now())[len(testPrefix):]
	t.Cleanup(func() {
		if err := drop(name); err != nil {
			t.Error(err)
		}
	})
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			err := building(ctx, func(ctx context.Context, conn *pgx.Conn) error {
				return ensureTemplate(ctx, conn, name)
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if !exists(t, name) {
		t.Errorf("no template %s", name)
	}
}

func TestPruneDropsOnlyWhatIsOld(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	conn := adminConn(t)
	defer conn.Close(ctx)
	old, young := newName(time.Now().Add(-2*leftoverAge)), newName(time.Now())
	for _, name := range []string{old, young} {
		if _, err := conn.Exec(ctx, `create database `+name); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := drop(name); err != nil {
				t.Error(err)
			}
		})
	}
	if err := prune(ctx, conn, time.Now()); err != nil {
		t.Fatal(err)
	}
	if exists(t, old) {
		t.Errorf("%s outlived the pruning", old)
	}
	if !exists(t, young) {
		t.Errorf("%s is gone, and it is young", young)
	}
}

func TestOutlived(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	for _, c := range []struct {
		name, note string
		want       bool
	}{
		{"kaidian_test_12_1699996399_abc", "", true},
		{"kaidian_test_12_1699996401_abc", "", false},
		{"kaidian_test_12_1800000000_abc", "", false},
		{"kaidian_test_mine", "", false},
		{"kaidian_test_a_b_c", "", false},
		{"kaidian_template_01234567", "1699913599", true},
		{"kaidian_template_01234567", "1699913601", false},
		{"kaidian_template_01234567", "", false},
	} {
		if got := outlived(c.name, c.note, now); got != c.want {
			t.Errorf("outlived(%q, %q) = %v, want %v", c.name, c.note, got, c.want)
		}
	}
}

func TestDigestIsTheSameEveryTimeAndSeesEveryChange(t *testing.T) {
	t.Parallel()
	m, err := migrated()
	if err != nil {
		t.Fatal(err)
	}
	again := func(change string) string {
		path := filepath.Join(t.TempDir(), "x.db")
		if change != "" {
			d, err := db.Open(t.Context(), path, db.Options{NoSync: true})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := d.SQL().ExecContext(t.Context(), change); err != nil {
				t.Fatal(err)
			}
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
		}
		digest, err := migrate(path)
		if err != nil {
			t.Fatal(err)
		}
		return digest
	}
	if got := again(""); got != m.digest {
		t.Errorf("the same migrations gave %s and %s", m.digest, got)
	}
	table := again(`create table extra (a)`)
	row := again(`create table extra (a); insert into extra values (1)`)
	if table == m.digest || row == m.digest || row == table {
		t.Errorf("digests %s, %s with a table, %s with a row: want all different", m.digest, table, row)
	}
}

func TestUnreachableNamesTheRemedy(t *testing.T) {
	t.Parallel()
	_, err := pgx.Connect(t.Context(), "postgres://root@127.0.0.1:1/postgres?connect_timeout=2")
	if err == nil {
		t.Fatal("something answers on port 1")
	}
	if text := unreachable(err).Error(); !strings.Contains(text, "make services") {
		t.Errorf("%q does not say what to do", text)
	}
}

func adminConn(t *testing.T) *pgx.Conn {
	t.Helper()
	conn, err := connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

func exists(t *testing.T, name string) bool {
	t.Helper()
	conn := adminConn(t)
	defer conn.Close(t.Context())
	var have bool
	err := conn.QueryRow(t.Context(), `select exists (select 1 from pg_database where datname = $1)`, name).Scan(&have)
	if err != nil {
		t.Fatal(err)
	}
	return have
}

func addEvent(t *testing.T, d *db.DB) {
	t.Helper()
	err := d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error {
		_, err := tx.Exec(`insert into events (id, topic, subject, payload, created_at) values ('e', 't', 's', '{}', 0)`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func countEvents(t *testing.T, d *db.DB) (n int) {
	t.Helper()
	err := d.Read(t.Context(), func(_ context.Context, tx *db.Tx) error {
		return tx.QueryRow(`select count(*) from events`).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
