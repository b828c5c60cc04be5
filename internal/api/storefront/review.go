package storefront

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/checkout"
	"kaidian/internal/platform/fault"
)

// review is the page on which an order is placed.
type review struct {
	Email     string
	Address   []string
	Ways      []string // the names of the chosen options
	Lines     []line
	Totals    totals
	Amount    int64 // the total, minor units: what the visitor agrees to
	Providers []option
	Pays      bool // there is something to pay
	Blocked   bool // a line cannot be bought as it is
}

// ready gives the cart when it has all that an order needs, and sends the visitor to where something is missing otherwise.
func (v *visit) ready(then func(*cart.Cart) error) error {
	return v.filled(func(c *cart.Cart) error {
		typed := keptAddress(c.Body.Shipping)
		if c.Email == nil || len(v.addressProblems(typed)) > 0 {
			return v.to("/shop/checkout")
		}
		ways, err := v.ways(c, nil)
		if err != nil {
			return err
		}
		for _, w := range ways {
			if !slices.ContainsFunc(c.Body.Methods, func(m cart.Method) bool { return fieldOf(m.Profile) == w.Field }) {
				return v.to("/shop/checkout")
			}
		}
		return then(c)
	})
}

// askOrder shows what would be ordered.
func (v *visit) askOrder() error {
	return v.ready(func(c *cart.Cart) error { return v.showReview(c, http.StatusOK, "") })
}

func (v *visit) showReview(c *cart.Cart, status int, problem string) error {
	lines, err := v.lines(c)
	if err != nil {
		return err
	}
	r := review{Address: v.addressLines(keptAddress(c.Body.Shipping)), Lines: lines, Totals: v.totals(ofCart(c)), Amount: c.Quote.Total,
		Pays: c.Quote.Total > 0, Blocked: slices.ContainsFunc(lines, func(l line) bool { return l.Note != "" })}
	if c.Email != nil {
		r.Email = *c.Email
	}
	for _, m := range c.Body.Methods {
		if o, ok := c.Options[m.OptionID]; ok {
			r.Ways = append(r.Ways, o.Name)
		}
	}
	for i, id := range v.Payments.Installed(c.Region.PaymentProviders) {
		chosen := v.r.PostForm.Get("provider")
		r.Providers = append(r.Providers, option{id, v.words.provider(id), id == chosen || chosen == "" && i == 0})
	}
	return v.show(status, "review.html", page{Title: v.words.Review, Problem: problem, Body: r})
}

// placeOrder makes the cart an order, or begins to have it paid. To press the button twice makes one order.
func (v *visit) placeOrder() error {
	last := v.who.cart
	c, err := v.open()
	if err != nil {
		return err
	}
	if c == nil && v.who.owns(last) { // it was placed a moment ago
		return v.to(orderURL(last))
	}
	return v.ready(func(c *cart.Cart) error {
		if v.r.PostForm.Get("total") != strconv.FormatInt(c.Quote.Total, 10) {
			return v.showReview(c, http.StatusConflict, v.words.Problems["checkout.total_changed"])
		}
		err := v.pay(c)
		for range tries {
			if errors.Is(err, checkout.ErrPaying) || fault.CodeOf(err) != fault.Conflict {
				break
			}
			err = v.pay(c) // two presses at once got into each other's way
		}
		if err == nil || errors.Is(err, checkout.ErrPaying) {
			return v.to(orderURL(c.ID))
		}
		text, ok := v.refusal(err)
		if !ok {
			return err
		}
		id := c.ID
		v.looked = false // goods and codes may have gone meanwhile, or another press of the button was quicker
		switch c, err = v.open(); {
		case err != nil:
			return err
		case c == nil:
			return v.to(orderURL(id))
		}
		return v.showReview(c, http.StatusUnprocessableEntity, text)
	})
}

// tries bounds how often an order is placed anew because something else was done to the cart at the same time.
const tries = 3

// pay has the cart paid in the way that was chosen, and completes it. Faults: those of checkout.Service.
func (v *visit) pay(c *cart.Cart) error {
	ctx := v.r.Context()
	till, err := v.Checkout.CreateSessions(ctx, c.ID)
	if err == nil && c.Quote.Total > 0 {
		provider := v.r.PostForm.Get("provider")
		if len(till.Sessions) == 1 {
			provider = till.Sessions[0].ProviderID
		}
		_, err = v.Checkout.SelectSession(ctx, c.ID, provider)
	}
	if err != nil && !errors.Is(err, cart.ErrCompleted) { // the other press of the button was quicker
		return err
	}
	result, err := v.Checkout.Complete(ctx, c.ID)
	if err == nil && result.Order != nil {
		v.ordered(c.ID)
	}
	return err
}

func orderURL(cart string) string { return "/shop/orders/" + cart }
