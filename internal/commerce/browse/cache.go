package browse

import (
	"context"
	"hash/maphash"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"

	"kaidian/internal/platform/clock"
)

// Entry is an answer as it goes out. Nobody changes it once it is kept.
type Entry struct {
	Status int    // of HTTP
	Type   string // content type
	ETag   string // quoted; empty for none
	Body   []byte
	Zipped []byte // Body compressed; nil when it is not kept so

	Products []string // whose stock the answer shows; Do adds what was noted
	Any      bool     // the stock of any product may change it
}

// Cache keeps answers as encoded bytes for a short life. It is safe for concurrent use.
//
// What was read before a change must not be answered after it, also when its reader is slow and is done only then. So changes
// are numbered: each product carries the number of its last change, an answer carries the number that was the last when its
// reading began, and it counts only while nothing that it shows has a larger one. To drop is to number; nothing is searched
// for and nothing that is read meanwhile is held up. Products share their numbers by hash: to lose a neighbour's answer costs
// a few statements, and to keep a number for each product would cost memory for ever.
type Cache struct {
	entries *otter.Cache[string, *kept]
	clock   clock.Clock
	life    time.Duration
	seed    maphash.Seed

	last     atomic.Uint64 // number of the last change
	all      atomic.Uint64 // of the last that concerned everything
	any      atomic.Uint64 // of the last of any product's stock
	products [1 << 14]atomic.Uint64

	mu   sync.Mutex
	open map[string]*making
}

// kept is an answer, and as of when it is.
type kept struct {
	entry Entry
	since uint64 // the last change when its reading began
	at    time.Time
	slots []uint16 // of its products
}

// making is an answer that is being made.
type making struct {
	since uint64
	done  chan struct{}
	kept  *kept
	err   error
	ended bool // it has one of both; else its maker gave up
}

// overhead is what an entry weighs besides its bytes.
const overhead = 512

// NewCache makes a cache of maxBytes at most, whose entries live for life at most.
func NewCache(maxBytes int64, life time.Duration, c clock.Clock) *Cache {
	return &Cache{
		clock: c, life: life, seed: maphash.MakeSeed(), open: map[string]*making{},
		entries: otter.Must(&otter.Options[string, *kept]{
			MaximumWeight: uint64(max(maxBytes, 1)),
			Weigher: func(key string, k *kept) uint32 {
				return uint32(overhead + len(key) + len(k.entry.Body) + len(k.entry.Zipped) + 64*len(k.slots))
			},
		}),
	}
}

// Get gives the entry of a key. It allocates nothing.
func (c *Cache) Get(key string) (*Entry, bool) {
	k, ok := c.entries.GetIfPresent(key)
	if !ok || !c.holds(k) {
		return nil, false
	}
	// An entry from the future is one from before the clock was put back.
	if age := c.clock.Now().Sub(k.at); age < 0 || age >= c.life {
		return nil, false
	}
	return &k.entry, true
}

// holds tells whether nothing that an answer shows has changed since.
func (c *Cache) holds(k *kept) bool {
	if k.since < c.all.Load() || k.entry.Any && k.since < c.any.Load() {
		return false
	}
	for _, slot := range k.slots {
		if k.since < c.products[slot].Load() {
			return false
		}
	}
	return true
}

// Do gives the entry of a key, and has load make it where there is none: one load for all who ask at the same time. A
// caller whose ctx ends leaves with its error; when it is the one who loads, another takes over. An error of load is not kept,
// but those who wait for it get it too.
func (c *Cache) Do(ctx context.Context, key string, load func(context.Context) (Entry, error)) (*Entry, error) {
	arrived := c.last.Load()
	for {
		if e, ok := c.Get(key); ok {
			return e, nil
		}
		c.mu.Lock()
		other, ok := c.open[key]
		if !ok {
			mine := &making{since: c.last.Load(), done: make(chan struct{})}
			c.open[key] = mine
			c.mu.Unlock()
			return c.make(ctx, key, mine, load)
		}
		c.mu.Unlock()
		select {
		case <-other.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		// What was begun before this caller came may be from before a change that this caller must see.
		switch {
		case !other.ended:
		case other.err != nil && other.since >= arrived:
			return nil, other.err
		case other.err == nil && (other.since >= arrived || c.holds(other.kept)):
			return &other.kept.entry, nil
		}
	}
}

func (c *Cache) make(ctx context.Context, key string, mine *making, load func(context.Context) (Entry, error)) (*Entry, error) {
	defer func() { // also when load panics
		c.mu.Lock()
		delete(c.open, key)
		c.mu.Unlock()
		close(mine.done)
	}()
	n, at := &notes{}, c.clock.Now()
	e, err := load(context.WithValue(ctx, noting{}, n))
	if err != nil {
		mine.err, mine.ended = err, ctx.Err() == nil
		return nil, err
	}
	n.into(&e)
	k := &kept{entry: e, since: mine.since, at: at, slots: make([]uint16, len(e.Products))}
	for i, p := range e.Products {
		k.slots[i] = c.slot(p)
	}
	mine.kept, mine.ended = k, true
	if c.holds(k) {
		c.entries.Set(key, k)
	}
	return &k.entry, nil
}

func (c *Cache) slot(product string) uint16 {
	return uint16(maphash.String(c.seed, product) % uint64(len(c.products)))
}

// Drop makes the cache forget the answers that show the stock of the products. It is called after the commit of the
// change; no Get or Do that begins after it gives an answer from before.
func (c *Cache) Drop(products ...string) {
	if len(products) == 0 {
		return
	}
	n := c.last.Add(1)
	for _, p := range products {
		raise(&c.products[c.slot(p)], n)
	}
	raise(&c.any, n)
}

// DropAll makes the cache forget everything. It is called after the commit of any change but one of stock.
func (c *Cache) DropAll() { raise(&c.all, c.last.Add(1)) }

// raise sets a number that never falls.
func raise(to *atomic.Uint64, n uint64) {
	for {
		old := to.Load()
		if old >= n || to.CompareAndSwap(old, n) {
			return
		}
	}
}

// notes is what is noted while an answer is made.
type notes struct {
	mu       sync.Mutex
	products []string
	any      bool
}

type noting struct{}

// into adds the notes to an entry.
func (n *notes) into(e *Entry) {
	n.mu.Lock()
	defer n.mu.Unlock()
	e.Any = e.Any || n.any
	e.Products = append(slices.Clone(e.Products), n.products...)
	slices.Sort(e.Products)
	e.Products = slices.Compact(e.Products)
}

// Note says that the answer that is being made under ctx shows the stock of these products. The methods of Service that
// read variants do so themselves.
func Note(ctx context.Context, products ...string) {
	if n, ok := ctx.Value(noting{}).(*notes); ok {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.products = append(n.products, products...)
	}
}

// NoteAny says that the stock of any product may change the answer that is being made under ctx.
func NoteAny(ctx context.Context) {
	if n, ok := ctx.Value(noting{}).(*notes); ok {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.any = true
	}
}
