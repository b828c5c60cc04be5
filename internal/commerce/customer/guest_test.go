package customer_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"kaidian/internal/commerce/customer"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/fault"
)

// inTx runs a closure in a transaction of its own.
func (k *desk) inTx(fn func(tx *db.Tx) error) error {
	return k.db.Write(k.t.Context(), func(_ context.Context, tx *db.Tx) error { return fn(tx) })
}

func (k *desk) guestOf(email string) (id string, err error) {
	err = k.inTx(func(tx *db.Tx) error {
		id, err = k.Guest(tx, email)
		return err
	})
	return id, err
}

func TestGuest(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{})
		account := k.register("li@example.com")
		first, err := k.guestOf(" Li@Example.com ")
		if err != nil || first == account.ID || first == "" {
			t.Fatalf("got %q, %v", first, err)
		}
		again, err := k.guestOf("li@example.com")
		if err != nil || again != first {
			t.Errorf("got %q, %v, want %s", again, err, first)
		}
		guest, err := k.Get(t.Context(), customer.ByID(first))
		if err != nil || guest.HasAccount || guest.Email != "li@example.com" || guest.Level != nil || !guest.CreatedAt.Equal(customer.Opening) {
			t.Errorf("got %+v, %v", guest, err)
		}
		// A guest may register, and a deleted guest is another one.
		k.register("wang@example.com")
		if err := k.Delete(t.Context(), customer.ByID(first)); err != nil {
			t.Fatal(err)
		}
		if next, err := k.guestOf("li@example.com"); err != nil || next == first {
			t.Errorf("got %q, %v", next, err)
		}
		for _, bad := range []string{"", "li", "li@", "a\x00@example.com", "\xff@example.com"} {
			if _, err := k.guestOf(bad); fault.CodeOf(err) != fault.Invalid {
				t.Errorf("%q: %v", bad, err)
			}
			if _, err := customer.NormalEmail(bad); fault.CodeOf(err) != fault.Invalid {
				t.Errorf("%q: %v", bad, err)
			}
		}
		if got, err := customer.NormalEmail(" LI@Example.com"); err != nil || got != "li@example.com" {
			t.Errorf("got %q, %v", got, err)
		}
	})
}

// Of many who come with one e-mail at once, all are the same guest.
func TestGuestsAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{})
		ids := make([]string, 20)
		var group sync.WaitGroup
		for i := range ids {
			group.Go(func() {
				var err error
				if ids[i], err = k.guestOf("li@example.com"); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		slices.Sort(ids)
		if all := slices.Compact(ids); len(all) != 1 {
			t.Errorf("%d guests: %v", len(all), all)
		}
	})
}

func TestWhatACartAsks(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{})
		li := k.register("li@example.com")
		guest, err := k.guestOf("wang@example.com")
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := k.PutGroup(t.Context(), customer.GroupPatch{ID: "vip", Name: customer.Some("VIP")}); err != nil {
			t.Fatal(err)
		}
		if _, err := k.AddToGroups(t.Context(), customer.ByID(li.ID), "vip"); err != nil {
			t.Fatal(err)
		}
		who := func(id string) (w customer.Who, groups []string, err error) {
			err = k.inTx(func(tx *db.Tx) error {
				if w, err = k.Who(tx, id); err != nil {
					return err
				}
				groups, err = k.GroupsIn(tx, id)
				return err
			})
			return w, groups, err
		}
		if w, groups, err := who(li.ID); err != nil || w != (customer.Who{ID: li.ID, Email: "li@example.com", HasAccount: true}) || !slices.Equal(groups, []string{"vip"}) {
			t.Errorf("got %+v, %v, %v", w, groups, err)
		}
		if w, groups, err := who(guest); err != nil || w != (customer.Who{ID: guest, Email: "wang@example.com"}) || groups != nil {
			t.Errorf("got %+v, %v, %v", w, groups, err)
		}
		for _, id := range []string{"", "cus_none", "a\x00"} {
			if _, _, err := who(id); !errors.Is(err, customer.ErrNotFound) {
				t.Errorf("%q: %v", id, err)
			}
			if err := k.inTx(func(tx *db.Tx) error {
				_, err := k.AddressOf(tx, id, customer.ByID("addr_none"))
				return err
			}); !errors.Is(err, customer.ErrAddressNotFound) {
				t.Errorf("%q: %v", id, err)
			}
		}
	})
}
