package transfer

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/catalog"
	"kaidian/internal/platform/patch"
)

// level says what a column describes: the first row of a product tells of the product, each row with a price, a SKU or
// option values of a variant, each with a source of an image.
type level int

const (
	ofProduct level = iota
	ofVariant
	ofImage
)

// column is one column of the CSV file. Names are those of Shopify's product CSV where it has one.
type column struct {
	name  string
	level level
	read  func(d *draft, text string) error
	write func(r row) string // nil for a column that only others write
}

// row is what one row of an export shows: Variant and Image may be nil.
type row struct {
	*view
	First   bool // of its product
	Variant *browse.Variant
	Image   *catalog.Image
}

// optionColumns is how many options a file can tell of.
const optionColumns = 10

// columns gives all columns in the order in which they are exported.
func columns() []column {
	all := []column{
		{"Handle", ofProduct, func(d *draft, s string) error { d.Handle = patch.Some(s); return nil }, nil},
		text("Title", func(d *draft) *patch.Optional[string] { return &d.Title }, func(v *view) string { return v.Title }),
		nullable("Subtitle", func(d *draft) *patch.Optional[string] { return &d.Subtitle }, func(v *view) *string { return v.Subtitle }),
		nullable("Body (HTML)", func(d *draft) *patch.Optional[string] { return &d.Description }, func(v *view) *string { return v.Description }),
		{"Vendor", ofProduct, func(d *draft, s string) error { d.Vendor = orNull(s); return nil }, func(r row) string { return term(r.Vendor) }},
		list("Type", ";", func(d *draft) *patch.Optional[[]string] { return &d.Types }, func(v *view) []string { return termValues(v.Types) }),
		list("Tags", ",", func(d *draft) *patch.Optional[[]string] { return &d.Tags }, func(v *view) []string { return termValues(v.Tags) }),
		{"Product Category", ofProduct, func(d *draft, s string) error { d.path = split(s, ">"); return nil }, nil},
		list("Categories", ";", func(d *draft) *patch.Optional[[]string] { return &d.categories }, categoryHandles),
		{"Collection", ofProduct, func(d *draft, s string) error { d.collection = orNull(s); return nil }, writeCollection},
		list("Sales Channels", ";", func(d *draft) *patch.Optional[[]string] { return &d.channels }, channelNames),
		{"Published", ofProduct, readPublished, func(r row) string { return strings.ToUpper(strconv.FormatBool(r.Status == catalog.Published)) }},
	}
	for i := range optionColumns {
		all = append(all, optionName(i), optionValue(i))
	}
	all = append(all, variantColumns()...)
	all = append(all, imageColumns()...)
	return append(all, moreColumns()...)
}

func variantColumns() []column {
	v := func(name string, at func(*catalog.VariantPatch) *patch.Optional[string], get func(*browse.Variant) *string) column {
		return column{name, ofVariant, func(d *draft, s string) error { *at(&d.variant.VariantPatch) = orNull(s); return nil },
			func(r row) string { return deref(get(r.Variant)) }}
	}
	return []column{
		{"Variant ID", ofVariant, func(d *draft, s string) error { d.variant.ID = s; return nil }, nil},
		v("Variant SKU", func(p *catalog.VariantPatch) *patch.Optional[string] { return &p.SKU }, func(v *browse.Variant) *string { return v.SKU }),
		whole("Variant Grams", func(p *catalog.VariantPatch) *patch.Optional[int64] { return &p.Weight }, func(v *browse.Variant) *int64 { return v.Weight }),
		{"Variant Inventory Tracker", ofVariant, func(d *draft, s string) error { d.variant.ManageInventory = patch.Some(s != ""); return nil },
			func(r row) string { return choose(r.Variant.ManageInventory, "kaidian", "") }},
		{"Variant Inventory Qty", ofVariant, readStock, func(r row) string { return strconv.FormatInt(r.Variant.Stock, 10) }},
		{"Variant Inventory Policy", ofVariant, readPolicy, func(r row) string { return choose(r.Variant.AllowBackorder, "continue", "deny") }},
		{"Variant Price", ofVariant, func(d *draft, s string) error { return d.price(s) }, writePrice},
		{"Variant Compare At Price", ofVariant, readCompare, writeCompare},
		{"Variant Prices", ofVariant, func(d *draft, s string) error { return d.prices(s) }, writePrices},
		v("Variant Barcode", func(p *catalog.VariantPatch) *patch.Optional[string] { return &p.Barcode }, func(v *browse.Variant) *string { return v.Barcode }),
		v("Variant EAN", func(p *catalog.VariantPatch) *patch.Optional[string] { return &p.EAN }, func(v *browse.Variant) *string { return v.EAN }),
		v("Variant UPC", func(p *catalog.VariantPatch) *patch.Optional[string] { return &p.UPC }, func(v *browse.Variant) *string { return v.UPC }),
		v("Variant HS Code", func(p *catalog.VariantPatch) *patch.Optional[string] { return &p.HSCode }, func(v *browse.Variant) *string { return v.HSCode }),
		v("Variant Country of Origin", func(p *catalog.VariantPatch) *patch.Optional[string] { return &p.OriginCountry }, func(v *browse.Variant) *string { return v.OriginCountry }),
		v("Variant MID Code", func(p *catalog.VariantPatch) *patch.Optional[string] { return &p.MIDCode }, func(v *browse.Variant) *string { return v.MIDCode }),
		v("Variant Material", func(p *catalog.VariantPatch) *patch.Optional[string] { return &p.Material }, func(v *browse.Variant) *string { return v.Material }),
		whole("Variant Length", func(p *catalog.VariantPatch) *patch.Optional[int64] { return &p.Length }, func(v *browse.Variant) *int64 { return v.Length }),
		whole("Variant Height", func(p *catalog.VariantPatch) *patch.Optional[int64] { return &p.Height }, func(v *browse.Variant) *int64 { return v.Height }),
		whole("Variant Width", func(p *catalog.VariantPatch) *patch.Optional[int64] { return &p.Width }, func(v *browse.Variant) *int64 { return v.Width }),
		whole("Variant Volume", func(p *catalog.VariantPatch) *patch.Optional[int64] { return &p.Volume }, func(v *browse.Variant) *int64 { return v.Volume }),
		{"Variant Reward Points", ofVariant, readReward, func(r row) string { return strconv.FormatInt(r.Variant.RewardPoint, 10) }},
		{"Variant Title", ofVariant, func(d *draft, s string) error { d.variant.Title = some(s); return nil }, func(r row) string { return r.Variant.Title }},
		{"Variant Image", ofVariant, func(d *draft, s string) error { d.variant.ImageID = orNull(s); return nil }, writeVariantImage},
		object("Variant Translations", ofVariant, func(d *draft, raw string) error { return translations(raw, &d.variant.Translations) },
			func(r row) any { return r.Variant.Translations }),
		object("Variant Metadata", ofVariant, func(d *draft, raw string) error { return metadata(raw, &d.variant.Metadata) },
			func(r row) any { return r.Variant.Metadata }),
	}
}

func imageColumns() []column {
	return []column{
		{"Image Src", ofImage, func(d *draft, s string) error { d.image.URL = some(s); return nil }, func(r row) string { return r.Image.URL }},
		{"Image Position", ofImage, readPosition, func(r row) string { return strconv.Itoa(r.Image.Position) }},
		{"Image Alt Text", ofImage, func(d *draft, s string) error { d.image.Alt = patch.Some(s); return nil }, func(r row) string { return r.Image.Alt }},
	}
}

func moreColumns() []column {
	p := func(name string, at func(*draft) *patch.Optional[int64], get func(*view) *int64) column {
		return column{name, ofProduct, func(d *draft, s string) error { return integer(s, at(d)) }, func(r row) string { return number(get(r.view)) }}
	}
	return []column{
		{"Gift Card", ofProduct, func(d *draft, s string) error { return boolean(s, &d.GiftCard) }, func(r row) string { return strings.ToUpper(strconv.FormatBool(r.GiftCard)) }},
		{"Discountable", ofProduct, func(d *draft, s string) error { return boolean(s, &d.Discountable) }, func(r row) string { return strings.ToUpper(strconv.FormatBool(r.Discountable)) }},
		text("SEO Title", func(d *draft) *patch.Optional[string] { return &d.PageTitle }, func(v *view) string { return v.PageTitle }),
		text("SEO Description", func(d *draft) *patch.Optional[string] { return &d.PageDescription }, func(v *view) string { return v.PageDescription }),
		text("SEO Keywords", func(d *draft) *patch.Optional[string] { return &d.PageKeywords }, func(v *view) string { return v.PageKeywords }),
		nullable("External ID", func(d *draft) *patch.Optional[string] { return &d.ExternalID }, func(v *view) *string { return v.ExternalID }),
		nullable("Thumbnail", func(d *draft) *patch.Optional[string] { return &d.Thumbnail }, func(v *view) *string { return v.Thumbnail }),
		p("Grams", func(d *draft) *patch.Optional[int64] { return &d.Weight }, func(v *view) *int64 { return v.Weight }),
		p("Length", func(d *draft) *patch.Optional[int64] { return &d.Length }, func(v *view) *int64 { return v.Length }),
		p("Height", func(d *draft) *patch.Optional[int64] { return &d.Height }, func(v *view) *int64 { return v.Height }),
		p("Width", func(d *draft) *patch.Optional[int64] { return &d.Width }, func(v *view) *int64 { return v.Width }),
		nullable("HS Code", func(d *draft) *patch.Optional[string] { return &d.HSCode }, func(v *view) *string { return v.HSCode }),
		nullable("Country of Origin", func(d *draft) *patch.Optional[string] { return &d.OriginCountry }, func(v *view) *string { return v.OriginCountry }),
		nullable("MID Code", func(d *draft) *patch.Optional[string] { return &d.MIDCode }, func(v *view) *string { return v.MIDCode }),
		nullable("Material", func(d *draft) *patch.Optional[string] { return &d.Material }, func(v *view) *string { return v.Material }),
		object("Translations", ofProduct, func(d *draft, raw string) error { return translations(raw, &d.Translations) },
			func(r row) any { return r.Translations }),
		object("Metadata", ofProduct, func(d *draft, raw string) error { return metadata(raw, &d.Metadata) },
			func(r row) any { return r.Metadata }),
		{"Status", ofProduct, readStatus, writeStatus},
	}
}

// The makers of the common kinds of columns.

func text(name string, at func(*draft) *patch.Optional[string], get func(*view) string) column {
	return column{name, ofProduct, func(d *draft, s string) error { *at(d) = patch.Some(s); return nil }, func(r row) string { return get(r.view) }}
}

func nullable(name string, at func(*draft) *patch.Optional[string], get func(*view) *string) column {
	return column{name, ofProduct, func(d *draft, s string) error { *at(d) = orNull(s); return nil }, func(r row) string { return deref(get(r.view)) }}
}

// list is a column of names with a separator between them.
func list(name, sep string, at func(*draft) *patch.Optional[[]string], get func(*view) []string) column {
	return column{name, ofProduct, func(d *draft, s string) error {
		names, err := parseNames(s, sep)
		*at(d) = patch.Some(names)
		return err
	}, func(r row) string { return formatNames(get(r.view), sep) }}
}

func whole(name string, at func(*catalog.VariantPatch) *patch.Optional[int64], get func(*browse.Variant) *int64) column {
	return column{name, ofVariant, func(d *draft, s string) error { return integer(s, at(&d.variant.VariantPatch)) },
		func(r row) string { return number(get(r.Variant)) }}
}

func object(name string, l level, read func(*draft, string) error, get func(row) any) column {
	return column{name, l, read, func(r row) string {
		raw, err := json.Marshal(get(r))
		if err != nil || string(raw) == "null" {
			return ""
		}
		return string(raw)
	}}
}

func optionName(i int) column {
	return column{fmt.Sprintf("Option%d Name", i+1), ofProduct,
		func(d *draft, s string) error { d.options[i] = s; return nil },
		func(r row) string {
			if i >= len(r.Options) {
				return ""
			}
			return r.Options[i].Title
		}}
}

func optionValue(i int) column {
	return column{fmt.Sprintf("Option%d Value", i+1), ofVariant,
		func(d *draft, s string) error { d.values[i] = s; return nil },
		func(r row) string {
			if i >= len(r.Variant.Values) {
				return ""
			}
			return r.Variant.Values[i].Value
		}}
}

// The readers of single columns.

func readPublished(d *draft, s string) error {
	var b patch.Optional[bool]
	if err := boolean(s, &b); err != nil {
		return err
	}
	d.published = b
	return nil
}

func readStatus(d *draft, s string) error {
	switch strings.ToLower(s) {
	case "":
	case "active", "published":
		d.Status = patch.Some(catalog.Published)
	case "draft", "archived":
		d.Status = patch.Some(catalog.Draft)
	case "proposed":
		d.Status = patch.Some(catalog.Proposed)
	case "rejected":
		d.Status = patch.Some(catalog.Rejected)
	default:
		return errors.New("must be active, draft, archived, proposed or rejected")
	}
	return nil
}

func writeStatus(r row) string {
	if r.Status == catalog.Published {
		return "active"
	}
	return string(r.Status)
}

func readStock(d *draft, s string) error { return integer(s, &d.variant.Stock) }

func readReward(d *draft, s string) error { return integer(s, &d.variant.RewardPoint) }

func readPolicy(d *draft, s string) error {
	switch strings.ToLower(s) {
	case "", "deny":
		d.variant.AllowBackorder = patch.Some(false)
	case "continue":
		d.variant.AllowBackorder = patch.Some(true)
	default:
		return errors.New("must be deny or continue")
	}
	return nil
}

func readPosition(d *draft, s string) error {
	var n patch.Optional[int64]
	if err := integer(s, &n); err != nil {
		return err
	}
	if v, ok := n.Get(); ok {
		d.image.Position = patch.Some(int(min(v, 1<<30)))
	}
	return nil
}

// integer reads a whole number from 0; an empty cell says nothing.
func integer(s string, to *patch.Optional[int64]) error {
	if s == "" {
		return nil
	}
	s = strings.TrimSuffix(s, ".0") // as spreadsheets write whole numbers
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return errors.New("must be a whole number")
	}
	*to = patch.Some(n)
	return nil
}

func boolean(s string, to *patch.Optional[bool]) error {
	switch strings.ToLower(s) {
	case "":
	case "true", "yes", "1":
		*to = patch.Some(true)
	case "false", "no", "0":
		*to = patch.Some(false)
	default:
		return errors.New("must be TRUE or FALSE")
	}
	return nil
}

func metadata(raw string, to *patch.Optional[json.RawMessage]) error {
	if raw == "" {
		*to = patch.Null[json.RawMessage]()
		return nil
	}
	var m map[string]any
	if err := json.Unmarshal([]byte(raw), &m); err != nil {
		return errors.New("must be a JSON object")
	}
	*to = patch.Some(json.RawMessage(raw))
	return nil
}

func translations(raw string, to *patch.Optional[catalog.Translations]) error {
	if raw == "" {
		*to = patch.Null[catalog.Translations]()
		return nil
	}
	var t catalog.Translations
	if err := json.Unmarshal([]byte(raw), &t); err != nil {
		return errors.New(`must be a JSON object such as {"en": {"title": "…"}}`)
	}
	*to = patch.Some(t)
	return nil
}

// split parts a cell at a separator that no part can hold, and drops what is empty.
func split(s, sep string) []string {
	out := []string{}
	for part := range strings.SplitSeq(s, sep) {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

func some(s string) patch.Optional[string] {
	if s == "" {
		return patch.Optional[string]{}
	}
	return patch.Some(s)
}

func orNull(s string) patch.Optional[string] {
	if s == "" {
		return patch.Null[string]()
	}
	return patch.Some(s)
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func number(n *int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10)
}

func choose(is bool, yes, no string) string {
	if is {
		return yes
	}
	return no
}

func term(t *catalog.Term) string {
	if t == nil {
		return ""
	}
	return t.Value
}

func termValues(all []catalog.Term) []string {
	out := make([]string, len(all))
	for i, t := range all {
		out[i] = t.Value
	}
	return out
}
