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
	// Headers are the request headers that a preflight allows; those that it asks for are echoed when empty.
	Headers []string
	// Expose are the response headers that scripts may read.
	Expose []string
}

// Wrap answers preflights and marks answers.
func (c CORS) Wrap(next http.Handler) http.Handler {
	expose := strings.Join(c.Expose, ", ")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Add("Vary", "Origin")
		h.Set("Access-Control-Allow-Credentials", "true")
		origin := r.Header.Get("Origin")
		if origin != "" && c.Allowed(origin) {
			h.Set("Access-Control-Allow-Origin", origin)
			if expose != "" {
				h.Set("Access-Control-Expose-Headers", expose)
			}
		}
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
	return slices.ContainsFunc(c.Origins, func(pattern string) bool {
		if any, ok := strings.CutSuffix(pattern, ":*"); ok {
			u, err := url.Parse(origin)
			return err == nil && u.Scheme+"://"+u.Hostname() == any
		}
		return pattern == origin
	})
}

// SameSite tells whether a request that carries cookies may be taken as its user's own wish: it comes from a script
// of an allowed origin, from our own pages, or from no browser at all.
func (c CORS) SameSite(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		site := r.Header.Get("Sec-Fetch-Site")
		return site == "" || site == "same-origin" || site == "none" || r.Method == http.MethodGet || r.Method == http.MethodHead
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host == r.Host || c.Allowed(origin)
}
