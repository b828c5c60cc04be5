package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"

	"kaidian/internal/config"
	"kaidian/internal/platform/db"
)

// Backup writes a consistent copy of the shop's database to a new file, also while another process serves it.
func Backup(ctx context.Context, data config.Shop, to string) error {
	if _, err := os.Lstat(to); err == nil {
		return fmt.Errorf("%s exists already; choose another file", to)
	}
	if db.DialectOf(data.DSN()) == db.Postgres {
		return dump(ctx, data.DSN(), to)
	}
	if _, err := os.Stat(data.DSN()); err != nil {
		return fmt.Errorf("there is no shop at %s", data.DSN())
	}
	d, err := db.Open(ctx, data.DSN(), db.Options{})
	if err != nil {
		return err
	}
	defer d.Close()
	return d.CopyTo(ctx, to)
}

// dump has PostgreSQL's own tool write the copy. The password goes through the environment: arguments can be seen by all.
func dump(ctx context.Context, url, to string) error {
	tool, err := exec.LookPath("pg_dump")
	if err != nil {
		return errors.New("a backup of PostgreSQL needs pg_dump, which is not installed here")
	}
	env, err := db.PostgresEnv(url)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, tool, "--format=custom", "--file="+to)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		os.Remove(to)
		return fmt.Errorf("pg_dump: %w: %s", err, out)
	}
	return nil
}
