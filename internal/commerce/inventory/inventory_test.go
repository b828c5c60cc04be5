package inventory_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kaidian/internal/commerce/inventory"
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/event"
	"kaidian/internal/platform/fault"
)

var opening = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

// store is a Service with what tests look at.
type store struct {
	*inventory.Service
	t      fataler
	db     *db.DB
	clock  *clock.Fake
	events *event.Log
}

type fataler interface {
	Helper()
	Fatal(args ...any)
	Errorf(format string, args ...any)
	Context() context.Context
}

func open(t *testing.T, d *db.DB) *store {
	c := clock.NewFake(opening)
	log := event.New(d, c, slog.New(slog.DiscardHandler))
	return &store{Service: inventory.New(d, c, log), t: t, db: d, clock: c, events: log}
}

func (s *store) write(fn func(tx *db.Tx) error) error {
	return s.db.Write(s.t.Context(), func(_ context.Context, tx *db.Tx) error { return fn(tx) })
}

func (s *store) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// level is what to set: "a 5", "a 5 backorder", "a - backorder".
func level(text string) inventory.NewLevel {
	f := strings.Fields(text)
	l := inventory.NewLevel{VariantID: f[0], Backorder: len(f) > 2}
	var n int64
	if _, err := fmt.Sscan(f[1], &n); err == nil {
		l.Stocked = &n
	}
	return l
}

func (s *store) set(texts ...string) ([]string, error) {
	var changed []string
	var levels []inventory.NewLevel
	for _, text := range texts {
		levels = append(levels, level(text))
	}
	err := s.write(func(tx *db.Tx) error {
		var err error
		changed, err = s.Set(tx, inventory.Counted, "file", levels)
		return err
	})
	return changed, err
}

func (s *store) mustSet(texts ...string) {
	s.t.Helper()
	_, err := s.set(texts...)
	s.must(err)
}

// show gives levels as "a 5-2", stocked less reserved, with a + where backorders are allowed.
func (s *store) show(variants ...string) string {
	s.t.Helper()
	levels, err := s.Levels(s.t.Context(), variants)
	s.must(err)
	var out []string
	for _, l := range levels {
		text := fmt.Sprintf("%s %d-%d", l.VariantID, l.Stocked, l.Reserved)
		if l.Backorder {
			text += "+"
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

func (s *store) want(want string) {
	s.t.Helper()
	var variants []string
	for _, part := range strings.Split(want, ", ") {
		variants = append(variants, strings.Fields(part)[0])
	}
	if got := s.show(variants...); got != want {
		s.t.Errorf("levels are %q, want %q", got, want)
	}
}

// moves gives the movements of a variant, the oldest first, as "quantity/reserved reason reference".
func (s *store) moves(variant string) []string {
	s.t.Helper()
	all, err := s.Movements(s.t.Context(), variant, 1000)
	s.must(err)
	var out []string
	for _, m := range all {
		out = append(out, fmt.Sprintf("%d/%d %s %s", m.Quantity, m.Reserved, m.Reason, m.Reference))
	}
	slices.Reverse(out)
	return out
}

// told gives the variants of the events so far, an event in a text.
func (s *store) told() []string {
	s.t.Helper()
	events, err := s.events.Since(s.t.Context(), 0, 1000)
	s.must(err)
	var out []string
	for _, e := range events {
		var p struct{ Variants []string }
		s.must(json.Unmarshal(e.Payload, &p))
		if e.Topic != inventory.TopicChanged || !strings.HasPrefix(e.Subject, "sloc_") {
			s.t.Errorf("event %s %s", e.Topic, e.Subject)
		}
		out = append(out, strings.Join(p.Variants, " "))
	}
	return out
}

func named(t *testing.T, err error, want *fault.Error, names ...string) {
	t.Helper()
	f := fault.As(err)
	if !errors.Is(err, want) || f == nil {
		t.Errorf("got %v, want %v", err, want)
		return
	}
	var got []string
	for _, p := range f.Fields {
		got = append(got, p.Name)
	}
	if !slices.Equal(got, names) || len(names) > 0 && !strings.Contains(f.Message, names[0]) {
		t.Errorf("%v is about %v, want %v", err, got, names)
	}
}

func TestSet(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		for _, c := range []struct {
			set     string // levels, comma between
			changed string
		}{
			{"", ""},
			{"b 5, a 3, c 0, d - backorder", "a b d"},
			{"a 3, b 5, c 0, d - backorder", ""},
			{"a 4, b -, c -", "a"},
			{"b 2, b 6, c 1, c - backorder", "b c"},
			{"d -5 backorder", "d"},
		} {
			var texts []string
			if c.set != "" {
				texts = strings.Split(c.set, ", ")
			}
			changed, err := s.set(texts...)
			if got := strings.Join(changed, " "); err != nil || got != c.changed {
				t.Errorf("%s: changed are %q, %v; want %q", c.set, got, err, c.changed)
			}
			s.clock.Advance(time.Minute)
		}
		s.want("a 4-0, b 6-0, c 1-0+, d -5-0+")
		for variant, want := range map[string][]string{
			"a": {"3/0 counted file", "1/0 counted file"}, "b": {"5/0 counted file", "1/0 counted file"}, "c": {"1/0 counted file"}, "d": {"-5/0 counted file"},
		} {
			if diff := cmp.Diff(want, s.moves(variant)); diff != "" {
				t.Errorf("movements of %s: %s", variant, diff)
			}
		}
		if diff := cmp.Diff([]string{"a b d", "a", "b c", "d"}, s.told()); diff != "" {
			t.Errorf("told: %s", diff)
		}
	})
}

func TestSetRefuses(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		s.mustSet("a 5", "b 5", "c 0 backorder")
		s.must(s.reserve("pay", inventory.Line{VariantID: "a", Quantity: 3}, inventory.Line{VariantID: "c", Quantity: 2}))
		_, err := s.set("a 2", "b 1", "c 0")
		named(t, err, inventory.ErrBelowReserved, "a", "c")
		_, err = s.set("b -1")
		named(t, err, inventory.ErrBelowReserved, "b")
		_, err = s.set("b 1000000000001", "a 2")
		if f := fault.As(err); f == nil || f.Code != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Name != "b" {
			t.Errorf("too much: %v", err)
		}
		_, err = s.set("c -1000000000001 backorder")
		if f := fault.As(err); f == nil || f.Code != fault.Invalid {
			t.Errorf("too little: %v", err)
		}
		s.want("a 5-3, b 5-0, c 0-2+")
		s.mustSet("a 3", "b 1000000000000", "c 2")
		s.want("a 3-3, b 1000000000000-0, c 2-2")
	})
}

func TestAdjust(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		for _, variant := range []string{"none", "a\x00", ""} {
			if _, err := s.Adjust(t.Context(), variant, 1, inventory.Received, ""); !errors.Is(err, inventory.ErrNoLevel) {
				t.Errorf("%q: %v", variant, err)
			}
		}
		s.mustSet("a 5")
		s.clock.Advance(time.Minute)
		l, err := s.Adjust(t.Context(), "a", -2, inventory.Sold, "order_1")
		want := inventory.Level{VariantID: "a", LocationID: l.LocationID, Stocked: 3, UpdatedAt: opening.Add(time.Minute)}
		if diff := cmp.Diff(want, l); diff != "" || err != nil || !strings.HasPrefix(l.LocationID, "sloc_") {
			t.Errorf("%v %s", err, diff)
		}
		if levels, err := s.Levels(t.Context(), []string{"a", "\xff"}); err != nil || cmp.Diff([]inventory.Level{want}, levels) != "" {
			t.Errorf("read: %v, %v", levels, err)
		}
		if _, err := s.Adjust(t.Context(), "a", 0, inventory.Sold, ""); err != nil {
			t.Error(err)
		}
		_, err = s.Adjust(t.Context(), "a", -4, inventory.Sold, "")
		named(t, err, inventory.ErrBelowReserved, "a")
		for _, delta := range []int64{inventory.MaxStock, 1<<63 - 1, -1 << 63} {
			if _, err := s.Adjust(t.Context(), "a", delta, inventory.Received, ""); fault.CodeOf(err) != fault.Invalid {
				t.Errorf("by %d: %v", delta, err)
			}
		}
		s.want("a 3-0")
		if diff := cmp.Diff([]string{"5/0 counted file", "-2/0 sold order_1"}, s.moves("a")); diff != "" {
			t.Error(diff)
		}
		all, err := s.Movements(t.Context(), "a", 1)
		if err != nil || len(all) != 1 || all[0].Reason != inventory.Sold || all[0].Number == 0 || !strings.HasPrefix(all[0].ID, "smov_") {
			t.Errorf("the last movement is %+v, %v", all, err)
		}
	})
}

func TestDrop(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		s.mustSet("a 5", "b 5", "c 0")
		s.must(s.reserve("pay", inventory.Line{VariantID: "a", Quantity: 2}, inventory.Line{VariantID: "b", Quantity: 1}))
		drop := func(variants ...string) { s.must(s.write(func(tx *db.Tx) error { return s.Drop(tx, variants) })) }
		drop("c", "a", "none", "a")
		drop("a", "none")
		drop()
		if got := s.show("a", "b", "c"); got != "b 5-1" {
			t.Errorf("left are %s", got)
		}
		if diff := cmp.Diff([]string{"5/0 counted file", "0/2 reserved pay", "-5/-2 dropped "}, s.moves("a")); diff != "" || len(s.moves("c")) != 0 {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"a b", "a b", "a c"}, s.told()); diff != "" {
			t.Errorf("told: %s", diff)
		}
		s.must(s.write(func(tx *db.Tx) error { _, err := s.Allocate(tx, "pay", "order"); return err }))
		s.want("b 4-0")
		s.wantSums(t, "b")
	})
}

// Many levels take few statements and tell of all of them.
func TestSetMany(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		var levels []inventory.NewLevel
		for i := range 1200 {
			levels = append(levels, level(fmt.Sprintf("v%04d %d", i, i+1)))
		}
		for _, c := range []struct {
			statements int64
			changed    int
		}{{40, 1200}, {6, 0}} {
			ctx, count := db.WithCounter(t.Context())
			var changed []string
			s.must(d.Write(ctx, func(_ context.Context, tx *db.Tx) error {
				var err error
				changed, err = s.Set(tx, inventory.Received, "", levels)
				return err
			}))
			if count.N() > c.statements || len(changed) != c.changed || !slices.IsSorted(changed) {
				t.Errorf("%d changed by %d statements", len(changed), count.N())
			}
		}
		told := s.told()
		if len(told) != 3 || len(strings.Fields(strings.Join(told, " "))) != 1200 || len(strings.Fields(told[0])) != 500 {
			t.Errorf("%d events", len(told))
		}
	})
}
