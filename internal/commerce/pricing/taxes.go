package pricing

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/id"
	"kaidian/internal/platform/patch"
)

// TaxRatePatch makes or changes a tax rate. It is found by its ID; without one by its region and code; without a code by its
// region and name.
type TaxRatePatch struct {
	ID       string // kept for a new rate; empty for one of our own making
	RegionID string // a rate stays in its region; empty leaves it
	Name     patch.Optional[string]
	Code     patch.Optional[string]
	Rate     patch.Optional[money.Rate]
	Products patch.Optional[[]string] // ids; all of them
	Types    patch.Optional[[]string] // ids of product types; all of them
	Options  patch.Optional[[]string] // ids of shipping options; all of them
}

// PutTaxRate makes or changes a tax rate, and tells whether anything is different now. M is the markets that it is for. Fault:
// Invalid with every problem.
func (s *Service) PutTaxRate(ctx context.Context, m *shop.Markets, p TaxRatePatch) (t TaxRate, changed bool, err error) {
	if err := p.check(m); err != nil {
		return TaxRate{}, false, err
	}
	changed, err = s.change(ctx, kindTax, func(tx *db.Tx, now time.Time) (string, error) {
		before, products, err := p.find(tx)
		if errors.Is(err, db.ErrNoRows) {
			before, err = TaxRate{ID: p.ID, RegionID: p.RegionID, CreatedAt: now}, nil
			if p.ID == "" {
				before.ID = id.New("txr", now)
			}
		}
		if err != nil {
			return "", err
		}
		wanted := set(p.Products.Or(products))
		if t, err = p.apply(before, len(wanted) > 0); err != nil {
			return "", err
		}
		if reflect.DeepEqual(t, before) && slices.Equal(wanted, products) {
			return "", nil
		}
		t.UpdatedAt = now
		return t.ID, t.write(tx, before, products, wanted)
	})
	if err != nil {
		return TaxRate{}, false, err
	}
	return t, changed, nil
}

// check finds what is wrong with a patch by itself.
func (p TaxRatePatch) check(m *shop.Markets) error {
	var pr problems
	pr.ident("id", p.ID)
	name, _ := p.Name.Get()
	if code, _ := p.Code.Get(); p.Name.IsSet() || p.ID == "" && code == "" {
		pr.filled("name", strings.TrimSpace(name), maxName)
	}
	pr.text("code", p.Code.Or(""), maxName)
	if !p.Rate.Or(0).Valid() {
		pr.add("rate", fault.Range, "must be from 0 to 1000")
	}
	_, known := m.Region(p.RegionID)
	switch {
	case p.RegionID == "" && p.ID == "":
		pr.add("region_id", fault.Required, "should not be empty")
	case p.RegionID != "" && !known:
		pr.add("region_id", fault.Unknown, fmt.Sprintf("is %.100q, which is no region", p.RegionID))
	}
	pr.idents("products", p.Products.Or(nil), maxBound)
	pr.idents("product_types", p.Types.Or(nil), maxBound)
	pr.idents("shipping_options", p.Options.Or(nil), maxBound)
	return fault.Fields(reasonInvalidTaxRate, pr.list...)
}

// find reads the rate that is meant and its products, or returns db.ErrNoRows.
func (p TaxRatePatch) find(tx *db.Tx) (TaxRate, []string, error) {
	where, args := ` where t.id = $1`, []any{p.ID}
	if p.ID == "" {
		where, args = ` where t.region_id = $1 and t.code is null and t.name = $2 order by t.created_at, t.id limit 1`,
			[]any{p.RegionID, strings.TrimSpace(p.Name.Or(""))}
		if code, ok := p.Code.Get(); ok {
			where, args = ` where t.region_id = $1 and t.code = $2 order by t.created_at, t.id limit 1`, []any{p.RegionID, code}
		}
	}
	t, err := scanTaxRate(tx.QueryRow(selectTaxRate+where, args...))
	if err != nil {
		return TaxRate{}, nil, err
	}
	var products []string
	for _, part := range []struct {
		to    *[]string
		query string
	}{
		{&products, `select product_id from tax_rate_products where rate_id = $1`},
		{&t.Types, `select type_id from tax_rate_types where rate_id = $1`},
		{&t.Options, `select option_id from tax_rate_shipping_options where rate_id = $1`},
	} {
		if *part.to, err = db.All(tx, db.Text, part.query, t.ID); err != nil {
			return TaxRate{}, nil, err
		}
		slices.Sort(*part.to)
	}
	return t, products, nil
}

// apply gives the rate as the patch wants it, or a fault of all that is wrong with it.
func (p TaxRatePatch) apply(before TaxRate, products bool) (TaxRate, error) {
	t := before
	t.Products = products
	t.Name = strings.TrimSpace(p.Name.Or(t.Name))
	p.Code.ApplyNullable(&t.Code)
	p.Rate.Apply(&t.Rate)
	t.Types, t.Options = set(p.Types.Or(t.Types)), set(p.Options.Or(t.Options))
	var pr problems
	if t.Name == "" {
		pr.add("name", fault.Required, "should not be empty")
	}
	switch {
	case t.RegionID == "":
		pr.add("region_id", fault.Required, "should not be empty")
	case p.RegionID != "" && p.RegionID != t.RegionID:
		pr.add("region_id", fault.Range, "cannot be changed")
	}
	return t, fault.Fields(reasonInvalidTaxRate, pr.list...)
}

// write saves a rate and what it is bound to.
func (t *TaxRate) write(tx *db.Tx, before TaxRate, products, wanted []string) error {
	if err := t.save(tx); err != nil {
		return err
	}
	for _, part := range []struct {
		before, now      []string
		deleting, insert string
	}{
		{products, wanted, `delete from tax_rate_products where rate_id = $1 and product_id in {keys}`,
			`insert into tax_rate_products (product_id, rate_id)`},
		{before.Types, t.Types, `delete from tax_rate_types where rate_id = $1 and type_id in {keys}`,
			`insert into tax_rate_types (type_id, rate_id)`},
		{before.Options, t.Options, `delete from tax_rate_shipping_options where rate_id = $1 and option_id in {keys}`,
			`insert into tax_rate_shipping_options (option_id, rate_id)`},
	} {
		gone, fresh := difference(part.before, part.now)
		if _, err := tx.ExecIn(part.deleting, gone, t.ID); err != nil {
			return err
		}
		if err := tx.Insert(part.insert, rowsOf(fresh, t.ID), ``); err != nil {
			return err
		}
	}
	return nil
}
