package store

import (
	"context"
	"net/http"

	"kaidian/internal/api/route"
	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/fulfillment"
	"kaidian/internal/commerce/pricing"
)

type optionsQuery struct {
	IsReturn   *bool  `q:"is_return" doc:"For goods that come back, or not. ‖ 是否用于退货。"`
	ProductIDs string `q:"product_ids" doc:"Ids with commas between: of the shipping profiles of these products. ‖ 以逗号分隔的商品 id:仅返回这些商品所属配送档案的选项。"`
	RegionID   string `q:"region_id" doc:"In this region. ‖ 该地区的配送选项。"`
}

type optionsResponse struct {
	ShippingOptions []pricedShippingOptionView `json:"shipping_options" nullable:"false"`
}

type cartPath struct {
	CartID string `path:"cart_id"`
}

func (s sales) optionRoutes(f *route.Face) {
	list := row("Shipping Options", "shipping-options", "GetShippingOptions", "List shipping options", "获取配送选项列表")
	list.Query = optionsQuery{}
	list.About = route.Words{EN: "Those for shoppers, whatever they require of a cart.", ZH: "面向买家的全部配送选项,不考虑其对购物车的要求。"}
	route.Handle(f, list, s.options)
	of := row("Shipping Options", "shipping-options/{cart_id}", "GetShippingOptionsCartId", "List shipping options for a cart", "获取购物车可用的配送选项")
	of.Faults = append(of.Faults, http.StatusNotFound)
	of.About = route.Words{EN: "Those that it may choose now: of the profiles of its goods, in its region, with what they require. An empty cart has none.",
		ZH: "购物车当前可选的配送选项:属于其商品的配送档案与所在地区,并满足要求。空购物车没有选项。"}
	route.Handle(f, of, s.optionsOfCart)
}

func (s sales) options(ctx context.Context, _ *struct{}) (*answer[optionsResponse], error) {
	q := route.QueryOf[optionsQuery](ctx)
	var b bounds
	products := names(q.ProductIDs)
	b.list("product_ids", products)
	if err := b.fault(); err != nil {
		return nil, err
	}
	in, err := s.scene(ctx)
	if err != nil {
		return nil, err
	}
	wanted, err := s.profilesOf(ctx, products, in)
	if err != nil {
		return nil, err
	}
	var out []pricedOption
	for i := range in.options {
		o := &in.options[i]
		if o.AdminOnly || q.IsReturn != nil && *q.IsReturn != o.IsReturn || q.RegionID != "" && q.RegionID != o.RegionID ||
			wanted != nil && !wanted[o.ProfileID] {
			continue
		}
		out = append(out, in.priced(o))
	}
	return answerOptions(out), nil
}

// profilesOf gives the shipping profiles of products, nil when none are named.
func (s sales) profilesOf(ctx context.Context, products []string, in scene) (map[string]bool, error) {
	if products == nil {
		return nil, nil
	}
	page, err := s.browse.Products(ctx, browse.Query{Staff: true, IDs: products, Uncounted: true}, browse.Parts{}, browse.Pricing{})
	out := map[string]bool{}
	for i := range page.Products {
		id, _ := in.profiles.of(&page.Products[i])
		out[id] = true
	}
	return out, err
}

// priced gives an option with its taxes where its region shows them, and where its price does not depend on a cart.
func (in scene) priced(o *fulfillment.Option) pricedOption {
	out := pricedOption{Option: o, price: o.Amount, inclTax: o.Amount}
	region, known := in.markets.Region(o.RegionID)
	if !known || !region.AutomaticTaxes {
		none := int64(0)
		out.tax = &none
		return out
	}
	out.rates = pricing.OptionRatesFor(&region, in.rules, o.ID)
	if o.Amount == nil {
		return out
	}
	tax := pricing.ShippingTax(*o.Amount, o.IncludesTax, out.rates)
	incl := *o.Amount
	if !o.IncludesTax {
		incl += tax
	}
	out.tax, out.inclTax = &tax, &incl
	return out
}

func (s sales) optionsOfCart(ctx context.Context, in *cartPath) (*answer[optionsResponse], error) {
	offered, err := s.carts.OptionsFor(ctx, in.CartID)
	if err != nil {
		return nil, err
	}
	out := make([]pricedOption, len(offered))
	for i := range offered {
		o := &offered[i]
		out[i] = pricedOption{Option: &o.Option, profile: &o.Profile, price: &o.Price, tax: &o.Tax, inclTax: &o.PriceInclTax, rates: o.Rates}
	}
	return answerOptions(out), nil
}

func answerOptions(all []pricedOption) *answer[optionsResponse] {
	return answerWith[optionsResponse](smallSize*(len(all)+1), func(b []byte) []byte {
		return append(array(append(b, `{"shipping_options":`...), all, appendPricedOption), '}')
	})
}
