package transfer

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"slices"

	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/money"
)

// view is a product as it is exported.
type view struct {
	browse.Product
	currency money.Currency // the shop's
}

// exportPage is how many products are held at a time.
const exportPage = 200

// ExportProducts writes all products, drafts too, oldest first, in the form that ImportProducts and Shopify read. Progress hears how many are written, now and then; nil for nobody.
// What changes meanwhile may be in it or not; each product is whole.
func (s *Service) ExportProducts(ctx context.Context, w io.Writer, progress func(products int)) (int, error) {
	m, err := s.o.Shop.Markets(ctx)
	if err != nil {
		return 0, err
	}
	c, ok := money.Lookup(m.DefaultCurrency)
	if !ok {
		return 0, fmt.Errorf("the shop's currency %q is unknown", m.DefaultCurrency)
	}
	written := slices.DeleteFunc(columns(), func(c column) bool { return c.write == nil && c.name != "Handle" })
	out := csv.NewWriter(w)
	if err := out.Write(names(written)); err != nil {
		return 0, err
	}
	parts := browse.Parts{Collection: true, Type: true, Types: true, Vendor: true, Options: true, Variants: true, Prices: true,
		Images: true, Tags: true, Categories: true, Channels: true, Translations: true}
	q := browse.Query{Staff: true, Order: browse.Order{By: "number", Asc: true}, Limit: exportPage, Uncounted: true}
	for n := 0; ; {
		page, err := s.o.Browse.Products(ctx, q, parts, browse.Pricing{})
		if err != nil {
			return n, err
		}
		for i := range page.Products {
			if err := writeProduct(out, written, &view{page.Products[i], c}); err != nil {
				return n, err
			}
		}
		n += len(page.Products)
		out.Flush()
		if err := out.Error(); err != nil {
			return n, err
		}
		if progress != nil {
			progress(n)
		}
		if len(page.Products) < exportPage {
			return n, nil
		}
		q.SinceNumber = page.Products[exportPage-1].Number
	}
}

func names(all []column) []string {
	out := make([]string, len(all))
	for i, c := range all {
		out[i] = c.name
	}
	return out
}

// writeProduct writes a row for each variant, with an image beside it as long as there are images, and more rows for the
// images that are left.
func writeProduct(out *csv.Writer, all []column, v *view) error {
	slices.SortStableFunc(v.Variants, byRank)
	for i := range max(len(v.Variants), len(v.Images), 1) {
		r := row{view: v, First: i == 0}
		if i < len(v.Variants) {
			r.Variant = &v.Variants[i]
		}
		if i < len(v.Images) {
			r.Image = &v.Images[i]
		}
		if err := out.Write(cells(all, r)); err != nil {
			return err
		}
	}
	return nil
}

func cells(all []column, r row) []string {
	out := make([]string, len(all))
	for i, c := range all {
		switch {
		case c.name == "Handle":
			out[i] = r.Handle
		case c.level == ofProduct && r.First, c.level == ofVariant && r.Variant != nil, c.level == ofImage && r.Image != nil:
			out[i] = c.write(r)
		}
	}
	if r.First && len(r.Options) == 0 && r.Variant != nil { // as Shopify writes a product without options
		for i, c := range all {
			switch c.name {
			case "Option1 Name":
				out[i] = defaultOption
			case "Option1 Value":
				out[i] = defaultValue
			}
		}
	}
	return out
}

func writeCollection(r row) string {
	if r.Collection == nil {
		return ""
	}
	return r.Collection.Handle
}

func categoryHandles(v *view) []string {
	out := make([]string, len(v.Categories))
	for i, c := range v.Categories {
		out[i] = c.Handle
	}
	return out
}

func channelNames(v *view) []string {
	out := make([]string, len(v.Channels))
	for i, c := range v.Channels {
		out[i] = c.Name
	}
	return out
}

func writeVariantImage(r row) string {
	if r.Variant.ImageID == nil {
		return ""
	}
	i := slices.IndexFunc(r.Images, func(im catalog.Image) bool { return im.ID == *r.Variant.ImageID })
	if i < 0 {
		return ""
	}
	return r.Images[i].URL
}
