package cart

import (
	"maps"
	"slices"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/promotion"
	"kaidian/internal/commerce/shop"
)

// fetch reads what the cart's price depends on, and that of variants that may come into it: by one statement each, whatever their
// number up to 256, and none for what there is not. It reads once.
func (w *work) fetch(more ...string) error {
	if w.read {
		return nil
	}
	variants, products := slices.Clone(more), []string(nil)
	for i := range w.c.Body.Lines {
		variants = append(variants, w.c.Body.Lines[i].VariantID)
	}
	slices.Sort(variants)
	if err := w.fetchGoods(slices.Compact(variants)); err != nil {
		return err
	}
	for _, ware := range w.c.Wares {
		products = append(products, ware.ProductID)
	}
	if err := w.fetchCodes(); err != nil {
		return err
	}
	if err := w.fetchGroups(); err != nil {
		return err
	}
	w.read = true
	return w.fetchKinds(products)
}

// fetchGoods gives the cart its wares and their prices: of what is kept in memory it reads the stock alone.
func (w *work) fetchGoods(variants []string) error {
	found, missing, changes := w.s.goods.find(variants)
	if w.fresh {
		clear(found)
		missing = variants
	}
	read, err := w.readGoods(missing)
	if err != nil {
		return err
	}
	// What a transaction has read counts when it is committed: on SQLite it sees what others did in it before.
	if keep := func() { w.s.goods.keep(changes, read) }; w.tx.Writing() {
		w.tx.AfterCommit(keep)
	} else {
		keep()
	}
	stock, err := w.s.o.Catalog.Stocks(w.tx, slices.Sorted(maps.Keys(found)))
	if err != nil {
		return err
	}
	w.c.Wares, w.prices = make(map[string]catalog.Ware, len(variants)), make(map[string][]pricing.Price, len(variants))
	for id, g := range found {
		g.ware.Stock, g.ware.Counted = 0, false
		if n, ok := stock[id]; ok {
			g.ware.Stock, g.ware.Counted = n, true
		}
		w.c.Wares[id], w.prices[id] = g.ware, g.prices
	}
	for id, g := range read {
		w.c.Wares[id], w.prices[id] = g.ware, g.prices
	}
	return nil
}

// readGoods reads living variants: two statements, none for none.
func (w *work) readGoods(variants []string) (map[string]good, error) {
	wares, err := w.s.o.Catalog.Wares(w.tx, variants)
	if err != nil {
		return nil, err
	}
	prices, err := w.s.o.Pricing.For(w.tx, slices.Collect(maps.Keys(wares)))
	out := make(map[string]good, len(wares))
	for id, ware := range wares {
		out[id] = good{ware: ware, prices: prices[id], at: w.now}
	}
	return out, err
}

// fetchCodes reads the discounts and gift cards of the body, unless a change has found them by their codes.
func (w *work) fetchCodes() error {
	var err error
	if w.discounts == nil && len(w.c.Body.Discounts) > 0 {
		if w.discounts, err = w.s.o.Promotion.ByIDs(w.tx, w.c.Body.Discounts); err != nil {
			return err
		}
	}
	if w.cards == nil && len(w.c.Body.Cards) > 0 {
		w.cards, err = w.s.o.Promotion.CardsByIDs(w.tx, w.c.Body.Cards)
	}
	return err
}

// fetchGroups reads the groups of the customer where a price list or a discount asks for some.
func (w *work) fetchGroups() error {
	w.c.Groups = nil
	if w.c.CustomerID == nil {
		return nil
	}
	asked := false
	for _, l := range w.g.rules.Lists {
		asked = asked || len(l.Groups) > 0
	}
	for _, d := range w.discounts {
		asked = asked || wants(&d.Rule, promotion.CustomerGroups)
	}
	if !asked {
		return nil
	}
	var err error
	w.c.Groups, err = w.s.o.Customers.GroupsIn(w.tx, *w.c.CustomerID)
	return err
}

// fetchKinds reads what products are filed under, where discounts or taxes ask for that, and which tax rates are bound to them.
func (w *work) fetchKinds(products []string) error {
	slices.Sort(products)
	products = slices.Compact(products)
	var needs catalog.SubjectNeeds
	for _, d := range w.discounts {
		needs.Types = needs.Types || wants(&d.Rule, promotion.Types)
		needs.Tags = needs.Tags || wants(&d.Rule, promotion.Tags)
	}
	region, err := w.region()
	if err != nil {
		return err
	}
	w.bound = nil
	if w.forced || region.AutomaticTaxes {
		for _, t := range w.g.rules.Taxes[region.ID] {
			needs.Types = needs.Types || len(t.Types) > 0
		}
		if w.bound, err = pricing.ProductRates(w.tx, w.g.rules.ProductRateIDs(region.ID), products); err != nil {
			return err
		}
	}
	w.subjects, err = w.s.o.Catalog.Subjects(w.tx, products, needs)
	return err
}

func wants(r *promotion.Rule, kind promotion.ConditionType) bool {
	return slices.ContainsFunc(r.Conditions, func(c promotion.Condition) bool { return c.Type == kind })
}

// region gives the cart's region. Fault: shop.ErrNoRegion.
func (w *work) region() (shop.Region, error) {
	region, ok := w.g.markets.Region(w.c.RegionID)
	if !ok {
		return shop.Region{}, shop.ErrNoRegion
	}
	return region, nil
}

// context says who asks for prices.
func (w *work) context(region *shop.Region, quantity int64) pricing.Context {
	out := pricing.Context{Region: region, Groups: w.c.Groups, Quantity: quantity, Now: w.now}
	if currency, ok := w.g.markets.Currencies[region.Currency]; ok {
		out.Currency = &currency
	}
	return out
}

// priceOf gives what one piece of a variant costs of which there is a quantity.
func (w *work) priceOf(region *shop.Region, variant string, quantity int64) (pricing.Unit, bool) {
	return pricing.UnitPrice(w.prices[variant], w.g.rules, w.context(region, quantity))
}
