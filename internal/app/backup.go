package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"kaidian/internal/config"
	"kaidian/internal/platform/blob"
	"kaidian/internal/platform/db"
)

// kept are the folders of the data folder in which the shop keeps what is not in the database.
var kept = []string{filesFolder, mailFolder, templatesFolder}

// unfinished ends the name that the database has in a backup until all else is there.
const unfinished = ".unfinished"

// Copied is what a backup has.
type Copied struct {
	Database   string // the name of its file: shop.db, or shop.dump for pg_restore
	Files      int    // pictures, store files, mails and templates of mails
	Bytes      int64  // of those
	Missing    int    // pictures and files that the database names and the data folder does not have; with a bucket 0
	KeyOutside bool   // the shop's master key is in its settings; the database has only its hash
}

// Backup writes a copy of a shop to a folder that is new or empty, also while another process serves it: the database as it was
// at one moment, and the files that it names. The folder can be served as a data folder. What is in a bucket stays there. The
// database gets its name last: a folder that has one has all. After an error the folder is as it was before.
func Backup(ctx context.Context, data config.Shop, bucket bool, to string) (Copied, error) {
	d, err := openToCopy(ctx, data)
	if err != nil {
		return Copied{}, err
	}
	defer d.Close()
	var c Copied
	if c.KeyOutside, err = keyOutside(ctx, d); err != nil {
		return Copied{}, err
	}
	undo, err := claim(to)
	if err != nil {
		return Copied{}, err
	}
	if err := c.fill(ctx, d, data, to); err != nil {
		undo()
		return Copied{}, err
	}
	if bucket {
		c.Missing = 0
	}
	return c, nil
}

// fill makes the backup in a folder that is empty.
func (c *Copied) fill(ctx context.Context, d *db.DB, data config.Shop, to string) error {
	files, err := newCopier(to)
	if err != nil {
		return err
	}
	// Files never change, but they come and go: what the database names was there before its copy was made, or is there after it.
	if err := files.folders(ctx, data.Data, to); err != nil {
		return err
	}
	c.Database = "shop.db"
	if d.Dialect() == db.Postgres {
		c.Database = "shop.dump"
	}
	at := filepath.Join(to, c.Database)
	if err := copyDatabase(ctx, d, data, at+unfinished); err != nil {
		return err
	}
	names, err := blobNames(ctx, d)
	if err != nil {
		return err
	}
	if err := files.folders(ctx, data.Data, to); err != nil {
		return err
	}
	c.Files, c.Bytes = files.files, files.bytes
	if c.Missing, err = missing(ctx, blob.NewDisk(filepath.Join(to, filesFolder)), names); err != nil {
		return err
	}
	return errors.Join(os.Rename(at+unfinished, at), syncFolder(to), syncFolder(filepath.Dir(to)))
}

// BackupDatabase writes a consistent copy of a shop's database alone to a new file, also while another process serves it.
func BackupDatabase(ctx context.Context, data config.Shop, to string) error {
	if _, err := os.Lstat(to); err == nil {
		return fmt.Errorf("%s exists already; choose another file", to)
	}
	d, err := openToCopy(ctx, data)
	if err != nil {
		return err
	}
	defer d.Close()
	return copyDatabase(ctx, d, data, to)
}

// openToCopy opens the database as it is: a copy that is made before a new version is tried is of the old one.
func openToCopy(ctx context.Context, data config.Shop) (*db.DB, error) {
	if db.DialectOf(data.DSN()) == db.SQLite {
		if _, err := os.Stat(data.DSN()); err != nil {
			return nil, fmt.Errorf("there is no shop at %s", data.DSN())
		}
	}
	return db.Open(ctx, data.DSN(), db.Options{})
}

func copyDatabase(ctx context.Context, d *db.DB, data config.Shop, to string) error {
	if d.Dialect() == db.Postgres {
		return dump(ctx, data.DSN(), to)
	}
	return d.CopyTo(ctx, to)
}

// dump has PostgreSQL's own tool write the copy, for its owner alone. The password goes through the environment: arguments can be
// seen by all.
func dump(ctx context.Context, url, to string) error {
	tool, err := exec.LookPath("pg_dump")
	if err != nil {
		return errors.New("a backup of PostgreSQL needs pg_dump, which is not installed here")
	}
	env, err := db.PostgresEnv(url)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	f.Close() //nolint:errcheck // nothing was written
	cmd := exec.CommandContext(ctx, tool, "--format=custom", "--file="+to)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		os.Remove(to)
		return fmt.Errorf("pg_dump: %w: %s", err, out)
	}
	return nil
}

// keyOutside tells whether the shop's master key is in its settings.
func keyOutside(ctx context.Context, d *db.DB) (bool, error) {
	var n int
	err := d.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		return tx.QueryRow(`select count(*) from shop where master_key like 'sha256:%'`).Scan(&n)
	})
	if err != nil {
		return false, fmt.Errorf("there is no shop in the database: %w", err)
	}
	return n > 0, nil
}

// blobNames gives the names of the pictures and files that the database shows.
func blobNames(ctx context.Context, d *db.DB) (names []string, err error) {
	err = d.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		names, err = db.All(tx, db.Text, `select blob from product_images where blob <> '' union select blob from store_files`)
		return err
	})
	return names, err
}

// missing counts the names under which nothing is kept.
func missing(ctx context.Context, blobs blob.Store, names []string) (n int, err error) {
	for _, name := range names {
		var f io.Closer
		if f, _, err = blobs.Open(ctx, name); errors.Is(err, blob.ErrNotFound) {
			n++
			continue
		}
		if err != nil {
			return n, err
		}
		if err = f.Close(); err != nil {
			return n, err
		}
	}
	return n, nil
}
