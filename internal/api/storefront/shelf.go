package storefront

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kaidian/internal/api/httpx"
	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/pricing"
)

// pageSize is how many products a page of the shelf shows.
const pageSize = 24

// shelf is a page of products.
type shelf struct {
	Heading, Lead string
	Roots         []link // the categories that are no one's children
	Below         []link // what is in the category, or beside it
	Cards         []card
	Total         int // 0 when nobody counted
	Category      string
	Page          int
	PageName      string
	Back, On      string // addresses of the pages before and after; empty for none
}

// link is a category to go to.
type link struct {
	Name, URL string
	Here      bool
}

// card is a product on the shelf.
type card struct {
	Title, Subtitle, URL, Picture string
	Price                         price
	SoldOut                       bool
}

// price is what something costs here.
type price struct {
	Now  string // empty for what cannot be bought here
	Was  string // before a sale; empty for no sale
	From bool   // others cost more
}

// showShelf shows a page of products: all, those of a category, or those that were looked for.
func (v *visit) showShelf() error {
	ask := v.r.URL.Query()
	number, err := pageNumber(ask.Get("page"))
	if err != nil {
		return err
	}
	s := shelf{Page: number, PageName: v.words.page(number), Heading: v.words.AllProducts}
	within, err := v.categories(&s, ask.Get("category"))
	if err != nil {
		return err
	}
	q := strings.TrimSpace(ask.Get("q"))
	products, more, err := v.find(&s, q, within)
	if err != nil {
		return err
	}
	for i := range products {
		s.Cards = append(s.Cards, v.card(&products[i]))
	}
	if q != "" {
		s.Heading, s.Lead = v.words.Found+" “"+q+"”", ""
	}
	if number > 1 {
		s.Back = s.turn(q, number-1)
	}
	if more {
		s.On = s.turn(q, number+1)
	}
	p := page{Query: q, Body: s}
	if q != "" || within != nil || number > 1 {
		p.Title = s.Heading
	}
	return v.show(http.StatusOK, "shelf.html", p)
}

// turn gives the address of another page of the same shelf.
func (s *shelf) turn(q string, to int) string {
	query := url.Values{}
	for name, value := range map[string]string{"q": q, "category": s.Category} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if to > 1 {
		query.Set("page", strconv.Itoa(to))
	}
	return address("/shop", query)
}

// pageNumber reads the number of a page. Fault: errNoPage.
func pageNumber(text string) (int, error) {
	if text == "" {
		return 1, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 100_000 {
		return 0, errNoPage
	}
	return n, nil
}

// find gives the products of a page, and whether there are more.
func (v *visit) find(s *shelf, q string, within *browse.Category) ([]browse.Product, bool, error) {
	ctx, parts, offset := v.r.Context(), browse.Parts{Prices: true, Variants: true}, (s.Page-1)*pageSize
	if q == "" {
		ask := browse.Query{Limit: pageSize, Offset: offset}
		if within != nil {
			ask.Categories, ask.Children = []string{within.ID}, true
		}
		found, err := v.Browse.Products(ctx, ask, parts, v.pricing())
		s.Total = found.Count
		return found.Products, offset+len(found.Products) < found.Count, err
	}
	if offset+pageSize > browse.MaxSearchOffset {
		return nil, false, errNoPage
	}
	ask := browse.SearchQuery{Q: q, Limit: pageSize, Offset: offset}
	if within != nil {
		ask.Filter = map[string]any{"category_id": within.ID}
	}
	found, err := v.Browse.Search(ctx, ask, parts, v.pricing())
	if found.Total < enough {
		s.Total = found.Total
	}
	more := offset+len(found.Hits) < found.Total && offset+2*pageSize <= browse.MaxSearchOffset
	return found.Hits, more, err
}

// enough is how far a search counts: from there on its total stands for that many or more.
const enough = 200

// pricing says whose prices and texts are shown.
func (v *visit) pricing() browse.Pricing {
	return browse.Pricing{RegionID: v.region.ID, Locale: v.lang}
}

// categories puts the ways to other categories on a shelf, and gives the one that a handle names, nil for none. Fault:
// catalog.ErrCategoryNotFound.
func (v *visit) categories(s *shelf, handle string) (*browse.Category, error) {
	root := ""
	roots, _, err := v.Browse.Categories(v.r.Context(), browse.CategoryQuery{Parent: &root, Locale: v.lang})
	if err != nil {
		return nil, err
	}
	var here *browse.Category
	if handle != "" {
		found, _, err := v.Browse.Categories(v.r.Context(), browse.CategoryQuery{Handle: &handle, Locale: v.lang})
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, catalog.ErrCategoryNotFound
		}
		here = &found[0]
		s.Category, s.Heading, s.Lead = handle, here.Name, here.Description
		if err := v.beside(s, here); err != nil {
			return nil, err
		}
	}
	s.Roots = []link{{Name: v.words.All, URL: "/shop", Here: here == nil}}
	for _, c := range roots {
		s.Roots = append(s.Roots, toCategory(c.Category, here != nil && strings.HasPrefix(here.MPath, c.ID+".")))
	}
	return here, nil
}

// beside puts what is in a category on a shelf, or what is beside one that has nothing in it.
func (v *visit) beside(s *shelf, here *browse.Category) error {
	list := here.Children
	if len(list) == 0 && here.ParentID != nil {
		var err error
		list, _, err = v.Browse.Categories(v.r.Context(), browse.CategoryQuery{Parent: here.ParentID, Locale: v.lang})
		if err != nil {
			return err
		}
	}
	if here.Parent != nil {
		up := toCategory(*here.Parent, false)
		up.Name = "← " + up.Name
		s.Below = append(s.Below, up)
	}
	for _, c := range list {
		s.Below = append(s.Below, toCategory(c.Category, c.ID == here.ID))
	}
	return nil
}

func toCategory(c catalog.Category, here bool) link {
	return link{Name: c.Name, URL: address("/shop", url.Values{"category": {c.Handle}}), Here: here}
}

// card shows a product.
func (v *visit) card(p *browse.Product) card {
	c := card{Title: p.Title, URL: productURL(p.Handle), SoldOut: true}
	if p.Subtitle != nil {
		c.Subtitle = *p.Subtitle
	}
	if p.Thumbnail != nil {
		c.Picture = *p.Thumbnail
	}
	var cheapest *browse.Variant
	var dearest int64
	for i := range p.Variants {
		each := &p.Variants[i]
		c.SoldOut = c.SoldOut && !has(each)
		now, ok := gross(each.Price)
		if !ok {
			continue
		}
		if cheapest == nil || now < least(cheapest) {
			cheapest = each
		}
		dearest = max(dearest, now)
	}
	if cheapest != nil {
		c.Price = v.priceOf(cheapest)
		c.Price.From = dearest > least(cheapest)
	}
	return c
}

func least(v *browse.Variant) int64 {
	amount, _ := gross(v.Price)
	return amount
}

// gross gives what a shopper pays for a piece: with tax, where it is known. False for what has no price.
func gross(p pricing.Taxed) (int64, bool) {
	switch {
	case p.CalculatedInclTax != nil:
		return *p.CalculatedInclTax, true
	case p.Calculated != nil:
		return *p.Calculated, true
	}
	return 0, false
}

// priceOf shows the price of a variant, and the one before a sale.
func (v *visit) priceOf(of *browse.Variant) price {
	now, ok := gross(of.Price)
	if !ok {
		return price{}
	}
	out := price{Now: v.price(now)}
	was := of.Price.OriginalInclTax
	if was == nil {
		was = of.Price.Original
	}
	if of.Price.Type == pricing.Sale && was != nil && *was > now {
		out.Was = v.price(*was)
	}
	return out
}

// has tells whether a piece of a variant can be sold.
func has(of *browse.Variant) bool {
	return !of.ManageInventory || of.AllowBackorder || of.Stock > 0
}

// productURL gives the address of a product's page.
func productURL(handle string) string { return "/shop/products/" + url.PathEscape(handle) }

// spoken gives the words for a picture in the language of the page: its own when they are in it, else the title of what it shows.
func (v *visit) spoken(alt, title string) string {
	han := slices.ContainsFunc([]rune(alt), func(r rune) bool { return r >= 0x4e00 && r <= 0x9fff })
	if alt == "" || han != (v.lang == httpx.Chinese) {
		return title
	}
	return alt
}
