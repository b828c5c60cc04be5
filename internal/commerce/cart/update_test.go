package cart_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/promotion"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/patch"
)

const time3s = 3 * time.Second

func (k *stall) sql(query string, args ...any) {
	k.t.Helper()
	k.must(k.db.Write(k.t.Context(), func(_ context.Context, tx *db.Tx) error {
		_, err := tx.Exec(query, args...)
		return err
	}))
}

// tries an update that must fail and leave everything as it was.
func (k *stall) refused(id string, p cart.Patch, want *fault.Error, code fault.Code) {
	k.t.Helper()
	before := k.get(id)
	_, err := k.Update(k.t.Context(), id, p)
	k.refuses(err, want, code)
	if after := k.get(id); after.Version != before.Version {
		k.t.Errorf("what was refused was written: %+v", after)
	}
}

func TestWhoseCartItIs(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		li, wang := k.register("li@example.com"), k.register("wang@example.com")
		c := k.cart()
		c = k.update(c.ID, cart.Patch{Email: text(" Guest@Example.COM ")})
		guest := deref(c.CustomerID)
		if deref(c.Email) != "guest@example.com" || guest == "" {
			t.Fatalf("got %+v", c)
		}
		other := k.cart()
		if got := k.update(other.ID, cart.Patch{Email: text("guest@example.com")}); deref(got.CustomerID) != guest {
			t.Errorf("the guest was made twice")
		}
		// An account's e-mail makes a guest beside it.
		if got := k.update(other.ID, cart.Patch{Email: text("li@example.com")}); deref(got.CustomerID) == li.ID || deref(got.Email) != "li@example.com" {
			t.Errorf("got %+v", got)
		}
		_, err := k.Update(t.Context(), c.ID, cart.Patch{Email: text("nobody")})
		field(t, err, "email")
		k.refused(c.ID, cart.Patch{CustomerID: text("cus_none")}, customer.ErrNotFound, fault.NotFound)
		k.refused(c.ID, cart.Patch{CustomerID: text("a\x00")}, customer.ErrNotFound, fault.NotFound)
		k.refused(c.ID, cart.Patch{CustomerID: &li.ID}, cart.ErrForeignCustomer, fault.NotAllowed)
		if got := k.update(other.ID, cart.Patch{CustomerID: &guest, Email: text("x@example.com")}); deref(got.Email) != "guest@example.com" {
			t.Errorf("got %+v", got)
		}
		// Who is signed in has the cart, whatever is said.
		if got := k.update(c.ID, cart.Patch{Caller: li.ID, CustomerID: &wang.ID, Email: text("x@example.com")}); deref(got.CustomerID) != li.ID || deref(got.Email) != "li@example.com" {
			t.Errorf("got %+v", got)
		}
		if got := k.update(c.ID, cart.Patch{CustomerID: &li.ID}); deref(got.CustomerID) != li.ID {
			t.Errorf("got %+v", got)
		}
		got, err := k.Get(t.Context(), c.ID, cart.View{Caller: wang.ID})
		if k.must(err); deref(got.CustomerID) != wang.ID || deref(got.Email) != "wang@example.com" {
			t.Errorf("taken over: %+v", got)
		}
		again, err := k.Get(t.Context(), c.ID, cart.View{Caller: wang.ID})
		if k.must(err); again.Version != got.Version {
			t.Errorf("taken over twice")
		}
		again, err = k.Get(t.Context(), c.ID, cart.View{Caller: "cus_gone"})
		if k.must(err); deref(again.CustomerID) != wang.ID {
			t.Errorf("taken by nobody: %+v", again)
		}
	})
}

// A customer who signs in with a mobile number has no e-mail until the cart says one.
func TestCustomersWithoutAnEmail(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		zhao, _, err := k.customers.Register(t.Context(), customer.NewAccount{Type: customer.Mobile, Identity: "13800138000", Password: "pa$$word"})
		k.must(err)
		c, err := k.Create(t.Context(), cart.NewCart{Caller: zhao.ID})
		if k.must(err); c.Email != nil || deref(c.CustomerID) != zhao.ID {
			t.Errorf("got %+v", c)
		}
		c = k.update(c.ID, cart.Patch{Caller: zhao.ID, Email: text("Zhao@example.com")})
		if deref(c.Email) != "zhao@example.com" || deref(c.CustomerID) != zhao.ID {
			t.Errorf("got %+v", c)
		}
	})
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		li, wang := k.register("li@example.com"), k.register("wang@example.com")
		own, err := k.customers.AddAddress(t.Context(), customer.ByID(li.ID), customer.StorePatch{FirstName: patch.Some("Si"), LastName: patch.Some("Li"),
			Address1: patch.Some("1 Way"), City: patch.Some("Paris"), CountryCode: patch.Some("FR"), PostalCode: patch.Some("75001")})
		k.must(err)
		c := k.cart()
		to := func(p customer.StorePatch) patch.Optional[cart.AddressInput] {
			return patch.Some(cart.AddressInput{Change: p})
		}
		byID := func(id string) patch.Optional[cart.AddressInput] { return patch.Some(cart.AddressInput{ID: id}) }

		c = k.update(c.ID, cart.Patch{Shipping: to(customer.StorePatch{City: patch.Some("Bonn"), CountryCode: patch.Some("DE")}),
			Billing: to(customer.StorePatch{CountryCode: patch.Some("US")})})
		first := c.Body.Shipping.ID
		if deref(c.Body.Shipping.City) != "Bonn" || deref(c.Body.Shipping.CountryCode) != "de" || deref(c.Body.Billing.CountryCode) != "us" || first == c.Body.Billing.ID {
			t.Errorf("got %+v", c.Body)
		}
		c = k.update(c.ID, cart.Patch{Shipping: to(customer.StorePatch{FirstName: patch.Some("Anna"), Metadata: patch.Some(customer.Metadata{"a": json.RawMessage(`1`)})})})
		if s := c.Body.Shipping; deref(s.City) != "Bonn" || deref(s.FirstName) != "Anna" || s.ID != first || string(s.Metadata) != `{"a":1}` {
			t.Errorf("got %+v", s)
		}
		if got := k.get(c.ID); deref(got.Body.Shipping.FirstName) != "Anna" || !got.Body.Shipping.CreatedAt.Equal(c.Body.Shipping.CreatedAt) {
			t.Errorf("read again: %+v", got.Body.Shipping)
		}
		k.refused(c.ID, cart.Patch{Shipping: to(customer.StorePatch{CountryCode: patch.Some("us")})}, cart.ErrAddressCountry, fault.Invalid)
		_, err = k.Update(t.Context(), c.ID, cart.Patch{Shipping: to(customer.StorePatch{CountryCode: patch.Some("zz")})})
		field(t, err, "shipping_address.country_code")
		_, err = k.Update(t.Context(), c.ID, cart.Patch{Billing: to(customer.StorePatch{City: patch.Some(strings.Repeat("x", 300))})})
		field(t, err, "billing_address.city")

		for _, p := range []cart.Patch{{Shipping: byID(own.ID)}, {Shipping: byID(own.ID), Caller: wang.ID}, {Billing: byID("addr_none"), Caller: li.ID},
			{Shipping: byID(""), Caller: li.ID}, {Shipping: byID("a\x00"), Caller: li.ID}} {
			k.refused(c.ID, p, customer.ErrAddressNotFound, fault.NotFound)
		}
		c = k.update(c.ID, cart.Patch{Shipping: byID(own.ID), Caller: li.ID})
		if s := c.Body.Shipping; s.ID != own.ID || deref(s.CustomerID) != li.ID || deref(s.City) != "Paris" {
			t.Errorf("got %+v", s)
		}
		c = k.update(c.ID, cart.Patch{Shipping: to(customer.StorePatch{City: patch.Some("Lyon")})})
		kept, err := k.customers.Profile(t.Context(), customer.ByID(li.ID))
		if k.must(err); deref(kept.Addresses[0].City) != "Paris" || deref(c.Body.Shipping.City) != "Lyon" {
			t.Error("the cart changed the customer's own address")
		}
		c = k.update(c.ID, cart.Patch{Shipping: patch.Null[cart.AddressInput]()})
		if c.Body.Shipping != nil || c.Body.Billing == nil {
			t.Errorf("got %+v", c.Body)
		}
		// The district says all of a place in China, and goes with the country.
		c = k.update(c.ID, cart.Patch{Shipping: to(customer.StorePatch{Metadata: patch.Some(customer.Metadata{"district_code": json.RawMessage(`"110105"`)})})})
		if s := c.Body.Shipping.Store(); deref(c.Body.Shipping.District) != "110105" || deref(s.CountryCode) != "cn" || !strings.Contains(string(s.Metadata), "110105") {
			t.Errorf("got %+v", s)
		}
		c = k.update(c.ID, cart.Patch{CountryCode: text("FR")})
		if s := c.Body.Shipping; s.District != nil || deref(s.CountryCode) != "fr" {
			t.Errorf("got %+v", s)
		}
		k.refused(c.ID, cart.Patch{CountryCode: text("us")}, cart.ErrCountry, fault.NotAllowed)
	})
}

func TestAnotherRegion(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		k.discount(promotion.Discount{Code: "EU"})
		k.discount(promotion.Discount{Code: "SHIP", Regions: []string{"eu", "us"}, Rule: promotion.Rule{Type: promotion.FreeShipping}})
		k.card("AAAA", 100)
		c := k.cart(line("shirt", 2), line("poster", 1))
		k.update(c.ID, cart.Patch{CountryCode: text("de"), Discounts: patch.Some([]string{"eu", "ship"}), Cards: patch.Some([]string{"AAAA"})})
		c = k.ship(c.ID, "standard")
		if len(c.Discounts) != 2 || len(c.Cards) != 1 || c.Quote.ShippingTotal != 0 || c.Quote.GiftCardTotal != 100 {
			t.Fatalf("got %+v", c.Quote)
		}
		k.refused(c.ID, cart.Patch{RegionID: text("mars")}, shop.ErrNoRegion, fault.NotFound)
		k.refused(c.ID, cart.Patch{RegionID: text("us"), CountryCode: text("de")}, cart.ErrCountry, fault.NotAllowed)
		if got := k.update(c.ID, cart.Patch{RegionID: text("eu")}); len(got.Body.Methods) != 1 || deref(got.Body.Shipping.CountryCode) != "de" {
			t.Errorf("the same region: %+v", got.Body)
		}
		c = k.update(c.ID, cart.Patch{RegionID: text("us")})
		if lines(c) != "shirt×2" || c.Body.Lines[0].UnitPrice != 1000 || c.Quote.Total != 2000 || c.Taxed || c.Body.Methods != nil || c.Body.Cards != nil ||
			len(c.Body.Discounts) != 1 || c.Discounts[0].Code != "SHIP" || deref(c.Body.Shipping.CountryCode) != "us" || c.Region.Currency != "usd" {
			t.Errorf("got %+v %+v", c.Body, c.Quote)
		}
		forced, err := k.Get(t.Context(), c.ID, cart.View{ForceTaxes: true})
		if k.must(err); !forced.Taxed || forced.Quote.TaxTotal != 200 || len(forced.Rates[c.Body.Lines[0].ID]) != 1 {
			t.Errorf("got %+v", forced.Quote)
		}
		c = k.update(c.ID, cart.Patch{RegionID: text("eu")})
		if c.Body.Shipping.CountryCode != nil || c.Quote.Total != 2160 {
			t.Errorf("got %+v %+v", c.Body.Shipping, c.Quote)
		}
		k.sql(`update carts set authorized_at = 1 where id = $1`, c.ID)
		k.refused(c.ID, cart.Patch{RegionID: text("us")}, cart.ErrAuthorized, fault.NotAllowed)
		k.sql(`update carts set authorized_at = null where id = $1`, c.ID)
		k.update(c.ID, cart.Patch{RegionID: text("us")})
	})
}

func TestAnotherChannel(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		c, err := k.Create(t.Context(), cart.NewCart{RegionID: "eu", ChannelID: "outlet", Lines: []cart.NewLine{line("import", 1)}})
		k.must(err)
		k.refused(c.ID, cart.Patch{ChannelID: text("none")}, shop.ErrNoChannel, fault.NotFound)
		k.refused(c.ID, cart.Patch{ChannelID: text("closed")}, cart.ErrChannelDisabled, fault.Invalid)
		k.ship(c.ID, "standard")
		c = k.update(c.ID, cart.Patch{ChannelID: &k.main})
		if lines(c) != "" || c.Body.Methods != nil || deref(c.ChannelID) != k.main {
			t.Errorf("got %s", lines(c))
		}
	})
}

func TestContextIsMerged(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		c := k.cart()
		k.update(c.ID, cart.Patch{Context: json.RawMessage(`{"a": 1, "b": {"c": 2}}`)})
		c = k.update(c.ID, cart.Patch{Context: json.RawMessage(`{"b": null}`)})
		if string(c.Body.Context) != `{"a":1,"b":null,"ip":"","user_agent":""}` {
			t.Errorf("got %s", c.Body.Context)
		}
		for i := range 2 { // each is small enough, both are not
			name := string(rune('x' + i))
			_, err := k.Update(t.Context(), c.ID, cart.Patch{Context: json.RawMessage(`{"` + name + `":"` + strings.Repeat("x", 10<<10) + `"}`)})
			if i == 0 {
				k.must(err)
			} else {
				field(t, err, "context")
			}
		}
	})
}

// A completed cart refuses every write, and is shown as before.
func TestCompleted(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		li := k.register("li@example.com")
		c := k.cart(line("shirt", 1))
		k.close(c.ID)
		ctx, at := t.Context(), c.Body.Lines[0].ID
		for name, do := range map[string]func() (cart.Cart, error){
			"add":     func() (cart.Cart, error) { return k.AddLine(ctx, c.ID, line("shirt", 1)) },
			"update":  func() (cart.Cart, error) { return k.Update(ctx, c.ID, cart.Patch{CountryCode: text("de")}) },
			"nothing": func() (cart.Cart, error) { return k.Update(ctx, c.ID, cart.Patch{}) },
			"line": func() (cart.Cart, error) {
				return k.UpdateLine(ctx, c.ID, at, cart.LinePatch{Quantity: patch.Some[int64](2)})
			},
			"remove":   func() (cart.Cart, error) { return k.RemoveLine(ctx, c.ID, "none") },
			"method":   func() (cart.Cart, error) { return k.AddMethod(ctx, c.ID, cart.NewMethod{OptionID: "standard"}) },
			"truck":    func() (cart.Cart, error) { return k.AddMethod(ctx, c.ID, cart.NewMethod{OptionID: "truck"}) },
			"discount": func() (cart.Cart, error) { return k.RemoveDiscount(ctx, c.ID, "X") },
		} {
			if _, err := do(); !errors.Is(err, cart.ErrCompleted) || fault.CodeOf(err) != fault.NotAllowed {
				t.Errorf("%s: %v", name, err)
			}
		}
		got, err := k.Get(ctx, c.ID, cart.View{Caller: li.ID})
		if k.must(err); got.CustomerID != nil || got.CompletedAt.IsZero() || got.Version != 2 || lines(got) != "shirt×1" {
			t.Errorf("got %+v", got)
		}
		k.must(k.Ready(ctx))
		err = d.Write(ctx, func(_ context.Context, tx *db.Tx) error {
			c, err := k.Lock(tx, c.ID)
			if err != nil {
				return err
			}
			return k.Close(tx, c)
		})
		k.refuses(err, cart.ErrCompleted, fault.NotAllowed)
	})
}

// BeforeChange comes once before every change of a cart that is held, and before no look; what it refuses is not done.
func TestBeforeChange(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		li := k.register("li@example.com")
		c := k.cart(line("shirt", 1))
		calls := 0
		hook := func(_ *db.Tx, id string) error {
			if id != c.ID {
				t.Errorf("asked for %s", id)
			}
			calls++
			return nil
		}
		k.hook.Store(&hook)
		k.add(c.ID, "mug", 1) // nobody holds it
		for i, change := range []func() cart.Cart{
			func() cart.Cart { return k.add(c.ID, "mug", 1) },
			func() cart.Cart { return k.ship(c.ID, "standard") },
			func() cart.Cart { return k.update(c.ID, cart.Patch{CountryCode: text("de")}) },
		} {
			k.hold(c.ID, "attempt")
			if got := change(); got.HeldBy != "" || k.get(c.ID).HeldBy != "" || calls != i+1 {
				t.Errorf("change %d: asked %d times, held by %q", i, calls, got.HeldBy)
			}
		}
		k.hold(c.ID, "attempt")
		k.update(c.ID, cart.Patch{})
		k.must(second(k.RemoveLine(t.Context(), c.ID, "none")))
		k.must(second(k.RemoveDiscount(t.Context(), c.ID, "NONE")))
		if got := k.get(c.ID); got.HeldBy != "attempt" || calls != 3 {
			t.Errorf("asked %d times, held by %q", calls, got.HeldBy)
		}
		busy := fault.New(fault.Conflict, "test.busy", "busy")
		refuse := func(*db.Tx, string) error { return busy }
		k.hook.Store(&refuse)
		_, err := k.AddLine(t.Context(), c.ID, line("shirt", 1))
		k.refuses(err, busy, fault.Conflict)
		got, err := k.Get(t.Context(), c.ID, cart.View{Caller: li.ID})
		if k.must(err); lines(got) != "shirt×1 mug×2" || got.CustomerID != nil || got.HeldBy != "attempt" {
			t.Errorf("got %s of %s", lines(got), deref(got.CustomerID))
		}
	})
}

// hold has an attempt hold a cart.
func (k *stall) hold(id, attempt string) {
	k.t.Helper()
	k.must(k.Ready(k.t.Context()))
	k.must(k.db.Write(k.t.Context(), func(_ context.Context, tx *db.Tx) error {
		c, err := k.Lock(tx, id)
		if err != nil {
			return err
		}
		return k.Hold(tx, c, attempt)
	}))
}

func TestClose(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		c := k.cart(line("shirt", 1))
		locked, err := k.lock(c.ID)
		k.must(err)
		k.add(c.ID, "shirt", 1)
		err = d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error { return k.Close(tx, locked) })
		k.refuses(err, cart.ErrChanged, fault.Conflict)
		k.clock.Advance(2 * time.Minute)
		err = d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error {
			_, err := k.Lock(tx, c.ID)
			return err
		})
		if err == nil || fault.As(err) != nil {
			t.Errorf("without Ready: %v", err)
		}
		k.close(c.ID)
		if got := k.get(c.ID); got.CompletedAt.IsZero() {
			t.Errorf("got %+v", got)
		}
	})
}
