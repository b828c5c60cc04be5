package open

import (
	"context"
	"net/http"
	"slices"

	"kaidian/internal/api/route"
	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/shelf"
	"kaidian/internal/commerce/shop"
)

// productView is a product as the face shows it.
type productView struct {
	BodyHTML        string                 `json:"body_html" doc:"Description. ‖ 商品详情。"`
	CreatedAt       instant                `json:"created_at"`
	Handle          string                 `json:"handle" doc:"Name of its page in addresses. ‖ 商品页面在网址中的名称。"`
	ID              int64                  `json:"id"`
	Image           route.Maybe[imageView] `json:"image" doc:"The first picture. ‖ 主图，即第一张图片。"`
	Images          []imageView            `json:"images" nullable:"false"`
	Name            string                 `json:"name"`
	Options         []optionView           `json:"options" nullable:"false"`
	PageDescription string                 `json:"page_description"`
	PageKeywords    string                 `json:"page_keywords"`
	PageTitle       string                 `json:"page_title"`
	ShortDesc       string                 `json:"short_desc"`
	Types           []namedView            `json:"types" nullable:"false" doc:"Categories. ‖ 商品分类。"`
	UpdatedAt       instant                `json:"updated_at"`
	Variants        []variantView          `json:"variants" nullable:"false"`
	Vendor          route.Maybe[namedView] `json:"vendor" doc:"Brand. ‖ 品牌。"`
	Visibility      bool                   `json:"visibility" doc:"On sale. ‖ 是否上架。"`
}

func (productView) names() (string, string) { return "product", "products" }

// optionView is one way in which the variants of a product differ.
type optionView struct {
	ID     int64    `json:"id"`
	Name   string   `json:"name"`
	Values []string `json:"values" nullable:"false" doc:"Those of the variants, each once. ‖ 各款式的取值，不重复。"`
}

// namedView is a type or a vendor.
type namedView struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// goods shows products: in the shop's default currency, with pictures where this shop serves them.
type goods struct {
	currency money.Currency
	base     string // address of the shop, without a slash at its end; may be empty
}

func (g goods) product(p browse.Product) productView {
	v := productView{BodyHTML: value(p.Description), CreatedAt: instant(p.CreatedAt), Handle: p.Handle, ID: p.Number,
		Images: make([]imageView, len(p.Images)), Name: p.Title, Options: make([]optionView, len(p.Options)), PageDescription: p.PageDescription,
		PageKeywords: p.PageKeywords, PageTitle: p.PageTitle, ShortDesc: value(p.Subtitle), Types: make([]namedView, len(p.Types)),
		UpdatedAt: instant(p.UpdatedAt), Variants: make([]variantView, len(p.Variants)), Visibility: p.Status == catalog.Published}
	for i, image := range p.Images {
		v.Images[i] = g.image(p.Number, image, showing(p.Variants, image.ID))
	}
	v.Image.Loaded, v.Vendor.Loaded = true, true
	if len(v.Images) > 0 {
		v.Image.Value = &v.Images[0]
	}
	if p.Vendor != nil {
		v.Vendor.Value = &namedView{ID: p.Vendor.Number, Name: p.Vendor.Value}
	}
	for i, o := range p.Options {
		v.Options[i] = optionView{ID: o.Number, Name: o.Title, Values: valuesOf(p.Variants, o.ID)}
	}
	for i, t := range p.Types {
		v.Types[i] = namedView{ID: t.Number, Name: t.Value}
	}
	numbers := numbersOf(p.Images)
	for i, variant := range p.Variants {
		v.Variants[i] = g.variant(p.Number, variant, numbers)
	}
	return v
}

// valuesOf gives what variants are in an option, each once, in the order in which they come.
func valuesOf(variants []browse.Variant, option string) []string {
	out := []string{}
	for _, v := range variants {
		for _, o := range v.Values {
			if o.OptionID == option && !slices.Contains(out, o.Value) {
				out = append(out, o.Value)
			}
		}
	}
	return out
}

// ProductServices is what products are read and written with.
type ProductServices struct {
	Shop     *shop.Shop
	Browse   *browse.Service
	Catalog  *catalog.Service
	Shelf    *shelf.Service
	Pictures *shelf.Pictures
	BaseURL  string // of the shop, for addresses of pictures; may be empty
}

// parts is what the face shows of a product.
var parts = browse.Parts{Types: true, Vendor: true, Options: true, Variants: true, Prices: true, Images: true}

// goods asks for the shop's default currency.
func (s ProductServices) goods(ctx context.Context) (goods, error) {
	m, err := s.Shop.Markets(ctx)
	if err != nil {
		return goods{}, err
	}
	return goods{currency: m.Currencies[m.DefaultCurrency].Currency, base: s.BaseURL}, nil
}

// view reads a product and shows it.
func (s ProductServices) view(ctx context.Context, which catalog.Ref) (productView, error) {
	g, err := s.goods(ctx)
	if err != nil {
		return productView{}, err
	}
	p, err := s.Browse.Product(ctx, which, parts, browse.Pricing{})
	if err != nil {
		return productView{}, err
	}
	return g.product(p), nil
}

type NewProduct struct {
	Body struct {
		Product productInput `json:"product"`
	}
}

type changedProduct struct {
	ByID
	NewProduct
}

type productsQuery struct {
	listQuery
	productFilter
}

type productsCountQuery struct {
	window
	productFilter
}

type productFilter struct {
	Name       string `q:"name" doc:"Found in the name. ‖ 按名称模糊查询。"`
	Handle     string `q:"handle" doc:"Only the one with this handle. ‖ 按 handle 查询。"`
	Vendor     string `q:"vendor" doc:"Name of the brand. ‖ 按品牌名称查询。"`
	Type       string `q:"type" doc:"Name of a category. ‖ 按分类名称查询。"`
	Visibility *bool  `q:"visibility" doc:"On sale, or not. ‖ 按是否上架查询。"`
}

func (f productFilter) query(w window) (browse.Query, error) {
	numbers, err := w.numbers()
	q := browse.Query{Staff: true, Numbers: numbers, NameLike: filled(f.Name), Handle: filled(f.Handle), Vendor: filled(f.Vendor), TypeName: filled(f.Type),
		SinceNumber: w.since(), Order: browse.Order{By: "number", Asc: true},
		Created: browse.Window{GTE: value(w.CreatedMin), LTE: value(w.CreatedMax)}, Updated: browse.Window{GTE: value(w.UpdatedMin), LTE: value(w.UpdatedMax)}}
	switch {
	case f.Visibility == nil:
	case *f.Visibility:
		q.Statuses = []catalog.Status{catalog.Published}
	default:
		q.Statuses = []catalog.Status{catalog.Draft, catalog.Proposed, catalog.Rejected}
	}
	return q, err
}

// filled gives a text that says something, or nil.
func filled(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

type products struct{ ProductServices }

func (p products) routes(f *route.Face) {
	row := func(method, path, name string, perm route.Permission, query any, en, zh string) route.Route {
		return route.Route{Method: method, Path: "/v1/products" + path, Name: name, Tag: "Product", Permission: perm, Query: query,
			BodyLimit: productLimit, Summary: route.Words{EN: en, ZH: zh}}
	}
	route.Handle(f, row(http.MethodGet, "", "ListProducts", readProducts, productsQuery{}, "List products", "获取商品列表"), p.list)
	route.Handle(f, row(http.MethodGet, "/count", "CountProducts", readProducts, productsCountQuery{}, "Count products", "获取商品总数"), p.count)
	route.Handle(f, row(http.MethodGet, "/{id}", "GetProduct", readProducts, fieldsQuery{}, "Get a product", "获取商品"), p.get)
	route.Handle(f, row(http.MethodPost, "", "CreateProduct", writeProducts, nil, "Create a product", "创建商品"), p.create)
	route.Handle(f, row(http.MethodPut, "/{id}", "UpdateProduct", writeProducts, nil, "Change a product", "更新商品"), p.update)
	route.Handle(f, row(http.MethodDelete, "/{id}", "DeleteProduct", writeProducts, nil, "Delete a product", "删除商品"), p.remove)
}

// productLimit is the body limit of a product with many variants.
const productLimit = 4 << 20

func (p products) list(ctx context.Context, _ *struct{}) (*many[productView], error) {
	q := route.QueryOf[productsQuery](ctx)
	query, err := q.query(q.window)
	if err != nil {
		return nil, err
	}
	g, err := p.goods(ctx)
	if err != nil {
		return nil, err
	}
	query.Limit, query.Offset = q.Limit, (q.Page-1)*q.Limit
	page, err := p.Browse.Products(ctx, query, parts, browse.Pricing{})
	return showMany(g.product, q.Fields)(page.Products, err)
}

func (p products) count(ctx context.Context, _ *struct{}) (*counted, error) {
	q := route.QueryOf[productsCountQuery](ctx)
	query, err := q.query(q.window)
	if err != nil {
		return nil, err
	}
	n, err := p.Browse.CountProducts(ctx, query)
	return countOf(int64(n), err)
}

func (p products) get(ctx context.Context, in *ByID) (*one[productView], error) {
	return p.show(ctx, catalog.ByNumber(in.ID), route.QueryOf[fieldsQuery](ctx).Fields)
}

func (p products) show(ctx context.Context, which catalog.Ref, fields []string) (*one[productView], error) {
	return showOne(as[productView], fields)(p.view(ctx, which))
}

// as shows what is a view already.
func as[V any](v V) V { return v }

func (p products) create(ctx context.Context, in *NewProduct) (*one[productView], error) {
	g, err := p.goods(ctx)
	if err != nil {
		return nil, err
	}
	made, err := g.create(in.Body.Product)
	if err != nil {
		return nil, err
	}
	placed, err := p.Shelf.Create(ctx, made)
	if err != nil {
		return nil, err
	}
	return p.show(ctx, catalog.ByID(placed.ID), nil)
}

func (p products) update(ctx context.Context, in *changedProduct) (*one[productView], error) {
	which := catalog.ByNumber(in.ID)
	g, err := p.goods(ctx)
	if err != nil {
		return nil, err
	}
	var was browse.Product
	if in.Body.Product.Variants.Set { // they have its options, and show its pictures
		if was, err = p.Browse.Product(ctx, which, browse.Parts{Options: true, Images: true}, browse.Pricing{}); err != nil {
			return nil, err
		}
	}
	change, err := g.change(in.Body.Product, was)
	if err != nil {
		return nil, err
	}
	if _, err := p.Shelf.Update(ctx, which, change); err != nil {
		return nil, err
	}
	return p.show(ctx, which, nil)
}

func (p products) remove(ctx context.Context, in *ByID) (*nothing, error) {
	return &nothing{}, p.Shelf.Delete(ctx, catalog.ByNumber(in.ID))
}
