package customer_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"kaidian/internal/commerce/customer"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
)

func some[T any](v T) customer.Optional[T] { return customer.Some(v) }

func TestUpdate(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{})
		c := k.register("user@example.com")
		level, err := k.CreateLevel(t.Context(), customer.LevelPatch{Name: some("金牌会员"), Discount: some(customer.Percent(9550))})
		if err != nil {
			t.Fatal(err)
		}
		k.clock.Advance(time.Hour)
		birthday := time.Date(1990, 1, 1, 0, 0, 0, 0, time.FixedZone("", 8*3600))
		got := k.update(customer.ByNumber(c.Number), customer.Patch{
			FirstName: some("Arno"), LastName: some("Willms"), Phone: some("1"), NotifyEmail: some("N@b.cn"), Nickname: some("刁"),
			IdentityCard: some("362226199001012933"), Birthday: some(birthday), Sex: some(customer.Male), AcceptMarketing: some(true),
			Metadata: some(customer.Metadata{"car": customer.RawJSON(`"white"`)}), LevelNumber: some(level.Number),
		})
		if !got.UpdatedAt.Equal(k.clock.Now()) || got.RealName() != "Arno Willms" || got.Level == nil || got.Level.Discount != 9550 ||
			!got.Birthday.Equal(birthday) || string(got.Metadata) != `{"car":"white"}` || *got.NotifyEmail != "n@b.cn" {
			t.Errorf("got %s", columnsOf(got))
		}
		k.same(got)

		// What the Open API shows can come back: nothing moves, and nothing is told.
		k.clock.Advance(time.Hour)
		events := len(k.topics())
		again := k.update(customer.ByNumber(c.Number), customer.Patch{
			RealName: some(got.RealName()), IdentityCard: some(got.MaskedIdentityCard()), Sex: some(got.Sex), Birthday: some(got.Birthday),
			IdentityType: some(customer.Email), Identity: some("user@example.com"), LevelNumber: some(level.Number), Phone: some("1"),
			NotifyEmail: some("n@b.cn"), Metadata: some(customer.Metadata{}),
		})
		if columnsOf(again) != columnsOf(got) || len(k.topics()) != events {
			t.Errorf("writing back changed\n%s\nto\n%s", columnsOf(got), columnsOf(again))
		}
		k.same(got)

		cleared := k.update(customer.ByID(c.ID), customer.Patch{
			FirstName: customer.Null[string](), Phone: customer.Null[string](), NotifyEmail: some(""), IdentityCard: customer.Null[string](),
			Birthday: customer.Null[time.Time](), Sex: customer.Null[string](), LevelNumber: customer.Null[int64](),
			Metadata: customer.Null[customer.Metadata](),
		})
		if cleared.FirstName != nil || cleared.Phone != nil || cleared.NotifyEmail != nil || cleared.IdentityCard != nil ||
			!cleared.Birthday.IsZero() || cleared.Sex != customer.Undefined || cleared.Level != nil || cleared.Metadata != nil {
			t.Errorf("got %s", columnsOf(cleared))
		}
		k.same(cleared)
		renamed := k.update(customer.ByID(c.ID), customer.Patch{RealName: some("张三")})
		if *renamed.FirstName != "张三" || renamed.LastName != nil {
			t.Errorf("got %s", columnsOf(renamed))
		}
	})
}

// same checks that a customer is stored as it is.
func (k *desk) same(c customer.Customer) {
	k.t.Helper()
	stored, err := k.Get(k.t.Context(), customer.ByID(c.ID))
	if err != nil || columnsOf(stored) != columnsOf(c) {
		k.t.Errorf("stored %s (%v)\nwant   %s", columnsOf(stored), err, columnsOf(c))
	}
}

func TestUpdateProblems(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{})
		c := k.register("user@example.com")
		other := k.add(customer.ByID(k.register("other@example.com").ID), xicheng())
		guest := k.guest("guest@example.com")
		type p = customer.Patch
		for _, b := range []struct {
			who  string
			in   p
			want []string
		}{
			{c.ID, p{Email: customer.Null[string](), Password: some("x")}, []string{"email format"}},
			{c.ID, p{Email: some("x"), Phone: some("\x00"), Sex: some("x"), LevelNumber: some(int64(99)),
				Billing: some(customer.BillingChange{Address: customer.StorePatch{CountryCode: some("xx")}})},
				[]string{"email format", "phone format", "sex unknown", "level unknown", "billing_address.country_code unknown"}},
			{c.ID, p{Password: some(""), FirstName: some(strings.Repeat("x", 256))}, []string{"password required", "first_name too_long"}},
			{c.ID, p{Password: customer.Null[string]()}, []string{"password required"}},
			{c.ID, p{IdentityType: some(customer.Mobile)}, []string{"identity format"}},
			{c.ID, p{IdentityType: some(customer.IdentityType("x"))}, []string{"type unknown"}},
			{c.ID, p{Identity: customer.Null[string]()}, []string{"identity required"}},
			{c.ID, p{Billing: some(customer.BillingChange{ID: other.ID})}, []string{"billing_address unknown"}},
			{c.ID, p{Metadata: some(customer.Metadata{"a": customer.RawJSON(`"` + strings.Repeat("x", 17<<10) + `"`)})}, []string{"metadata too_long"}},
			{guest, p{Password: some("x")}, []string{"password unknown"}},
			{guest, p{Identity: some("x@y.cn")}, []string{"type unknown"}},
		} {
			_, err := k.Update(t.Context(), customer.ByID(b.who), b.in)
			customer.WantFields(t, err, b.want...)
		}
		k.same(c)
		for _, nobody := range []customer.Ref{customer.ByID("cus_x"), customer.ByID("\x00\xff"), customer.ByNumber(1 << 40), {}} {
			_, err := k.Update(t.Context(), nobody, p{Password: some("x")})
			customer.WantFault(t, err, customer.ErrNotFound)
			_, err = k.Update(t.Context(), nobody, p{Phone: some("x")})
			customer.WantFault(t, err, customer.ErrNotFound)
		}
	})
}

func TestIdentityFollowsTheEmail(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{})
		c := k.register("user@example.com")
		k.register("other@example.com")
		k.guest("guest@example.com")
		moved := k.update(customer.ByID(c.ID), customer.Patch{Email: some(" Guest@example.com")})
		if moved.Email != "guest@example.com" || moved.Identity.Identity != moved.Email {
			t.Errorf("got %s", columnsOf(moved))
		}
		k.same(moved)
		if _, err := k.Authenticate(t.Context(), "guest@example.com", "pa$$word", ""); err != nil {
			t.Errorf("the new e-mail: %v", err)
		}
		_, err := k.Authenticate(t.Context(), "user@example.com", "pa$$word", "")
		customer.WantFault(t, err, customer.ErrWrongCredentials)
		k.register("user@example.com") // free again

		_, err = k.Update(t.Context(), customer.ByID(c.ID), customer.Patch{Email: some("other@example.com")})
		customer.WantFault(t, err, customer.ErrEmailTaken)
		_, err = k.Update(t.Context(), customer.ByID(c.ID), customer.Patch{Identity: some("other@example.com")})
		customer.WantFault(t, err, customer.ErrEmailTaken)
		k.guest("second@example.com")
		_, err = k.Update(t.Context(), customer.ByID("cus_guest_second@example.com"), customer.Patch{Email: some("guest@example.com")})
		customer.WantFault(t, err, customer.ErrEmailTaken)

		// An account that signs in by another name keeps that, and its e-mail is only where to write to.
		mobile := k.update(customer.ByID(c.ID), customer.Patch{IdentityType: some(customer.Mobile), Identity: some("136 3226 9358")})
		if mobile.Identity.Identity != "13632269358" {
			t.Errorf("got %s", columnsOf(mobile))
		}
		mobile = k.update(customer.ByID(c.ID), customer.Patch{Email: some("other@example.com")})
		if mobile.Identity.Type != customer.Mobile || mobile.Email != "other@example.com" {
			t.Errorf("got %s", columnsOf(mobile))
		}
		if known, err := k.EmailExists(t.Context(), "guest@example.com"); known || err != nil {
			t.Errorf("the e-mail that was given up signs in: %t %v", known, err)
		}
		back := k.update(customer.ByID(c.ID), customer.Patch{IdentityType: some(customer.Email), Identity: some("user2@example.com")})
		if back.Email != "user2@example.com" {
			t.Errorf("got %s", columnsOf(back))
		}
		k.same(back)
	})
}

func TestManyWantOneEmail(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{})
		ids := make([]string, 16)
		for i := range ids {
			ids[i] = k.register(fmt.Sprintf("user%d@example.com", i)).ID
		}
		var got atomic.Int64
		customer.AtOnce(len(ids), func(i int) {
			_, err := k.Update(t.Context(), customer.ByID(ids[i]), customer.Patch{Email: some("one@example.com")})
			if err == nil {
				got.Add(1)
			} else if !errors.Is(err, customer.ErrEmailTaken) {
				t.Errorf("got %v", err)
			}
		})
		if got.Load() != 1 || k.number(`select count(*) from customers where email = 'one@example.com'`) != 1 {
			t.Errorf("%d customers got the e-mail", got.Load())
		}
	})
}

// TestNoUpdateIsLost merges metadata from many sides, adds addresses and changes names at once: all must be there.
func TestNoUpdateIsLost(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{})
		c := k.register("user@example.com")
		const n = 24
		customer.AtOnce(n, func(i int) {
			p := customer.Patch{Metadata: some(customer.Metadata{fmt.Sprintf("k%d", i): customer.RawJSON(`1`)})}
			switch i % 4 {
			case 0:
				p.FirstName = some("Arno")
			case 1:
				p.LastName = some("Willms")
			case 2:
				p.IdentityType, p.Identity = some(customer.UserName), some("arno")
			case 3:
				if _, err := k.AddAddress(t.Context(), customer.ByID(c.ID), xicheng()); err != nil {
					t.Error(err)
				}
			}
			if _, err := k.Update(t.Context(), customer.ByID(c.ID), p); err != nil {
				t.Error(err)
			}
		})
		got := k.profile(customer.ByID(c.ID))
		if strings.Count(string(got.Metadata), ":1") != n || got.RealName() != "Arno Willms" || got.Identity.Identity != "arno" ||
			len(got.Addresses) != n/4 {
			t.Errorf("lost: %s, %d addresses", columnsOf(got.Customer), len(got.Addresses))
		}
	})
}

// bill changes the billing address of a customer with one shipping address, and gives what it is then.
func (k *desk) bill(who customer.Ref, shipping customer.Address, b customer.Optional[customer.BillingChange]) *customer.Address {
	k.t.Helper()
	k.clock.Advance(time.Second)
	got := k.update(who, customer.Patch{Billing: b})
	p := k.profile(who)
	if columnsOf(p.Customer) != columnsOf(got) {
		k.t.Errorf("stored %s\nwant   %s", columnsOf(p.Customer), columnsOf(got))
	}
	if len(p.Addresses) != 1 || p.Addresses[0].ID != shipping.ID {
		k.t.Errorf("shipping addresses %+v", p.Addresses)
	}
	return p.Billing
}

func object(p customer.StorePatch) customer.Optional[customer.BillingChange] {
	return some(customer.BillingChange{Address: p})
}

func TestBillingAddress(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{})
		c := k.register("user@example.com")
		me := customer.ByID(c.ID)
		shipping := k.add(me, xicheng())
		bill := func(b customer.Optional[customer.BillingChange]) *customer.Address { return k.bill(me, shipping, b) }
		made := bill(object(customer.StorePatch{City: some("Paris"), CountryCode: some("FR")}))
		if made == nil || made.Kind != customer.Billing || *made.City != "Paris" || *made.CountryCode != "fr" {
			t.Fatalf("got %+v", made)
		}
		changed := bill(object(customer.StorePatch{City: some("Lyon")}))
		if changed.ID != made.ID || *changed.City != "Lyon" || *changed.CountryCode != "fr" || !changed.UpdatedAt.Equal(k.clock.Now()) {
			t.Errorf("got %+v", changed)
		}
		if list, err := k.Addresses(t.Context(), customer.ByNumber(c.Number)); err != nil || len(list) != 1 {
			t.Errorf("the Open API sees %+v (%v)", list, err)
		}
		_, err := k.Address(t.Context(), me, customer.ByNumber(made.Number))
		customer.WantFault(t, err, customer.ErrAddressNotFound)

		if own := bill(some(customer.BillingChange{ID: made.ID})); own == nil || own.ID != made.ID {
			t.Errorf("got %+v", own)
		}
		if pointed := bill(some(customer.BillingChange{ID: shipping.ID})); pointed == nil || pointed.ID != shipping.ID {
			t.Errorf("got %+v", pointed)
		}
		fresh := bill(object(customer.StorePatch{City: some("Nice")})) // not onto the shipping address
		if fresh.ID == shipping.ID || fresh.ID == made.ID || fresh.CountryCode != nil {
			t.Errorf("got %+v", fresh)
		}
		if none := bill(customer.Null[customer.BillingChange]()); none != nil {
			t.Errorf("got %+v", none)
		}
		bill(some(customer.BillingChange{ID: shipping.ID}))
		if err := k.RemoveAddress(t.Context(), me, customer.ByID(shipping.ID)); err != nil {
			t.Fatal(err)
		}
		if p := k.profile(me); p.Billing != nil || p.BillingAddressID != nil {
			t.Errorf("a removed address is still the billing address: %+v", p)
		}
		if n := k.number(`select count(*) from addresses where deleted_at is null`); n != 0 {
			t.Errorf("%d addresses live on", n)
		}
	})
}

func TestUpdateTellsOnce(t *testing.T) {
	t.Parallel()
	k := open(t, dbtest.OpenSQLite(t), customer.Limits{})
	c := k.register("user@example.com")
	me := customer.ByID(c.ID)
	k.update(me, customer.Patch{Phone: some("1")})
	k.update(me, customer.Patch{Phone: some("1")})
	k.update(me, customer.Patch{})
	k.update(me, customer.Patch{Billing: some(customer.BillingChange{Address: customer.StorePatch{City: some("x")}})})
	k.update(me, customer.Patch{Billing: some(customer.BillingChange{Address: customer.StorePatch{City: some("x")}})})
	k.update(me, customer.Patch{Billing: some(customer.BillingChange{Address: customer.StorePatch{City: some("y")}})})
	want := []string{customer.TopicCreated, customer.TopicUpdated, customer.TopicUpdated, customer.TopicUpdated}
	if got := k.topics(); !slices.Equal(got, want) {
		t.Errorf("events %v, want %v", got, want)
	}
	k.counted(3, func(ctx context.Context) error {
		_, err := k.Update(ctx, me, customer.Patch{Phone: some("2")})
		return err
	})
}
