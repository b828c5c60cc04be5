package cart

import (
	"cmp"
	"slices"
	"strings"

	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/id"
	"kaidian/internal/platform/patch"
)

// AddressInput is an address as a change of a cart says it: one of the signed-in customer's by its ID, or a change to the cart's.
type AddressInput struct {
	ID     string                 // empty for a Change
	Change customer.AddressChange // of what is there, or of a new one, which may lack anything
}

// whole is an address as package customer knows it, whose rules for addresses hold for a cart's too. Its kind is the one that may
// lack anything.
func (a *Address) whole() customer.Address {
	return customer.Address{ID: a.ID, Kind: customer.Billing, FirstName: a.FirstName, LastName: a.LastName, Company: a.Company,
		Address1: a.Address1, Address2: a.Address2, City: a.City, Province: a.Province, PostalCode: a.PostalCode,
		CountryCode: a.CountryCode, DistrictCode: a.District, Phone: a.Phone, Metadata: a.Metadata,
		CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt}
}

// take sets all of an address but its id, owner and times.
func (a *Address) take(from customer.Address) {
	a.FirstName, a.LastName, a.Company, a.Address1, a.Address2 = from.FirstName, from.LastName, from.Company, from.Address1, from.Address2
	a.City, a.Province, a.PostalCode, a.CountryCode, a.District = from.City, from.Province, from.PostalCode, from.CountryCode, from.DistrictCode
	a.Phone, a.Metadata = from.Phone, from.Metadata
}

// Store gives the address as the Store API shows it.
func (a *Address) Store() customer.StoreAddress {
	out := a.whole().Store()
	if a.CustomerID != nil {
		out.CustomerID = *a.CustomerID
	}
	return out
}

// changed gives an address after a change, in place, or a new one where there is none. Fault: Invalid.
func (w *work) changed(a *Address, by customer.AddressChange) (*Address, error) {
	next := Address{ID: id.New("addr", w.now), CreatedAt: w.now}
	if a != nil {
		next = *a
	}
	after, err := by.Apply(next.whole())
	if err != nil {
		return nil, err
	}
	next.take(after)
	next.UpdatedAt = w.now
	return &next, nil
}

// address does what a change says of an address of the cart: name is what the caller calls it. Faults: Invalid,
// customer.ErrAddressNotFound.
func (w *work) address(to **Address, o patch.Optional[AddressInput], caller, name string) error {
	in, given := o.Get()
	switch {
	case !o.IsSet():
		return nil
	case !given:
		*to = nil
		return nil
	case in.Change != nil:
		next, err := w.changed(*to, in.Change)
		if err != nil {
			return within(name, err)
		}
		*to = next
		return nil
	case in.ID == "" || caller == "":
		return customer.ErrAddressNotFound
	}
	// Another's address is no address: who is not signed in has none.
	own, err := w.s.o.Customers.AddressOf(w.tx, caller, customer.ByID(in.ID))
	if err != nil {
		return err
	}
	next := Address{ID: own.ID, CustomerID: &own.CustomerID, CreatedAt: own.CreatedAt, UpdatedAt: own.UpdatedAt}
	next.take(own)
	*to = &next
	return nil
}

// country sets the country of the shipping address, nil for none. Where it is another, the place within the old one goes by the
// rules of addresses.
func (w *work) country(code *string) error {
	present := w.c.Body.Shipping
	if code == nil && (present == nil || present.CountryCode == nil) {
		return nil
	}
	if code != nil && present != nil && present.CountryCode != nil && *present.CountryCode == *code {
		return nil
	}
	change := customer.StorePatch{CountryCode: patch.Null[string]()}
	if code != nil {
		change.CountryCode = patch.Some(*code)
	}
	next, err := w.changed(present, change)
	if err == nil {
		w.c.Body.Shipping = next
	}
	return err
}

// settle gives the cart the country that was asked for, empty for none, or the one that a region says by having no other. Moved
// tells that the cart was elsewhere: then its country of before goes. Fault: ErrCountry.
func (w *work) settle(region *shop.Region, code string, moved bool) error {
	code = strings.ToLower(strings.TrimSpace(code))
	switch {
	case code != "" && !slices.Contains(region.Countries, code):
		return ErrCountry.WithMessage("Country is not available in the region: " + cmp.Or(printable(code), "?"))
	case code != "":
		return w.country(&code)
	case !moved:
		return nil
	case len(region.Countries) == 1:
		return w.country(&region.Countries[0])
	default:
		return w.country(nil)
	}
}

// printable gives what can be shown of a code that somebody sent.
func printable(code string) string {
	if len(code) > 8 || strings.Trim(code, "abcdefghijklmnopqrstuvwxyz") != "" {
		return ""
	}
	return code
}

// firstRegion gives the region that carts are in of which nobody says another: the oldest.
func firstRegion(m *shop.Markets) (shop.Region, bool) {
	if len(m.Regions) == 0 {
		return shop.Region{}, false
	}
	return slices.MinFunc(m.Regions, func(a, b shop.Region) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), strings.Compare(a.ID, b.ID))
	}), true
}

// channelFor finds the channel of a new cart: the one that was asked for, the only one of the publishable key, or the default one.
// Nil where the shop has none. Faults: shop.ErrNoChannel, ErrChannelDisabled, ErrChannelScope, ErrWhichChannel.
func channelFor(m *shop.Markets, asked, key string) (*string, error) {
	scope := m.Keys[key].Channels
	switch {
	case asked != "" && len(scope) > 0 && !slices.Contains(scope, asked):
		return nil, ErrChannelScope
	case asked == "" && len(scope) > 1:
		return nil, ErrWhichChannel
	case asked == "" && len(scope) == 1:
		asked = scope[0]
	case asked == "":
		asked = m.DefaultChannel
	}
	if asked == "" {
		return nil, nil
	}
	return &asked, openChannel(m, asked)
}

// openChannel looks whether there is a channel that sells. Faults: shop.ErrNoChannel, ErrChannelDisabled.
func openChannel(m *shop.Markets, id string) error {
	channel, ok := m.Channels[id]
	switch {
	case !ok:
		return shop.ErrNoChannel
	case channel.Disabled:
		return ErrChannelDisabled
	}
	return nil
}
