package shop_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/fault"
)

// Owners of the tests.
func theShop() shop.Owner { return shop.Owner{Resource: shop.OwnerShop} }
func customer(n int64) shop.Owner {
	return shop.Owner{Resource: shop.OwnerCustomer, ID: fmt.Sprintf("cus_%d", n), Number: n}
}

func TestMetafieldsLife(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		w := newWorld(d)
		m := w.metafields()
		made := must[shop.Metafield](t)(m.Create(t.Context(), shop.NewMetafield{
			Owner: customer(7), Name: "customer_attributes", Description: "问卷",
			Fields: map[string]string{"size": "L", "颜色": "<红> & \"蓝\"", "empty": ""},
		}))
		want := shop.Metafield{
			Number: made.Number, ID: made.ID, OwnerResource: "customer", OwnerID: "cus_7", OwnerNumber: 7,
			Name: "customer_attributes", Description: "问卷",
			Fields:    map[string]string{"size": "L", "颜色": "<红> & \"蓝\"", "empty": ""},
			CreatedAt: opening, UpdatedAt: opening,
		}
		same := func(step string, got shop.Metafield) {
			t.Helper()
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s", step, diff)
			}
			read := must[shop.Metafield](t)(m.Get(t.Context(), want.Number))
			if diff := cmp.Diff(want, read); diff != "" {
				t.Errorf("%s, read: %s", step, diff)
			}
		}
		step := func() {
			w.clock.Advance(time.Second)
			want.UpdatedAt = want.UpdatedAt.Add(time.Second)
		}
		same("created", made)
		if made.Number < 1 || !strings.HasPrefix(made.ID, "meta_") {
			t.Errorf("number %d, id %q", made.Number, made.ID)
		}

		step()
		name := "other-name_2"
		want.Name = name
		same("renamed", must[shop.Metafield](t)(m.Update(t.Context(), made.Number, shop.MetafieldPatch{Name: &name})))

		step()
		owner, words := theShop(), ""
		want.OwnerResource, want.OwnerID, want.OwnerNumber, want.Description = "shop", "", 0, ""
		want.Fields = map[string]string{"a": "1"}
		same("moved", must[shop.Metafield](t)(m.Update(t.Context(), made.Number, shop.MetafieldPatch{
			Owner: &owner, Description: &words, Fields: map[string]string{"a": "1"},
		})))

		step()
		want.Fields = map[string]string{"a": "2", "b": "3", "c": "4"}
		set := map[string]string{"a": "2", "b": "3", "c": "4"}
		same("set", must[shop.Metafield](t)(m.SetFields(t.Context(), made.Number, set)))

		step()
		want.Fields = map[string]string{"b": "3"}
		same("removed some", must[shop.Metafield](t)(m.RemoveFields(t.Context(), made.Number, []string{"a", "c", "absent"})))

		step()
		want.Fields = map[string]string{}
		same("removed all", must[shop.Metafield](t)(m.RemoveFields(t.Context(), made.Number, nil)))

		w.clock.Advance(time.Second)
		same("left alone", must[shop.Metafield](t)(m.Update(t.Context(), made.Number, shop.MetafieldPatch{})))

		if err := m.Delete(t.Context(), made.Number); err != nil {
			t.Error(err)
		}
		updated := "metafield.updated " + made.ID
		recorded := []string{
			"metafield.created " + made.ID, updated, updated, updated, updated, updated, "metafield.deleted " + made.ID,
		}
		if diff := cmp.Diff(recorded, w.topics(t)); diff != "" {
			t.Errorf("recorded: %s", diff)
		}
	})
}

func TestMetafieldThatIsNotThere(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		w := newWorld(d)
		m := w.metafields()
		f := must[shop.Metafield](t)(m.Create(t.Context(), shop.NewMetafield{Owner: theShop(), Name: "a"}))
		if err := m.Delete(t.Context(), f.Number); err != nil {
			t.Fatal(err)
		}
		before := w.topics(t)
		name := "b"
		for _, number := range []int64{f.Number, 0, -1, 1 << 60} {
			_, get := m.Get(t.Context(), number)
			_, update := m.Update(t.Context(), number, shop.MetafieldPatch{Name: &name})
			_, set := m.SetFields(t.Context(), number, map[string]string{"a": "b"})
			_, remove := m.RemoveFields(t.Context(), number, nil)
			for call, err := range map[string]error{
				"Get": get, "Update": update, "SetFields": set, "RemoveFields": remove, "Delete": m.Delete(t.Context(), number),
			} {
				if !errors.Is(err, shop.ErrNoMetafield) || fault.CodeOf(err) != fault.NotFound {
					t.Errorf("%s of %d: %v", call, number, err)
				}
			}
		}
		if diff := cmp.Diff(before, w.topics(t)); diff != "" {
			t.Errorf("recorded: %s", diff)
		}
	})
}

func TestMetafieldNameIsUniqueWithItsOwner(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		m := newWorld(d).metafields()
		for _, o := range []shop.Owner{theShop(), customer(1), customer(2)} {
			must[shop.Metafield](t)(m.Create(t.Context(), shop.NewMetafield{Owner: o, Name: "a"}))
		}
		taken := func(call string, err error) {
			t.Helper()
			f := fault.As(err)
			if !errors.Is(err, shop.ErrMetafieldTaken) || f.Code != fault.Duplicate || len(f.Fields) != 1 ||
				f.Fields[0].Name != "name" || f.Fields[0].Rule != fault.Taken {
				t.Errorf("%s: %v", call, err)
			}
		}
		_, err := m.Create(t.Context(), shop.NewMetafield{Owner: customer(1), Name: "a"})
		taken("Create", err)
		b := must[shop.Metafield](t)(m.Create(t.Context(), shop.NewMetafield{Owner: customer(1), Name: "b"}))
		name, owner := "a", theShop()
		_, err = m.Update(t.Context(), b.Number, shop.MetafieldPatch{Name: &name})
		taken("Update of the name", err)
		_, err = m.Update(t.Context(), b.Number, shop.MetafieldPatch{Owner: &owner, Name: &name})
		taken("Update of the owner", err)
		if n := must[int64](t)(m.Count(t.Context(), shop.Query{})); n != 4 {
			t.Errorf("%d metafields, want 4", n)
		}
	})
}

func TestMetafieldRules(t *testing.T) {
	t.Parallel()
	m := newWorld(dbtest.OpenSQLite(t)).metafields()
	many := func(n, size int) map[string]string {
		out := map[string]string{}
		for i := range n {
			out[fmt.Sprintf("k%03d", i)] = strings.Repeat("v", size)
		}
		return out
	}
	named := func(o shop.Owner, description string, fields map[string]string) shop.NewMetafield {
		return shop.NewMetafield{Name: "a", Owner: o, Description: description, Fields: fields}
	}
	for _, c := range []struct {
		name string
		new  shop.NewMetafield
		want string // "" when it is fine
	}{
		{"nothing", shop.NewMetafield{}, "name required, owner_resource required"},
		{"capital name", shop.NewMetafield{Name: "A", Owner: theShop()}, "name format"},
		{"dotted name", shop.NewMetafield{Name: "a.b", Owner: theShop()}, "name format"},
		{"name with a line end", shop.NewMetafield{Name: "a\n", Owner: theShop()}, "name format"},
		{"long name", shop.NewMetafield{Name: strings.Repeat("a", 201), Owner: theShop()}, "name format"},
		{"unknown owner", named(shop.Owner{Resource: "unicorn", ID: "p", Number: 1}, "", nil), "owner_resource unknown"},
		{"shop with a number", named(shop.Owner{Resource: "shop", Number: 1}, "", nil), "owner_id unknown"},
		{"customer without a number", named(shop.Owner{Resource: "customer"}, "", nil), "owner_id required"},
		{"absent customer", named(shop.Owner{Resource: "customer", Number: 9}, "", nil), "owner_id unknown"},
		{"long description", named(theShop(), strings.Repeat("述", 2001), nil), "description too_long"},
		{"broken description", named(theShop(), "\xff", nil), "description format"},
		{"empty key", named(theShop(), "", map[string]string{"": "v"}), "fields required"},
		{"long key", named(theShop(), "", map[string]string{strings.Repeat("键", 201): ""}), "fields too_long"},
		{"broken key", named(theShop(), "", map[string]string{"\xff": ""}), "fields format"},
		{"broken value", named(theShop(), "", map[string]string{"k": "\xff"}), "fields format"},
		{"zero byte", named(theShop(), "", map[string]string{"k": "\x00"}), "fields format"},
		{"long value", named(theShop(), "", many(1, 64<<10+1)), "fields too_long"},
		{"two bad fields", named(theShop(), "", map[string]string{"": "", "k": "\x00"}), "fields required, fields format"},
		{"many fields", named(theShop(), "", many(101, 1)), "fields range"},
		{"heavy bag", named(theShop(), "", many(5, 60<<10)), "fields too_long"},
		{"longest of all", shop.NewMetafield{
			Name: strings.Repeat("a", 200), Owner: theShop(), Description: strings.Repeat("述", 2000),
			Fields: map[string]string{strings.Repeat("键", 200): strings.Repeat("v", 64<<10)},
		}, ""},
		{"most fields", named(theShop(), "", many(100, 1)), ""},
	} {
		_, err := m.Create(t.Context(), c.new)
		if c.want == "" {
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		if got := strings.Join(rules(t, err), ", "); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestBagIsBoundedAsAWhole(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		w := newWorld(d)
		m := w.metafields()
		f := must[shop.Metafield](t)(m.Create(t.Context(), shop.NewMetafield{Owner: theShop(), Name: "a"}))
		fill := func(prefix string, n, size int) error {
			fields := map[string]string{}
			for i := range n {
				fields[fmt.Sprint(prefix, i)] = strings.Repeat("v", size)
			}
			_, err := m.SetFields(t.Context(), f.Number, fields)
			return err
		}
		if err := fill("a", 60, 1); err != nil {
			t.Fatal(err)
		}
		before := must[shop.Metafield](t)(m.Get(t.Context(), f.Number))
		w.clock.Advance(time.Second)
		if diff := cmp.Diff([]string{"fields range"}, rules(t, fill("b", 41, 1))); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"fields range"}, rules(t, fill("b", 101, 1))); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(before, must[shop.Metafield](t)(m.Get(t.Context(), f.Number))); diff != "" {
			t.Errorf("a refused change left something: %s", diff)
		}
		if err := fill("a", 60, 2); err != nil { // the same keys
			t.Error(err)
		}
		if err := fill("b", 40, 1); err != nil {
			t.Error(err)
		}
		if _, err := m.RemoveFields(t.Context(), f.Number, nil); err != nil {
			t.Error(err)
		}
		if err := fill("a", 3, 64<<10); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff([]string{"fields too_long"}, rules(t, fill("b", 1, 64<<10))); diff != "" {
			t.Error(diff)
		}
	})
}

func TestConcurrentSetFieldsAllSurvive(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		m := newWorld(d).metafields()
		f := must[shop.Metafield](t)(m.Create(t.Context(), shop.NewMetafield{
			Owner: theShop(), Name: "a", Fields: map[string]string{"gone": "1", "stays": "1"},
		}))
		const writers = 32
		want := map[string]string{"stays": "1"}
		start := make(chan struct{})
		var wg sync.WaitGroup
		for i := range writers {
			key := fmt.Sprint("k", i)
			want[key] = "v"
			wg.Go(func() {
				<-start
				if _, err := m.SetFields(t.Context(), f.Number, map[string]string{key: "v"}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Go(func() {
			<-start
			if _, err := m.RemoveFields(t.Context(), f.Number, []string{"gone"}); err != nil {
				t.Error(err)
			}
		})
		close(start)
		wg.Wait()
		if diff := cmp.Diff(want, must[shop.Metafield](t)(m.Get(t.Context(), f.Number)).Fields); diff != "" {
			t.Error(diff)
		}
	})
}

func TestRemoveOwned(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		m := newWorld(d).metafields()
		for _, o := range []shop.Owner{theShop(), customer(1), customer(2)} {
			for _, name := range []string{"a", "b"} {
				must[shop.Metafield](t)(m.Create(t.Context(), shop.NewMetafield{Owner: o, Name: name}))
			}
		}
		err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return m.RemoveOwned(ctx, tx, shop.OwnerCustomer, "cus_1")
		})
		if err != nil {
			t.Fatal(err)
		}
		var left []string
		for _, f := range must[[]shop.Metafield](t)(m.List(t.Context(), shop.Query{})) {
			left = append(left, f.OwnerResource+f.OwnerID+f.Name)
		}
		if diff := cmp.Diff([]string{"shopa", "shopb", "customercus_2a", "customercus_2b"}, left); diff != "" {
			t.Error(diff)
		}
	})
}
