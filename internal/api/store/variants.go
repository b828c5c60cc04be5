package store

import (
	"context"

	"kaidian/internal/api/route"
	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/catalog"
)

// variantChoice is what there is to choose of variants.
var variantChoice = showable{
	relations: []string{"prices", "options", "product", "inventory_items"},
	loaded:    []string{"prices", "options", "product"},
	fields:    namesOf(variantFields),
	kept:      []string{"id"},
}

// variantListChoice is what there is to choose of variants in a list.
var variantListChoice = variantChoice.inList()

type variantsQuery struct {
	showing
	pricesQuery
	IDs               string         `q:"ids" doc:"Ids with commas between. ‖ 以逗号分隔的 id。"`
	ID                oneOrMore      `q:"id" doc:"One id or an array. ‖ 单个 id 或数组。"`
	SalesChannelID    string         `q:"sales_channel_id" doc:"Sold in this channel; in the default one when neither it nor a publishable key is given. ‖ 在此销售渠道销售;未指定且没有 publishable key 时为默认渠道。"`
	Title             oneOrMore      `q:"title" doc:"The exact title, or an array of them. ‖ 完整标题,或其数组。"`
	InventoryQuantity quantityFilter `q:"inventory_quantity" doc:"Stock: a number, or lt, gt, lte, gte. ‖ 库存:数字,或 lt、gt、lte、gte。"`
	Q                 string         `q:"q" doc:"Found in the title, the SKU or the product's title, whatever the case. ‖ 在标题、SKU 或商品标题中查找,不区分大小写。"`
	Offset            int            `q:"offset" default:"0" min:"0" max:"1000000000" number:"true" doc:"How many to skip. ‖ 跳过的条数。"`
	Limit             int            `q:"limit" default:"100" min:"0" max:"1000" clamp:"true" number:"true" doc:"How many to show, 1000 at most; 0 asks for as many as may be. ‖ 返回条数,最多 1000;0 表示返回上限条数。"`
}

type variantQuery struct {
	showing
	pricesQuery
	SalesChannelID string `q:"sales_channel_id" doc:"Must be within the scope of the publishable key. ‖ 必须在 publishable key 的范围内。"`
}

type variantsResponse struct {
	Variants []productVariantView `json:"variants" nullable:"false"`
}

type variantResponse struct {
	Variant productVariantView `json:"variant"`
}

func (c catalogue) variantRoutes(f *route.Face) {
	list := scoped(row("Product Variants", "variants", "GetVariants", "List variants", "获取商品款式列表"))
	list.Query = variantsQuery{}
	list.About = route.Words{EN: "Shows variants of published products, priced as in the list of products. There is no count.",
		ZH: "返回已发布商品的款式,价格规则与商品列表相同;不返回总数。"}
	route.Handle(f, list, c.variants)
	one := scoped(row("Product Variants", "variants/{id}", "GetVariantsVariant", "Get a variant", "获取商品款式"))
	one.Query = variantQuery{}
	route.Handle(f, one, c.variant)
}

func (q *variantsQuery) query() (browse.VariantQuery, error) {
	var b bounds
	ids := names(q.IDs)
	b.list("ids", ids)
	b.list("id", q.ID)
	b.list("title", q.Title)
	b.text("q", q.Q)
	if ids == nil {
		ids = q.ID
	} else if q.ID != nil {
		ids = common(ids, q.ID)
	}
	return browse.VariantQuery{IDs: ids, Titles: q.Title, Q: q.Q, Stock: q.InventoryQuantity.Range, Offset: q.Offset, Limit: limited(q.Limit)}, b.fault()
}

// common gives what is in both lists; it is not nil.
func common(a, b []string) []string {
	in := make(map[string]bool, len(a))
	for _, v := range a {
		in[v] = true
	}
	out := []string{}
	for _, v := range b {
		if in[v] {
			out = append(out, v)
		}
	}
	return out
}

func (c catalogue) variants(ctx context.Context, _ *Caller) (*answer[variantsResponse], error) {
	q := route.QueryOf[variantsQuery](ctx)
	markets, err := c.shop.Markets(ctx)
	if err != nil {
		return nil, err
	}
	asked, err := q.query()
	if err != nil {
		return nil, err
	}
	chosen, err := q.choose(variantListChoice)
	if err != nil {
		return nil, err
	}
	var channels []string
	if q.SalesChannelID != "" {
		channels = []string{q.SalesChannelID}
	}
	if asked.Channels, err = channelsOf(channels, scopeOf(ctx, markets)); err != nil {
		return nil, err
	}
	prices, err := c.prices(ctx, q.pricesQuery, markets)
	if err != nil {
		return nil, err
	}
	all, err := c.browse.Variants(ctx, asked, variantParts(chosen), prices)
	if err != nil {
		return nil, err
	}
	shown, err := c.variantLens(ctx, chosen)
	if err != nil {
		return nil, err
	}
	return answerWith[variantsResponse](variantSize*(len(all)+1), func(b []byte) []byte {
		return append(array(append(b, `{"variants":`...), all, shown.object), '}')
	}), nil
}

func variantParts(c choice) browse.VariantParts {
	return browse.VariantParts{Prices: c.loads("prices"), Product: c.loads("product")}
}

func (c catalogue) variant(ctx context.Context, in *CallerAndID) (*answer[variantResponse], error) {
	q := route.QueryOf[variantQuery](ctx)
	chosen, err := q.choose(variantChoice)
	if err != nil {
		return nil, err
	}
	prices, scope, err := c.oneContext(ctx, q.pricesQuery, q.SalesChannelID)
	if err != nil {
		return nil, err
	}
	v, err := c.browse.Variant(ctx, catalog.ByID(in.ID.ID), variantParts(chosen), prices)
	if err == nil {
		err = c.visible(ctx, "Variant", v.ID, v.ProductID, scope)
	}
	if err != nil {
		return nil, err
	}
	shown, err := c.variantLens(ctx, chosen)
	if err != nil {
		return nil, err
	}
	return answerWith[variantResponse](2*variantSize, func(b []byte) []byte {
		return append(shown.object(append(b, `{"variant":`...), &v), '}')
	}), nil
}

// variantLens gives the fields that were chosen of variants.
func (c catalogue) variantLens(ctx context.Context, chosen choice) (fields[browse.Variant], error) {
	shown, err := c.shipping.Profiles(ctx)
	return variantFieldsIn(chosen, "", shown), err
}
