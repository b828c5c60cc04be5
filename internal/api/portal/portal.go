// Package portal serves the pages that explain the shop server: the start page at / and, under /docs, an overview, an API
// reference for each face and the guides, each in English and Chinese. Everything a browser loads comes from this
// server. The OpenAPI documents behind the references are made elsewhere; the portal knows only their addresses.
package portal

import (
	"context"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strings"
)

// Options says what a portal shows.
type Options struct {
	// Assets has the built browser files, each compressed: "portal.css.gz", "scalar.js.gz" and so on. Required.
	Assets fs.FS
	// Guides has one folder per language with the same Markdown files in each: "en/store.md", "zh/store.md". Required.
	Guides fs.FS
	// ShopName gives the name in titles and on the start page. Nil, or an empty name, shows the program's name.
	ShopName func(ctx context.Context) string
	// SpecURL gives the address of a face's OpenAPI document in a language, by "store" or "open" and "en" or "zh".
	// Nil means /openapi/store.json, /openapi/store.zh.json and so on.
	SpecURL func(face, lang string) string
	// BaseURL is this server's public origin without a slash at the end, as commands on the pages spell it. Empty
	// means the origin by which the reader reached the page.
	BaseURL string
	// Version is the program's version, for the foot of each page. Empty shows none.
	Version string
}

// The faces that have a reference, in the order in which they are shown.
const (
	storeFace = "store"
	openFace  = "open"
)

//go:embed templates/*.html
var templates embed.FS

// Portal answers for everything under /docs, and for / by Start. It is safe for use by many goroutines.
type Portal struct {
	options Options
	mux     *http.ServeMux
	pages   *template.Template
	guides  library
	assets  *assets
}

// New reads the assets, renders the guides and gives the portal. It fails when an asset is missing, or a guide is not
// there in every language or is malformed: mistakes of a build, not of a request.
func New(options Options) (*Portal, error) {
	if options.SpecURL == nil {
		options.SpecURL = defaultSpecURL
	}
	pages, err := template.ParseFS(templates, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("portal pages: %w", err)
	}
	guides, err := readGuides(options.Guides)
	if err != nil {
		return nil, fmt.Errorf("portal guides: %w", err)
	}
	files, err := readAssets(options.Assets)
	if err != nil {
		return nil, fmt.Errorf("portal assets: %w", err)
	}
	p := &Portal{options: options, mux: http.NewServeMux(), pages: pages, guides: guides, assets: files}
	p.mux.HandleFunc("GET /docs", p.chooseLanguage)
	p.mux.HandleFunc("GET /docs/", p.NotFound)
	p.mux.HandleFunc("GET /docs/{lang}", p.overview)
	p.mux.HandleFunc("GET /docs/{lang}/{face}", p.reference)
	p.mux.HandleFunc("GET /docs/{lang}/guides/{name}", p.guide)
	p.mux.HandleFunc("GET "+assetRoot+"{file}", files.serve)
	return p, nil
}

// ServeHTTP answers for /docs and everything below it. Mount it at "/docs" and "/docs/".
func (p *Portal) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.mux.ServeHTTP(w, r) }

// defaultSpecURL names the OpenAPI document of a face; English has the plain name.
func defaultSpecURL(face, lang string) string {
	if lang == english {
		return "/openapi/" + face + ".json"
	}
	return "/openapi/" + face + "." + lang + ".json"
}

// shopName gives the shop's name, or the program's where the shop has none.
func (p *Portal) shopName(ctx context.Context) string {
	if p.options.ShopName != nil {
		if name := strings.TrimSpace(p.options.ShopName(ctx)); name != "" {
			return name
		}
	}
	return programName
}

// origin gives the address of this server as commands on a page spell it. A Host header with anything but the letters of
// a host name in it is not repeated.
func (p *Portal) origin(r *http.Request) string {
	if p.options.BaseURL != "" {
		return p.options.BaseURL
	}
	plain := func(c rune) bool {
		return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune(".-:[]", c)
	}
	if r.Host == "" || strings.TrimFunc(r.Host, plain) != "" {
		return writtenOrigin
	}
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
