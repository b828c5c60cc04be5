// Package limit says how often something may be done: guesses at a password, calls of an app. It counts in memory, so
// a restart forgives.
package limit

import (
	"hash/maphash"
	"net/netip"
	"sync"
	"time"

	"kaidian/internal/platform/clock"
)

// maxKeys bounds the memory of a Limiter to a few megabytes.
const maxKeys = 50_000

// longest is the longest time in which a full key may become empty. It keeps sums of times in their range.
const longest = 100 * 365 * 24 * time.Hour

// Limiter is a leaky bucket for each key: what is taken adds a drop, drops leave one by one at a steady rate, and a full
// bucket refuses. It is safe for concurrent use.
//
// It keeps two numbers per key, a hash of it and the time at which it will be empty, and at most 50000 keys: whose key
// was driven out by others starts anew.
type Limiter struct {
	clock    clock.Clock
	capacity int
	period   time.Duration // in which one drop leaves
	most     int           // keys
	seed     maphash.Seed

	mu    sync.Mutex
	seen  time.Time     // when the clock was last read
	now   time.Duration // the limiter's own time, see tick
	empty map[uint64]time.Duration
}

// New makes a limiter whose full buckets, of capacity drops, are empty after the window. Both must be above zero.
func New(c clock.Clock, capacity int, window time.Duration) *Limiter {
	return newLimiter(c, capacity, window/time.Duration(capacity))
}

// NewRate makes a limiter of so many drops that leak perSecond. Both must be above zero.
func NewRate(c clock.Clock, capacity int, perSecond float64) *Limiter {
	period := min(float64(time.Second)/perSecond, float64(longest))
	return newLimiter(c, capacity, time.Duration(period))
}

func newLimiter(c clock.Clock, capacity int, period time.Duration) *Limiter {
	period = min(period, longest/time.Duration(capacity))
	return &Limiter{
		clock: c, capacity: capacity, period: max(period, 1), most: maxKeys,
		seed: maphash.MakeSeed(), seen: c.Now(), empty: map[uint64]time.Duration{},
	}
}

// Capacity gives how many drops a bucket holds.
func (l *Limiter) Capacity() int { return l.capacity }

// Take adds a drop to the bucket of a key and gives how many it then holds, a drop that has leaked in part for a whole
// one. A full bucket stays as it is: ok is false, and wait is the time until there is room.
func (l *Limiter) Take(key string) (used int, wait time.Duration, ok bool) {
	hash := maphash.String(l.seed, key)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tick()
	at, known := l.empty[hash]
	level := max(0, at-l.now)
	if l.drops(level) == l.capacity {
		return l.capacity, level - time.Duration(l.capacity-1)*l.period, false
	}
	if !known {
		l.makeRoom()
	}
	level += l.period
	l.empty[hash] = l.now + level
	return l.drops(level), 0, true
}

// GiveBack undoes a Take. It is to follow soon: a drop that has leaked meanwhile is given back at the cost of the next.
func (l *Limiter) GiveBack(key string) {
	hash := maphash.String(l.seed, key)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tick()
	if at := l.empty[hash] - l.period; at > l.now {
		l.empty[hash] = at
	} else {
		delete(l.empty, hash)
	}
}

// Forget empties the bucket of a key.
func (l *Limiter) Forget(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.empty, maphash.String(l.seed, key))
}

// drops gives the drops, begun ones too, that leave in a time.
func (l *Limiter) drops(level time.Duration) int {
	n := level / l.period
	if level%l.period > 0 {
		n++
	}
	return int(n)
}

// tick moves the limiter's own time on by what has passed. That time stands still when the machine's clock is set
// back, so that nobody waits until the clock has caught up.
func (l *Limiter) tick() {
	now := l.clock.Now()
	l.now += max(0, now.Sub(l.seen))
	l.seen = now
}

// makeRoom drops a key when the limiter is full: of a few taken at random one whose bucket is empty, or will be first.
// Who floods it with new keys so drives out other new keys, not the one that was tried often.
func (l *Limiter) makeRoom() {
	if len(l.empty) < l.most {
		return
	}
	var victim uint64
	var first time.Duration
	looked := 0
	for hash, at := range l.empty {
		if looked == 0 || at < first {
			victim, first = hash, at
		}
		if looked++; looked == 16 || at <= l.now {
			break
		}
	}
	delete(l.empty, victim)
}

// Caller gives the key of who calls from an IP address: an IPv4 address itself, or the /64 network that one IPv6
// household has. Anything that is no address is its own key.
func Caller(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if ip = ip.Unmap(); ip.Is4() {
		return ip.String()
	}
	network, err := ip.WithZone("").Prefix(64)
	if err != nil {
		return address
	}
	return network.String()
}
