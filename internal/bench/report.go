package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// report is one run. As JSON its members are named as here; durations are nanoseconds.
type report struct {
	Machine     machine
	BinaryBytes int64 // the program, built as a release is
	Engines     []engineResult
}

// What the program is meant to reach.
const (
	aimRatio = 0.2 // of the limit, for reads on SQLite
	aimStart = 200 * time.Millisecond
	aimIdle  = 60e6 // bytes
)

// print writes the report for people.
func (r report) print(w io.Writer) error {
	m := r.Machine
	fmt.Fprintf(w, "%s, %d cores %s, %s, %s; load before it began: %s\nprogram: %s MB\n", m.System, m.Cores, m.CPU, m.Go,
		m.At.Format(time.DateOnly), m.Load, mega(r.BinaryBytes))
	for _, e := range r.Engines {
		if err := e.print(w); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "\nof the limit: the server's requests/s as a share of the limit's, and the limit's CPU per request as a share of\n"+
		"the server's. Aim for reads on SQLite: %.0f %%. Statements: of a first request, and of the same one again.\n", aimRatio*100)
	return err
}

// header names the columns of the table.
const header = "request\tconns\treq/s\tp50 ms\tp99 ms\tCPU µs\tlimit req/s\tCPU µs\tof limit: req/s\tCPU\tstatements\t\n"

func (e engineResult) print(w io.Writer) error {
	if len(e.Growth) > 0 {
		return printGrowth(w, e.Engine, e.Growth)
	}
	fmt.Fprintf(w, "\n%s\n", e.Engine)
	if len(e.Rows) == 0 {
		return printTill(w, e.Till)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, header)
	for _, r := range e.Rows {
		fmt.Fprintf(t, "%s\t%d\t%.0f\t%s\t%s\t%s\t%.0f\t%s\t%s\t%s\t%d, %d\t\n", r.Request, r.Connections, r.Server.PerSecond,
			milli(r.Server.P50), milli(r.Server.P99), micro(r.Server.CPU), r.Limit.PerSecond, micro(r.Limit.CPU),
			share(r.RateRatio), share(r.CPURatio), r.Statements[0], r.Statements[1])
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "start to first answer %d ms (median of %d; aim: under %d)\n", median(e.Starts).Milliseconds(), len(e.Starts),
		aimStart.Milliseconds())
	fmt.Fprintf(w, "memory idle %s MB (aim: under %d), after the load %s MB; a synced page on this disk takes %s ms\n",
		mega(e.IdleBytes), int(aimIdle/1e6), mega(e.LoadedBytes), milli(e.Sync))
	return printTill(w, e.Till)
}

// unmeasured stands for a figure that the system does not tell.
const unmeasured = "–"

func milli(d time.Duration) string { return fmt.Sprintf("%.2f", d.Seconds()*1e3) }

func micro(d time.Duration) string {
	if d <= 0 {
		return unmeasured
	}
	return fmt.Sprintf("%.0f", d.Seconds()*1e6)
}

func share(f float64) string {
	if f <= 0 {
		return unmeasured
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", f*100), ".0") + " %"
}

func mega(bytes int64) string {
	if bytes <= 0 {
		return unmeasured
	}
	return fmt.Sprintf("%.0f", float64(bytes)/1e6)
}
