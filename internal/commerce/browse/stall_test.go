package browse_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/event"
	"kaidian/internal/platform/secret"
	"kaidian/internal/shoptest/fill"
)

// opening is what the clocks of these tests show at first.
var opening = time.Date(2024, 5, 20, 4, 30, 0, 0, time.UTC)

// stall is a Service on a shop with generated goods, with what tests look at.
type stall struct {
	*browse.Service
	t     testing.TB
	db    *db.DB
	clock *clock.Fake
	made  fill.Made
}

// open makes a shop with so many products.
func open(t testing.TB, d *db.DB, products int) *stall {
	t.Helper()
	s := serve(t, d)
	var err error
	if s.made, err = fill.Catalog(t.Context(), d, fill.Options{Products: products}); err != nil {
		t.Fatal(err)
	}
	s.clock.Advance(time.Minute) // what was read of the shop before is over
	return s
}

// serve reads from a shop as it is.
func serve(t testing.TB, d *db.DB) *stall {
	t.Helper()
	c := clock.NewFake(opening)
	events := event.New(d, c, slog.New(slog.DiscardHandler))
	keyring, err := secret.NewKeyring(make([]byte, secret.MasterSize))
	if err != nil {
		t.Fatal(err)
	}
	sh := shop.New(d, c, events)
	if _, err := sh.Ensure(t.Context(), shop.Defaults{}); err != nil {
		t.Fatal(err)
	}
	return &stall{t: t, db: d, clock: c, Service: browse.New(browse.Options{DB: d, Clock: c, Shop: sh, Pricing: pricing.New(d, c, events),
		Customers: customer.New(customer.Options{DB: d, Events: events, Clock: c, Keyring: keyring,
			Passwords: secret.NewPasswords(secret.PasswordOptions{Memory: 8, Time: 1})})})}
}

// both runs fn on both engines, each with a shop with so many products.
func both(t *testing.T, products int, fn func(t *testing.T, s *stall)) {
	t.Helper()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) { fn(t, open(t, d, products)) })
}

func (s *stall) exec(query string, args ...any) {
	s.t.Helper()
	err := s.db.Write(s.t.Context(), func(_ context.Context, tx *db.Tx) error {
		_, err := tx.Exec(query, args...)
		return err
	})
	if err != nil {
		s.t.Fatalf("%s: %v", query, err)
	}
}

// texts reads a column of texts.
func (s *stall) texts(query string, args ...any) []string {
	s.t.Helper()
	return column[string](s, query, args...)
}

// text reads one text.
func (s *stall) text(query string, args ...any) string {
	s.t.Helper()
	list := s.texts(query, args...)
	if len(list) != 1 {
		s.t.Fatalf("%s: %d rows", query, len(list))
	}
	return list[0]
}

func column[T any](s *stall, query string, args ...any) []T {
	s.t.Helper()
	var out []T
	err := s.db.Read(s.t.Context(), func(_ context.Context, tx *db.Tx) error {
		var err error
		out, err = db.All(tx, func(row db.Scanner) (T, error) {
			var v T
			return v, row.Scan(&v)
		}, query, args...)
		return err
	})
	if err != nil {
		s.t.Fatalf("%s: %v", query, err)
	}
	return out
}

func (s *stall) products(q browse.Query, parts browse.Parts, p browse.Pricing) browse.Page {
	s.t.Helper()
	page, err := s.Products(s.t.Context(), q, parts, p)
	if err != nil {
		s.t.Fatalf("%+v: %v", q, err)
	}
	return page
}

// ids gives the ids of a page and the count.
func (s *stall) ids(q browse.Query) ([]string, int) {
	s.t.Helper()
	page := s.products(q, browse.Parts{}, browse.Pricing{})
	return idsOf(page.Products), page.Count
}

func idsOf(products []browse.Product) []string {
	out := make([]string, len(products))
	for i, p := range products {
		out[i] = p.ID
	}
	return out
}

// warm has what is kept of the shop's markets and prices read.
func (s *stall) warm() {
	s.t.Helper()
	s.products(browse.Query{Handle: ptr("none")}, browse.Parts{Prices: true}, browse.Pricing{})
}

// counted fails when do takes more statements than most.
func (s *stall) counted(most int64, do func(ctx context.Context) error) {
	s.t.Helper()
	ctx, counter := db.WithCounter(s.t.Context())
	if err := do(ctx); err != nil {
		s.t.Fatal(err)
	}
	if n := counter.N(); n > most {
		s.t.Errorf("%d statements, want %d at most", n, most)
	}
}

// add puts a published product into the default channel, with a variant, a price in euros and stock. It gives its id.
func (s *stall) add(name string, created time.Time) string {
	s.t.Helper()
	id, at := "prod_"+name, created.UnixMilli()
	s.exec(`insert into products (id, title, handle, is_giftcard, discountable, status, page_title, page_description, page_keywords, created_at, updated_at)
		values ($1, $2, $2, 0, 1, 'published', '', '', '', $3, $3)`, id, name, at)
	s.exec(`insert into product_channel_links (channel_id, product_id, listed_at, visible) values ($1, $2, $3, 1)`, s.made.Channel, id, at)
	s.exec(`insert into variants (id, product_id, title, rank, sku, allow_backorder, manage_inventory, compare_amount, reward_point, sold,
		option_values, option_key, created_at, updated_at) values ($1, $2, 'Default', 0, $3, 0, 1, 0, 0, 0, '[]', '', $4, $4)`,
		"variant_"+name, id, "SKU-"+name, at)
	s.exec(`insert into prices (id, variant_id, currency_code, amount, created_at, updated_at) values ($1, $2, 'eur', 1000, $3, $3)`,
		"ma_"+name, "variant_"+name, at)
	s.exec(`insert into stock_levels (variant_id, location_id, stocked, reserved, backorder, updated_at)
		values ($1, (select min(id) from stock_locations), 10, 3, 0, $2)`, "variant_"+name, at)
	return id
}

func ptr[T any](v T) *T { return &v }

func same(t testing.TB, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %s, want %s", what, short(got), short(want))
	}
}

func short(list []string) string {
	if len(list) > 6 {
		return fmt.Sprintf("%v … (%d)", list[:6], len(list))
	}
	return fmt.Sprint(list)
}
