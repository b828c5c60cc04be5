package storefront

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/patch"
)

// details is the page that asks where to and how.
type details struct {
	Typed     map[string]string // what was typed or is kept, by field
	Problems  map[string]string // what is wrong, by field
	China     bool              // the form is that of China
	Country   string            // the only one there is; empty where one can choose
	Countries []option
	Provinces []option
	Ways      []way
	Lines     []line
	Totals    totals
	Shipping  bool // the totals have shipping in them
}

// way is the choice of shipping for the goods of one profile.
type way struct {
	Field   string // "shipping_" and the id of the profile
	Name    string // empty where there is but one
	Options []shippingOption
	Problem string
}

type shippingOption struct {
	ID, Name, Price string
	Chosen          bool
}

// filled gives the cart if there is something in it, and sends the visitor to the page of the cart otherwise.
func (v *visit) filled(then func(*cart.Cart) error) error {
	c, err := v.open()
	if err != nil {
		return err
	}
	if c == nil || len(c.Body.Lines) == 0 {
		return v.to("/shop/cart")
	}
	return then(c)
}

// askDetails asks where to and how.
func (v *visit) askDetails() error {
	return v.filled(func(c *cart.Cart) error {
		typed := keptAddress(c.Body.Shipping)
		if c.Email != nil {
			typed["email"] = *c.Email
		}
		for i := range c.Body.Methods {
			typed[fieldOf(c.Body.Methods[i].Profile)] = c.Body.Methods[i].OptionID
		}
		return v.showDetails(c, http.StatusOK, typed, details{})
	})
}

func fieldOf(profile string) string { return "shipping_" + profile }

// showDetails shows the form with what was typed and what is wrong with it.
func (v *visit) showDetails(c *cart.Cart, status int, typed map[string]string, d details) error {
	ways, err := v.ways(c, typed)
	if err != nil {
		return err
	}
	for i := range ways {
		ways[i].Problem = d.Problems[ways[i].Field]
	}
	if d.Lines, err = v.lines(c); err != nil {
		return err
	}
	sum := ofCart(c)
	d.Typed, d.Ways, d.China, d.Totals, d.Shipping = typed, ways, inChina(v.region), v.totals(sum), sum.shipped
	if len(v.region.Countries) == 1 {
		d.Country = v.countryName(v.region.Countries[0])
	}
	d.Countries, d.Provinces = v.countries(typed["country_code"]), provinces(typed["province"])
	p := page{Title: v.words.Checkout, Body: d}
	if len(d.Problems) > 0 {
		if p.Problem = d.Problems[""]; p.Problem == "" {
			p.Problem = v.words.LookBelow
		}
	}
	return v.show(status, "checkout.html", p)
}

// ways gives the choices of shipping that a cart has, one for each profile of its goods that is shipped, the cheapest option first.
// That is chosen where none is.
func (v *visit) ways(c *cart.Cart, typed map[string]string) ([]way, error) {
	offered, err := v.Carts.OptionsFor(v.r.Context(), c.ID)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(offered, func(a, b cart.OfferedOption) int { return cmp.Compare(a.PriceInclTax, b.PriceInclTax) })
	var out []way
	at := map[string]int{}
	for _, o := range offered {
		i, ok := at[o.ProfileID]
		if !ok {
			i = len(out)
			at[o.ProfileID] = i
			out = append(out, way{Field: fieldOf(o.ProfileID), Name: o.Profile.Name})
		}
		shown := shippingOption{ID: o.ID, Name: o.Name, Price: v.price(o.PriceInclTax), Chosen: typed[out[i].Field] == o.ID}
		if o.PriceInclTax == 0 {
			shown.Price = v.words.Free
		}
		out[i].Options = append(out[i].Options, shown)
	}
	for i := range out {
		if !slices.ContainsFunc(out[i].Options, func(o shippingOption) bool { return o.Chosen }) {
			out[i].Options[0].Chosen = true
		}
		if len(out) == 1 {
			out[i].Name = ""
		}
	}
	return out, nil
}

// takeDetails writes into the cart where to and how.
func (v *visit) takeDetails() error {
	return v.filled(func(c *cart.Cart) error {
		typed := v.typedAddress()
		typed["email"] = strings.TrimSpace(v.r.PostForm.Get("email"))
		for name := range v.r.PostForm {
			if strings.HasPrefix(name, fieldOf("")) {
				typed[name] = v.r.PostForm.Get(name)
			}
		}
		problems := v.addressProblems(typed)
		if _, err := customer.NormalEmail(typed["email"]); err != nil {
			problems["email"] = v.words.BadEmail
		}
		if len(problems) == 0 {
			var err error
			if problems, err = v.write(c, typed); err != nil {
				return err
			}
		}
		if len(problems) > 0 {
			return v.showDetails(c, http.StatusUnprocessableEntity, typed, details{Problems: problems})
		}
		return v.to("/shop/checkout/review")
	})
}

// write writes what was typed into the cart, and says what is wrong with it.
func (v *visit) write(c *cart.Cart, typed map[string]string) (map[string]string, error) {
	ctx, email := v.r.Context(), typed["email"]
	_, err := v.Carts.Update(ctx, c.ID, cart.Patch{Email: &email, Shipping: patch.Some(addressChange(typed))})
	if err != nil {
		return v.fieldProblems(err)
	}
	ways, err := v.ways(c, typed)
	if err != nil {
		return nil, err
	}
	for _, w := range ways {
		id := typed[w.Field]
		if id == "" {
			return map[string]string{w.Field: v.words.ChooseOne}, nil
		}
		if _, err := v.Carts.AddMethod(ctx, c.ID, cart.NewMethod{OptionID: id}); err != nil {
			text, ok := v.refusal(err)
			if !ok {
				return nil, err
			}
			return map[string]string{w.Field: text}, nil
		}
	}
	return nil, nil
}

// fieldProblems says what is wrong by field, for a fault that names fields; under "" for any other that a visitor can do something
// about.
func (v *visit) fieldProblems(err error) (map[string]string, error) {
	text, ok := v.refusal(err)
	if !ok {
		return nil, err
	}
	out := map[string]string{}
	for _, f := range fault.As(err).Fields {
		name := strings.TrimPrefix(f.Name, "shipping_address.")
		if out[name] = v.words.Rules[f.Rule]; out[name] == "" {
			out[name] = v.words.Rules[fault.Format]
		}
	}
	if len(out) == 0 {
		out[""] = text
	}
	return out, nil
}
