package customer

import (
	"hash/maphash"
	"net/netip"
	"sync"
	"time"

	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/fault"
)

// attempts guards what can be guessed: by the account that is guessed at and by the address that guesses.
type attempts struct {
	clock             clock.Clock
	accounts, callers *limiter
}

func newAttempts(c clock.Clock, l Limits) attempts {
	return attempts{
		clock:    c,
		accounts: newLimiter(l.AttemptsPerAccount, l.Window),
		callers:  newLimiter(l.AttemptsPerAddress, l.Window),
	}
}

// try runs a guess. It counts first, so that many guesses at once gain nothing, and gives the attempt back unless the
// guess was found wrong. Fault: ErrTooManyAttempts.
func (a attempts) try(what, account, address string, guess func() error) error {
	if err := a.spend(what, account, address); err != nil {
		return err
	}
	err := guess()
	if fault.CodeOf(err) != fault.Unauthenticated {
		a.accounts.giveBack(what + " " + account)
		if caller := callerKey(address); caller != "" {
			a.callers.giveBack(caller)
		}
	}
	return err
}

// spend counts an attempt for good. Fault: ErrTooManyAttempts.
func (a attempts) spend(what, account, address string) error {
	now := a.clock.Now()
	if caller := callerKey(address); caller != "" {
		if wait := a.callers.take(caller, now); wait > 0 {
			return ErrTooManyAttempts.After(wait)
		}
	}
	if wait := a.accounts.take(what+" "+account, now); wait > 0 {
		return ErrTooManyAttempts.After(wait)
	}
	return nil
}

// callerKey is what counts as one caller: an IPv4 address, or the /64 that one IPv6 household has. It is "" where the
// address is not known.
func callerKey(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if ip = ip.Unmap(); ip.Is4() {
		return ip.String()
	}
	prefix, err := ip.WithZone("").Prefix(64)
	if err != nil {
		return address
	}
	return prefix.String()
}

// maxKeys bounds the memory of a limiter to a few megabytes.
const maxKeys = 50_000

// limiter lets a key have a burst of attempts, each of which comes back with time: the burst over one window. It keeps
// two numbers per key: a hash of it, and the time at which it is unburdened again.
type limiter struct {
	burst  int
	period time.Duration // in which one attempt comes back
	most   int           // keys
	seed   maphash.Seed

	mu    sync.Mutex
	clear map[uint64]time.Time
}

func newLimiter(burst int, window time.Duration) *limiter {
	return &limiter{
		burst: burst, period: window / time.Duration(burst), most: maxKeys,
		seed: maphash.MakeSeed(), clear: map[uint64]time.Time{},
	}
}

// take counts an attempt and gives 0, or counts none and gives how long to wait for the next.
func (l *limiter) take(key string, now time.Time) time.Duration {
	hash := maphash.String(l.seed, key)
	l.mu.Lock()
	defer l.mu.Unlock()
	at, ok := l.clear[hash]
	if !ok {
		l.makeRoom(now)
	}
	if at.Before(now) {
		at = now
	}
	at = at.Add(l.period)
	if wait := at.Sub(now) - time.Duration(l.burst)*l.period; wait > 0 {
		return wait
	}
	l.clear[hash] = at
	return 0
}

// giveBack undoes a take.
func (l *limiter) giveBack(key string) {
	hash := maphash.String(l.seed, key)
	l.mu.Lock()
	defer l.mu.Unlock()
	if at, ok := l.clear[hash]; ok {
		l.clear[hash] = at.Add(-l.period)
	}
}

// makeRoom drops a key when the limiter is full: of a few taken at random one that is unburdened, or will be first. Who
// floods it with new keys so drives out other new keys, not the one that was tried often.
func (l *limiter) makeRoom(now time.Time) {
	if len(l.clear) < l.most {
		return
	}
	var victim uint64
	var first time.Time
	looked := 0
	for hash, at := range l.clear {
		if looked == 0 || at.Before(first) {
			victim, first = hash, at
		}
		if looked++; looked == 16 || !at.After(now) {
			break
		}
	}
	delete(l.clear, victim)
}
