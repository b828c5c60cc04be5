package httpx

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// CORS lets browsers of other origins call an API with their cookies.
type CORS struct {
	// Origins are the origins allowed: "https://shop.example", or "http://localhost:*" for any port.
	Origins []string
	// Expose are the response headers that scripts may read.
	Expose []string
}

// Mark tells the browser of a request, in the headers of the answer, whether scripts of its page may read it.
func (c CORS) Mark(h http.Header, r *http.Request) {
	h.Add("Vary", "Origin")
	h.Set("Access-Control-Allow-Credentials", "true")
	if origin := r.Header.Get("Origin"); c.Allowed(origin) {
		h.Set("Access-Control-Allow-Origin", origin)
		if len(c.Expose) > 0 {
			h.Set("Access-Control-Expose-Headers", strings.Join(c.Expose, ", "))
		}
	}
}

// Wrap answers preflights and marks answers. A preflight may ask for any request header.
func (c CORS) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		c.Mark(h, r)
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
			h.Set("Access-Control-Allow-Methods", "GET,HEAD,PUT,PATCH,POST,DELETE")
			h.Add("Vary", "Access-Control-Request-Headers")
			if asked := r.Header.Get("Access-Control-Request-Headers"); asked != "" {
				h.Set("Access-Control-Allow-Headers", asked)
			}
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Allowed tells whether scripts of an origin may call.
func (c CORS) Allowed(origin string) bool {
	return origin != "" && slices.ContainsFunc(c.Origins, func(pattern string) bool {
		host, anyPort := strings.CutSuffix(pattern, ":*")
		if !anyPort {
			return pattern == origin
		}
		port, ok := strings.CutPrefix(origin, host)
		return ok && (port == "" || port[0] == ':' && digits(port[1:]))
	})
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// SameSite tells whether a request that carries cookies may be taken as its user's own wish: it comes from a script
// of an allowed origin, from our own pages, or from no browser at all. What a browser says of the site counts before
// the origin's name: a page at our name but without TLS is not ours.
func (c CORS) SameSite(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if c.Allowed(origin) {
		return true
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return true
	case "":
		if origin == "" {
			return true
		}
		u, err := url.Parse(origin)
		return err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host)
	}
	return origin == "" && (r.Method == http.MethodGet || r.Method == http.MethodHead)
}
