package cart

import (
	"strings"
	"sync"
	"time"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/event"
	"kaidian/internal/platform/snapshot"
)

// Bounds of what is kept: variants, and the bytes of the long texts of one.
const (
	mostGoods = 2048
	longGood  = 16 << 10
)

// good is a living variant with its product and all of its prices. Its stock is not kept.
type good struct {
	ware   catalog.Ware
	prices []pricing.Price
	at     time.Time
}

// goods keeps in memory what carts are about, variant by variant: believed, like a snapshot, until this process changes anything
// of the catalogue, and for no longer than snapshot.Life. Nobody changes what they get of it.
type goods struct {
	clock   clock.Clock
	mu      sync.RWMutex
	changes int // how often all was forgotten
	kept    map[string]good
}

func newGoods(c clock.Clock, events *event.Log) *goods {
	g := &goods{clock: c, kept: map[string]good{}}
	events.Listen(func(e event.Event) {
		switch kind, _, _ := strings.Cut(e.Topic, "."); kind {
		case "product", "catalog", "prices":
			g.forget()
		}
	})
	return g
}

func (g *goods) forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.changes++
	clear(g.kept)
}

// find gives what is kept of variants, each of which comes once, the others, and what keep wants to know.
func (g *goods) find(variants []string) (found map[string]good, missing []string, changes int) {
	now := g.clock.Now()
	g.mu.RLock()
	defer g.mu.RUnlock()
	found = make(map[string]good, len(variants))
	for _, v := range variants {
		// One from the future is from before the clock was put back.
		if k, ok := g.kept[v]; ok && now.Sub(k.at) >= 0 && now.Sub(k.at) < snapshot.Life {
			found[v] = k
		} else {
			missing = append(missing, v)
		}
	}
	return found, missing, g.changes
}

// keep keeps what was read since find, unless anything was changed meanwhile.
func (g *goods) keep(changes int, read map[string]good) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.changes != changes {
		return
	}
	for id, k := range read {
		if long(&k.ware) {
			continue
		}
		if len(g.kept) >= mostGoods {
			clear(g.kept)
		}
		g.kept[id] = k
	}
}

func long(w *catalog.Ware) bool {
	n := len(w.Metadata) + len(w.Product.Metadata)
	if w.Product.Description != nil {
		n += len(*w.Product.Description)
	}
	return n > longGood
}
