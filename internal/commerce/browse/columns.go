package browse

import (
	"encoding/json"
	"strings"

	"kaidian/internal/commerce/catalog"
)

// The columns of each table as they are read here, with the aliases that the statements use. Each list is read by the function
// after it, in the same order.
const (
	productColumns = `p.id, p.number, p.title, p.subtitle, p.description, p.handle, p.is_giftcard, p.discountable, p.status,
	p.thumbnail, p.weight, p.length, p.height, p.width, p.hs_code, p.origin_country, p.mid_code, p.material,
	p.collection_id, p.type_id, p.vendor_id, p.profile_id, p.external_id, p.page_title, p.page_description, p.page_keywords,
	p.translations, p.metadata, p.created_at, p.updated_at`
	variantColumns = `v.id, v.number, v.product_id, v.title, v.rank, v.sku, v.barcode, v.ean, v.upc, v.weight, v.length,
	v.height, v.width, v.hs_code, v.origin_country, v.mid_code, v.material, v.volume, v.allow_backorder, v.manage_inventory,
	v.compare_amount, v.reward_point, v.sold, v.image_id, v.option_values, v.translations, v.metadata, v.created_at, v.updated_at`
	optionColumns     = `o.product_id, o.id, o.number, o.title, o.position, o.metadata, o.created_at, o.updated_at`
	imageColumns      = `i.product_id, i.id, i.number, i.url, i.file_name, i.alt, i.position, i.blob, i.metadata, i.created_at, i.updated_at`
	collectionColumns = `c.number, c.title, c.handle, c.translations, c.metadata, c.created_at, c.updated_at`
	categoryColumns   = `c.id, c.number, c.parent_id, c.name, c.handle, c.description, c.mpath, c.rank, c.is_active, c.is_internal,
	c.translations, c.metadata, c.created_at, c.updated_at`
	priceColumns = `m.variant_id, m.id, m.currency_code, m.amount, m.region_id, m.price_list_id, m.min_quantity, m.max_quantity,
	m.created_at, m.updated_at`

	// stockOf is what there is of a variant over all locations. A sum is numeric to PostgreSQL.
	stockOf = `coalesce((select cast(sum(s.stocked - s.reserved) as bigint) from stock_levels s where s.variant_id = v.id), 0)`
)

// count gives the number of columns of a list without commas inside of them.
func count(columns string) int { return strings.Count(columns, ",") + 1 }

func (c *cells) product(t tongue) catalog.Product {
	p := catalog.Product{ID: c.text(), Number: c.number(), Title: c.text(), Subtitle: c.textOrNil(), Description: c.textOrNil(),
		Handle: c.text(), GiftCard: c.flag(), Discountable: c.flag(), Status: catalog.Status(c.text()), Thumbnail: c.textOrNil()}
	c.measures(&p.Measures)
	p.CollectionID, p.TypeID, p.VendorID, p.ProfileID, p.ExternalID = c.textOrNil(), c.textOrNil(), c.textOrNil(), c.textOrNil(), c.textOrNil()
	p.PageTitle, p.PageDescription, p.PageKeywords = c.text(), c.text(), c.text()
	tr := t.read(c)
	p.Metadata, p.CreatedAt, p.UpdatedAt = c.raw(), c.moment(), c.moment()
	t.put(tr, "title", &p.Title)
	t.putOrNil(tr, "subtitle", &p.Subtitle)
	t.putOrNil(tr, "description", &p.Description)
	p.Translations = t.kept(tr)
	return p
}

func (c *cells) measures(m *catalog.Measures) {
	m.Weight, m.Length, m.Height, m.Width = c.numberOrNil(), c.numberOrNil(), c.numberOrNil(), c.numberOrNil()
	m.HSCode, m.OriginCountry, m.MIDCode, m.Material = c.textOrNil(), c.textOrNil(), c.textOrNil(), c.textOrNil()
}

func (c *cells) variant(t tongue) catalog.Variant {
	v := catalog.Variant{ID: c.text(), Number: c.number(), ProductID: c.text(), Title: c.text(), Rank: int(c.number()),
		SKU: c.textOrNil(), Barcode: c.textOrNil(), EAN: c.textOrNil(), UPC: c.textOrNil()}
	c.measures(&v.Measures)
	v.Volume, v.AllowBackorder, v.ManageInventory = c.numberOrNil(), c.flag(), c.flag()
	v.CompareAmount, v.RewardPoint, v.Sold, v.ImageID = c.number(), c.number(), c.number(), c.textOrNil()
	v.Values = c.optionValues()
	tr := t.read(c)
	v.Metadata, v.CreatedAt, v.UpdatedAt = c.raw(), c.moment(), c.moment()
	t.put(tr, "title", &v.Title)
	v.Translations = t.kept(tr)
	return v
}

func (c *cells) option() catalog.Option {
	return catalog.Option{ProductID: c.text(), ID: c.text(), Number: c.number(), Title: c.text(), Position: int(c.number()),
		Metadata: c.raw(), CreatedAt: c.moment(), UpdatedAt: c.moment()}
}

func (c *cells) image() catalog.Image {
	return catalog.Image{ProductID: c.text(), ID: c.text(), Number: c.number(), URL: c.text(), FileName: c.text(), Alt: c.text(),
		Position: int(c.number()), Blob: c.text(), Metadata: c.raw(), CreatedAt: c.moment(), UpdatedAt: c.moment()}
}

// collection reads a collection without its id.
func (c *cells) collection(id string, t tongue) catalog.Collection {
	out := catalog.Collection{ID: id, Number: c.number(), Title: c.text(), Handle: c.text()}
	tr := t.read(c)
	out.Metadata, out.CreatedAt, out.UpdatedAt = c.raw(), c.moment(), c.moment()
	t.put(tr, "title", &out.Title)
	out.Translations = t.kept(tr)
	return out
}

func (c *cells) category(t tongue) catalog.Category {
	out := catalog.Category{ID: c.text(), Number: c.number(), ParentID: c.textOrNil(), Name: c.text(), Handle: c.text(),
		Description: c.text(), MPath: c.text(), Rank: int(c.number()), Active: c.flag(), Internal: c.flag()}
	tr := t.read(c)
	out.Metadata, out.CreatedAt, out.UpdatedAt = c.raw(), c.moment(), c.moment()
	t.put(tr, "name", &out.Name)
	t.put(tr, "description", &out.Description)
	out.Translations = t.kept(tr)
	return out
}

// term reads a word: id, number, value, metadata, created_at, updated_at.
func (c *cells) term() catalog.Term {
	return catalog.Term{ID: c.text(), Number: c.number(), Value: c.text(), Metadata: c.raw(), CreatedAt: c.moment(), UpdatedAt: c.moment()}
}

// optionValues reads option values, JSON as package catalog writes it. What is written plainly, which is nearly all of it, is
// cut out of the text; escapes are left to encoding/json.
func (c *cells) optionValues() []catalog.OptionValue {
	text := c.text()
	if text == "" || text == "[]" || text == "null" {
		return nil
	}
	if out, ok := plainValues(text); ok {
		return out
	}
	var out []catalog.OptionValue
	if err := json.Unmarshal([]byte(text), &out); err != nil && c.err == nil {
		c.err = err
	}
	return out
}

// plainValues reads [{"id":"…","option_id":"…","value":"…"},…] without any escapes or spaces.
func plainValues(text string) ([]catalog.OptionValue, bool) {
	if strings.IndexByte(text, '\\') >= 0 {
		return nil, false
	}
	rest, ok := strings.CutPrefix(text, "[")
	out := make([]catalog.OptionValue, 0, 3)
	for ok {
		var v catalog.OptionValue
		for _, m := range [...]struct {
			before string
			to     *string
		}{{`{"id":"`, &v.ID}, {`","option_id":"`, &v.OptionID}, {`","value":"`, &v.Value}} {
			if rest, ok = strings.CutPrefix(rest, m.before); !ok {
				return nil, false
			}
			end := strings.IndexByte(rest, '"')
			if end < 0 {
				return nil, false
			}
			*m.to, rest = rest[:end], rest[end:]
		}
		out = append(out, v)
		switch rest {
		case `"}]`:
			return out, true
		default:
			rest, ok = strings.CutPrefix(rest, `"},`)
		}
	}
	return nil, false
}
