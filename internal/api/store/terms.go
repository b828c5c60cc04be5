package store

import (
	"context"

	"kaidian/internal/api/route"
	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/catalog"
)

// termListChoice is what there is to choose of tags and types in a list.
var termListChoice = showable{fields: namesOf(termFields)}.inList()

type termsQuery struct {
	showing
	Q                   string       `q:"q" doc:"Found in the value, whatever the case. ‖ 在值中查找,不区分大小写。"`
	ID                  textFilter   `q:"id" doc:"One id, an array, or lt, gt, lte, gte, contains, starts_with, ends_with. ‖ 单个 id、数组,或 lt、gt、lte、gte、contains、starts_with、ends_with。"`
	Value               textFilter   `q:"value" doc:"One value, an array, or lt, gt, lte, gte, contains, starts_with, ends_with. ‖ 单个值、数组,或 lt、gt、lte、gte、contains、starts_with、ends_with。"`
	DiscountConditionID string       `q:"discount_condition_id" doc:"Named in this condition of a discount. ‖ 属于此折扣条件。"`
	CreatedAt           route.Window `q:"created_at" doc:"When it was made: gt, gte, lt, lte. ‖ 创建时间:gt、gte、lt、lte。"`
	UpdatedAt           route.Window `q:"updated_at" doc:"When it was changed last: gt, gte, lt, lte. ‖ 最后修改时间:gt、gte、lt、lte。"`
	Order               string       `q:"order" doc:"Field to sort by: id, value, created_at or updated_at; with - before it the other way round. ‖ 排序字段:id、value、created_at 或 updated_at;加 - 前缀为降序。"`
	Offset              int          `q:"offset" default:"0" min:"0" max:"1000000000" doc:"How many to skip. ‖ 跳过的条数。"`
	Limit               int          `q:"limit" default:"20" min:"0" max:"1000" clamp:"true" doc:"How many to show, 1000 at most; 0 asks for as many as may be. ‖ 返回条数,最多 1000;0 表示返回上限条数。"`
}

type productTagsResponse struct {
	ProductTags []productTagView `json:"product_tags" nullable:"false"`
	Count       int              `json:"count"`
	Offset      int              `json:"offset"`
	Limit       int              `json:"limit"`
}

type productTypesResponse struct {
	ProductTypes []productTypeView `json:"product_types" nullable:"false"`
	Count        int               `json:"count"`
	Offset       int               `json:"offset"`
	Limit        int               `json:"limit"`
}

func (c catalogue) termRoutes(f *route.Face) {
	tags := row("Product Tags", "product-tags", "GetProductTags", "List product tags", "获取商品标签列表")
	tags.Query = termsQuery{}
	route.Handle(f, tags, func(ctx context.Context, _ *struct{}) (*answer[productTagsResponse], error) {
		body, err := c.terms(ctx, browse.Tags)
		return &answer[productTagsResponse]{written[productTagsResponse](body)}, err
	})
	types := row("Product Types", "product-types", "GetProductTypes", "List product types", "获取商品类型列表")
	types.Query = termsQuery{}
	route.Handle(f, types, func(ctx context.Context, _ *struct{}) (*answer[productTypesResponse], error) {
		body, err := c.terms(ctx, browse.Types)
		return &answer[productTypesResponse]{written[productTypesResponse](body)}, err
	})
}

func (q *termsQuery) query() (browse.TermQuery, error) {
	var b bounds
	b.text("q", q.Q)
	b.list("id", q.ID.In)
	b.list("value", q.Value.In)
	if err := b.fault(); err != nil {
		return browse.TermQuery{}, err
	}
	order, err := ordering(q.Order, "id", "value", "created_at", "updated_at")
	return browse.TermQuery{Q: q.Q, ID: q.ID.TextFilter, Value: q.Value.TextFilter, Created: window(q.CreatedAt),
		Updated: window(q.UpdatedAt), Order: order, Limit: limited(q.Limit), Offset: q.Offset}, err
}

// terms lists tags or types. The words of discounts' conditions are not public: asking for those of one finds none.
func (c catalogue) terms(ctx context.Context, kind browse.TermKind) (written[struct{}], error) {
	q := route.QueryOf[termsQuery](ctx)
	asked, err := q.query()
	if err != nil {
		return written[struct{}]{}, err
	}
	chosen, err := q.choose(termListChoice)
	if err != nil {
		return written[struct{}]{}, err
	}
	var all []catalog.Term
	var count int
	if q.DiscountConditionID == "" {
		all, count, err = c.browse.Terms(ctx, kind, asked)
	}
	shown := termFields.pick(chosen.shows)
	return written[struct{}]{smallSize * (len(all) + 1), func(b []byte) []byte {
		b = append(append(append(b, `{"`...), kind...), `":`...)
		b = array(b, all, shown.object)
		return appendPaging(b, count, asked.Offset, asked.Limit)
	}}, err
}
