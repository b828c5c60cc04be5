package storefront

import (
	"embed"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"strings"

	"kaidian/internal/api/httpx"
	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/checkout"
	"kaidian/internal/commerce/order"
	"kaidian/internal/commerce/payment"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/fault"
)

//go:embed templates/*.html
var templates embed.FS

//go:embed assets
var assets embed.FS

// Options is what the pages work with. All are required but Proxies.
type Options struct {
	Shop     *shop.Shop
	Browse   *browse.Service
	Carts    *cart.Service
	Checkout *checkout.Service
	Payments *payment.Service
	Orders   *order.Service
	Key      []byte        // signs the visitors' cookies
	Proxies  httpx.Proxies // whose word is taken on the client's address and on TLS
	Log      *slog.Logger
}

type storefront struct {
	Options
	pages *template.Template
}

// formLimit bounds the body of a form, in bytes.
const formLimit = 64 << 10

// Mount adds the pages to mux: /shop and all below it.
func Mount(mux *http.ServeMux, o Options) {
	s := &storefront{Options: o, pages: parsed()}
	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(s.handler(func(*visit) error { return errForeign }))
	for pattern, page := range map[string]func(*visit) error{
		"GET /shop":                    (*visit).showShelf,
		"GET /shop/{$}":                (*visit).showShelf,
		"GET /shop/products/{handle}":  (*visit).showProduct,
		"POST /shop/products/{handle}": (*visit).addToCart,
		"GET /shop/cart":               (*visit).showCart,
		"POST /shop/cart/lines/{id}":   (*visit).changeLine,
		"POST /shop/cart/codes":        (*visit).changeCodes,
		"GET /shop/checkout":           (*visit).askDetails,
		"POST /shop/checkout":          (*visit).takeDetails,
		"GET /shop/checkout/review":    (*visit).askOrder,
		"POST /shop/checkout/review":   (*visit).placeOrder,
		"GET /shop/orders/{cart}":      (*visit).showOrder,
		"POST /shop/orders/{cart}":     (*visit).checkPayment,
		"POST /shop/region":            (*visit).changeRegion,
		"GET /shop/":                   func(*visit) error { return errNoPage },
	} {
		mux.Handle(pattern, origin.Handler(s.handler(page)))
	}
	mux.HandleFunc("GET /shop/assets/{name}", serveAsset)
}

// parsed gives the templates. In them dict makes what one template hands to another, of names and values in turn.
func parsed() *template.Template {
	dict := func(pairs ...any) (map[string]any, error) {
		out := map[string]any{}
		for i := 0; i+1 < len(pairs); i += 2 {
			name, ok := pairs[i].(string)
			if !ok {
				return nil, fmt.Errorf("dict: %v is no name", pairs[i])
			}
			out[name] = pairs[i+1]
		}
		return out, nil
	}
	return template.Must(template.New("").Funcs(template.FuncMap{"dict": dict}).ParseFS(templates, "templates/*.html"))
}

// handler makes a handler of a page: it sets the headers that all pages share, reads the form, finds out who visits and shows
// the error.
func (s *storefront) handler(page func(*visit) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lang := httpx.LanguageOf(w, r)
		v := &visit{storefront: s, w: w, r: r, lang: lang, words: wordsIn(lang)}
		v.here = r.URL.Path
		secure(w.Header())
		r.Body = http.MaxBytesReader(w, r.Body, formLimit)
		err := r.ParseForm()
		if err != nil {
			err = formFault(err)
		}
		if beginning := v.begin(); err == nil {
			err = beginning
		}
		if err == nil && r.Method == http.MethodPost {
			err = v.proven()
		}
		if err == nil {
			err = page(v)
		}
		if err != nil {
			v.showProblem(err)
		}
	})
}

// secure sets the headers that keep a page to itself. Pictures of products may be on any host that speaks TLS. The referrer
// policy is "same-origin", because with "no-referrer" Chromium says "Origin: null" to our own forms.
func secure(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self' https:; base-uri 'none'; "+
		"frame-ancestors 'none'; form-action 'self'")
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

var (
	errForeign = fault.New(fault.Forbidden, "storefront.foreign", "the form does not come from the page that it belongs to")
	errForm    = fault.New(fault.Invalid, "storefront.form", "the form cannot be read")
	errLarge   = fault.New(fault.TooLarge, "storefront.large", "the form is too large")
	errNoPage  = fault.New(fault.NotFound, "storefront.no_page", "there is no such page")
)

// formFault says why a form could not be read.
func formFault(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return errLarge
	}
	return errForm.Wrap(err)
}

// serveAsset serves what a page loads.
func serveAsset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	body, err := assets.ReadFile("assets/" + name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	kind := "image/svg+xml"
	if strings.HasSuffix(name, ".css") {
		kind = "text/css; charset=utf-8"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "max-age=300")
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	_, _ = w.Write(body) // fails only when the client has gone
}
