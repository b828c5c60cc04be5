package transfer

import (
	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/fulfillment"
	"kaidian/internal/commerce/order"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/promotion"
	"kaidian/internal/commerce/shelf"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/commerce/staff"
	"kaidian/internal/platform/patch"
)

// seedFile is a whole file, read. Each record has its path in the file, for what is wrong with it, and the names of the
// records that it refers to, for what it becomes when they are all there.
type seedFile struct {
	store       seedStore
	users       []seedUser
	regions     []seedRegion
	channels    []seedChannel
	keys        []seedKey
	options     []seedOption
	groups      []seedGroup
	customers   []seedCustomer
	collections []seedCollection
	categories  []seedCategory // parents before their children
	products    []seedProduct
	taxes       []seedTax
	lists       []seedList
	discounts   []seedDiscount
	cards       []seedCard
	reasons     []seedReason // parents before their children
}

type seedStore struct {
	name       string // empty for none said
	currencies []shop.CurrencyPatch
	currency   string // by default
	channel    seedRef
}

// seedRef is the name of a record elsewhere: in the file, or in the shop.
type seedRef struct {
	name string
	path string
}

type seedUser struct {
	path string
	staff.NewAccount
}

type seedRegion struct {
	path string
	shop.RegionPatch
}

type seedChannel struct {
	path string
	shop.ChannelPatch
	products []seedRef // handles
}

type seedKey struct {
	path string
	shop.KeyPatch
	channels patch.Optional[[]seedRef] // ids or names
}

type seedOption struct {
	path string
	fulfillment.Option
}

type seedGroup struct {
	path string
	customer.GroupPatch
}

type seedCustomer struct {
	path string
	customer.NewAccount
	groups    []seedRef // ids or names
	addresses []seedAddress
}

type seedAddress struct {
	path string
	customer.StorePatch
}

type seedCollection struct {
	path string
	catalog.CollectionPatch
}

type seedCategory struct {
	path string
	catalog.CategoryPatch
	parent int // in the list of categories, -1 for a root
}

type seedProduct struct {
	path string
	shelf.Item
	collection patch.Optional[seedRef]
	categories patch.Optional[[]seedRef]
	channels   patch.Optional[[]seedRef] // ids or names
	prices     []seedPriceAt             // where the prices of its variants are
}

// seedPriceAt is where a price holds.
type seedPriceAt struct {
	path     string
	currency string
	region   string // id or name; empty for none
}

func priceAt(path string, p pricing.NewPrice) seedPriceAt {
	at := seedPriceAt{path: path, currency: p.Currency}
	if p.RegionID != nil {
		at.region = *p.RegionID
	}
	return at
}

type seedTax struct {
	path string
	pricing.TaxRatePatch
	region   seedRef
	products patch.Optional[[]seedRef] // handles
	types    patch.Optional[[]seedRef] // values
	options  patch.Optional[[]seedRef] // ids, or names in the region
}

type seedList struct {
	path string
	pricing.ListPatch
	groups patch.Optional[[]seedRef]
	prices patch.Optional[[]seedPrice]
}

// seedPrice is a price of a variant of somewhere in the shop.
type seedPrice struct {
	path string
	sku  string
	pricing.NewPrice
}

type seedDiscount struct {
	path string
	promotion.Discount
	regions    []seedRef
	conditions [][]seedRef // of the discount's conditions in turn; what they name depends on the type
	parent     seedRef     // code; empty for none
}

type seedCard struct {
	path string
	promotion.GiftCard
	rated bool // the file says at which rate it is taxed, be it null
}

type seedReason struct {
	path string
	order.ReturnReason
	parent int // in the list of reasons, -1 for a root
}

// readSeed reads a file, or gives all that is wrong with it. What it refers to is not looked at yet.
func readSeed(data []byte) (*seedFile, error) {
	p, err := newSeedParser(data)
	if err != nil {
		return nil, err
	}
	f, problems := &seedFile{}, &seedProblems{}
	sections := f.sections(problems)
	lists := map[string]bool{}
	err = p.sections(func(name string) {
		if _, ok := sections[name]; !ok {
			problems.add(name, "there is no such section")
		}
	}, func(n *seedNode) {
		name, one := n.key, n.up == nil
		if !one {
			name = n.up.key
		}
		read, ok := sections[name]
		switch {
		case !ok || n.value == nil && one: // said already, or a section with nothing in it
		case one != (name == "store"):
			if !lists[name] {
				problems.add(name, "must be %s", map[bool]string{true: "a list", false: "an object"}[one])
			}
			lists[name] = true
		default:
			read(problems.open(n))
		}
	})
	if err != nil {
		return nil, err
	}
	return f, problems.err()
}

// sections gives what reads each section: an element of its list, or the object that it is.
func (f *seedFile) sections(p *seedProblems) map[string]func(seedObject) {
	return map[string]func(seedObject){
		"store":                f.readStore,
		"users":                f.readUser,
		"regions":              f.readRegion,
		"sales_channels":       f.readChannel,
		"publishable_api_keys": f.readKey,
		"shipping_options":     f.readOption,
		"customer_groups":      f.readGroup,
		"customers":            f.readCustomer,
		"product_collections":  f.readCollection,
		"categories":           func(o seedObject) { f.readCategory(o, -1) },
		"products":             f.readProduct,
		"tax_rates":            f.readTax,
		"price_lists":          f.readList,
		"discounts":            f.readDiscount,
		"gift_cards":           f.readCard,
		"return_reasons":       func(o seedObject) { f.readReason(o, -1) },
	}
}

// refs takes a list of the names of other records: texts, or objects that have them in a member, such as {"id": "x"}.
func (o seedObject) refs(name, member string) patch.Optional[[]seedRef] {
	n := o.members[name]
	names, ok := o.texts(name, member).Get()
	if !ok {
		return patch.Optional[[]seedRef]{}
	}
	list, _ := n.value.([]*seedNode)
	out := make([]seedRef, len(names))
	for i, text := range names {
		out[i] = seedRef{name: text, path: list[i].path()}
	}
	return patch.Some(out)
}

// ref takes the name of another record; null counts as absent.
func (o seedObject) ref(name string) seedRef { return seedRef{name: o.word(name), path: o.at(name)} }
