package cart

import (
	"kaidian/internal/commerce/fulfillment"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/promotion"
)

// reckon says what the cart costs as it is now, or what was agreed. It may be called again after a change, and reads only what was not
// read.
func (w *work) reckon() error {
	if err := w.fetch(); err != nil {
		return err
	}
	region, err := w.region()
	if err != nil {
		return err
	}
	c := w.c
	c.Region = region
	if c.Body.Agreed != nil && (c.HeldBy != "" || !c.CompletedAt.IsZero()) {
		w.recall(c.Body.Agreed)
		return nil
	}
	c.Taxed = w.forced || region.AutomaticTaxes
	c.Rates, c.Options, w.lost = map[string][]pricing.Rate{}, map[string]fulfillment.Option{}, map[string]string{}
	w.hold()
	basket := pricing.Basket{Region: &c.Region, Taxed: c.Taxed, Discounts: c.Discounts, Cards: c.Cards,
		Lines: make([]pricing.BasketLine, len(c.Body.Lines)), Methods: make([]pricing.BasketMethod, len(c.Body.Methods))}
	for i := range c.Body.Lines {
		basket.Lines[i] = w.line(&c.Body.Lines[i])
	}
	for i := range c.Body.Methods {
		basket.Methods[i] = w.method(&c.Body.Methods[i])
	}
	c.Quote, err = pricing.Compute(basket)
	return err
}

// recall gives the cart what was agreed.
func (w *work) recall(a *Agreed) {
	c := w.c
	c.Quote, c.Taxed, c.Rates = a.Quote, a.Taxed, a.Rates
	c.Discounts, c.Cards, c.Options, w.lost = nil, nil, map[string]fulfillment.Option{}, map[string]string{}
	for _, id := range a.Discounts {
		if d, ok := w.discounts[id]; ok {
			c.Discounts = append(c.Discounts, d)
		}
	}
	for _, id := range a.Cards {
		if card, ok := w.cards[id]; ok {
			c.Cards = append(c.Cards, card)
		}
	}
	for _, m := range c.Body.Methods {
		if option, ok := w.g.option(m.OptionID); ok {
			c.Options[m.OptionID] = option
		}
	}
}

// agree keeps what a cart costs that was reckoned.
func (c *Cart) agree() {
	a := &Agreed{Quote: c.Quote, Taxed: c.Taxed, Rates: c.Rates}
	for i := range c.Discounts {
		a.Discounts = append(a.Discounts, c.Discounts[i].ID)
	}
	for i := range c.Cards {
		a.Cards = append(a.Cards, c.Cards[i].ID)
	}
	c.Body.Agreed = a
}

// hold finds the discounts and cards of the cart that hold here and now. Of the discounts that are not free shipping the first one
// does.
func (w *work) hold() {
	c := w.c
	c.Discounts, c.Cards = nil, nil
	use, found := w.use(), false
	for _, id := range c.Body.Discounts {
		d, ok := w.discounts[id]
		if !ok || d.Check(use) != nil {
			continue
		}
		if d.Rule.Type != promotion.FreeShipping {
			if found {
				continue
			}
			found = true
		}
		c.Discounts = append(c.Discounts, d)
	}
	for _, id := range c.Body.Cards {
		if card, ok := w.cards[id]; ok && card.Check(c.RegionID, w.now) == nil {
			c.Cards = append(c.Cards, card)
		}
	}
	promotion.SortCards(c.Cards)
}

// use says who wants to use discounts.
func (w *work) use() promotion.Use {
	return promotion.Use{Now: w.now, RegionID: w.c.RegionID, CustomerID: w.c.CustomerID, Groups: w.c.Groups}
}

// line brings a line up to what is known of its goods and says what to reckon it as. The context of its price is the region that
// reckon has put into the cart.
func (w *work) line(l *Line) pricing.BasketLine {
	c := w.c
	about := promotion.Subject{ProductID: l.ProductID, TypeIDs: w.subjects[l.ProductID].Types, TagIDs: w.subjects[l.ProductID].Tags}
	ware, living := c.Wares[l.VariantID]
	if living {
		l.GiftCard, l.NoDiscounts = ware.Product.GiftCard, !ware.Product.Discountable || ware.Product.GiftCard
		if ware.Product.CollectionID != nil {
			about.CollectionID = *ware.Product.CollectionID
		}
	}
	unit, priced := w.priceOf(&c.Region, l.VariantID, l.Quantity)
	if priced {
		l.UnitPrice, l.IncludesTax = unit.Amount, unit.IncludesTax
	}
	switch {
	case !living || !ware.Purchasable():
		w.lost[l.ID] = "is not for sale any more"
	case !priced:
		w.lost[l.ID] = "has no price any more"
	}
	if c.Taxed {
		c.Rates[l.ID] = pricing.RatesFor(&c.Region, w.g.rules, about.TypeIDs, w.bound[l.ProductID])
	}
	return pricing.BasketLine{ID: l.ID, UnitPrice: l.UnitPrice, Quantity: l.Quantity, IncludesTax: l.IncludesTax,
		Discountable: !l.NoDiscounts, Rates: c.Rates[l.ID], About: about}
}

// method brings a chosen way of shipping up to what is known of its option and says what to reckon it as.
func (w *work) method(m *Method) pricing.BasketMethod {
	c := w.c
	option, living := w.g.option(m.OptionID)
	if living {
		c.Options[m.OptionID] = option
		if option.Amount != nil {
			m.Price = *option.Amount
		}
	}
	if !living || !option.ForShoppers(c.RegionID) {
		w.lost[m.ID] = "is not offered any more"
	}
	if c.Taxed {
		c.Rates[m.ID] = pricing.OptionRatesFor(&c.Region, w.g.rules, m.OptionID)
	}
	return pricing.BasketMethod{ID: m.ID, Price: m.Price, IncludesTax: option.IncludesTax, Rates: c.Rates[m.ID]}
}

// profileOf gives the id of the shipping profile of a line's goods, or "" when they are gone.
func (w *work) profileOf(l *Line) string {
	ware, ok := w.c.Wares[l.VariantID]
	if !ok {
		return ""
	}
	return fulfillment.ProfileOf(w.g.profiles, ware.Product.ProfileID, ware.Product.GiftCard)
}
