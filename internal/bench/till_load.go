package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"text/tabwriter"
	"time"
)

// tillRow is one request of the till at one number of connections.
type tillRow struct {
	Request     string
	Connections int
	Server      figures
	Statements  [2]int // for the first cart since a start, and for a second one
	Aim         string
}

// The rows that are no single step.
const (
	wholeCheckout  = "whole checkout, 7 calls"
	callOfCheckout = "each call of it"
	oneProduct     = "whole checkout, all of one product"
)

// tillRun is the measurement of the till of one shop.
type tillRun struct {
	plan     plan
	at       shopAt
	to       target
	sale     sale
	carts    *atomic.Int64 // that were begun so far
	progress io.Writer
}

// crew are the connections of a measurement, each of which has one request in flight at a time.
type crew struct {
	to    target
	sale  sale
	conns []*conn
	carts *atomic.Int64 // that were begun in the whole run
}

// muster opens n connections.
func (r tillRun) muster(ctx context.Context, n int) (*crew, error) {
	c := &crew{to: r.to, sale: r.sale, carts: r.carts}
	for range n {
		conn, err := connect(ctx, r.to.addr)
		if err != nil {
			c.dismiss()
			return nil, err
		}
		c.conns = append(c.conns, conn)
	}
	return c, nil
}

func (c *crew) dismiss() {
	for _, conn := range c.conns {
		conn.Close()
	}
}

// take sends a step of a cart and looks at the answer.
func (c *crew) take(conn *conn, p step, t *trolley) (time.Duration, error) {
	request := p.request(c.sale, t)
	began := time.Now()
	status, body, err := conn.fetch(request)
	took := time.Since(began)
	switch {
	case err != nil:
	case status != http.StatusOK:
		err = fmt.Errorf("%.60s: status %d: %.300s", request, status, body)
	case p.after != nil:
		err = p.after(t, body)
	}
	return took, err
}

// together has every connection do something at one time, and measures it: what each gives is how long its requests took.
func (c *crew) together(work func(conn *conn) ([]time.Duration, error)) (burst, error) {
	took := make([][]time.Duration, len(c.conns))
	errs := make([]error, len(c.conns))
	var done sync.WaitGroup
	used, start := cpuTime(c.to.pid), time.Now()
	for i, conn := range c.conns {
		done.Go(func() {
			if errs[i] = conn.renew(); errs[i] == nil {
				took[i], errs[i] = work(conn)
			}
		})
	}
	done.Wait()
	b := burst{elapsed: time.Since(start), cpu: cpuTime(c.to.pid) - used}
	for i := range took {
		if errs[i] != nil {
			return b, errs[i]
		}
		b.took = append(b.took, took[i]...)
	}
	return b, nil
}

// walk sends n new carts through a march. It gives a turn for each step that is measured.
func (c *crew) walk(m march, n int) ([]burst, error) {
	carts := make([]trolley, n)
	for i := range carts {
		carts[i].n = int(c.carts.Add(1))
	}
	var out []burst
	for _, p := range m.steps {
		var next atomic.Int64
		b, err := c.together(func(conn *conn) ([]time.Duration, error) {
			var took []time.Duration
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				d, err := c.take(conn, p, &carts[i])
				if err != nil {
					return nil, err
				}
				took = append(took, d)
			}
			return took, nil
		})
		if err != nil {
			return nil, err
		}
		if p.name != "" {
			out = append(out, b)
		}
	}
	return out, nil
}

// buy has every connection make whole checkouts, one after the other, for a duration. It gives the turn of the checkouts, and
// that of their calls.
func (c *crew) buy(d time.Duration) (checkouts, calls burst, err error) {
	var mu sync.Mutex
	steps, end := checkout(), time.Now().Add(d)
	checkouts, err = c.together(func(conn *conn) ([]time.Duration, error) {
		var each, all []time.Duration
		for now := time.Now(); now.Before(end); now = time.Now() {
			t := trolley{n: int(c.carts.Add(1))}
			for _, p := range steps {
				took, err := c.take(conn, p, &t)
				if err != nil {
					return nil, err
				}
				each = append(each, took)
			}
			all = append(all, time.Since(now))
		}
		mu.Lock()
		defer mu.Unlock()
		calls.took = append(calls.took, each...)
		return all, nil
	})
	calls.elapsed, calls.cpu = checkouts.elapsed, checkouts.cpu
	return checkouts, calls, err
}

// till measures carts and checkout on a server of its own, which keeps answers and waits for the disk as one in production.
func (s shopAt) till(ctx context.Context, p plan, from sale, progress io.Writer) ([]tillRow, error) {
	server, _, err := s.serve(ctx)
	if err != nil {
		return nil, err
	}
	defer server.stop()
	r := tillRun{plan: p, at: s, to: target{server.addr, server.pid()}, sale: from, carts: new(atomic.Int64), progress: progress}
	rows, err := r.rows(ctx)
	if err != nil {
		return nil, fmt.Errorf("%w%s", err, server.lastWords())
	}
	for i := range rows {
		rows[i].Aim = aimOf(s.engine, rows[i].Request, rows[i].Connections)
	}
	return rows, nil
}

func (r tillRun) rows(ctx context.Context) ([]tillRow, error) {
	var rows []tillRow
	for _, m := range marches() {
		counts, err := r.count(ctx, m)
		if err != nil {
			return nil, fmt.Errorf("count statements: %w", err)
		}
		some, err := r.marchRows(ctx, m)
		if err != nil {
			return nil, err
		}
		for i := range some {
			some[i].Statements = counts[some[i].Request]
		}
		rows = append(rows, some...)
	}
	whole, err := r.wholeRows(ctx)
	return append(rows, whole...), err
}

// marchRows measures the steps of a march: for each of them as many rows as the plan has numbers of connections.
func (r tillRun) marchRows(ctx context.Context, m march) ([]tillRow, error) {
	names, each := m.names(), len(r.plan.connections)
	rows := make([]tillRow, len(names)*each)
	for k, n := range r.plan.connections {
		fmt.Fprintf(r.progress, "  %s, connections: %d\n", strings.Join(names, ", "), n)
		crew, err := r.muster(ctx, n)
		if err != nil {
			return nil, err
		}
		turns, err := crew.rounds(m, r.plan.carts[k]/m.share(), r.plan.marches)
		crew.dismiss()
		if err != nil {
			return nil, err
		}
		for i, name := range names {
			rows[i*each+k] = tillRow{Request: name, Connections: n, Server: newFigures(turns[i])}
		}
	}
	return rows, nil
}

// rounds walks a march some times, after once to warm up. It gives the turns of each step.
func (c *crew) rounds(m march, carts, times int) ([][]burst, error) {
	out := make([][]burst, len(m.names()))
	for round := range times + 1 {
		turns, err := c.walk(m, carts)
		if err != nil {
			return nil, err
		}
		for i := range turns {
			if round > 0 {
				out[i] = append(out[i], turns[i])
			}
		}
	}
	return out, nil
}

// wholeRows measures whole checkouts, the calls that they are made of, and checkouts that all want the same product.
func (r tillRun) wholeRows(ctx context.Context) ([]tillRow, error) {
	row := func(name string, n int, all []burst) tillRow {
		return tillRow{Request: name, Connections: n, Server: newFigures(all)}
	}
	alike := r
	alike.sale.variants = r.sale.variants[:1]
	var each, calls, crowded []tillRow
	for _, n := range r.plan.connections {
		fmt.Fprintf(r.progress, "  %s, connections: %d\n", wholeCheckout, n)
		a, b, err := r.spree(ctx, n)
		if err != nil {
			return nil, err
		}
		c, _, err := alike.spree(ctx, n)
		if err != nil {
			return nil, err
		}
		each = append(each, row(wholeCheckout, n, a))
		calls = append(calls, row(callOfCheckout, n, b))
		crowded = append(crowded, row(oneProduct, n, c))
	}
	return slices.Concat(each, calls, crowded), nil
}

// spree gives the turns of checkouts over n connections, and those of their calls.
func (r tillRun) spree(ctx context.Context, n int) (checkouts, calls []burst, err error) {
	crew, err := r.muster(ctx, n)
	if err != nil {
		return nil, nil, err
	}
	defer crew.dismiss()
	for round := range r.plan.marches + 1 {
		a, b, err := crew.buy(r.plan.spree)
		if err != nil {
			return nil, nil, err
		}
		if round > 0 { // the first was to warm up
			checkouts, calls = append(checkouts, a), append(calls, b)
		}
	}
	return checkouts, calls, nil
}

// printTill writes the table of the till.
func printTill(w io.Writer, rows []tillRow) error {
	if len(rows) == 0 {
		return nil
	}
	fmt.Fprintln(w)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "till\tconns\tper second\tp50 ms\tp99 ms\tCPU µs\tstatements\taim\t\n")
	for _, r := range rows {
		statements := "" // those of a checkout are in the rows of its calls
		if r.Statements != [2]int{} {
			statements = fmt.Sprintf("%d, %d", r.Statements[0], r.Statements[1])
		}
		fmt.Fprintf(t, "%s\t%d\t%.0f\t%s\t%s\t%s\t%s\t%s\t\n", r.Request, r.Connections, r.Server.PerSecond,
			milli(r.Server.P50), milli(r.Server.P99), micro(r.Server.CPU), statements, r.Aim)
	}
	return t.Flush()
}
