package pricing_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kaidian/internal/commerce/pricing"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/patch"
)

func TestPutList(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		full := pricing.ListPatch{
			ID: "pl_summer", Name: patch.Some(" Summer "), Description: patch.Some("hot"), Type: patch.Some(pricing.Override), Active: patch.Some(false),
			StartsAt: patch.Some(noon.Add(1500 * time.Microsecond).In(time.FixedZone("", 3600))), EndsAt: patch.Some(noon.AddDate(0, 1, 0)),
			IncludesTax: patch.Some(true), Groups: patch.Some([]string{"b", "A", "b", "B_c"}),
			Prices: patch.Some(map[string][]pricing.NewPrice{"a": k.prices("9 eur", "8 eur@eu"), "b": k.prices("7 usd 3-")}),
		}
		want := pricing.List{ID: "pl_summer", Name: "Summer", Description: "hot", Type: pricing.Override, StartsAt: noon.Add(time.Millisecond),
			EndsAt: noon.AddDate(0, 1, 0), IncludesTax: true, Groups: []string{"A", "B_c", "b"}, CreatedAt: noon, UpdatedAt: noon}
		got, changed := k.putList(full)
		if diff := cmp.Diff(want, got); diff != "" || !changed {
			t.Errorf("made (%t): %s", changed, diff)
		}
		before := k.wantStored("a 9 eur#pl_summer", "a 8 eur@eu#pl_summer", "b 7 usd#pl_summer 3,-")
		k.clock.Advance(time.Minute)
		if again, changed := k.putList(full); changed || cmp.Diff(want, again) != "" || cmp.Diff(before, k.stored()) != "" {
			t.Errorf("the same again (%t): %s", changed, cmp.Diff(want, again))
		}
		full.ID = ""
		if again, changed := k.putList(full); changed || again.ID != "pl_summer" {
			t.Errorf("by its name (%t): %+v", changed, again)
		}
		if _, changed := k.putList(pricing.ListPatch{ID: "pl_summer", Prices: patch.Some(map[string][]pricing.NewPrice{"a": k.prices("9 eur", "6 eur@eu")})}); !changed {
			t.Error("other prices are no change")
		}
		after := k.wantStored("a 9 eur#pl_summer", "a 6 eur@eu#pl_summer")
		if after["a 9 eur#pl_summer"] != before["a 9 eur#pl_summer"] {
			t.Error("a price that stayed has another id")
		}
		want.Active, want.Groups, want.StartsAt, want.EndsAt, want.UpdatedAt = true, nil, time.Time{}, time.Time{}, noon.Add(time.Minute)
		got, changed = k.putList(pricing.ListPatch{Name: patch.Some("Summer"), Active: patch.Some(true), Groups: patch.Null[[]string](),
			StartsAt: patch.Null[time.Time](), EndsAt: patch.Null[time.Time]()})
		if diff := cmp.Diff(want, got); diff != "" || !changed {
			t.Errorf("changed (%t): %s", changed, diff)
		}
		own, _ := k.putList(pricing.ListPatch{Name: patch.Some("Own")})
		if !strings.HasPrefix(own.ID, "pl_") || own.Type != pricing.Sale || !own.Active {
			t.Errorf("a plain list is %+v", own)
		}
		if diff := cmp.Diff(map[string]pricing.List{want.ID: want, own.ID: own}, k.rules().Lists); diff != "" {
			t.Errorf("in the rules: %s", diff)
		}
		payload := ` {"kind":"list"}`
		if diff := cmp.Diff([]string{"pl_summer" + payload, "pl_summer" + payload, "pl_summer" + payload, own.ID + payload}, k.changes()); diff != "" {
			t.Errorf("recorded: %s", diff)
		}
	})
}

func TestPutListRefuses(t *testing.T) {
	t.Parallel()
	k := open(t, dbtest.OpenSQLite(t))
	for want, p := range map[string]pricing.ListPatch{
		"name required":                               {},
		"id format":                                   {ID: "a b", Name: patch.Some("x")},
		"name format":                                 {Name: patch.Some("a\x00")},
		"name too_long, description too_long":         {Name: patch.Some(strings.Repeat("x", 256)), Description: patch.Some(strings.Repeat("x", 2001))},
		"type unknown":                                {Name: patch.Some("x"), Type: patch.Some(pricing.Default)},
		"ends_at range":                               {Name: patch.Some("x"), StartsAt: patch.Some(noon), EndsAt: patch.Some(noon)},
		"starts_at range":                             {Name: patch.Some("x"), StartsAt: patch.Some(noon.AddDate(10_000, 0, 0))},
		"customer_groups format":                      {Name: patch.Some("x"), Groups: patch.Some([]string{"a", ""})},
		"customer_groups too_long":                    {Name: patch.Some("x"), Groups: patch.Some(make([]string, 201))},
		"prices.v.0.currency_code unknown":            {Name: patch.Some("x"), Prices: patch.Some(map[string][]pricing.NewPrice{"v": k.prices("1 jpy")})},
		"prices format, prices..0.amount range":       {Name: patch.Some("x"), Prices: patch.Some(map[string][]pricing.NewPrice{"": {{Currency: "eur", Amount: -1}}})},
		"name required, prices.w.0.region_id unknown": {ID: "x", Name: patch.Some(" "), Prices: patch.Some(map[string][]pricing.NewPrice{"w": k.prices("1 eur@x")})},
	} {
		_, _, err := k.PutList(t.Context(), k.markets, p)
		if got := problems(t, err); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if _, _, err := k.PutList(t.Context(), k.markets, pricing.ListPatch{ID: "x"}); problems(t, err) != "name required" {
		t.Errorf("a new list with an id and no name: %v", err)
	}
	if got := k.rules(); len(got.Lists) != 0 {
		t.Errorf("refused lists left %+v", got)
	}
}

func TestDeleteList(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		k.setBase(map[string][]pricing.NewPrice{"a": k.prices("10 eur")})
		p := pricing.ListPatch{ID: "pl", Name: patch.Some("L"), Groups: patch.Some([]string{"g"}), Prices: patch.Some(map[string][]pricing.NewPrice{"a": k.prices("9 eur")})}
		k.putList(p)
		if len(k.rules().Lists) != 1 {
			t.Error("the list is not in the rules")
		}
		if err := k.DeleteList(t.Context(), "pl"); err != nil {
			t.Fatal(err)
		}
		if len(k.rules().Lists) != 0 {
			t.Error("the list is still in the rules")
		}
		k.wantStored("a 10 eur")
		for _, id := range []string{"pl", "none", "\x00", ""} {
			if err := k.DeleteList(t.Context(), id); !errors.Is(err, pricing.ErrNoList) {
				t.Errorf("%q: %v", id, err)
			}
		}
		k.clock.Advance(time.Hour)
		if l, changed := k.putList(p); !changed || !l.CreatedAt.Equal(noon.Add(time.Hour)) || cmp.Diff(l, k.rules().Lists["pl"]) != "" {
			t.Errorf("made again (%t): %s", changed, cmp.Diff(l, k.rules().Lists["pl"]))
		}
		k.wantStored("a 10 eur", "a 9 eur#pl")
	})
}
