package db

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"

	"github.com/jackc/pgx/v5/pgconn"
)

// CopyTo writes a consistent copy of a SQLite database to a new file while others read and write it. The file is
// complete or absent, and for its owner alone.
func (d *DB) CopyTo(ctx context.Context, path string) error {
	if d.dialect != SQLite {
		return errors.New("only a SQLite database is copied to a file")
	}
	part := path + ".part"
	if err := os.Remove(part); err != nil && !os.IsNotExist(err) {
		return err
	}
	if err := d.copyTo(ctx, part); err != nil {
		os.Remove(part)
		return fmt.Errorf("copy the database: %w", err)
	}
	if err := os.Rename(part, path); err != nil {
		return err
	}
	return syncFile(filepath.Dir(path))
}

func (d *DB) copyTo(ctx context.Context, path string) error {
	if err := touch(path); err != nil {
		return err
	}
	// VACUUM INTO writes the copy from one snapshot; a reading connection would do, but query_only forbids it there.
	if _, err := d.writer.ExecContext(ctx, `vacuum into ?`, path); err != nil {
		return err
	}
	return syncFile(path)
}

// touch makes an empty file that only its owner reads, unless there is a file.
func touch(path string) error {
	f, err := os.OpenFile(path, os.O_RDONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// syncFile has the disk keep a file, or the names in a folder.
func syncFile(path string) error {
	f, err := os.Open(path)
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
