package browse

import (
	"sync"
	"time"

	"kaidian/internal/platform/clock"
)

// recent remembers values for a while.
type recent[V any] struct {
	clock clock.Clock
	life  time.Duration
	most  int // when there are as many, what is over goes, and if nothing is, all

	mu      sync.Mutex
	values  map[string]dated[V]
	cleared int64 // how often all was forgotten
}

type dated[V any] struct {
	value V
	at    time.Time
}

func newRecent[V any](c clock.Clock, life time.Duration, most int) *recent[V] {
	return &recent[V]{clock: c, life: life, most: most, values: map[string]dated[V]{}}
}

func (r *recent[V]) get(key string) (V, bool) {
	now := r.clock.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	v, ok := r.values[key]
	if !ok || r.over(v, now) {
		var none V
		return none, false
	}
	return v.value, true
}

// over tells whether a value is too old, or from the future: from before the clock was put back.
func (r *recent[V]) over(v dated[V], now time.Time) bool {
	age := now.Sub(v.at)
	return age < 0 || age >= r.life
}

func (r *recent[V]) put(key string, value V) {
	r.change(key, func(V, bool) V { return value })
}

// clear forgets all, also what was read before and is to be put by unlessCleared.
func (r *recent[V]) clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.values)
	r.cleared++
}

// unlessCleared gives what puts a value, read from now on, unless all is forgotten meanwhile.
func (r *recent[V]) unlessCleared(key string) (put func(V)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	before := r.cleared
	return func(value V) {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.cleared == before {
			r.set(key, func(V, bool) V { return value })
		}
	}
}

// change puts what f makes of the value that there is, if there is one.
func (r *recent[V]) change(key string, f func(v V, ok bool) V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.set(key, f)
}

// set is change for who has the lock.
func (r *recent[V]) set(key string, f func(v V, ok bool) V) {
	now := r.clock.Now()
	v, ok := r.values[key]
	ok = ok && !r.over(v, now)
	if !ok && len(r.values) >= r.most {
		for k, old := range r.values {
			if r.over(old, now) {
				delete(r.values, k)
			}
		}
		if len(r.values) >= r.most {
			clear(r.values)
		}
	}
	r.values[key] = dated[V]{value: f(v.value, ok), at: now}
}
