package store

import (
	"context"
	"net/http"

	"kaidian/internal/api/route"
	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/catalog"
)

type categoriesQuery struct {
	showing
	languageQuery
	Q                      string `q:"q" doc:"Found in the name or the handle, whatever the case. ‖ 在名称或 handle 中查找,不区分大小写。"`
	Handle                 string `q:"handle" doc:"The exact handle. ‖ 完整 handle。"`
	Parent                 string `q:"parent_category_id" doc:"Children of this category; the word null asks for the roots. ‖ 此分类的下级;null 表示顶级分类。"`
	IncludeDescendantsTree *bool  `q:"include_descendants_tree" doc:"Children come with their own, all the way down; without it one level comes. ‖ 逐层返回全部下级分类;否则只返回一层。"`
	Offset                 int    `q:"offset" default:"0" min:"0" max:"1000000000" doc:"How many to skip. ‖ 跳过的条数。"`
	Limit                  int    `q:"limit" default:"100" min:"0" max:"1000" clamp:"true" doc:"How many to show, 1000 at most; 0 asks for as many as may be. ‖ 返回条数,最多 1000;0 表示返回上限条数。"`
}

type categoryQuery struct {
	showing
	languageQuery
}

type categoriesResponse struct {
	Categories []productCategoryView `json:"product_categories" nullable:"false"`
	Count      int                   `json:"count"`
	Offset     int                   `json:"offset"`
	Limit      int                   `json:"limit"`
}

type categoryResponse struct {
	Category productCategoryView `json:"product_category"`
}

// wordForNone asks for the categories without a parent.
const wordForNone = "null"

func (c catalogue) categoryRoutes(f *route.Face) {
	list := row("Product Categories", "product-categories", "GetProductCategories", "List categories", "获取商品分类列表")
	list.Query = categoriesQuery{}
	list.About = route.Words{EN: "Shows categories that are active and not internal, by their rank.", ZH: "返回已启用且非内部的分类,按排序值排列。"}
	route.Handle(f, list, c.categories)
	one := row("Product Categories", "product-categories/{id}", "GetProductCategoriesCategory", "Get a category", "获取商品分类")
	one.Query, one.Faults = categoryQuery{}, append(one.Faults, http.StatusNotFound)
	route.Handle(f, one, c.category)
}

func (c catalogue) categories(ctx context.Context, _ *struct{}) (*answer[categoriesResponse], error) {
	q := route.QueryOf[categoriesQuery](ctx)
	var b bounds
	if b.text("q", q.Q); b.fault() != nil {
		return nil, b.fault()
	}
	chosen, err := q.choose(categoryListChoice)
	if err != nil {
		return nil, err
	}
	locale, err := q.language(ctx)
	if err != nil {
		return nil, err
	}
	tree, limit := q.IncludeDescendantsTree != nil && *q.IncludeDescendantsTree, limited(q.Limit)
	asked := browse.CategoryQuery{Q: q.Q, Handle: given(q.Handle), Parent: given(q.Parent), Tree: tree, Limit: limit, Offset: q.Offset, Locale: locale}
	if q.Parent == wordForNone {
		asked.Parent = new(string)
	}
	all, count, err := c.browse.Categories(ctx, asked)
	if err != nil {
		return nil, err
	}
	lens := categoryLensOf(chosen, tree)
	return answerWith[categoriesResponse](2*smallSize*(len(all)+1), func(b []byte) []byte {
		b = array(append(b, `{"product_categories":`...), all, lens.object)
		return appendPaging(b, count, q.Offset, limit)
	}), nil
}

func (c catalogue) category(ctx context.Context, in *ID) (*answer[categoryResponse], error) {
	q := route.QueryOf[categoryQuery](ctx)
	chosen, err := q.choose(categoryChoice)
	if err != nil {
		return nil, err
	}
	locale, err := q.language(ctx)
	if err != nil {
		return nil, err
	}
	one, err := c.browse.Category(ctx, catalog.ByID(in.ID), browse.CategoryQuery{Locale: locale})
	if err != nil {
		return nil, err
	}
	lens := categoryLensOf(chosen, false)
	return answerWith[categoryResponse](2*smallSize, func(b []byte) []byte {
		return append(lens.object(append(b, `{"product_category":`...), &one), '}')
	}), nil
}
