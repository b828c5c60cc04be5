package catalog_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/event"
	"kaidian/internal/platform/patch"
)

// room is a Service with what tests look at.
type room struct {
	*catalog.Service
	t      *testing.T
	db     *db.DB
	events *event.Log
	clock  *clock.Fake
}

func open(t *testing.T, d *db.DB) *room {
	t.Helper()
	c := clock.NewFake(time.Date(2024, 5, 20, 4, 30, 0, 0, time.UTC))
	events := event.New(d, c, slog.New(slog.DiscardHandler))
	return &room{t: t, db: d, clock: c, events: events, Service: catalog.New(d, c, events)}
}

// product makes a product with one variant, or changes the one with the id.
func (k *room) product(id string, in catalog.ProductPatch) string {
	k.t.Helper()
	got, err := k.place(k.t.Context(), id, in)
	if err != nil {
		k.t.Fatal(err)
	}
	return got
}

func (k *room) place(ctx context.Context, id string, in catalog.ProductPatch) (string, error) {
	err := k.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		var before *catalog.Record
		variants := some([]catalog.VariantPatch{{}})
		if id != "" {
			all, err := k.Load(tx, []string{id})
			if err != nil {
				return err
			}
			before, variants = all[id], patch.Optional[[]catalog.VariantPatch]{}
		}
		c, err := k.Plan(before, in, variants, "")
		if err != nil {
			return err
		}
		one := []*catalog.Change{c}
		if err := errors.Join(k.Settle(tx, one), c.Err, k.Save(tx, one)); err != nil {
			return err
		}
		id = c.After.ID
		return nil
	})
	return id, err
}

func (k *room) category(name, parent string) catalog.Category {
	k.t.Helper()
	in := catalog.CategoryPatch{ID: "pcat_" + name, Name: some(name)}
	if parent != "" {
		in.ParentID = some("pcat_" + parent)
	}
	c, err := k.CreateCategory(k.t.Context(), in)
	if err != nil {
		k.t.Fatal(err)
	}
	return c
}

func (k *room) changeCategory(name string, in catalog.CategoryPatch) {
	k.t.Helper()
	if _, err := k.UpdateCategory(k.t.Context(), catalog.ByID("pcat_"+name), in); err != nil {
		k.t.Fatal(err)
	}
}

// texts reads a column.
func (k *room) texts(query string, args ...any) []string {
	k.t.Helper()
	var out []string
	err := k.db.Read(k.t.Context(), func(_ context.Context, tx *db.Tx) (err error) {
		out, err = db.All(tx, func(row db.Scanner) (s string, err error) { err = row.Scan(&s); return s, err }, query, args...)
		return err
	})
	if err != nil {
		k.t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

func (k *room) topics() []string {
	k.t.Helper()
	events, err := k.events.Since(k.t.Context(), 0, 1000)
	if err != nil {
		k.t.Fatal(err)
	}
	var out []string
	for _, e := range events {
		out = append(out, e.Topic)
	}
	return out
}

func some[T any](v T) patch.Optional[T] { return patch.Some(v) }

func published(title string) catalog.ProductPatch {
	return catalog.ProductPatch{Title: some(title), Status: some(catalog.Published)}
}
