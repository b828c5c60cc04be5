package staff

import (
	"net/netip"
	"sync"
	"time"

	"kaidian/internal/platform/clock"
)

// The limits of failed sign-ins.
const (
	accountAttempts = 10
	addressAttempts = 20
	attemptWindow   = 15 * time.Minute
)

// maxTracked bounds the keys that an Attempts remembers, some 100 bytes each.
const maxTracked = 10_000

// Attempts limits failures by key, in windows that begin with a key's first failure. It lives in memory: a restart
// forgives. It is safe for concurrent use.
//
// An attempt is taken before it is known to fail, and given back when it does not, so that many tries at once cannot
// slip through together.
type Attempts struct {
	clock  clock.Clock
	limit  int
	window time.Duration

	mu   sync.Mutex
	seen map[string]tries
}

type tries struct {
	n     int
	until time.Time // the end of the window
}

// NewAttempts makes a limit of so many failures per window.
func NewAttempts(c clock.Clock, limit int, window time.Duration) *Attempts {
	return &Attempts{clock: c, limit: limit, window: window, seen: map[string]tries{}}
}

// Take counts an attempt, or refuses it with the time to wait until the window ends.
func (a *Attempts) Take(key string) (wait time.Duration, ok bool) {
	now := a.clock.Now()
	a.mu.Lock()
	defer a.mu.Unlock()
	t, seen := a.seen[key]
	if !seen || !now.Before(t.until) {
		a.makeRoom(now)
		t = tries{until: now.Add(a.window)}
	}
	if t.n >= a.limit {
		return t.until.Sub(now), false
	}
	t.n++
	a.seen[key] = t
	return 0, true
}

// GiveBack says that an attempt taken was no failure.
func (a *Attempts) GiveBack(key string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	t, seen := a.seen[key]
	if t.n--; !seen || t.n <= 0 {
		delete(a.seen, key)
		return
	}
	a.seen[key] = t
}

// Forget drops what is counted for a key, after it proved to be in good hands.
func (a *Attempts) Forget(key string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.seen, key)
}

// makeRoom keeps the memory bounded: windows that are over go first, then any. Who fills it so far must have that
// many addresses. A tenth is freed at least, so that a flood pays for the walk once in a thousand keys.
func (a *Attempts) makeRoom(now time.Time) {
	if len(a.seen) < maxTracked {
		return
	}
	for key, t := range a.seen {
		if !now.Before(t.until) {
			delete(a.seen, key)
		}
	}
	for key := range a.seen {
		if len(a.seen) <= maxTracked*9/10 {
			return
		}
		delete(a.seen, key)
	}
}

// AddressKey gives the key under which to count an IP address: itself, or its /64 network for IPv6, of which one
// machine has all addresses. Anything that is no address is its own key.
func AddressKey(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil || ip.Unmap().Is4() {
		return address
	}
	network, err := ip.WithZone("").Prefix(64)
	if err != nil {
		return address
	}
	return network.String()
}
