package job

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"time"

	"kaidian/internal/platform/db"
)

// result is how an attempt ended.
type result struct {
	job Job
	err error
	cut bool // ended by Stop: it does not count
}

// settle is the least time between two writing rounds. It lets results gather, so that a burst of jobs costs few
// commits, and leaves the one writing connection of SQLite to others in between.
const settle = 2 * time.Millisecond

// busyWait is the pause when jobs are due that could not be had: another process is claiming them.
const busyWait = 50 * time.Millisecond

// loop turns rounds until Stop and the last result. When idle, a round is one SELECT per poll interval; on SQLite
// that uses a reading connection, so the writing one is never held for nothing.
func (q *Queue) loop(ctx, work context.Context) {
	defer close(q.done)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		wait, err := q.round(ctx, work)
		if err != nil && ctx.Err() == nil {
			q.log.ErrorContext(ctx, "working the job queue failed", "error", err)
			wait = q.o.Poll
		}
		if q.drained() {
			return
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
			return
		case <-q.wake:
		case <-timer.C:
		}
		if err != nil { // a wake-up does not make a failing database better
			select {
			case <-ctx.Done():
				return
			case <-time.After(busyWait):
			}
		}
	}
}

// drained tells whether the queue stops and nothing is left to wait for.
func (q *Queue) drained() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.stopping && len(q.running) == 0
}

// plan is what a round has to do.
type plan struct {
	now     time.Time
	results []result
	free    map[string]int // idle workers by kind, counting those of results
	beat    []string       // ids whose leases are to be extended
}

// round records what finished, extends leases and claims what is due, in one transaction. It returns how long to
// wait for the next round when nobody pokes.
func (q *Queue) round(ctx, work context.Context) (time.Duration, error) {
	p := q.plan()
	due, err := q.earliest(ctx, slices.Sorted(maps.Keys(p.free)))
	if err != nil {
		return 0, err
	}
	wait := q.o.Poll
	for kind, at := range due {
		if at.After(p.now) {
			wait = min(wait, at.Sub(p.now))
			delete(due, kind)
		}
	}
	if len(due) == 0 && len(p.results) == 0 && len(p.beat) == 0 {
		return wait, nil
	}
	claimed, err := q.record(ctx, p, due)
	if err != nil {
		return 0, err
	}
	q.launch(work, p, claimed)
	switch {
	case len(claimed) > 0:
		wait = settle
	case len(due) > 0:
		wait = min(wait, busyWait)
	}
	time.Sleep(settle)
	return wait, nil
}

func (q *Queue) plan() plan {
	q.mu.Lock()
	defer q.mu.Unlock()
	p := plan{now: q.o.Clock.Now(), results: slices.Clone(q.finished), free: map[string]int{}}
	if !q.stopping {
		for kind, l := range q.lanes {
			if n := l.Workers - l.busy; n > 0 {
				p.free[kind] = n
			}
		}
		for _, r := range p.results {
			p.free[r.job.Kind]++
		}
	}
	if !p.now.Before(q.nextBeat) {
		p.beat = slices.Sorted(maps.Keys(q.running))
	}
	return p
}

// record is the transaction of a round. Leases are extended first, so that a process never claims what it runs.
func (q *Queue) record(ctx context.Context, p plan, due map[string]time.Time) ([]Job, error) {
	lease := p.now.Add(q.o.Lease)
	var claimed []Job
	err := q.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		claimed = nil
		if len(p.beat) > 0 {
			if err := extend(tx, p.beat, lease); err != nil {
				return err
			}
		}
		if err := q.settleAll(tx, p); err != nil {
			return err
		}
		for _, kind := range slices.Sorted(maps.Keys(due)) {
			jobs, err := claim(tx, kind, p.free[kind], p.now, lease)
			if err != nil {
				return err
			}
			claimed = append(claimed, jobs...)
		}
		return nil
	})
	return claimed, err
}

// settleAll writes the results: those done with one statement, the others one by one, as each becomes something else.
func (q *Queue) settleAll(tx *db.Tx, p plan) error {
	var gone []string
	for _, r := range p.results {
		next, keep := q.after(r, p.now)
		if !keep {
			gone = append(gone, r.job.ID)
			continue
		}
		if err := put(tx, r.job, next); err != nil {
			return err
		}
	}
	if len(gone) == 0 {
		return nil
	}
	return remove(tx, gone)
}

// after tells what becomes of a job, or that it is done.
func (q *Queue) after(r result, now time.Time) (row, bool) {
	l := q.lanes[r.job.Kind]
	switch {
	case r.cut:
		return row{state: "waiting", runAt: now, attempts: r.job.Attempt - 1, err: r.err}, true
	case l.every > 0:
		return row{state: "waiting", runAt: now.Add(l.every), err: r.err}, true
	case r.err == nil:
		return row{}, false
	case r.job.Last:
		return row{state: "dead", runAt: now, attempts: r.job.Attempt, err: r.err}, true
	default:
		return row{state: "waiting", runAt: now.Add(l.Backoff(r.job.Attempt)), attempts: r.job.Attempt, err: r.err}, true
	}
}

// launch takes over what the transaction of a round settled, and starts what it claimed.
func (q *Queue) launch(work context.Context, p plan, claimed []Job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.finished = slices.Delete(q.finished, 0, len(p.results))
	for _, r := range p.results {
		delete(q.running, r.job.ID)
		q.lanes[r.job.Kind].busy--
	}
	if len(p.beat) > 0 || len(q.running) == 0 {
		q.nextBeat = p.now.Add(q.o.Lease / 3)
	}
	for _, j := range claimed {
		l := q.lanes[j.Kind]
		j.Last = l.every == 0 && j.Attempt >= l.MaxAttempts
		l.busy++
		q.running[j.ID] = j
		go q.run(work, l, j)
	}
}

// crashes is how many lost processes a job may outlive beyond its attempts. Past that it is taken for what kills
// them.
const crashes = 3

// run does one attempt and hands in its result, whatever the handler does.
func (q *Queue) run(work context.Context, l *lane, j Job) {
	r := result{job: j, err: errors.New("the handler ended its goroutine")}
	defer func() {
		if v := recover(); v != nil {
			r.err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
		r.cut = r.err != nil && context.Cause(work) == errStopped
		q.finish(work, r)
	}()
	if j.Last && j.Attempt > l.MaxAttempts+crashes {
		r.err = errors.New("its process died again and again")
		return
	}
	ctx, cancel := context.WithTimeout(work, l.Timeout)
	defer cancel()
	r.err = l.handler(ctx, j)
}

func (q *Queue) finish(ctx context.Context, r result) {
	switch {
	case r.err == nil:
	case r.job.Last && !r.cut:
		q.log.ErrorContext(ctx, "a job failed for the last time", "kind", r.job.Kind, "job", r.job.ID, "attempt", r.job.Attempt, "error", r.err)
	default:
		q.log.WarnContext(ctx, "a job failed", "kind", r.job.Kind, "job", r.job.ID, "attempt", r.job.Attempt, "error", r.err)
	}
	q.mu.Lock()
	q.finished = append(q.finished, r)
	q.mu.Unlock()
	q.poke()
}
