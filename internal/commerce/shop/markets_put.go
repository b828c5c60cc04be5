package shop

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"time"

	"kaidian/internal/commerce/money"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/id"
	"kaidian/internal/platform/patch"
)

// RegionPatch makes or changes a region. It is found by its ID, and without one by its name: the oldest of that name.
type RegionPatch struct {
	ID                   string // kept for a new region; empty for one of our own making
	Name                 patch.Optional[string]
	Currency             patch.Optional[string] // code, in any case; the shop sells in it from now on
	TaxRate              patch.Optional[money.Rate]
	TaxCode              patch.Optional[string]
	TaxProviderID        patch.Optional[string]
	GiftCardsTaxable     patch.Optional[bool]     // true when it is new
	AutomaticTaxes       patch.Optional[bool]     // true when it is new
	IncludesTax          patch.Optional[bool]     // false when it is new
	Countries            patch.Optional[[]string] // ISO 3166 alpha-2 in any case; all of them
	PaymentProviders     patch.Optional[[]string] // "manual" when it is new
	FulfillmentProviders patch.Optional[[]string] // "manual" when it is new
	Metadata             patch.Optional[json.RawMessage]
}

// manual is the provider that asks nobody.
const manual = "manual"

// PutRegion makes or changes a region, and tells whether anything is different now. Faults: Invalid with every problem,
// ErrCountryTaken, ErrTooMany.
func (s *Shop) PutRegion(ctx context.Context, p RegionPatch) (r Region, changed bool, err error) {
	if err := p.checkKey(); err != nil {
		return Region{}, false, err
	}
	changed, err = s.changeMarkets(ctx, "region", func(tx *db.Tx, now time.Time) (string, error) {
		before, err := p.find(tx)
		if errors.Is(err, db.ErrNoRows) {
			before, err = p.blank(now), roomFor(tx, `select count(*) from regions`, maxRegions)
		}
		if err != nil {
			return "", err
		}
		if r, err = p.apply(before); err != nil {
			return "", err
		}
		if reflect.DeepEqual(r, before) {
			return "", nil
		}
		r.UpdatedAt = now
		return r.ID, writeRegion(tx, before, r)
	})
	if err != nil {
		return Region{}, false, err
	}
	return r, changed, nil
}

// checkKey checks by what the region is found, as far as it cannot be looked for otherwise.
func (p RegionPatch) checkKey() error {
	var pr problems
	pr.ident("id", p.ID)
	if name, _ := p.Name.Get(); p.ID == "" || p.Name.IsSet() {
		pr.title("name", strings.TrimSpace(name))
	}
	return pr.fault()
}

// find reads the region that is meant, with its countries, or returns db.ErrNoRows.
func (p RegionPatch) find(tx *db.Tx) (Region, error) {
	where, key := ` where id = $1`, p.ID
	if p.ID == "" {
		name, _ := p.Name.Get()
		where, key = ` where name = $1 and deleted_at is null order by created_at, id limit 1`, strings.TrimSpace(name)
	}
	r, err := scanRegion(tx.QueryRow(selectRegion+where, key))
	if err != nil {
		return Region{}, err
	}
	countries, err := db.All(tx, scanPair, `select country_code, region_id from region_countries where region_id = $1
		order by country_code`, r.ID)
	for _, c := range countries {
		r.Countries = append(r.Countries, c[0])
	}
	return r, err
}

// blank is what a new region starts from.
func (p RegionPatch) blank(now time.Time) Region {
	r := Region{ID: p.ID, GiftCardsTaxable: true, AutomaticTaxes: true, PaymentProviders: []string{manual},
		FulfillmentProviders: []string{manual}, CreatedAt: now}
	if r.ID == "" {
		r.ID = id.New("reg", now)
	}
	return r
}

// apply gives the region as the patch wants it, or a fault of all that is wrong with it.
func (p RegionPatch) apply(before Region) (Region, error) {
	r := before
	var pr problems
	r.Name = strings.TrimSpace(p.Name.Or(r.Name))
	p.TaxRate.Apply(&r.TaxRate)
	p.TaxCode.ApplyNullable(&r.TaxCode)
	p.TaxProviderID.ApplyNullable(&r.TaxProviderID)
	p.GiftCardsTaxable.Apply(&r.GiftCardsTaxable)
	p.AutomaticTaxes.Apply(&r.AutomaticTaxes)
	p.IncludesTax.Apply(&r.IncludesTax)
	pr.title("name", r.Name)
	r.Currency = pr.currency("currency_code", p.Currency.Or(r.Currency))
	if !r.TaxRate.Valid() {
		pr.add("tax_rate", fault.Range, "must be from 0 to 1000")
	}
	pr.line("tax_code", r.TaxCode, maxName)
	pr.line("tax_provider_id", r.TaxProviderID, maxName)
	r.Countries = pr.countries(p.Countries.Or(r.Countries))
	r.PaymentProviders = pr.providers("payment_providers", p.PaymentProviders.Or(r.PaymentProviders))
	r.FulfillmentProviders = pr.providers("fulfillment_providers", p.FulfillmentProviders.Or(r.FulfillmentProviders))
	r.Metadata = pr.metadata(p.Metadata.Or(r.Metadata))
	return r, pr.fault()
}

func writeRegion(tx *db.Tx, before, r Region) error {
	if _, err := insertCurrency(tx, Currency{}, r.Currency, r.UpdatedAt); err != nil {
		return err
	}
	if err := saveRegion(tx, r); err != nil {
		return err
	}
	gone, fresh := difference(before.Countries, r.Countries)
	return moveCountries(tx, r.ID, gone, fresh)
}

// roomFor gives a fault when there are as many as there may be already.
func roomFor(tx *db.Tx, count string, most int) error {
	var n int
	if err := tx.QueryRow(count).Scan(&n); err != nil {
		return err
	}
	if n >= most {
		return ErrTooMany
	}
	return nil
}
