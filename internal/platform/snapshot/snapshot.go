// Package snapshot keeps in memory what was read from the database as a whole: small tables that each request looks at and
// that seldom change.
package snapshot

import (
	"sync/atomic"
	"time"

	"kaidian/internal/platform/clock"
)

// Life is how long another process may still see what was changed in this one.
const Life = 2 * time.Second

// Kept is a value that is believed until this process changes what it was read from, and for no longer than Life. It is
// shared by all who get it: nobody changes it. It is safe for concurrent use.
//
// A value that was read before a change must not be believed after it, also when its reader is slow and puts it in only then.
// So a value carries the count of changes as it was before the read.
type Kept[T any] struct {
	clock   clock.Clock
	changes atomic.Uint64
	value   atomic.Pointer[reading[T]]
}

type reading[T any] struct {
	value   *T
	at      time.Time
	changes uint64
}

// New makes one that holds nothing yet.
func New[T any](c clock.Clock) *Kept[T] { return &Kept[T]{clock: c} }

// Get gives the value, read by load where none is kept. What load fails to read is not kept.
func (k *Kept[T]) Get(load func() (*T, error)) (*T, error) {
	changes, now := k.changes.Load(), k.clock.Now()
	if r := k.value.Load(); r != nil && r.changes == changes {
		// A reading from the future is one from before the clock was put back.
		if age := now.Sub(r.at); 0 <= age && age < Life {
			return r.value, nil
		}
	}
	value, err := load()
	if err != nil {
		return nil, err
	}
	k.value.Store(&reading[T]{value: value, at: now, changes: changes})
	return value, nil
}

// Drop forgets the value. It is called after the commit of what changed it.
func (k *Kept[T]) Drop() { k.changes.Add(1) }
