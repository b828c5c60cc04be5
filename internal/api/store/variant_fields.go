package store

import (
	"slices"
	"time"

	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/pricing"
)

// variantFields are the scalar fields of a variant.
var variantFields = fields[browse.Variant]{
	member("id", func(b []byte, v *browse.Variant) []byte { return appendText(b, v.ID) }),
	member("created_at", func(b []byte, v *browse.Variant) []byte { return appendTime(b, v.CreatedAt) }),
	member("updated_at", func(b []byte, v *browse.Variant) []byte { return appendTime(b, v.UpdatedAt) }),
	member("deleted_at", func(b []byte, _ *browse.Variant) []byte { return append(b, "null"...) }),
	member("title", func(b []byte, v *browse.Variant) []byte { return appendText(b, v.Title) }),
	member("product_id", func(b []byte, v *browse.Variant) []byte { return appendText(b, v.ProductID) }),
	member("sku", func(b []byte, v *browse.Variant) []byte { return appendTextOrNull(b, v.SKU) }),
	member("barcode", func(b []byte, v *browse.Variant) []byte { return appendTextOrNull(b, v.Barcode) }),
	member("ean", func(b []byte, v *browse.Variant) []byte { return appendTextOrNull(b, v.EAN) }),
	member("upc", func(b []byte, v *browse.Variant) []byte { return appendTextOrNull(b, v.UPC) }),
	member("variant_rank", func(b []byte, v *browse.Variant) []byte { return appendInt(b, int64(v.Rank)) }),
	member("inventory_quantity", func(b []byte, v *browse.Variant) []byte { return appendInt(b, v.Stock) }),
	member("allow_backorder", func(b []byte, v *browse.Variant) []byte { return appendBool(b, v.AllowBackorder) }),
	member("manage_inventory", func(b []byte, v *browse.Variant) []byte { return appendBool(b, v.ManageInventory) }),
	member("hs_code", func(b []byte, v *browse.Variant) []byte { return appendTextOrNull(b, v.HSCode) }),
	member("origin_country", func(b []byte, v *browse.Variant) []byte { return appendTextOrNull(b, v.OriginCountry) }),
	member("mid_code", func(b []byte, v *browse.Variant) []byte { return appendTextOrNull(b, v.MIDCode) }),
	member("material", func(b []byte, v *browse.Variant) []byte { return appendTextOrNull(b, v.Material) }),
	member("weight", func(b []byte, v *browse.Variant) []byte { return appendIntOrNull(b, v.Weight) }),
	member("length", func(b []byte, v *browse.Variant) []byte { return appendIntOrNull(b, v.Length) }),
	member("height", func(b []byte, v *browse.Variant) []byte { return appendIntOrNull(b, v.Height) }),
	member("width", func(b []byte, v *browse.Variant) []byte { return appendIntOrNull(b, v.Width) }),
	member("metadata", func(b []byte, v *browse.Variant) []byte { return appendRaw(b, v.Metadata) }),
}

// variantRelations are the relations of a variant, in their order. Prices bring what the context makes of them.
func variantRelations(shown profiles) fields[browse.Variant] {
	product := slices.Concat(productFields, fields[browse.Product]{profileID(shown)})
	return fields[browse.Variant]{
		member("options", func(b []byte, v *browse.Variant) []byte {
			b = append(b, '[')
			for i := range v.Values {
				if i > 0 {
					b = append(b, ',')
				}
				b = appendOptionValue(b, &v.Values[i], v)
			}
			return append(b, ']')
		}),
		member("prices", func(b []byte, v *browse.Variant) []byte { return array(b, v.Price.Prices, appendPrice) }),
		{name: "prices", put: appendChosenPrices},
		member("inventory_items", func(b []byte, _ *browse.Variant) []byte { return append(b, "[]"...) }),
		member("product", func(b []byte, v *browse.Variant) []byte { return orNull(b, v.Product, product.object) }),
	}
}

// variantFieldsIn gives the fields of variants that a choice shows: those of a product's variants when under is
// "variants.".
func variantFieldsIn(c choice, under string, shown profiles) fields[browse.Variant] {
	out := variantFields
	if under == "" && c.fields != nil {
		out = variantFields.pick(c.shows)
	}
	return slices.Concat(out, variantRelations(shown).pick(func(name string) bool { return c.loads(under + name) }))
}

// appendDates appends the dates of a record as members. What is deleted is not shown.
func appendDates(b []byte, created, updated time.Time) []byte {
	b = append(b, `,"created_at":`...)
	start := len(b)
	b = appendTime(b, created)
	end := len(b)
	b = append(b, `,"updated_at":`...)
	if updated.Equal(created) { // most records never change
		b = append(b, b[start:end]...)
	} else {
		b = appendTime(b, updated)
	}
	return append(b, `,"deleted_at":null`...)
}

// appendChosenPrices appends, as members, what the context makes of a variant's prices. Amounts are in minor units.
func appendChosenPrices(b []byte, v *browse.Variant) []byte {
	t := &v.Price
	b = appendIntOrNull(append(b, `,"original_price":`...), t.Original)
	b = appendIntOrNull(append(b, `,"calculated_price":`...), t.Calculated)
	b = appendIntOrNull(append(b, `,"original_price_incl_tax":`...), t.OriginalInclTax)
	b = appendIntOrNull(append(b, `,"calculated_price_incl_tax":`...), t.CalculatedInclTax)
	b = appendIntOrNull(append(b, `,"original_tax":`...), t.OriginalTax)
	b = appendIntOrNull(append(b, `,"calculated_tax":`...), t.CalculatedTax)
	b = append(b, `,"tax_rates":`...)
	if t.Rates == nil {
		b = append(b, "null"...)
	} else {
		b = array(b, t.Rates, appendTaxRate)
	}
	if t.Type != "" {
		b = appendText(append(b, `,"calculated_price_type":`...), string(t.Type))
	}
	return b
}

func appendTaxRate(b []byte, r *pricing.Rate) []byte {
	b = r.Rate.AppendJSON(append(b, `{"rate":`...))
	b = appendText(append(b, `,"name":`...), r.Name)
	b = append(b, `,"code":`...)
	if r.Code == "" {
		return append(b, "null}"...)
	}
	return append(appendText(b, r.Code), '}')
}

func appendPrice(b []byte, p *pricing.Price) []byte {
	b = appendText(append(b, `{"id":`...), p.ID)
	b = appendDates(b, p.CreatedAt, p.UpdatedAt)
	b = appendText(append(b, `,"currency_code":`...), p.Currency)
	b = appendInt(append(b, `,"amount":`...), p.Amount)
	b = appendIntOrNull(append(b, `,"min_quantity":`...), p.MinQuantity)
	b = appendIntOrNull(append(b, `,"max_quantity":`...), p.MaxQuantity)
	b = appendTextOrNull(append(b, `,"price_list_id":`...), p.ListID)
	b = appendText(append(b, `,"variant_id":`...), p.VariantID)
	b = appendTextOrNull(append(b, `,"region_id":`...), p.RegionID)
	return append(b, '}')
}

// appendOptionValue appends what a variant is in one option. It is as old as the variant: it lives and dies with it.
func appendOptionValue(b []byte, o *catalog.OptionValue, v *browse.Variant) []byte {
	b = appendText(append(b, `{"id":`...), o.ID)
	b = appendDates(b, v.CreatedAt, v.UpdatedAt)
	b = appendText(append(b, `,"value":`...), o.Value)
	b = appendText(append(b, `,"option_id":`...), o.OptionID)
	b = appendText(append(b, `,"variant_id":`...), v.ID)
	return append(b, `,"metadata":null}`...)
}

// appendOption appends an option of a product, with what each variant is in it when values are asked for.
func appendOption(b []byte, o *catalog.Option, variants []browse.Variant, values bool) []byte {
	b = appendText(append(b, `{"id":`...), o.ID)
	b = appendDates(b, o.CreatedAt, o.UpdatedAt)
	b = appendText(append(b, `,"title":`...), o.Title)
	b = appendText(append(b, `,"product_id":`...), o.ProductID)
	b = appendRaw(append(b, `,"metadata":`...), o.Metadata)
	if values {
		b = appendValuesOf(append(b, `,"values":[`...), o.ID, variants)
		b = append(b, ']')
	}
	return append(b, '}')
}

func appendValuesOf(b []byte, option string, variants []browse.Variant) []byte {
	first := true
	for i := range variants {
		v := &variants[i]
		for j := range v.Values {
			if v.Values[j].OptionID != option {
				continue
			}
			if !first {
				b = append(b, ',')
			}
			first = false
			b = appendOptionValue(b, &v.Values[j], v)
		}
	}
	return b
}
