package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
)

func TestDoctor(t *testing.T) {
	t.Parallel()
	for engine, database := range map[string]string{"sqlite": dbtest.SQLitePath(t), "postgres": dbtest.PostgresURL(t)} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			doctor := func(more ...string) (string, string, int) {
				t.Helper()
				return kaidian(t, append([]string{"doctor", "--data", t.TempDir(), "--database", database}, more...)...)
			}
			out, errs, code := doctor()
			if code != 0 || errs != "" || !strings.HasPrefix(out, "looked at 0 carts, ") || !strings.HasSuffix(out, ": all is well\n") {
				t.Errorf("an empty shop: %d\n%s%s", code, out, errs)
			}
			d, err := db.Open(t.Context(), database, db.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			_, err = d.SQL().Exec(`insert into stock_movements (id, variant_id, location_id, quantity, reserved, reason, reference, created_at)
				values ('smov_1', 'variant_none', 'sloc_none', 3, 0, 'received', '', 1)`)
			if err != nil {
				t.Fatal(err)
			}
			out, errs, code = doctor()
			want := "stock_movements variant_none: it has no level, but its movements come to 3 stocked and 0 reserved\n" +
				"stock_movements smov_1: variant_id is variant_none, which is not in variants\nlooked at "
			if code != 1 || errs != "kaidian: 2 problems were found\n" || !strings.HasPrefix(out, want) || !strings.HasSuffix(out, ": 2 problems\n") {
				t.Errorf("a broken shop: %d\n%s%s", code, out, errs)
			}
			out, _, code = doctor("--json")
			lines := strings.Split(strings.TrimSpace(out), "\n")
			var first struct{ Rule, Table, ID, Problem string }
			var last struct {
				OK       bool
				Problems int
				LookedAt map[string]int64 `json:"looked_at"`
			}
			if len(lines) != 3 || json.Unmarshal([]byte(lines[0]), &first) != nil || json.Unmarshal([]byte(lines[2]), &last) != nil || code != 1 {
				t.Fatalf("%d\n%s", code, out)
			}
			if first.Rule != "stock.dropped" || first.ID != "variant_none" || last.OK || last.Problems != 2 || last.LookedAt["stock_movements"] != 1 {
				t.Errorf("%+v %+v", first, last)
			}
		})
	}
	nowhere := filepath.Join(t.TempDir(), "none")
	if out, errs, code := kaidian(t, "doctor", "--data", nowhere); code != 1 || out != "" || !strings.Contains(errs, "there is no shop at") {
		t.Errorf("no shop: %d\n%s%s", code, out, errs)
	}
}
