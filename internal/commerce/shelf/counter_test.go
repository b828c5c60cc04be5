package shelf_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/inventory"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/shelf"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/event"
	"kaidian/internal/platform/patch"
)

// counter is a Service with what tests look at.
type counter struct {
	*shelf.Service
	t       testing.TB
	db      *db.DB
	events  *event.Log
	clock   *clock.Fake
	catalog *catalog.Service
	indexed *index
}

// index remembers what it heard of.
type index struct{ products []string }

func (x *index) Index(_ *db.Tx, products []string) error {
	x.products = append(x.products, products...)
	return nil
}

func open(t testing.TB, d *db.DB) *counter {
	t.Helper()
	c := clock.NewFake(time.Date(2024, 5, 20, 4, 30, 0, 0, time.UTC))
	events := event.New(d, c, slog.New(slog.DiscardHandler))
	s := shop.New(d, c, events)
	if _, err := s.Ensure(t.Context(), shop.Defaults{MasterKey: make([]byte, 32)}); err != nil {
		t.Fatal(err)
	}
	k := &counter{t: t, db: d, events: events, clock: c, catalog: catalog.New(d, c, events), indexed: &index{}}
	k.Service = shelf.New(shelf.Options{DB: d, Clock: c, Events: events, Catalog: k.catalog, Pricing: pricing.New(d, c, events),
		Inventory: inventory.New(d, c, events), Shop: s, Index: k.indexed})
	k.forget()
	return k
}

// forget drops the events so far.
func (k *counter) forget() {
	k.t.Helper()
	k.exec(`delete from events`)
	k.indexed.products = nil
}

func (k *counter) create(p shelf.Product) shelf.Placed {
	k.t.Helper()
	placed, err := k.Create(k.t.Context(), p)
	if err != nil {
		k.t.Fatal(err)
	}
	return placed
}

func (k *counter) update(id string, p shelf.Product) shelf.Placed {
	k.t.Helper()
	placed, err := k.Update(k.t.Context(), catalog.ByID(id), p)
	if err != nil {
		k.t.Fatal(err)
	}
	return placed
}

func (k *counter) put(items ...shelf.Item) []shelf.Outcome {
	k.t.Helper()
	out, err := k.Put(k.t.Context(), items)
	if err != nil {
		k.t.Fatal(err)
	}
	return out
}

// record reads a product as the catalogue keeps it.
func (k *counter) record(id string) catalog.Record {
	k.t.Helper()
	var out catalog.Record
	err := k.db.Write(k.t.Context(), func(_ context.Context, tx *db.Tx) error {
		all, err := k.catalog.Load(tx, []string{id})
		if err == nil && all[id] != nil {
			out = *all[id]
		}
		return err
	})
	if err != nil {
		k.t.Fatal(err)
	}
	if out.ID == "" {
		k.t.Fatalf("no product %s", id)
	}
	return out
}

func (k *counter) exec(query string, args ...any) {
	k.t.Helper()
	err := k.db.Write(k.t.Context(), func(_ context.Context, tx *db.Tx) error {
		_, err := tx.Exec(query, args...)
		return err
	})
	if err != nil {
		k.t.Fatal(err)
	}
}

// number reads one integer.
func (k *counter) number(query string, args ...any) int64 {
	k.t.Helper()
	var n int64
	err := k.db.Read(k.t.Context(), func(_ context.Context, tx *db.Tx) error { return tx.QueryRow(query, args...).Scan(&n) })
	if err != nil {
		k.t.Fatal(err)
	}
	return n
}

// topics gives the topics of the catalogue's events, in order.
func (k *counter) topics() []string {
	k.t.Helper()
	events, err := k.events.Since(k.t.Context(), 0, 1000)
	if err != nil {
		k.t.Fatal(err)
	}
	var out []string
	for _, e := range events {
		if e.Topic != inventory.TopicChanged {
			out = append(out, e.Topic)
		}
	}
	return out
}

var tables = []string{"products", "product_options", "product_images", "variants", "product_channel_links", "product_category_links",
	"product_tag_links", "product_type_links", "product_tags", "product_types", "vendors", "prices", "stock_levels", "stock_movements", "events"}

// everything spells out all rows that a product has anywhere.
func (k *counter) everything() string {
	k.t.Helper()
	all := map[string][]string{}
	err := k.db.Read(k.t.Context(), func(_ context.Context, tx *db.Tx) error {
		for _, table := range tables {
			rows, err := tx.Query(`select * from ` + table)
			if err != nil {
				return err
			}
			all[table], err = spelled(rows)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		k.t.Fatal(err)
	}
	text, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		k.t.Fatal(err)
	}
	return string(text)
}

func some[T any](v T) patch.Optional[T] { return patch.Some(v) }

// shirt is a product with two options, three variants and all that goes with it.
func shirt() shelf.Product {
	return shelf.Product{
		ProductPatch: catalog.ProductPatch{
			Title: some("Summer Shirt 夏"), Status: some(catalog.Published), Options: some([]string{"Size", "Colour"}),
			Tags: some([]string{"new", "cotton"}), Types: some([]string{"Shirts", "Tops"}), Vendor: some("Weaver"),
			Images:   some([]catalog.ImagePatch{{URL: some("https://a.example/1.png")}, {URL: some("https://a.example/2.png")}}),
			Metadata: some(json.RawMessage(`{"b": 1, "a": [1, 2]}`)),
		},
		Variants: some([]shelf.Variant{
			variant("S-RED", 1000, 5, "S", "Red"), variant("S-BLUE", 1100, 0, "S", "Blue"), variant("L-RED", 1200, 7, "L", "Red"),
		}),
	}
}

func variant(sku string, amount, stock int64, values ...string) shelf.Variant {
	return shelf.Variant{
		VariantPatch: catalog.VariantPatch{SKU: some(sku), Values: some(values)},
		Prices:       some([]pricing.NewPrice{{Currency: "cny", Amount: amount}}),
		Stock:        some(stock),
	}
}

// plain is a product with one variant and no options.
func plain(title, sku string) shelf.Product {
	v := variant(sku, 100, 1)
	return shelf.Product{ProductPatch: catalog.ProductPatch{Title: some(title)}, Variants: some([]shelf.Variant{v})}
}
