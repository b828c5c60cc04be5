package shop_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/patch"
)

// openShop is a shop that is set up.
func openShop(t *testing.T, d *db.DB) (*world, *shop.Shop) {
	t.Helper()
	w := newWorld(d)
	s := w.shop()
	must[shop.Settings](t)(s.Ensure(t.Context(), shop.Defaults{}))
	return w, s
}

func europe() shop.RegionPatch {
	return shop.RegionPatch{ID: "eu", Name: patch.Some("Europe"), Currency: patch.Some("EUR"), TaxRate: patch.Some(20 * money.Percent),
		Countries: patch.Some([]string{"IT", "de", " fr ", "de"})}
}

func putRegion(t *testing.T, s *shop.Shop, p shop.RegionPatch) (shop.Region, bool) {
	t.Helper()
	r, changed, err := s.PutRegion(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	return r, changed
}

func markets(t *testing.T, s *shop.Shop) *shop.Markets {
	t.Helper()
	return must[*shop.Markets](t)(s.Markets(t.Context()))
}

func TestANewShopHasMarkets(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		w := newWorld(d)
		s := w.shop()
		if _, err := s.Markets(t.Context()); !errors.Is(err, shop.ErrNotOpen) {
			t.Errorf("before it is made: %v", err)
		}
		if _, _, err := s.PutRegion(t.Context(), europe()); !errors.Is(err, shop.ErrNotOpen) {
			t.Errorf("a region before it is made: %v", err)
		}
		must[shop.Settings](t)(s.Ensure(t.Context(), shop.Defaults{}))
		m := markets(t, s)
		cny, _ := money.Lookup("cny")
		want := &shop.Markets{
			DefaultCurrency: "cny", DefaultChannel: m.DefaultChannel, Currencies: map[string]shop.Currency{"cny": {Currency: cny}},
			Channels: map[string]shop.Channel{m.DefaultChannel: {ID: m.DefaultChannel, Name: "Default Sales Channel", CreatedAt: opening, UpdatedAt: opening}},
			Keys:     map[string]shop.Key{},
		}
		if diff := cmp.Diff(want, m); diff != "" || !strings.HasPrefix(m.DefaultChannel, "sc_") {
			t.Error(diff)
		}
		if got := w.topics(t); len(got) != 0 {
			t.Errorf("recorded: %v", got)
		}
		must[shop.Settings](t)(w.shop().Ensure(t.Context(), shop.Defaults{}))
		if diff := cmp.Diff(want, markets(t, w.shop())); diff != "" {
			t.Errorf("made again: %s", diff)
		}
	})
}

// A shop from before there were markets gets them at its next start, and keeps what a merchant chose afterwards.
func TestAnOldShopGetsMarketsOnce(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		w, s := openShop(t, d)
		for _, statement := range []string{`update shop set default_channel_id = ''`, `delete from sales_channels`, `delete from currencies`} {
			exec(t, d, statement)
		}
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				if _, err := w.shop().Ensure(t.Context(), shop.Defaults{}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		m := markets(t, w.shop())
		if len(m.Channels) != 1 || len(m.Currencies) != 1 || m.Channels[m.DefaultChannel].Name == "" || m.DefaultCurrency != "cny" {
			t.Errorf("got %+v", m)
		}
		c, _, err := s.PutChannel(t.Context(), shop.ChannelPatch{Name: patch.Some("Kiosk")})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.SetDefaults(t.Context(), "usd", c.ID); err != nil {
			t.Fatal(err)
		}
		must[shop.Settings](t)(w.shop().Ensure(t.Context(), shop.Defaults{}))
		if m := markets(t, w.shop()); m.DefaultChannel != c.ID || m.DefaultCurrency != "usd" || len(m.Channels) != 2 {
			t.Errorf("after another start: %+v", m)
		}
	})
}

func TestInstancesThatStartAtOnceMakeTheSameMarkets(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		w := newWorld(d)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				s := w.shop()
				if _, err := s.Ensure(t.Context(), shop.Defaults{}); err != nil {
					t.Error(err)
					return
				}
				if m := markets(t, s); m.Channels[m.DefaultChannel].ID == "" {
					t.Errorf("after its start: %+v", m)
				}
			})
		}
		wg.Wait()
		if m := markets(t, w.shop()); len(m.Channels) != 1 || len(m.Currencies) != 1 {
			t.Errorf("%d channels, %d currencies", len(m.Channels), len(m.Currencies))
		}
	})
}

func exec(t *testing.T, d *db.DB, query string, args ...any) {
	t.Helper()
	err := d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error {
		_, err := tx.Exec(query, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestPutRegion(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		w, s := openShop(t, d)
		got, changed := putRegion(t, s, europe())
		want := shop.Region{
			ID: "eu", Name: "Europe", Currency: "eur", TaxRate: 200_000, GiftCardsTaxable: true, AutomaticTaxes: true,
			Countries: []string{"de", "fr", "it"}, PaymentProviders: []string{"manual"}, FulfillmentProviders: []string{"manual"},
			CreatedAt: opening, UpdatedAt: opening,
		}
		if diff := cmp.Diff(want, got); diff != "" || !changed {
			t.Errorf("made (%t): %s", changed, diff)
		}
		if m := markets(t, s); m.Currencies["eur"].Name != "Euro" || m.Currencies["eur"].IncludesTax {
			t.Errorf("the currency of a region is not sold in: %+v", m.Currencies)
		}
		w.clock.Advance(time.Minute)
		if again, changed := putRegion(t, s, europe()); changed || cmp.Diff(want, again) != "" {
			t.Errorf("the same again (%t): %s", changed, cmp.Diff(want, again))
		}
		if again, changed := putRegion(t, s, shop.RegionPatch{Name: patch.Some(" Europe ")}); changed || again.ID != "eu" {
			t.Errorf("by its name (%t): %+v", changed, again)
		}

		text := "VAT"
		want.UpdatedAt, want.Name, want.Currency, want.TaxRate, want.TaxCode, want.TaxProviderID = opening.Add(time.Minute), "欧洲", "usd", 75_000, &text, &text
		want.GiftCardsTaxable, want.AutomaticTaxes, want.IncludesTax = false, false, true
		want.Countries, want.PaymentProviders, want.FulfillmentProviders = []string{"at", "de"}, []string{"stripe", "manual"}, nil
		want.Metadata = json.RawMessage(`{"a":[1.10,"<b>"],"b":null}`)
		got, changed = putRegion(t, s, shop.RegionPatch{
			ID: "eu", Name: patch.Some("欧洲"), Currency: patch.Some("usd"), TaxRate: patch.Some[money.Rate](75_000), TaxCode: patch.Some("VAT"),
			TaxProviderID: patch.Some("VAT"), GiftCardsTaxable: patch.Some(false), AutomaticTaxes: patch.Some(false), IncludesTax: patch.Some(true),
			Countries: patch.Some([]string{"de", "at"}), PaymentProviders: patch.Some([]string{"stripe", "manual", "stripe"}),
			FulfillmentProviders: patch.Some([]string{}), Metadata: patch.Some(json.RawMessage(` {"b": null, "a": [1.10, "<b>"]}`)),
		})
		if diff := cmp.Diff(want, got); diff != "" || !changed {
			t.Errorf("changed (%t): %s", changed, diff)
		}
		if diff := cmp.Diff([]shop.Region{want}, markets(t, w.shop()).Regions); diff != "" {
			t.Errorf("read by another: %s", diff)
		}
		if _, changed := putRegion(t, s, shop.RegionPatch{ID: "eu", Metadata: patch.Some(json.RawMessage(`{"a":[1.10,"<b>"],"b":null}`))}); changed {
			t.Error("metadata in other words changed the region")
		}

		want.TaxCode, want.Metadata, want.Countries = nil, nil, nil
		got, _ = putRegion(t, s, shop.RegionPatch{ID: "eu", TaxCode: patch.Null[string](), Metadata: patch.Null[json.RawMessage](),
			Countries: patch.Null[[]string]()})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("emptied: %s", diff)
		}
		fresh, changed := putRegion(t, s, shop.RegionPatch{Name: patch.Some("Asia"), Currency: patch.Some("cny"), Countries: patch.Some([]string{"it"})})
		if !changed || !strings.HasPrefix(fresh.ID, "reg_") || fresh.TaxRate != 0 {
			t.Errorf("an id of our own: %+v", fresh)
		}
		if r, ok := markets(t, s).Region(fresh.ID); !ok || r.Name != "Asia" {
			t.Errorf("found %+v", r)
		}
		if r, ok := markets(t, s).Region("none"); ok {
			t.Errorf("found %+v", r)
		}
		topic := "shop.markets_changed "
		if diff := cmp.Diff([]string{topic + "eu", topic + "eu", topic + "eu", topic + fresh.ID}, w.topics(t)); diff != "" {
			t.Errorf("recorded: %s", diff)
		}
	})
}

func TestACountryIsInOneRegion(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		_, s := openShop(t, d)
		putRegion(t, s, europe())
		p := shop.RegionPatch{ID: "alps", Name: patch.Some("Alps"), Currency: patch.Some("chf"), Countries: patch.Some([]string{"ch", "it", "fr"})}
		_, _, err := s.PutRegion(t.Context(), p)
		f := fault.As(err)
		if !errors.Is(err, shop.ErrCountryTaken) || f.Code != fault.Duplicate || len(f.Fields) != 2 ||
			!strings.Contains(f.Fields[0].Message+f.Fields[1].Message, "it") {
			t.Errorf("got %+v", err)
		}
		m := markets(t, s)
		if _, ok := m.Currencies["chf"]; len(m.Regions) != 1 || ok {
			t.Errorf("a refused region left %+v", m)
		}
		// Of many that want one country at once, one gets it.
		var won atomic.Int64
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				_, _, err := s.PutRegion(t.Context(), shop.RegionPatch{Name: patch.Some(fmt.Sprint("R", i)), Currency: patch.Some("jpy"),
					Countries: patch.Some([]string{"jp"})})
				switch {
				case err == nil:
					won.Add(1)
				case !errors.Is(err, shop.ErrCountryTaken):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Errorf("%d regions got the country", won.Load())
		}
	})
}

// Importers that run at once make one region of a name.
func TestOneRegionOfAName(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		_, s := openShop(t, d)
		var made atomic.Int64
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				p := europe()
				p.ID = ""
				_, changed, err := s.PutRegion(t.Context(), p)
				if err != nil {
					t.Error(err)
				}
				if changed {
					made.Add(1)
				}
			})
		}
		wg.Wait()
		if m := markets(t, s); made.Load() != 1 || len(m.Regions) != 1 {
			t.Errorf("%d made, there are %d", made.Load(), len(m.Regions))
		}
	})
}

func TestPutRegionRefuses(t *testing.T) {
	t.Parallel()
	_, s := openShop(t, dbtest.OpenSQLite(t))
	long := strings.Repeat("x", 101)
	for name, c := range map[string]struct {
		change func(p *shop.RegionPatch)
		want   string
	}{
		"id":                  {func(p *shop.RegionPatch) { p.ID = "a b" }, "id format"},
		"long id":             {func(p *shop.RegionPatch) { p.ID = long }, "id format"},
		"no name":             {func(p *shop.RegionPatch) { p.Name = patch.Optional[string]{} }, "name required"},
		"neither id nor name": {func(p *shop.RegionPatch) { p.ID, p.Name = "", patch.Null[string]() }, "name required"},
		"blank name":          {func(p *shop.RegionPatch) { p.Name = patch.Some(" ") }, "name required"},
		"long name":           {func(p *shop.RegionPatch) { p.Name = patch.Some(long) }, "name too_long"},
		"broken name":         {func(p *shop.RegionPatch) { p.Name = patch.Some("a\x00") }, "name format"},
		"no currency":         {func(p *shop.RegionPatch) { p.Currency = patch.Null[string]() }, "currency_code required"},
		"unknown currency":    {func(p *shop.RegionPatch) { p.Currency = patch.Some("xau") }, "currency_code unknown"},
		"negative tax":        {func(p *shop.RegionPatch) { p.TaxRate = patch.Some[money.Rate](-1) }, "tax_rate range"},
		"too much tax":        {func(p *shop.RegionPatch) { p.TaxRate = patch.Some[money.Rate](10_000_001) }, "tax_rate range"},
		"tax code":            {func(p *shop.RegionPatch) { p.TaxCode = patch.Some("a\nb") }, "tax_code format"},
		"tax provider":        {func(p *shop.RegionPatch) { p.TaxProviderID = patch.Some(long) }, "tax_provider_id too_long"},
		"countries":           {func(p *shop.RegionPatch) { p.Countries = patch.Some([]string{"zz", "de", "ger"}) }, "countries unknown, countries unknown"},
		"provider":            {func(p *shop.RegionPatch) { p.PaymentProviders = patch.Some([]string{""}) }, "payment_providers format"},
		"providers":           {func(p *shop.RegionPatch) { p.FulfillmentProviders = patch.Some(make([]string, 51)) }, "fulfillment_providers too_long"},
		"metadata":            {func(p *shop.RegionPatch) { p.Metadata = patch.Some(json.RawMessage(`[1]`)) }, "metadata format"},
		"half an object":      {func(p *shop.RegionPatch) { p.Metadata = patch.Some(json.RawMessage(`{"a":`)) }, "metadata format"},
		"two objects":         {func(p *shop.RegionPatch) { p.Metadata = patch.Some(json.RawMessage(`{}{}`)) }, "metadata format"},
		"broken text":         {func(p *shop.RegionPatch) { p.Metadata = patch.Some(json.RawMessage("{\"a\":\"\xff\"}")) }, "metadata format"},
		"much metadata": {func(p *shop.RegionPatch) {
			p.Metadata = patch.Some(json.RawMessage(`{"a":"` + strings.Repeat("x", 16<<10) + `"}`))
		}, "metadata too_long"},
		"all at once": {func(p *shop.RegionPatch) {
			p.Currency, p.TaxRate, p.Countries = patch.Some("xxx"), patch.Some[money.Rate](-1), patch.Some([]string{"xx"})
		}, "currency_code unknown, tax_rate range, countries unknown"},
	} {
		p := europe()
		c.change(&p)
		_, _, err := s.PutRegion(t.Context(), p)
		if got := strings.Join(rules(t, err), ", "); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if m := markets(t, s); len(m.Regions) != 0 || len(m.Currencies) != 1 {
		t.Errorf("refused regions left %+v", m)
	}
}

func TestMarketsAreReadByFiveStatementsAndThenNone(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		w, here := openShop(t, d)
		elsewhere := w.shop()
		putRegion(t, here, europe())
		read := func(regions int, statements int64) {
			t.Helper()
			ctx, count := db.WithCounter(t.Context())
			if m := must[*shop.Markets](t)(here.Markets(ctx)); len(m.Regions) != regions || count.N() != statements {
				t.Errorf("%d regions by %d statements, want %d by %d", len(m.Regions), count.N(), regions, statements)
			}
		}
		read(1, 5)
		read(1, 0)
		putRegion(t, here, shop.RegionPatch{Name: patch.Some("B"), Currency: patch.Some("cny")})
		read(2, 5)
		putRegion(t, here, shop.RegionPatch{Name: patch.Some("B")})
		read(2, 0) // nothing changed
		putRegion(t, elsewhere, shop.RegionPatch{Name: patch.Some("C"), Currency: patch.Some("cny")})
		w.clock.Advance(1999 * time.Millisecond)
		read(2, 0)
		w.clock.Advance(time.Millisecond)
		read(3, 5)
	})
}

func TestRegionsAreInTheOrderOfTheirNames(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		_, s := openShop(t, d)
		for _, name := range []string{"b", "A", "中", "a", "B", "é"} {
			putRegion(t, s, shop.RegionPatch{Name: patch.Some(name), Currency: patch.Some("cny")})
		}
		var got []string
		for _, r := range markets(t, s).Regions {
			got = append(got, r.Name)
		}
		if !slices.IsSorted(got) || len(got) != 6 {
			t.Errorf("in the order %v", got)
		}
	})
}
