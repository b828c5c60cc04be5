package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"kaidian/internal/platform/db"
)

// The engines.
const (
	sqlite   = string(db.SQLite)
	postgres = string(db.Postgres)
)

// makeDatabase makes the shop's database where the engine has one apart from the folder. What it gives drops it and
// adds to an error.
func (s *shopAt) makeDatabase(ctx context.Context, admin string) (drop func(*error), err error) {
	if s.engine != postgres {
		return func(*error) {}, nil
	}
	u, err := url.Parse(admin)
	if err != nil {
		return nil, errors.New("KAIDIAN_TEST_POSTGRES is no URL")
	}
	// Named as the tests name theirs, so that they tidy it up if this process is killed.
	name := fmt.Sprintf("kaidian_test_%d_%d_%s", os.Getpid(), time.Now().Unix(), strings.ToLower(rand.Text()[:10]))
	if err := administer(ctx, admin, `create database `+name+` template template0 encoding 'UTF8'`); err != nil {
		return nil, err
	}
	u.Path = "/" + name
	if q := u.Query(); here(u.Hostname()) && !q.Has("sslmode") { // as one has a server on the same machine
		q.Set("sslmode", "disable")
		u.RawQuery = q.Encode()
	}
	s.database = u.String()
	return func(err *error) {
		gone, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
		defer cancel()
		*err = errors.Join(*err, administer(gone, admin, `drop database if exists `+name+` with (force)`))
	}, nil
}

// here tells whether a host is this machine.
func here(host string) bool {
	ip := net.ParseIP(host)
	return host == "" || host == "localhost" || ip != nil && ip.IsLoopback()
}

func administer(ctx context.Context, admin, statement string) error {
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		return fmt.Errorf("reach PostgreSQL: %w", err)
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	return err
}

// version gives the name and version of the engine.
func version(ctx context.Context, d *db.DB) (string, error) {
	name, query := "SQLite ", `select sqlite_version()`
	if d.Dialect() == db.Postgres {
		name, query = "PostgreSQL ", `select split_part(current_setting('server_version'), ' ', 1)`
	}
	var v string
	err := d.Read(ctx, func(_ context.Context, tx *db.Tx) error { return tx.QueryRow(query).Scan(&v) })
	return name + v, err
}
