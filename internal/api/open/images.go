package open

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"kaidian/internal/api/route"
	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/content"
	"kaidian/internal/commerce/shelf"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/patch"
	"kaidian/internal/platform/picture"
)

// imageView is a picture of a product as the face shows it.
type imageView struct {
	Alt        string  `json:"alt"`
	CreatedAt  instant `json:"created_at"`
	FileName   string  `json:"file_name"`
	ID         int64   `json:"id"`
	Position   int     `json:"position" doc:"From 1; the first is the main one. ‖ 从 1 开始，第一张为主图。"`
	ProductID  int64   `json:"product_id"`
	Src        string  `json:"src" doc:"Address. ‖ 图片地址。"`
	UpdatedAt  instant `json:"updated_at"`
	VariantIDs []int64 `json:"variant_ids" nullable:"false" doc:"The variants that show it. ‖ 使用该图片的款式。"`
}

func (imageView) names() (string, string) { return "image", "images" }

func (g goods) image(product int64, i catalog.Image, variants []int64) imageView {
	return imageView{Alt: i.Alt, CreatedAt: instant(i.CreatedAt), FileName: i.FileName, ID: i.Number, Position: i.Position, ProductID: product,
		Src: absolute(g.base, i.URL), UpdatedAt: instant(i.UpdatedAt), VariantIDs: variants}
}

// absolute gives the address of what the shop serves.
func absolute(base, url string) string {
	if strings.HasPrefix(url, "/") {
		return base + url
	}
	return url
}

// showing gives the numbers of the variants that show a picture.
func showing(variants []browse.Variant, image string) []int64 {
	out := []int64{}
	for _, v := range variants {
		if value(v.ImageID) == image {
			out = append(out, v.Number)
		}
	}
	return out
}

// numbersOf gives the numbers of pictures by their ids.
func numbersOf(images []catalog.Image) map[string]int64 {
	out := make(map[string]int64, len(images))
	for _, i := range images {
		out[i.ID] = i.Number
	}
	return out
}

// imageInput is what a picture is written with.
type imageInput struct {
	Alt        route.Optional[text]     `json:"alt,omitempty"`
	Attachment route.Optional[text]     `json:"attachment,omitempty" doc:"A new picture as a data URI: data:image/png;base64,… PNG, JPEG, GIF or WebP, 20 MB at most. ‖ 新图片的 data URI，支持 PNG、JPEG、GIF、WebP，最大 20 MB。"`
	FileName   route.Optional[text]     `json:"file_name,omitempty"`
	Position   route.Optional[number]   `json:"position,omitempty"`
	Src        route.Optional[text]     `json:"src,omitempty" doc:"Instead of attachment: an address from which the picture is fetched. ‖ 代替 attachment：从该地址获取图片。"`
	VariantIDs route.Optional[[]number] `json:"variant_ids,omitempty"`
}

// reasonImage is the reason of what this face finds wrong with a picture.
const reasonImage = "open.image"

// picture reads a new picture.
func (in imageInput) picture(base string) (shelf.NewPicture, error) {
	r := &reader{}
	c := in.change()
	n := shelf.NewPicture{FileName: string(in.FileName.Value), Alt: string(in.Alt.Value), Position: c.Position, Variants: c.Variants}
	n.Src = string(in.Src.Value)
	if own, ok := strings.CutPrefix(n.Src, base+content.Folder); ok { // as this face shows it
		n.Src = content.Folder + own
	}
	if in.Attachment.Value != "" || n.Src == "" {
		if n.FileName == "" {
			r.missing("file_name")
		}
		a, rule, words := readAttachment(string(in.Attachment.Value))
		if actual, _ := picture.TypeOf(a.data); rule == "" && actual != "" && actual != content.MediaType(a.contentType) {
			rule, words = fault.Format, "must be what its type says"
		}
		if rule != "" {
			r.add("attachment", rule, words)
		}
		n.Data = a.data
	}
	return n, fault.Fields(reasonImage, r.problems...)
}

// change reads what of a picture can be changed.
func (in imageInput) change() shelf.PictureChange {
	c := shelf.PictureChange{FileName: words(in.FileName), Alt: words(in.Alt)}
	if in.Position.Set && !in.Position.Null {
		c.Position = patch.Some(int(in.Position.Value))
	}
	if in.VariantIDs.Set {
		refs := make([]catalog.Ref, len(in.VariantIDs.Value))
		for i, n := range in.VariantIDs.Value {
			refs[i] = catalog.ByNumber(int64(n))
		}
		c.Variants = patch.Some(refs)
	}
	return c
}

type newImage struct {
	ByProduct
	Body struct {
		Image imageInput `json:"image"`
	}
}

type changedImage struct {
	ByBoth
	Body struct {
		Image imageInput `json:"image"`
	}
}

// imagesQuery has no bounds of time: a product has a handful of pictures.
type imagesQuery struct {
	picked
	paging
}

type images struct{ ProductServices }

// uploadTimeout is how long a route that takes files may take, most of which is reading them.
const uploadTimeout = 60 * time.Second

func (i images) routes(f *route.Face) {
	row := func(method, path, name string, perm route.Permission, query any, en, zh string) route.Route {
		return route.Route{Method: method, Path: "/v1/products/{product_id}/images" + path, Name: name, Tag: "ProductImage", Permission: perm,
			Query: query, Summary: route.Words{EN: en, ZH: zh}}
	}
	route.Handle(f, row(http.MethodGet, "", "ListImages", readProducts, imagesQuery{}, "List the images of a product", "获取商品图片列表"), i.list)
	route.Handle(f, row(http.MethodGet, "/count", "CountImages", readProducts, picked{}, "Count the images of a product", "获取商品图片总数"), i.count)
	route.Handle(f, row(http.MethodGet, "/{id}", "GetImage", readProducts, fieldsQuery{}, "Get an image", "获取商品图片"), i.get)
	create := row(http.MethodPost, "", "CreateImage", writeProducts, nil, "Add an image", "创建商品图片")
	create.BodyLimit, create.Timeout = uploadLimit, uploadTimeout
	route.Handle(f, create, i.create)
	route.Handle(f, row(http.MethodPut, "/{id}", "UpdateImage", writeProducts, nil, "Change an image", "更新商品图片"), i.update)
	route.Handle(f, row(http.MethodDelete, "/{id}", "DeleteImage", writeProducts, nil, "Delete an image", "删除商品图片"), i.remove)
}

// find reads the pictures of a product that are asked for, by their numbers, and the product's variants.
func (i images) find(ctx context.Context, product int64, p picked) ([]catalog.Image, []browse.Variant, error) {
	ids, err := p.numbers()
	if err != nil {
		return nil, nil, err
	}
	of, err := i.Browse.Product(ctx, catalog.ByNumber(product), browse.Parts{Images: true, Variants: true}, browse.Pricing{})
	if err != nil {
		return nil, nil, err
	}
	return pickImages(of.Images, ids, p.since()), of.Variants, nil
}

func (i images) list(ctx context.Context, in *ByProduct) (*many[imageView], error) {
	q := route.QueryOf[imagesQuery](ctx)
	all, variants, err := i.find(ctx, in.Product, q.picked)
	from := min((q.Page-1)*q.Limit, len(all))
	return showMany(func(one catalog.Image) imageView {
		return goods{base: i.BaseURL}.image(in.Product, one, showing(variants, one.ID))
	}, q.Fields)(all[from:min(from+q.Limit, len(all))], err)
}

func (i images) count(ctx context.Context, in *ByProduct) (*counted, error) {
	all, _, err := i.find(ctx, in.Product, *route.QueryOf[picked](ctx))
	return countOf(int64(len(all)), err)
}

func (i images) get(ctx context.Context, in *ByBoth) (*one[imageView], error) {
	return i.show(ctx, in.Product, in.ID, route.QueryOf[fieldsQuery](ctx).Fields)
}

func (i images) show(ctx context.Context, product, id int64, fields []string) (*one[imageView], error) {
	all, variants, err := i.find(ctx, product, picked{ID: &id})
	if err == nil && len(all) == 0 {
		err = catalog.ErrImageNotFound
	}
	if err != nil {
		return nil, err
	}
	return showOne(as[imageView], fields)(goods{base: i.BaseURL}.image(product, all[0], showing(variants, all[0].ID)), nil)
}

func (i images) create(ctx context.Context, in *newImage) (*one[imageView], error) {
	n, err := in.Body.Image.picture(i.BaseURL)
	if err != nil {
		return nil, err
	}
	made, err := i.Pictures.Add(ctx, catalog.ByNumber(in.Product), n)
	if err != nil {
		return nil, ofPicture(err, n.Data == nil)
	}
	return i.show(ctx, in.Product, made.Number, nil)
}

// ofPicture says of which member a fault of a picture is.
func ofPicture(err error, fetched bool) error {
	f := fault.As(err)
	if f == nil || len(f.Fields) > 0 || !strings.HasPrefix(f.Reason, "picture.") && f.Reason != content.ErrNotFetched.Reason {
		return err
	}
	c := *f
	name, rule := "attachment", fault.Format
	if fetched {
		name = "src"
	}
	if f.Reason == picture.ErrBytes.Reason || f.Reason == picture.ErrPixels.Reason {
		rule = fault.TooLong
	}
	c.Fields = []fault.Field{{Name: name, Rule: rule, Message: f.Message}}
	return &c
}

func (i images) update(ctx context.Context, in *changedImage) (*one[imageView], error) {
	if _, err := i.Pictures.Update(ctx, catalog.ByNumber(in.Product), catalog.ByNumber(in.ID), in.Body.Image.change()); err != nil {
		return nil, err
	}
	return i.show(ctx, in.Product, in.ID, nil)
}

func (i images) remove(ctx context.Context, in *ByBoth) (*nothing, error) {
	return &nothing{}, i.Pictures.Delete(ctx, catalog.ByNumber(in.Product), catalog.ByNumber(in.ID))
}

// pickImages gives those of a product's pictures that are asked for, by their numbers.
func pickImages(all []catalog.Image, ids []int64, since int64) []catalog.Image {
	out := slices.DeleteFunc(slices.Clone(all), func(i catalog.Image) bool {
		return i.Number <= since || ids != nil && !slices.Contains(ids, i.Number)
	})
	slices.SortFunc(out, func(a, b catalog.Image) int { return cmp.Compare(a.Number, b.Number) })
	return out
}
