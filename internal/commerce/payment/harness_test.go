package payment_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"kaidian/internal/commerce/payment"
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/event"
	"kaidian/internal/provider/manual"
	"kaidian/internal/provider/scripted"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// till is a shop's money on one database, with two carts, a bank and a clock that stands still.
type till struct {
	*payment.Service
	t      *testing.T
	db     *db.DB
	clock  *clock.Fake
	events *event.Log
	bank   *scripted.Provider
}

// each runs fn on both engines.
func each(t *testing.T, o scripted.Options, fn func(t *testing.T, k *till)) {
	t.Helper()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) { fn(t, open(t, d, o)) })
}

func open(t *testing.T, d *db.DB, o scripted.Options) *till {
	t.Helper()
	c := clock.NewFake(noon)
	k := &till{t: t, db: d, clock: c, events: event.New(d, c, slog.New(slog.DiscardHandler))}
	k.deal(o)
	k.write(func(tx *db.Tx) error {
		_, err := tx.Exec(`insert into currencies (code, includes_tax, created_at, updated_at) values ('cny', 0, 0, 0)
			on conflict (code) do nothing`)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`insert into regions (id, name, currency_code, tax_rate, gift_cards_taxable, automatic_taxes, includes_tax,
			payment_providers, fulfillment_providers, created_at, updated_at)
			values ('reg_1', 'China', 'cny', 0, 0, 0, 0, '[]', '[]', 0, 0)`); err != nil {
			return err
		}
		return tx.Insert(`insert into carts (id, type, region_id, body, version, created_at, updated_at)`, [][]any{
			{"cart_1", "default", "reg_1", "{}", 1, 0, 0}, {"cart_2", "default", "reg_1", "{}", 1, 0, 0}}, ``)
	})
	return k
}

// deal makes the shop one of another bank.
func (k *till) deal(o scripted.Options) {
	k.bank = scripted.New(o)
	k.Service = payment.New(payment.Options{DB: k.db, Clock: k.clock, Events: k.events, Providers: []payment.Provider{k.bank, manual.New()}})
}

func (k *till) write(fn func(tx *db.Tx) error) {
	k.t.Helper()
	if err := k.try(fn); err != nil {
		k.t.Fatal(err)
	}
}

func (k *till) try(fn func(tx *db.Tx) error) error {
	return k.db.Write(k.t.Context(), func(_ context.Context, tx *db.Tx) error { return fn(tx) })
}

// topics counts the events of each topic so far.
func (k *till) topics() map[string]int {
	k.t.Helper()
	events, err := k.events.Since(k.t.Context(), 0, 1000)
	must(k.t, err)
	count := map[string]int{}
	for _, e := range events {
		count[e.Topic]++
	}
	return count
}

// last gives the payload of the last event of a topic.
func (k *till) last(topic string) map[string]any {
	k.t.Helper()
	events, err := k.events.Since(k.t.Context(), 0, 1000)
	must(k.t, err)
	var payload map[string]any
	for _, e := range events {
		if e.Topic == topic {
			payload = nil
			must(k.t, json.Unmarshal(e.Payload, &payload))
		}
	}
	return payload
}

// record writes a payment down.
func (k *till) record(p payment.Payment) (payment.Payment, bool) {
	k.t.Helper()
	var isNew bool
	k.write(func(tx *db.Tx) (err error) {
		p, isNew, err = k.Record(tx, p)
		return err
	})
	return p, isNew
}

// paid lets a cart be paid at the bank by a script, as the till does, and gives the recorded payment of 1000 fen.
func (k *till) paid(cart string, s scripted.Script) payment.Payment {
	k.t.Helper()
	plan := payment.Ensure(nil, payment.Wanted{CartID: cart, Providers: []string{"scripted"}, Amount: 1000, Currency: "cny"}, k.clock.Now())
	ses := k.carry(plan)[0]
	k.bank.SetScript(ses.Reference, s)
	a, err := k.Authorize(k.t.Context(), "attempt", ses, payment.Shopper{})
	must(k.t, err)
	money, ok := ses.Paid(a)
	if !ok {
		k.t.Fatalf("the bank answered %+v", a)
	}
	p, _ := k.record(money)
	return p
}

// carry does what a plan says, and gives the sessions that the cart then has.
func (k *till) carry(plan payment.Plan) []payment.Session {
	k.t.Helper()
	plan, err := k.CarryOut(k.t.Context(), plan, payment.Shopper{Email: "a@b.example"})
	must(k.t, err)
	k.write(func(tx *db.Tx) error {
		if err := k.DeleteSessions(tx, plan.Delete); err != nil {
			return err
		}
		return k.SaveSessions(tx, plan.Save)
	})
	found, err := k.GiveUp(k.t.Context(), plan.GiveUp)
	must(k.t, err)
	for _, p := range found {
		k.record(p)
	}
	return plan.Sessions
}

// sessions reads a cart's sessions.
func (k *till) sessions(cart string) (list []payment.Session) {
	k.t.Helper()
	k.write(func(tx *db.Tx) (err error) {
		list, err = k.Sessions(tx, cart)
		return err
	})
	return list
}

// now reads a payment.
func (k *till) now(id string) payment.Payment {
	k.t.Helper()
	p, err := k.Payment(k.t.Context(), id)
	must(k.t, err)
	return p
}

// orphans gives the ids of the orphans.
func (k *till) orphans() []string {
	k.t.Helper()
	list, err := k.Orphans(k.t.Context(), k.clock.Now().Add(time.Second))
	must(k.t, err)
	var ids []string
	for _, p := range list {
		ids = append(ids, p.ID)
	}
	return ids
}

func money(reference string, captured int64) payment.Payment {
	return payment.Payment{CartID: "cart_1", ProviderID: "scripted", Reference: reference, Amount: 1000, Captured: captured, Currency: "cny"}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantErr(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("got error %v, want %v", err, want)
	}
}

func wantPayment(t *testing.T, p payment.Payment, captured, refunded int64, canceled bool) {
	t.Helper()
	if p.Captured != captured || p.Refunded != refunded || !p.CanceledAt.IsZero() != canceled {
		t.Errorf("captured %d, refunded %d, given up %v; want %d, %d, %v",
			p.Captured, p.Refunded, !p.CanceledAt.IsZero(), captured, refunded, canceled)
	}
}

func number(i int) string { return fmt.Sprintf("%03d", i) }
