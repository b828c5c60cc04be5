package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"kaidian/internal/app"
	"kaidian/internal/config"
)

// What is filled is what a shop serves: all requests are answered as the measurement wants them, the reads with what
// each customer has.
func TestRequestsMeetAFilledShop(t *testing.T) {
	t.Parallel()
	s := shopAt{dir: t.TempDir(), engine: sqlite}
	const customers = 6
	shop, err := s.fill(t.Context(), plan{customers: customers, products: 300}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(shop.engine, "SQLite 3.") {
		t.Errorf("the engine is %q", shop.engine)
	}
	a, err := app.New(t.Context(), config.Shop{Data: s.data()}, config.Serve{CallLimit: 100, CallLeak: 1, Timings: true}, app.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() }) //nolint:errcheck // nothing is lost
	if n, err := a.Events.Depth(t.Context()); err != nil || n != 0 {
		t.Errorf("%d events wait, %v", n, err)
	}
	addr := serverOf(t, a.Handler())
	for _, q := range requestsOf(shop) {
		if len(q.bytes) != customers/2 {
			t.Errorf("%s is asked of %d customers", q.name, len(q.bytes))
		}
		for i := range q.bytes {
			one := request{name: q.name, status: q.status, bytes: q.bytes[i:]}
			got, err := record(t.Context(), addr, one)
			if err != nil {
				t.Fatalf("%s: %v", q.name, err)
			}
			if want := fmt.Sprintf("小明%d", i); !strings.HasPrefix(q.name, "POST") && !bytes.Contains(got.Body, []byte(want)) {
				t.Errorf("%s: %q is not in %s", q.name, want, got.Body)
			}
		}
		if n, err := statementsOf(t.Context(), addr, q); err != nil || n < 1 || n > 6 {
			t.Errorf("%s takes %d statements, %v", q.name, n, err)
		}
	}
}

// The catalogue's requests find what they are after, kept or made.
func TestRequestsMeetAFilledCatalogue(t *testing.T) {
	t.Parallel()
	s := shopAt{dir: t.TempDir(), engine: sqlite}
	shop, err := s.fill(t.Context(), plan{customers: 2, products: 300}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.New(t.Context(), config.Shop{Data: s.data()}, config.Serve{CallLimit: 100, CallLeak: 1, Timings: true}, app.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() }) //nolint:errcheck // nothing is lost
	addr := serverOf(t, a.Handler())
	for _, q := range append(shop.goods.requests(""), shop.goods.growing()...) {
		got, err := record(t.Context(), addr, q)
		if err != nil {
			t.Fatalf("%s: %v", q.name, err)
		}
		if !bytes.Contains(got.Body, []byte(`"calculated_price":`)) || !bytes.Contains(got.Body, []byte(`"title":`)) {
			t.Errorf("%s shows no products: %.300s", q.name, got.Body)
		}
		// Markets, price rules and sizes are read again when they are two seconds old, which they may be on a slow machine.
		if n, err := statementsOf(t.Context(), addr, q); err != nil || n < 1 || n > 25 {
			t.Errorf("%s takes %d statements, %v", q.name, n, err)
		}
	}
}

func TestTheNewAddressIsJSON(t *testing.T) {
	t.Parallel()
	if !json.Valid([]byte(newAddress)) {
		t.Error(newAddress)
	}
}
