package httpx

import (
	"math"
	"sync"
	"time"

	"kaidian/internal/platform/clock"
)

// Buckets are leaky buckets by key: each call adds a drop, drops leak at a steady rate, and a full bucket refuses.
// Memory is bounded by the callers of the time in which two full buckets leak empty: an empty bucket is no bucket.
type Buckets struct {
	Capacity int     // drops that a bucket holds; 1 or more
	Leak     float64 // drops a second that leave it; above 0
	Clock    clock.Clock

	mu    sync.Mutex
	level map[string]level
	swept time.Time
}

type level struct {
	drops float64
	at    time.Time
}

// Take adds a drop to the bucket of key. It tells how many drops the bucket holds afterwards, and, when the bucket
// was full and the drop refused, how long to wait.
func (b *Buckets) Take(key string) (used int, wait time.Duration, ok bool) {
	now := b.Clock.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sweep(now)
	l := b.leaked(b.level[key], now)
	if l.drops+1 > float64(b.Capacity) {
		short := l.drops + 1 - float64(b.Capacity)
		return b.Capacity, time.Duration(short / b.Leak * float64(time.Second)), false
	}
	l.drops++
	b.level[key] = l
	return int(math.Ceil(l.drops)), 0, true
}

// leaked gives the level at a time. Nothing leaks, and nothing is added, when the machine's clock is set back.
func (b *Buckets) leaked(l level, now time.Time) level {
	if passed := now.Sub(l.at); !l.at.IsZero() && passed > 0 {
		l.drops = max(0, l.drops-passed.Seconds()*b.Leak)
	}
	l.at = now
	return l
}

// sweep drops empty buckets once in a while, also when the clock was set back in between.
func (b *Buckets) sweep(now time.Time) {
	empty := time.Duration(float64(b.Capacity) / b.Leak * float64(time.Second))
	if b.level == nil {
		b.level = map[string]level{}
	}
	if since := now.Sub(b.swept); since >= 0 && since < empty {
		return
	}
	b.swept = now
	for k, l := range b.level {
		if now.Sub(l.at) >= empty {
			delete(b.level, k)
		}
	}
}
