package storefront

import (
	"errors"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/catalog"
)

// product is the page of a product.
type product struct {
	Title, Subtitle, URL string
	Text                 []string // paragraphs
	Pictures             []picture
	Choices              []choice
	Price                price // of the cheapest choice
	Tax                  string
	Single               bool // there is nothing to choose
	CanBuy               bool
	Quantity             string // as typed
	BadQuantity          string // what is wrong with it
	Trail                []link // the categories that lead here
}

type picture struct{ URL, Alt string }

// choice is a variant to choose.
type choice struct {
	ID, Title, Picture string
	Price              price
	Stock              string // what there is to say of it
	Low                bool   // there is little of it
	Out                bool   // it cannot be bought
	Chosen             bool
}

// showProduct shows a product.
func (v *visit) showProduct() error {
	p, err := v.product()
	if err != nil {
		return err
	}
	return v.showChoices(http.StatusOK, p, page{}, "")
}

// product finds the product that the path names. Fault: catalog.ErrProductNotFound.
func (v *visit) product() (browse.Product, error) {
	handle := v.r.PathValue("handle")
	found, err := v.Browse.Products(v.r.Context(), browse.Query{Handle: &handle, Limit: 1, Uncounted: true},
		browse.Parts{Prices: true, Variants: true, Images: true, Options: true, Categories: true}, v.pricing())
	if err == nil && len(found.Products) == 0 {
		err = catalog.ErrProductNotFound
	}
	if err != nil {
		return browse.Product{}, err
	}
	return found.Products[0], nil
}

// showChoices shows a product with what was chosen and typed before.
func (v *visit) showChoices(status int, p browse.Product, out page, badQuantity string) error {
	shown := product{
		Title: p.Title, URL: productURL(p.Handle), Pictures: v.pictures(p), Tax: v.taxNote(), Quantity: v.r.PostForm.Get("quantity"),
		Single: len(p.Variants) == 1, BadQuantity: badQuantity, Price: v.card(&p).Price,
	}
	if p.Subtitle != nil {
		shown.Subtitle = *p.Subtitle
	}
	if p.Description != nil {
		shown.Text = paragraphs(*p.Description)
	}
	if shown.Quantity == "" {
		shown.Quantity = "1"
	}
	for i := range p.Variants {
		shown.Choices = append(shown.Choices, v.choice(&p, i))
	}
	chosen := slices.IndexFunc(shown.Choices, func(c choice) bool { return c.ID == v.r.PostForm.Get("variant") && !c.Out })
	if chosen < 0 {
		chosen = slices.IndexFunc(shown.Choices, func(c choice) bool { return !c.Out })
	}
	if chosen >= 0 {
		shown.CanBuy, shown.Choices[chosen].Chosen = true, true
	}
	var err error
	if shown.Trail, err = v.trail(p.Categories); err != nil {
		return err
	}
	out.Title, out.Body = p.Title, shown
	return v.show(status, "product.html", out)
}

// trail gives the categories that lead to the first of a product's deepest ones, from the root on.
func (v *visit) trail(all []catalog.Category) ([]link, error) {
	var deepest string
	for _, c := range all {
		if strings.Count(c.MPath, ".") > strings.Count(deepest, ".") {
			deepest = c.MPath
		}
	}
	if deepest == "" {
		return nil, nil
	}
	root := ""
	level, _, err := v.Browse.Categories(v.r.Context(), browse.CategoryQuery{Parent: &root, Tree: true, Locale: v.lang})
	if err != nil {
		return nil, err
	}
	var out []link
	for id := range strings.SplitSeq(strings.TrimSuffix(deepest, "."), ".") {
		at := slices.IndexFunc(level, func(c browse.Category) bool { return c.ID == id })
		if at < 0 {
			break // hidden from shoppers
		}
		out = append(out, toCategory(level[at].Category, false))
		level = level[at].Children
	}
	return out, nil
}

func (v *visit) pictures(p browse.Product) []picture {
	var out []picture
	for _, i := range p.Images {
		out = append(out, picture{URL: i.URL, Alt: v.spoken(i.Alt, p.Title)})
	}
	if len(out) == 0 && p.Thumbnail != nil {
		out = append(out, picture{URL: *p.Thumbnail, Alt: p.Title})
	}
	return out
}

// few is how little is left when it is said how much.
const few = 5

func (v *visit) choice(p *browse.Product, at int) choice {
	of := &p.Variants[at]
	c := choice{ID: of.ID, Title: of.Title, Price: v.priceOf(of), Stock: v.words.InStock, Out: !has(of)}
	if of.ImageID != nil && len(p.Images) > 1 {
		for _, i := range p.Images {
			if i.ID == *of.ImageID {
				c.Picture = i.URL
			}
		}
	}
	switch {
	case c.Price.Now == "":
		c.Stock, c.Out = v.words.NotHere, true
	case c.Out:
		c.Stock = v.words.SoldOut
	case of.ManageInventory && of.Stock <= 0:
		c.Stock = v.words.Backorder
	case of.ManageInventory && !of.AllowBackorder && of.Stock <= few:
		c.Stock, c.Low = v.words.left(of.Stock), true
	}
	return c
}

// taxNote says whether prices have tax in them.
func (v *visit) taxNote() string {
	if v.region.AutomaticTaxes || v.region.IncludesTax {
		return v.words.TaxIn
	}
	return v.words.TaxOut
}

// paragraphs gives the text of a description, which may be HTML, in paragraphs.
func paragraphs(text string) []string {
	text = blocks.ReplaceAllString(text, "\n")
	text = html.UnescapeString(tags.ReplaceAllString(text, ""))
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

var (
	blocks = regexp.MustCompile(`(?i)<(?:br|/p|/div|/li|/h[1-6]|/tr)\b[^<>]*>`)
	tags   = regexp.MustCompile(`<[a-zA-Z/!][^<>]*>`)
)

// addToCart puts a quantity of a variant into the cart, and makes one where there is none.
func (v *visit) addToCart() error {
	p, err := v.product()
	if err != nil {
		return err
	}
	quantity, ok := quantityOf(v.r.PostForm.Get("quantity"))
	if !ok || quantity == 0 {
		return v.showChoices(http.StatusUnprocessableEntity, p, page{}, v.words.BadQuantity)
	}
	variant := v.r.PostForm.Get("variant")
	if !slices.ContainsFunc(p.Variants, func(of browse.Variant) bool { return of.ID == variant }) {
		return v.showChoices(http.StatusUnprocessableEntity, p, page{Problem: v.words.ChooseOne}, "")
	}
	err = v.add(cart.NewLine{VariantID: variant, Quantity: quantity})
	if err == nil {
		return v.to("/shop/cart?added=1")
	}
	text, ok := v.refusal(err)
	if !ok {
		return err
	}
	return v.showChoices(http.StatusUnprocessableEntity, p, page{Problem: text}, "")
}

// add puts a line into the visitor's cart, or into a new one.
func (v *visit) add(n cart.NewLine) error {
	c, err := v.open()
	if err != nil {
		return err
	}
	ctx := v.r.Context()
	if c != nil {
		after, err := v.Carts.AddLine(ctx, c.ID, n)
		if !errors.Is(err, cart.ErrCompleted) {
			if err == nil {
				v.holds(&after)
			}
			return err
		}
		v.ordered(c.ID)
	}
	fresh := cart.NewCart{RegionID: v.region.ID, Lines: []cart.NewLine{n}, IP: v.Proxies.ClientIP(v.r), UserAgent: v.r.UserAgent()}
	if len(v.region.Countries) == 1 {
		fresh.CountryCode = v.region.Countries[0]
	}
	made, err := v.Carts.Create(ctx, fresh)
	if err == nil {
		v.holds(&made)
	}
	return err
}

// maxQuantity is the most that a form takes of one thing.
const maxQuantity = 9999

// quantityOf reads how many are wanted, from 0.
func quantityOf(text string) (int64, bool) {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	return n, err == nil && n >= 0 && n <= maxQuantity
}
