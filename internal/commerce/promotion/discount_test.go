package promotion_test

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kaidian/internal/commerce/promotion"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
)

func (k *till) put(d promotion.Discount) promotion.Put {
	k.t.Helper()
	done, err := k.PutDiscount(k.t.Context(), d)
	k.must(err)
	return done
}

func (k *till) get(code string) promotion.Discount {
	k.t.Helper()
	d, err := k.Discount(k.t.Context(), code)
	k.must(err)
	return d
}

// ten is a discount that is right.
func ten() promotion.Discount {
	return promotion.Discount{Code: "pct10", Regions: []string{"eu"}, Rule: promotion.Rule{Type: promotion.Percentage, Value: 10, Allocation: promotion.Total}}
}

func TestPutDiscount(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		in := promotion.Discount{
			ID: "disc_x", Code: " spring ", Disabled: true, StartsAt: opening.Add(-time.Hour), EndsAt: opening.Add(time.Hour), UsageLimit: number(5),
			Regions: []string{"na", "eu", "na"}, Metadata: json.RawMessage(`{ "a": 1 }`),
			Rule: promotion.Rule{Type: promotion.Percentage, Value: 10, Allocation: promotion.Item, Description: words("ten"), Conditions: []promotion.Condition{
				{Type: promotion.Tags, Operator: promotion.NotIn, Resources: []string{"ptag_b", "ptag_a"}},
				{Type: promotion.CustomerGroups, Operator: promotion.In, Resources: []string{"cgrp_a"}},
			}},
		}
		if done := k.put(in); done != (promotion.Put{ID: "disc_x", Created: true}) {
			t.Errorf("got %+v", done)
		}
		k.clock.Advance(time.Second)
		if done := k.put(in); done != (promotion.Put{ID: "disc_x"}) {
			t.Errorf("the same again: %+v", done)
		}
		ctx, counter := db.WithCounter(t.Context())
		got, err := k.Discount(ctx, "Spring")
		if err != nil || counter.N() > 3 {
			t.Fatalf("%v, %d statements", err, counter.N())
		}
		conditions := got.Rule.Conditions
		got.Rule.Conditions = nil
		ruleID := got.Rule.ID
		want := promotion.Discount{ID: "disc_x", Code: "SPRING", Disabled: true, StartsAt: opening.Add(-time.Hour), EndsAt: opening.Add(time.Hour),
			UsageLimit: number(5), Regions: []string{"eu", "na"}, Metadata: json.RawMessage(`{"a":1}`), CreatedAt: opening, UpdatedAt: opening,
			Rule: promotion.Rule{ID: ruleID, Type: promotion.Percentage, Value: 10, Allocation: promotion.Item, Description: words("ten")}}
		if !reflect.DeepEqual(got, want) || !strings.HasPrefix(ruleID, "dru_") {
			t.Errorf("got %+v, want %+v", got, want)
		}
		if len(conditions) != 2 || conditions[0].Type != promotion.CustomerGroups || conditions[1].Resources[0] != "ptag_a" ||
			conditions[1].Resources[1] != "ptag_b" || conditions[1].Operator != promotion.NotIn || !strings.HasPrefix(conditions[0].ID, "discon_") {
			t.Errorf("got %+v", conditions)
		}
		in.Rule.Conditions, in.Regions, in.EndsAt, in.UsageLimit = nil, []string{"fr"}, time.Time{}, nil
		if done := k.put(in); done != (promotion.Put{ID: "disc_x", Changed: true}) {
			t.Errorf("got %+v", done)
		}
		got = k.get("SPRING")
		if got.Rule.Conditions != nil || got.Regions[0] != "fr" || !got.EndsAt.IsZero() || got.UsageLimit != nil || got.Rule.ID != ruleID ||
			!got.UpdatedAt.Equal(opening.Add(time.Second)) || !got.CreatedAt.Equal(opening) {
			t.Errorf("got %+v", got)
		}
		if want := "discount.created discount.updated"; k.topics() != want {
			t.Errorf("events %s, want %s", k.topics(), want)
		}
	})
}

func TestDiscountsByCode(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		made := k.put(ten())
		if got := k.get("PCT10"); !got.StartsAt.Equal(opening) || !strings.HasPrefix(made.ID, "disc_") {
			t.Errorf("without a start it starts now: got %+v", got)
		}
		k.clock.Advance(time.Minute)
		if again := k.put(ten()); again != (promotion.Put{ID: made.ID}) {
			t.Errorf("the same again: %+v", again)
		}
		other := ten()
		other.ID = "disc_other"
		if _, err := k.PutDiscount(t.Context(), other); !errors.Is(err, promotion.ErrCodeTaken) {
			t.Errorf("got %v", err)
		}
		for _, code := range []string{"none", "", "a\x00", "\xff"} {
			if _, err := k.Discount(t.Context(), code); !errors.Is(err, promotion.ErrNoDiscount) {
				t.Errorf("%q: got %v", code, err)
			}
		}
		k.must(k.exec(`update discounts set deleted_at = 1`))
		if _, err := k.Discount(t.Context(), "PCT10"); !errors.Is(err, promotion.ErrNoDiscount) {
			t.Errorf("got %v", err)
		}
		if next := k.put(ten()); !next.Created || next.ID == made.ID {
			t.Errorf("got %+v", next)
		}
	})
}

func TestCodesWithAParent(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		parent := ten()
		parent.Code, parent.Dynamic, parent.ValidDuration = "friends", true, words("P3D")
		parent.Rule.Conditions = []promotion.Condition{{Type: promotion.Products, Operator: promotion.In, Resources: []string{"prod_a"}}}
		id := k.put(parent).ID
		child := promotion.Discount{Code: "FOR-ANN", Dynamic: true, ParentID: &id, UsageLimit: number(1)}
		first := k.put(child)
		if again := k.put(child); again != (promotion.Put{ID: first.ID}) {
			t.Errorf("the same again: %+v", again)
		}
		parent.Rule.Value, parent.Regions = 20, []string{"eu", "fr"}
		k.put(parent)
		got := k.get("for-ann")
		if got.Rule.Value != 20 || got.Rule.ID != k.get("FRIENDS").Rule.ID || len(got.Regions) != 2 || len(got.Rule.Conditions) != 1 || *got.ParentID != id || got.ValidDuration != nil {
			t.Errorf("it does not follow its parent: %+v", got)
		}
		plain := k.put(ten()).ID
		none := "disc_none"
		for name, c := range map[string]struct {
			change func(*promotion.Discount)
			fields string
		}{
			"a grandchild":    {func(d *promotion.Discount) { d.ParentID = &first.ID }, "parent_discount_id"},
			"no dynamic one":  {func(d *promotion.Discount) { d.ParentID = &plain }, "parent_discount_id"},
			"a rule":          {func(d *promotion.Discount) { d.Rule = ten().Rule }, "rule"},
			"regions":         {func(d *promotion.Discount) { d.Regions = []string{"eu"} }, "regions"},
			"not dynamic":     {func(d *promotion.Discount) { d.Dynamic = false }, "is_dynamic"},
			"no such parent ": {func(d *promotion.Discount) { d.ParentID = &none }, "none"},
		} {
			in := promotion.Discount{Code: "FOR-BOB", Dynamic: true, ParentID: &id}
			c.change(&in)
			_, err := k.PutDiscount(t.Context(), in)
			if err == nil || fieldNames(err) != c.fields || c.fields == "none" && !errors.Is(err, promotion.ErrNoDiscount) {
				t.Errorf("%s: got %v", name, err)
			}
		}
	})
}

func TestDiscountsThatAreWrong(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		one := promotion.Condition{Type: promotion.Products, Operator: promotion.In, Resources: []string{"a"}}
		for name, c := range map[string]struct {
			change func(*promotion.Discount)
			fields string
		}{
			"no code":        {func(d *promotion.Discount) { d.Code = " " }, "code"},
			"two words":      {func(d *promotion.Discount) { d.Code = "A B" }, "code"},
			"long":           {func(d *promotion.Discount) { d.Code = strings.Repeat("双", 101) }, "code"},
			"over 100 %":     {func(d *promotion.Discount) { d.Rule.Value = 101 }, "rule.value"},
			"below zero":     {func(d *promotion.Discount) { d.Rule.Type, d.Rule.Value = promotion.Fixed, -1 }, "rule.value"},
			"no type":        {func(d *promotion.Discount) { d.Rule.Type = "" }, "rule.type"},
			"no allocation":  {func(d *promotion.Discount) { d.Rule.Allocation = "" }, "rule.allocation"},
			"free and total": {func(d *promotion.Discount) { d.Rule.Type, d.Rule.Value = promotion.FreeShipping, 0 }, "rule.allocation"},
			"free and 10":    {func(d *promotion.Discount) { d.Rule.Type, d.Rule.Allocation = promotion.FreeShipping, "" }, "rule.value"},
			"no region":      {func(d *promotion.Discount) { d.Regions = nil }, "regions"},
			"two currencies": {func(d *promotion.Discount) { d.Rule.Type, d.Regions = promotion.Fixed, []string{"eu", "na"} }, "regions"},
			"ends first":     {func(d *promotion.Discount) { d.StartsAt, d.EndsAt = opening, opening }, "ends_at"},
			"no use":         {func(d *promotion.Discount) { d.UsageLimit = number(0) }, "usage_limit"},
			"a duration":     {func(d *promotion.Discount) { d.ValidDuration = words("P3D") }, "valid_duration"},
			"no duration":    {func(d *promotion.Discount) { d.Dynamic, d.ValidDuration = true, words("P") }, "valid_duration"},
			"no condition":   {func(d *promotion.Discount) { d.Rule.Conditions = []promotion.Condition{{}} }, "rule.conditions[0].type rule.conditions[0].operator rule.conditions[0]"},
			"twice":          {func(d *promotion.Discount) { d.Rule.Conditions = []promotion.Condition{one, one} }, "rule.conditions[1]"},
			"metadata":       {func(d *promotion.Discount) { d.Metadata = json.RawMessage(`[]`) }, "metadata"},
			"a bad parent id": {func(d *promotion.Discount) {
				*d = promotion.Discount{Code: "A", Dynamic: true, ParentID: words("\x00")}
			}, "parent_discount_id"},
		} {
			in := ten()
			c.change(&in)
			if _, err := k.PutDiscount(t.Context(), in); fieldNames(err) != c.fields {
				t.Errorf("%s: got %v, want problems with %s", name, err, c.fields)
			}
		}
		in := ten()
		in.Regions = []string{"eu", "mars"}
		if _, err := k.PutDiscount(t.Context(), in); !errors.Is(err, promotion.ErrNoRegion) {
			t.Errorf("got %v", err)
		}
		if k.topics() != "" {
			t.Errorf("events %s", k.topics())
		}
		fixed := ten()
		fixed.Rule.Type, fixed.Regions = promotion.Fixed, []string{"eu", "fr"}
		if done := k.put(fixed); !done.Created {
			t.Errorf("two regions of one currency: %+v", done)
		}
	})
}

// The table is made for taking uses by a guarded update: of many at once no more get one than there are, and the limit cannot
// go below what was used.
func TestUsesOfADiscount(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		in := ten()
		in.UsageLimit = number(3)
		id := k.put(in).ID
		var taken atomic.Int64
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				err := d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error {
					n, err := tx.Exec(`update discounts set usage_count = usage_count + 1
						where id = $1 and (usage_limit is null or usage_count < usage_limit)`, id)
					if err == nil {
						tx.AfterCommit(func() { taken.Add(n) })
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := taken.Load(); n != 3 || k.get("PCT10").UsageCount != 3 {
			t.Errorf("%d took a use, %d are counted, want 3", n, k.get("PCT10").UsageCount)
		}
		if err := k.exec(`update discounts set usage_count = usage_count + 1`); !db.Violates(err, "discounts_usage_count_check") {
			t.Errorf("got %v", err)
		}
		in.UsageLimit = number(2)
		if _, err := k.PutDiscount(t.Context(), in); fieldNames(err) != "usage_limit" {
			t.Errorf("got %v", err)
		}
		in.UsageLimit, in.Disabled = number(4), true
		if done := k.put(in); !done.Changed || k.get("PCT10").UsageCount != 3 {
			t.Errorf("got %+v, %+v", done, k.get("PCT10"))
		}
	})
}
