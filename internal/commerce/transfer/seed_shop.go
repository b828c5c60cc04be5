package transfer

import (
	"encoding/json"
	"strings"

	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/fulfillment"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/commerce/staff"
	"kaidian/internal/platform/patch"
)

func (f *seedFile) readStore(o seedObject) {
	s := &f.store
	s.name = o.word("name")
	s.currency = strings.ToLower(o.word("default_currency"))
	s.channel = o.ref("default_sales_channel")
	list, _ := o.list("currencies").Get()
	for _, n := range list {
		c := o.problems.named(n, "code")
		s.currencies = append(s.currencies, shop.CurrencyPatch{Code: strings.ToLower(c.must("code")), IncludesTax: c.flag("includes_tax")})
		c.end()
	}
	o.end()
}

func (f *seedFile) readUser(o seedObject) {
	u := seedUser{path: o.path(), NewAccount: staff.NewAccount{
		Email: o.must("email"), Password: o.must("password"), Name: o.word("name"), Mobile: o.word("mobile"),
		Type: staff.AccountType(o.oneOf("type", string(staff.Owner), string(staff.Staff)).Or("")),
	}}
	if u.Name == "" {
		u.Name, _, _ = strings.Cut(u.Email, "@")
	}
	f.users = append(f.users, u)
	o.end()
}

func (f *seedFile) readRegion(o seedObject) {
	r := seedRegion{path: o.path(), RegionPatch: shop.RegionPatch{
		ID: o.word("id"), Name: patch.Some(o.must("name")), Currency: patch.Some(strings.ToLower(o.must("currency_code"))),
		TaxRate: o.percent("tax_rate"), TaxCode: o.text("tax_code"), TaxProviderID: o.text("tax_provider_id"),
		GiftCardsTaxable: o.flag("gift_cards_taxable"), AutomaticTaxes: o.flag("automatic_taxes"), IncludesTax: o.flag("includes_tax"),
		Countries: o.texts("countries", ""), PaymentProviders: o.texts("payment_providers", ""),
		FulfillmentProviders: o.texts("fulfillment_providers", ""), Metadata: o.object("metadata"),
	}}
	f.regions = append(f.regions, r)
	o.end()
}

func (f *seedFile) readChannel(o seedObject) {
	c := seedChannel{path: o.path(), ChannelPatch: shop.ChannelPatch{
		ID: o.word("id"), Name: patch.Some(o.must("name")), Description: o.text("description"),
		Disabled: o.flag("is_disabled"), Metadata: o.object("metadata"),
	}}
	c.products = o.refs("products", "").Or(nil)
	f.channels = append(f.channels, c)
	o.end()
}

func (f *seedFile) readKey(o seedObject) {
	k := seedKey{path: o.path(), KeyPatch: shop.KeyPatch{ID: o.word("id"), Title: patch.Some(o.must("title"))}}
	k.channels = o.refs("sales_channels", "")
	f.keys = append(f.keys, k)
	o.end()
}

func (f *seedFile) readOption(o seedObject) {
	s := seedOption{path: o.path(), Option: fulfillment.Option{
		ID: o.word("id"), Name: o.must("name"), RegionID: o.must("region_id"), ProfileID: o.word("profile_id"),
		ProviderID: o.must("provider_id"), IsReturn: o.flag("is_return").Or(false), AdminOnly: o.flag("admin_only").Or(false),
		IncludesTax: o.flag("includes_tax").Or(false), Amount: o.whole("amount").Pointer(),
		PriceType: fulfillment.PriceType(o.oneOf("price_type", string(fulfillment.FlatRate), string(fulfillment.Calculated)).Or(string(fulfillment.FlatRate))),
		Data:      o.object("data").Or(json.RawMessage("{}")), Metadata: o.object("metadata").Or(nil),
	}}
	requirements, _ := o.list("requirements").Get()
	for _, n := range requirements {
		r := o.problems.open(n)
		s.Requirements = append(s.Requirements, fulfillment.Requirement{
			Type:   fulfillment.RequirementType(r.oneOf("type", string(fulfillment.MinSubtotal), string(fulfillment.MaxSubtotal)).Or("")),
			Amount: r.whole("amount").Or(0),
		})
		r.end()
	}
	f.options = append(f.options, s)
	o.end()
}

func (f *seedFile) readGroup(o seedObject) {
	f.groups = append(f.groups, seedGroup{path: o.path(), GroupPatch: customer.GroupPatch{
		ID: o.word("id"), Name: patch.Some(o.must("name")), Metadata: o.object("metadata"),
	}})
	o.end()
}

func (f *seedFile) readCustomer(o seedObject) {
	c := seedCustomer{path: o.path(), NewAccount: customer.NewAccount{
		Identity: o.must("email"), Password: o.must("password"), FirstName: o.text("first_name").Pointer(),
		LastName: o.text("last_name").Pointer(), Phone: o.text("phone").Pointer(), Metadata: o.metadata().Or(nil),
	}}
	c.groups = o.refs("groups", "").Or(nil)
	addresses, _ := o.list("shipping_addresses").Get()
	for _, n := range addresses {
		a := o.problems.open(n)
		c.addresses = append(c.addresses, seedAddress{path: a.path(), StorePatch: customer.StorePatch{
			FirstName: a.text("first_name"), LastName: a.text("last_name"), Company: a.text("company"),
			Address1: a.text("address_1"), Address2: a.text("address_2"), City: a.text("city"), Province: a.text("province"),
			PostalCode: a.text("postal_code"), CountryCode: a.text("country_code"), Phone: a.text("phone"), Metadata: a.metadata(),
		}})
		a.end()
	}
	f.customers = append(f.customers, c)
	o.end()
}

// metadata takes the member metadata as customers keep it.
func (o seedObject) metadata() patch.Optional[customer.Metadata] {
	raw := o.object("metadata")
	v, ok := raw.Get()
	switch {
	case raw.IsNull():
		return patch.Null[customer.Metadata]()
	case !ok:
		return patch.Optional[customer.Metadata]{}
	}
	out := customer.Metadata{}
	if err := json.Unmarshal(v, &out); err != nil {
		o.problems.add(o.at("metadata"), "must be an object")
	}
	return patch.Some(out)
}
