package transfer

import (
	"strings"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/shelf"
	"kaidian/internal/platform/patch"
)

func (f *seedFile) readCollection(o seedObject) {
	c := catalog.CollectionPatch{ID: o.word("id"), Title: patch.Some(o.must("title")), Handle: o.handle(),
		Translations: o.translations("title"), Metadata: o.object("metadata")}
	f.collections = append(f.collections, seedCollection{path: o.path(), CollectionPatch: c})
	o.end()
}

// handle takes the member handle; an empty one counts as absent.
func (o seedObject) handle() patch.Optional[string] {
	if h := o.word("handle"); h != "" {
		return patch.Some(h)
	}
	return patch.Optional[string]{}
}

func (f *seedFile) readCategory(o seedObject, parent int) {
	c := catalog.CategoryPatch{ID: o.word("id"), Name: patch.Some(o.must("name")), Handle: o.handle(), Description: o.text("description"),
		Rank: o.rank("rank"), Active: o.flag("is_active"), Internal: o.flag("is_internal"),
		Translations: o.translations("name", "description"), Metadata: o.object("metadata")}
	f.categories = append(f.categories, seedCategory{path: o.path(), CategoryPatch: c, parent: parent})
	self := len(f.categories) - 1
	children, _ := o.list("category_children").Get()
	for _, n := range children {
		f.readCategory(o.problems.open(n), self)
	}
	o.end()
}

func (o seedObject) rank(name string) patch.Optional[int] {
	n, ok := o.whole(name).Get()
	if !ok {
		return patch.Optional[int]{}
	}
	if n < 0 || n > 1_000_000 {
		o.problems.add(o.at(name), "must be from 0 to 1000000")
	}
	return patch.Some(int(n))
}

func (f *seedFile) readProduct(o seedObject) {
	p := seedProduct{path: o.path()}
	p.ProductPatch = catalog.ProductPatch{
		ID: o.word("id"), CreatedAt: o.moment("created_at").Or(p.CreatedAt),
		Title: patch.Some(o.must("title")), Subtitle: o.text("subtitle"), Description: o.text("description"), Handle: o.handle(),
		GiftCard: o.flag("is_giftcard"), Discountable: o.flag("discountable"), Status: o.status(), Thumbnail: o.text("thumbnail"),
		MeasuresPatch: o.measures(), ProfileID: o.text("profile_id"), ExternalID: o.text("external_id"),
		PageTitle: o.text("page_title"), PageDescription: o.text("page_description"), PageKeywords: o.text("page_keywords"),
		Types: o.types(), Tags: o.texts("tags", "value"), Vendor: o.text("vendor"),
		Options: o.texts("options", "title"), Images: o.images(),
		Translations: o.translations("title", "subtitle", "description"), Metadata: o.object("metadata"),
	}
	p.By = shelf.ByHandle
	switch {
	case p.ID != "":
		p.By = shelf.ByID
	case !p.Handle.IsSet() && p.ExternalID.Or("") != "":
		p.By = shelf.ByExternal
	case !p.Handle.IsSet():
		p.Handle = patch.Some(catalog.HandleOf(p.Title.Or("")))
		if p.Handle.Or("") == "" && p.Title.Or("") != "" {
			o.problems.add(o.at("handle"), "is missing, and the title makes none")
		}
	}
	p.readRefs(o)
	p.readVariants(o)
	f.products = append(f.products, p)
	o.end()
}

// readRefs takes what a product refers to.
func (p *seedProduct) readRefs(o seedObject) {
	at := o.at("collection_id")
	if c := o.text("collection_id"); c.Or("") != "" {
		p.collection = patch.Some(seedRef{name: c.Or(""), path: at})
	} else if c.IsSet() {
		p.collection = patch.Null[seedRef]()
	}
	p.categories, p.channels = o.refs("categories", "id"), o.refs("sales_channels", "id")
	if p.ProfileID.Or("") == "" && p.ProfileID.IsSet() {
		p.ProfileID = patch.Null[string]()
	}
}

func (o seedObject) status() patch.Optional[catalog.Status] {
	s, ok := o.oneOf("status", string(catalog.Draft), string(catalog.Proposed), string(catalog.Published), string(catalog.Rejected)).Get()
	if !ok {
		return patch.Optional[catalog.Status]{}
	}
	return patch.Some(catalog.Status(s))
}

// types takes the one type of the Store API, and the types that a product has beside it.
func (o seedObject) types() patch.Optional[[]string] {
	all := o.texts("types", "value")
	n := o.take("type")
	switch {
	case n == nil:
		return all
	case n.value == nil:
		if !all.IsSet() {
			return patch.Some[[]string](nil)
		}
		return all
	}
	t := o.problems.named(n, "value")
	t.take("id") // of the system that the file is from
	out := []string{t.must("value")}
	t.end()
	for _, v := range all.Or(nil) {
		if v != out[0] {
			out = append(out, v)
		}
	}
	return patch.Some(out)
}

func (o seedObject) images() patch.Optional[[]catalog.ImagePatch] {
	list, ok := o.list("images").Get()
	if !ok {
		return patch.Optional[[]catalog.ImagePatch]{}
	}
	out := make([]catalog.ImagePatch, len(list))
	for i, n := range list {
		e := o.problems.named(n, "url")
		out[i] = catalog.ImagePatch{URL: patch.Some(e.must("url")), Alt: e.text("alt"), Metadata: e.object("metadata")}
		e.end()
	}
	return patch.Some(out)
}

func (o seedObject) measures() catalog.MeasuresPatch {
	return catalog.MeasuresPatch{Weight: o.whole("weight"), Length: o.whole("length"), Height: o.whole("height"), Width: o.whole("width"),
		HSCode: o.text("hs_code"), OriginCountry: o.text("origin_country"), MIDCode: o.text("mid_code"), Material: o.text("material")}
}

func (p *seedProduct) readVariants(o seedObject) {
	list, ok := o.list("variants").Get()
	if !ok {
		return
	}
	variants := make([]shelf.Variant, len(list))
	for i, n := range list {
		variants[i] = p.readVariant(o.problems.open(n))
	}
	p.Variants = patch.Some(variants)
}

func (p *seedProduct) readVariant(o seedObject) shelf.Variant {
	v := shelf.Variant{VariantPatch: catalog.VariantPatch{
		ID: o.word("id"), Title: o.text("title"), Rank: o.rank("variant_rank"), SKU: o.text("sku"), Barcode: o.text("barcode"),
		EAN: o.text("ean"), UPC: o.text("upc"), MeasuresPatch: o.measures(), Volume: o.whole("volume"),
		AllowBackorder: o.flag("allow_backorder"), ManageInventory: o.flag("manage_inventory"),
		CompareAmount: o.whole("compare_amount"), RewardPoint: o.whole("reward_point"),
		Values: o.texts("options", "value"), Translations: o.translations("title"), Metadata: o.object("metadata"),
	}}
	v.Stock, v.ImageID = o.whole("inventory_quantity"), o.text("image")
	at := o.at("options")
	if have, want := len(v.Values.Or(nil)), len(p.Options.Or(nil)); p.Options.IsSet() && have != want {
		o.problems.add(at, "must be %d, one for each option of the product", want)
	}
	if list, ok := o.list("prices").Get(); ok {
		prices := make([]pricing.NewPrice, len(list))
		for i, n := range list {
			e := o.problems.open(n)
			prices[i] = e.price()
			p.prices = append(p.prices, priceAt(e.path(), prices[i]))
			e.end()
		}
		v.Prices = patch.Some(prices)
	}
	o.end()
	return v
}

// price takes what a price says of itself; the caller ends the object.
func (o seedObject) price() pricing.NewPrice {
	p := pricing.NewPrice{Currency: strings.ToLower(o.must("currency_code")), MinQuantity: o.whole("min_quantity").Pointer(),
		MaxQuantity: o.whole("max_quantity").Pointer(), RegionID: o.text("region_id").Pointer()}
	amount := o.whole("amount")
	if n, ok := amount.Get(); !ok || n < 0 {
		o.problems.add(o.at("amount"), "must be a whole number of minor units, 0 or more")
	}
	p.Amount = amount.Or(0)
	return p
}
