package promotion_test

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"kaidian/internal/commerce/promotion"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/fault"
)

// read runs fn in a reading transaction and tells how many statements it took.
func (k *till) read(fn func(tx *db.Tx) error) int64 {
	k.t.Helper()
	ctx, counter := db.WithCounter(k.t.Context())
	k.must(k.db.Read(ctx, func(_ context.Context, tx *db.Tx) error { return fn(tx) }))
	return counter.N()
}

func TestDiscountsOfACart(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		parent := ten()
		parent.Code, parent.Dynamic, parent.Regions = "friends", true, []string{"fr", "eu"}
		parent.Rule.Conditions = []promotion.Condition{
			{Type: promotion.Tags, Operator: promotion.In, Resources: []string{"ptag_b", "ptag_B", "ptag_a"}},
			{Type: promotion.Products, Operator: promotion.NotIn, Resources: []string{"prod_a"}},
		}
		owner := k.put(parent).ID
		for _, code := range []string{"ann", "bob"} {
			k.put(promotion.Discount{Code: code, Dynamic: true, ParentID: &owner})
		}
		plain := k.put(ten()).ID
		gone := ten()
		gone.Code = "gone"
		gone.ID = k.put(gone).ID
		k.must(k.exec(`update discounts set deleted_at = 1 where id = $1`, gone.ID))

		var byCode, byID map[string]promotion.Discount
		n := k.read(func(tx *db.Tx) (err error) {
			byCode, err = k.ByCodes(tx, []string{" ann", "Bob", "BOB", "pct10", "FRIENDS", "gone", "none", "", "a\x00"})
			return err
		})
		if n > 3 || len(byCode) != 4 {
			t.Fatalf("%d statements, %+v", n, byCode)
		}
		for _, code := range []string{"ANN", "BOB", "PCT10", "FRIENDS"} {
			if want := k.get(code); !reflect.DeepEqual(byCode[code], want) {
				t.Errorf("%+v, want %+v", byCode[code], want)
			}
		}
		if ann := byCode["ANN"]; len(ann.Regions) != 2 || ann.Regions[0] != "eu" || len(ann.Rule.Conditions) != 2 || ann.Rule.Conditions[0].Resources[0] != "ptag_B" {
			t.Errorf("a code has what its parent has: %+v", ann)
		}
		n = k.read(func(tx *db.Tx) (err error) {
			byID, err = k.ByIDs(tx, []string{plain, gone.ID, owner, "none", "\xff"})
			return err
		})
		if n > 3 || len(byID) != 2 || !reflect.DeepEqual(byID[plain], byCode["PCT10"]) || !reflect.DeepEqual(byID[owner], byCode["FRIENDS"]) {
			t.Errorf("%d statements, %+v", n, byID)
		}
		n = k.read(func(tx *db.Tx) error {
			_, err := k.ByCodes(tx, nil)
			_, err2 := k.ByIDs(tx, []string{"\x00"})
			return errors.Join(err, err2)
		})
		if n != 0 {
			t.Errorf("for no codes %d statements", n)
		}
	})
}

func TestCheckOfADiscount(t *testing.T) {
	t.Parallel()
	group := func(o promotion.Operator) promotion.Condition {
		return promotion.Condition{Type: promotion.CustomerGroups, Operator: o, Resources: []string{"cgrp_a", "cgrp_b"}}
	}
	ann := promotion.Use{Now: opening, RegionID: "eu", CustomerID: words("cus_ann"), Groups: []string{"cgrp_x", "cgrp_b"}}
	right := promotion.Discount{Code: "TEN", StartsAt: opening, EndsAt: opening.Add(1), UsageLimit: number(3), UsageCount: 2, Regions: []string{"eu"}}
	// Each row breaks one thing more; the fault is that of the last, as checks come in the opposite order.
	wrong := []struct {
		change  func(d *promotion.Discount, u *promotion.Use)
		want    *fault.Error
		message string
	}{
		{func(*promotion.Discount, *promotion.Use) {}, nil, ""},
		{func(d *promotion.Discount, _ *promotion.Use) {
			d.Rule.Conditions = append(d.Rule.Conditions, group(promotion.NotIn))
		}, promotion.ErrOthersOnly, "Discount TEN is not valid for customer"},
		{func(_ *promotion.Discount, u *promotion.Use) { u.RegionID = "fr" }, promotion.ErrElsewhere, "The discount is not available in current region"},
		{func(_ *promotion.Discount, u *promotion.Use) { u.CustomerID, u.Groups = nil, nil }, promotion.ErrNeedsCustomer, "Discount TEN is only valid for specific customers"},
		{func(d *promotion.Discount, _ *promotion.Use) { d.Disabled = true }, promotion.ErrDisabled, "The discount code TEN is disabled"},
		{func(_ *promotion.Discount, u *promotion.Use) { u.Now = opening.Add(1) }, promotion.ErrExpired, "Discount TEN is expired"},
		{func(d *promotion.Discount, _ *promotion.Use) { d.StartsAt = opening.Add(2) }, promotion.ErrNotStarted, "Discount TEN is not valid yet"},
		{func(d *promotion.Discount, _ *promotion.Use) { d.UsageCount = 3 }, promotion.ErrUsedUp, "Discount TEN has been used maximum allowed times"},
	}
	d, u := right, ann
	d.Rule.Conditions = []promotion.Condition{group(promotion.In)}
	for i, c := range wrong {
		c.change(&d, &u)
		err := d.Check(u)
		if c.want == nil {
			if err != nil {
				t.Errorf("%v", err)
			}
			continue
		}
		code := fault.NotAllowed
		if c.want == promotion.ErrElsewhere {
			code = fault.Invalid
		}
		if got := fault.As(err); !errors.Is(err, c.want) || got.Message != c.message || got.Code != code {
			t.Errorf("%d: got %v, want %v", i, err, c.want)
		}
	}
	stranger := ann
	stranger.Groups = nil
	d = right
	d.Rule.Conditions = []promotion.Condition{group(promotion.In)}
	if err := d.Check(stranger); !errors.Is(err, promotion.ErrOthersOnly) {
		t.Errorf("in no group: %v", err)
	}
	d.Rule.Conditions[0].Operator = promotion.NotIn
	if err := d.Check(stranger); err != nil {
		t.Errorf("in no group that is excluded: %v", err)
	}
	d.Rule.Conditions = []promotion.Condition{{Type: promotion.Products, Operator: promotion.In, Resources: []string{"prod_a"}}}
	d.UsageLimit, d.EndsAt, u = nil, time.Time{}, promotion.Use{Now: opening.AddDate(99, 0, 0), RegionID: "eu"}
	if err := d.Check(u); err != nil {
		t.Errorf("what is bought does not count, nor does nobody: %v", err)
	}
}

func TestFits(t *testing.T) {
	t.Parallel()
	shoe := promotion.Subject{ProductID: "prod_shoe", CollectionID: "pcol_spring", TypeIDs: []string{"ptyp_wear", "ptyp_sport"}, TagIDs: []string{"ptag_red"}}
	is := func(kind promotion.ConditionType, ids ...string) promotion.Condition {
		return promotion.Condition{Type: kind, Operator: promotion.In, Resources: ids}
	}
	not := func(c promotion.Condition) promotion.Condition {
		c.Operator = promotion.NotIn
		return c
	}
	for name, c := range map[string]struct {
		about      promotion.Subject
		conditions []promotion.Condition
		want       bool
	}{
		"nothing asked":      {shoe, nil, true},
		"its product":        {shoe, []promotion.Condition{is(promotion.Products, "prod_a", "prod_shoe", "prod_z")}, true},
		"another product":    {shoe, []promotion.Condition{is(promotion.Products, "prod_a")}, false},
		"not another":        {shoe, []promotion.Condition{not(is(promotion.Products, "prod_a"))}, true},
		"not this":           {shoe, []promotion.Condition{not(is(promotion.Products, "prod_shoe"))}, false},
		"one of its types":   {shoe, []promotion.Condition{is(promotion.Types, "ptyp_sport")}, true},
		"none of its types":  {shoe, []promotion.Condition{not(is(promotion.Types, "ptyp_food", "ptyp_wear"))}, false},
		"its collection":     {shoe, []promotion.Condition{is(promotion.Collections, "pcol_spring")}, true},
		"another collection": {shoe, []promotion.Condition{is(promotion.Collections, "pcol_autumn")}, false},
		"its tag":            {shoe, []promotion.Condition{is(promotion.Tags, "ptag_blue", "ptag_red")}, true},
		"all must hold":      {shoe, []promotion.Condition{is(promotion.Tags, "ptag_red"), is(promotion.Products, "prod_a")}, false},
		"in and not in":      {shoe, []promotion.Condition{is(promotion.Tags, "ptag_red"), not(is(promotion.Tags, "ptag_blue"))}, true},
		"who buys":           {shoe, []promotion.Condition{is(promotion.CustomerGroups, "cgrp_a")}, true},
		"of nothing, in":     {promotion.Subject{}, []promotion.Condition{is(promotion.Collections, "", "pcol_spring")}, false},
		"of nothing, not in": {promotion.Subject{}, []promotion.Condition{not(is(promotion.Tags, "ptag_red"))}, true},
		"an unknown type":    {shoe, []promotion.Condition{is("weather", "rain")}, false},
	} {
		r := promotion.Rule{Conditions: c.conditions}
		if got := r.Fits(c.about); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	r := promotion.Rule{Conditions: []promotion.Condition{is(promotion.CustomerGroups, "cgrp_a")}}
	if r.Picky() {
		t.Error("a rule on who buys is picky about what")
	}
	r.Conditions = append(r.Conditions, is(promotion.Tags, "ptag_red"))
	if !r.Picky() {
		t.Error("a rule on what is bought is not picky")
	}
}
