package cart

import (
	"context"
	"encoding/json"
	"slices"

	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/patch"
)

// Patch changes a cart. What is nil or absent stays.
type Patch struct {
	Caller      string // the signed-in customer's id: whose the cart is then, whatever CustomerID says
	RegionID    *string
	CountryCode *string // one of the region's, in any case: the shipping address's
	Email       *string // of whom the cart is: a guest, who is made where there is none
	CustomerID  *string // a guest's, or the present customer's
	ChannelID   *string
	Shipping    patch.Optional[AddressInput]
	Billing     patch.Optional[AddressInput]
	Discounts   patch.Optional[[]string] // codes: all of them
	Cards       patch.Optional[[]string] // codes of gift cards: all of them
	Context     json.RawMessage          // an object, put over what is there; nil leaves it
}

// Update changes a cart: first whose it is, then its region, channel and addresses, then its codes, each checked against what came
// before it. All of it or nothing.
//
// Another region prices the lines anew and removes those without a price there; shipping methods and gift cards go, discounts that
// do not hold there too, and the country of the shipping address becomes the one that was said, or the region's only one, or none.
// Another channel removes the lines that it does not sell.
//
// Faults: Invalid, ErrNotFound, ErrCompleted, ErrAuthorized, shop.ErrNoRegion, ErrCountry, ErrAddressCountry, shop.ErrNoChannel,
// ErrChannelDisabled, customer.ErrNotFound, customer.ErrAddressNotFound, ErrForeignCustomer, and those of promotion for codes that
// there are not or that do not hold.
func (s *Service) Update(ctx context.Context, id string, p Patch) (Cart, error) {
	if err := p.normalise(); err != nil {
		return Cart{}, err
	}
	return s.change(ctx, id, func(w *work) error {
		if p.empty() && !w.c.taken(p.Caller) {
			return nil
		}
		if err := w.open(); err != nil {
			return err
		}
		return w.apply(p)
	})
}

// apply does what a patch says. What depends on goods and codes comes after they were read, which is once.
func (w *work) apply(p Patch) error {
	moved := p.RegionID != nil && *p.RegionID != w.c.RegionID
	elsewhere := p.ChannelID != nil && (w.c.ChannelID == nil || *p.ChannelID != *w.c.ChannelID)
	if err := w.belong(p.Caller, p.CustomerID, p.Email); err != nil {
		return err
	}
	if err := w.place(p, moved, elsewhere); err != nil {
		return err
	}
	var err error
	if w.c.Body.Context, err = merged("context", w.c.Body.Context, p.Context); err != nil {
		return err
	}
	if err := w.find(p); err != nil {
		return err
	}
	if err := w.fetch(); err != nil {
		return err
	}
	if moved {
		if err := w.leave(p); err != nil {
			return err
		}
	}
	if elsewhere {
		if err := w.narrow(); err != nil {
			return err
		}
	}
	return w.check(p)
}

// place does what a patch says of region, channel and addresses.
func (w *work) place(p Patch, moved, elsewhere bool) error {
	if moved {
		if !w.c.AuthorizedAt.IsZero() {
			return ErrAuthorized
		}
		w.c.RegionID = *p.RegionID
	}
	region, err := w.region()
	if err != nil {
		return err
	}
	if elsewhere {
		if err := openChannel(w.g.markets, *p.ChannelID); err != nil {
			return err
		}
		w.c.ChannelID = p.ChannelID
	}
	code := ""
	if p.CountryCode != nil {
		code = *p.CountryCode
	}
	if err := w.settle(&region, code, moved); err != nil {
		return err
	}
	return w.addresses(p, &region)
}

func (w *work) addresses(p Patch, region *shop.Region) error {
	body := &w.c.Body
	if err := w.address(&body.Billing, p.Billing, p.Caller, "billing_address"); err != nil {
		return err
	}
	if err := w.address(&body.Shipping, p.Shipping, p.Caller, "shipping_address"); err != nil {
		return err
	}
	to := body.Shipping
	if p.Shipping.IsSet() && to != nil && to.CountryCode != nil && !slices.Contains(region.Countries, *to.CountryCode) {
		return ErrAddressCountry
	}
	return nil
}

// leave drops what belongs to the region of before: cards and shipping, lines without a price, and discounts that do not hold here.
// What the patch says of codes it says of this region.
func (w *work) leave(p Patch) error {
	region, err := w.region()
	if err != nil {
		return err
	}
	body := &w.c.Body
	body.Lines = slices.DeleteFunc(body.Lines, func(l Line) bool {
		_, priced := w.priceOf(&region, l.VariantID, l.Quantity)
		return !priced
	})
	w.linesChanged()
	if !p.Cards.IsSet() {
		body.Cards = nil
	}
	if !p.Discounts.IsSet() {
		use := w.use()
		body.Discounts = slices.DeleteFunc(body.Discounts, func(id string) bool {
			d, ok := w.discounts[id]
			return !ok || d.Check(use) != nil
		})
	}
	return nil
}

// narrow removes the lines whose products the cart's channel does not sell: a statement.
func (w *work) narrow() error {
	body := &w.c.Body
	products := make([]string, len(body.Lines))
	for i, l := range body.Lines {
		products[i] = l.ProductID
	}
	sold, err := w.s.o.Catalog.SoldIn(w.tx, *w.c.ChannelID, products)
	if err != nil {
		return err
	}
	before := len(body.Lines)
	body.Lines = slices.DeleteFunc(body.Lines, func(l Line) bool { return !sold[l.ProductID] })
	if len(body.Lines) != before {
		w.linesChanged()
	}
	return nil
}

func (p *Patch) empty() bool {
	return p.RegionID == nil && p.CountryCode == nil && p.Email == nil && p.CustomerID == nil && p.ChannelID == nil &&
		!p.Shipping.IsSet() && !p.Billing.IsSet() && !p.Discounts.IsSet() && !p.Cards.IsSet() && p.Context == nil
}

func (p *Patch) normalise() error {
	var err error
	if p.Email != nil {
		email, err := customer.NormalEmail(*p.Email)
		if err != nil {
			return err
		}
		p.Email = &email
	}
	if p.Context, err = object("context", p.Context); err != nil {
		return err
	}
	if p.Discounts, err = codes("discounts", p.Discounts); err != nil {
		return err
	}
	p.Cards, err = codes("gift_cards", p.Cards)
	return err
}
