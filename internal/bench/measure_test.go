package main

import (
	"strings"
	"testing"
	"time"
)

// some gives a turn of n requests in a second, each of which took a CPU time.
func some(n int, cpu time.Duration) burst {
	b := burst{elapsed: time.Second, cpu: time.Duration(n) * cpu}
	for range n {
		b.took = append(b.took, time.Second/time.Duration(n))
	}
	return b
}

// A machine that halves its speed from one turn to the next changes the figures and not the shares.
func TestRowComparesTurnByTurn(t *testing.T) {
	t.Parallel()
	r := newRow("GET /", 8,
		[]burst{some(100, 50*time.Microsecond), some(50, 100*time.Microsecond), some(25, 200*time.Microsecond)},
		[]burst{some(400, 10*time.Microsecond), some(200, 20*time.Microsecond), some(100, 40*time.Microsecond)})
	if r.RateRatio != 0.25 || r.CPURatio != 0.2 {
		t.Errorf("shares %v and %v, want 0.25 and 0.2", r.RateRatio, r.CPURatio)
	}
	if r.Server.PerSecond != 50 || r.Server.CPU != 100*time.Microsecond || r.Server.Requests != 175 {
		t.Errorf("the server's figures are %+v", r.Server)
	}
	if r.Limit.PerSecond != 200 || r.Limit.P50 != 2500*time.Microsecond {
		t.Errorf("the limit's figures are %+v", r.Limit)
	}
}

func TestReportShowsWhatIsNotMeasured(t *testing.T) {
	t.Parallel()
	e := engineResult{Engine: "SQLite 3", Starts: []time.Duration{90e6, 80e6, 400e6}, Sync: 1500 * time.Microsecond,
		Rows: []row{newRow("GET /x", 1, []burst{some(10, 0)}, []burst{some(40, 0)})}}
	var out strings.Builder
	if err := (report{Machine: describeMachine(), BinaryBytes: 30e6, Engines: []engineResult{e}}).print(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"program: 30 MB", "GET /x", "25 %", "start to first answer 90 ms (median of 3", "memory idle – MB", "1.50 ms"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, out.String())
		}
	}
	if cells := strings.Count(out.String(), " –"); cells < 4 { // CPU of both sides, its share, memory
		t.Errorf("%d figures are shown as not measured in\n%s", cells, out.String())
	}
}
