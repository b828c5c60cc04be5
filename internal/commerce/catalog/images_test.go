package catalog_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/patch"
)

func (k *room) images(product string) (out []string) {
	k.t.Helper()
	all, err := k.Images(k.t.Context(), catalog.ByID(product))
	if err != nil {
		k.t.Fatal(err)
	}
	for i, image := range all {
		if image.Position != i+1 {
			k.t.Errorf("image %d is at position %d", i+1, image.Position)
		}
		out = append(out, image.URL)
	}
	return out
}

func (k *room) thumbnail(product string) string {
	k.t.Helper()
	return k.texts(`select coalesce(thumbnail, 'none') from products where id = $1`, product)[0]
}

func TestImages(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		ctx := t.Context()
		id := k.product("", published("Cup"))
		cup := catalog.ByID(id)
		add := func(url string, at int) catalog.Image {
			in := catalog.ImagePatch{URL: some(url)}
			if at > 0 {
				in.Position = some(at)
			}
			i, err := k.AddImage(ctx, cup, in)
			if err != nil {
				t.Fatal(err)
			}
			return i
		}
		a := add("a", 0)
		if a.Number == 0 || a.Position != 1 || k.thumbnail(id) != "a" {
			t.Errorf("the first: %+v, thumbnail %s", a, k.thumbnail(id))
		}
		add("b", 0)
		c := add("c", 2)
		if got := k.images(id); !slices.Equal(got, []string{"a", "c", "b"}) {
			t.Errorf("images %v", got)
		}
		variant := k.texts(`select id from variants`)[0]
		moved, err := k.UpdateImage(ctx, cup, catalog.ByNumber(c.Number), catalog.ImagePatch{Position: some(1), Alt: some("C"),
			Variants: some([]catalog.Ref{catalog.ByID(variant)})})
		if err != nil || moved.Position != 1 || moved.Alt != "C" || k.thumbnail(id) != "c" {
			t.Errorf("moved: %+v, %v, thumbnail %s", moved, err, k.thumbnail(id))
		}
		if got := k.texts(`select coalesce(image_id, '') from variants`); got[0] != c.ID {
			t.Errorf("the variant shows %v", got)
		}
		before := len(k.topics())
		if _, err := k.UpdateImage(ctx, cup, catalog.ByID(c.ID), catalog.ImagePatch{Alt: some("C")}); err != nil || len(k.topics()) != before {
			t.Errorf("no change: %v, %d events", err, len(k.topics())-before)
		}
		gone, err := k.DeleteImage(ctx, cup, catalog.ByID(c.ID))
		if err != nil || gone.URL != "c" || k.thumbnail(id) != "a" || !slices.Equal(k.images(id), []string{"a", "b"}) {
			t.Errorf("deleted: %+v, %v, thumbnail %s, images %v", gone, err, k.thumbnail(id), k.images(id))
		}
		if got := k.texts(`select coalesce(image_id, '') from variants`); got[0] != "" {
			t.Errorf("the variant still shows %v", got)
		}
		if _, err := k.DeleteImage(ctx, cup, catalog.ByID(c.ID)); !errors.Is(err, catalog.ErrImageNotFound) {
			t.Errorf("deleting again: %v", err)
		}
		if _, err := k.AddImage(ctx, cup, catalog.ImagePatch{}); fault.CodeOf(err) != fault.Invalid {
			t.Errorf("without a url: %v", err)
		}
		if _, err := k.AddImage(ctx, catalog.ByNumber(99999), catalog.ImagePatch{URL: some("x")}); !errors.Is(err, catalog.ErrProductNotFound) {
			t.Errorf("no product: %v", err)
		}
		if got := k.topics(); !slices.Equal(got, slices.Repeat([]string{"product.updated"}, 5)) {
			t.Errorf("events %v", got)
		}
	})
}

func TestAThumbnailOfItsOwnStays(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		in := published("Cup")
		in.Thumbnail = some("own")
		in.Images = some([]catalog.ImagePatch{{URL: some("a")}})
		id := k.product("", in)
		k.product(id, catalog.ProductPatch{Images: some([]catalog.ImagePatch{{URL: some("b")}})})
		if got := k.thumbnail(id); got != "own" {
			t.Errorf("thumbnail %s", got)
		}
		k.product(id, catalog.ProductPatch{Thumbnail: patch.Null[string]()})
		k.product(id, catalog.ProductPatch{Images: some([]catalog.ImagePatch{{URL: some("c")}, {URL: some("b")}})})
		if got := k.thumbnail(id); got != "none" {
			t.Errorf("one that was taken away is back: %s", got)
		}
	})
}

func TestImagesAddedAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		id := k.product("", published("Cup"))
		var wg sync.WaitGroup
		for i := range 6 {
			wg.Go(func() {
				if _, err := k.AddImage(t.Context(), catalog.ByID(id), catalog.ImagePatch{URL: some(fmt.Sprint(i))}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got := k.images(id); len(got) != 6 {
			t.Errorf("images %v", got)
		}
	})
}
