package shop_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/patch"
)

func TestPutCurrenciesAndDefaults(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		w, s := openShop(t, d)
		put := func(want bool, list ...shop.CurrencyPatch) {
			t.Helper()
			if changed := must[bool](t)(s.PutCurrencies(t.Context(), list)); changed != want {
				t.Errorf("%v: changed is %t", list, changed)
			}
		}
		put(false)
		put(true, shop.CurrencyPatch{Code: "USD"}, shop.CurrencyPatch{Code: "jpy", IncludesTax: patch.Some(true)})
		put(false, shop.CurrencyPatch{Code: "usd"}, shop.CurrencyPatch{Code: "jpy"}, shop.CurrencyPatch{Code: "cny", IncludesTax: patch.Some(false)})
		put(true, shop.CurrencyPatch{Code: "usd"}, shop.CurrencyPatch{Code: "cny", IncludesTax: patch.Some(true)})
		m := markets(t, s)
		if !m.Currencies["jpy"].IncludesTax || m.Currencies["usd"].IncludesTax || !m.Currencies["cny"].IncludesTax || len(m.Currencies) != 3 {
			t.Errorf("got %+v", m.Currencies)
		}
		_, err := s.PutCurrencies(t.Context(), []shop.CurrencyPatch{{Code: "eur"}, {Code: "xau"}, {}})
		if got := strings.Join(rules(t, err), ", "); got != "currency_code unknown, currency_code required" {
			t.Errorf("got %s", got)
		}
		_, err = s.PutCurrencies(t.Context(), make([]shop.CurrencyPatch, 301))
		if got := strings.Join(rules(t, err), ", "); got != "currencies too_long" {
			t.Errorf("got %s", got)
		}
		if _, ok := markets(t, s).Currencies["eur"]; ok {
			t.Error("a refused list left a currency")
		}

		if err := s.SetDefaults(t.Context(), "EUR", ""); err != nil {
			t.Fatal(err)
		}
		if err := s.SetDefaults(t.Context(), "eur", m.DefaultChannel); err != nil {
			t.Fatal(err)
		}
		after := markets(t, s)
		if _, ok := after.Currencies["eur"]; !ok || after.DefaultCurrency != "eur" || after.DefaultChannel != m.DefaultChannel {
			t.Errorf("got %+v", after)
		}
		for _, channel := range []string{"sc_none", "\x00", "a b"} {
			if err := s.SetDefaults(t.Context(), "gbp", channel); !errors.Is(err, shop.ErrNoChannel) {
				t.Errorf("channel %q: %v", channel, err)
			}
		}
		if got := strings.Join(rules(t, s.SetDefaults(t.Context(), "xxx", "")), ", "); got != "currency_code unknown" {
			t.Errorf("got %s", got)
		}
		if after := markets(t, s); after.DefaultCurrency != "eur" || len(after.Currencies) != 4 {
			t.Errorf("refused defaults left %+v", after)
		}
		if got := w.topics(t); len(got) != 3 {
			t.Errorf("recorded: %v", got)
		}
	})
}

func TestPutChannelsAndKeys(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		w, s := openShop(t, d)
		channel := func(p shop.ChannelPatch) (shop.Channel, bool) {
			t.Helper()
			c, changed, err := s.PutChannel(t.Context(), p)
			if err != nil {
				t.Fatal(err)
			}
			return c, changed
		}
		text := "where\npeople meet"
		want := shop.Channel{ID: "sc_kiosk", Name: "Kiosk", Description: &text, Disabled: true, Metadata: json.RawMessage(`{"a":1}`),
			CreatedAt: opening, UpdatedAt: opening}
		full := shop.ChannelPatch{ID: "sc_kiosk", Name: patch.Some("Kiosk "), Description: patch.Some(text), Disabled: patch.Some(true),
			Metadata: patch.Some(json.RawMessage(`{"a": 1}`))}
		got, changed := channel(full)
		if diff := cmp.Diff(want, got); diff != "" || !changed {
			t.Errorf("made (%t): %s", changed, diff)
		}
		w.clock.Advance(time.Second)
		if _, changed := channel(full); changed {
			t.Error("the same again is a change")
		}
		want.Disabled, want.Description, want.UpdatedAt = false, nil, opening.Add(time.Second)
		got, changed = channel(shop.ChannelPatch{Name: patch.Some("Kiosk"), Disabled: patch.Some(false), Description: patch.Null[string]()})
		if diff := cmp.Diff(want, got); diff != "" || !changed {
			t.Errorf("changed by name (%t): %s", changed, diff)
		}
		if diff := cmp.Diff(want, markets(t, w.shop()).Channels["sc_kiosk"]); diff != "" {
			t.Errorf("read by another: %s", diff)
		}
		if _, _, err := s.PutChannel(t.Context(), shop.ChannelPatch{ID: "other", Name: patch.Some("Kiosk")}); !errors.Is(err, shop.ErrChannelNameTaken) {
			t.Errorf("a name twice: %v", err)
		}
		_, _, err := s.PutChannel(t.Context(), shop.ChannelPatch{ID: "a/b", Description: patch.Some("a\x00")})
		if got := strings.Join(rules(t, err), ", "); got != "id format" {
			t.Errorf("got %s", got)
		}
		_, _, err = s.PutChannel(t.Context(), shop.ChannelPatch{ID: "c", Description: patch.Some(strings.Repeat("x", 2001)), Metadata: patch.Some(json.RawMessage("1"))})
		if got := strings.Join(rules(t, err), ", "); got != "name required, description too_long, metadata format" {
			t.Errorf("got %s", got)
		}
		keys(t, w, s)
	})
}

func keys(t *testing.T, w *world, s *shop.Shop) {
	t.Helper()
	first := markets(t, s).DefaultChannel
	put := func(p shop.KeyPatch) (shop.Key, bool) {
		t.Helper()
		k, changed, err := s.PutKey(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		return k, changed
	}
	now := w.clock.Now()
	channels := []string{"sc_kiosk", first, "sc_kiosk"}
	want := shop.Key{ID: "pk_web", Title: "Web", Channels: slices.Sorted(slices.Values([]string{"sc_kiosk", first})), CreatedAt: now}
	full := shop.KeyPatch{ID: "pk_web", Title: patch.Some("Web"), Channels: patch.Some(channels)}
	got, changed := put(full)
	if diff := cmp.Diff(want, got); diff != "" || !changed {
		t.Errorf("made (%t): %s", changed, diff)
	}
	if _, changed := put(full); changed {
		t.Error("the same key again is a change")
	}
	want.Channels = []string{"sc_kiosk"}
	if got, changed = put(shop.KeyPatch{ID: "pk_web", Channels: patch.Some([]string{"sc_kiosk"})}); !changed || cmp.Diff(want, got) != "" {
		t.Errorf("fewer channels (%t): %s", changed, cmp.Diff(want, got))
	}
	own, _ := put(shop.KeyPatch{Title: patch.Some("App")})
	other, _ := put(shop.KeyPatch{Title: patch.Some("App")})
	if !strings.HasPrefix(own.ID, "pk_") || own.ID == other.ID || own.Channels != nil {
		t.Errorf("keys of our own: %+v, %+v", own, other)
	}
	if diff := cmp.Diff(map[string]shop.Key{"pk_web": want, own.ID: own, other.ID: other}, markets(t, w.shop()).Keys); diff != "" {
		t.Errorf("read by another: %s", diff)
	}
	_, _, err := s.PutKey(t.Context(), shop.KeyPatch{Channels: patch.Some([]string{first, "sc_none", "a b\x00"})})
	if got := strings.Join(rules(t, err), ", "); got != "title required, sales_channels unknown, sales_channels unknown" {
		t.Errorf("got %s", got)
	}
	_, _, err = s.PutKey(t.Context(), shop.KeyPatch{ID: "pk", Title: patch.Some("T"), Channels: patch.Some(many(101))})
	if got := strings.Join(rules(t, err), ", "); got != "sales_channels too_long" {
		t.Errorf("got %s", got)
	}
	exec(t, w.db, `update publishable_keys set revoked_at = 1 where id = 'pk_web'`)
	if _, _, err := s.PutKey(t.Context(), full); !errors.Is(err, shop.ErrKeyRevoked) {
		t.Errorf("a revoked key: %v", err)
	}
	if _, ok := markets(t, w.shop()).Keys["pk_web"]; ok {
		t.Error("a revoked key is shown")
	}
}

func many(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprint("sc_", i)
	}
	return out
}

func TestThereIsRoomForSoMany(t *testing.T) {
	t.Parallel()
	w, s := openShop(t, dbtest.OpenSQLite(t))
	var rows []string
	for i := range 1000 {
		rows = append(rows, fmt.Sprintf(`('k%d', 'T', 0, 0)`, i))
	}
	exec(t, w.db, `insert into publishable_keys (id, title, created_at, updated_at) values `+strings.Join(rows, ","))
	if _, _, err := s.PutKey(t.Context(), shop.KeyPatch{Title: patch.Some("T")}); !errors.Is(err, shop.ErrTooMany) {
		t.Errorf("one too many: %v", err)
	}
	if _, _, err := s.PutKey(t.Context(), shop.KeyPatch{ID: "k1", Title: patch.Some("other")}); err != nil {
		t.Errorf("a change of one that is there: %v", err)
	}
}
