package customer_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kaidian/internal/commerce/customer"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
)

// TestAddressesAsPrinted is the Open API's page: customer 595 with addresses 520 and 1587.
func TestAddressesAsPrinted(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{})
		k.from("customers", 595)
		c := k.register("user@example.com")
		owner := customer.ByNumber(595)
		if c.Number != 595 {
			t.Fatalf("customer %d", c.Number)
		}
		if list, err := k.Addresses(t.Context(), owner); err != nil || len(list) != 0 {
			t.Errorf("got %+v (%v)", list, err)
		}
		k.from("addresses", 520)
		first := xicheng()
		first.Name, first.Detail, first.Mobile = some("11"), some("11111111111"), some("13632269380")
		k.add(owner, first)
		k.from("addresses", 1587)
		made := k.add(owner, xicheng())
		if made.Number != 1587 || made.IsDefault {
			t.Errorf("made %+v", made)
		}
		k.clock.Advance(time.Hour)
		changed, err := k.UpdateAddress(t.Context(), owner, customer.ByNumber(1587), customer.OpenPatch{Name: some("姓名"), Detail: some("地址")})
		if err != nil || changed.Open().Completed != "中国,北京市,市辖区,西城区,地址" || changed.Open().Mobile != "136322" ||
			!changed.UpdatedAt.Equal(k.clock.Now()) || !changed.CreatedAt.Equal(customer.Opening) {
			t.Errorf("changed %+v (%v)", changed.Open(), err)
		}
		if got, err := k.Address(t.Context(), owner, customer.ByNumber(1587)); err != nil || got.Open() != changed.Open() {
			t.Errorf("got  %+v (%v)\nwant %+v", got.Open(), err, changed.Open())
		}
		if n, err := k.CountAddresses(t.Context(), owner); n != 2 || err != nil {
			t.Errorf("%d addresses (%v)", n, err)
		}
		if err := k.RemoveAddress(t.Context(), owner, customer.ByNumber(520)); err != nil {
			t.Fatal(err)
		}
		list, err := k.Addresses(t.Context(), owner)
		if err != nil || len(list) != 1 || list[0].Number != 1587 {
			t.Errorf("left %+v (%v)", list, err)
		}
		want := []string{customer.TopicCreated, customer.TopicUpdated, customer.TopicUpdated, customer.TopicUpdated, customer.TopicUpdated}
		if got := k.topics(); !slices.Equal(got, want) {
			t.Errorf("events %v, want %v", got, want)
		}
		if c, err := k.Get(t.Context(), owner); err != nil || !c.UpdatedAt.Equal(k.clock.Now()) {
			t.Errorf("the customer was updated at %s (%v)", c.UpdatedAt, err)
		}
	})
}

// from makes the next row of a table have a number.
func (k *desk) from(table string, number int64) {
	k.t.Helper()
	err := k.db.Write(k.t.Context(), func(_ context.Context, tx *db.Tx) error { return tx.AdvanceNumber(table, number-1) })
	if err != nil {
		k.t.Fatal(err)
	}
}

func TestAddressesOfOthersAreNotThere(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{})
		me, other := customer.ByID(k.register("me@example.com").ID), customer.ByID(k.register("other@example.com").ID)
		mine := k.add(me, xicheng())
		for _, ref := range []customer.Ref{customer.ByID(mine.ID), customer.ByNumber(mine.Number), customer.ByID("\x00"), {}} {
			_, err := k.Address(t.Context(), other, ref)
			customer.WantFault(t, err, customer.ErrAddressNotFound)
			_, err = k.UpdateAddress(t.Context(), other, ref, customer.OpenPatch{Name: some("x")})
			customer.WantFault(t, err, customer.ErrAddressNotFound)
			customer.WantFault(t, k.RemoveAddress(t.Context(), other, ref), customer.ErrAddressNotFound)
		}
		for _, nobody := range []customer.Ref{customer.ByID("cus_x"), customer.ByID("\xff"), customer.ByNumber(99), {}} {
			_, err := k.Addresses(t.Context(), nobody)
			customer.WantFault(t, err, customer.ErrNotFound)
			_, err = k.CountAddresses(t.Context(), nobody)
			customer.WantFault(t, err, customer.ErrNotFound)
			_, err = k.AddAddress(t.Context(), nobody, xicheng())
			customer.WantFault(t, err, customer.ErrNotFound)
			_, err = k.UpdateAddress(t.Context(), nobody, customer.ByID(mine.ID), xicheng())
			customer.WantFault(t, err, customer.ErrNotFound)
			customer.WantFault(t, k.RemoveAddress(t.Context(), nobody, customer.ByID(mine.ID)), customer.ErrNotFound)
		}
		_, err := k.AddAddress(t.Context(), me, customer.OpenPatch{})
		customer.WantFields(t, err, "name required", "detail required", "mobile required", "district_code required")
		_, err = k.UpdateAddress(t.Context(), me, customer.ByID(mine.ID), customer.OpenPatch{DistrictCode: some("1")})
		customer.WantFields(t, err, "district_code unknown")
		if n := k.number(`select count(*) from addresses where deleted_at is null`); n != 1 {
			t.Errorf("%d addresses, want 1", n)
		}
	})
}

func TestEveryColumnIsStored(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{})
		me := customer.ByID(k.register("me@example.com").ID)
		text := func(s string) customer.Optional[string] { return some(s) }
		made := k.add(me, customer.StorePatch{FirstName: text("1"), LastName: text("2"), Company: text("3"), Address1: text("4"),
			Address2: text("5"), City: text("6"), Province: text("7"), PostalCode: text("8"), CountryCode: text("us"), Phone: text("9"),
			Metadata: some(customer.Metadata{"car": customer.RawJSON(`"white"`)})})
		check := func(want customer.Address) {
			t.Helper()
			got, err := k.Address(t.Context(), me, customer.ByID(want.ID))
			if err != nil || spelled(got) != spelled(want) {
				t.Errorf("stored %s (%v)\nwant   %s", spelled(got), err, spelled(want))
			}
		}
		check(made)
		changed, err := k.UpdateAddress(t.Context(), me, customer.ByID(made.ID), customer.OpenPatch{Name: text("a"), Detail: text("b"),
			Mobile: text("c"), DistrictCode: text("440305"), Zipcode: text("d"), Telephone: text("e"), Email: text("f@g.cn"), IsDefault: some(true)})
		if err != nil {
			t.Fatal(err)
		}
		check(changed)
		if strings.Contains(spelled(changed), `"us"`) || !changed.IsDefault {
			t.Errorf("got %s", spelled(changed))
		}
	})
}

func TestOneDefault(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{})
		me, other := customer.ByID(k.register("me@example.com").ID), customer.ByID(k.register("other@example.com").ID)
		def := xicheng()
		def.IsDefault = some(true)
		one, two := k.add(me, def), k.add(me, def)
		theirs := k.add(other, def)
		defaults := func() (ids []string) {
			for _, who := range []customer.Ref{me, other} {
				for _, a := range k.profile(who).Addresses {
					if a.IsDefault {
						ids = append(ids, a.ID)
					}
				}
			}
			return ids
		}
		if got := defaults(); !slices.Equal(got, []string{two.ID, theirs.ID}) {
			t.Errorf("defaults %v", got)
		}
		set := func(id string, to bool) {
			t.Helper()
			if _, err := k.UpdateAddress(t.Context(), me, customer.ByID(id), customer.OpenPatch{IsDefault: some(to)}); err != nil {
				t.Fatal(err)
			}
		}
		set(one.ID, true)
		if got := defaults(); !slices.Equal(got, []string{one.ID, theirs.ID}) {
			t.Errorf("defaults %v", got)
		}
		set(one.ID, false)
		if got := defaults(); !slices.Equal(got, []string{theirs.ID}) {
			t.Errorf("defaults %v", got)
		}
		set(two.ID, true)
		if err := k.RemoveAddress(t.Context(), me, customer.ByID(two.ID)); err != nil {
			t.Fatal(err)
		}
		set(one.ID, true) // the removed one is not in the way
	})
}

func TestSixtyFourDefaultsLeaveOne(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{})
		me := customer.ByID(k.register("me@example.com").ID)
		def := xicheng()
		def.IsDefault = some(true)
		var mu sync.Mutex
		var made []customer.Address
		customer.AtOnce(64, func(i int) {
			a, err := k.AddAddress(t.Context(), me, def)
			if err == nil && i%2 == 0 {
				_, err = k.UpdateAddress(t.Context(), me, customer.ByID(a.ID), customer.OpenPatch{IsDefault: some(true), Name: some("x")})
			}
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			made = append(made, a)
			mu.Unlock()
		})
		if n := k.number(`select count(*) from addresses where is_default = 1`); n != 1 || len(made) != 64 {
			t.Errorf("%d defaults of %d addresses", n, len(made))
		}
		if n := k.number(`select count(*) from events where topic = $1`, customer.TopicUpdated); n != 96 {
			t.Errorf("%d events, want 96", n)
		}
	})
}

func TestTooManyAddresses(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{Addresses: 3})
		me := customer.ByID(k.register("me@example.com").ID)
		k.update(me, customer.Patch{Billing: some(customer.BillingChange{Address: customer.StorePatch{City: some("x")}})})
		var mu sync.Mutex
		refused := 0
		customer.AtOnce(10, func(int) {
			if _, err := k.AddAddress(t.Context(), me, xicheng()); err != nil {
				customer.WantFault(t, err, customer.ErrTooManyAddresses)
				mu.Lock()
				refused++
				mu.Unlock()
			}
		})
		list := k.profile(me).Addresses
		if len(list) != 3 || refused != 7 {
			t.Errorf("%d addresses, %d refused", len(list), refused)
		}
		if err := k.RemoveAddress(t.Context(), me, customer.ByID(list[0].ID)); err != nil {
			t.Fatal(err)
		}
		k.add(me, xicheng())
	})
}

func TestAddressChangeThatIsNoneLeavesNoTrace(t *testing.T) {
	t.Parallel()
	k := open(t, dbtest.OpenSQLite(t), customer.Limits{})
	c := k.register("me@example.com")
	me := customer.ByID(c.ID)
	made := k.add(me, xicheng())
	k.clock.Advance(time.Hour)
	got, err := k.UpdateAddress(t.Context(), me, customer.ByID(made.ID), xicheng())
	if err != nil || spelled(got) != spelled(made) {
		t.Errorf("got %s (%v)", spelled(got), err)
	}
	if c, err := k.Get(t.Context(), me); err != nil || !c.UpdatedAt.Equal(customer.Opening) || len(k.topics()) != 2 {
		t.Errorf("it left a trace: %s %v (%v)", c.UpdatedAt, k.topics(), err)
	}
}

func TestAddressStatements(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{})
		c := k.register("me@example.com")
		me := customer.ByNumber(c.Number)
		def := xicheng()
		def.IsDefault = some(true)
		k.counted(4, func(ctx context.Context) error { _, err := k.AddAddress(ctx, me, def); return err })
		k.counted(3, func(ctx context.Context) error { _, err := k.AddAddress(ctx, me, xicheng()); return err })
		k.counted(1, func(ctx context.Context) error { _, err := k.Addresses(ctx, me); return err })
		k.counted(1, func(ctx context.Context) error { _, err := k.CountAddresses(ctx, me); return err })
		k.counted(2, func(ctx context.Context) error { _, err := k.Profile(ctx, me); return err })
	})
}
