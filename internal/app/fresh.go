package app

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"kaidian/internal/commerce/inventory"
	"kaidian/internal/platform/event"
)

// answerLife is how long an answer is kept at most. Within this process each write drops what it changes; this is how
// late the writes of another process are seen.
const answerLife = 2 * time.Second

// keepFresh has the answers that are kept dropped by the writes that change them, before those who write are told that it
// is done. A package that keeps something of its own drops that before it records its event.
func (a *App) keepFresh() {
	a.Events.Listen(func(e event.Event) {
		switch kind, _, _ := strings.Cut(e.Topic, "."); {
		case e.Topic == inventory.TopicChanged && a.answers != nil:
			a.dropStock(e)
		case shown[kind]:
			a.Browse.ForgetCounts()
			if a.answers != nil {
				a.answers.DropAll()
			}
		}
	})
}

// patience is how long the writer of stock waits for what its answers are marked with.
const patience = time.Second

// dropStock drops the answers that show the stock that an event is about. When it cannot tell which, it drops all.
func (a *App) dropStock(e event.Event) {
	var p struct {
		Variants []string `json:"variants"`
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	err := json.Unmarshal(e.Payload, &p)
	if err == nil {
		p.Variants, err = a.Browse.ProductsOf(ctx, p.Variants)
	}
	if err != nil {
		a.log.Warn("all kept answers are dropped", "event", e.Topic, "error", err)
		a.answers.DropAll()
		return
	}
	a.answers.Drop(p.Variants...)
}

// shown are the kinds of events about what answers show.
var shown = map[string]bool{"product": true, "catalog": true, "prices": true, "shop": true}

// Reindex makes the whole search index anew, and tells of every step how many products are done.
func (a *App) Reindex(ctx context.Context, progress func(done int)) error {
	return a.Indexer.Reindex(ctx, progress)
}
