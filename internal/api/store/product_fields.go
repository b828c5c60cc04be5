package store

import (
	"slices"

	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/fulfillment"
	"kaidian/internal/commerce/shop"
)

// productFields are the scalar fields of a product. The profile is not among them: which it is depends on the shop.
var productFields = fields[browse.Product]{
	member("id", func(b []byte, p *browse.Product) []byte { return appendText(b, p.ID) }),
	member("created_at", func(b []byte, p *browse.Product) []byte { return appendTime(b, p.CreatedAt) }),
	member("updated_at", func(b []byte, p *browse.Product) []byte { return appendTime(b, p.UpdatedAt) }),
	member("deleted_at", func(b []byte, _ *browse.Product) []byte { return append(b, "null"...) }),
	member("title", func(b []byte, p *browse.Product) []byte { return appendText(b, p.Title) }),
	member("subtitle", func(b []byte, p *browse.Product) []byte { return appendTextOrNull(b, p.Subtitle) }),
	member("description", func(b []byte, p *browse.Product) []byte { return appendTextOrNull(b, p.Description) }),
	member("handle", func(b []byte, p *browse.Product) []byte { return appendText(b, p.Handle) }),
	member("is_giftcard", func(b []byte, p *browse.Product) []byte { return appendBool(b, p.GiftCard) }),
	member("status", func(b []byte, p *browse.Product) []byte { return appendText(b, string(p.Status)) }),
	member("thumbnail", func(b []byte, p *browse.Product) []byte { return appendTextOrNull(b, p.Thumbnail) }),
	member("weight", func(b []byte, p *browse.Product) []byte { return appendIntOrNull(b, p.Weight) }),
	member("length", func(b []byte, p *browse.Product) []byte { return appendIntOrNull(b, p.Length) }),
	member("height", func(b []byte, p *browse.Product) []byte { return appendIntOrNull(b, p.Height) }),
	member("width", func(b []byte, p *browse.Product) []byte { return appendIntOrNull(b, p.Width) }),
	member("hs_code", func(b []byte, p *browse.Product) []byte { return appendTextOrNull(b, p.HSCode) }),
	member("origin_country", func(b []byte, p *browse.Product) []byte { return appendTextOrNull(b, p.OriginCountry) }),
	member("mid_code", func(b []byte, p *browse.Product) []byte { return appendTextOrNull(b, p.MIDCode) }),
	member("material", func(b []byte, p *browse.Product) []byte { return appendTextOrNull(b, p.Material) }),
	member("collection_id", func(b []byte, p *browse.Product) []byte { return appendTextOrNull(b, p.CollectionID) }),
	member("type_id", func(b []byte, p *browse.Product) []byte { return appendTextOrNull(b, p.TypeID) }),
	member("discountable", func(b []byte, p *browse.Product) []byte { return appendBool(b, p.Discountable) }),
	member("external_id", func(b []byte, p *browse.Product) []byte { return appendTextOrNull(b, p.ExternalID) }),
	member("metadata", func(b []byte, p *browse.Product) []byte { return appendRaw(b, p.Metadata) }),
}

// productChoice is what there is to choose of products.
var productChoice = showable{
	relations: []string{"variants", "variants.prices", "variants.options", "variants.inventory_items", "options", "options.values",
		"images", "tags", "collection", "type", "profiles", "categories", "sales_channels"},
	loaded: []string{"variants", "variants.prices", "variants.options", "options.values", "images", "tags", "collection", "type", "profiles"},
	fields: append(namesOf(productFields), "profile_id"),
	kept:   []string{"id"},
}

// productListChoice is what there is to choose of products in a list.
var productListChoice = productChoice.inList()

// productLens is what of products one answer shows, and how.
type productLens struct {
	parts  browse.Parts
	fields fields[browse.Product]
}

// profiles are the shop's shipping profiles.
type profiles map[fulfillment.ProfileType]fulfillment.Profile

// of gives the profile of a product by its id, and the record when it is known.
func (all profiles) of(p *browse.Product) (string, *fulfillment.Profile) {
	kind := fulfillment.Default
	if p.GiftCard {
		kind = fulfillment.GiftCard
	}
	if p.ProfileID == nil {
		one := all[kind]
		return one.ID, &one
	}
	for _, one := range all {
		if one.ID == *p.ProfileID {
			return one.ID, &one
		}
	}
	return *p.ProfileID, nil
}

// profileID is the scalar field that tells a product's profile.
func profileID(shown profiles) field[browse.Product] {
	return member("profile_id", func(b []byte, p *browse.Product) []byte {
		id, _ := shown.of(p)
		return appendText(b, id)
	})
}

// productLensOf makes the lens of a choice.
func productLensOf(c choice, shown profiles) productLens {
	variants := c.loads("variants")
	l := productLens{parts: browse.Parts{
		Collection: c.loads("collection"), Type: c.loads("type"), Options: c.loads("options"),
		Variants: variants || c.loads("options.values"), Prices: c.loads("variants.prices"), Images: c.loads("images"),
		Tags: c.loads("tags"), Categories: c.loads("categories"), Channels: c.loads("sales_channels"),
	}}
	l.fields = productFields
	if c.fields != nil {
		l.fields = productFields.pick(c.shows)
	}
	relations := productRelations(c, shown)
	l.fields = slices.Concat(l.fields, relations.pick(func(name string) bool {
		return c.loads(name) || name == "profile_id" && c.shows(name)
	}))
	return l
}

// productRelations are the relations of a product, in their order.
func productRelations(c choice, shown profiles) fields[browse.Product] {
	variant := variantFieldsIn(c, "variants.", shown)
	values := c.loads("options.values")
	return fields[browse.Product]{
		profileID(shown),
		member("profiles", func(b []byte, p *browse.Product) []byte {
			b = append(b, '[')
			if _, one := shown.of(p); one != nil {
				b = appendProfile(b, one)
			}
			return append(b, ']')
		}),
		member("collection", func(b []byte, p *browse.Product) []byte { return orNull(b, p.Collection, appendCollection) }),
		member("type", func(b []byte, p *browse.Product) []byte { return orNull(b, p.Type, appendTerm) }),
		member("tags", func(b []byte, p *browse.Product) []byte { return array(b, p.Tags, appendTerm) }),
		member("images", func(b []byte, p *browse.Product) []byte { return array(b, p.Images, appendImage) }),
		member("options", func(b []byte, p *browse.Product) []byte {
			return array(b, p.Options, func(b []byte, o *catalog.Option) []byte { return appendOption(b, o, p.Variants, values) })
		}),
		member("variants", func(b []byte, p *browse.Product) []byte { return array(b, p.Variants, variant.object) }),
		member("categories", func(b []byte, p *browse.Product) []byte { return array(b, p.Categories, appendPlainCategory) }),
		member("sales_channels", func(b []byte, p *browse.Product) []byte { return array(b, p.Channels, appendChannel) }),
	}
}

// object appends a product as the lens shows it.
func (l *productLens) object(b []byte, p *browse.Product) []byte { return l.fields.object(b, p) }

// The usual lengths of what is appended, with some to spare.
const (
	productSize = 3 << 10
	variantSize = 3 << 10
)

// sizeOf guesses how many bytes products take.
func sizeOf(all []browse.Product) int {
	n := 256
	for i := range all {
		n += productSize + variantSize*len(all[i].Variants)
	}
	return n
}

func appendChannel(b []byte, c *shop.Channel) []byte {
	b = appendText(append(b, `{"id":`...), c.ID)
	b = appendDates(b, c.CreatedAt, c.UpdatedAt)
	b = appendText(append(b, `,"name":`...), c.Name)
	b = appendTextOrNull(append(b, `,"description":`...), c.Description)
	b = appendBool(append(b, `,"is_disabled":`...), c.Disabled)
	b = appendRaw(append(b, `,"metadata":`...), c.Metadata)
	return append(b, '}')
}

func appendProfile(b []byte, p *fulfillment.Profile) []byte {
	b = appendText(append(b, `{"id":`...), p.ID)
	b = appendDates(b, p.CreatedAt, p.UpdatedAt)
	b = appendText(append(b, `,"name":`...), p.Name)
	b = appendText(append(b, `,"type":`...), string(p.Type))
	b = appendRaw(append(b, `,"metadata":`...), p.Metadata)
	return append(b, '}')
}
