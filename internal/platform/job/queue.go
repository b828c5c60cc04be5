package job

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
)

// Job is one attempt at a piece of work, as its handler sees it.
type Job struct {
	ID      string          // "job_…"
	Kind    string          // names the handler
	Payload json.RawMessage // what Insert was given
	Attempt int             // 1 at first
	Last    bool            // when this attempt fails, none follows
}

// Handler does the work of one kind. An error, or a panic, makes the job be tried again later. It must return soon
// after ctx ends: that is at its kind's timeout, and when a Stop gives up waiting.
type Handler func(ctx context.Context, j Job) error

// HandleOptions says how a kind is worked. The zero value is right for short work.
type HandleOptions struct {
	MaxAttempts int                             // failures until the job is dead; 0 means 10
	Backoff     func(attempt int) time.Duration // pause after the failure of an attempt; nil means DefaultBackoff
	Timeout     time.Duration                   // of one attempt; 0 means one minute
	Workers     int                             // how many run at once in this process; 0 means 4
}

// DefaultBackoff is 5 s after the first failure and doubles up to an hour, give or take a tenth.
func DefaultBackoff(attempt int) time.Duration {
	d := min(5*time.Second<<min(attempt-1, 10), time.Hour)
	return d - d/10 + rand.N(d/5)
}

// Options tunes a queue. The zero value is right for a server.
type Options struct {
	Clock clock.Clock   // nil means the machine's
	Poll  time.Duration // how long a job of another process may wait unseen; 0 means 1 s
	// Lease is how long after a crash its running jobs start again, at most; 0 means 30 s. The clocks of processes
	// that share a database must agree much better than that.
	Lease time.Duration
}

// Queue inserts jobs and works them. It is safe for concurrent use.
type Queue struct {
	db  *db.DB
	log *slog.Logger
	o   Options

	lanes map[string]*lane // by kind; fixed once started
	kinds []string         // its keys, sorted
	wake  chan struct{}    // something may be due, or has finished
	done  chan struct{}    // closed when the loop has ended

	mu       sync.Mutex
	started  bool
	stopping bool
	cutWork  context.CancelCauseFunc // ends the handlers' contexts
	cutLoop  context.CancelFunc
	running  map[string]Job // by id; until its result is recorded
	finished []result
	nextBeat time.Time
}

// lane is what works one kind.
type lane struct {
	HandleOptions
	handler Handler
	every   time.Duration // of a schedule; 0 for other kinds
	busy    int           // jobs in Queue.running; under its mutex
}

// New makes a queue on a migrated database. It works nothing until Start.
func New(d *db.DB, log *slog.Logger, o Options) *Queue {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	o.Poll, o.Lease = cmp.Or(o.Poll, time.Second), cmp.Or(o.Lease, 30*time.Second)
	return &Queue{
		db: d, log: log, o: o,
		lanes: map[string]*lane{}, running: map[string]Job{},
		wake: make(chan struct{}, 1), done: make(chan struct{}),
	}
}

// Handle names the handler of a kind. It is called while the program is wired, before Start; a kind has one handler.
func (q *Queue) Handle(kind string, h Handler, o HandleOptions) {
	o.MaxAttempts, o.Timeout, o.Workers = cmp.Or(o.MaxAttempts, 10), cmp.Or(o.Timeout, time.Minute), cmp.Or(o.Workers, 4)
	if o.Backoff == nil {
		o.Backoff = DefaultBackoff
	}
	q.add(kind, &lane{HandleOptions: o, handler: h})
}

// Every has fn run at about this interval, in one process at a time, however many share the database. The first run
// is at once when the database has never seen the name. It is called before Start, like Handle. A run that fails
// waits for its next turn. A run may take as long as the interval, ten minutes at least.
func (q *Queue) Every(name string, interval time.Duration, fn func(context.Context) error) {
	q.add(scheduleKind(name), &lane{
		HandleOptions: HandleOptions{Timeout: max(interval, 10*time.Minute), Workers: 1},
		handler:       func(ctx context.Context, _ Job) error { return fn(ctx) },
		every:         interval,
	})
}

func scheduleKind(name string) string { return "every:" + name }

func (q *Queue) add(kind string, l *lane) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.started || q.lanes[kind] != nil {
		panic("job: kind " + kind + " has a handler already, or the queue runs")
	}
	q.lanes[kind] = l
	q.kinds = append(q.kinds, kind)
	slices.Sort(q.kinds)
}

// Start begins to work jobs. The context's values reach the handlers, its end does not: Stop ends the work.
func (q *Queue) Start(ctx context.Context) error {
	if err := q.seedSchedules(ctx); err != nil {
		return fmt.Errorf("plan the schedules: %w", err)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.started {
		return errors.New("job: started twice")
	}
	q.started = true
	ctx = context.WithoutCancel(ctx)
	work, cutWork := context.WithCancelCause(ctx)
	loop, cutLoop := context.WithCancel(ctx)
	q.cutWork, q.cutLoop = cutWork, cutLoop
	go q.loop(loop, work)
	return nil
}

// errStopped ends the handlers that outlast a Stop's patience.
var errStopped = errors.New("the program stops")

// grace is how long handlers may take to return once their context has ended.
const grace = 2 * time.Second

// Stop claims no more jobs and waits for the running ones. When ctx ends first, it ends their contexts, puts them
// back as if they had not run, and returns ctx's error. The queue cannot be started again.
func (q *Queue) Stop(ctx context.Context) error {
	q.mu.Lock()
	started := q.started
	q.stopping = true
	q.mu.Unlock()
	if !started {
		return nil
	}
	q.poke()
	var err error
	select {
	case <-q.done:
	case <-ctx.Done():
		err = ctx.Err()
	}
	q.cutWork(errStopped)
	select {
	case <-q.done:
	case <-time.After(grace):
	}
	q.cutLoop()
	<-q.done
	return err
}

// poke makes the loop look.
func (q *Queue) poke() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}
