package store

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"kaidian/internal/api/route"
	"kaidian/internal/commerce/geo"
	"kaidian/internal/commerce/shop"
)

// regionFields are the scalar fields of a region.
var regionFields = fields[shop.Region]{
	member("id", func(b []byte, r *shop.Region) []byte { return appendText(b, r.ID) }),
	member("created_at", func(b []byte, r *shop.Region) []byte { return appendTime(b, r.CreatedAt) }),
	member("updated_at", func(b []byte, r *shop.Region) []byte { return appendTime(b, r.UpdatedAt) }),
	member("deleted_at", func(b []byte, _ *shop.Region) []byte { return append(b, "null"...) }),
	member("name", func(b []byte, r *shop.Region) []byte { return appendText(b, r.Name) }),
	member("currency_code", func(b []byte, r *shop.Region) []byte { return appendText(b, r.Currency) }),
	member("tax_rate", func(b []byte, r *shop.Region) []byte { return r.TaxRate.AppendJSON(b) }),
	member("tax_code", func(b []byte, r *shop.Region) []byte { return appendTextOrNull(b, r.TaxCode) }),
	member("gift_cards_taxable", func(b []byte, r *shop.Region) []byte { return appendBool(b, r.GiftCardsTaxable) }),
	member("automatic_taxes", func(b []byte, r *shop.Region) []byte { return appendBool(b, r.AutomaticTaxes) }),
	member("tax_provider_id", func(b []byte, r *shop.Region) []byte { return appendTextOrNull(b, r.TaxProviderID) }),
	member("includes_tax", func(b []byte, r *shop.Region) []byte { return appendBool(b, r.IncludesTax) }),
	member("metadata", func(b []byte, r *shop.Region) []byte { return appendRaw(b, r.Metadata) }),
}

// regionChoice is what there is to choose of regions.
var regionChoice = showable{
	relations: []string{"currency", "countries", "payment_providers", "fulfillment_providers"},
	loaded:    []string{"currency", "countries", "payment_providers", "fulfillment_providers"},
	fields:    namesOf(regionFields),
	kept:      []string{"id"},
}

// regionListChoice is what there is to choose of regions in a list.
var regionListChoice = regionChoice.inList()

type regionsQuery struct {
	showing
	CreatedAt route.Window `q:"created_at" doc:"When it was made: gt, gte, lt, lte. ‖ 创建时间:gt、gte、lt、lte。"`
	UpdatedAt route.Window `q:"updated_at" doc:"When it was changed last: gt, gte, lt, lte. ‖ 最后修改时间:gt、gte、lt、lte。"`
	Offset    int          `q:"offset" default:"0" min:"0" max:"1000000000" doc:"How many to skip. ‖ 跳过的条数。"`
	Limit     int          `q:"limit" default:"100" min:"0" max:"1000" clamp:"true" doc:"How many to show, 1000 at most; 0 asks for as many as may be. ‖ 返回条数,最多 1000;0 表示返回上限条数。"`
}

type regionsResponse struct {
	Regions []regionView `json:"regions" nullable:"false"`
	Count   int          `json:"count"`
	Offset  int          `json:"offset"`
	Limit   int          `json:"limit"`
}

type regionResponse struct {
	Region regionView `json:"region"`
}

func (c catalogue) regionRoutes(f *route.Face) {
	list := row("Regions", "regions", "GetRegions", "List regions", "获取地区列表")
	list.Query = regionsQuery{}
	list.About = route.Words{EN: "A region is a market: countries that share a currency, taxes and providers.",
		ZH: "地区即一个市场:其中的国家共用币种、税费与服务商。"}
	route.Handle(f, list, c.regions)
	one := row("Regions", "regions/{id}", "GetRegionsRegion", "Get a region", "获取地区")
	one.Query, one.Faults = showing{}, append(one.Faults, http.StatusNotFound)
	route.Handle(f, one, c.region)
}

func (c catalogue) regions(ctx context.Context, _ *struct{}) (*answer[regionsResponse], error) {
	q := route.QueryOf[regionsQuery](ctx)
	chosen, err := q.choose(regionListChoice)
	if err != nil {
		return nil, err
	}
	markets, err := c.shop.Markets(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]shop.Region, 0, len(markets.Regions))
	for _, r := range markets.Regions {
		if inside(q.CreatedAt, r.CreatedAt) && inside(q.UpdatedAt, r.UpdatedAt) {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b shop.Region) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), strings.Compare(b.ID, a.ID))
	})
	count, limit := len(all), limited(q.Limit)
	all = all[min(q.Offset, count):]
	all = all[:min(limit, len(all))]
	shown := regionFieldsIn(chosen, markets)
	return answerWith[regionsResponse](8*smallSize*(len(all)+1), func(b []byte) []byte {
		b = array(append(b, `{"regions":`...), all, shown.object)
		return appendPaging(b, count, q.Offset, limit)
	}), nil
}

// inside tells whether a time is in a window.
func inside(w route.Window, at time.Time) bool {
	switch {
	case !w.GT.IsZero() && !at.After(w.GT), !w.GTE.IsZero() && at.Before(w.GTE):
		return false
	case !w.LT.IsZero() && !at.Before(w.LT), !w.LTE.IsZero() && at.After(w.LTE):
		return false
	}
	return true
}

func (c catalogue) region(ctx context.Context, in *ID) (*answer[regionResponse], error) {
	chosen, err := route.QueryOf[showing](ctx).choose(regionChoice)
	if err != nil {
		return nil, err
	}
	markets, err := c.shop.Markets(ctx)
	if err != nil {
		return nil, err
	}
	r, known := markets.Region(in.ID)
	if !known {
		return nil, errRegionUnknown.WithMessage("Region with " + in.ID + " was not found")
	}
	shown := regionFieldsIn(chosen, markets)
	return answerWith[regionResponse](16*smallSize, func(b []byte) []byte {
		return append(shown.object(append(b, `{"region":`...), &r), '}')
	}), nil
}

// regionFieldsIn gives the fields of regions that a choice shows.
func regionFieldsIn(c choice, m *shop.Markets) fields[shop.Region] {
	relations := fields[shop.Region]{
		member("currency", func(b []byte, r *shop.Region) []byte {
			money, known := m.Currencies[r.Currency]
			if !known {
				return append(b, "null"...)
			}
			return appendCurrency(b, &money)
		}),
		member("countries", func(b []byte, r *shop.Region) []byte {
			return array(b, r.Countries, func(b []byte, iso2 *string) []byte { return appendCountry(b, *iso2, r.ID) })
		}),
		member("payment_providers", func(b []byte, r *shop.Region) []byte { return array(b, r.PaymentProviders, appendProvider) }),
		member("fulfillment_providers", func(b []byte, r *shop.Region) []byte { return array(b, r.FulfillmentProviders, appendProvider) }),
	}
	return slices.Concat(regionFields.pick(c.shows), relations.pick(c.loads))
}

func appendCurrency(b []byte, c *shop.Currency) []byte {
	b = appendText(append(b, `{"code":`...), c.Code)
	b = appendText(append(b, `,"symbol":`...), c.Symbol)
	b = appendText(append(b, `,"symbol_native":`...), c.SymbolNative)
	b = appendText(append(b, `,"name":`...), c.Name)
	b = appendBool(append(b, `,"includes_tax":`...), c.IncludesTax)
	return append(b, '}')
}

// appendCountry appends a country of a region. Its id is a text, as the reference has it.
func appendCountry(b []byte, iso2, region string) []byte {
	c, _ := geo.CountryByCode(iso2)
	b = appendText(append(b, `{"id":`...), strconv.Itoa(c.Number))
	b = appendText(append(b, `,"iso_2":`...), iso2)
	b = appendText(append(b, `,"iso_3":`...), c.ISO3)
	b = appendText(append(b, `,"num_code":`...), c.NumCode)
	b = appendText(append(b, `,"name":`...), c.Name)
	b = appendText(append(b, `,"display_name":`...), c.DisplayName)
	b = appendText(append(b, `,"region_id":`...), region)
	return append(b, '}')
}

func appendProvider(b []byte, id *string) []byte {
	return append(appendText(append(b, `{"id":`...), *id), `,"is_installed":true}`...)
}
