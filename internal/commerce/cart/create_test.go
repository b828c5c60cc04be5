package cart_test

import (
	"encoding/json"
	"strings"
	"testing"

	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/patch"
)

func TestCreate(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		li := k.register("li@example.com")
		c, err := k.Create(t.Context(), cart.NewCart{})
		k.must(err)
		if c.RegionID != "eu" || c.Region.Name != "Europe" || deref(c.ChannelID) != k.main || c.CustomerID != nil || c.Email != nil ||
			c.Body.Shipping != nil || c.Type != cart.Default || c.Version != 1 || !c.CompletedAt.IsZero() || !strings.HasPrefix(c.ID, "cart_") {
			t.Errorf("got %+v", c)
		}
		c, err = k.Create(t.Context(), cart.NewCart{RegionID: "us", Caller: li.ID, ChannelID: "outlet", IP: "10.0.0.1", UserAgent: "curl\x00\xff",
			Context: json.RawMessage(`{"ip": "1.1.1.1", "from": [1]}`), Lines: []cart.NewLine{line("import", 1), line("import", 2)}})
		k.must(err)
		if lines(c) != "import×3" || c.Quote.Total != 2100 || deref(c.CustomerID) != li.ID || deref(c.Email) != "li@example.com" ||
			string(c.Body.Context) != `{"from":[1],"ip":"1.1.1.1","user_agent":"curl"}` || deref(c.Body.Shipping.CountryCode) != "us" || c.Taxed {
			t.Errorf("got %+v, context %s", c, c.Body.Context)
		}
		got := k.get(c.ID)
		if lines(got) != "import×3" || deref(got.Body.Shipping.CountryCode) != "us" || string(got.Body.Context) != string(c.Body.Context) {
			t.Errorf("read again: %+v", got)
		}
		c, err = k.Create(t.Context(), cart.NewCart{CountryCode: " DE "})
		if k.must(err); deref(c.Body.Shipping.CountryCode) != "de" || c.Body.Shipping.City != nil || !strings.HasPrefix(c.Body.Shipping.ID, "addr_") {
			t.Errorf("got %+v", c.Body.Shipping)
		}
	})
}

func TestCreateRefuses(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		two, _, err := k.shop.PutKey(t.Context(), shop.KeyPatch{Title: patch.Some("two"), Channels: patch.Some([]string{"outlet", "closed"})})
		k.must(err)
		for _, c := range []struct {
			n    cart.NewCart
			want *fault.Error
			code fault.Code
		}{
			{cart.NewCart{RegionID: "mars"}, shop.ErrNoRegion, fault.NotFound},
			{cart.NewCart{RegionID: "eu", CountryCode: "us"}, cart.ErrCountry, fault.NotAllowed},
			{cart.NewCart{RegionID: "eu", CountryCode: "\xff<script>"}, cart.ErrCountry, fault.NotAllowed},
			{cart.NewCart{ChannelID: "none"}, shop.ErrNoChannel, fault.NotFound},
			{cart.NewCart{ChannelID: "closed"}, cart.ErrChannelDisabled, fault.Invalid},
			{cart.NewCart{Key: two.ID}, cart.ErrWhichChannel, fault.Invalid},
			{cart.NewCart{Key: two.ID, ChannelID: k.main}, cart.ErrChannelScope, fault.Invalid},
			{cart.NewCart{Key: two.ID, ChannelID: "closed"}, cart.ErrChannelDisabled, fault.Invalid},
			{cart.NewCart{Caller: "cus_none"}, customer.ErrNotFound, fault.NotFound},
			{cart.NewCart{Lines: []cart.NewLine{line("shirt", 1), line("none", 1)}}, cart.ErrNoVariant, fault.Invalid},
			{cart.NewCart{Lines: []cart.NewLine{line("import", 1)}}, cart.ErrNotInChannel, fault.Invalid},
			{cart.NewCart{RegionID: "us", Lines: []cart.NewLine{line("poster", 1)}}, cart.ErrNoPrice, fault.Invalid},
		} {
			_, err := k.Create(t.Context(), c.n)
			k.refuses(err, c.want, c.code)
		}
		_, err = k.Create(t.Context(), cart.NewCart{Lines: []cart.NewLine{line("shirt", 1), line("shirt", 0)}})
		field(t, err, "items[1].quantity")
		for _, bad := range []string{`[1]`, `"x"`, `{"a":"` + strings.Repeat("x", 16<<10) + `"}`} {
			_, err = k.Create(t.Context(), cart.NewCart{Context: json.RawMessage(bad)})
			field(t, err, "context")
		}
	})
}

func TestChannelOfAKey(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		key := func(channels ...string) string {
			p, _, err := k.shop.PutKey(t.Context(), shop.KeyPatch{Title: patch.Some("key"), Channels: patch.Some(channels)})
			k.must(err)
			return p.ID
		}
		for _, c := range []struct{ key, asked, want string }{
			{"", "", k.main}, {"", "outlet", "outlet"}, {"pk_none", "", k.main}, {key(), "outlet", "outlet"},
			{key("outlet"), "", "outlet"}, {key("outlet", k.main), "outlet", "outlet"},
		} {
			got, err := k.Create(t.Context(), cart.NewCart{Key: c.key, ChannelID: c.asked})
			if k.must(err); deref(got.ChannelID) != c.want {
				t.Errorf("%+v: in %s", c, deref(got.ChannelID))
			}
		}
	})
}

func TestNoRegion(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		k.sql(`update regions set deleted_at = 1`)
		k.clock.Advance(time3s)
		_, err := k.Create(t.Context(), cart.NewCart{})
		k.refuses(err, cart.ErrNoRegions, fault.Invalid)
	})
}

func deref[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
