package store

import (
	"context"
	"net/http"
	"slices"

	"kaidian/internal/api/route"
	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/checkout"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/fulfillment"
	"kaidian/internal/commerce/order"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/promotion"
	"kaidian/internal/commerce/shop"
)

// sales is how shoppers buy: carts, the ways to ship and to pay them, and the orders that they become.
type sales struct {
	carts     *cart.Service
	till      *checkout.Service
	orders    *order.Service
	promotion *promotion.Service
	customers *customer.Service
	browse    *browse.Service
	shop      *shop.Shop
	shipping  *fulfillment.Service
	pricing   *pricing.Service
	usedCards func(ctx context.Context, orders []string) (map[string][]UsedCard, error)
}

func newSales(o Options) sales {
	return sales{carts: o.Carts, till: o.Checkout, orders: o.Orders, promotion: o.Promotion, customers: o.Customers, browse: o.Browse,
		shop: o.Shop, shipping: o.Shipping, pricing: o.Pricing, usedCards: o.UsedCards}
}

func (s sales) routes(f *route.Face) {
	s.cartRoutes(f)
	s.lineRoutes(f)
	s.sessionRoutes(f)
	s.optionRoutes(f)
	s.orderRoutes(f)
	s.giftCardRoutes(f)
}

// deed begins a route that changes a cart. Its answer is the whole cart, whatever is to be expanded.
func deed(tag, method, path, name string, words route.Words) route.Route {
	return route.Route{Method: method, Path: "/store/carts" + path, Name: name, Tag: tag, Permission: visitors, Query: showing{},
		Summary: words, Faults: []int{http.StatusBadRequest, http.StatusNotFound, http.StatusConflict}}
}

// scene is what carts and orders stand in. It is read from memory where that is fresh.
type scene struct {
	markets  *shop.Markets
	profiles profiles
	rules    *pricing.Rules
	options  []fulfillment.Option
}

func (s sales) scene(ctx context.Context) (scene, error) {
	var in scene
	var err error
	if in.markets, err = s.shop.Markets(ctx); err != nil {
		return in, err
	}
	if in.profiles, err = s.shipping.Profiles(ctx); err != nil {
		return in, err
	}
	if in.rules, err = s.pricing.Rules(ctx); err != nil {
		return in, err
	}
	in.options, err = s.shipping.Offered(ctx)
	return in, err
}

// option finds a living shipping option, or gives nil.
func (in scene) option(id string) *fulfillment.Option {
	if at := slices.IndexFunc(in.options, func(o fulfillment.Option) bool { return o.ID == id }); at >= 0 {
		return &in.options[at]
	}
	return nil
}

// region gives the fields of the region of a sale that a choice shows, of which "region." is a part.
func (in scene) region(c choice) fields[shop.Region] {
	out := regionFieldsIn(c.under("region."), in.markets)
	if c.loads("region.tax_rates") {
		out = append(out, member("tax_rates", func(b []byte, r *shop.Region) []byte {
			return array(b, in.rules.Taxes[r.ID], appendRegionTaxRate)
		}))
	}
	return out
}

// appendRegion appends the region of an id.
func (in scene) appendRegion(b []byte, id string, shown fields[shop.Region]) []byte {
	region, known := in.markets.Region(id)
	if !known {
		return append(b, "null"...)
	}
	return shown.object(b, &region)
}

func appendRegionTaxRate(b []byte, t *pricing.TaxRate) []byte {
	b = appendText(append(b, `{"id":`...), t.ID)
	b = appendTime(append(b, `,"created_at":`...), t.CreatedAt)
	b = appendTime(append(b, `,"updated_at":`...), t.UpdatedAt)
	b = t.Rate.AppendJSON(append(b, `,"rate":`...))
	b = appendTextOrNull(append(b, `,"code":`...), t.Code)
	b = appendText(append(b, `,"name":`...), t.Name)
	return append(appendText(append(b, `,"region_id":`...), t.RegionID), `,"metadata":null}`...)
}

// under gives what is chosen of a relation, all of its fields among it.
func (c choice) under(relation string) choice {
	out := choice{relations: map[string]bool{}}
	for name := range c.relations {
		if len(name) > len(relation) && name[:len(relation)] == relation {
			out.relations[name[len(relation):]] = true
		}
	}
	return out
}
