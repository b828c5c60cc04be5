package promotion_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"kaidian/internal/commerce/promotion"
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/event"
	"kaidian/internal/platform/fault"
)

var opening = time.Date(2024, 5, 20, 4, 30, 0, 0, time.UTC)

// till is a Service with what tests look at, in a shop with the regions eu and fr, in euros, and na, in dollars.
type till struct {
	*promotion.Service
	t      *testing.T
	db     *db.DB
	events *event.Log
	clock  *clock.Fake
}

func open(t *testing.T, d *db.DB) *till {
	t.Helper()
	c := clock.NewFake(opening)
	events := event.New(d, c, slog.New(slog.DiscardHandler))
	k := &till{Service: promotion.New(d, c, events), t: t, db: d, events: events, clock: c}
	for _, code := range []string{"eur", "usd"} {
		k.must(k.exec(`insert into currencies (code, includes_tax, created_at, updated_at) values ($1, 0, 0, 0)`, code))
	}
	for region, code := range map[string]string{"eu": "eur", "fr": "eur", "na": "usd"} {
		k.must(k.exec(`insert into regions (id, name, currency_code, tax_rate, gift_cards_taxable, automatic_taxes, includes_tax,
			payment_providers, fulfillment_providers, created_at, updated_at) values ($1, $1, $2, 0, 1, 1, 0, '[]', '[]', 0, 0)`, region, code))
	}
	return k
}

func (k *till) must(err error) {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
}

func (k *till) exec(query string, args ...any) error {
	return k.db.Write(k.t.Context(), func(_ context.Context, tx *db.Tx) error {
		_, err := tx.Exec(query, args...)
		return err
	})
}

func (k *till) topics() string {
	k.t.Helper()
	all, err := k.events.Since(k.t.Context(), 0, 100)
	k.must(err)
	out := make([]string, len(all))
	for i, e := range all {
		out[i] = e.Topic
	}
	return strings.Join(out, " ")
}

func fieldNames(err error) string {
	f := fault.As(err)
	if f == nil || f.Code != fault.Invalid {
		return "none"
	}
	names := make([]string, len(f.Fields))
	for i, p := range f.Fields {
		names[i] = p.Name
	}
	return strings.Join(names, " ")
}

func number(n int64) *int64 { return &n }

func words(s string) *string { return &s }
