package open

import (
	"fmt"

	"kaidian/internal/api/route"
	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/shelf"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/patch"
)

// maxOptions is how many options a product has: variants have option_1 to option_3.
const maxOptions = 3

// productInput is what a product is written with.
type productInput struct {
	BodyHTML        route.Optional[text]           `json:"body_html,omitempty"`
	Handle          route.Optional[text]           `json:"handle,omitempty" doc:"Made of the name when a new product has none. ‖ 不填时由名称生成。"`
	Name            route.Optional[text]           `json:"name,omitempty"`
	Options         route.Optional[[]nameInput]    `json:"options,omitempty" doc:"Three at most; the list replaces the one that there is. ‖ 最多三个，整体替换。"`
	PageDescription route.Optional[text]           `json:"page_description,omitempty"`
	PageKeywords    route.Optional[text]           `json:"page_keywords,omitempty"`
	PageTitle       route.Optional[text]           `json:"page_title,omitempty"`
	ShortDesc       route.Optional[text]           `json:"short_desc,omitempty"`
	Types           route.Optional[[]nameInput]    `json:"types,omitempty" doc:"Made when new; the list replaces the one that there is. ‖ 不存在时自动创建，整体替换。"`
	Variants        route.Optional[[]variantInput] `json:"variants,omitempty" doc:"One at least. A list replaces the one that there is: those with an id, or with the same option values, are changed, those not named are deleted. ‖ 至少一个。整体替换：id 或选项值相同的款式被更新，未列出的被删除。"`
	Vendor          route.Optional[nameInput]      `json:"vendor,omitempty" doc:"Made when new. ‖ 不存在时自动创建。"`
	Visibility      route.Optional[flag]           `json:"visibility,omitempty" doc:"On sale; true for a new product that does not say. ‖ 是否上架，创建时默认为 true。"`
}

// nameInput names an option, a type or a vendor.
type nameInput struct {
	Name route.Optional[text] `json:"name,omitempty"`
}

// reasonProduct is the reason of what this face finds wrong with a product.
const reasonProduct = "open.product"

// reader turns what the face takes into what the domain takes, and collects what is wrong with it, in the face's words.
type reader struct {
	currency money.Currency
	problems []fault.Field
	in       string // is put before names: "variants[2]."
}

func (r *reader) add(name string, rule fault.Rule, words string) {
	r.problems = append(r.problems, fault.Field{Name: r.in + name, Rule: rule, Message: r.in + name + " " + words})
}

func (r *reader) missing(name string) { r.add(name, fault.Required, "should not be empty") }

// create reads a product to make.
func (g goods) create(in productInput) (shelf.Product, error) {
	r := &reader{currency: g.currency}
	if in.Name.Value == "" {
		r.missing("name")
	}
	p := r.product(in)
	if !p.Status.IsSet() {
		p.Status = patch.Some(catalog.Published)
	}
	if len(in.Variants.Value) == 0 {
		r.missing("variants")
	}
	titles, _ := p.Options.Get()
	p.Variants = r.variants(in.Variants.Value, variantOf{options: len(titles), fresh: true})
	return p, fault.Fields(reasonProduct, r.problems...)
}

// change reads a change of a product. Was is the product as it is, when the change speaks of variants.
func (g goods) change(in productInput, was browse.Product) (shelf.Product, error) {
	r := &reader{currency: g.currency}
	p := r.product(in)
	if in.Name.Set && in.Name.Value == "" {
		r.missing("name")
	}
	if in.Variants.Set {
		if len(in.Variants.Value) == 0 {
			r.missing("variants")
		}
		options := len(was.Options)
		if titles, ok := p.Options.Get(); ok {
			options = len(titles)
		}
		p.Variants = r.variants(in.Variants.Value, variantOf{images: was.Images, options: options})
	}
	return p, fault.Fields(reasonProduct, r.problems...)
}

// product reads all but the variants.
func (r *reader) product(in productInput) shelf.Product {
	p := shelf.Product{ProductPatch: catalog.ProductPatch{Title: words(in.Name), Subtitle: words(in.ShortDesc), Description: words(in.BodyHTML),
		Handle: words(in.Handle), PageTitle: words(in.PageTitle), PageDescription: words(in.PageDescription), PageKeywords: words(in.PageKeywords),
		Types: r.names("types", in.Types), Options: r.names("options", in.Options)}}
	if list, ok := p.Options.Get(); ok && len(list) > maxOptions {
		r.add("options", fault.TooLong, fmt.Sprintf("must be at most %d", maxOptions))
	}
	if in.Vendor.Set {
		p.Vendor = patch.Some(string(in.Vendor.Value.Name.Value)) // null is none
	}
	if in.Visibility.Set {
		p.Status = patch.Some(catalog.Draft)
		if in.Visibility.Value {
			p.Status = patch.Some(catalog.Published)
		}
	}
	return p
}

// names reads a list of what has a name; null is an empty one.
func (r *reader) names(member string, list route.Optional[[]nameInput]) patch.Optional[[]string] {
	if !list.Set {
		return patch.Optional[[]string]{}
	}
	out := make([]string, len(list.Value))
	for i, n := range list.Value {
		if out[i] = string(n.Name.Value); out[i] == "" {
			r.missing(fmt.Sprintf("%s[%d].name", member, i))
		}
	}
	return patch.Some(out)
}

// variants reads a product's list of variants.
func (r *reader) variants(list []variantInput, of variantOf) patch.Optional[[]shelf.Variant] {
	out := make([]shelf.Variant, len(list))
	for i, in := range list {
		r.in = fmt.Sprintf("variants[%d].", i)
		of.known = !of.fresh && in.ID.Value != 0
		out[i] = r.variant(in, of)
		out[i].Number = int64(in.ID.Value)
	}
	r.in = ""
	return patch.Some(out)
}

// basePrice gives the price that the face shows: the plain one in the default currency.
func basePrice(prices []pricing.Price, currency string) *int64 {
	for _, p := range prices {
		if isBase(p, currency) {
			return &p.Amount
		}
	}
	return nil
}

func isBase(p pricing.Price, currency string) bool {
	return p.Currency == currency && p.RegionID == nil && p.ListID == nil && p.MinQuantity == nil && p.MaxQuantity == nil
}
