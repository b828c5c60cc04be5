package catalog_test

import (
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"testing"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/patch"
)

func TestCollections(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		ctx := t.Context()
		a, err := k.CreateCollection(ctx, catalog.CollectionPatch{Title: some("Summer Sale"), Metadata: some(json.RawMessage(`{"x": 1}`)),
			Translations: some(catalog.Translations{"zh": {"title": "夏季"}, "en": {"title": ""}})})
		if err != nil || a.Handle != "summer-sale" || a.Number == 0 || a.In("zh-CN").Title != "夏季" || a.In("en").Title != "Summer Sale" {
			t.Fatalf("%+v, %v", a, err)
		}
		b, err := k.CreateCollection(ctx, catalog.CollectionPatch{ID: "pcol_kept", Title: some("Summer Sale")})
		if err != nil || b.Handle != "summer-sale-2" || b.ID != "pcol_kept" {
			t.Errorf("the second: %+v, %v", b, err)
		}
		if _, err := k.UpdateCollection(ctx, catalog.ByNumber(b.Number), catalog.CollectionPatch{Handle: some("summer-sale")}); !errors.Is(err, catalog.ErrHandleTaken) {
			t.Errorf("a handle that is taken: %v", err)
		}
		if _, err := k.CreateCollection(ctx, catalog.CollectionPatch{ID: "pcol_kept", Title: some("x")}); !errors.Is(err, catalog.ErrIDTaken) {
			t.Errorf("an id that is taken: %v", err)
		}
		if _, err := k.UpdateCollection(ctx, catalog.ByID("pcol_none"), catalog.CollectionPatch{}); !errors.Is(err, catalog.ErrCollectionNotFound) {
			t.Errorf("no collection: %v", err)
		}
		k.clock.Advance(1e9)
		again, err := k.UpdateCollection(ctx, catalog.ByID(a.ID), catalog.CollectionPatch{Title: some("Summer Sale"), Metadata: some(json.RawMessage(`{"x":1}`))})
		if err != nil || !again.UpdatedAt.Equal(a.UpdatedAt) {
			t.Errorf("no change: %+v, %v", again, err)
		}
		renamed, err := k.UpdateCollection(ctx, catalog.ByID(a.ID), catalog.CollectionPatch{Title: some("Winter"), Metadata: patch.Null[json.RawMessage]()})
		if got, _ := k.Collection(ctx, catalog.ByID(a.ID)); err != nil || got.Title != "Winter" || got.Handle != "summer-sale" || got.Metadata != nil || !got.UpdatedAt.Equal(renamed.UpdatedAt) {
			t.Errorf("renamed: %+v, %v", got, err)
		}
		if got := k.topics(); !slices.Equal(got, []string{"catalog.changed", "catalog.changed", "catalog.changed"}) {
			t.Errorf("events %v", got)
		}
	})
}

func TestCollectionsOfOneTitleAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if _, _, err := k.PutCollection(t.Context(), catalog.CollectionPatch{Title: some("Summer")}); err != nil {
					t.Error(err)
				}
			})
			wg.Go(func() {
				if _, err := k.CreateCollection(t.Context(), catalog.CollectionPatch{Title: some("Winter")}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		got := k.texts(`select handle from product_collections`)
		if !slices.Equal(got, []string{"summer", "winter", "winter-2", "winter-3"}) {
			t.Errorf("collections %v", got)
		}
	})
}

func TestCollectionsSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	k := open(t, dbtest.OpenSQLite(t))
	_, err := k.CreateCollection(t.Context(), catalog.CollectionPatch{ID: "a b", Title: some(" "), Handle: some("a/b"),
		Metadata: some(json.RawMessage(`[1]`)), Translations: some(catalog.Translations{"zh": {"name": "x"}})})
	var names []string
	for _, f := range fault.As(err).Fields {
		names = append(names, f.Name)
	}
	if want := []string{"id", "title", "handle", "translations.zh", "metadata"}; !slices.Equal(names, want) {
		t.Errorf("problems of %v, want %v", names, want)
	}
}
