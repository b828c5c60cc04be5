package cart

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"kaidian/internal/commerce/fulfillment"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/platform/id"
)

// NewMethod is a way of shipping to choose.
type NewMethod struct {
	OptionID string
	Data     json.RawMessage // what the option's carrier wants to know: an object of 16 KiB at most, or nil
}

// OfferedOption is a way of shipping that a cart may choose, with its price.
type OfferedOption struct {
	fulfillment.Option
	Profile      fulfillment.Profile
	Price        int64          // minor units
	Tax          int64          // of it; 0 where the region shows no taxes
	PriceInclTax int64          // minor units
	Rates        []pricing.Rate // nil where the region shows no taxes
}

// tries bounds how often a carrier is asked anew because the cart changed meanwhile.
const tries = 3

var errStale = errors.New("cart: the cart changed while the carrier was asked")

// AddMethod chooses a way of shipping, in place of the one for the same shipping profile. What a calculated price is, the carrier is
// asked before the transaction; the answer holds until the lines change.
//
// Faults: Invalid, ErrNoOption, ErrReturnOption, ErrOptionElsewhere, ErrRequirement, ErrChanged, ErrNotFound, ErrCompleted, and
// those of fulfillment for options without a price.
func (s *Service) AddMethod(ctx context.Context, id string, n NewMethod) (Cart, error) {
	for range tries {
		g, err := s.ready(ctx)
		if err != nil {
			return Cart{}, err
		}
		m, version, err := s.quoteMethod(ctx, g, id, n)
		if err != nil {
			return Cart{}, err
		}
		c, err := s.change(ctx, id, func(w *work) error {
			if version != 0 && version != w.c.Version {
				return errStale
			}
			return w.choose(m)
		})
		if !errors.Is(err, errStale) {
			return c, err
		}
	}
	return Cart{}, ErrChanged
}

// quoteMethod makes the method of an option, without an id, and with its price. When a carrier was asked for it, the price is for
// the cart of that version.
func (s *Service) quoteMethod(ctx context.Context, g *ground, id string, n NewMethod) (m Method, version int64, err error) {
	option, ok := g.option(n.OptionID)
	switch {
	case !ok || option.AdminOnly:
		return m, 0, ErrNoOption
	case option.IsReturn:
		return m, 0, ErrReturnOption
	}
	m = Method{OptionID: option.ID, Profile: option.ProfileID}
	if m.Data, err = s.o.Shipping.Validate(ctx, option, n.Data); err != nil {
		return m, 0, err
	}
	if option.PriceType == fulfillment.FlatRate {
		m.Price, err = s.o.Shipping.Price(ctx, fulfillment.PriceRequest{Option: option})
		return m, 0, err
	}
	c, err := s.Get(ctx, id, View{})
	switch {
	case err != nil:
		return m, 0, err
	case !c.CompletedAt.IsZero():
		return m, 0, ErrCompleted
	case option.RegionID != c.RegionID:
		return m, 0, ErrOptionElsewhere
	}
	m.Price, err = s.o.Shipping.Price(ctx, c.request(option, m.Data))
	return m, c.Version, err
}

// request is what a carrier is asked for the price of an option.
func (c *Cart) request(o fulfillment.Option, data json.RawMessage) fulfillment.PriceRequest {
	r := fulfillment.PriceRequest{Option: o, Data: data, Currency: c.Region.Currency, Subtotal: c.Quote.Subtotal}
	if to := c.Body.Shipping; to != nil {
		r.Country, r.Province, r.City, r.PostalCode = deref(to.CountryCode), deref(to.Province), deref(to.City), deref(to.PostalCode)
	}
	for i := range c.Body.Lines {
		l := &c.Body.Lines[i]
		ware := c.Wares[l.VariantID]
		r.Pieces = append(r.Pieces, fulfillment.Piece{VariantID: l.VariantID, Quantity: l.Quantity, Weight: ware.Weight,
			Length: ware.Length, Width: ware.Width, Height: ware.Height})
	}
	return r
}

// choose puts a method into the cart. Faults: ErrNoOption, ErrOptionElsewhere, ErrRequirement.
func (w *work) choose(m Method) error {
	option, ok := w.g.option(m.OptionID)
	switch {
	case !ok:
		return ErrNoOption
	case !option.ForShoppers(w.c.RegionID):
		return ErrOptionElsewhere
	}
	if err := w.open(); err != nil {
		return err
	}
	if err := w.reckon(); err != nil {
		return err
	}
	if !option.Met(w.c.Quote.Subtotal) {
		return ErrRequirement
	}
	m.ID = id.New("sm", w.now)
	body := &w.c.Body
	body.Methods = append(slices.DeleteFunc(body.Methods, func(o Method) bool { return o.Profile == m.Profile }), m)
	for i := range body.Lines {
		if w.profileOf(&body.Lines[i]) == m.Profile {
			body.Lines[i].HasShipping = true
		}
	}
	return nil
}

// OptionsFor gives the ways of shipping that a cart may choose now: of the profiles of its goods, in its region, for shoppers, one
// way, and with what they require. One whose carrier cannot tell its price is left out. An empty cart has none. It takes the
// statements of Get. Fault: ErrNotFound.
func (s *Service) OptionsFor(ctx context.Context, id string) ([]OfferedOption, error) {
	g, err := s.ready(ctx)
	if err != nil {
		return nil, err
	}
	c, err := s.Get(ctx, id, View{})
	if err != nil {
		return nil, err
	}
	wanted := map[string]bool{}
	w := &work{g: g, c: &c}
	for i := range c.Body.Lines {
		wanted[w.profileOf(&c.Body.Lines[i])] = true
	}
	var out []OfferedOption
	for i := range g.options {
		o := g.options[i]
		if !wanted[o.ProfileID] || !o.ForShoppers(c.RegionID) || !o.Met(c.Quote.Subtotal) {
			continue
		}
		price, err := s.o.Shipping.Price(ctx, c.request(o, nil))
		if err != nil {
			s.o.Log.WarnContext(ctx, "a shipping option has no price", "option", o.ID, "cart", c.ID, "err", err)
			continue
		}
		out = append(out, g.offer(o, price, &c))
	}
	return out, nil
}

// offer adds to an option what its price comes to in a cart.
func (g *ground) offer(o fulfillment.Option, price int64, c *Cart) OfferedOption {
	out := OfferedOption{Option: o, Profile: fulfillment.Profile{ID: o.ProfileID}, Price: price, PriceInclTax: price}
	for _, p := range g.profiles {
		if p.ID == o.ProfileID {
			out.Profile = p
		}
	}
	if !c.Region.AutomaticTaxes {
		return out
	}
	out.Rates = pricing.OptionRatesFor(&c.Region, g.rules, o.ID)
	out.Tax = pricing.ShippingTax(price, o.IncludesTax, out.Rates)
	if !o.IncludesTax {
		out.PriceInclTax += out.Tax
	}
	return out
}

// deref gives what a pointer points to, the zero value for nil.
func deref[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
