// Package clock is where time comes from. Tests own theirs.
package clock

import (
	"sync"
	"time"
)

// Clock tells the time. All times in the program are UTC with millisecond precision, as the database keeps them.
type Clock interface{ Now() time.Time }

// System is the machine's clock.
type System struct{}

// Now gives the current time, UTC, cut to milliseconds.
func (System) Now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// Fake is a clock that a test sets and moves. Each reading steps it by Step, which may be zero.
type Fake struct {
	mu   sync.Mutex
	now  time.Time
	Step time.Duration
}

// NewFake makes a clock that stands at t.
func NewFake(t time.Time) *Fake { return &Fake{now: t.UTC().Truncate(time.Millisecond)} }

// Now gives the time it stands at, then steps.
func (f *Fake) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	t := f.now
	f.now = f.now.Add(f.Step)
	return t
}

// Set puts the clock to t.
func (f *Fake) Set(t time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = t.UTC().Truncate(time.Millisecond)
}

// Advance moves the clock forward.
func (f *Fake) Advance(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
}
