package customer

import (
	"hash/maphash"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"

	"kaidian/internal/platform/clock"
)

// fresh is how long a cached value may be believed: within it, what another process revoked is still let in here.
const fresh = 2 * time.Second

// cache keeps what was read from the database until this process changes it, and for no longer than fresh.
//
// A value that was read before a change must not be believed after it, also when its reader is slow and puts it in
// only then. So each entry carries the generation of its key as it was before the read, a change raises the generation
// after its commit, and an entry of an earlier generation counts as none. Keys share generations: to lose a
// neighbour's entry costs a statement, and to keep one generation per key would cost memory for ever.
type cache[V any] struct {
	entries     *otter.Cache[string, entry[V]]
	generations [256]atomic.Uint64
	seed        maphash.Seed
	clock       clock.Clock
}

type entry[V any] struct {
	value      V
	generation uint64
	read       time.Time
}

func newCache[V any](c clock.Clock, size int) *cache[V] {
	return &cache[V]{
		entries: otter.Must(&otter.Options[string, entry[V]]{MaximumSize: size}),
		seed:    maphash.MakeSeed(),
		clock:   c,
	}
}

// get gives the value of a key, read by load where none is kept. What load fails to read is not kept.
func (c *cache[V]) get(key string, load func() (V, error)) (V, error) {
	generation, now := c.generation(key).Load(), c.clock.Now()
	if e, ok := c.entries.GetIfPresent(key); ok && e.generation == generation {
		// An entry from the future is one from before the clock was put back.
		if age := now.Sub(e.read); 0 <= age && age < fresh {
			return e.value, nil
		}
	}
	value, err := load()
	if err != nil {
		return value, err
	}
	c.entries.Set(key, entry[V]{value: value, generation: generation, read: now})
	return value, nil
}

// drop makes the cache forget a key. It is called after the commit of what changed it.
func (c *cache[V]) drop(key string) {
	c.generation(key).Add(1)
	c.entries.Invalidate(key)
}

// dropAll makes the cache forget everything.
func (c *cache[V]) dropAll() {
	for i := range c.generations {
		c.generations[i].Add(1)
	}
}

func (c *cache[V]) generation(key string) *atomic.Uint64 {
	return &c.generations[maphash.String(c.seed, key)%uint64(len(c.generations))]
}
