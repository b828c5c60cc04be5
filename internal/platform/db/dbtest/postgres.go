package dbtest

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"kaidian/internal/platform/db"
)

const (
	// adminURL is where databases are made and dropped; KAIDIAN_TEST_POSTGRES names another place.
	adminURL = "postgres://root@127.0.0.1:5432/postgres"

	testPrefix     = "kaidian_test_"     // <pid>_<seconds since 1970>_<random>
	templatePrefix = "kaidian_template_" // <digest of the migrations>

	// A killed process leaves its databases; later ones drop them. A template that nobody used for a day is of
	// migrations that are no more.
	leftoverAge = time.Hour
	templateAge = 24 * time.Hour

	// buildLock is the advisory lock that one process holds while it makes the template or tidies up.
	buildLock = 0x6b616964 // "kaid"
)

func admin() string { return cmp.Or(os.Getenv("KAIDIAN_TEST_POSTGRES"), adminURL) }

// PostgresURL makes a fresh migrated PostgreSQL database and drops it when the test ends, whoever is still connected.
// It fails the test when no server answers.
func PostgresURL(t *testing.T) string {
	t.Helper()
	from, err := postgresTemplate()
	if err != nil {
		t.Fatal(err)
	}
	conn, err := connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	name := newName(time.Now())
	if _, err := conn.Exec(t.Context(), `create database `+name+` template `+from); err != nil {
		t.Fatalf("make a test database: %v", err)
	}
	t.Cleanup(func() {
		if err := drop(name); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	return onDatabase(admin(), name)
}

// postgresTemplate gives the name of the migrated database that tests are copied from, made once for all processes
// that run the same migrations.
var postgresTemplate = sync.OnceValues(func() (string, error) {
	m, err := migrated()
	if err != nil {
		return "", err
	}
	name := templatePrefix + m.digest
	return name, building(context.Background(), func(ctx context.Context, conn *pgx.Conn) error {
		if err := ensureTemplate(ctx, conn, name); err != nil {
			return fmt.Errorf("make the template database: %w", err)
		}
		return prune(ctx, conn, time.Now())
	})
})

// building runs fn while no other process makes templates or tidies up.
func building(ctx context.Context, fn func(ctx context.Context, conn *pgx.Conn) error) error {
	conn, err := connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close(ctx) // which gives the lock back
	if _, err := conn.Exec(ctx, `select pg_advisory_lock($1)`, buildLock); err != nil {
		return fmt.Errorf("wait to make the template database: %w", err)
	}
	return fn(ctx, conn)
}

// ensureTemplate makes the template under another name and renames it at the end, so that one under its own name is
// always whole. It also notes that the template is in use.
func ensureTemplate(ctx context.Context, conn *pgx.Conn, name string) error {
	var have bool
	err := conn.QueryRow(ctx, `select exists (select 1 from pg_database where datname = $1)`, name).Scan(&have)
	if err != nil {
		return err
	}
	if !have {
		draft := newName(time.Now())
		if _, err := conn.Exec(ctx, `create database `+draft+` template template0 encoding 'UTF8'`); err != nil {
			return err
		}
		if err := migratePostgres(ctx, draft); err != nil {
			return errors.Join(err, drop(draft))
		}
		if _, err := conn.Exec(ctx, `alter database `+draft+` rename to `+name); err != nil {
			return errors.Join(err, drop(draft))
		}
	}
	_, err = conn.Exec(ctx, fmt.Sprintf(`comment on database %s is '%d'`, name, time.Now().Unix()))
	return err
}

func migratePostgres(ctx context.Context, name string) error {
	d, err := db.Open(ctx, onDatabase(admin(), name), db.Options{MaxConns: 2})
	if err != nil {
		return err
	}
	return errors.Join(d.Migrate(ctx), d.Close())
}

// prune drops what killed processes and old versions of the migrations left.
func prune(ctx context.Context, conn *pgx.Conn, now time.Time) error {
	rows, err := conn.Query(ctx, `select datname, coalesce(shobj_description(oid, 'pg_database'), '')
		from pg_database where starts_with(datname, $1) or starts_with(datname, $2)`, testPrefix, templatePrefix)
	if err != nil {
		return err
	}
	var name, note string
	var old []string
	_, err = pgx.ForEachRow(rows, []any{&name, &note}, func() error {
		if outlived(name, note, now) {
			old = append(old, name)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, name := range old {
		if err := drop(name); err != nil {
			return err
		}
	}
	return nil
}

// outlived tells whether nobody can want the database any more. It keeps what it cannot read.
func outlived(name, note string, now time.Time) bool {
	if strings.HasPrefix(name, templatePrefix) {
		used, err := strconv.ParseInt(note, 10, 64)
		return err == nil && now.Sub(time.Unix(used, 0)) > templateAge
	}
	parts := strings.Split(strings.TrimPrefix(name, testPrefix), "_")
	if len(parts) != 3 {
		return false
	}
	made, err := strconv.ParseInt(parts[1], 10, 64)
	return err == nil && now.Sub(time.Unix(made, 0)) > leftoverAge
}

func newName(now time.Time) string {
	return fmt.Sprintf("%s%d_%d_%s", testPrefix, os.Getpid(), now.Unix(), strings.ToLower(rand.Text()[:10]))
}

// drop runs on a connection and a deadline of its own: the test that asks for it has ended.
func drop(name string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	conn, err := connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, `drop database if exists `+name+` with (force)`)
	return err
}

// connect reaches the admin database. When other tests hold all of the server's connections it waits its turn.
func connect(ctx context.Context) (*pgx.Conn, error) {
	for wait := 50 * time.Millisecond; ; wait *= 2 {
		conn, err := pgx.Connect(ctx, admin())
		if err == nil {
			return conn, nil
		}
		var refused *pgconn.PgError
		if full := errors.As(err, &refused) && refused.Code == "53300"; !full || wait > 5*time.Second {
			return nil, unreachable(err)
		}
		select {
		case <-ctx.Done():
			return nil, unreachable(errors.Join(ctx.Err(), err))
		case <-time.After(wait):
		}
	}
}

func unreachable(err error) error {
	return fmt.Errorf("PostgreSQL is needed and does not answer: `make services` starts one, "+
		"KAIDIAN_TEST_POSTGRES names another: %w", err)
}

// onDatabase gives the URL of another database of the same server.
func onDatabase(server, name string) string {
	u, err := url.Parse(server)
	if err != nil {
		return server // connect has refused it already
	}
	u.Path = "/" + name
	return u.String()
}
