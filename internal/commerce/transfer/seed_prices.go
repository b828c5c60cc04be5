package transfer

import (
	"time"

	"kaidian/internal/commerce/order"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/promotion"
	"kaidian/internal/platform/patch"
)

func (f *seedFile) readTax(o seedObject) {
	t := seedTax{path: o.path(), region: o.ref("region_id"), TaxRatePatch: pricing.TaxRatePatch{
		ID: o.word("id"), Name: patch.Some(o.must("name")), Code: o.text("code"), Rate: o.percent("rate"),
	}}
	if t.RegionID = t.region.name; t.RegionID == "" {
		o.problems.add(o.at("region_id"), "is missing")
	}
	if !t.Rate.IsSet() {
		o.problems.add(o.at("rate"), "must be a percentage")
	}
	if t.ID == "" && t.Code.Or("") == "" {
		o.problems.add(o.at("code"), "is missing; a tax rate needs an id or a code to be known again by")
	}
	t.products, t.types, t.options = o.refs("products", ""), o.refs("product_types", ""), o.refs("shipping_options", "")
	f.taxes = append(f.taxes, t)
	o.end()
}

func (f *seedFile) readList(o seedObject) {
	l := seedList{path: o.path(), ListPatch: pricing.ListPatch{
		ID: o.word("id"), Name: patch.Some(o.must("name")), Description: o.text("description"),
		StartsAt: o.moment("starts_at"), EndsAt: o.moment("ends_at"), IncludesTax: o.flag("includes_tax"),
	}}
	if t, ok := o.oneOf("type", string(pricing.Sale), string(pricing.Override)).Get(); ok {
		l.Type = patch.Some(pricing.ListType(t))
	}
	if s, ok := o.oneOf("status", "active", "draft").Get(); ok {
		l.Active = patch.Some(s == "active")
	}
	l.groups = o.refs("customer_groups", "")
	if list, ok := o.list("prices").Get(); ok {
		prices := make([]seedPrice, len(list))
		for i, n := range list {
			e := o.problems.open(n)
			prices[i] = seedPrice{path: e.path(), sku: e.must("sku"), NewPrice: e.price()}
			e.end()
		}
		l.prices = patch.Some(prices)
	}
	f.lists = append(f.lists, l)
	o.end()
}

func (f *seedFile) readDiscount(o seedObject) {
	d := seedDiscount{path: o.path(), Discount: promotion.Discount{
		ID: o.word("id"), Code: o.must("code"), Dynamic: o.flag("is_dynamic").Or(false), Disabled: o.flag("is_disabled").Or(false),
		StartsAt: o.moment("starts_at").Or(time.Time{}), EndsAt: o.moment("ends_at").Or(time.Time{}),
		ValidDuration: o.text("valid_duration").Pointer(), UsageLimit: o.whole("usage_limit").Pointer(), Metadata: o.object("metadata").Or(nil),
	}}
	d.regions, d.parent = o.refs("regions", "").Or(nil), o.ref("parent_code")
	if n := o.take("rule"); n != nil && n.value != nil {
		d.readRule(o.problems.open(n))
	} else if d.parent.name == "" {
		o.problems.add(o.at("rule"), "is missing")
	}
	f.discounts = append(f.discounts, d)
	o.end()
}

func (d *seedDiscount) readRule(o seedObject) {
	d.Rule = promotion.Rule{
		Type:  promotion.RuleType(o.oneOf("type", string(promotion.Percentage), string(promotion.Fixed), string(promotion.FreeShipping)).Or("")),
		Value: o.whole("value").Or(0), Allocation: promotion.Allocation(o.oneOf("allocation", string(promotion.Total), string(promotion.Item)).Or("")),
		Description: o.text("description").Pointer(),
	}
	list, _ := o.list("conditions").Get()
	for _, n := range list {
		c := o.problems.open(n)
		kind := c.oneOf("type", string(promotion.Products), string(promotion.Types), string(promotion.Collections),
			string(promotion.Tags), string(promotion.CustomerGroups)).Or("")
		d.Rule.Conditions = append(d.Rule.Conditions, promotion.Condition{Type: promotion.ConditionType(kind),
			Operator: promotion.Operator(c.oneOf("operator", string(promotion.In), string(promotion.NotIn)).Or(""))})
		resources := c.refs(kind, "")
		if len(resources.Or(nil)) == 0 {
			o.problems.add(c.path(), "must name what it is about, in the member that its type says")
		}
		d.conditions = append(d.conditions, resources.Or(nil))
		c.end()
	}
	o.end()
}

func (f *seedFile) readCard(o seedObject) {
	c := seedCard{path: o.path(), GiftCard: promotion.GiftCard{
		ID: o.word("id"), Code: o.must("code"), Value: o.whole("value").Or(0), RegionID: o.must("region_id"),
		Disabled: o.flag("is_disabled").Or(false), EndsAt: o.moment("ends_at").Or(time.Time{}), Metadata: o.object("metadata").Or(nil),
	}}
	c.Balance = o.whole("balance").Or(c.Value)
	rate := o.percent("tax_rate")
	c.TaxRate, c.rated = rate.Pointer(), rate.IsSet()
	if c.Value < 1 || c.Balance < 0 || c.Balance > c.Value {
		o.problems.add(o.path(), "must have a value of 1 or more and a balance from 0 to the value")
	}
	f.cards = append(f.cards, c)
	o.end()
}

func (f *seedFile) readReason(o seedObject, parent int) {
	f.reasons = append(f.reasons, seedReason{path: o.path(), parent: parent, ReturnReason: order.ReturnReason{
		ID: o.word("id"), Value: o.must("value"), Label: o.must("label"), Description: o.text("description").Pointer(),
		Metadata: o.object("metadata").Or(nil),
	}})
	self := len(f.reasons) - 1
	if parent >= 0 {
		o.end() // a tree has two levels
		return
	}
	children, _ := o.list("children").Get()
	for _, n := range children {
		f.readReason(o.problems.open(n), self)
	}
	o.end()
}
