package app_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kaidian/internal/app"
	"kaidian/internal/commerce/content"
	"kaidian/internal/config"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/shoptest"
)

// shopWithAFile makes a shop in a new data folder, and closes it.
func shopWithAFile(t *testing.T) config.Shop {
	t.Helper()
	data := config.Shop{Data: t.TempDir(), Database: dbtest.SQLitePath(t)}
	a, err := app.New(t.Context(), data, config.Serve{CallLimit: 1, CallLeak: 1}, app.Options{Passwords: shoptest.CheapPasswords})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Content.CreateFile(t.Context(), content.NewFile{Name: "a.txt", ContentType: "text/plain", Data: []byte("hello")}); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	return data
}

// tree lists what is in a folder, by paths below it; of folders only those that are empty.
func tree(t *testing.T, folder string) string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(folder, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		path, err = filepath.Rel(folder, path)
		all = append(all, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, " ")
}

// helloFile is where the file of shopWithAFile lies.
const helloFile = "files/2c/f24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

func TestBackupHasWhatTheDataFolderHas(t *testing.T) {
	t.Parallel()
	data := shopWithAFile(t)
	elsewhere := filepath.Join(t.TempDir(), "large disk")
	if err := os.Rename(filepath.Join(data.Data, "files"), elsewhere); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, filepath.Join(data.Data, "files")); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"2c/.new-123": "half", "mail.eml": "not the shop's"} {
		if err := os.WriteFile(filepath.Join(elsewhere, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(data.Data, "mail", "1.eml"), []byte("a mail"), 0o600); err != nil {
		t.Fatal(err)
	}
	// A backup among the files is no part of itself.
	to := filepath.Join(data.Data, "files", "backup")
	c, err := app.Backup(t.Context(), data, false, to)
	if err != nil || c != (app.Copied{Database: "shop.db", Files: 3, Bytes: 5 + 14 + 6}) {
		t.Fatalf("%+v, error %v", c, err)
	}
	if got := tree(t, to); got != helloFile+" files/mail.eml mail/1.eml shop.db" {
		t.Errorf("it has %s", got)
	}
	if got, err := os.ReadFile(filepath.Join(to, helloFile)); err != nil || string(got) != "hello" {
		t.Errorf("%q, %v", got, err)
	}
	for _, name := range []string{"", helloFile, "shop.db"} {
		if s, err := os.Stat(filepath.Join(to, name)); err != nil || s.Mode().Perm()&0o077 != 0 {
			t.Errorf("others may read %q: %v, %v", name, s, err)
		}
	}
}

func TestABackupThatFailsLeavesNothing(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	data := shopWithAFile(t)
	empty := filepath.Join(folder, "empty")
	if err := os.Mkdir(empty, 0o700); err != nil {
		t.Fatal(err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	broken := shopWithAFile(t)
	if err := os.RemoveAll(filepath.Join(broken.Data, "files")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(broken.Data, "files"), []byte("no folder"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, try := range map[string]func() error{
		"stopped": func() error { _, err := app.Backup(stopped, data, false, filepath.Join(folder, "new")); return err },
		"broken": func() error {
			_, err := app.Backup(t.Context(), broken, false, filepath.Join(folder, "new"))
			return err
		},
		"broken, empty": func() error { _, err := app.Backup(t.Context(), broken, false, empty); return err },
		"nowhere": func() error {
			_, err := app.Backup(t.Context(), data, false, filepath.Join(folder, "a", "b"))
			return err
		},
		"a file":   func() error { _, err := app.Backup(t.Context(), data, false, data.Database); return err },
		"the data": func() error { _, err := app.Backup(t.Context(), data, false, data.Data); return err },
		"not a shop's": func() error {
			_, err := app.Backup(t.Context(), noShop(t), false, filepath.Join(folder, "new"))
			return err
		},
		"database alone": func() error { return app.BackupDatabase(stopped, data, filepath.Join(folder, "new")) },
	} {
		if err := try(); err == nil {
			t.Errorf("%s: no error", name)
		}
		left, err := os.ReadDir(folder)
		if err != nil || len(left) != 1 || tree(t, empty) != "" {
			t.Errorf("%s: left %v, %v", name, left, err)
		}
	}
	if _, err := app.Backup(t.Context(), data, false, empty); err != nil {
		t.Errorf("a folder that is there: %v", err)
	}
}

// noShop gives settings with an empty file for a database.
func noShop(t *testing.T) config.Shop {
	t.Helper()
	path := filepath.Join(t.TempDir(), "empty.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return config.Shop{Data: filepath.Dir(path), Database: path}
}
