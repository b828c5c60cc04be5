package storefront

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"kaidian/internal/api/httpx"
	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/fault"
)

// visit is one request for a page. Its form is parsed.
type visit struct {
	*storefront
	w     http.ResponseWriter
	r     *http.Request
	lang  string
	words words

	who     visitor
	known   bool // the cookie came along
	changed bool // the cookie has to be written
	markets *shop.Markets
	region  shop.Region
	here    string // the path of the page, also after a form that was sent elsewhere

	basket *cart.Cart // the open cart; nil for none
	looked bool       // whether basket was looked for
}

// page is what the templates show.
type page struct {
	W       words
	Lang    string
	Title   string // empty on the first page
	Shop    string
	Switch  string // the same page in the other language
	Here    string // where to come back to after choosing a region
	CSRF    string
	Place   place
	Places  []place
	Pieces  int64  // in the cart
	Query   string // what was looked for
	Problem string // what went wrong; empty when nothing did
	Body    any
}

// begin finds out who visits, and in which region they buy.
func (v *visit) begin() error {
	v.who, v.known = v.recall(v.r)
	v.changed = !v.known
	var err error
	if v.markets, err = v.Shop.Markets(v.r.Context()); err != nil {
		return err
	}
	if v.region, err = v.chooseRegion(); err != nil {
		return err
	}
	if v.who.region != v.region.ID {
		v.who.region, v.changed = v.region.ID, true
	}
	return nil
}

// open gives the visitor's cart, with taxes, or nil. One that is gone is forgotten, one that has become an order is noted as
// such: a payment may be told of while nobody looks.
func (v *visit) open() (*cart.Cart, error) {
	if v.looked || v.who.cart == "" {
		return v.basket, nil
	}
	c, err := v.Carts.Get(v.r.Context(), v.who.cart, cart.View{ForceTaxes: true})
	switch {
	case errors.Is(err, cart.ErrNotFound):
		v.who.cart, v.changed = "", true
		return nil, nil
	case err != nil:
		return nil, err
	case !c.CompletedAt.IsZero():
		v.ordered(c.ID)
		return nil, nil
	}
	v.holds(&c)
	return v.basket, nil
}

// holds makes a cart the visitor's, as it stands.
func (v *visit) holds(c *cart.Cart) {
	v.basket, v.looked = c, true
	if v.who.cart != c.ID {
		v.who.cart, v.changed = c.ID, true
	}
	if v.region.ID != c.RegionID {
		v.region, v.who.region, v.changed = c.Region, c.RegionID, true
	}
}

// ordered notes that a cart has become an order. There is no cart then.
func (v *visit) ordered(id string) {
	v.who.ordered(id)
	v.basket, v.looked, v.changed = nil, true, true
}

// price prints an amount in the currency of the region.
func (v *visit) price(amount int64) string { return priceText(v.region.Currency, amount) }

// show writes a page.
func (v *visit) show(status int, name string, p page) error {
	settings, err := v.Shop.Get(v.r.Context())
	if err != nil {
		return err
	}
	c, err := v.open()
	if err != nil {
		return err
	}
	if c != nil {
		for i := range c.Body.Lines {
			p.Pieces += c.Body.Lines[i].Quantity
		}
	}
	p.W, p.Lang, p.Shop, p.CSRF = v.words, v.lang, settings.Name, v.who.csrf()
	p.Places, p.Place = v.places()
	query := url.Values{}
	if v.r.Method != http.MethodPost {
		query = v.r.URL.Query()
	}
	query.Del("lang")
	p.Here = address(v.here, query)
	query.Set("lang", httpx.OtherLanguage(v.lang))
	p.Switch = address(v.here, query)
	var body bytes.Buffer
	if err := v.pages.ExecuteTemplate(&body, name, p); err != nil {
		return err
	}
	if v.changed {
		v.keep()
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.Header().Set("Content-Language", v.words.Tag)
	v.w.WriteHeader(status)
	_, _ = body.WriteTo(v.w) // fails only when the client has gone
	return nil
}

// address puts a path and a query together.
func address(path string, query url.Values) string {
	return (&url.URL{Path: path, RawQuery: query.Encode()}).String()
}

// to sends the browser to a page of ours, by a GET.
func (v *visit) to(path string) error {
	if v.changed {
		v.keep()
	}
	http.Redirect(v.w, v.r, path, http.StatusSeeOther)
	return nil
}

// statuses are those of the page that shows a fault.
var statuses = map[fault.Code]int{
	fault.Invalid:     http.StatusBadRequest,
	fault.NotFound:    http.StatusNotFound,
	fault.NotAllowed:  http.StatusConflict,
	fault.Forbidden:   http.StatusForbidden,
	fault.Conflict:    http.StatusConflict,
	fault.Exhausted:   http.StatusTooManyRequests,
	fault.Unavailable: http.StatusServiceUnavailable,
	fault.TooLarge:    http.StatusRequestEntityTooLarge,
}

// explain gives the status and the words for an error.
func (v *visit) explain(err error) (int, string) {
	f := fault.As(err)
	if f == nil || statuses[f.Code] == 0 {
		return http.StatusInternalServerError, v.words.Problems["internal"]
	}
	for _, key := range []string{f.Reason, string(f.Code)} {
		if text := v.words.Problems[key]; text != "" {
			return statuses[f.Code], text
		}
	}
	return statuses[f.Code], v.words.Problems["invalid"]
}

// refusal gives the words for what a visitor can do something about, to be shown beside the form. Any other error is none.
func (v *visit) refusal(err error) (string, bool) {
	status, text := v.explain(err)
	return text, status != http.StatusInternalServerError
}

// showProblem shows an error as a page. What is not the visitor's doing is logged.
func (v *visit) showProblem(err error) {
	status, text := v.explain(err)
	if status == http.StatusInternalServerError && v.r.Context().Err() == nil {
		v.Log.ErrorContext(v.r.Context(), "a page failed", "path", v.r.URL.Path, "error", err)
	}
	if v.r.Method == http.MethodPost {
		v.here = "/shop"
	}
	title := v.words.ProblemTitle
	if status == http.StatusNotFound {
		title = v.words.NotFoundTitle
	}
	if v.markets == nil || v.show(status, "problem.html", page{Title: title, Problem: text}) != nil {
		http.Error(v.w, text, status)
	}
}

// localPaths are the pages that one may come back to.
var localPaths = []string{"/shop", "/shop/cart", "/shop/checkout", "/shop/checkout/review"}

// localPath gives the page of ours that a form asks to go to next, or the first page.
func localPath(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil {
		return "/shop"
	}
	handle, product := strings.CutPrefix(u.Path, "/shop/products/")
	product = product && handle != "" && handle != "." && handle != ".." && !strings.ContainsAny(handle, `/\`)
	if !product && !slices.Contains(localPaths, u.Path) {
		return "/shop"
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return u.EscapedPath()
	}
	query.Del("lang") // the reader may have changed it since
	return address(u.Path, query)
}
