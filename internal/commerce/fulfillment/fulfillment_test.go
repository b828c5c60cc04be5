package fulfillment_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kaidian/internal/commerce/fulfillment"
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/event"
	"kaidian/internal/platform/fault"
)

var opening = time.Date(2024, 5, 20, 4, 30, 0, 0, time.UTC)

// dock is a Service with what tests look at, in a shop with the regions eu and na.
type dock struct {
	*fulfillment.Service
	t      *testing.T
	db     *db.DB
	events *event.Log
	clock  *clock.Fake
}

func open(t *testing.T, d *db.DB) *dock {
	t.Helper()
	c := clock.NewFake(opening)
	events := event.New(d, c, slog.New(slog.DiscardHandler))
	k := &dock{Service: fulfillment.New(d, c, events), t: t, db: d, events: events, clock: c}
	k.exec(`insert into currencies (code, includes_tax, created_at, updated_at) values ('eur', 0, 0, 0)`)
	for _, region := range []string{"eu", "na"} {
		k.exec(`insert into regions (id, name, currency_code, tax_rate, gift_cards_taxable, automatic_taxes, includes_tax,
			payment_providers, fulfillment_providers, created_at, updated_at) values ($1, $1, 'eur', 0, 1, 1, 0, '[]', '[]', 0, 0)`, region)
	}
	if err := k.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	return k
}

func (k *dock) exec(query string, args ...any) {
	k.t.Helper()
	err := k.db.Write(k.t.Context(), func(_ context.Context, tx *db.Tx) error {
		_, err := tx.Exec(query, args...)
		return err
	})
	if err != nil {
		k.t.Fatal(err)
	}
}

func (k *dock) put(o fulfillment.Option) fulfillment.Put {
	k.t.Helper()
	done, err := k.PutOption(k.t.Context(), o)
	if err != nil {
		k.t.Fatal(err)
	}
	return done
}

func (k *dock) list(q fulfillment.Query) []fulfillment.Option {
	k.t.Helper()
	all, err := k.Options(k.t.Context(), q)
	if err != nil {
		k.t.Fatal(err)
	}
	return all
}

func (k *dock) topics() []string {
	k.t.Helper()
	all, err := k.events.Since(k.t.Context(), 0, 100)
	if err != nil {
		k.t.Fatal(err)
	}
	out := []string{}
	for _, e := range all {
		out = append(out, e.Topic)
	}
	return out
}

// standard is an option that is right.
func standard() fulfillment.Option {
	return fulfillment.Option{Name: "Standard", RegionID: "eu", ProviderID: fulfillment.Manual, PriceType: fulfillment.FlatRate, Amount: amount(1000),
		Data: json.RawMessage(`{ "id": "manual-fulfillment" }`)}
}

func amount(n int64) *int64 { return &n }

func TestProfiles(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		if err := k.Ensure(t.Context()); err != nil { // again
			t.Fatal(err)
		}
		ctx, counter := db.WithCounter(t.Context())
		for range 2 {
			all, err := k.Profiles(ctx)
			if err != nil || len(all) != 2 || all[fulfillment.Default].ID != fulfillment.DefaultID ||
				all[fulfillment.GiftCard].ID != fulfillment.GiftCardID || !all[fulfillment.Default].CreatedAt.Equal(opening) {
				t.Errorf("got %+v, %v", all, err)
			}
		}
		if counter.N() != 1 {
			t.Errorf("%d statements, want 1", counter.N())
		}
	})
}

func TestEnsureAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		k.exec(`delete from shipping_profiles`)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if err := k.Ensure(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if all, err := k.Profiles(t.Context()); err != nil || len(all) != 2 {
			t.Errorf("got %v, %v", all, err)
		}
	})
}

func TestPutOption(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		o := standard()
		o.Requirements = []fulfillment.Requirement{{Type: fulfillment.MaxSubtotal, Amount: 9000}, {Type: fulfillment.MinSubtotal, Amount: 100}}
		o.Metadata = json.RawMessage(`{"a": 1}`)
		made := k.put(o)
		if !made.Created || !strings.HasPrefix(made.ID, "so_") {
			t.Errorf("got %+v", made)
		}
		k.clock.Advance(time.Second)
		if again := k.put(o); again != (fulfillment.Put{ID: made.ID}) {
			t.Errorf("the same again: %+v", again)
		}
		got := k.list(fulfillment.Query{RegionID: "eu"})[0]
		if got.ID != made.ID || got.ProfileID != fulfillment.DefaultID || *got.Amount != 1000 || string(got.Data) != `{"id":"manual-fulfillment"}` ||
			string(got.Metadata) != `{"a":1}` || !got.UpdatedAt.Equal(opening) || len(got.Requirements) != 2 || got.Requirements[0].Type != fulfillment.MinSubtotal ||
			!strings.HasPrefix(got.Requirements[0].ID, "sor_") {
			t.Errorf("got %+v", got)
		}
		o.Amount, o.Requirements, o.AdminOnly = amount(900), nil, true
		if changed := k.put(o); changed != (fulfillment.Put{ID: made.ID, Changed: true}) {
			t.Errorf("got %+v", changed)
		}
		if left := k.list(fulfillment.Query{}); len(left) != 0 {
			t.Errorf("shoppers see %+v", left)
		}
		got = k.list(fulfillment.Query{Staff: true})[0]
		if *got.Amount != 900 || got.Requirements != nil || !got.UpdatedAt.Equal(opening.Add(time.Second)) || !got.CreatedAt.Equal(opening) {
			t.Errorf("got %+v", got)
		}
		if want := []string{fulfillment.TopicOptionCreated, fulfillment.TopicOptionUpdated}; !slices.Equal(k.topics(), want) {
			t.Errorf("events %v, want %v", k.topics(), want)
		}
	})
}

func TestOptionsAreFoundAgain(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		first := k.put(standard())
		back, abroad, named := standard(), standard(), standard()
		back.IsReturn, abroad.RegionID, named.ID = true, "na", "so_mine"
		for _, o := range []fulfillment.Option{back, abroad, named} {
			if done := k.put(o); !done.Created || done.ID == first.ID {
				t.Errorf("%+v is not of its own: %+v", o, done)
			}
		}
		if again := k.put(standard()); again.ID != first.ID || again.Changed {
			t.Errorf("got %+v, want the oldest", again)
		}
		named.Name = "Mine"
		if done := k.put(named); done != (fulfillment.Put{ID: "so_mine", Changed: true}) {
			t.Errorf("got %+v", done)
		}
		yes := true
		for _, q := range []struct {
			fulfillment.Query
			want int
		}{
			{fulfillment.Query{}, 4}, {fulfillment.Query{RegionID: "na"}, 1}, {fulfillment.Query{RegionID: "eu", IsReturn: &yes}, 1},
			{fulfillment.Query{Profiles: []string{fulfillment.DefaultID}}, 4}, {fulfillment.Query{Profiles: []string{"sp_x"}}, 0},
			{fulfillment.Query{Profiles: []string{}}, 0}, {fulfillment.Query{RegionID: "a\x00"}, 0},
		} {
			if got := k.list(q.Query); len(got) != q.want {
				t.Errorf("%+v finds %d, want %d", q.Query, len(got), q.want)
			}
		}
		k.exec(`update shipping_options set deleted_at = 1 where id = $1`, "so_mine")
		if done := k.put(named); done != (fulfillment.Put{ID: "so_mine", Changed: true}) || len(k.list(fulfillment.Query{})) != 4 {
			t.Errorf("one that was deleted does not come back: %+v", done)
		}
	})
}

// Many who put the same new option at once make one.
func TestPutOptionAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		made := make([]fulfillment.Put, 8)
		var wg sync.WaitGroup
		for i := range made {
			wg.Go(func() {
				var err error
				if made[i], err = k.PutOption(t.Context(), standard()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		created := 0
		for _, m := range made {
			if m.Created {
				created++
			}
			if m.ID != made[0].ID {
				t.Errorf("got %+v and %+v", made[0], m)
			}
		}
		if created != 1 || len(k.list(fulfillment.Query{})) != 1 {
			t.Errorf("%d were created", created)
		}
	})
}

func TestOptionsThatAreWrong(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		for name, c := range map[string]struct {
			change func(*fulfillment.Option)
			fields string
		}{
			"no name":    {func(o *fulfillment.Option) { o.Name = " " }, "name"},
			"lines":      {func(o *fulfillment.Option) { o.Name = "a\nb" }, "name"},
			"long":       {func(o *fulfillment.Option) { o.Name = strings.Repeat("长", 256) }, "name"},
			"provider":   {func(o *fulfillment.Option) { o.ProviderID = "ups" }, "provider_id"},
			"price":      {func(o *fulfillment.Option) { o.PriceType = "free" }, "price_type"},
			"no amount":  {func(o *fulfillment.Option) { o.Amount = nil }, "amount"},
			"below zero": {func(o *fulfillment.Option) { o.Amount = amount(-1) }, "amount"},
			"too much":   {func(o *fulfillment.Option) { o.Amount = amount(1 << 60) }, "amount"},
			"calculated": {func(o *fulfillment.Option) { o.PriceType = fulfillment.Calculated }, "amount"},
			"data":       {func(o *fulfillment.Option) { o.Data = json.RawMessage(`[1]`) }, "data"},
			"metadata": {func(o *fulfillment.Option) {
				o.Metadata = json.RawMessage(`{"a":"` + strings.Repeat("x", 17<<10) + `"}`)
			}, "metadata"},
			"requirement": {func(o *fulfillment.Option) { o.Requirements = []fulfillment.Requirement{{Type: "min"}} }, "requirements[0].type"},
			"twice": {func(o *fulfillment.Option) {
				o.Requirements = []fulfillment.Requirement{{Type: "min_subtotal"}, {Type: "min_subtotal"}}
			}, "requirements[1].type"},
			"never": {func(o *fulfillment.Option) {
				o.Requirements = []fulfillment.Requirement{{Type: "min_subtotal", Amount: 9}, {Type: "max_subtotal", Amount: 9}}
			}, "requirements"},
			"many problems": {func(o *fulfillment.Option) { o.Name, o.ProviderID = "", "" }, "name provider_id"},
		} {
			o := standard()
			c.change(&o)
			_, err := k.PutOption(t.Context(), o)
			if f := fault.As(err); f == nil || f.Code != fault.Invalid || fieldNames(f) != c.fields {
				t.Errorf("%s: got %v, want problems with %s", name, err, c.fields)
			}
		}
		o := standard()
		o.RegionID = "mars"
		if _, err := k.PutOption(t.Context(), o); !errors.Is(err, fulfillment.ErrNoRegion) {
			t.Errorf("got %v", err)
		}
		o = standard()
		o.ProfileID = "sp_none"
		if _, err := k.PutOption(t.Context(), o); !errors.Is(err, fulfillment.ErrNoProfile) {
			t.Errorf("got %v", err)
		}
		if len(k.list(fulfillment.Query{Staff: true})) != 0 || len(k.topics()) != 0 {
			t.Error("something was written")
		}
	})
}

func fieldNames(f *fault.Error) string {
	names := make([]string, len(f.Fields))
	for i, p := range f.Fields {
		names[i] = p.Name
	}
	return strings.Join(names, " ")
}
