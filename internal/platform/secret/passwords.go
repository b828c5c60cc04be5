package secret

import (
	"context"
	"runtime"
)

// What a new hash costs unless the options say otherwise: OWASP's first choice for argon2id with one lane.
const (
	DefaultMemory = 19456 // KiB
	DefaultTime   = 2     // passes
)

// placesPerSlot bounds the queue so that its last caller waits about a second (a hash takes some 28 ms of a core):
// longer, and shoppers press the button again.
const placesPerSlot = 32

const (
	saltSize = 16 // bytes
	keySize  = 32 // bytes
)

// PasswordOptions tunes Passwords. The zero value is right for production.
type PasswordOptions struct {
	Memory uint32 // KiB that a new hash fills; 0 means DefaultMemory; brought into 8…262144
	Time   uint32 // passes over that memory; 0 means DefaultTime; brought into 1…8
	Slots  int    // hashes at a time; 0 means one per core (GOMAXPROCS)
	Places int    // callers waiting beyond those; 0 means 32 per slot, below 0 means none
}

// Passwords hashes passwords and verifies them, a bounded number at a time. It is safe for concurrent use.
//
// Never call it inside a database transaction: a turn may take a second to come.
type Passwords struct {
	memory, time uint32
	dummy        recipe
	queue        *queue
	sweeper      *sweeper
}

// NewPasswords makes the service.
func NewPasswords(o PasswordOptions) *Passwords {
	if o.Memory == 0 {
		o.Memory = DefaultMemory
	}
	if o.Time == 0 {
		o.Time = DefaultTime
	}
	if o.Slots <= 0 {
		o.Slots = runtime.GOMAXPROCS(0)
	}
	if o.Places == 0 {
		o.Places = placesPerSlot * o.Slots
	}
	p := &Passwords{
		memory:  min(max(o.Memory, minMemory), maxMemory),
		time:    min(o.Time, maxEffort/maxMemory), // so that what we write is never over what we read
		queue:   newQueue(o.Slots, max(o.Places, 0)),
		sweeper: newSweeper(),
	}
	p.dummy = p.recipe(Random(saltSize), Random(keySize))
	return p
}

// recipe is a hash with today's parameters.
func (p *Passwords) recipe(salt, key []byte) *argon2id {
	return &argon2id{memory: p.memory, time: p.time, lanes: 1, salt: salt, key: key}
}

// Hash gives the PHC string to store for a password: "$argon2id$v=19$m=19456,t=2,p=1$salt$key". It fails with
// ErrBusy when too many wait already, and with the context's error when that ends while waiting.
func (p *Passwords) Hash(ctx context.Context, password string) (string, error) {
	fresh := p.recipe(Random(saltSize), make([]byte, keySize))
	err := p.inTurn(ctx, func() {
		fresh.key = fresh.derive(password)
		p.sweeper.note(fresh.footprint())
	})
	if err != nil {
		return "", err
	}
	return fresh.String(), nil
}

// Verify says whether the password is the one that was hashed, and if so whether the hash is stale: made by an
// imported algorithm or with weaker parameters than today's, so that the caller should store a fresh Hash. That is a
// favour, not a duty: when Hash then answers ErrBusy, leave it for the next sign-in.
//
// It reads argon2id, bcrypt, and scrypt as Medusa 1 stores it. Any other text, also the empty one of an account
// without a password, and a hash of absurd cost, match nothing. A refusal takes at least as long as one of DummyVerify,
// so that a cheap imported hash, or none, does not show. Errors are those of Hash.
func (p *Passwords) Verify(ctx context.Context, hash, password string) (ok, stale bool, err error) {
	stored, known := parseHash(hash)
	err = p.inTurn(ctx, func() {
		if known {
			ok = p.try(stored, password)
		}
		if !ok && (!known || stored.effort() < p.dummy.effort()) {
			p.try(p.dummy, password)
		}
	})
	return ok, ok && p.stale(stored), err
}

// DummyVerify does the work of a Verify that fails, for an account that does not exist: without it, the time of the
// answer would tell. Errors are those of Hash.
func (p *Passwords) DummyVerify(ctx context.Context, password string) error {
	return p.inTurn(ctx, func() { p.try(p.dummy, password) })
}

// inTurn does the work when a slot is free.
func (p *Passwords) inTurn(ctx context.Context, work func()) error {
	leave, err := p.queue.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	work()
	return nil
}

// try matches the password, and counts the memory that took.
func (p *Passwords) try(r recipe, password string) bool {
	defer p.sweeper.note(r.footprint())
	return r.matches(password)
}

// stale says whether a hash is worse than a new one would be. More memory may make up for fewer passes.
func (p *Passwords) stale(r recipe) bool {
	a, ok := r.(*argon2id)
	return !ok || a.memory < p.memory || a.effort() < p.dummy.effort() ||
		len(a.salt) < saltSize || len(a.key) < keySize
}
