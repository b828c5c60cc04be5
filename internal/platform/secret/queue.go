package secret

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

// firstGuess is what one hash is taken to last until one was measured.
const firstGuess = 50 * time.Millisecond

// queue lets a few callers work at a time and a bounded number wait, first come first served. A hash is pure
// processor time: more at once would only make all of them, and every other request, slower.
type queue struct {
	slots   chan struct{}
	limit   int64
	waiting atomic.Int64
	typical atomic.Int64 // moving average of one turn, in nanoseconds
}

// newQueue makes a queue with so many slots and waiting places.
func newQueue(slots, places int) *queue {
	q := &queue{slots: make(chan struct{}, slots), limit: int64(places)}
	q.typical.Store(int64(firstGuess))
	return q
}

// enter waits for a slot and gives the function that frees it, to be called once. It fails with ErrBusy when all
// places are taken, and with the context's error when that ends first.
func (q *queue) enter(ctx context.Context) (leave func(), err error) {
	if ctx.Err() != nil {
		return nil, ended(ctx)
	}
	select {
	case q.slots <- struct{}{}:
		return q.turn(), nil
	default:
	}
	defer q.waiting.Add(-1)
	if ahead := q.waiting.Add(1) - 1; ahead >= q.limit {
		return nil, ErrBusy.After(q.patience(ahead))
	}
	select {
	case q.slots <- struct{}{}:
		return q.turn(), nil
	case <-ctx.Done():
		return nil, ended(ctx)
	}
}

// turn starts measuring; what it gives ends the turn.
func (q *queue) turn() func() {
	start := time.Now()
	return func() {
		// Not atomic as a whole: a lost measurement does no harm.
		old := q.typical.Load()
		q.typical.Store(old + (int64(time.Since(start))-old)/8)
		<-q.slots
	}
}

// patience is the time after which as many as wait now will have had their turn, in whole seconds, at least one.
func (q *queue) patience(ahead int64) time.Duration {
	slots := int64(cap(q.slots))
	turns := (ahead + slots + slots - 1) / slots
	wait := time.Duration(turns * q.typical.Load())
	return max(1, (wait+time.Second-1)/time.Second) * time.Second
}

// ended says that a caller gave up.
func ended(ctx context.Context) error {
	return fmt.Errorf("secret: waiting for a turn to hash: %w", context.Cause(ctx))
}
