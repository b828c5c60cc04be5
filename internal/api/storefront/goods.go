package storefront

import (
	"context"

	"kaidian/internal/commerce/browse"
)

// good is what a line of a cart or an order is about, as it is shown.
type good struct {
	Title, Variant string
	URL            string // of the product's page; empty where there is none
	Picture, Alt   string
}

// goods shows variants in the language of the page, by id: three statements whatever their number. Titled gives the title of the
// product that each line has; one that has got another since is not translated. Variants that are no more are missing.
func (v *visit) goods(ctx context.Context, titled map[string]string) (map[string]good, error) {
	ids := make([]string, 0, len(titled))
	for id := range titled {
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	variants, err := v.Browse.Variants(ctx, browse.VariantQuery{Staff: true, IDs: ids}, browse.VariantParts{Product: true, Translations: true}, browse.Pricing{})
	if err != nil {
		return nil, err
	}
	var products []string
	for i := range variants {
		products = append(products, variants[i].ProductID)
	}
	found, err := v.Browse.Products(ctx, browse.Query{Staff: true, IDs: products, Uncounted: true}, browse.Parts{Images: true}, browse.Pricing{})
	if err != nil {
		return nil, err
	}
	pictures := map[string]picture{}
	for i := range found.Products {
		for _, image := range found.Products[i].Images {
			pictures[image.ID] = picture{URL: image.URL, Alt: image.Alt}
		}
	}
	out := make(map[string]good, len(variants))
	for i := range variants {
		if of := &variants[i]; of.Product != nil && of.Product.Title == titled[of.ID] {
			out[of.ID] = v.good(of, pictures)
		}
	}
	return out, nil
}

func (v *visit) good(of *browse.Variant, pictures map[string]picture) good {
	p := of.Product.Product.In(v.lang)
	g := good{Title: p.Title, Variant: of.Variant.In(v.lang).Title, URL: productURL(p.Handle), Alt: p.Title}
	if p.Thumbnail != nil {
		g.Picture = *p.Thumbnail
	}
	if of.ImageID != nil && pictures[*of.ImageID].URL != "" {
		own := pictures[*of.ImageID]
		g.Picture, g.Alt = own.URL, v.spoken(own.Alt, p.Title)
	}
	return g
}

// line is a line of a cart or an order, as it is shown.
type line struct {
	good
	ID       string
	Quantity int64
	Typed    string // the quantity as it was typed
	Problem  string // what is wrong with that
	Each     string // what a piece costs; empty for a single one
	Total    string // before discounts
	Note     string // why it cannot be bought like this
}

// amounts sets what a line costs.
func (v *visit) amounts(l *line, total int64) {
	l.Total = v.price(total)
	if l.Quantity > 1 && total%l.Quantity == 0 {
		l.Each = v.price(total / l.Quantity)
	}
}
