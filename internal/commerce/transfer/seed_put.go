package transfer

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/staff"
	"kaidian/internal/platform/patch"
)

func (w *seedWriter) regions(ctx context.Context) error {
	there, err := w.findMarkets(ctx, aRegion)
	if err != nil {
		return err
	}
	for _, r := range w.file.regions {
		_, changed, err := w.o.Shop.PutRegion(ctx, r.RegionPatch)
		if err := w.done(r.path, there[cmp.Or(r.ID, r.Name.Or(""))] != "", changed, err); err != nil {
			return err
		}
	}
	return nil
}

func (w *seedWriter) channels(ctx context.Context) error {
	there, err := w.findMarkets(ctx, aChannel)
	if err != nil {
		return err
	}
	for _, c := range w.file.channels {
		_, changed, err := w.o.Shop.PutChannel(ctx, c.ChannelPatch)
		if err := w.done(c.path, there[cmp.Or(c.ID, c.Name.Or(""))] != "", changed, err); err != nil {
			return err
		}
	}
	return nil
}

// keys puts the publishable keys. One without an id is known again by its title.
func (w *seedWriter) keys(ctx context.Context) error {
	m, err := w.o.Shop.Markets(ctx)
	if err != nil {
		return err
	}
	channels, err := w.findMarkets(ctx, aChannel)
	if err != nil {
		return err
	}
	for _, k := range w.file.keys {
		if k.ID == "" {
			for _, present := range m.Keys {
				if present.Title == k.Title.Or("") && (k.ID == "" || present.ID < k.ID) {
					k.ID = present.ID
				}
			}
		}
		if refs, ok := k.channels.Get(); ok {
			k.Channels = patch.Some(seedIDs(channels, refs))
		}
		_, changed, err := w.o.Shop.PutKey(ctx, k.KeyPatch)
		_, there := m.Keys[k.ID]
		if err := w.done(k.path, there, changed, err); err != nil {
			return err
		}
	}
	return nil
}

func (w *seedWriter) options(ctx context.Context) error {
	regions, err := w.findMarkets(ctx, aRegion)
	if err != nil {
		return err
	}
	profiles, err := w.find(ctx, aProfile, []string{""})
	if err != nil {
		return err
	}
	for _, o := range w.file.options {
		o.RegionID, o.ProfileID = regions[o.RegionID], profiles[o.ProfileID]
		done, err := w.o.Fulfillment.PutOption(ctx, o.Option)
		if err := w.done(o.path, !done.Created, done.Changed, err); err != nil {
			return err
		}
	}
	return nil
}

// users makes the accounts of the staff. An account with the e-mail is left as it is.
func (w *seedWriter) users(ctx context.Context) error {
	for _, u := range w.file.users {
		_, err := w.o.Staff.Create(ctx, u.NewAccount)
		if errors.Is(err, staff.ErrEmailTaken) {
			w.count(true, false)
			continue
		}
		if err := w.done(u.path, false, false, err); err != nil {
			return err
		}
	}
	return nil
}

func (w *seedWriter) groups(ctx context.Context) error {
	there, err := w.find(ctx, aGroup, []string{""})
	if err != nil {
		return err
	}
	for _, g := range w.file.groups {
		_, changed, err := w.o.Customers.PutGroup(ctx, g.GroupPatch)
		if err := w.done(g.path, there[cmp.Or(g.ID, g.Name.Or(""))] != "", changed, err); err != nil {
			return err
		}
	}
	return nil
}

// customers registers people. Of one who has an account already only the groups and the addresses are completed.
func (w *seedWriter) customers(ctx context.Context) error {
	groups, err := w.find(ctx, aGroup, []string{""})
	if err != nil {
		return err
	}
	for _, c := range w.file.customers {
		there, changed, err := w.customer(ctx, c, seedIDs(groups, c.groups))
		if err := w.done(c.path, there, changed, err); err != nil {
			return err
		}
	}
	return nil
}

func (w *seedWriter) customer(ctx context.Context, c seedCustomer, groups []string) (there, changed bool, err error) {
	found, err := w.o.Customers.List(ctx, customer.Query{Type: customer.Email, Identity: c.Identity, Limit: 1})
	if err != nil {
		return false, false, err
	}
	var p customer.Profile
	if there = len(found) > 0; there {
		p = found[0]
	} else if p.Customer, _, err = w.o.Customers.Register(ctx, c.NewAccount); err != nil {
		return false, false, err
	}
	who := customer.ByID(p.ID)
	if len(groups) > 0 {
		if changed, err = w.o.Customers.AddToGroups(ctx, who, groups...); err != nil {
			return there, changed, err
		}
	}
	for _, a := range c.addresses {
		made, err := a.Apply(customer.Address{Kind: customer.Shipping})
		if err == nil && !hasAddress(p.Addresses, made) {
			changed = true
			made, err = w.o.Customers.AddAddress(ctx, who, a.StorePatch)
			p.Addresses = append(p.Addresses, made)
		}
		if err := w.refused(a.path, err); err != nil {
			return there, changed, err
		}
	}
	return there, changed, nil
}

// hasAddress tells whether an address with the same lines is among some.
func hasAddress(all []customer.Address, a customer.Address) bool {
	for _, b := range all {
		if seedLines(a) == seedLines(b) {
			return true
		}
	}
	return false
}

// seedLines is what tells one address from another.
func seedLines(a customer.Address) string {
	var b strings.Builder
	for _, line := range []*string{a.FirstName, a.LastName, a.Company, a.Address1, a.Address2, a.City, a.Province, a.PostalCode,
		a.CountryCode, a.DistrictCode, a.Phone} {
		b.WriteString(deref(line))
		b.WriteByte(0)
	}
	return b.String()
}
