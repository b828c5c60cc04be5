package main

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"kaidian/internal/platform/db/dbtest"
)

// redDot is a picture.
const redDot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="

// TestABackupIsAShop copies a shop while customers sign up, loses the original, and serves the copy: with its picture, its file and
// the words of its mails.
func TestABackupIsAShop(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, flags []string) {
		data := flags[1]
		token := newApp(t, flags)
		writeFile(t, filepath.Join(data, "templates", "mail", "order_claim.en.txt"), "{{define \"subject\"}}Ours{{end}}Our words")
		s := serve(t, flags...)
		product, picture := pictured(t, s.URL, token)
		_, made := call(t, http.MethodPost, s.URL+"/v1/store_files", token,
			map[string]any{"store_file": map[string]any{"file_name": "a.txt", "attachment": "data:text/plain;base64,aGVsbG8="}})
		file := made["store_file"].(map[string]any)["src"].(string)
		seen := map[string]string{picture: fetch(t, s.URL, picture), file: fetch(t, s.URL, file)}
		stop := signUps(t, s.URL)
		backup := filepath.Join(t.TempDir(), "backup")
		out, errs, code := kaidian(t, append([]string{"backup", backup}, flags...)...)
		stop()
		if code != 0 || errs != "" || !strings.Contains(out, " and 4 files of 0.0 MB\n") || !strings.Contains(out, "to restore: ") {
			t.Fatalf("%d\n%s%s", code, out, errs)
		}
		s.kill(t)
		if err := os.RemoveAll(data); err != nil {
			t.Fatal(err)
		}

		flags = restored(t, flags, backup)
		if out, errs, code := kaidian(t, append([]string{"doctor"}, flags...)...); code != 0 {
			t.Errorf("the copy is not right: %s%s", out, errs)
		}
		s = serve(t, flags...)
		for path, want := range seen {
			if got := fetch(t, s.URL, path); got != want {
				t.Errorf("%s has %d bytes in the copy, not %d", path, len(got), len(want))
			}
		}
		_, answer := call(t, http.MethodGet, s.URL+product, token, nil)
		if image, ok := answer["product"].(map[string]any)["image"].(map[string]any); !ok || local(t, image["src"].(string)) != local(t, picture) {
			t.Errorf("the product is %v", answer)
		}
		if _, answer := call(t, http.MethodGet, s.URL+"/v1/customers/count", token, nil); answer["count"].(float64) < 1 {
			t.Errorf("the copy has no customers: %v", answer)
		}
		if words, err := os.ReadFile(filepath.Join(backup, "templates", "mail", "order_claim.en.txt")); err != nil || !strings.HasSuffix(string(words), "Our words") {
			t.Errorf("the words of mails are %q, %v", words, err)
		}
	})
}

// restored gives the flags with which a backup is served. That of PostgreSQL is put into another database first.
func restored(t *testing.T, flags []string, backup string) []string {
	t.Helper()
	if len(flags) == 2 {
		return []string{"--data", backup}
	}
	database := dbtest.PostgresURL(t)
	restore(t, filepath.Join(backup, "shop.dump"), database)
	return []string{"--data", backup, "--database", database}
}

// restore fills a database of tests, which has tables already, from an archive.
func restore(t *testing.T, archive, database string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "pg_restore", "--clean", "--if-exists", "--no-owner", "--exit-on-error", "--dbname="+database, archive).CombinedOutput()
	if err != nil {
		t.Fatalf("pg_restore: %v: %s", err, out)
	}
}

// pictured makes a product with a picture, and gives the paths of both.
func pictured(t *testing.T, base, token string) (product, picture string) {
	t.Helper()
	status, made := call(t, http.MethodPost, base+"/v1/products", token,
		map[string]any{"product": map[string]any{"name": "Tee", "variants": []any{map[string]any{"price": 1}}}})
	if status != http.StatusOK {
		t.Fatalf("%d %v", status, made)
	}
	product = "/v1/products/" + number(made["product"].(map[string]any)["id"])
	status, made = call(t, http.MethodPost, base+product+"/images", token,
		map[string]any{"image": map[string]any{"file_name": "a.png", "attachment": "data:image/png;base64," + redDot}})
	if status != http.StatusOK {
		t.Fatalf("%d %v", status, made)
	}
	return product, made["image"].(map[string]any)["src"].(string)
}

// signUps has customers sign up until stop is called, and at least one.
func signUps(t *testing.T, base string) (stop func()) {
	t.Helper()
	if status, answer := call(t, http.MethodPost, base+"/store/customers", "", person(1)); status != http.StatusOK {
		t.Fatalf("%d %v", status, answer)
	}
	end := make(chan struct{})
	var writers sync.WaitGroup
	writers.Go(func() {
		for n := 2; ; n++ {
			select {
			case <-end:
				return
			default:
				try(http.MethodPost, base+"/store/customers", "", person(n)) //nolint:errcheck // it only has to write
			}
		}
	})
	return func() { close(end); writers.Wait() }
}

// fetch gets what is served at an address on this server.
func fetch(t *testing.T, base, address string) string {
	t.Helper()
	res, err := http.Get(base + local(t, address))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK || len(body) == 0 {
		t.Errorf("%s: %d, %d bytes, %v", address, res.StatusCode, len(body), err)
	}
	return string(body)
}

// local gives the path of an address.
func local(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Path
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestBackupOfTheDatabaseAlone(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, flags []string) {
		token := newApp(t, flags)
		folder := t.TempDir()
		to := filepath.Join(folder, "shop.db")
		backup := append([]string{"backup", "--database-only", to}, flags...)
		if out, errs, code := kaidian(t, backup...); code != 0 || !strings.HasPrefix(out, "wrote "+to) {
			t.Fatalf("%d\n%s%s", code, out, errs)
		}
		if info, err := os.Stat(to); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", info, err)
		}
		if _, errs, code := kaidian(t, backup...); code != 1 || !strings.Contains(errs, "exists already") {
			t.Errorf("written over: %d %s", code, errs)
		}
		copied := []string{"--data", folder}
		if len(flags) > 2 {
			copied = append(copied, "--database", dbtest.PostgresURL(t))
			restore(t, to, copied[3])
		}
		s := serve(t, copied...)
		if status, _ := call(t, http.MethodGet, s.URL+"/v1/shop", token, nil); status != http.StatusOK {
			t.Errorf("the app is not in the copy: %d", status)
		}
	})
}

// TestWhatABackupLacksIsTold takes a picture away, and the master key.
func TestWhatABackupLacksIsTold(t *testing.T) {
	t.Parallel()
	flags := []string{"--data", t.TempDir(), "--master-key", strings.Repeat("k", 32)}
	s := serve(t, flags...)
	pictured(t, s.URL, newApp(t, flags))
	s.kill(t)
	folder := t.TempDir()
	backup := func(name string, more ...string) (string, string, int) {
		t.Helper()
		return kaidian(t, append([]string{"backup", filepath.Join(folder, name), "--data", flags[1]}, more...)...)
	}
	if out, errs, code := backup("whole"); code != 0 || !strings.Contains(out, "keep that too") || strings.Contains(out, "bucket") {
		t.Errorf("%d\n%s%s", code, out, errs)
	}
	if err := os.RemoveAll(filepath.Join(flags[1], "files")); err != nil {
		t.Fatal(err)
	}
	if out, errs, code := backup("less"); code != 1 || !strings.HasPrefix(errs, "kaidian: 1 file of the shop is not in "+flags[1]) {
		t.Errorf("%d\n%s%s", code, out, errs)
	}
	if _, err := os.Stat(filepath.Join(folder, "less", "shop.db")); err != nil {
		t.Errorf("what there is was not kept: %v", err)
	}
	if out, errs, code := backup("bucket", "--blob-s3", "s3://key:hidden@127.0.0.1:1/bucket"); code != 0 || !strings.Contains(out, "bucket stays there") {
		t.Errorf("%d\n%s%s", code, out, errs)
	}
	if _, errs, code := backup("none", "--blob-s3", "s3://key:hidden@host"); code != 2 || strings.Contains(errs, "hidden") {
		t.Errorf("%d %s", code, errs)
	}
	if _, errs, code := backup("whole"); code != 1 || !strings.Contains(errs, "is not empty") {
		t.Errorf("written over: %d %s", code, errs)
	}
}
