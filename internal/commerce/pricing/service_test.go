package pricing_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/event"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/patch"
)

// desk is a Service over a shop that sells in eur, usd and cny and has the regions eu and us.
type desk struct {
	*pricing.Service
	t       *testing.T
	db      *db.DB
	clock   *clock.Fake
	events  *event.Log
	markets *shop.Markets
}

func open(t *testing.T, d *db.DB) *desk {
	t.Helper()
	c := clock.NewFake(noon)
	log := event.New(d, c, slog.New(slog.DiscardHandler))
	s := shop.New(d, c, log)
	_, err := s.Ensure(t.Context(), shop.Defaults{})
	for id, code := range map[string]string{"eu": "eur", "us": "usd"} {
		if err == nil {
			_, _, err = s.PutRegion(t.Context(), shop.RegionPatch{ID: id, Name: patch.Some(id), Currency: patch.Some(code)})
		}
	}
	m, merr := s.Markets(t.Context())
	if err := errors.Join(err, merr); err != nil {
		t.Fatal(err)
	}
	return &desk{Service: pricing.New(d, c, log), t: t, db: d, clock: c, events: log, markets: m}
}

// prices makes prices to set of texts as parse reads them.
func (k *desk) prices(texts ...string) []pricing.NewPrice {
	k.t.Helper()
	var out []pricing.NewPrice
	for _, p := range parse(k.t, texts...) {
		out = append(out, pricing.NewPrice{Currency: p.Currency, Amount: p.Amount, RegionID: p.RegionID, MinQuantity: p.MinQuantity, MaxQuantity: p.MaxQuantity})
	}
	return out
}

func (k *desk) setBase(prices map[string][]pricing.NewPrice) []string {
	k.t.Helper()
	var changed []string
	err := k.db.Write(k.t.Context(), func(_ context.Context, tx *db.Tx) error {
		var err error
		changed, err = k.SetBase(tx, prices)
		return err
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return changed
}

// stored gives all prices as "variant 1000 eur@eu#list 10-19", with their ids by that.
func (k *desk) stored() map[string]string {
	k.t.Helper()
	out := map[string]string{}
	err := k.db.Read(k.t.Context(), func(_ context.Context, tx *db.Tx) error {
		all, err := db.All(tx, pricing.ScanPrice, pricing.SelectPrice)
		for _, p := range all {
			text := fmt.Sprint(p.VariantID, " ", p.Amount, " ", p.Currency)
			if p.RegionID != nil {
				text += "@" + *p.RegionID
			}
			if p.ListID != nil {
				text += "#" + *p.ListID
			}
			if p.MinQuantity != nil || p.MaxQuantity != nil {
				text += " " + amount(p.MinQuantity) + "," + amount(p.MaxQuantity)
			}
			out[text] = p.ID
		}
		return err
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return out
}

func (k *desk) wantStored(want ...string) map[string]string {
	k.t.Helper()
	got := k.stored()
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(got))); diff != "" {
		k.t.Error(diff)
	}
	return got
}

func (k *desk) wantChanged(got []string, want ...string) {
	k.t.Helper()
	if !slices.Equal(got, want) {
		k.t.Errorf("changed are %v, want %v", got, want)
	}
}

func (k *desk) putList(p pricing.ListPatch) (pricing.List, bool) {
	k.t.Helper()
	l, changed, err := k.PutList(k.t.Context(), k.markets, p)
	if err != nil {
		k.t.Fatal(err)
	}
	return l, changed
}

func (k *desk) putTax(p pricing.TaxRatePatch) (pricing.TaxRate, bool) {
	k.t.Helper()
	r, changed, err := k.PutTaxRate(k.t.Context(), k.markets, p)
	if err != nil {
		k.t.Fatal(err)
	}
	return r, changed
}

func (k *desk) rules() *pricing.Rules {
	k.t.Helper()
	r, err := k.Rules(k.t.Context())
	if err != nil {
		k.t.Fatal(err)
	}
	return r
}

// changes gives the subjects of prices.changed, oldest first.
func (k *desk) changes() []string {
	k.t.Helper()
	events, err := k.events.Since(k.t.Context(), 0, 1000)
	if err != nil {
		k.t.Fatal(err)
	}
	var out []string
	for _, e := range events {
		if e.Topic == pricing.TopicChanged {
			out = append(out, e.Subject+" "+string(e.Payload))
		}
	}
	return out
}

func problems(t *testing.T, err error) string {
	t.Helper()
	f := fault.As(err)
	if f == nil || f.Code != fault.Invalid {
		return fmt.Sprint("no Invalid fault: ", err)
	}
	return rulesOf(f.Fields)
}

func rulesOf(fields []fault.Field) string {
	var out []string
	for _, p := range fields {
		out = append(out, p.Name+" "+string(p.Rule))
	}
	return strings.Join(out, ", ")
}

func TestRulesAreReadByFiveStatementsAndThenNone(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		here := open(t, d)
		elsewhere := pricing.New(d, here.clock, here.events)
		here.putList(pricing.ListPatch{ID: "a", Name: patch.Some("A")})
		read := func(lists int, statements int64) {
			t.Helper()
			ctx, count := db.WithCounter(t.Context())
			r, err := here.Rules(ctx)
			if err != nil || len(r.Lists) != lists || count.N() != statements {
				t.Errorf("%d lists by %d statements, want %d by %d; %v", len(r.Lists), count.N(), lists, statements, err)
			}
		}
		read(1, 5)
		read(1, 0)
		here.putList(pricing.ListPatch{ID: "b", Name: patch.Some("B")})
		read(2, 5)
		here.putList(pricing.ListPatch{ID: "b", Name: patch.Some("B")})
		read(2, 0)
		here.putTax(pricing.TaxRatePatch{RegionID: "eu", Name: patch.Some("T")})
		read(2, 5)
		if _, _, err := elsewhere.PutList(t.Context(), here.markets, pricing.ListPatch{ID: "c", Name: patch.Some("C")}); err != nil {
			t.Fatal(err)
		}
		here.clock.Advance(1999 * time.Millisecond)
		read(2, 0)
		here.clock.Advance(time.Millisecond)
		read(3, 5)
	})
}

// Importers that run at once make one list and one tax rate of a name.
func TestOneOfAName(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		var made atomic.Int64
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				_, list, err := k.PutList(t.Context(), k.markets, pricing.ListPatch{Name: patch.Some("L"), Prices: patch.Some(map[string][]pricing.NewPrice{"v": k.prices("1 eur")})})
				_, rate, terr := k.PutTaxRate(t.Context(), k.markets, pricing.TaxRatePatch{RegionID: "eu", Name: patch.Some("T")})
				if err := errors.Join(err, terr); err != nil {
					t.Error(err)
				}
				for _, changed := range []bool{list, rate} {
					if changed {
						made.Add(1)
					}
				}
			})
		}
		wg.Wait()
		if r := k.rules(); made.Load() != 2 || len(r.Lists) != 1 || len(r.Taxes["eu"]) != 1 || len(k.stored()) != 1 {
			t.Errorf("%d made, there are %+v", made.Load(), r)
		}
	})
}
