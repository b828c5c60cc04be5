package main

import (
	"context"
	"fmt"
	"io"
	"time"
)

// engineResult is all that was measured on one engine.
type engineResult struct {
	Engine      string // with its version
	Rows        []row
	Starts      []time.Duration // process start to the first answer, on the filled database
	IdleBytes   int64           // resident memory of the idle server; 0 where the system does not tell
	LoadedBytes int64           // the same after all requests
	Growth      []grown         // instead of all this, when that is asked for
	Sync        time.Duration   // to write a page to the shop's disk and have it there, the median
	Till        []tillRow
}

// row is one request at one number of connections.
type row struct {
	Request     string
	Connections int
	Server      figures
	Limit       figures
	RateRatio   float64 // the server's requests per second as a share of the limit's; median over the rounds
	CPURatio    float64 // the limit's CPU per request as a share of the server's; 0 where the system does not tell
	Statements  [2]int  // of the first request, and of the same one sent again
}

// figures are what one side did.
type figures struct {
	PerSecond float64
	P50, P99  time.Duration // over the requests of all rounds
	CPU       time.Duration // of the process per request; 0 where the system does not tell
	Requests  int           // measured in all
}

// measure fills a shop on one engine and measures the program on it.
func measure(ctx context.Context, o options, s shopAt, progress io.Writer) (res engineResult, err error) {
	fmt.Fprintf(progress, "%s: filling a shop with %d customers and %d products\n", s.engine, o.plan.customers, o.plan.products)
	drop, err := s.makeDatabase(ctx, o.admin)
	if err != nil {
		return res, err
	}
	defer drop(&err)
	shop, err := s.fill(ctx, o.plan, progress)
	if err != nil {
		return res, fmt.Errorf("fill the shop: %w", err)
	}
	res.Engine = shop.engine
	if res.Sync, err = syncTime(s.dir); err != nil {
		return res, err
	}
	if o.only == "" {
		if err := s.reads(ctx, o.plan, shop, &res, progress); err != nil {
			return res, err
		}
	}
	res.Till, err = s.till(ctx, o.plan, shop.sale, progress)
	return res, err
}

// reads measures all but the till.
func (s shopAt) reads(ctx context.Context, p plan, shop filled, res *engineResult, progress io.Writer) error {
	server, starts, err := s.timeStarts(ctx, p.starts)
	if err != nil {
		return err
	}
	defer server.stop()
	res.Starts = starts
	pause(ctx, p.idle)
	res.IdleBytes = resident(server.pid())
	if res.Rows, err = s.rows(ctx, p, server, append(requestsOf(shop), shop.goods.requests("kept: ")...), progress); err != nil {
		return err
	}
	res.LoadedBytes = resident(server.pid())
	bare, _, err := s.serve(ctx, noCache...)
	if err != nil {
		return err
	}
	defer bare.stop()
	made, err := s.rows(ctx, p, bare, shop.goods.requests("made: "), progress, noCache...)
	res.Rows = append(res.Rows, made...)
	return err
}

// noCache has a server make every answer afresh.
var noCache = []string{"--cache", "0"}

// rows measures requests to a running server, and counts their statements on others with the same flags.
func (s shopAt) rows(ctx context.Context, p plan, server *process, all []request, progress io.Writer, flags ...string) ([]row, error) {
	counts, err := s.countStatements(ctx, all, flags...)
	if err != nil {
		return nil, fmt.Errorf("count statements: %w", err)
	}
	rows, err := load(ctx, p, s.dir, server, all, progress)
	if err != nil {
		return nil, fmt.Errorf("%w%s", err, server.lastWords())
	}
	for i := range rows {
		rows[i].Statements = counts[i/len(p.connections)]
	}
	return rows, nil
}

// load sends all requests to a running server and to the limit. It gives as many rows for each as the plan has numbers
// of connections.
func load(ctx context.Context, p plan, dir string, server *process, all []request, progress io.Writer) ([]row, error) {
	limit, err := startLimit(ctx, dir, server.addr, all)
	if err != nil {
		return nil, fmt.Errorf("start the limit: %w", err)
	}
	defer limit.stop()
	var rows []row
	for i, q := range all {
		for _, n := range p.connections {
			fmt.Fprintf(progress, "  %s, connections: %d\n", q.name, n)
			r, err := compare(ctx, p, q, n, target{server.addr, server.pid()}, target{limit.addrs[i], limit.pid()})
			if err != nil {
				return nil, fmt.Errorf("%s: %w", q.name, err)
			}
			rows = append(rows, r)
		}
	}
	return rows, nil
}

// compare sends one request over n connections to the server and to the limit, in turns.
func compare(ctx context.Context, p plan, q request, n int, server, limit target) (row, error) {
	a, err := dial(ctx, server, q, n)
	if err != nil {
		return row{}, err
	}
	defer a.close()
	b, err := dial(ctx, limit, q, n)
	if err != nil {
		return row{}, err
	}
	defer b.close()
	if _, _, err := turn(a, b, p.warmUp, false); err != nil {
		return row{}, err
	}
	var as, bs []burst
	for i := range p.rounds {
		if err := ctx.Err(); err != nil {
			return row{}, err
		}
		x, y, err := turn(a, b, p.slice, i%2 == 1)
		if err != nil {
			return row{}, err
		}
		as, bs = append(as, x), append(bs, y)
	}
	return newRow(q.name, n, as, bs), nil
}

// turn has both sides run once. Who begins changes from turn to turn, so that a machine that grows slower or faster
// favours neither.
func turn(a, b *lanes, d time.Duration, swap bool) (x, y burst, err error) {
	if swap {
		if y, err = b.run(d); err != nil {
			return x, y, err
		}
		x, err = a.run(d)
		return x, y, err
	}
	if x, err = a.run(d); err != nil {
		return x, y, err
	}
	y, err = b.run(d)
	return x, y, err
}

// newRow makes a row of the turns of both sides, which come in pairs.
func newRow(name string, connections int, server, limit []burst) row {
	r := row{Request: name, Connections: connections, Server: newFigures(server), Limit: newFigures(limit)}
	var rates, cpus []float64
	for i := range server {
		rates = append(rates, server[i].perSecond()/limit[i].perSecond())
		if c := server[i].cpuEach(); c > 0 {
			cpus = append(cpus, float64(limit[i].cpuEach())/float64(c))
		}
	}
	r.RateRatio, r.CPURatio = median(rates), median(cpus)
	return r
}

func newFigures(all []burst) figures {
	var f figures
	var rates []float64
	var cpus, took []time.Duration
	for _, b := range all {
		rates, cpus = append(rates, b.perSecond()), append(cpus, b.cpuEach())
		took = append(took, b.took...)
	}
	f.PerSecond, f.CPU, f.Requests = median(rates), median(cpus), len(took)
	f.P50, f.P99 = percentile(took, 50), percentile(took, 99)
	return f
}

// pause waits for a duration, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
