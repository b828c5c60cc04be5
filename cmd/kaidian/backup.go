package main

import (
	"context"
	"errors"
	"fmt"

	"kaidian/internal/app"
	"kaidian/internal/config"
	"kaidian/internal/platform/blob"
	"kaidian/internal/platform/db"
)

type backupCmd struct {
	config.Shop  `embed:""`
	BlobS3       string `name:"blob-s3" placeholder:"URL" help:"Bucket that the shop is served with. What is in it stays there."`
	DatabaseOnly bool   `help:"Write the database alone, to a file."`
	To           string `arg:"" type:"path" help:"Folder to write, new or empty: shop.db, or shop.dump for pg_restore, and the pictures, files, mails and templates of the data folder. It can be served as it is."`
}

// Validate is kong's hook.
func (c backupCmd) Validate() error {
	err := c.Shop.Validate()
	if c.BlobS3 != "" {
		if _, bad := blob.ParseS3(c.BlobS3); bad != nil {
			err = errors.Join(err, fmt.Errorf("--blob-s3: %w", bad))
		}
	}
	return err
}

// Run writes the copy and says how it becomes a shop again.
func (c backupCmd) Run(ctx context.Context, std stdio) error {
	if c.DatabaseOnly {
		if err := app.BackupDatabase(ctx, c.Shop, c.To); err != nil {
			return err
		}
		_, err := fmt.Fprintf(std.out, "wrote %s: the database without pictures and files\n", c.To)
		return err
	}
	made, err := app.Backup(ctx, c.Shop, c.BlobS3 != "", c.To)
	if err != nil {
		return err
	}
	if err := c.tell(std, made); err != nil || made.Missing == 0 {
		return err
	}
	return fmt.Errorf("%d %s of the shop %s not in %s and so not in the backup; those in a bucket need --blob-s3",
		made.Missing, plural(int64(made.Missing), "file", "files"), plural(int64(made.Missing), "is", "are"), c.Data)
}

func (c backupCmd) tell(std stdio, made app.Copied) error {
	lines := []string{fmt.Sprintf("wrote %s: %s and %d %s of %.1f MB", c.To, made.Database, made.Files,
		plural(int64(made.Files), "file", "files"), float64(made.Bytes)/1e6)}
	if c.BlobS3 != "" {
		lines = append(lines, "what is in the bucket stays there: it is not in the backup")
	}
	if made.KeyOutside {
		lines = append(lines, "the master key is not in it: without your --master-key it cannot be served, so keep that too")
	} else {
		lines = append(lines, "the master key is in the database: whoever has the backup has the shop's secrets")
	}
	restore := "to restore: copy the folder, and kaidian serve --data COPY"
	if db.DialectOf(c.DSN()) == db.Postgres {
		restore = "to restore: copy the folder, pg_restore --no-owner --dbname=URL COPY/" + made.Database + " into an empty database, and " +
			"kaidian serve --data COPY --database URL"
	}
	for _, line := range append(lines, restore) {
		if _, err := fmt.Fprintln(std.out, line); err != nil {
			return err
		}
	}
	return nil
}
