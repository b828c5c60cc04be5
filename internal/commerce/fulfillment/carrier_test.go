package fulfillment_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"slices"
	"strings"
	"testing"

	"kaidian/internal/commerce/fulfillment"
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/event"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/snapshot"
)

// ship is a carrier that says what it is told to.
type ship struct {
	price int64
	err   error
}

func (ship) ID() string { return "ship" }

func (s ship) Price(context.Context, fulfillment.PriceRequest) (int64, error) { return s.price, s.err }

func (ship) Validate(_ context.Context, _ fulfillment.Option, data json.RawMessage) (json.RawMessage, error) {
	if data == nil {
		return nil, fault.New(fault.Invalid, "ship.no_port", "port is missing")
	}
	return json.RawMessage(`{"port":1}`), nil
}

func TestPrices(t *testing.T) {
	t.Parallel()
	d := dbtest.OpenSQLite(t)
	c := clock.NewFake(opening)
	events := event.New(d, c, slog.New(slog.DiscardHandler))
	refused := fault.New(fault.NotAllowed, "ship.full", "full")
	calculated := fulfillment.Option{ProviderID: "ship", PriceType: fulfillment.Calculated}
	for name, s := range map[string]struct {
		option fulfillment.Option
		ship   ship
		want   int64
		err    *fault.Error
	}{
		"flat":       {standard(), ship{}, 1000, nil},
		"broken":     {fulfillment.Option{ProviderID: "ship", PriceType: fulfillment.FlatRate}, ship{}, 0, fulfillment.ErrNoPrice},
		"calculated": {calculated, ship{price: 7}, 7, nil},
		"negative":   {calculated, ship{price: -1}, 0, fulfillment.ErrNoPrice},
		"immense":    {calculated, ship{price: math.MaxInt64}, 0, fulfillment.ErrNoPrice},
		"failing":    {calculated, ship{err: errors.New("no wind")}, 0, fulfillment.ErrNoPrice},
		"refusing":   {calculated, ship{err: refused}, 0, refused},
		"by hand":    {fulfillment.Option{ProviderID: fulfillment.Manual, PriceType: fulfillment.Calculated}, ship{}, 0, fulfillment.ErrNoPrice},
		"unknown":    {fulfillment.Option{ProviderID: "drone", PriceType: fulfillment.Calculated}, ship{}, 0, fulfillment.ErrNoCarrier},
	} {
		service := fulfillment.New(d, c, events, s.ship)
		got, err := service.Price(t.Context(), fulfillment.PriceRequest{Option: s.option})
		if got != s.want || (s.err == nil) != (err == nil) || s.err != nil && !errors.Is(err, s.err) {
			t.Errorf("%s: %d, %v", name, got, err)
		}
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	d := dbtest.OpenSQLite(t)
	c := clock.NewFake(opening)
	s := fulfillment.New(d, c, event.New(d, c, slog.New(slog.DiscardHandler)), ship{})
	byHand, byShip := standard(), fulfillment.Option{ProviderID: "ship"}
	for _, v := range []struct {
		option     fulfillment.Option
		data, want string
		code       fault.Code
	}{
		{byHand, ``, ``, ""}, {byHand, `{ "a": 1 }`, `{"a":1}`, ""}, {byShip, `{}`, `{"port":1}`, ""},
		{byShip, ``, ``, fault.Invalid}, {byHand, `[]`, ``, fault.Invalid}, {byHand, `null`, ``, fault.Invalid}, {byHand, `{`, ``, fault.Invalid},
		{byHand, `{"a":"` + strings.Repeat("x", 16<<10) + `"}`, ``, fault.Invalid},
		{fulfillment.Option{ProviderID: "drone"}, `{}`, ``, fault.NotAllowed},
	} {
		var data json.RawMessage
		if v.data != "" {
			data = json.RawMessage(v.data)
		}
		got, err := s.Validate(t.Context(), v.option, data)
		if string(got) != v.want || (err == nil) != (v.code == "") || err != nil && fault.CodeOf(err) != v.code {
			t.Errorf("%s %.20s: %s, %v", v.option.ProviderID, v.data, got, err)
		}
	}
}

func TestOptionsOfCarriers(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		o := standard()
		o.ProviderID = "ship"
		if _, err := k.PutOption(t.Context(), o); fault.CodeOf(err) != fault.Invalid || !strings.Contains(err.Error(), "provider_id") {
			t.Errorf("got %v", err)
		}
		with := fulfillment.New(d, k.clock, k.events, ship{})
		if _, err := with.PutOption(t.Context(), o); err != nil {
			t.Error(err)
		}
	})
}

func TestOffered(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		offered := func(statements int64, want ...string) {
			t.Helper()
			ctx, counter := db.WithCounter(t.Context())
			all, err := k.Offered(ctx)
			var names []string
			for _, o := range all {
				names = append(names, o.Name)
			}
			if err != nil || !slices.Equal(names, want) || counter.N() != statements {
				t.Errorf("%v, %v, %d statements; want %v by %d", names, err, counter.N(), want, statements)
			}
		}
		offered(1)
		offered(0)
		o := standard()
		o.Requirements = []fulfillment.Requirement{{Type: fulfillment.MinSubtotal, Amount: 10}, {Type: fulfillment.MaxSubtotal, Amount: 20}}
		k.put(o)
		back := standard()
		back.Name, back.IsReturn, back.AdminOnly = "Back", true, true
		k.clock.Advance(1)
		k.put(back)
		offered(2, "Standard", "Back")
		offered(0, "Standard", "Back")
		k.exec(`update shipping_options set deleted_at = 1 where name = 'Back'`) // as another process would
		offered(0, "Standard", "Back")
		k.clock.Advance(snapshot.Life)
		offered(2, "Standard")
		all, err := k.Offered(t.Context())
		if err != nil || len(all) != 1 {
			t.Fatalf("got %v, %v", all, err)
		}
		for subtotal, want := range map[int64]bool{9: false, 10: true, 19: true, 20: false} {
			if all[0].Met(subtotal) != want {
				t.Errorf("of %d it is met: %t", subtotal, !want)
			}
		}
		if !all[0].ForShoppers("eu") || all[0].ForShoppers("na") || back.ForShoppers("eu") {
			t.Error("for shoppers of its region, one way, and not for staff alone")
		}
	})
}

func TestProfileOf(t *testing.T) {
	t.Parallel()
	all := map[fulfillment.ProfileType]fulfillment.Profile{fulfillment.Default: {ID: "d"}, fulfillment.GiftCard: {ID: "g"}}
	own := "own"
	if a, b, c := fulfillment.ProfileOf(all, nil, false), fulfillment.ProfileOf(all, nil, true), fulfillment.ProfileOf(all, &own, true); a+b+c != "dgown" {
		t.Errorf("got %s, %s, %s", a, b, c)
	}
}
