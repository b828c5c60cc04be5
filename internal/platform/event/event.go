// Package event records what happened in the transaction that did it, and delivers it after the commit: to durable
// subscribers through the table, which survives any crash, and to listeners in this process at once.
//
// # Once
//
// What a subscriber does is committed together with the mark that the event is dispatched: once for each event, whatever
// crashes and however many instances dispatch. The subscriber itself may be called again for what was rolled back.
//
// # Order
//
// Within one transaction of a dispatcher events come by rising Number. Beyond that the engines differ.
//
// SQLite writes one transaction at a time, so Number is the order of the commits, and subscribers follow it strictly,
// even when several processes dispatch.
//
// On PostgreSQL a Number is given when the event is recorded, not when it commits. While one instance dispatches, each
// event comes after those with lower Numbers that were committed when the dispatcher looked; one that commits late comes
// late. So the events of one subject come in the order of their commits when those who record them lock the subject's
// row first, and in no certain order otherwise. When several instances dispatch at once, each takes the next events that
// nobody holds and waits for nobody: there is no order between instances, not even for one subject, and an event that
// fails at one holds back nothing at another. A subscriber that minds must look at the subject as it is now.
package event

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/id"
)

// Event is one thing that happened.
type Event struct {
	ID      string          // "evt_…"
	Number  int64           // rises with time; two concurrent transactions may commit in either order
	Topic   string          // "customer.created"
	Subject string          // the id of what it happened to
	Payload json.RawMessage // what a subscriber needs that it cannot look up any more
	At      time.Time
}

// Subscriber plans the work that follows from an event. It runs in the dispatcher's transaction, so it may only run
// SQL: typically it inserts a job. An error undoes what it did and leaves the event, and those after it, for the next
// try; on PostgreSQL another instance may deliver those after it meanwhile.
type Subscriber func(ctx context.Context, tx *db.Tx, e Event) error

// Batch is a Subscriber that is given several events at once, in their order, so that it can do the same for all of them by one
// statement. When it refuses them they come again one by one.
type Batch func(ctx context.Context, tx *db.Tx, events []Event) error

// Log is the outbox of one shop.
type Log struct {
	db    *db.DB
	clock clock.Clock
	log   *slog.Logger
	wake  chan struct{}

	mu        sync.RWMutex
	subs      []Batch
	listeners []func(Event)
}

// New makes the outbox.
func New(d *db.DB, c clock.Clock, log *slog.Logger) *Log {
	return &Log{db: d, clock: c, log: log, wake: make(chan struct{}, 1)}
}

// Fact is what there is to say of an event. Payload must marshal to JSON; nil is an empty object.
type Fact struct {
	Topic, Subject string
	Payload        any
}

// Record has an event written in tx: all of a transaction are, in their order, before its commit. After the commit, listeners run
// before Write returns and the dispatcher is woken.
func (l *Log) Record(tx *db.Tx, topic, subject string, payload any) error {
	return l.RecordAll(tx, []Fact{{topic, subject, payload}})
}

// RecordAll is Record for each of many.
func (l *Log) RecordAll(tx *db.Tx, facts []Fact) error {
	now := l.clock.Now()
	for _, f := range facts {
		body := []byte("{}")
		if f.Payload != nil {
			var err error
			if body, err = json.Marshal(f.Payload); err != nil {
				return fmt.Errorf("event %s: %w", f.Topic, err)
			}
		}
		e := Event{ID: id.New("evt", now), Topic: f.Topic, Subject: f.Subject, Payload: body, At: now}
		db.Gather(tx, l, e, func(all []Event) error { return l.write(tx, all) })
	}
	return nil
}

// write writes the events of a transaction, and has them published after its commit.
func (l *Log) write(tx *db.Tx, all []Event) error {
	rows := make([][]any, len(all))
	for i, e := range all {
		rows[i] = []any{e.ID, e.Topic, e.Subject, string(e.Payload), e.At.UnixMilli()}
	}
	if err := tx.Insert(`insert into events (id, topic, subject, payload, created_at)`, rows, ``); err != nil {
		return fmt.Errorf("write %d events: %w", len(all), err)
	}
	tx.AfterCommit(func() { l.publish(all) })
	return nil
}

// Subscribe adds a durable subscriber. It is called while the program is wired, before Run.
func (l *Log) Subscribe(s Subscriber) {
	l.SubscribeAll(func(ctx context.Context, tx *db.Tx, events []Event) error {
		for _, e := range events {
			if err := s(ctx, tx, e); err != nil {
				return err
			}
		}
		return nil
	})
}

// SubscribeAll is Subscribe for one that takes several events at once.
func (l *Log) SubscribeAll(s Batch) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.subs = append(l.subs, s)
}

// Listen adds a listener that hears the events of this process after their commit, once, in the goroutine that
// committed. It is for caches: a listener must be quick and may be missed by a crash. It is not told the event's Number.
func (l *Log) Listen(f func(Event)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.listeners = append(l.listeners, f)
}

func (l *Log) publish(all []Event) {
	l.mu.RLock()
	listeners := slices.Clone(l.listeners)
	l.mu.RUnlock()
	for _, e := range all {
		for _, f := range listeners {
			f(e)
		}
	}
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// poll is how often the dispatcher looks without being woken: for events of other processes and after failures.
const poll = time.Second

// gather is how long the dispatcher waits for more events once it is woken.
const gather = 20 * time.Millisecond

// Run dispatches until ctx ends.
func (l *Log) Run(ctx context.Context) {
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		if err := l.Dispatch(ctx); err != nil && ctx.Err() == nil {
			l.log.ErrorContext(ctx, "dispatching events failed", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-l.wake:
			select { // more will come where one came; each dispatch is a commit, beside those of the requests
			case <-ctx.Done():
				return
			case <-time.After(gather):
			}
		case <-tick.C:
		}
	}
}

// batch is how many events one transaction dispatches.
const batch = 100

// Dispatch hands the waiting events to the subscribers, in the order that the package promises, and returns when none is
// left, or none that another instance does not hold. At an error of a subscriber it stops: what came before the event
// that failed is delivered, it and those after it wait for the next try.
func (l *Log) Dispatch(ctx context.Context) error {
	for {
		waiting, err := l.Depth(ctx)
		if err != nil || waiting == 0 {
			return err
		}
		n, err := l.dispatchBatch(ctx, batch)
		switch {
		case err != nil && n > 1:
			return l.dispatchEach(ctx, err)
		case err != nil || n == 0:
			return err
		}
	}
}

// dispatchEach delivers the events of a batch that was refused, one by one up to the one that is to blame.
func (l *Log) dispatchEach(ctx context.Context, refused error) error {
	for range batch {
		n, err := l.dispatchBatch(ctx, 1)
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
	}
	return refused // of which nobody is to blame any more
}

// dispatchBatch delivers the next events in one transaction, limit at most, and tells how many. At an error it leaves them all, and
// tells how many were to be delivered.
func (l *Log) dispatchBatch(ctx context.Context, limit int) (n int, err error) {
	l.mu.RLock()
	subs := slices.Clone(l.subs)
	l.mu.RUnlock()
	err = l.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n = 0
		events, err := db.All(tx, scan, claim(tx.Dialect()), limit)
		if err != nil || len(events) == 0 {
			return err
		}
		n = len(events)
		ids := make([]string, len(events))
		for i, e := range events {
			ids[i] = e.ID
		}
		for _, s := range subs {
			if err := s(ctx, tx, events); err != nil {
				return fmt.Errorf("%d events from %s %s on: %w", len(events), events[0].ID, events[0].Topic, err)
			}
		}
		_, err = tx.Exec(`update events set dispatched_at = $1 where id in `+db.In(2, n),
			db.Args(ids, any(l.clock.Now().UnixMilli()))...)
		return err
	})
	return n, err
}

const columns = `id, number, topic, subject, payload, created_at`

// claim selects the next waiting events. On PostgreSQL several instances dispatch at once and skip each other's.
func claim(d db.Dialect) string {
	q := `select ` + columns + ` from events where dispatched_at is null order by number limit $1`
	if d == db.Postgres {
		q += ` for update skip locked`
	}
	return q
}

func scan(row db.Scanner) (Event, error) {
	var e Event
	var payload string
	var at int64
	err := row.Scan(&e.ID, &e.Number, &e.Topic, &e.Subject, &payload, &at)
	e.Payload, e.At = json.RawMessage(payload), time.UnixMilli(at).UTC()
	return e, err
}

// Get reads one event, or returns db.ErrNoRows.
func Get(tx *db.Tx, id string) (Event, error) {
	return scan(tx.QueryRow(`select `+columns+` from events where id = $1`, id))
}

// Since reads limit events at most after a number, by rising Number; tests and the person on call use it. It is no cursor
// to follow on PostgreSQL, where an event may commit after one with a higher Number was read.
func (l *Log) Since(ctx context.Context, number int64, limit int) ([]Event, error) {
	var out []Event
	err := l.db.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		var err error
		out, err = db.All(tx, scan, `select `+columns+` from events where number > $1 order by number limit $2`, number, limit)
		return err
	})
	return out, err
}

// Depth counts the events that wait to be dispatched.
func (l *Log) Depth(ctx context.Context) (int64, error) {
	var n int64
	err := l.db.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRow(`select count(*) from events where dispatched_at is null`).Scan(&n)
	})
	return n, err
}

// Prune drops the events dispatched before a time. It counts from the dispatch, because the jobs that follow still read
// an event that waited long.
func (l *Log) Prune(ctx context.Context, before time.Time) error {
	return l.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(`delete from events where dispatched_at < $1`, before.UnixMilli())
		return err
	})
}
