package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kaidian/internal/platform/db/dbtest"
)

func TestSeedCommand(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "seed.json")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for engine, database := range map[string]string{"sqlite": dbtest.SQLitePath(t), "postgres": dbtest.PostgresURL(t)} {
		load := func(wantOut, wantErrs string, wantCode int, more ...string) {
			t.Helper()
			args := append([]string{"seed", "--data", t.TempDir(), "--database", database, "--file", file}, more...)
			out, errs, code := kaidian(t, args...)
			if out != wantOut || errs != wantErrs || code != wantCode {
				t.Errorf("%s: got %d\n%s%s\nwant %d\n%s%s", engine, code, out, errs, wantCode, wantOut, wantErrs)
			}
		}
		write(`{"regions": [{"name": "China", "currency_code": "cny", "countries": ["cn"]}], "products": [{"title": "Tee", "variants": [{"sku": "TEE"}]}]}`)
		load("regions 1 new, 0 changed, 0 same\nproducts 1 new, 0 changed, 0 same\n", "", 0)
		load("regions 0 new, 0 changed, 1 same\nproducts 0 new, 0 changed, 1 same\n", "", 0)
		write(`{"products": [{"title": "Tee", "prise": 1}], "food": []}`)
		load("", "products[0].prise: there is no such member\nfood: there is no such section\nkaidian: the file has problems; nothing was written\n", 1)
		write(`{"products": [{"title": "Cup", "weight": -1}]}`)
		_, errs, code := kaidian(t, "seed", "--data", t.TempDir(), "--database", database, "--file", file)
		if code != 1 || !strings.HasPrefix(errs, "products[0]: ") || !strings.Contains(errs, "what comes before them was written") {
			t.Errorf("got %d: %s", code, errs)
		}
		write(`{"regions": [{"name": "China", "currency_code": "cny", "tax_rate": 13}]}`)
		load("[\n  {\n    \"changed\": 1,\n    \"new\": 0,\n    \"same\": 0,\n    \"section\": \"regions\"\n  }\n]\n", "", 0, "--json")
		if _, errs, code := kaidian(t, "seed", "--data", t.TempDir(), "--database", database, "--file", file+".none"); code != 1 || !strings.Contains(errs, "no such file") {
			t.Errorf("got %d: %s", code, errs)
		}
	}
}
