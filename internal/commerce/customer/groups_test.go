package customer_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kaidian/internal/commerce/customer"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
)

func (k *desk) putGroup(p customer.GroupPatch) (customer.Group, bool) {
	k.t.Helper()
	g, changed, err := k.PutGroup(k.t.Context(), p)
	if err != nil {
		k.t.Fatal(err)
	}
	return g, changed
}

// wantGroups checks a customer's groups, and how many statements it takes to find out.
func (k *desk) wantGroups(id string, statements int64, want ...string) {
	k.t.Helper()
	ctx, count := db.WithCounter(k.t.Context())
	got, err := k.GroupsOf(ctx, id)
	if err != nil || !slices.Equal(got, want) || count.N() != statements {
		k.t.Errorf("groups %v by %d statements, %v; want %v by %d", got, count.N(), err, want, statements)
	}
}

func TestPutGroup(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{})
		full := customer.GroupPatch{ID: "vip", Name: customer.Some(" VIP "), Metadata: customer.Some(customer.RawJSON(`{"b": [1], "a": "<x>"}`))}
		want := customer.Group{ID: "vip", Name: "VIP", Metadata: customer.RawJSON(`{"a":"<x>","b":[1]}`), CreatedAt: customer.Opening, UpdatedAt: customer.Opening}
		got, changed := k.putGroup(full)
		if diff := cmp.Diff(want, got); diff != "" || !changed {
			t.Errorf("made (%t): %s", changed, diff)
		}
		k.clock.Advance(time.Minute)
		if again, changed := k.putGroup(full); changed || cmp.Diff(want, again) != "" {
			t.Errorf("the same again (%t): %s", changed, cmp.Diff(want, again))
		}
		full.ID = ""
		if again, changed := k.putGroup(full); changed || again.ID != "vip" {
			t.Errorf("by its name (%t): %+v", changed, again)
		}
		want.Name, want.Metadata, want.UpdatedAt = "贵宾", nil, customer.Opening.Add(time.Minute)
		got, changed = k.putGroup(customer.GroupPatch{ID: "vip", Name: customer.Some("贵宾"), Metadata: customer.Some(customer.RawJSON("null"))})
		if diff := cmp.Diff(want, got); diff != "" || !changed {
			t.Errorf("changed (%t): %s", changed, diff)
		}
		own, _ := k.putGroup(customer.GroupPatch{Name: customer.Some("Friends")})
		if !strings.HasPrefix(own.ID, "cgrp_") {
			t.Errorf("an id of our own: %q", own.ID)
		}
		all, err := k.Groups(t.Context())
		if diff := cmp.Diff([]customer.Group{own, want}, all); diff != "" || err != nil {
			t.Errorf("all, %v: %s", err, diff)
		}
		_, _, err = k.PutGroup(t.Context(), customer.GroupPatch{ID: "vip", Name: customer.Some("Friends")})
		customer.WantFault(t, err, customer.ErrGroupNameTaken)
		if n := k.number(`select count(*) from events where topic = 'customer_group.changed'`); n != 3 {
			t.Errorf("%d events", n)
		}
	})
}

func TestPutGroupRefuses(t *testing.T) {
	t.Parallel()
	k := open(t, dbtest.OpenSQLite(t), customer.Limits{})
	for want, p := range map[string]customer.GroupPatch{
		"name required":     {},
		"id format":         {ID: "a b"},
		"name format":       {Name: customer.Some("a\x00")},
		"name too_long":     {Name: customer.Some(strings.Repeat("x", 256))},
		"metadata format":   {Name: customer.Some("x"), Metadata: customer.Some(customer.RawJSON("[1]"))},
		"metadata too_long": {Name: customer.Some("x"), Metadata: customer.Some(customer.RawJSON(`{"a":"` + strings.Repeat("x", 16<<10) + `"}`))},
	} {
		_, _, err := k.PutGroup(t.Context(), p)
		customer.WantFields(t, err, want)
	}
	_, _, err := k.PutGroup(t.Context(), customer.GroupPatch{ID: "new"})
	customer.WantFields(t, err, "name required")
}

func TestMembersOfGroups(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{})
		c := k.register("a@b.cn")
		for _, id := range []string{"b", "A", "a_c"} {
			k.putGroup(customer.GroupPatch{ID: id, Name: customer.Some("group " + id)})
		}
		change := func(want bool) func(changed bool, err error) {
			return func(changed bool, err error) {
				t.Helper()
				if err != nil || changed != want {
					t.Errorf("changed is %t, %v", changed, err)
				}
			}
		}
		k.wantGroups(c.ID, 1)
		k.wantGroups(c.ID, 0)
		k.clock.Advance(time.Minute)
		change(true)(k.AddToGroups(t.Context(), customer.ByNumber(c.Number), "b", "A", "b"))
		k.wantGroups(c.ID, 1, "A", "b")
		k.wantGroups(c.ID, 0, "A", "b")
		change(false)(k.AddToGroups(t.Context(), customer.ByID(c.ID), "A"))
		change(false)(k.AddToGroups(t.Context(), customer.ByID(c.ID)))
		k.wantGroups(c.ID, 0, "A", "b")
		change(true)(k.AddToGroups(t.Context(), customer.ByID(c.ID), "A", "a_c"))
		k.wantGroups(c.ID, 1, "A", "a_c", "b")
		change(true)(k.RemoveFromGroups(t.Context(), customer.ByID(c.ID), "A", "none"))
		change(false)(k.RemoveFromGroups(t.Context(), customer.ByID(c.ID), "A"))
		k.wantGroups(c.ID, 1, "a_c", "b")
		if got, err := k.Get(t.Context(), customer.ByID(c.ID)); err != nil || !got.UpdatedAt.Equal(customer.Opening.Add(time.Minute)) {
			t.Errorf("the customer is of %v, %v", got.UpdatedAt, err)
		}
		if n := k.number(`select count(*) from events where topic = 'customer.updated'`); n != 3 {
			t.Errorf("%d events", n)
		}

		_, err := k.AddToGroups(t.Context(), customer.ByID(c.ID), "A", "none")
		customer.WantFault(t, err, customer.ErrGroupNotFound)
		_, err = k.AddToGroups(t.Context(), customer.ByID(c.ID), "\x00")
		customer.WantFault(t, err, customer.ErrGroupNotFound)
		_, err = k.AddToGroups(t.Context(), customer.ByID("cus_none"), "A")
		customer.WantFault(t, err, customer.ErrNotFound)
		_, err = k.RemoveFromGroups(t.Context(), customer.ByID("\xff"), "A")
		customer.WantFault(t, err, customer.ErrNotFound)
		_, err = k.AddToGroups(t.Context(), customer.ByID(c.ID), make([]string, 201)...)
		customer.WantFields(t, err, "groups too_long")
		k.wantGroups(c.ID, 0, "a_c", "b")
		k.wantGroups("cus_none", 1)
		k.wantGroups("", 0)
		k.wantGroups("\x00", 0)

		if err := k.Delete(t.Context(), customer.ByID(c.ID)); err != nil {
			t.Fatal(err)
		}
		k.wantGroups(c.ID, 1)
	})
}

// Of many who put a customer into a group at once, one did.
func TestIntoAGroupOnce(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{})
		c := k.register("a@b.cn")
		var made, added atomic.Int64
		customer.AtOnce(8, func(i int) {
			_, changed, err := k.PutGroup(t.Context(), customer.GroupPatch{ID: fmt.Sprint("g", i), Name: customer.Some("VIP")})
			switch {
			case changed:
				made.Add(1)
			case !errors.Is(err, customer.ErrGroupNameTaken):
				t.Error(err)
			}
		})
		all, err := k.Groups(t.Context())
		if err != nil || len(all) != 1 || made.Load() != 1 {
			t.Fatalf("%d made: %v, %v", made.Load(), all, err)
		}
		var found atomic.Int64
		customer.AtOnce(8, func(int) {
			_, changed, err := k.PutGroup(t.Context(), customer.GroupPatch{Name: customer.Some("Friends")})
			if err != nil {
				t.Error(err)
			}
			if !changed {
				found.Add(1)
			}
		})
		if found.Load() != 7 {
			t.Errorf("%d found the group that one made", found.Load())
		}
		customer.AtOnce(8, func(int) {
			changed, err := k.AddToGroups(t.Context(), customer.ByID(c.ID), all[0].ID)
			if err != nil {
				t.Error(err)
			}
			if changed {
				added.Add(1)
			}
		})
		if added.Load() != 1 {
			t.Errorf("%d added", added.Load())
		}
		k.wantGroups(c.ID, 1, all[0].ID)
	})
}
