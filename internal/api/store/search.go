package store

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"kaidian/internal/api/route"
	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/catalog"
)

// wholeNumber is an integer that the document calls a number, as the reference does.
type wholeNumber int

// Schema tells the document, and the validation, what it is.
func (wholeNumber) Schema(huma.Registry) *huma.Schema {
	low, high, step := 0.0, 1000.0, 1.0
	return &huma.Schema{Type: huma.TypeNumber, Minimum: &low, Maximum: &high, MultipleOf: &step}
}

// filterValue is a filter in any of its forms.
type filterValue struct{ any }

// UnmarshalJSON keeps it as it comes.
func (v *filterValue) UnmarshalJSON(raw []byte) error { return json.Unmarshal(raw, &v.any) }

// Schema tells the document that it may be anything.
func (filterValue) Schema(huma.Registry) *huma.Schema { return &huma.Schema{} }

// search is what a shopper looks for. Members that are not named here are let through, as by the original, which hands
// them to its search engine.
type search struct {
	Caller
	Body struct {
		_            struct{}    `additionalProperties:"true"`
		Q            string      `json:"q,omitempty" doc:"Words; the last one may be the beginning of one. ‖ 关键词;最后一个词可以只写开头。" example:"coffee mug"`
		Offset       wholeNumber `json:"offset,omitempty" doc:"How many to skip. With the limit 1000 at most. ‖ 跳过的条数;与 limit 之和最多 1000。"`
		Limit        wholeNumber `json:"limit,omitempty" doc:"How many to show: 20 when it is not said, 100 at most. ‖ 返回条数,默认 20,最多 100。"`
		Filter       filterValue `json:"filter,omitempty" doc:"Narrows what is found: an object as {\"collection_id\": [\"…\"]}, or a text as collection_id = \"…\" AND price < 1000. ‖ 过滤条件:对象,如 {\"collection_id\": [\"…\"]},或文本,如 collection_id = \"…\" AND price < 1000。"`
		Facets       []string    `json:"facets,omitempty" nullable:"false" doc:"What to count the products by: collection_id, category_id, type_id, type, tag_id, tags, vendor, in_stock, price. ‖ 统计维度:collection_id、category_id、type_id、type、tag_id、tags、vendor、in_stock、price。"`
		RegionID     string      `json:"region_id,omitempty" doc:"Prices in this region, with its taxes. ‖ 按此地区显示价格与税费。"`
		CurrencyCode string      `json:"currency_code,omitempty" doc:"Prices in this currency. ‖ 按此币种显示价格。"`
		CartID       string      `json:"cart_id,omitempty" doc:"Prices as in this cart. ‖ 按此购物车显示价格。"`
		Locale       string      `json:"locale,omitempty" doc:"Language of the texts. ‖ 文本语言。"`
	}
}

// ProductView lets what shows a product, and more, embed it: only what is exported is seen.
type ProductView = productView

// hitView is a product that was found, and some of its relations by the names that search engines give them.
type hitView struct {
	ProductView
	CollectionTitle  *string  `json:"collection_title"`
	CollectionHandle *string  `json:"collection_handle"`
	TypeValue        *string  `json:"type_value"`
	TagsValue        []string `json:"tags_value" nullable:"false"`
}

type searchResponse struct {
	Hits               []hitView                 `json:"hits" nullable:"false" doc:"Best first. ‖ 按相关度排列。"`
	EstimatedTotalHits int                       `json:"estimatedTotalHits" doc:"How many were found; 1000 when it is that many or more. ‖ 命中总数;达到 1000 时即为 1000。"`
	Offset             int                       `json:"offset"`
	Limit              int                       `json:"limit"`
	Query              string                    `json:"query"`
	ProcessingTimeMs   int64                     `json:"processingTimeMs"`
	FacetDistribution  map[string]map[string]int `json:"facetDistribution,omitempty" doc:"By facet and value, how many products; when facets were asked for. ‖ 各维度各取值的商品数;请求了 facets 时返回。"`
	FacetStats         *facetStats               `json:"facetStats,omitempty" doc:"Lowest and highest price, when that facet was asked for. ‖ 最低与最高价格;请求了 price 维度时返回。"`
}

type facetStats struct {
	Price priceStats `json:"price" doc:"Minor units. ‖ 最小货币单位。"`
}

type priceStats struct {
	Min int64 `json:"min"`
	Max int64 `json:"max"`
}

func (c catalogue) searchRoutes(f *route.Face) {
	r := scoped(row("Products", "products/search", "PostProductsSearch", "Search products", "搜索商品"))
	r.Method, r.Unprotected = http.MethodPost, true
	r.About = route.Words{
		EN: "Finds published products of the sales channels of the publishable key, or of the default channel, by their texts. Hits are products as in the list, priced for the region or currency.",
		ZH: "按文本搜索 publishable key 所属销售渠道(缺省为默认渠道)中已发布的商品。命中结果与商品列表中的商品形式相同,价格按地区或币种确定。",
	}
	route.Handle(f, r, c.search)
}

func (c catalogue) search(ctx context.Context, in *search) (*answer[searchResponse], error) {
	started := time.Now()
	markets, err := c.shop.Markets(ctx)
	if err != nil {
		return nil, err
	}
	body := in.Body
	prices, err := c.prices(ctx, pricesQuery{CartID: body.CartID, RegionID: body.RegionID, CurrencyCode: body.CurrencyCode,
		languageQuery: languageQuery{Locale: body.Locale}}, markets)
	if err != nil {
		return nil, err
	}
	lens, err := c.productLens(ctx, showing{}, productChoice)
	if err != nil {
		return nil, err
	}
	lens.parts.Categories = true
	found, err := c.browse.Search(ctx, browse.SearchQuery{Q: body.Q, Filter: body.Filter.any, Facets: body.Facets,
		Channels: scopeOf(ctx, markets), Offset: int(body.Offset), Limit: int(body.Limit)}, lens.parts, prices)
	if err != nil {
		return nil, err
	}
	lens.fields = slices.Concat(lens.fields, hitFields)
	return answerWith[searchResponse](sizeOf(found.Hits), func(b []byte) []byte {
		b = array(append(b, `{"hits":`...), found.Hits, lens.object)
		b = appendInt(append(b, `,"estimatedTotalHits":`...), int64(found.Total))
		b = appendInt(append(b, `,"offset":`...), int64(found.Offset))
		b = appendInt(append(b, `,"limit":`...), int64(found.Limit))
		b = appendText(append(b, `,"query":`...), body.Q)
		b = appendInt(append(b, `,"processingTimeMs":`...), time.Since(started).Milliseconds())
		return append(appendFacets(b, &found), '}')
	}), nil
}

// hitFields are what a hit has besides a product's fields, by the names that search engines give it.
var hitFields = fields[browse.Product]{
	member("categories", func(b []byte, p *browse.Product) []byte { return array(b, p.Categories, appendPlainCategory) }),
	member("collection_title", func(b []byte, p *browse.Product) []byte {
		return orNull(b, p.Collection, func(b []byte, c *catalog.Collection) []byte { return appendText(b, c.Title) })
	}),
	member("collection_handle", func(b []byte, p *browse.Product) []byte {
		return orNull(b, p.Collection, func(b []byte, c *catalog.Collection) []byte { return appendText(b, c.Handle) })
	}),
	member("type_value", func(b []byte, p *browse.Product) []byte { return orNull(b, p.Type, appendValue) }),
	member("tags_value", func(b []byte, p *browse.Product) []byte { return array(b, p.Tags, appendValue) }),
}

func appendValue(b []byte, t *catalog.Term) []byte { return appendText(b, t.Value) }

// appendFacets appends, as members, what was counted.
func appendFacets(b []byte, found *browse.SearchResult) []byte {
	if len(found.Facets) > 0 {
		b = append(b, `,"facetDistribution":`...)
		b = object(b, found.Facets, func(b []byte, values map[string]int) []byte {
			return object(b, values, func(b []byte, n int) []byte { return appendInt(b, int64(n)) })
		})
	}
	if found.PriceMin != nil && found.PriceMax != nil {
		b = appendInt(append(b, `,"facetStats":{"price":{"min":`...), *found.PriceMin)
		b = appendInt(append(b, `,"max":`...), *found.PriceMax)
		b = append(b, "}}"...)
	}
	return b
}

// object appends a map by its keys.
func object[V any](b []byte, m map[string]V, put func([]byte, V) []byte) []byte {
	b = append(b, '{')
	for i, key := range slices.Sorted(maps.Keys(m)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = put(append(appendText(b, key), ':'), m[key])
	}
	return append(b, '}')
}
