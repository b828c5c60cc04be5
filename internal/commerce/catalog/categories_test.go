package catalog_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/patch"
)

// holders gives the categories that hold a product, derived ones with a tilde.
func (k *room) holders(product string) []string {
	k.t.Helper()
	return k.texts(`select case direct when 1 then '' else '~' end || substr(category_id, 6) from product_category_links where product_id = $1`, product)
}

func (k *room) wantHolders(when, product string, want ...string) {
	k.t.Helper()
	slices.Sort(want)
	if got := k.holders(product); !slices.Equal(got, want) {
		k.t.Errorf("%s: held by %v, want %v", when, got, want)
	}
}

func TestAncestorsHoldWhatIsInside(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		k.category("a", "")
		k.category("b", "a")
		k.category("c", "b")
		k.category("x", "")
		in := published("Cup")
		in.Categories = some([]string{"pcat_c"})
		p := k.product("", in)
		in = published("Mug")
		in.Categories = some([]string{"pcat_a", "pcat_c"})
		q := k.product("", in)
		k.wantHolders("at first", p, "c", "~b", "~a")
		k.wantHolders("at first", q, "c", "~b", "a")

		k.changeCategory("b", catalog.CategoryPatch{Active: some(false)})
		k.wantHolders("b hidden", p, "c", "~b")
		k.wantHolders("b hidden", q, "c", "~b", "a")
		k.changeCategory("c", catalog.CategoryPatch{Internal: some(true)})
		k.wantHolders("c internal too", p, "c")
		k.changeCategory("b", catalog.CategoryPatch{Active: some(true)})
		k.wantHolders("b shown again", p, "c")
		k.changeCategory("c", catalog.CategoryPatch{Internal: some(false)})
		k.wantHolders("all shown", p, "c", "~b", "~a")

		k.changeCategory("b", catalog.CategoryPatch{ParentID: some("pcat_x")})
		k.wantHolders("b moved", p, "c", "~b", "~x")
		k.wantHolders("b moved", q, "c", "~b", "~x", "a")
		if got := k.texts(`select mpath from product_categories`); !slices.Equal(got, []string{"pcat_a.", "pcat_x.", "pcat_x.pcat_b.", "pcat_x.pcat_b.pcat_c."}) {
			t.Errorf("paths %v", got)
		}
		k.changeCategory("b", catalog.CategoryPatch{ParentID: patch.Null[string]()})
		k.wantHolders("b a root", p, "c", "~b")
		k.product(p, catalog.ProductPatch{Categories: some([]string{"pcat_x"})})
		k.wantHolders("filed elsewhere", p, "x")
		k.product(p, catalog.ProductPatch{Categories: some([]string{"pcat_b", "pcat_c"})})
		k.wantHolders("in a category and its parent", p, "b", "c")
	})
}

func TestHiddenProductsAreNotListedByAncestors(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		k.category("a", "")
		k.category("b", "a")
		in := published("Cup")
		in.Categories, in.Status = some([]string{"pcat_b"}), some(catalog.Draft)
		p := k.product("", in)
		k.changeCategory("b", catalog.CategoryPatch{Active: some(false)})
		k.changeCategory("b", catalog.CategoryPatch{Active: some(true)})
		visible := `select category_id from product_category_links where visible = 1`
		if got := k.texts(visible); len(got) != 0 {
			t.Errorf("a draft is listed by %v", got)
		}
		k.product(p, catalog.ProductPatch{Status: some(catalog.Published)})
		if got := k.texts(visible); !slices.Equal(got, []string{"pcat_a", "pcat_b"}) {
			t.Errorf("listed by %v", got)
		}
	})
}

func TestCategoriesAreNoCircle(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		k.category("a", "")
		k.category("b", "a")
		k.category("c", "b")
		for _, under := range []string{"pcat_a", "pcat_b", "pcat_c"} {
			_, err := k.UpdateCategory(t.Context(), catalog.ByID("pcat_a"), catalog.CategoryPatch{ParentID: some(under)})
			if !errors.Is(err, catalog.ErrCycle) {
				t.Errorf("under %s: %v", under, err)
			}
		}
		parent := "c"
		for i := range 17 {
			name := fmt.Sprint("d", i)
			k.category(name, parent)
			parent = name
		}
		_, err := k.CreateCategory(t.Context(), catalog.CategoryPatch{Name: some("deep"), ParentID: some("pcat_" + parent)})
		if !errors.Is(err, catalog.ErrTooDeep) {
			t.Errorf("21 deep: %v", err)
		}
		k.category("e", "")
		_, err = k.UpdateCategory(t.Context(), catalog.ByID("pcat_a"), catalog.CategoryPatch{ParentID: some("pcat_e")})
		if !errors.Is(err, catalog.ErrTooDeep) {
			t.Errorf("21 deep by a move: %v", err)
		}
	})
}

func TestTwoMovesMakeNoCircle(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		k.category("r", "")
		for i := range 5 {
			a, b := fmt.Sprint("a", i), fmt.Sprint("b", i)
			k.category(a, "r")
			k.category(b, "r")
			var wg sync.WaitGroup
			errs := make([]error, 2)
			for n, move := range [][2]string{{a, b}, {b, a}} {
				wg.Go(func() {
					_, errs[n] = k.UpdateCategory(t.Context(), catalog.ByID("pcat_"+move[0]), catalog.CategoryPatch{ParentID: some("pcat_" + move[1])})
				})
			}
			wg.Wait()
			if cycles := btoi(errors.Is(errs[0], catalog.ErrCycle)) + btoi(errors.Is(errs[1], catalog.ErrCycle)); cycles != 1 {
				t.Errorf("%d of two moves were refused: %v", cycles, errs)
			}
		}
	})
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestProductsAndMovesDoNotMissEachOther(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		k.category("a", "")
		k.category("b", "")
		k.category("c", "a")
		k.category("d", "c")
		var wg sync.WaitGroup
		wg.Go(func() {
			for i := range 10 {
				to := []string{"pcat_b", "pcat_a"}[i%2]
				if _, err := k.UpdateCategory(t.Context(), catalog.ByID("pcat_c"), catalog.CategoryPatch{ParentID: some(to)}); err != nil {
					t.Error(err)
				}
			}
		})
		for n := range 2 {
			wg.Go(func() {
				for i := range 15 {
					in := published(fmt.Sprintf("Product %d-%d", n, i))
					in.Categories = some([]string{"pcat_d"})
					if _, err := k.place(t.Context(), "", in); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		got := k.texts(`select category_id || ' ' || direct from product_category_links group by category_id, direct having count(*) = 30`)
		if want := []string{"pcat_a 0", "pcat_c 0", "pcat_d 1"}; !slices.Equal(got, want) {
			t.Errorf("30 products are held by %v, want %v", got, want)
		}
		if n := len(k.texts(`select product_id from product_category_links`)); n != 90 {
			t.Errorf("%d links, want 90", n)
		}
	})
}

func TestRanksStayInOrder(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		k.category("p", "")
		for _, name := range []string{"a", "b", "c", "d"} {
			k.category(name, "p")
		}
		order := func() string {
			var out string
			for _, s := range k.texts(`select rank || substr(id, 6) from product_categories where parent_id = 'pcat_p'`) {
				out += s + " "
			}
			return out
		}
		if got := order(); got != "0a 1b 2c 3d " {
			t.Errorf("at first %s", got)
		}
		k.changeCategory("a", catalog.CategoryPatch{Rank: some(2)})
		if got := order(); got != "0b 1c 2a 3d " {
			t.Errorf("a to the third place: %s", got)
		}
		k.changeCategory("d", catalog.CategoryPatch{Rank: some(0)})
		if got := order(); got != "0d 1b 2c 3a " {
			t.Errorf("d to the first place: %s", got)
		}
		k.changeCategory("b", catalog.CategoryPatch{ParentID: patch.Null[string]()})
		if got := order(); got != "0d 1c 2a " {
			t.Errorf("b went: %s", got)
		}
		k.changeCategory("b", catalog.CategoryPatch{ParentID: some("pcat_p"), Rank: some(1)})
		if got := order(); got != "0d 1b 2c 3a " {
			t.Errorf("b came back: %s", got)
		}
	})
}

func TestPutCategoryTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		list := []catalog.CategoryPatch{
			{ID: "pcat_2", Name: some("Two"), Handle: some("two"), Rank: some(2), Translations: some(catalog.Translations{"zh": {"name": "二"}})},
			{Name: some("Zero"), Rank: some(0), Description: some("none")},
			{Handle: some("one"), Name: some("One"), Rank: some(1), ParentID: patch.Null[string]()},
		}
		for round := range 2 {
			for _, in := range list {
				_, changed, err := k.PutCategory(t.Context(), in)
				if err != nil || changed != (round == 0) {
					t.Errorf("round %d, %v: changed %v, %v", round, in.Name, changed, err)
				}
			}
			k.clock.Advance(1e9)
		}
		if got := k.topics(); len(got) != 3 {
			t.Errorf("events %v", got)
		}
		if got := k.texts(`select rank || handle from product_categories`); !slices.Equal(got, []string{"0zero", "1one", "2two"}) {
			t.Errorf("categories %v", got)
		}
	})
}

func TestCategoryLinksTakeFewStatements(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		k.category("a", "")
		k.category("b", "a")
		for i := range 20 {
			in := published(fmt.Sprint("Product ", i))
			in.Categories = some([]string{"pcat_b"})
			k.product("", in)
		}
		ctx, counter := db.WithCounter(context.Background())
		if _, err := k.UpdateCategory(ctx, catalog.ByID("pcat_b"), catalog.CategoryPatch{Active: some(false)}); err != nil {
			t.Fatal(err)
		}
		if counter.N() > 6 {
			t.Errorf("%d statements", counter.N())
		}
	})
}
