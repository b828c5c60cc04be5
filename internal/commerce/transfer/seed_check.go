package transfer

import (
	"context"
	"slices"
	"strings"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/promotion"
	"kaidian/internal/commerce/shop"
)

// seedCheck looks at what the records of a file say of each other and of the shop.
type seedCheck struct {
	*Service
	problems seedProblems
	markets  *shop.Markets
	own      map[seedKind]map[string]bool // names of the file's own records
	wanted   []seedWant
	taken    map[string]string // paths of what must be unique, by kind and name
}

// seedWant is a reference to a record of a kind.
type seedWant struct {
	kind seedKind
	seedRef
}

// checkSeed gives all that is wrong with what the records of a file refer to.
func (s *Service) checkSeed(ctx context.Context, f *seedFile) error {
	m, err := s.o.Shop.Markets(ctx)
	if err != nil {
		return err
	}
	c := &seedCheck{Service: s, markets: m, own: map[seedKind]map[string]bool{}, taken: map[string]string{}}
	c.names(f)
	c.refs(f)
	c.prices(f)
	if err := c.resolve(ctx); err != nil {
		return err
	}
	if err := c.options(ctx, f); err != nil {
		return err
	}
	return c.problems.err()
}

// has says that the file has a record of some names, each of which only one may have.
func (c *seedCheck) has(kind seedKind, path string, names ...string) {
	for _, name := range slices.Compact(names) {
		if name == "" {
			continue
		}
		if c.own[kind] == nil {
			c.own[kind] = map[string]bool{}
		}
		c.own[kind][name] = true
		c.unique(string(kind), path, name)
	}
}

// unique reports a name that comes twice.
func (c *seedCheck) unique(kind, path, name string) {
	key := kind + "\x00" + name
	if first, ok := c.taken[key]; ok && name != "" {
		c.problems.add(path, "%s is there already, at %s", name, first)
		return
	}
	c.taken[key] = path
}

func (c *seedCheck) wants(kind seedKind, refs ...seedRef) {
	for _, r := range refs {
		if r.name != "" {
			c.wanted = append(c.wanted, seedWant{kind, r})
		}
	}
}

// names takes the names of the file's own records.
func (c *seedCheck) names(f *seedFile) {
	for _, r := range f.regions {
		c.has(aRegion, r.path, r.ID, r.Name.Or(""))
	}
	for _, r := range f.channels {
		c.has(aChannel, r.path, r.ID, r.Name.Or(""))
	}
	for _, r := range f.groups {
		c.has(aGroup, r.path, r.ID, r.Name.Or(""))
	}
	for _, r := range f.collections {
		c.has(aCollection, r.path, r.ID, r.Handle.Or(catalog.HandleOf(r.Title.Or(""))))
	}
	for _, r := range f.categories {
		c.has(aCategory, r.path, r.ID, r.Handle.Or(catalog.HandleOf(r.Name.Or(""))))
	}
	for _, r := range f.discounts {
		c.has(aDiscount, r.path, strings.ToUpper(r.Code))
	}
	c.goods(f)
	for _, r := range f.users {
		c.unique("user", r.path, strings.ToLower(r.Email))
	}
	for _, r := range f.customers {
		c.unique("customer", r.path, strings.ToLower(r.Identity))
	}
	for _, r := range f.keys {
		c.unique("key", r.path, r.ID)
	}
	for _, r := range f.lists {
		c.unique("list", r.path, r.ID)
	}
	for _, r := range f.cards {
		c.unique("card", r.path, r.Code)
	}
	for _, r := range f.reasons {
		c.unique("reason", r.path, r.Value)
	}
}

func (c *seedCheck) goods(f *seedFile) {
	own := func(kind seedKind, names []string) {
		if c.own[kind] == nil {
			c.own[kind] = map[string]bool{}
		}
		for _, name := range names {
			c.own[kind][name] = true
		}
	}
	for _, p := range f.products {
		c.has(aProduct, p.path, p.ID, p.Handle.Or(""))
		c.unique("external_id", p.path, p.ExternalID.Or(""))
		own(aType, p.Types.Or(nil))
		own(aTag, p.Tags.Or(nil))
		for _, v := range p.Variants.Or(nil) {
			c.has(aVariant, p.path, v.SKU.Or(""))
		}
	}
}

// refs takes what the records refer to.
func (c *seedCheck) refs(f *seedFile) {
	c.wants(aChannel, f.store.channel)
	for _, r := range f.channels {
		c.wants(aProduct, r.products...)
	}
	for _, r := range f.keys {
		c.wants(aChannel, r.channels.Or(nil)...)
	}
	for _, r := range f.options {
		c.wants(aRegion, seedRef{r.RegionID, r.path + ".region_id"})
		c.wants(aProfile, seedRef{r.ProfileID, r.path + ".profile_id"})
	}
	for _, r := range f.customers {
		c.wants(aGroup, r.groups...)
	}
	for _, p := range f.products {
		c.wants(aCollection, p.collection.Or(seedRef{}))
		c.wants(aCategory, p.categories.Or(nil)...)
		c.wants(aChannel, p.channels.Or(nil)...)
		c.wants(aProfile, seedRef{p.ProfileID.Or(""), p.path + ".profile_id"})
	}
	for _, r := range f.taxes {
		c.wants(aRegion, r.region)
		c.wants(aProduct, r.products.Or(nil)...)
		c.wants(aType, r.types.Or(nil)...)
	}
	for _, r := range f.lists {
		c.wants(aGroup, r.groups.Or(nil)...)
		for _, p := range r.prices.Or(nil) {
			c.wants(aVariant, seedRef{p.sku, p.path + ".sku"})
		}
	}
	c.promotions(f)
}

func (c *seedCheck) promotions(f *seedFile) {
	for _, r := range f.discounts {
		c.wants(aRegion, r.regions...)
		c.wants(aDiscount, seedRef{strings.ToUpper(r.parent.name), r.parent.path})
		for i, refs := range r.conditions {
			c.wants(seedResources[r.Rule.Conditions[i].Type], refs...)
		}
	}
	for _, r := range f.cards {
		c.wants(aRegion, seedRef{r.RegionID, r.path + ".region_id"})
	}
}

// seedResources are what the conditions of discounts are about.
var seedResources = map[promotion.ConditionType]seedKind{
	promotion.Products: aProduct, promotion.Types: aType, promotion.Collections: aCollection, promotion.Tags: aTag,
	promotion.CustomerGroups: aGroup,
}

// prices looks at the currencies and the regions of prices.
func (c *seedCheck) prices(f *seedFile) {
	currencies, regions := map[string]bool{f.store.currency: true}, map[string]string{}
	for code := range c.markets.Currencies {
		currencies[code] = true
	}
	for _, p := range f.store.currencies {
		currencies[p.Code] = true
	}
	for _, r := range c.markets.Regions {
		regions[r.ID], regions[r.Name] = r.Currency, r.Currency
	}
	for _, r := range f.regions {
		code := r.Currency.Or("")
		currencies[code], regions[r.Name.Or("")] = true, code
		if r.ID != "" {
			regions[r.ID] = code
		}
	}
	for _, p := range f.products {
		for _, at := range p.prices {
			c.price(at, currencies, regions)
		}
	}
	for _, l := range f.lists {
		for _, p := range l.prices.Or(nil) {
			c.price(priceAt(p.path, p.NewPrice), currencies, regions)
		}
	}
}

// price looks at one price: regions are the currencies that they sell in.
func (c *seedCheck) price(p seedPriceAt, currencies map[string]bool, regions map[string]string) {
	if p.currency != "" && !currencies[p.currency] {
		c.problems.add(p.path, "the shop does not sell in %s", p.currency)
	}
	code, ok := regions[p.region]
	switch {
	case p.region == "":
	case !ok:
		c.problems.add(p.path, "there is no region %s", p.region)
	case code != p.currency:
		c.problems.add(p.path, "the region %s sells in %s", p.region, code)
	}
}

// resolve looks into the shop for what the file does not have itself.
func (c *seedCheck) resolve(ctx context.Context) error {
	names := map[seedKind][]string{}
	for _, w := range c.wanted {
		if !c.own[w.kind][w.name] {
			names[w.kind] = append(names[w.kind], w.name)
		}
	}
	found := map[seedKind]map[string]string{}
	for kind, list := range names {
		var err error
		if found[kind], err = c.find(ctx, kind, list); err != nil {
			return err
		}
	}
	for _, w := range c.wanted {
		if !c.own[w.kind][w.name] && found[w.kind][w.name] == "" {
			c.problems.add(w.path, "there is no %s %s", w.kind, w.name)
		}
	}
	return nil
}

// options looks for the shipping options of tax rates, which are known by their names within a region.
func (c *seedCheck) options(ctx context.Context, f *seedFile) error {
	regions, err := c.findMarkets(ctx, aRegion)
	if err != nil {
		return err
	}
	for _, t := range f.taxes {
		var names []string
		for _, r := range t.options.Or(nil) {
			names = append(names, r.name)
		}
		found, err := c.findOptions(ctx, regions[t.region.name], names)
		if err != nil {
			return err
		}
		for _, r := range t.options.Or(nil) {
			own := slices.ContainsFunc(f.options, func(o seedOption) bool {
				return o.RegionID == t.region.name && (o.ID == r.name || o.Name == r.name)
			})
			if !own && len(found[r.name]) == 0 {
				c.problems.add(r.path, "there is no %s %s in the region %s", anOption, r.name, t.region.name)
			}
		}
	}
	return nil
}
