package site

import (
	"embed"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"strings"

	"kaidian/internal/api/httpx"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/commerce/staff"
)

//go:embed templates/*.html
var templates embed.FS

//go:embed assets
var assets embed.FS

// Options is what the pages work with. All are required but Proxies.
type Options struct {
	Staff   *staff.Service
	Shop    *shop.Shop
	Proxies httpx.Proxies // whose word is taken on the client's address and on TLS
	Log     *slog.Logger
}

type site struct {
	Options
	pages *template.Template
}

// formLimit bounds the body of a form, in bytes. It holds the parameters of an authorization, whose URL is bounded by
// the server's limit on headers.
const formLimit = 64 << 10

// Mount adds the pages to mux: /oauth2/authorize, /signin, /signout, /apps, and /site/ for what they load.
func Mount(mux *http.ServeMux, o Options) {
	s := &site{Options: o, pages: template.Must(template.ParseFS(templates, "templates/*.html"))}
	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(s.handler(func(*visit) error { return errForeign }))
	for pattern, page := range map[string]func(*visit) error{
		"GET /oauth2/authorize":      s.askConsent,
		"GET /oauth2/authorize/{$}":  s.askConsent,
		"POST /oauth2/authorize":     s.decide,
		"POST /oauth2/authorize/{$}": s.decide,
		"GET /signin":                s.askSignIn,
		"POST /signin":               s.signIn,
		"POST /signout":              s.signOut,
		"GET /apps":                  s.listApps,
		"POST /apps/{key}/install":   s.installApp,
		"POST /apps/{key}/uninstall": s.uninstallApp,
	} {
		mux.Handle(pattern, origin.Handler(s.handler(page)))
	}
	mux.Handle("GET /site/", http.StripPrefix("/site/", http.HandlerFunc(serveAsset)))
}

// handler makes a handler of a page: it sets the headers that all pages share, reads the form and shows the error.
func (s *site) handler(page func(*visit) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := &visit{site: s, w: w, r: r, lang: httpx.LanguageOf(w, r)}
		v.secure(formsStay)
		r.Body = http.MaxBytesReader(w, r.Body, formLimit)
		err := r.ParseForm()
		if err != nil {
			err = formFault(err)
		} else {
			err = page(v)
		}
		if err != nil {
			v.showProblem(err)
		}
	})
}

// Where the forms of a page may lead. Chromium applies the rule also to the redirects that answer a form, and to
// theirs in turn, so a form that ends in an app must be let go wherever the app sends the browser next.
const (
	formsStay  = "'self'"
	formsLeave = "'self' https: http:"
)

// secure sets the headers that keep the page to itself.
//
// The referrer policy is not "no-referrer": with that, Chromium says "Origin: null" to our own forms, and where it
// sends no Sec-Fetch-Site either, over plain HTTP in a local network, nobody could sign in. "same-origin" tells others
// as little.
func (v *visit) secure(forms string) {
	h := v.w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "+
		"frame-ancestors 'none'; form-action "+forms)
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// serveAsset serves what a page loads.
func serveAsset(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Path
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
