package transfer

import (
	"context"
	"strings"

	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/promotion"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/patch"
)

func (w *seedWriter) taxes(ctx context.Context) error {
	var products, types []seedRef
	for _, t := range w.file.taxes {
		products, types = append(products, t.products.Or(nil)...), append(types, t.types.Or(nil)...)
	}
	productIDs, err := w.find(ctx, aProduct, seedNames(products))
	if err != nil {
		return err
	}
	typeIDs, err := w.find(ctx, aType, seedNames(types))
	if err != nil {
		return err
	}
	m, err := w.o.Shop.Markets(ctx)
	if err != nil {
		return err
	}
	regions, err := w.findMarkets(ctx, aRegion)
	if err != nil {
		return err
	}
	for _, t := range w.file.taxes {
		t.RegionID = regions[t.RegionID]
		if refs, ok := t.products.Get(); ok {
			t.Products = patch.Some(seedIDs(productIDs, refs))
		}
		if refs, ok := t.types.Get(); ok {
			t.Types = patch.Some(seedIDs(typeIDs, refs))
		}
		if err := w.tax(ctx, m, t); err != nil {
			return err
		}
	}
	return nil
}

func (w *seedWriter) tax(ctx context.Context, m *shop.Markets, t seedTax) error {
	if refs, ok := t.options.Get(); ok {
		found, err := w.findOptions(ctx, t.RegionID, seedNames(refs))
		if err != nil {
			return err
		}
		ids := []string{}
		for _, r := range refs {
			ids = append(ids, found[r.name]...)
		}
		t.Options = patch.Some(ids)
	}
	rules, err := w.o.Pricing.Rules(ctx)
	if err != nil {
		return err
	}
	there := false
	for _, present := range rules.Taxes[t.RegionID] {
		there = there || present.ID == t.ID || t.ID == "" && deref(present.Code) == t.Code.Or("")
	}
	_, changed, err := w.o.Pricing.PutTaxRate(ctx, m, t.TaxRatePatch)
	return w.done(t.path, there, changed, err)
}

func (w *seedWriter) lists(ctx context.Context) error {
	m, err := w.o.Shop.Markets(ctx)
	if err != nil {
		return err
	}
	groups, err := w.find(ctx, aGroup, []string{""})
	if err != nil {
		return err
	}
	regions, err := w.findMarkets(ctx, aRegion)
	if err != nil {
		return err
	}
	rules, err := w.o.Pricing.Rules(ctx)
	if err != nil {
		return err
	}
	for _, l := range w.file.lists {
		if refs, ok := l.groups.Get(); ok {
			l.Groups = patch.Some(seedIDs(groups, refs))
		}
		if list, ok := l.prices.Get(); ok {
			prices, err := w.listPrices(ctx, regions, list)
			if err != nil {
				return err
			}
			l.Prices = patch.Some(prices)
		}
		there := false
		for _, present := range rules.Lists {
			there = there || present.ID == l.ID || l.ID == "" && present.Name == l.Name.Or("")
		}
		_, changed, err := w.o.Pricing.PutList(ctx, m, l.ListPatch)
		if err := w.done(l.path, there, changed, err); err != nil {
			return err
		}
	}
	return nil
}

// listPrices gives the prices of a list by the ids of their variants.
func (w *seedWriter) listPrices(ctx context.Context, regions map[string]string, list []seedPrice) (map[string][]pricing.NewPrice, error) {
	skus := make([]string, len(list))
	for i, p := range list {
		skus[i] = p.sku
	}
	variants, err := w.find(ctx, aVariant, skus)
	out := map[string][]pricing.NewPrice{}
	for _, p := range list {
		out[variants[p.sku]] = append(out[variants[p.sku]], inRegion(p.NewPrice, regions))
	}
	return out, err
}

// inRegion gives a price with the id of its region, which the file may have by its name.
func inRegion(p pricing.NewPrice, regions map[string]string) pricing.NewPrice {
	if p.RegionID != nil {
		id := regions[*p.RegionID]
		p.RegionID = &id
	}
	return p
}

func (w *seedWriter) discounts(ctx context.Context) error {
	ids := map[seedKind]map[string]string{}
	names := map[seedKind][]string{aRegion: {""}}
	for _, d := range w.file.discounts {
		for i, refs := range d.conditions {
			kind := seedResources[d.Rule.Conditions[i].Type]
			names[kind] = append(names[kind], seedNames(refs)...)
		}
	}
	for kind, list := range names {
		var err error
		if ids[kind], err = w.find(ctx, kind, list); err != nil {
			return err
		}
	}
	for _, child := range []bool{false, true} { // parents first
		for _, d := range w.file.discounts {
			if (d.parent.name != "") != child {
				continue
			}
			if err := w.discount(ctx, d, ids); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *seedWriter) discount(ctx context.Context, d seedDiscount, ids map[seedKind]map[string]string) error {
	d.Regions = seedIDs(ids[aRegion], d.regions)
	for i, refs := range d.conditions {
		c := &d.Rule.Conditions[i]
		c.Resources = seedIDs(ids[seedResources[c.Type]], refs)
	}
	var err error
	var done promotion.Put
	if d.parent.name != "" {
		var parent promotion.Discount
		parent, err = w.o.Promotion.Discount(ctx, d.parent.name)
		d.ParentID = &parent.ID
	}
	if err == nil {
		done, err = w.o.Promotion.PutDiscount(ctx, d.Discount)
	}
	return w.done(d.path, !done.Created, done.Changed, err)
}

// cards puts the gift cards. One of which the file does not say how it is taxed is taxed as its region taxes what is sold,
// from the day on which it is made.
func (w *seedWriter) cards(ctx context.Context) error {
	m, err := w.o.Shop.Markets(ctx)
	if err != nil {
		return err
	}
	regions, err := w.findMarkets(ctx, aRegion)
	if err != nil {
		return err
	}
	for _, c := range w.file.cards {
		c.RegionID = regions[c.RegionID]
		if !c.rated {
			present, err := w.o.Promotion.GiftCard(ctx, strings.TrimSpace(c.Code))
			region, _ := m.Region(c.RegionID)
			switch {
			case err == nil:
				c.TaxRate = present.TaxRate
			case region.GiftCardsTaxable:
				c.TaxRate = &region.TaxRate
			}
		}
		done, err := w.o.Promotion.PutGiftCard(ctx, c.GiftCard)
		if err := w.done(c.path, !done.Created, done.Changed, err); err != nil {
			return err
		}
	}
	return nil
}

func (w *seedWriter) reasons(ctx context.Context) error {
	ids := make([]string, len(w.file.reasons))
	for i, r := range w.file.reasons {
		if r.parent >= 0 {
			if ids[r.parent] == "" {
				continue // it was refused
			}
			r.ParentID = &ids[r.parent]
		}
		done, err := w.o.Orders.PutReturnReason(ctx, r.ReturnReason)
		ids[i] = done.ID
		if err := w.done(r.path, !done.Created, done.Changed, err); err != nil {
			return err
		}
	}
	return nil
}
