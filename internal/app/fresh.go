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
		case e.Topic == inventory.TopicChanged:
			var p struct {
				Variants []string `json:"variants"`
			}
			if json.Unmarshal(e.Payload, &p) != nil || len(p.Variants) == 0 {
				a.answers.DropAll()
				return
			}
			a.answers.Drop(p.Variants...)
		case shown[kind]:
			a.answers.DropAll()
		}
	})
}

// shown are the kinds of events about what answers show.
var shown = map[string]bool{"product": true, "catalog": true, "prices": true, "shop": true}

// Reindex makes the whole search index anew, and tells of every step how many products are done.
func (a *App) Reindex(ctx context.Context, progress func(done int)) error {
	return a.Indexer.Reindex(ctx, progress)
}
