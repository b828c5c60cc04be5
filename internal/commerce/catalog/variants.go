package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/id"
	"kaidian/internal/platform/patch"
)

// noValues is the title of a variant that has no option values to be made of.
const noValues = "Default"

// options sets the options of a product. One that keeps its title stays, and so does one that is renamed in its place.
func (p *problems) options(c *Change, o patch.Optional[[]string]) {
	if !o.IsSet() {
		return
	}
	var titles []string
	p.words("options", o, &titles, MaxOptions)
	old := c.After.Options
	left := make([]bool, len(titles)) // titles that no option has
	rows := make([]Option, len(titles))
	used := make([]bool, len(old))
	for i, title := range titles {
		at := slices.IndexFunc(old, func(o Option) bool { return o.Title == title })
		if left[i] = at < 0 || used[at]; !left[i] {
			rows[i], used[at] = old[at], true
		}
	}
	for i, title := range titles {
		switch {
		case !left[i]:
		case i < len(old) && !used[i]:
			rows[i], used[i] = old[i], true
			rows[i].Title = title
		default:
			rows[i] = Option{ID: id.New("opt", c.now), ProductID: c.After.ID, Title: title, CreatedAt: c.now, UpdatedAt: c.now}
		}
		rows[i].Position = i + 1
	}
	if len(rows) == 0 {
		rows = nil
	}
	c.After.Options = rows
}

// variants sets the list of a product's variants.
func (p *problems) variants(c *Change, given []VariantPatch, aliases map[string]string) {
	p.count("variants", len(given), MaxVariants)
	if len(given) == 0 {
		p.missing("variants")
	}
	if len(p.list) > 0 && len(given) > MaxVariants {
		return
	}
	old := c.After.Variants
	matched := match(c, given)
	rows := make([]Variant, len(given))
	c.Named = make([]string, len(given))
	for i, in := range given {
		p.within(fmt.Sprintf("variants[%d].", i), func() {
			switch {
			case matched[i] >= 0:
				rows[i] = old[matched[i]]
			case in.ID == "" && in.Number != 0:
				p.add("number", fault.Unknown, "must be the number of a variant of the product")
			default:
				rows[i] = c.newVariant(p, in)
			}
			rows[i].Rank = i
			p.variant(c, &rows[i], in, aliases)
			c.Named[i] = rows[i].ID
		})
	}
	c.After.Variants = rows
}

// match finds for each of a list the variant that there is, or -1: by its id or number, or else by its values.
func match(c *Change, given []VariantPatch) []int {
	byRef, byValues := map[Ref]int{}, map[string]int{}
	for i, v := range c.After.Variants {
		byRef[ByID(v.ID)], byRef[ByNumber(v.Number)], byValues[keyOf(v.arranged(c.After.Options))] = i, i, i
	}
	out := make([]int, len(given))
	used := make([]bool, len(c.After.Variants))
	take := func(i, at int, ok bool) {
		if out[i] = -1; ok && !used[at] {
			out[i], used[at] = at, true
		}
	}
	for i, in := range given {
		ref := ByNumber(in.Number)
		if in.ID != "" {
			ref = ByID(in.ID)
		}
		at, ok := byRef[ref]
		take(i, at, ok)
	}
	for i, in := range given {
		if out[i] < 0 && in.Number == 0 {
			at, ok := byValues[keyOf(trimmed(in.Values))]
			take(i, at, ok)
		}
	}
	return out
}

// arranged gives a variant's values in the order of options, empty for an option that it knows nothing of.
func (v *Variant) arranged(options []Option) []string {
	out := make([]string, len(options))
	for i, option := range options {
		at := slices.IndexFunc(v.Values, func(h OptionValue) bool { return h.OptionID == option.ID })
		if at >= 0 {
			out[i] = v.Values[at].Value
		}
	}
	return out
}

func trimmed(o patch.Optional[[]string]) []string {
	given, _ := o.Get()
	out := make([]string, len(given))
	for i, word := range given {
		out[i] = strings.TrimSpace(word)
	}
	return out
}

func (c *Change) newVariant(p *problems, in VariantPatch) Variant {
	p.id("id", in.ID)
	return Variant{ID: keep(in.ID, "variant", c.now, &c.kept.variants), ProductID: c.After.ID, ManageInventory: true, CreatedAt: c.now, UpdatedAt: c.now}
}

// variant sets what is in a variant's row.
func (p *problems) variant(c *Change, v *Variant, in VariantPatch, aliases map[string]string) {
	titled := v.Title != "" && v.Title != v.made()
	p.values(c, v, in)
	if in.Title.Or("") != "" {
		p.filled("title", in.Title, &v.Title)
	} else if in.Title.IsSet() || !titled {
		v.Title = v.made()
	}
	p.rank("rank", in.Rank, &v.Rank)
	p.nullable("sku", in.SKU, &v.SKU, maxText)
	p.nullable("barcode", in.Barcode, &v.Barcode, maxText)
	p.nullable("ean", in.EAN, &v.EAN, maxText)
	p.nullable("upc", in.UPC, &v.UPC, maxText)
	p.measures(in.MeasuresPatch, &v.Measures)
	p.measure("volume", in.Volume, &v.Volume)
	p.flag("allow_backorder", in.AllowBackorder, &v.AllowBackorder)
	p.flag("manage_inventory", in.ManageInventory, &v.ManageInventory)
	p.amount("compare_amount", in.CompareAmount, &v.CompareAmount)
	p.amount("reward_point", in.RewardPoint, &v.RewardPoint)
	p.imageOf(c, v, in.ImageID, aliases)
	p.translations(in.Translations, &v.Translations, variantTexts)
	p.metadata(in.Metadata, &v.Metadata)
}

// imageOf sets the picture that a variant shows: by its id, or by its URL.
func (p *problems) imageOf(c *Change, v *Variant, o patch.Optional[string], aliases map[string]string) {
	if !o.IsSet() {
		return
	}
	v.ImageID = nil
	name := o.Or("")
	if name == "" {
		return
	}
	if alias, ok := aliases[name]; ok {
		name = alias
	}
	at := slices.IndexFunc(c.After.Images, func(i Image) bool { return i.ID == name })
	if at < 0 {
		at = slices.IndexFunc(c.After.Images, func(i Image) bool { return i.URL == name })
	}
	if at < 0 {
		p.add("image_id", fault.Unknown, "must be the id of an image of the product")
		return
	}
	image := c.After.Images[at].ID
	v.ImageID = &image
}

// values sets what a variant is in each option. Without new ones those that it has follow their options.
func (p *problems) values(c *Change, v *Variant, in VariantPatch) {
	options := c.After.Options
	all, _ := in.Values.Get()
	if in.Values.IsSet() && len(all) != len(options) {
		p.add("values", fault.Format, fmt.Sprintf("must have a value for each of the %d options", len(options)))
		return
	}
	for _, place := range slices.Sorted(maps.Keys(in.ValueOf)) {
		if place < 0 || place >= len(options) {
			p.add(fmt.Sprintf("values[%d]", place), fault.Unknown, "is none of the product's options")
		}
	}
	rows := make([]OptionValue, 0, len(options))
	for i, option := range options {
		at := slices.IndexFunc(v.Values, func(h OptionValue) bool { return h.OptionID == option.ID })
		word, said := in.ValueOf[i]
		if in.Values.IsSet() {
			word, said = all[i], true
		}
		var row OptionValue
		switch {
		case at >= 0:
			row = v.Values[at]
		case said:
			row = OptionValue{ID: id.New("optval", c.now), OptionID: option.ID}
		case in.ValueOf != nil:
			p.missing(fmt.Sprintf("values[%d]", i))
			continue
		default:
			p.add("values", fault.Required, fmt.Sprintf("must have a value for each of the %d options", len(options)))
			return
		}
		if said {
			row.Value = p.value(i, word)
		}
		rows = append(rows, row)
	}
	if v.Values = rows; len(rows) == 0 {
		v.Values = nil
	}
}

// value checks a variant's value in the option at a place.
func (p *problems) value(place int, word string) string {
	word = strings.TrimSpace(word)
	at := fmt.Sprintf("values[%d]", place)
	if word == "" {
		p.missing(at)
	}
	p.text(at, word, maxText)
	return word
}

// arrange has the variants follow a change of the options.
func (p *problems) arrange(c *Change) {
	for i := range c.After.Variants {
		p.within(fmt.Sprintf("variants[%d].", i), func() {
			v := &c.After.Variants[i]
			made := v.Title == v.made()
			p.values(c, v, VariantPatch{})
			if made {
				v.Title = v.made()
			}
		})
	}
}

// made is the title of a variant that has none of its own.
func (v *Variant) made() string {
	if len(v.Values) == 0 {
		return noValues
	}
	return strings.Join(v.words(), " / ")
}

// words are its option values in their order.
func (v *Variant) words() []string {
	out := make([]string, len(v.Values))
	for i, o := range v.Values {
		out[i] = o.Value
	}
	return out
}

// key tells a variant from the others of its product.
func (v *Variant) key() string { return keyOf(v.words()) }

func keyOf(words []string) string {
	text, err := json.Marshal(words)
	if err != nil {
		panic(err) // texts always become JSON
	}
	if len(text) <= maxOptionKey {
		return string(text)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// distinct looks for two variants of one product that must not be alike.
func (r *Record) distinct() error {
	ids, keys := map[string]bool{}, map[string]bool{}
	for i, v := range r.Variants {
		if ids[v.ID] {
			return naming(ErrIDTaken, fmt.Sprintf("variants[%d].id", i))
		}
		k := v.key()
		if keys[k] {
			return naming(ErrOptionsTaken, fmt.Sprintf("variants[%d].values", i))
		}
		ids[v.ID], keys[k] = true, true
	}
	for _, u := range uniques {
		seen := map[string]bool{}
		for i := range r.Variants {
			text := *u.of(&r.Variants[i])
			if text == nil {
				continue
			}
			if seen[*text] {
				return naming(u.taken, fmt.Sprintf("variants[%d].%s", i, u.column))
			}
			seen[*text] = true
		}
	}
	return nil
}

// unique is a column of variants whose values are unique in the shop.
type unique struct {
	column string
	of     func(*Variant) **string
	taken  *fault.Error
	owners string // a query for who has some of them: value and product
}

var uniques = []unique{
	{"sku", func(v *Variant) **string { return &v.SKU }, ErrSKUTaken,
		`select sku, product_id from variants where deleted_at is null and sku in {keys}`},
	{"ean", func(v *Variant) **string { return &v.EAN }, ErrEANTaken,
		`select ean, product_id from variants where deleted_at is null and ean in {keys}`},
	{"upc", func(v *Variant) **string { return &v.UPC }, ErrUPCTaken,
		`select upc, product_id from variants where deleted_at is null and upc in {keys}`},
}
