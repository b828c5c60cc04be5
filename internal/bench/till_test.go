package main

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"kaidian/internal/app"
	"kaidian/internal/config"
)

// What is sent to the till is answered as it should be: every step of every march, at once by several clients, and no aim for
// statements is missed.
func TestMarchesMeetAFilledShop(t *testing.T) {
	t.Parallel()
	s := shopAt{dir: t.TempDir(), engine: sqlite}
	shop, err := s.fill(t.Context(), plan{customers: 2, products: 200}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.New(t.Context(), config.Shop{Data: s.data()}, config.Serve{CallLimit: 100, CallLeak: 1, Timings: true}, app.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() }) //nolint:errcheck // nothing is lost
	crew, err := tillRun{to: target{addr: serverOf(t, a.Handler())}, sale: shop.sale, carts: new(atomic.Int64)}.muster(t.Context(), 3)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(crew.dismiss)
	for _, m := range marches() {
		turns, err := crew.walk(m, 4)
		if err != nil {
			t.Fatal(err)
		}
		if len(turns) != len(m.names()) {
			t.Errorf("%v gave %d turns", m.names(), len(turns))
		}
		for i, b := range turns {
			if len(b.took) != 4 {
				t.Errorf("%s was asked for %d of 4 carts", m.names()[i], len(b.took))
			}
		}
	}
	checkouts, calls, err := crew.buy(20 * time.Millisecond)
	if err != nil || len(checkouts.took) < 3 || len(calls.took) != 7*len(checkouts.took) {
		t.Errorf("%d checkouts of %d calls, %v", len(checkouts.took), len(calls.took), err)
	}
	least := map[string]int{}
	for range 3 { // regions and their like are read again when they are two seconds old, which they may be on a slow machine
		for _, m := range marches()[:2] {
			counts, err := crew.count(t.Context(), m)
			if err != nil {
				t.Fatal(err)
			}
			for name, n := range counts {
				if known, seen := least[name]; !seen || n < known {
					least[name] = n
				}
			}
		}
	}
	if n := least["add line"]; n > 8 {
		t.Errorf("adding a line takes %d statements", n)
	}
	if n := least["complete, 3 lines"]; n > 30 {
		t.Errorf("completing three lines takes %d statements", n)
	}
}

func TestAStepFailsOnARefusal(t *testing.T) {
	t.Parallel()
	answer := `{"type":"cart"}`
	addr := serverOf(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/store/carts" {
			w.WriteHeader(http.StatusConflict)
		}
		fmt.Fprint(w, answer)
	}))
	crew, err := tillRun{to: target{addr: addr}, sale: sale{variants: []string{"a"}}, carts: new(atomic.Int64)}.muster(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(crew.dismiss)
	for want, p := range map[string]step{"status 409": create(1), "no order": complete} {
		if _, err := crew.take(crew.conns[0], p, &trolley{id: "cart_1"}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestOneCheckoutIsSevenCalls(t *testing.T) {
	t.Parallel()
	if n := len(checkout()); n != 7 {
		t.Errorf("it is %d", n)
	}
	var names []string
	for _, m := range marches() {
		names = append(names, m.names()...)
	}
	if slices.Sort(names); len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("two rows have one name: %v", names)
	}
}

func TestThePrintedTillShowsAimsAndStatements(t *testing.T) {
	t.Parallel()
	row := tillRow{Request: "add line", Connections: crowd, Server: newFigures([]burst{some(10, 0)}), Statements: [2]int{7, 6},
		Aim: aimOf(sqlite, "add line", crowd)}
	var out strings.Builder
	if err := printTill(&out, []tillRow{row}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"7, 6", "1500/s, ≤ 8 statements", "10 "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, out.String())
		}
	}
}
