package storefront_test

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"kaidian/internal/config"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/shoptest"
)

// eachShop runs a test with the goods of the scenarios on both engines.
func eachShop(t *testing.T, fn func(t *testing.T, s *shoptest.Shop)) {
	t.Helper()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) { fn(t, newShop(t, d)) })
}

func newShop(t *testing.T, d *db.DB, change ...func(*config.Serve)) *shoptest.Shop {
	t.Helper()
	s := shoptest.Start(t, d, change...)
	s.Goods(t)
	return s
}

// shopper is a browser that keeps cookies and follows nothing by itself.
type shopper struct {
	t      *testing.T
	base   string
	client *http.Client
	header map[string]string // sent with each request
}

// shown is what a shopper got.
type shown struct {
	status   int
	header   http.Header
	location string
	html     string
	text     string // without entities
}

// newShopper comes from Germany and reads English.
func newShopper(t *testing.T, s *shoptest.Shop) *shopper {
	t.Helper()
	jar, err := cookiejar.New(nil)
	must(t, err)
	return &shopper{t: t, base: s.URL, header: map[string]string{"Accept-Language": "en-DE"}, client: &http.Client{
		Jar:           jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func (b *shopper) get(path string) shown {
	b.t.Helper()
	return b.do(http.MethodGet, path, "")
}

// post sends a form with nothing added to it.
func (b *shopper) post(path string, form url.Values) shown {
	b.t.Helper()
	return b.do(http.MethodPost, path, form.Encode())
}

// fill sends the form to action that a page shows, with the pairs of name and value that a shopper types.
func (b *shopper) fill(page shown, action string, typed ...string) shown {
	b.t.Helper()
	form := page.form(b.t, action)
	for i := 0; i < len(typed); i += 2 {
		form.Set(typed[i], typed[i+1])
	}
	return b.post(action, form)
}

func (b *shopper) do(method, path, body string) shown {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.base+path, strings.NewReader(body))
	must(b.t, err)
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, value := range b.header {
		req.Header.Set(name, value)
	}
	res, err := b.client.Do(req)
	must(b.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	must(b.t, err)
	return shown{res.StatusCode, res.Header, res.Header.Get("Location"), string(text), html.UnescapeString(string(text))}
}

// add puts a variant into the cart by the form of its product's page, which must work.
func (b *shopper) add(handle, variant, quantity string) {
	b.t.Helper()
	path := "/shop/products/" + handle
	if s := b.fill(b.get(path), path, "variant", variant, "quantity", quantity); s.status != http.StatusSeeOther || s.location != "/shop/cart?added=1" {
		b.t.Fatalf("add %s: %d to %q: %s", variant, s.status, s.location, s.text)
	}
}

// german is what a shopper types into the form of the checkout.
var german = []string{"email", "Ada@Example.com", "first_name", "Ada", "last_name", "Lovelace", "address_1", "Main 1", "postal_code", "10115",
	"city", "Berlin", "country_code", "de", "shipping_" + defaultProfile, "so_goods_eu"}

const defaultProfile = "sp_00000000000000000000000001"

// review fills the form of the checkout and gives the page on which the order is placed.
func (b *shopper) review(typed ...string) shown {
	b.t.Helper()
	s := b.fill(b.get("/shop/checkout"), "/shop/checkout", append(append([]string{}, german...), typed...)...)
	if s.status != http.StatusSeeOther || s.location != "/shop/checkout/review" {
		b.t.Fatalf("checkout: %d to %q: %s", s.status, s.location, s.text)
	}
	return b.get(s.location)
}

// place presses the button and gives the page that it leads to.
func (b *shopper) place(review shown, typed ...string) shown {
	b.t.Helper()
	s := b.fill(review, "/shop/checkout/review", typed...)
	if s.status != http.StatusSeeOther || !strings.HasPrefix(s.location, "/shop/orders/cart_") {
		b.t.Fatalf("place: %d to %q: %s", s.status, s.location, s.text)
	}
	page := b.get(s.location)
	page.location = s.location
	return page
}

var (
	inputTag  = regexp.MustCompile(`<input [^>]*>`)
	attribute = regexp.MustCompile(`([a-z-]+)(?:="([^"]*)")?`)
)

// form gives the fields of the form that goes to action, as a browser would send them: choices only when they are chosen.
func (s shown) form(t *testing.T, action string) url.Values {
	t.Helper()
	_, rest, ok := strings.Cut(s.html, `method="post" action="`+action+`"`)
	if !ok {
		t.Fatalf("no form to %s in: %d %s", action, s.status, s.html)
	}
	inside, _, _ := strings.Cut(rest, "</form>")
	values := url.Values{}
	for _, tag := range inputTag.FindAllString(inside, -1) {
		has := map[string]string{}
		for _, m := range attribute.FindAllStringSubmatch(strings.TrimPrefix(tag, "<input "), -1) {
			has[m[1]] = html.UnescapeString(m[2])
		}
		if _, chosen := has["checked"]; has["type"] != "radio" || chosen {
			values.Set(has["name"], has["value"])
		}
	}
	return values
}

// lacks gives those of the texts that a page has not.
func (s shown) lacks(texts ...string) []string {
	var out []string
	for _, text := range texts {
		if !strings.Contains(s.text, text) {
			out = append(out, text)
		}
	}
	return out
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
