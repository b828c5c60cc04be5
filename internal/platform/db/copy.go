package db

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"

	"github.com/jackc/pgx/v5/pgconn"
)

// CopyTo writes a consistent copy of a SQLite database to a new file while others read and write it. The file is
// complete or absent.
func (d *DB) CopyTo(ctx context.Context, path string) error {
	part := path + ".part"
	if err := os.Remove(part); err != nil && !os.IsNotExist(err) {
		return err
	}
	// VACUUM INTO writes the copy from one snapshot; a reading connection would do, but query_only forbids it there.
	if _, err := d.writer.ExecContext(ctx, `vacuum into ?`, part); err != nil {
		os.Remove(part)
		return fmt.Errorf("copy the database: %w", err)
	}
	if err := syncFile(part); err != nil {
		os.Remove(part)
		return err
	}
	if err := os.Chmod(part, 0o600); err != nil {
		return err
	}
	return os.Rename(part, path)
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

// PostgresEnv gives the environment with which PostgreSQL's own tools reach the database of a URL.
func PostgresEnv(dsn string) ([]string, error) {
	c, err := pgconn.ParseConfig(dsn)
	if err != nil {
		return nil, errors.New("the database's URL is not understood")
	}
	env := []string{"PGHOST=" + c.Host, "PGPORT=" + strconv.Itoa(int(c.Port)), "PGUSER=" + c.User, "PGPASSWORD=" + c.Password, "PGDATABASE=" + c.Database}
	if u, err := url.Parse(dsn); err == nil && u.Query().Get("sslmode") != "" {
		env = append(env, "PGSSLMODE="+u.Query().Get("sslmode"))
	}
	return env, nil
}
