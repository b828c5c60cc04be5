package shelf_test

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"testing"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/shelf"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/fault"
)

// spelled spells rows out, sorted, as both engines do.
func spelled(rows *sql.Rows) ([]string, error) {
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var out []string
	for rows.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(sql.NullString)
		}
		if err := rows.Scan(values...); err != nil {
			return nil, err
		}
		line := ""
		for i, c := range columns {
			if v := values[i].(*sql.NullString); v.Valid {
				line += fmt.Sprintf("%s=%s ", c, v.String)
			}
		}
		out = append(out, line)
	}
	slices.Sort(out)
	return out, rows.Err()
}

func TestCreateWritesEverything(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		placed := k.create(shirt())
		if !placed.Created || !placed.Changed || placed.Number == 0 || len(placed.Variants) != 3 {
			t.Fatalf("placed %+v", placed)
		}
		r := k.record(placed.ID)
		if r.Handle != "summer-shirt-夏" || r.Number != placed.Number || *r.Thumbnail != "https://a.example/1.png" || string(r.Metadata) != `{"a":[1,2],"b":1}` {
			t.Errorf("product %+v", r.Product)
		}
		if !slices.Equal(r.Tags, []string{"new", "cotton"}) || !slices.Equal(r.Types, []string{"Shirts", "Tops"}) || r.Vendor != "Weaver" || len(r.Channels) != 1 {
			t.Errorf("tags %v, types %v, vendor %q, channels %v", r.Tags, r.Types, r.Vendor, r.Channels)
		}
		for i, want := range []string{"S / Red", "S / Blue", "L / Red"} {
			v := r.Variants[i]
			if v.Title != want || v.Rank != i || v.ID != placed.Variants[i] || v.Values[0].OptionID != r.Options[0].ID || v.Values[1].ID == "" {
				t.Errorf("variant %d: %+v", i, v)
			}
		}
		if n := k.number(`select sum(stocked) from stock_levels`); n != 12 {
			t.Errorf("stock of %d", n)
		}
		if n := k.number(`select sum(amount) from prices`); n != 3300 {
			t.Errorf("prices of %d", n)
		}
		if n := k.number(`select count(*) from product_tag_links where visible = 1 and listed_at = $1`, r.CreatedAt.UnixMilli()); n != 2 {
			t.Errorf("%d tags list it", n)
		}
		if got := k.topics(); !slices.Equal(got, []string{"product.created"}) {
			t.Errorf("events %v", got)
		}
		if !slices.Equal(k.indexed.products, []string{placed.ID}) {
			t.Errorf("indexed %v", k.indexed.products)
		}
	})
}

func TestHandlesAreMadeUnique(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		for i, want := range []string{"cup", "cup-2", "cup-3"} {
			placed := k.create(plain("Cup", fmt.Sprint("c", i)))
			if r := k.record(placed.ID); r.Handle != want {
				t.Errorf("handle %q, want %q", r.Handle, want)
			}
		}
		p := plain("Other", "o")
		p.Handle = some("cup-2")
		if _, err := k.Create(t.Context(), p); !errors.Is(err, catalog.ErrHandleTaken) {
			t.Errorf("a handle that is taken: %v", err)
		}
		p = plain("Other", "c1")
		if _, err := k.Create(t.Context(), p); !errors.Is(err, catalog.ErrSKUTaken) || fault.As(err).Fields[0].Name != "variants[0].sku" {
			t.Errorf("a sku that is taken: %v", err)
		}
	})
}

func TestUpdateThatChangesNothingLeavesNoTrace(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		placed := k.create(shirt())
		before := k.everything()
		k.clock.Advance(1000)
		if again := k.update(placed.ID, shirt()); again.Changed || again.Created || !slices.Equal(again.Variants, placed.Variants) {
			t.Errorf("placed %+v", again)
		}
		if after := k.everything(); after != before {
			t.Errorf("something changed:\n%s\n%s", before, after)
		}
	})
}

func TestUpdateChangesWhatItSays(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		placed := k.create(shirt())
		was := k.record(placed.ID)
		k.forget()
		k.clock.Advance(1_000_000_000)
		p := shirt()
		p.Status = some(catalog.Draft)
		p.Tags = some([]string{"cotton", "sale"})
		list, _ := p.Variants.Get()
		list = []shelf.Variant{list[2], list[0], variant("M-RED", 900, 1, "M", "Red")} // one goes, one comes, they change places
		list[0].SKU, list[1].SKU = list[1].SKU, list[0].SKU
		p.Variants = some(list)
		k.update(placed.ID, p)
		now := k.record(placed.ID)
		if now.Variants[0].ID != was.Variants[2].ID || now.Variants[1].ID != was.Variants[0].ID || len(now.Variants) != 3 {
			t.Errorf("variants %+v", now.Variants)
		}
		if *now.Variants[0].SKU != "S-RED" || *now.Variants[1].SKU != "L-RED" {
			t.Errorf("skus %s, %s", *now.Variants[0].SKU, *now.Variants[1].SKU)
		}
		if !slices.Equal(now.Tags, []string{"cotton", "sale"}) || !now.UpdatedAt.After(was.UpdatedAt) || !now.CreatedAt.Equal(was.CreatedAt) {
			t.Errorf("product %+v", now)
		}
		if n := k.number(`select count(*) from product_type_links where visible = 1`) + k.number(`select count(*) from product_channel_links where visible = 1`); n != 0 {
			t.Errorf("a draft is listed %d times", n)
		}
		if n := k.number(`select count(*) from stock_levels where variant_id = $1`, was.Variants[1].ID) + k.number(`select count(*) from prices where variant_id = $1`, was.Variants[1].ID); n != 0 {
			t.Errorf("%d rows are left of the variant that went", n)
		}
		if got := k.topics(); !slices.Equal(got, []string{"product.updated"}) {
			t.Errorf("events %v", got)
		}
	})
}

func TestOnlyAPriceChanges(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		placed := k.create(shirt())
		was := k.record(placed.ID)
		k.forget()
		k.clock.Advance(1_000_000_000)
		v := shelf.Variant{Prices: variant("", 1, 0).Prices}
		one, err := k.UpdateVariant(t.Context(), catalog.ByID(placed.ID), catalog.ByID(placed.Variants[1]), v)
		if err != nil || !one.Changed || !slices.Equal(one.Variants, placed.Variants[1:2]) {
			t.Fatalf("placed %+v, %v", one, err)
		}
		now := k.record(placed.ID)
		if !now.UpdatedAt.After(was.UpdatedAt) {
			t.Error("the product is not stamped")
		}
		if n := k.number(`select amount from prices where variant_id = $1`, placed.Variants[1]); n != 1 {
			t.Errorf("price %d", n)
		}
		if got := k.topics(); !slices.Equal(got, []string{"product.updated"}) {
			t.Errorf("events %v", got)
		}
	})
}

func TestDeleteFreesNames(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		placed := k.create(shirt())
		k.forget()
		if err := k.Delete(t.Context(), catalog.ByNumber(placed.Number)); err != nil {
			t.Fatal(err)
		}
		if got := k.topics(); !slices.Equal(got, []string{"product.deleted"}) {
			t.Errorf("events %v", got)
		}
		for _, q := range []string{`select count(*) from product_channel_links where visible = 1`, `select count(*) from product_tag_links where visible = 1`,
			`select count(*) from prices`, `select count(*) from stock_levels`, `select count(*) from variants where deleted_at is null`} {
			if n := k.number(q); n != 0 {
				t.Errorf("%s: %d", q, n)
			}
		}
		if err := k.Delete(t.Context(), catalog.ByID(placed.ID)); !errors.Is(err, catalog.ErrProductNotFound) {
			t.Errorf("deleting again: %v", err)
		}
		if _, err := k.Update(t.Context(), catalog.ByID(placed.ID), shirt()); !errors.Is(err, catalog.ErrProductNotFound) {
			t.Errorf("updating what is gone: %v", err)
		}
		if r := k.record(k.create(shirt()).ID); r.Handle != "summer-shirt-夏" {
			t.Errorf("handle %q", r.Handle)
		}
	})
}

func TestVariants(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		placed := k.create(shirt())
		product := catalog.ByID(placed.ID)
		k.forget()
		added, err := k.AddVariant(t.Context(), product, variant("XL-RED", 1300, 2, "XL", "Red"))
		if err != nil {
			t.Fatal(err)
		}
		r := k.record(placed.ID)
		if len(r.Variants) != 4 || r.Variants[3].ID != added.Variants[0] || r.Variants[3].Title != "XL / Red" {
			t.Errorf("variants %+v", r.Variants)
		}
		if _, err := k.AddVariant(t.Context(), product, variant("X", 1, 1, "XL", "Red")); !errors.Is(err, catalog.ErrOptionsTaken) {
			t.Errorf("the same values: %v", err)
		}
		if _, err := k.AddVariant(t.Context(), product, variant("X", 1, 1, "XL")); fault.CodeOf(err) != fault.Invalid {
			t.Errorf("a value too few: %v", err)
		}
		if _, err := k.UpdateVariant(t.Context(), product, catalog.ByID("variant_none"), shelf.Variant{}); !errors.Is(err, catalog.ErrVariantNotFound) {
			t.Errorf("no such variant: %v", err)
		}
		for i, v := range r.Variants {
			err := k.DeleteVariant(t.Context(), product, catalog.ByNumber(v.Number))
			if last := i == len(r.Variants)-1; last != errors.Is(err, catalog.ErrLastVariant) || !last && err != nil {
				t.Errorf("deleting variant %d: %v", i, err)
			}
		}
		if got := k.topics(); !slices.Equal(got, []string{"product.updated", "product.updated", "product.updated", "product.updated"}) {
			t.Errorf("events %v", got)
		}
	})
}

// TestSomeValues changes what a variant is in one option, whatever place that has now.
func TestSomeValues(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		placed := k.create(shirt())
		product, which := catalog.ByID(placed.ID), catalog.ByID(placed.Variants[0])
		was := k.record(placed.ID).Variants[0]
		change := func(values map[int]string) error {
			_, err := k.UpdateVariant(t.Context(), product, which, shelf.Variant{VariantPatch: catalog.VariantPatch{ValueOf: values}})
			return err
		}
		if err := errors.Join(change(nil), change(map[int]string{}), change(map[int]string{1: " Green "})); err != nil {
			t.Fatal(err)
		}
		now := k.record(placed.ID).Variants[0]
		if now.Title != "S / Green" || now.Values[0] != was.Values[0] || now.Values[1].ID != was.Values[1].ID || now.UpdatedAt.Before(was.UpdatedAt) {
			t.Errorf("green: %+v", now)
		}
		if err := change(map[int]string{1: "Blue"}); !errors.Is(err, catalog.ErrOptionsTaken) {
			t.Errorf("a combination that is taken: %v", err)
		}
		for want, values := range map[string]map[int]string{"values[0] required": {0: " "}, "values[2] unknown": {2: "x"}, "values[-1] unknown": {-1: "x"}} {
			if f := fault.As(change(values)); f == nil || len(f.Fields) != 1 || f.Fields[0].Name+" "+string(f.Fields[0].Rule) != want {
				t.Errorf("%v: %v, want %s", values, f, want)
			}
		}
		turned := shelf.Product{ProductPatch: catalog.ProductPatch{Options: some([]string{"Colour", "Size"})}, Variants: some([]shelf.Variant{
			{VariantPatch: catalog.VariantPatch{ID: placed.Variants[0], ValueOf: map[int]string{0: "Red"}}},
			{VariantPatch: catalog.VariantPatch{ID: placed.Variants[1]}}})}
		k.update(placed.ID, turned)
		if r := k.record(placed.ID); r.Variants[0].Title != "Red / S" || r.Variants[1].Title != "Blue / S" {
			t.Errorf("with the options in another order: %+v", r.Variants)
		}
		_, err := k.Update(t.Context(), product, shelf.Product{Variants: some([]shelf.Variant{{VariantPatch: catalog.VariantPatch{ValueOf: map[int]string{0: "Pink"}}}})})
		if f := fault.As(err); f == nil || len(f.Fields) != 1 || f.Fields[0].Name != "variants[0].values[1]" {
			t.Errorf("a new one with half of its values: %v", err)
		}
	})
}

// TestPricesOfTheirOwn sets one price, which a new variant may be required to have.
func TestPricesOfTheirOwn(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		k.exec(`insert into currencies (code, includes_tax, created_at, updated_at) values ('usd', 0, 1, 1)`)
		placed := k.create(shirt())
		product, which := catalog.ByID(placed.ID), catalog.ByID(placed.Variants[0])
		price := func(currency string, amount int64) shelf.Variant {
			return shelf.Variant{Priced: true, Price: some(pricing.NewPrice{Currency: currency, Amount: amount})}
		}
		k.forget()
		for _, v := range []shelf.Variant{price("usd", 150), price("cny", 1000), price("cny", 2000), {Priced: true}} {
			if _, err := k.UpdateVariant(t.Context(), product, which, v); err != nil {
				t.Fatal(err)
			}
		}
		if n := k.number(`select sum(amount) from prices where variant_id = $1`, placed.Variants[0]); n != 2150 {
			t.Errorf("the prices are %d", n)
		}
		if got := k.topics(); !slices.Equal(got, []string{"product.updated", "product.updated"}) {
			t.Errorf("events %v", got)
		}
		for name, v := range map[string]shelf.Variant{"of another currency": price("eur", 1), "below nothing": price("cny", -1)} {
			if _, err := k.UpdateVariant(t.Context(), product, which, v); fault.CodeOf(err) != fault.Invalid {
				t.Errorf("a price %s: %v", name, err)
			}
		}
		free := shelf.Variant{Priced: true, VariantPatch: catalog.VariantPatch{Values: some([]string{"XL", "Red"})}}
		_, err := k.AddVariant(t.Context(), product, free)
		if f := fault.As(err); f == nil || len(f.Fields) != 1 || f.Fields[0].Name != "prices" {
			t.Errorf("a new one without a price: %v", err)
		}
		known := shelf.Variant{Priced: true, VariantPatch: catalog.VariantPatch{Values: some([]string{"S", "Red"})}}
		_, err = k.Update(t.Context(), product, shelf.Product{Variants: some([]shelf.Variant{known, free})})
		if f := fault.As(err); f == nil || len(f.Fields) != 1 || f.Fields[0].Name != "variants[1].prices" {
			t.Errorf("in a list: %v", err)
		}
	})
}

func TestOptionsMoveWithTheirValues(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		placed := k.create(shirt())
		was := k.record(placed.ID)
		k.update(placed.ID, shelf.Product{ProductPatch: catalog.ProductPatch{Options: some([]string{"Colour", "Size"})}})
		now := k.record(placed.ID)
		if now.Options[0].ID != was.Options[1].ID || now.Variants[0].Title != "Red / S" || now.Variants[0].Values[1].ID != was.Variants[0].Values[0].ID {
			t.Errorf("after a change of places: %+v", now)
		}
		p := shirt() // sizes first again, and the variants are known by their values
		k.update(placed.ID, p)
		if again := k.record(placed.ID); again.Options[0].ID != was.Options[0].ID || again.Variants[2].ID != was.Variants[2].ID || again.Variants[2].Title != "L / Red" {
			t.Errorf("after changing places again: %+v", again)
		}
		_, err := k.Update(t.Context(), catalog.ByID(placed.ID), shelf.Product{ProductPatch: catalog.ProductPatch{Options: some([]string{"Colour"})}})
		if !errors.Is(err, catalog.ErrOptionsTaken) {
			t.Errorf("two red ones: %v", err)
		}
		_, err = k.Update(t.Context(), catalog.ByID(placed.ID), shelf.Product{ProductPatch: catalog.ProductPatch{Options: some([]string{"Colour", "Size", "Fit"})}})
		if f := fault.As(err); f == nil || f.Fields[0].Name != "variants[0].values" {
			t.Errorf("an option without values: %v", err)
		}
	})
}
