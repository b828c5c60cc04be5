package webhook_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/webhook"
)

func ptr[T any](v T) *T { return &v }

func TestWebhookIsKeptAndChanged(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		h := newHouse(t, d, options())
		made := h.subscribe("app_a", "customers/create", "http://a.shop.cn/1")
		got, err := h.Get(t.Context(), "app_a", made.Number)
		if err != nil {
			t.Fatal(err)
		}
		want := webhook.Webhook{ID: made.ID, Number: made.Number, AppID: "app_a", Topic: "customers/create", Address: "http://a.shop.cn/1",
			ContentType: "application/json", CreatedAt: h.clock.Now(), UpdatedAt: h.clock.Now()}
		if diff := cmp.Diff(want, got); diff != "" || cmp.Diff(want, made) != "" || made.Number == 0 {
			t.Errorf("made and read differ:\n%s", diff)
		}
		h.clock.Advance(time.Minute)
		want.Address, want.ContentType, want.UpdatedAt = "https://b.shop.cn/2", "application/x-www-form-urlencoded", h.clock.Now()
		got, err = h.Update(t.Context(), "app_a", made.Number, webhook.Patch{Address: &want.Address, ContentType: &want.ContentType})
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
		if got, err = h.Get(t.Context(), "app_a", made.Number); err != nil || cmp.Diff(want, got) != "" {
			t.Errorf("%+v %v", got, err)
		}
	})
}

func TestAppSeesAndChangesOnlyItsOwn(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		h := newHouse(t, d, options())
		w := h.subscribe("app_a", "customers/create", "http://a.shop.cn/")
		h.subscribe("app_b", "customers/create", "http://b.shop.cn/")
		if _, err := h.Get(t.Context(), "app_b", w.Number); !errors.Is(err, webhook.ErrNotFound) {
			t.Errorf("get: %v", err)
		}
		if _, err := h.Update(t.Context(), "app_b", w.Number, webhook.Patch{Topic: ptr("shop/update")}); !errors.Is(err, webhook.ErrNotFound) {
			t.Errorf("update: %v", err)
		}
		if err := h.Delete(t.Context(), "app_b", w.Number); !errors.Is(err, webhook.ErrNotFound) {
			t.Errorf("delete: %v", err)
		}
		if ws, err := h.List(t.Context(), "app_b", webhook.Filter{}); err != nil || len(ws) != 1 || ws[0].AppID != "app_b" {
			t.Errorf("list: %+v %v", ws, err)
		}
		h.write(func(_ context.Context, tx *db.Tx) error { return h.DeleteByApp(tx, "app_b") })
		for app, want := range map[string]int64{"app_a": 1, "app_b": 0} {
			if n, err := h.Count(t.Context(), app, webhook.Filter{}); err != nil || n != want {
				t.Errorf("%s has %d: %v", app, n, err)
			}
		}
		if got, err := h.Get(t.Context(), "app_a", w.Number); err != nil || got != w {
			t.Errorf("%+v %v", got, err)
		}
		if err := h.Delete(t.Context(), "app_a", w.Number); err != nil {
			t.Error(err)
		}
		if err := h.Delete(t.Context(), "app_a", w.Number); !errors.Is(err, webhook.ErrNotFound) {
			t.Errorf("delete again: %v", err)
		}
	})
}

func TestBadInputNamesEveryField(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		o := options()
		o.AllowPrivate = false
		h := newHouse(t, d, o)
		_, err := h.Create(t.Context(), "app_a", webhook.Input{Address: "http://127.0.0.1/", ContentType: "text/html"})
		f := fault.As(err)
		if f == nil || f.Code != fault.Invalid || len(f.Fields) != 3 {
			t.Fatalf("%+v", err)
		}
		for i, want := range []fault.Field{{Name: "address", Rule: fault.Format}, {Name: "topic", Rule: fault.Required}, {Name: "content_type", Rule: fault.Unknown}} {
			if got := f.Fields[i]; got.Name != want.Name || got.Rule != want.Rule {
				t.Errorf("field %d: %+v", i, got)
			}
		}
		w := h.subscribe("app_a", "shop/update", "http://a.shop.cn/")
		for _, p := range []webhook.Patch{{Address: ptr("")}, {Topic: ptr("")}, {Topic: ptr("orders/nothing")}, {ContentType: ptr("")}} {
			if _, err := h.Update(t.Context(), "app_a", w.Number, p); fault.CodeOf(err) != fault.Invalid {
				t.Errorf("%+v: %v", p, err)
			}
		}
		if got, err := h.Get(t.Context(), "app_a", w.Number); err != nil || got != w {
			t.Errorf("a refused change left %+v %v", got, err)
		}
	})
}

func TestAppHasSoManyWebhooksAndNoMore(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		o := options()
		o.MaxPerApp = 2
		h := newHouse(t, d, o)
		for range 2 {
			h.subscribe("app_a", "shop/update", "http://a.shop.cn/")
		}
		_, err := h.Create(t.Context(), "app_a", webhook.Input{Address: "http://a.shop.cn/", Topic: "shop/update"})
		if !errors.Is(err, webhook.ErrTooMany) {
			t.Errorf("a third: %v", err)
		}
		h.subscribe("app_b", "shop/update", "http://a.shop.cn/")
	})
}

func TestListFilters(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		h := newHouse(t, d, options())
		began := h.clock.Now()
		var ns []int64
		for i := range 5 {
			topic := []string{"customers/create", "shop/update"}[i%2]
			ns = append(ns, h.subscribe("app_a", topic, "http://a.shop.cn/").Number)
			h.clock.Advance(time.Hour)
		}
		if _, err := h.Update(t.Context(), "app_a", ns[1], webhook.Patch{Address: ptr("http://b.shop.cn/")}); err != nil {
			t.Fatal(err)
		}
		hour := func(n int) time.Time { return began.Add(time.Duration(n) * time.Hour) }
		for name, c := range map[string]struct {
			f     webhook.Filter
			want  []int
			count int64
		}{
			"all":         {webhook.Filter{}, []int{0, 1, 2, 3, 4}, 5},
			"topic":       {webhook.Filter{Topic: "shop/update"}, []int{1, 3}, 2},
			"since":       {webhook.Filter{SinceID: ns[2]}, []int{3, 4}, 2},
			"ids":         {webhook.Filter{IDs: []int64{ns[4], ns[0], 999_999}}, []int{0, 4}, 2},
			"no ids":      {webhook.Filter{IDs: []int64{}}, nil, 0},
			"first page":  {webhook.Filter{Limit: 2}, []int{0, 1}, 5},
			"third page":  {webhook.Filter{Limit: 2, Page: 3}, []int{4}, 5},
			"created min": {webhook.Filter{CreatedMin: hour(3)}, []int{3, 4}, 2},
			"created max": {webhook.Filter{CreatedMax: hour(1)}, []int{0, 1}, 2},
			"updated min": {webhook.Filter{UpdatedMin: hour(5)}, []int{1}, 1},
			"updated max": {webhook.Filter{UpdatedMax: hour(2)}, []int{0, 2}, 2},
			"together":    {webhook.Filter{Topic: "customers/create", SinceID: ns[0], IDs: ns, CreatedMax: hour(3), Limit: 5}, []int{2}, 1},
		} {
			ws, err := h.List(t.Context(), "app_a", c.f)
			var got []int64
			for _, w := range ws {
				got = append(got, w.Number)
			}
			var want []int64
			for _, i := range c.want {
				want = append(want, ns[i])
			}
			if n, cerr := h.Count(t.Context(), "app_a", c.f); err != nil || cerr != nil || n != c.count || !cmp.Equal(got, want) {
				t.Errorf("%s: %v, want %v; count %d, want %d; %v %v", name, got, want, n, c.count, err, cerr)
			}
		}
	})
}
