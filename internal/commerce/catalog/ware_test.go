package catalog_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"testing"
	"time"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/event"
)

// stockroom is a catalogue with goods that were put there by hand.
func stockroom(t *testing.T, d *db.DB) *catalog.Service {
	t.Helper()
	c := clock.NewFake(time.Date(2024, 5, 20, 4, 30, 0, 0, time.UTC))
	err := d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error {
		for _, query := range []string{
			`insert into sales_channels (id, name, is_disabled, created_at, updated_at) values ('web', 'Web', 0, 0, 0), ('shop', 'Shop', 0, 0, 0)`,
			`insert into stock_locations (id, name, created_at, updated_at) values ('here', 'Here', 0, 0), ('there', 'There', 0, 0)`,
			`insert into product_types (id, value, created_at, updated_at) values ('t1', 'Book', 0, 0), ('t2', 'Gift', 0, 0)`,
			`insert into product_tags (id, value, created_at, updated_at) values ('g1', 'new', 0, 0), ('g2', 'old', 0, 0)`,
		} {
			if _, err := tx.Exec(query); err != nil {
				return err
			}
		}
		for i, status := range []string{"published", "draft", "published", "published"} {
			var deleted any
			if i == 2 {
				deleted = 1
			}
			p, v := fmt.Sprint("p", i), fmt.Sprint("v", i)
			_, err := tx.Exec(`insert into products (id, title, handle, is_giftcard, discountable, status, page_title, page_description, page_keywords,
				thumbnail, translations, created_at, updated_at, deleted_at) values ($1, $1, $1, 0, 1, $2, '', '', '', '/x.jpg', '{"zh":{"title":"书"}}', 5, 6, $3)`,
				p, status, deleted)
			if err != nil {
				return err
			}
			_, err = tx.Exec(`insert into variants (id, product_id, title, rank, sku, weight, allow_backorder, manage_inventory, compare_amount, reward_point,
				sold, option_values, option_key, created_at, updated_at) values ($1, $2, $1, 0, $1, 70, 0, 1, 0, 0, 0,
				'[{"id":"ov","option_id":"o","value":"L"}]', '', 7, 8)`, v, p)
			if err != nil {
				return err
			}
			visible := 0
			if status == "published" && i != 2 {
				visible = 1
			}
			if _, err := tx.Exec(`insert into product_channel_links (channel_id, product_id, listed_at, visible) values ('web', $1, 0, $2)`, p, visible); err != nil {
				return err
			}
		}
		for _, query := range []string{
			`insert into stock_levels (variant_id, location_id, stocked, reserved, backorder, updated_at)
				values ('v0', 'here', 10, 3, 0, 0), ('v0', 'there', 5, 0, 0, 0), ('v1', 'here', 0, 0, 0, 0)`,
			`update variants set deleted_at = 1 where id = 'v3'`,
			`insert into product_type_links (type_id, product_id, listed_at, visible, position) values ('t1', 'p0', 0, 1, 2), ('t2', 'p0', 0, 1, 1), ('t1', 'p1', 0, 0, 1)`,
			`insert into product_tag_links (tag_id, product_id, listed_at, visible, position) values ('g2', 'p0', 0, 1, 1), ('g1', 'p0', 0, 1, 2)`,
		} {
			if _, err := tx.Exec(query); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return catalog.New(d, c, event.New(d, c, slog.New(slog.DiscardHandler)))
}

// asking runs a closure and counts its statements.
func asking(t *testing.T, d *db.DB, want int64, fn func(tx *db.Tx) error) {
	t.Helper()
	ctx, counter := db.WithCounter(t.Context())
	if err := d.Read(ctx, func(_ context.Context, tx *db.Tx) error { return fn(tx) }); err != nil {
		t.Fatal(err)
	}
	if counter.N() != want {
		t.Errorf("%d statements, want %d", counter.N(), want)
	}
}

func TestWares(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := stockroom(t, d)
		asking(t, d, 1, func(tx *db.Tx) error {
			all, err := s.Wares(tx, []string{"v1", "v0", "v2", "v3", "v0", "none", "a\x00b", ""})
			if keys := slices.Sorted(maps.Keys(all)); !slices.Equal(keys, []string{"v0", "v1"}) {
				t.Errorf("got %v", keys)
			}
			w := all["v0"]
			if w.ID != "v0" || w.Title != "v0" || w.ProductID != "p0" || w.Product.ID != "p0" || w.Product.Title != "p0" || *w.Weight != 70 ||
				w.Product.Weight != nil || w.Stock != 12 || !w.Counted || len(w.Values) != 1 || *w.Product.Thumbnail != "/x.jpg" ||
				len(w.Product.Translations) != 0 || w.CreatedAt.UnixMilli() != 7 || w.Product.CreatedAt.UnixMilli() != 5 {
				t.Errorf("got %+v", w)
			}
			if !w.Purchasable() || !w.Has(12) || w.Has(13) {
				t.Error("of a published one 12 can be had")
			}
			if draft := all["v1"]; draft.Purchasable() || !draft.Counted || draft.Stock != 0 || draft.Has(1) {
				t.Errorf("got %+v", draft)
			}
			return err
		})
		asking(t, d, 0, func(tx *db.Tx) error {
			_, err := s.Wares(tx, nil)
			return err
		})
		for _, w := range []catalog.Ware{{Variant: catalog.Variant{AllowBackorder: true, ManageInventory: true}}, {Stock: -5}} {
			if !w.Has(1_000_000) {
				t.Errorf("%+v has no end", w)
			}
		}
	})
}

func TestSoldIn(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := stockroom(t, d)
		products := []string{"p0", "p1", "p2", "p3", "none", "\xff"}
		asking(t, d, 1, func(tx *db.Tx) error {
			sold, err := s.SoldIn(tx, "web", products)
			if !sold["p0"] || !sold["p3"] || len(sold) != 2 {
				t.Errorf("got %v", sold)
			}
			return err
		})
		asking(t, d, 1, func(tx *db.Tx) error {
			sold, err := s.SoldIn(tx, "shop", products)
			if len(sold) != 0 {
				t.Errorf("got %v", sold)
			}
			return err
		})
		asking(t, d, 0, func(tx *db.Tx) error {
			if _, err := s.SoldIn(tx, "a\x00", products); err != nil {
				return err
			}
			_, err := s.SoldIn(tx, "web", nil)
			return err
		})
	})
}

func TestSubjects(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := stockroom(t, d)
		products := []string{"p0", "p1", "p2"}
		for _, c := range []struct {
			needs      catalog.SubjectNeeds
			types      []string
			tags       []string
			statements int64
		}{
			{catalog.SubjectNeeds{}, nil, nil, 0},
			{catalog.SubjectNeeds{Types: true}, []string{"t2", "t1"}, nil, 1},
			{catalog.SubjectNeeds{Tags: true}, nil, []string{"g2", "g1"}, 1},
			{catalog.SubjectNeeds{Types: true, Tags: true}, []string{"t2", "t1"}, []string{"g2", "g1"}, 1},
		} {
			asking(t, d, c.statements, func(tx *db.Tx) error {
				all, err := s.Subjects(tx, products, c.needs)
				if got := all["p0"]; !slices.Equal(got.Types, c.types) || !slices.Equal(got.Tags, c.tags) {
					t.Errorf("%+v: %+v", c.needs, got)
				}
				if got := all["p1"].Types; c.needs.Types && !slices.Equal(got, []string{"t1"}) {
					t.Errorf("%+v: %v", c.needs, got)
				}
				return err
			})
		}
	})
}
