package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// request is one kind of request: the same thing asked of many customers.
type request struct {
	name   string
	status int      // of success; any other ends the measurement
	bytes  [][]byte // whole requests, each for another customer
}

// target is a process that answers.
type target struct {
	addr string
	pid  int
}

// lanes are keep-alive connections to a target, each with one request in flight at a time.
type lanes struct {
	to    target
	q     request
	conns []*conn
	next  []int // by connection: the request that it sends next
}

// burst is one turn.
type burst struct {
	elapsed time.Duration   // from the start to the last answer
	took    []time.Duration // of each request
	cpu     time.Duration   // that the target's process used; 0 where the system does not tell
}

func (b burst) perSecond() float64 { return float64(len(b.took)) / b.elapsed.Seconds() }

func (b burst) cpuEach() time.Duration {
	if len(b.took) == 0 {
		return 0
	}
	return b.cpu / time.Duration(len(b.took))
}

// dial opens n connections. They start at different customers, so that they do not ask for the same one at a time.
func dial(ctx context.Context, to target, q request, n int) (*lanes, error) {
	l := &lanes{to: to, q: q}
	for i := range n {
		c, err := connect(ctx, to.addr)
		if err != nil {
			l.close()
			return nil, err
		}
		l.conns = append(l.conns, c)
		l.next = append(l.next, i*len(q.bytes)/n)
	}
	return l, nil
}

func (l *lanes) close() {
	for _, c := range l.conns {
		c.Close()
	}
}

// run has every connection send requests, one after the other, for a duration; those in flight then are finished and
// counted. The first refusal or broken connection is an error.
func (l *lanes) run(d time.Duration) (burst, error) {
	took := make([][]time.Duration, len(l.conns))
	errs := make([]error, len(l.conns))
	begin := make(chan struct{})
	var done sync.WaitGroup
	var start, end time.Time
	for i := range l.conns {
		done.Go(func() {
			<-begin
			took[i], errs[i] = l.drive(i, end)
		})
	}
	used := cpuTime(l.to.pid)
	start = time.Now()
	end = start.Add(d)
	close(begin)
	done.Wait()
	b := burst{elapsed: time.Since(start), cpu: cpuTime(l.to.pid) - used, took: slices.Concat(took...)}
	for _, err := range errs {
		if err != nil {
			return b, err
		}
	}
	return b, nil
}

// drive sends requests on one connection until the end.
func (l *lanes) drive(i int, end time.Time) ([]time.Duration, error) {
	took := make([]time.Duration, 0, 4096)
	c, now := l.conns[i], time.Now()
	for now.Before(end) {
		status, err := c.do(l.q.bytes[l.next[i]])
		if err != nil {
			return took, err
		}
		if status != l.q.status {
			return took, fmt.Errorf("answered with status %d", status)
		}
		l.next[i] = (l.next[i] + 1) % len(l.q.bytes)
		then := now
		now = time.Now()
		took = append(took, now.Sub(then))
	}
	return took, nil
}

// percentile gives the value that p of a hundred values do not exceed; zero of none.
func percentile(values []time.Duration, p int) time.Duration {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[max(0, (len(sorted)*p+99)/100-1)]
}
