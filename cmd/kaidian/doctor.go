package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"kaidian/internal/commerce/ledger"
	"kaidian/internal/config"
	"kaidian/internal/platform/db"
)

type doctorCmd struct {
	config.Shop `embed:""`
	JSON        bool `name:"json" help:"For programs: an object per line, one for each problem and one for the summary."`
}

// Run looks at the shop and fails when something in it is broken. It does not open the shop as other commands do: that could write.
func (c doctorCmd) Run(ctx context.Context, std stdio) error {
	if db.DialectOf(c.DSN()) == db.SQLite {
		if _, err := os.Stat(c.DSN()); err != nil {
			return fmt.Errorf("there is no shop at %s", c.DSN())
		}
	}
	d, err := db.Open(ctx, c.DSN(), db.Options{})
	if err != nil {
		return err
	}
	defer d.Close()
	say, sum := c.lines(std)
	report, err := ledger.Check(ctx, d, ledger.Options{Found: say})
	if err != nil {
		return fmt.Errorf("the check was not finished (is the database of this version? see kaidian migrate): %w", err)
	}
	if err := sum(report); err != nil || report.Findings == 0 {
		return err
	}
	return fmt.Errorf("%d %s found", report.Findings, plural(report.Findings, "problem was", "problems were"))
}

// lines gives what prints a finding, and the summary.
func (c doctorCmd) lines(std stdio) (say func(ledger.Finding) error, sum func(ledger.Report) error) {
	if !c.JSON {
		say = func(f ledger.Finding) error {
			_, err := fmt.Fprintf(std.out, "%s %s: %s\n", f.Table, f.ID, f.Problem)
			return err
		}
		sum = func(r ledger.Report) error {
			seen := make([]string, len(r.Tables))
			for i, t := range r.Tables {
				seen[i] = fmt.Sprintf("%d %s", t.Rows, t.Table)
			}
			verdict := "all is well"
			if r.Findings > 0 {
				verdict = fmt.Sprintf("%d %s", r.Findings, plural(r.Findings, "problem", "problems"))
			}
			_, err := fmt.Fprintf(std.out, "looked at %s: %s\n", strings.Join(seen, ", "), verdict)
			return err
		}
		return say, sum
	}
	out := json.NewEncoder(std.out)
	out.SetEscapeHTML(false)
	say = func(f ledger.Finding) error {
		return out.Encode(map[string]string{"rule": f.Rule, "table": f.Table, "id": f.ID, "problem": f.Problem})
	}
	sum = func(r ledger.Report) error {
		seen := map[string]int64{}
		for _, t := range r.Tables {
			seen[t.Table] = t.Rows
		}
		return out.Encode(map[string]any{"ok": r.Findings == 0, "problems": r.Findings, "looked_at": seen})
	}
	return say, sum
}

func plural(n int64, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
