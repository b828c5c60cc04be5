package portal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"kaidian/internal/api/httpx"
)

// The security policies. A page may load only from this server, and may not be framed, post a form or change its base.
const (
	pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	referencePolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
		"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

// view is what a template sees.
type view struct {
	W       words
	Lang    string
	Switch  string // where the language switch leads
	Shop    string
	Version string
	Title   string // of the page, for the browser's tab
	Here    string // which entry of the bar is current
	Origin  string
	Face    string
	Spec    string
	Guides  []guide
	Guide   guide
	Body    template.HTML
	portal  *Portal
}

// Asset gives the path of a file that the page loads.
func (v view) Asset(name string) string { return v.portal.assets.url(name) }

// SpecOf gives the address of a face's OpenAPI document in the page's language.
func (v view) SpecOf(face string) string { return v.portal.options.SpecURL(face, v.Lang) }

// newView fills in what every page has. path is the page's own, below the language.
func (p *Portal) newView(r *http.Request, lang, path string) view {
	return view{
		W: wordsIn(lang), Lang: lang, Switch: "/docs/" + httpx.OtherLanguage(lang) + path,
		Shop: p.shopName(r.Context()), Version: p.options.Version, Origin: p.origin(r),
		Guides: p.guides[lang], portal: p,
	}
}

// chooseLanguage sends the reader of /docs on to their language.
func (p *Portal) chooseLanguage(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Vary", "Accept-Language")
	w.Header().Set("Cache-Control", "no-cache")
	http.Redirect(w, r, "/docs/"+httpx.AskedLanguage(r), http.StatusFound)
}

// overview shows /docs/{lang}.
func (p *Portal) overview(w http.ResponseWriter, r *http.Request) {
	lang, ok := spoken(r.PathValue("lang"))
	if !ok {
		p.NotFound(w, r)
		return
	}
	v := p.newView(r, lang, "")
	v.Title, v.Here = v.W.OverviewTitle, "overview"
	p.write(w, r, http.StatusOK, pagePolicy, "overview", v)
}

// reference shows /docs/{lang}/{face}: the place into which the browser draws a face's OpenAPI document.
func (p *Portal) reference(w http.ResponseWriter, r *http.Request) {
	lang, ok := spoken(r.PathValue("lang"))
	face := r.PathValue("face")
	if !ok || face != storeFace && face != openFace {
		p.NotFound(w, r)
		return
	}
	v := p.newView(r, lang, "/"+face)
	v.Title, v.Here, v.Face, v.Spec = v.W.Store, face, face, v.SpecOf(face)
	if face == openFace {
		v.Title = v.W.Open
	}
	p.write(w, r, http.StatusOK, referencePolicy, "reference", v)
}

// guide shows /docs/{lang}/guides/{name}.
func (p *Portal) guide(w http.ResponseWriter, r *http.Request) {
	lang, ok := spoken(r.PathValue("lang"))
	name := r.PathValue("name")
	if ok && strings.HasSuffix(name, ".svg") {
		p.picture(w, r, lang+"/"+name)
		return
	}
	g, found := p.guides.find(lang, name)
	if !ok || !found {
		p.NotFound(w, r)
		return
	}
	v := p.newView(r, lang, "/guides/"+name)
	v.Title, v.Here, v.Guide, v.Body = g.Title, "guides/"+name, g, g.at(v.Origin)
	p.write(w, r, http.StatusOK, pagePolicy, "guide", v)
}

// Start shows the page at /, which tells a newcomer where everything is. ?lang=en or ?lang=zh chooses the language,
// otherwise the browser's wish does. Mount it at "GET /{$}".
func (p *Portal) Start(w http.ResponseWriter, r *http.Request) {
	lang, ok := spoken(r.URL.Query().Get("lang"))
	if !ok {
		lang = httpx.AskedLanguage(r)
	}
	v := p.newView(r, lang, "")
	v.Switch, v.Here = "/?lang="+httpx.OtherLanguage(lang), "start"
	w.Header().Set("Vary", "Accept-Language")
	p.write(w, r, http.StatusOK, pagePolicy, "start", v)
}

// NotFound shows the page for an address that leads nowhere, in the language of its path or else of the browser. A path that
// only ends in a slash too many is corrected, and /docs/{lang}/guides, which is no page, leads to the overview.
func (p *Portal) NotFound(w http.ResponseWriter, r *http.Request) {
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/docs/"), "/")
	lang, ok := spoken(parts[0])
	if ok && len(parts) == 2 && parts[1] == "guides" {
		http.Redirect(w, r, "/docs/"+lang, http.StatusFound)
		return
	}
	if trimmed := strings.TrimRight(r.URL.Path, "/"); trimmed != r.URL.Path && strings.HasPrefix(trimmed, "/docs") {
		http.Redirect(w, r, trimmed, http.StatusMovedPermanently)
		return
	}
	if !ok {
		lang = httpx.AskedLanguage(r)
		w.Header().Set("Vary", "Accept-Language")
	}
	v := p.newView(r, lang, "")
	v.Title = v.W.MissingTitle
	p.write(w, r, http.StatusNotFound, pagePolicy, "missing", v)
}

// write answers with a page. A browser asks each time whether it has changed and is told by its entity tag.
func (p *Portal) write(w http.ResponseWriter, r *http.Request, status int, policy, name string, v view) {
	var page bytes.Buffer
	if err := p.pages.ExecuteTemplate(&page, name, v); err != nil {
		http.Error(w, "This page could not be made.", http.StatusInternalServerError)
		return
	}
	sum := sha256.Sum256(page.Bytes())
	tag := `W/"` + hex.EncodeToString(sum[:8]) + `"` // weak: a layer above may compress
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", v.W.HTMLLang)
	h.Set("Content-Security-Policy", policy)
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-cache")
	if status == http.StatusOK {
		h.Set("ETag", tag)
		if holds(r, tag) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	h.Set("Content-Length", strconv.Itoa(page.Len()))
	w.WriteHeader(status)
	_, _ = page.WriteTo(w) // the reader may have left
}
