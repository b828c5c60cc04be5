package store

import (
	"context"
	"net/http"

	"kaidian/internal/api/route"
	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/fulfillment"
	"kaidian/internal/commerce/shop"
)

// catalogue is what shoppers see of the goods.
type catalogue struct {
	browse   *browse.Service
	shop     *shop.Shop
	shipping *fulfillment.Service
	carts    *cart.Service // for prices as in a cart
}

func (c catalogue) routes(f *route.Face) {
	c.productRoutes(f)
	c.searchRoutes(f)
	c.variantRoutes(f)
	c.collectionRoutes(f)
	c.categoryRoutes(f)
	c.termRoutes(f)
	c.regionRoutes(f)
}

// row begins a route of the catalogue.
func row(tag, path, name, en, zh string) route.Route {
	return route.Route{Method: http.MethodGet, Path: "/store/" + path, Name: name, Tag: tag, Permission: visitors,
		Summary: route.Words{EN: en, ZH: zh}, Faults: []int{http.StatusBadRequest}}
}

// scoped says that a publishable key may forbid what the route is asked for.
func scoped(r route.Route) route.Route {
	r.FaultBodies = map[int]any{http.StatusBadRequest: refusedRequest{}}
	r.Faults = append(r.Faults, http.StatusNotFound)
	return r
}

type productsQuery struct {
	showing
	pricesQuery
	Q                string       `q:"q" doc:"Found in titles, descriptions, SKUs and collection titles, whatever the case. ‖ 在标题、描述、SKU 与系列标题中查找,不区分大小写。"`
	ID               oneOrMore    `q:"id" doc:"One id or an array. ‖ 单个 id 或数组。"`
	SalesChannelID   []string     `q:"sales_channel_id" doc:"Sold in one of these channels; the default channel when neither they nor a publishable key are given. ‖ 在这些销售渠道之一销售;未指定且没有 publishable key 时为默认渠道。"`
	CollectionID     []string     `q:"collection_id" doc:"In one of these collections. ‖ 属于这些系列之一。"`
	TypeID           []string     `q:"type_id" doc:"Of one of these types. ‖ 属于这些类型之一。"`
	Tags             []string     `q:"tags" doc:"With one of these tags, by id. ‖ 带有这些标签之一(标签 id)。"`
	Title            string       `q:"title" doc:"The exact title. ‖ 完整标题。"`
	Description      string       `q:"description" doc:"The exact description. ‖ 完整描述。"`
	Handle           string       `q:"handle" doc:"The exact handle. ‖ 完整 handle。"`
	IsGiftcard       *bool        `q:"is_giftcard" doc:"Whether it is a gift card. ‖ 是否为礼品卡。"`
	CreatedAt        route.Window `q:"created_at" doc:"When it was made: gt, gte, lt, lte. ‖ 创建时间:gt、gte、lt、lte。"`
	UpdatedAt        route.Window `q:"updated_at" doc:"When it was changed last: gt, gte, lt, lte. ‖ 最后修改时间:gt、gte、lt、lte。"`
	CategoryID       []string     `q:"category_id" doc:"In one of these categories. ‖ 属于这些分类之一。"`
	CategoryChildren *bool        `q:"include_category_children" doc:"In one of their descendants counts too. ‖ 同时包含这些分类的下级分类。"`
	Order            string       `q:"order" doc:"Field to sort by: id, title, handle, status, created_at or updated_at; with - before it the other way round. The newest come first by default. ‖ 排序字段:id、title、handle、status、created_at 或 updated_at;加 - 前缀为降序;默认按创建时间从新到旧。"`
	After            string       `q:"after" doc:"Id of a product of this list: shows what comes after it, as fast on the last page as on the first. ‖ 列表中某商品的 id:返回其后的商品,翻页再深速度不变。"`
	Offset           int          `q:"offset" default:"0" min:"0" max:"1000000000" doc:"How many to skip. ‖ 跳过的条数。"`
	Limit            int          `q:"limit" default:"100" min:"0" max:"1000" clamp:"true" doc:"How many to show, 1000 at most; 0 asks for as many as may be. ‖ 返回条数,最多 1000;0 表示返回上限条数。"`
}

type productQuery struct {
	showing
	pricesQuery
	SalesChannelID string `q:"sales_channel_id" doc:"Must be within the scope of the publishable key. ‖ 必须在 publishable key 的范围内。"`
}

// productsResponse is a page of products.
type productsResponse struct {
	Products []productView `json:"products" nullable:"false"`
	Count    int           `json:"count" doc:"How many there are in all. ‖ 总数。"`
	Offset   int           `json:"offset"`
	Limit    int           `json:"limit"`
}

type productResponse struct {
	Product productView `json:"product"`
}

// ID is the path of one record.
type ID struct {
	ID string `path:"id"`
}

// Caller is what storefronts say of themselves. The guard and the handlers read it of the request.
type Caller struct {
	Key string `header:"X-Publishable-Api-Key" doc:"Shows what the key's sales channels sell, and nothing else. A key that is not known restricts nothing. ‖ 仅显示该 key 所属销售渠道的商品;未知 key 不作限制。"`
}

// CallerAndID is both.
type CallerAndID struct {
	Caller
	ID
}

func (c catalogue) productRoutes(f *route.Face) {
	list := scoped(row("Products", "products", "GetProducts", "List products", "获取商品列表"))
	list.Query = productsQuery{}
	list.About = route.Words{
		EN: "Shows what is published in the sales channels of the publishable key, or in the default channel without one. Prices are chosen for the region or the currency and for the customer who is signed in. To walk through all products, ask for the next page with `after`.",
		ZH: "返回 publishable key 所属销售渠道(缺省为默认渠道)中已发布的商品。价格按地区或币种以及已登录的客户确定。遍历全部商品时请用 `after` 翻页。",
	}
	route.Handle(f, list, c.products)

	one := scoped(row("Products", "products/{id}", "GetProductsProduct", "Get a product", "获取商品"))
	one.Query = productQuery{}
	one.About = route.Words{EN: "A product of any status.", ZH: "任何状态的商品均可按 id 获取。"}
	route.Handle(f, one, c.product)
}

func (q *productsQuery) query() (browse.Query, error) {
	var b bounds
	b.list("id", q.ID)
	b.list("sales_channel_id", q.SalesChannelID)
	b.list("collection_id", q.CollectionID)
	b.list("type_id", q.TypeID)
	b.list("tags", q.Tags)
	b.list("category_id", q.CategoryID)
	b.text("q", q.Q)
	if err := b.fault(); err != nil {
		return browse.Query{}, err
	}
	order, err := ordering(q.Order, "id", "title", "handle", "status", "created_at", "updated_at")
	return browse.Query{
		IDs: q.ID, Q: q.Q, Title: given(q.Title), Description: given(q.Description), Handle: given(q.Handle), GiftCard: q.IsGiftcard,
		Collections: q.CollectionID, Types: q.TypeID, Tags: q.Tags, Categories: q.CategoryID,
		Children: q.CategoryChildren != nil && *q.CategoryChildren, Created: window(q.CreatedAt), Updated: window(q.UpdatedAt),
		Order: order, After: q.After, Offset: q.Offset, Limit: limited(q.Limit),
	}, err
}

func (c catalogue) products(ctx context.Context, _ *Caller) (*answer[productsResponse], error) {
	q := route.QueryOf[productsQuery](ctx)
	markets, err := c.shop.Markets(ctx)
	if err != nil {
		return nil, err
	}
	asked, err := q.query()
	if err != nil {
		return nil, err
	}
	lens, err := c.productLens(ctx, q.showing, productListChoice)
	if err != nil {
		return nil, err
	}
	if asked.Channels, err = channelsOf(q.SalesChannelID, scopeOf(ctx, markets)); err != nil {
		return nil, err
	}
	prices, err := c.prices(ctx, q.pricesQuery, markets)
	if err != nil {
		return nil, err
	}
	page, err := c.browse.Products(ctx, asked, lens.parts, prices)
	if err != nil {
		return nil, err
	}
	return answerWith[productsResponse](sizeOf(page.Products), func(b []byte) []byte {
		b = array(append(b, `{"products":`...), page.Products, lens.object)
		return appendPaging(b, page.Count, asked.Offset, asked.Limit)
	}), nil
}

// productLens makes the lens of what a client asked to see.
func (c catalogue) productLens(ctx context.Context, s showing, can showable) (productLens, error) {
	chosen, err := s.choose(can)
	if err != nil {
		return productLens{}, err
	}
	shown, err := c.shipping.Profiles(ctx)
	return productLensOf(chosen, shown), err
}

// appendPaging ends the answer of a list.
func appendPaging(b []byte, count, offset, limit int) []byte {
	b = appendInt(append(b, `,"count":`...), int64(count))
	b = appendInt(append(b, `,"offset":`...), int64(offset))
	b = appendInt(append(b, `,"limit":`...), int64(limit))
	return append(b, '}')
}

func (c catalogue) product(ctx context.Context, in *CallerAndID) (*answer[productResponse], error) {
	q := route.QueryOf[productQuery](ctx)
	lens, err := c.productLens(ctx, q.showing, productChoice)
	if err != nil {
		return nil, err
	}
	prices, scope, err := c.oneContext(ctx, q.pricesQuery, q.SalesChannelID)
	if err != nil {
		return nil, err
	}
	p, err := c.browse.Product(ctx, catalog.ByID(in.ID.ID), lens.parts, prices)
	if err == nil {
		err = c.visible(ctx, "Product", p.ID, p.ID, scope)
	}
	if err != nil {
		return nil, err
	}
	return answerWith[productResponse](productSize+variantSize*len(p.Variants), func(b []byte) []byte {
		return append(lens.object(append(b, `{"product":`...), &p), '}')
	}), nil
}

// oneContext gives whose prices one record is shown with, and the scope that it must be in.
func (c catalogue) oneContext(ctx context.Context, q pricesQuery, channel string) (browse.Pricing, []string, error) {
	markets, err := c.shop.Markets(ctx)
	if err != nil {
		return browse.Pricing{}, nil, err
	}
	scope := scopeOf(ctx, markets)
	if channel != "" {
		if _, err := channelsOf([]string{channel}, scope); err != nil {
			return browse.Pricing{}, nil, err
		}
	}
	p, err := c.prices(ctx, q, markets)
	return p, scope, err
}
