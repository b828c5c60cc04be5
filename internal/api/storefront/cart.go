package storefront

import (
	"net/http"
	"slices"
	"strings"

	"kaidian/internal/commerce/cart"
	"kaidian/internal/platform/patch"
)

// basket is the page of the cart.
type basket struct {
	Lines     []line
	Totals    totals
	Shipping  bool // the totals have shipping in them
	Tax       string
	Added     bool // something was put in just now
	Discounts []code
	Cards     []code
	Typed     map[string]string // codes as they were typed, by kind
	Problems  map[string]string // what is wrong with them, by kind
	Blocked   bool              // a line cannot be bought as it is
}

// code is a discount or a gift card that the cart has.
type code struct {
	ID   string // how the form names it
	Text string // what is shown of it
}

// showCart shows the cart.
func (v *visit) showCart() error {
	return v.showBasket(http.StatusOK, page{}, func(*basket) {})
}

// showBasket shows the cart with what else there is to say of it.
func (v *visit) showBasket(status int, out page, say func(*basket)) error {
	v.here = "/shop/cart"
	c, err := v.open()
	if err != nil {
		return err
	}
	b := basket{Added: v.r.URL.Query().Get("added") != "", Tax: v.taxNote(), Typed: map[string]string{}, Problems: map[string]string{}}
	if c != nil {
		if b.Lines, err = v.lines(c); err != nil {
			return err
		}
		sum := ofCart(c)
		b.Totals, b.Shipping = v.totals(sum), sum.shipped
		b.Blocked = slices.ContainsFunc(b.Lines, func(l line) bool { return l.Note != "" })
		for i := range c.Discounts {
			b.Discounts = append(b.Discounts, code{ID: c.Discounts[i].ID, Text: c.Discounts[i].Code})
		}
		for i := range c.Cards {
			b.Cards = append(b.Cards, code{ID: c.Cards[i].ID, Text: masked(c.Cards[i].Code)})
		}
	}
	say(&b)
	out.Title, out.Body = v.words.Cart, b
	return v.show(status, "cart.html", out)
}

// masked shows the end of a gift card's code: who looks over a shoulder cannot spend it.
func masked(code string) string {
	if len(code) <= 4 {
		return "····"
	}
	return "···· " + code[len(code)-4:]
}

// lines shows the lines of a cart.
func (v *visit) lines(c *cart.Cart) ([]line, error) {
	titled, wanted := map[string]string{}, map[string]int64{}
	for i := range c.Body.Lines {
		l := &c.Body.Lines[i]
		titled[l.VariantID] = l.Title
		wanted[l.VariantID] += l.Quantity
	}
	goods, err := v.goods(v.r.Context(), titled)
	if err != nil {
		return nil, err
	}
	var out []line
	for i := range c.Body.Lines {
		l := &c.Body.Lines[i]
		shown := line{ID: l.ID, Quantity: l.Quantity, good: good{Title: l.Title, Variant: l.Description, Alt: l.Title}}
		if l.Thumbnail != nil {
			shown.Picture = *l.Thumbnail
		}
		if g, ok := goods[l.VariantID]; ok {
			shown.good = g
		}
		ware, ok := c.Wares[l.VariantID]
		switch {
		case !ok || !ware.Purchasable():
			shown.Note, shown.URL = v.words.Gone, ""
		case !ware.Has(wanted[l.VariantID]) && ware.Stock > 0:
			shown.Note = v.words.left(ware.Stock)
		case !ware.Has(wanted[l.VariantID]):
			shown.Note = v.words.SoldOut
		}
		v.amounts(&shown, c.Quote.Lines[i].OriginalTotal)
		out = append(out, shown)
	}
	return out, nil
}

// changeLine changes the quantity of a line, or takes it out.
func (v *visit) changeLine() error {
	c, err := v.open()
	if err != nil {
		return err
	}
	if c == nil {
		return v.to("/shop/cart")
	}
	id, typed := v.r.PathValue("id"), v.r.PostForm.Get("quantity")
	quantity, ok := quantityOf(typed)
	if v.r.PostForm.Has("remove") {
		quantity, ok = 0, true
	}
	text := v.words.BadQuantity
	if ok {
		if _, err = v.Carts.UpdateLine(v.r.Context(), c.ID, id, cart.LinePatch{Quantity: patch.Some(quantity)}); err == nil {
			return v.to("/shop/cart")
		}
		if text, ok = v.refusal(err); !ok {
			return err
		}
	}
	return v.showBasket(http.StatusUnprocessableEntity, page{}, func(b *basket) {
		for i := range b.Lines {
			if b.Lines[i].ID == id {
				b.Lines[i].Typed, b.Lines[i].Problem = typed, text
			}
		}
	})
}

// The kinds of codes, as forms name them.
const (
	discountCode = "discount"
	cardCode     = "card"
)

// changeCodes adds a discount or a gift card to the cart, or takes one off.
func (v *visit) changeCodes() error {
	c, err := v.open()
	if err != nil {
		return err
	}
	if c == nil {
		return v.to("/shop/cart")
	}
	form := v.r.PostForm
	kind, typed, gone := form.Get("kind"), strings.TrimSpace(form.Get("code")), form.Get("remove")
	if kind != discountCode && kind != cardCode {
		return errForm
	}
	text := v.words.MissingCode
	if typed != "" || gone != "" {
		_, err = v.Carts.Update(v.r.Context(), c.ID, codesOf(c, kind, typed, gone))
		if err == nil {
			return v.to("/shop/cart")
		}
		var ok bool
		if text, ok = v.refusal(err); !ok {
			return err
		}
	}
	return v.showBasket(http.StatusUnprocessableEntity, page{}, func(b *basket) { b.Typed[kind], b.Problems[kind] = typed, text })
}

// codesOf says which codes a cart is to have: those it has, one of them gone, and another before them. The first discount counts
// where two cannot be had together.
func codesOf(c *cart.Cart, kind, typed, gone string) cart.Patch {
	var codes []string
	if typed != "" {
		codes = []string{typed}
	}
	if kind == cardCode {
		for i := range c.Cards {
			if c.Cards[i].ID != gone {
				codes = append(codes, c.Cards[i].Code)
			}
		}
		return cart.Patch{Cards: patch.Some(codes)}
	}
	for i := range c.Discounts {
		if c.Discounts[i].ID != gone {
			codes = append(codes, c.Discounts[i].Code)
		}
	}
	return cart.Patch{Discounts: patch.Some(codes)}
}
