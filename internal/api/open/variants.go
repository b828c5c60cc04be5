package open

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"kaidian/internal/api/route"
	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/shelf"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/patch"
)

// variantView is a variant of a product as the face shows it.
type variantView struct {
	Barcode      string      `json:"barcode" doc:"SKU or item code. ‖ 货号/条码。"`
	ComparePrice price       `json:"compare_price" doc:"List price, 0 for none. ‖ 市场价，0 为没有。"`
	CreatedAt    instant     `json:"created_at"`
	ID           int64       `json:"id"`
	ImageID      *int64      `json:"image_id" doc:"One of the product's images. ‖ 款式图片的 id。"`
	Option1      *string     `json:"option_1"`
	Option2      *string     `json:"option_2"`
	Option3      *string     `json:"option_3"`
	Price        price       `json:"price" doc:"In the shop's default currency. ‖ 售价，店铺的默认货币。"`
	ProductID    int64       `json:"product_id"`
	RewardPoint  int64       `json:"reward_point"`
	Sale         int64       `json:"sale" doc:"Units that orders bought, moments after each order. ‖ 销量：订单累计购买的件数，下单后片刻更新。"`
	Stock        int64       `json:"stock"`
	UpdatedAt    instant     `json:"updated_at"`
	Volume       cubicMetres `json:"volume" doc:"Cubic metres. ‖ 体积，立方米。"`
	Weight       kilograms   `json:"weight" doc:"Kilograms. ‖ 重量，千克。"`
}

func (variantView) names() (string, string) { return "variant", "variants" }

// variant shows one, with the numbers of its product's pictures by their ids.
func (g goods) variant(product int64, v browse.Variant, images map[string]int64) variantView {
	out := variantView{Barcode: value(v.Barcode), ComparePrice: price{&v.CompareAmount, g.currency}, CreatedAt: instant(v.CreatedAt), ID: v.Number,
		Price: price{basePrice(v.Price.Prices, g.currency.Code), g.currency}, ProductID: product, RewardPoint: v.RewardPoint, Sale: v.Sold,
		Stock: v.Stock, UpdatedAt: instant(v.UpdatedAt), Volume: cubicMetres(value(v.Volume)), Weight: kilograms(value(v.Weight))}
	if v.Barcode == nil {
		out.Barcode = value(v.SKU)
	}
	if n, ok := images[value(v.ImageID)]; ok {
		out.ImageID = &n
	}
	for i, to := range []**string{&out.Option1, &out.Option2, &out.Option3} {
		if i < len(v.Values) {
			*to = &v.Values[i].Value
		}
	}
	return out
}

// variantInput is what a variant is written with.
type variantInput struct {
	Barcode      route.Optional[text]    `json:"barcode,omitempty"`
	ComparePrice route.Optional[decimal] `json:"compare_price,omitempty"`
	ID           route.Optional[number]  `json:"id,omitempty" doc:"In a product's list: the variant to change. ‖ 仅用于商品的款式列表：要更新的款式。"`
	ImageID      route.Optional[number]  `json:"image_id,omitempty"`
	Option1      route.Optional[text]    `json:"option_1,omitempty"`
	Option2      route.Optional[text]    `json:"option_2,omitempty"`
	Option3      route.Optional[text]    `json:"option_3,omitempty"`
	Price        route.Optional[decimal] `json:"price,omitempty" doc:"In the shop's default currency. Prices in other currencies stay. ‖ 店铺默认货币的售价，其他货币的价格不变。"`
	RewardPoint  route.Optional[number]  `json:"reward_point,omitempty"`
	Stock        route.Optional[number]  `json:"stock,omitempty"`
	Volume       route.Optional[decimal] `json:"volume,omitempty" doc:"Cubic metres, kept to the cubic centimetre. ‖ 立方米，精确到立方厘米。"`
	Weight       route.Optional[decimal] `json:"weight,omitempty" doc:"Kilograms, kept to the gram. ‖ 千克，精确到克。"`
}

func (in variantInput) options() []route.Optional[text] {
	return []route.Optional[text]{in.Option1, in.Option2, in.Option3}
}

// variantOf says which variant an input is about, and of what product. Of one that is there already only what changes is written:
// what others change at the same time stays.
type variantOf struct {
	images  []catalog.Image // of the product
	options int             // how many the product has
	fresh   bool            // it is a new one
	known   bool            // it is there already; neither for one that is known by its values
}

// variant reads a variant to make or to change.
func (r *reader) variant(in variantInput, of variantOf) shelf.Variant {
	v := shelf.Variant{Priced: true, VariantPatch: catalog.VariantPatch{Barcode: words(in.Barcode), RewardPoint: amount(in.RewardPoint),
		CompareAmount: r.money("compare_price", in.ComparePrice), Volume: r.measure("volume", in.Volume, centisOf)}}
	v.Weight = r.measure("weight", in.Weight, gramsOf)
	v.ImageID = r.imageOf(in.ImageID, of.images)
	if given := r.values(in, of); of.known {
		v.ValueOf = given
	} else {
		v.Values = patch.Some(inOrder(given, of.options))
	}
	if in.Stock.Set {
		v.Stock = patch.Some(int64(in.Stock.Value)) // null is 0
	}
	switch {
	case in.Price.Set && in.Price.Value != "":
		if n, ok := r.money("price", in.Price).Get(); ok {
			v.Price = patch.Some(pricing.NewPrice{Currency: r.currency.Code, Amount: n})
		}
	case in.Price.Set || of.fresh:
		r.missing("price")
	}
	return v
}

// money reads an amount in the default currency.
func (r *reader) money(name string, o route.Optional[decimal]) patch.Optional[int64] {
	if !o.Set || o.Null || o.Value == "" {
		return amount(route.Optional[number]{Set: o.Set, Null: true})
	}
	n, ok := parseAmount(string(o.Value), r.currency.Exponent)
	switch {
	case !ok:
		r.add(name, fault.Format, fmt.Sprintf("must be an amount with %d decimal places at most", r.currency.Exponent))
	case n < 0:
		r.add(name, fault.Range, "must not be negative")
	}
	return patch.Some(n)
}

// measure reads a number in the face's unit.
func (r *reader) measure(name string, o route.Optional[decimal], units float64) patch.Optional[int64] {
	if !o.Set || o.Null || o.Value == "" {
		return amount(route.Optional[number]{Set: o.Set, Null: true})
	}
	n, ok := parseMeasure(string(o.Value), units)
	if !ok {
		r.add(name, fault.Format, "must be a number")
	}
	return patch.Some(n)
}

// imageOf reads which of the product's pictures a variant shows; null and 0 are none.
func (r *reader) imageOf(o route.Optional[number], images []catalog.Image) patch.Optional[string] {
	switch {
	case !o.Set:
		return patch.Optional[string]{}
	case o.Value == 0:
		return patch.Null[string]()
	}
	for _, i := range images {
		if i.Number == int64(o.Value) {
			return patch.Some(i.ID)
		}
	}
	r.add("image_id", fault.Unknown, "must be the id of an image of the product")
	return patch.Optional[string]{}
}

// values reads what a variant is in the options, by their places. One that is there already stays as it is in those that are not
// said.
func (r *reader) values(in variantInput, of variantOf) map[int]string {
	given := in.options()
	out := map[int]string{}
	for i := range max(of.options, len(given)) {
		var o route.Optional[text]
		if i < len(given) {
			o = given[i]
		}
		switch {
		case i >= of.options && o.Value != "":
			r.add(optionName(i), fault.Unknown, "is none of the product's options")
		case i >= of.options:
		case o.Value != "":
			out[i] = string(o.Value)
		case o.Set || !of.known:
			r.missing(optionName(i))
		}
	}
	return out
}

// inOrder gives so many values by their places.
func inOrder(values map[int]string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = values[i]
	}
	return out
}

// optionName names a variant's value in an option of the product.
func optionName(i int) string { return fmt.Sprintf("option_%d", i+1) }

// ByProduct is the path of what belongs to a product.
type ByProduct struct {
	Product int64 `path:"product_id"`
}

// ByBoth is the path of one thing that belongs to a product.
type ByBoth struct {
	ByProduct
	ByID
}

type newVariant struct {
	ByProduct
	Body struct {
		Variant variantInput `json:"variant"`
	}
}

type changedVariant struct {
	ByBoth
	Body struct {
		Variant variantInput `json:"variant"`
	}
}

type variants struct{ ProductServices }

func (v variants) routes(f *route.Face) {
	row := func(method, path, name string, perm route.Permission, query any, en, zh string) route.Route {
		return route.Route{Method: method, Path: "/v1/products/{product_id}/variants" + path, Name: name, Tag: "ProductVariant", Permission: perm,
			Query: query, Summary: route.Words{EN: en, ZH: zh}}
	}
	route.Handle(f, row(http.MethodGet, "", "ListVariants", readProducts, listQuery{}, "List the variants of a product", "获取商品款式列表"), v.list)
	route.Handle(f, row(http.MethodGet, "/count", "CountVariants", readProducts, window{}, "Count the variants of a product", "获取商品款式总数"), v.count)
	route.Handle(f, row(http.MethodGet, "/{id}", "GetVariant", readProducts, fieldsQuery{}, "Get a variant", "获取商品款式"), v.get)
	route.Handle(f, row(http.MethodPost, "", "CreateVariant", writeProducts, nil, "Create a variant", "创建商品款式"), v.create)
	route.Handle(f, row(http.MethodPut, "/{id}", "UpdateVariant", writeProducts, nil, "Change a variant", "更新商品款式"), v.update)
	route.Handle(f, row(http.MethodDelete, "/{id}", "DeleteVariant", writeProducts, nil, "Delete a variant", "删除商品款式"), v.remove)
}

func (w window) variants(product int64) (browse.VariantQuery, error) {
	numbers, err := w.numbers()
	return browse.VariantQuery{Staff: true, Product: catalog.ByNumber(product), Numbers: numbers, SinceNumber: w.since(),
		Order:   browse.Order{By: "number", Asc: true},
		Created: browse.Window{GTE: value(w.CreatedMin), LTE: value(w.CreatedMax)}, Updated: browse.Window{GTE: value(w.UpdatedMin), LTE: value(w.UpdatedMax)}}, err
}

// find reads variants of a product, with the numbers of its pictures by their ids.
func (v variants) find(ctx context.Context, product int64, q browse.VariantQuery) ([]browse.Variant, map[string]int64, error) {
	images, err := v.Catalog.Images(ctx, catalog.ByNumber(product)) // which also says that there is no such product
	if err != nil {
		return nil, nil, err
	}
	list, err := v.Browse.Variants(ctx, q, browse.VariantParts{Prices: true}, browse.Pricing{})
	return list, numbersOf(images), err
}

func (v variants) list(ctx context.Context, in *ByProduct) (*many[variantView], error) {
	q := route.QueryOf[listQuery](ctx)
	query, err := q.variants(in.Product)
	if err != nil {
		return nil, err
	}
	g, err := v.goods(ctx)
	if err != nil {
		return nil, err
	}
	query.Limit, query.Offset = q.Limit, (q.Page-1)*q.Limit
	list, images, err := v.find(ctx, in.Product, query)
	return showMany(func(one browse.Variant) variantView { return g.variant(in.Product, one, images) }, q.Fields)(list, err)
}

func (v variants) count(ctx context.Context, in *ByProduct) (*counted, error) {
	query, err := route.QueryOf[window](ctx).variants(in.Product)
	if err != nil {
		return nil, err
	}
	if _, err := v.Catalog.Images(ctx, catalog.ByNumber(in.Product)); err != nil { // there is no such product
		return nil, err
	}
	n, err := v.Browse.CountVariants(ctx, query)
	return countOf(int64(n), err)
}

func (v variants) get(ctx context.Context, in *ByBoth) (*one[variantView], error) {
	return v.show(ctx, in.Product, browse.VariantQuery{Numbers: []int64{in.ID}}, route.QueryOf[fieldsQuery](ctx).Fields)
}

// show reads the one variant of a product that a query finds, and shows it.
func (v variants) show(ctx context.Context, product int64, q browse.VariantQuery, fields []string) (*one[variantView], error) {
	g, err := v.goods(ctx)
	if err != nil {
		return nil, err
	}
	q.Staff, q.Product = true, catalog.ByNumber(product)
	list, images, err := v.find(ctx, product, q)
	if err == nil && len(list) == 0 {
		err = catalog.ErrVariantNotFound
	}
	if err != nil {
		return nil, err
	}
	return showOne(as[variantView], fields)(g.variant(product, list[0], images), nil)
}

func (v variants) create(ctx context.Context, in *newVariant) (*one[variantView], error) {
	g, err := v.goods(ctx)
	if err != nil {
		return nil, err
	}
	was, err := v.Browse.Product(ctx, catalog.ByNumber(in.Product), browse.Parts{Options: true, Images: true}, browse.Pricing{})
	if err != nil {
		return nil, err
	}
	r := &reader{currency: g.currency}
	made := r.variant(in.Body.Variant, variantOf{images: was.Images, options: len(was.Options), fresh: true})
	if err := fault.Fields(reasonProduct, r.problems...); err != nil {
		return nil, err
	}
	placed, err := v.Shelf.AddVariant(ctx, catalog.ByID(was.ID), made)
	if err != nil {
		return nil, ofVariant(err)
	}
	return v.show(ctx, in.Product, browse.VariantQuery{IDs: placed.Variants}, nil)
}

func (v variants) update(ctx context.Context, in *changedVariant) (*one[variantView], error) {
	g, err := v.goods(ctx)
	if err != nil {
		return nil, err
	}
	was, err := v.Browse.Product(ctx, catalog.ByNumber(in.Product), browse.Parts{Options: true, Images: true}, browse.Pricing{})
	if err != nil {
		return nil, err
	}
	r := &reader{currency: g.currency}
	change := r.variant(in.Body.Variant, variantOf{images: was.Images, options: len(was.Options), known: true})
	if err := fault.Fields(reasonProduct, r.problems...); err != nil {
		return nil, err
	}
	if _, err := v.Shelf.UpdateVariant(ctx, catalog.ByID(was.ID), catalog.ByNumber(in.ID), change); err != nil {
		return nil, ofVariant(err)
	}
	return v.show(ctx, in.Product, browse.VariantQuery{Numbers: []int64{in.ID}}, nil)
}

// ofVariant names the fields of a fault as the caller of one variant knows them: without the place in the product's list.
func ofVariant(err error) error {
	f := fault.As(err)
	if f == nil || len(f.Fields) == 0 {
		return err
	}
	c := *f
	c.Fields = slices.Clone(f.Fields)
	for i, field := range c.Fields {
		if _, rest, ok := strings.Cut(field.Name, "]."); ok && strings.HasPrefix(field.Name, "variants[") {
			c.Fields[i].Name = rest
		}
	}
	return &c
}

func (v variants) remove(ctx context.Context, in *ByBoth) (*nothing, error) {
	return &nothing{}, v.Shelf.DeleteVariant(ctx, catalog.ByNumber(in.Product), catalog.ByNumber(in.ID))
}
