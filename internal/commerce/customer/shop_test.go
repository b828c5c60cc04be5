package customer_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"strconv"
	"testing"

	"kaidian/internal/commerce/customer"
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/event"
	"kaidian/internal/platform/secret"
)

// desk is a Service with what tests look at.
type desk struct {
	*customer.Service
	t      *testing.T
	db     *db.DB
	events *event.Log
	clock  *clock.Fake
}

func open(t *testing.T, d *db.DB, l customer.Limits) *desk {
	t.Helper()
	return openWith(t, d, l, secret.PasswordOptions{Memory: 8, Time: 1, Places: 1000})
}

func openWith(t *testing.T, d *db.DB, l customer.Limits, p secret.PasswordOptions) *desk {
	t.Helper()
	keyring, err := secret.NewKeyring(make([]byte, secret.MasterSize))
	if err != nil {
		t.Fatal(err)
	}
	c := clock.NewFake(customer.Opening)
	events := event.New(d, c, slog.New(slog.DiscardHandler))
	return &desk{t: t, db: d, clock: c, events: events, Service: customer.New(customer.Options{
		DB: d, Events: events, Clock: c, Keyring: keyring, Limits: l, Passwords: secret.NewPasswords(p),
	})}
}

// register makes an account that signs in by e-mail with the password "pa$$word".
func (k *desk) register(email string) customer.Customer {
	k.t.Helper()
	c, _, err := k.Register(k.t.Context(), customer.NewAccount{Identity: email, Password: "pa$$word"})
	if err != nil {
		k.t.Fatal(err)
	}
	return c
}

// guest makes a customer without an account, as a cart will.
func (k *desk) guest(email string) string {
	k.t.Helper()
	k.exec(`insert into customers (id, has_account, email, sex, accept_marketing, tokens_valid_after, created_at, updated_at)
		values ($1, 0, $2, 'undefined', 0, 0, 0, 0)`, "cus_guest_"+email, email)
	return "cus_guest_" + email
}

func (k *desk) add(owner customer.Ref, in customer.AddressChange) customer.Address {
	k.t.Helper()
	a, err := k.AddAddress(k.t.Context(), owner, in)
	if err != nil {
		k.t.Fatal(err)
	}
	return a
}

func (k *desk) update(who customer.Ref, p customer.Patch) customer.Customer {
	k.t.Helper()
	c, err := k.Update(k.t.Context(), who, p)
	if err != nil {
		k.t.Fatal(err)
	}
	return c
}

func (k *desk) profile(who customer.Ref) customer.Profile {
	k.t.Helper()
	p, err := k.Profile(k.t.Context(), who)
	if err != nil {
		k.t.Fatal(err)
	}
	return p
}

func (k *desk) exec(query string, args ...any) {
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
func (k *desk) number(query string, args ...any) int64 {
	k.t.Helper()
	return read[int64](k, query, args...)
}

// text reads one text.
func (k *desk) text(query string, args ...any) string {
	k.t.Helper()
	return read[string](k, query, args...)
}

func read[T any](k *desk, query string, args ...any) T {
	k.t.Helper()
	var v T
	err := k.db.Read(k.t.Context(), func(_ context.Context, tx *db.Tx) error {
		return tx.QueryRow(query, args...).Scan(&v)
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return v
}

// topics gives the topics of the events so far, in order.
func (k *desk) topics() []string {
	k.t.Helper()
	events, err := k.events.Since(k.t.Context(), 0, 1000)
	if err != nil {
		k.t.Fatal(err)
	}
	out := make([]string, len(events))
	for i, e := range events {
		out[i] = e.Topic
	}
	return out
}

// counted runs do and fails when it takes more statements than most.
func (k *desk) counted(most int64, do func(ctx context.Context) error) {
	k.t.Helper()
	ctx, counter := db.WithCounter(k.t.Context())
	if err := do(ctx); err != nil {
		k.t.Fatal(err)
	}
	if n := counter.N(); n > most {
		k.t.Errorf("%d statements, want %d at most", n, most)
	}
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// columnsOf spells a customer out, pointers followed.
func columnsOf(c customer.Customer) string {
	b, err := json.Marshal(c)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// xicheng is the address that the Open API's page prints, as its POST writes it.
func xicheng() customer.OpenPatch {
	return customer.OpenPatch{Name: customer.Some("wwww"), Detail: customer.Some("wwww"),
		DistrictCode: customer.Some("110102"), Mobile: customer.Some("136322")}
}

// spelled spells an address out, pointers followed.
func spelled(a customer.Address) string {
	b, err := json.Marshal(a)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
