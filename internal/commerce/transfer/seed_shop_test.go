package transfer_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/fulfillment"
	"kaidian/internal/commerce/inventory"
	"kaidian/internal/commerce/order"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/promotion"
	"kaidian/internal/commerce/shelf"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/commerce/staff"
	"kaidian/internal/commerce/transfer"
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/event"
	"kaidian/internal/platform/secret"
)

// seeded is a shop to load seed files into, with a clock that stands still until it is moved.
type seeded struct {
	*transfer.Service
	transfer.Options
	t     *testing.T
	clock *clock.Fake
}

func newSeeded(t *testing.T, d *db.DB) *seeded {
	t.Helper()
	c := clock.NewFake(time.Date(2024, 5, 20, 4, 30, 0, 0, time.UTC))
	events := event.New(d, c, slog.New(slog.DiscardHandler))
	keyring, err := secret.NewKeyring(make([]byte, secret.MasterSize))
	if err != nil {
		t.Fatal(err)
	}
	passwords := secret.NewPasswords(secret.PasswordOptions{Memory: 8, Time: 1, Places: 1000})
	o := transfer.Options{DB: d, Shop: shop.New(d, c, events),
		Staff:     staff.New(staff.Options{DB: d, Clock: c, Events: events, Passwords: passwords, Keyring: keyring}),
		Customers: customer.New(customer.Options{DB: d, Events: events, Clock: c, Passwords: passwords, Keyring: keyring}),
		Catalog:   catalog.New(d, c, events), Pricing: pricing.New(d, c, events), Inventory: inventory.New(d, c, events),
		Fulfillment: fulfillment.New(d, c, events), Promotion: promotion.New(d, c, events), Orders: order.New(d, c, events)}
	t.Cleanup(o.Staff.Close)
	if _, err := o.Shop.Ensure(t.Context(), shop.Defaults{}); err != nil {
		t.Fatal(err)
	}
	if err := o.Fulfillment.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.Shelf = shelf.New(shelf.Options{DB: d, Clock: c, Events: events, Catalog: o.Catalog, Pricing: o.Pricing, Inventory: o.Inventory, Shop: o.Shop})
	o.Browse = browse.New(browse.Options{DB: d, Clock: c, Shop: o.Shop, Pricing: o.Pricing, Customers: o.Customers})
	return &seeded{Service: transfer.New(o), Options: o, t: t, clock: c}
}

// load loads a file that must be right, and gives what became of each section.
func (s *seeded) load(file string) map[string]transfer.SeedCount {
	s.t.Helper()
	done, err := s.Seed(s.t.Context(), strings.NewReader(file))
	if err != nil {
		s.t.Fatal(err)
	}
	out := map[string]transfer.SeedCount{}
	for _, c := range done {
		out[c.Section] = c
	}
	return out
}

// problems loads a file that must be wrong, and gives what is.
func (s *seeded) problems(file string) []string {
	s.t.Helper()
	_, err := s.Seed(s.t.Context(), strings.NewReader(file))
	var wrong *transfer.SeedError
	if !errors.As(err, &wrong) {
		s.t.Fatalf("got %v, want a SeedError", err)
	}
	return wrong.Problems
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// goodsFile is the shop that scenarios play in.
func goodsFile(t *testing.T) string { return read(t, "../../shoptest/testdata/goods.json") }

// value reads one value.
func value[T any](s *seeded, query string, args ...any) T {
	s.t.Helper()
	var v T
	err := s.DB.Read(s.t.Context(), func(_ context.Context, tx *db.Tx) error { return tx.QueryRow(query, args...).Scan(&v) })
	if err != nil {
		s.t.Fatalf("%s: %v", query, err)
	}
	return v
}

// number counts.
func (s *seeded) number(query string, args ...any) int64 {
	s.t.Helper()
	return value[int64](s, query, args...)
}

// text reads a text.
func (s *seeded) text(query string, args ...any) string {
	s.t.Helper()
	return value[string](s, query, args...)
}
