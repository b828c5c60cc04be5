package app

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"kaidian/internal/api/open"
	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/inventory"
	"kaidian/internal/commerce/order"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/event"
)

// plans are the payloads of jobs to insert, by their kinds.
type plans map[string][]any

func (p plans) add(kind string, payload any) { p[kind] = append(p[kind], payload) }

// follow does what follows from events, in the dispatcher's transaction: the same for all of them by one statement.
func (a *App) follow(ctx context.Context, tx *db.Tx, events []event.Event) error {
	if err := a.dropOwned(ctx, tx, events); err != nil {
		return err
	}
	if err := a.Catalog.CountSold(tx, subjects(events, order.TopicPlaced)); err != nil {
		return err
	}
	plan := plans{}
	for _, e := range events {
		switch e.Topic {
		case catalog.TopicChanged:
			plan.add(indexKind, map[string]string{"id": e.Subject})
		case customer.TopicPasswordRequested:
			plan.add(resetKind, e.Payload)
		}
	}
	if err := planMails(tx, events, plan); err != nil {
		return err
	}
	if err := a.planWebhooks(tx, events, plan); err != nil {
		return err
	}
	for _, kind := range slices.Sorted(maps.Keys(plan)) {
		if err := a.Jobs.InsertAll(ctx, tx, kind, plan[kind], time.Time{}); err != nil {
			return err
		}
	}
	return nil
}

// planWebhooks adds the jobs that tell of events whom that concerns.
func (a *App) planWebhooks(tx *db.Tx, events []event.Event, plan plans) error {
	topics := map[string]bool{}
	for _, e := range events {
		if topic, ok := open.TopicOf(e); ok {
			topics[topic] = true
		}
	}
	wanted, err := a.Webhooks.Wanted(tx, slices.Sorted(maps.Keys(topics)))
	for _, e := range events {
		if topic, ok := open.TopicOf(e); ok && wanted[topic] {
			plan.add(renderKind, map[string]string{"event": e.ID})
		}
	}
	return err
}

// subjects gives those of the events of a topic.
func subjects(events []event.Event, topic string) (out []string) {
	for _, e := range events {
		if e.Topic == topic {
			out = append(out, e.Subject)
		}
	}
	return out
}

// dropOwned removes the metafields of those that events say are gone. That variants are gone their levels tell, which are dropped
// with them.
func (a *App) dropOwned(ctx context.Context, tx *db.Tx, events []event.Event) error {
	var levels []string
	for _, e := range events {
		if e.Topic != inventory.TopicChanged {
			continue
		}
		var p struct {
			Variants []string `json:"variants"`
		}
		if err := json.Unmarshal(e.Payload, &p); err != nil {
			return err
		}
		levels = append(levels, p.Variants...)
	}
	slices.Sort(levels)
	variants, err := db.AllIn(tx, db.Text, `select id from variants where deleted_at is not null and id in {keys}`, slices.Compact(levels))
	if err != nil {
		return err
	}
	for owner, gone := range map[string][]string{
		shop.OwnerCustomer: subjects(events, customer.TopicDeleted),
		shop.OwnerProduct:  subjects(events, catalog.TopicProductDeleted),
		shop.OwnerVariant:  variants,
	} {
		if err := a.Metas.RemoveOwned(ctx, tx, owner, gone...); err != nil {
			return err
		}
	}
	return nil
}
