package storefront

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"kaidian/internal/platform/secret"
)

// visitor is what the cookie says of who visits. It is signed, so that nobody can name a cart that is not theirs.
type visitor struct {
	id     string   // random, and known to the browser alone
	region string   // that they chose, or were given; empty for none
	cart   string   // empty for none
	orders []string // the carts that became orders, newest first
}

const (
	visitorCookie = "kaidian_shop"
	visitorLife   = 60 * 24 * time.Hour
	// maxOrders is how many orders a cookie remembers: it has to fit into what browsers keep.
	maxOrders = 20
)

// recall reads the cookie of a request. What is not signed by us is a new visitor.
func (s *storefront) recall(r *http.Request) (visitor, bool) {
	c, err := r.Cookie(visitorCookie)
	if err != nil {
		return visitor{id: secret.Token()}, false
	}
	raw, err := url.QueryUnescape(c.Value)
	if err != nil {
		return visitor{id: secret.Token()}, false
	}
	text, ours := secret.UnsignCookie(s.Key, raw)
	values, err := url.ParseQuery(text)
	if !ours || err != nil || values.Get("id") == "" {
		return visitor{id: secret.Token()}, false
	}
	return visitor{id: values.Get("id"), region: values.Get("region"), cart: values.Get("cart"), orders: values["order"]}, true
}

// keep gives the browser the cookie.
func (v *visit) keep() {
	text := url.Values{"id": {v.who.id}, "region": {v.who.region}, "cart": {v.who.cart}, "order": v.who.orders}.Encode()
	http.SetCookie(v.w, &http.Cookie{
		Name: visitorCookie, Value: url.QueryEscape(secret.SignCookie(v.Key, text)), Path: "/shop", MaxAge: int(visitorLife.Seconds()),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: v.Proxies.Secure(v.r),
	})
}

// ordered notes that a cart has become an order.
func (w *visitor) ordered(cart string) {
	if w.cart == cart {
		w.cart = ""
	}
	if slices.Contains(w.orders, cart) {
		return
	}
	w.orders = append([]string{cart}, w.orders...)
	w.orders = w.orders[:min(len(w.orders), maxOrders)]
}

// owns tells whether a cart is the visitor's, as it is or as an order.
func (w *visitor) owns(cart string) bool {
	return cart != "" && (w.cart == cart || slices.Contains(w.orders, cart))
}

// csrf gives the proof that the visitor's forms carry. Who knows it cannot tell the cookie from it.
func (w *visitor) csrf() string { return secret.HMACHex(w.id, []byte("csrf")) }

// proven looks whether a form comes from a page that was shown to this visitor.
func (v *visit) proven() error {
	if !v.known || !secret.Equal(v.r.PostForm.Get("csrf"), v.who.csrf()) {
		return errForeign
	}
	return nil
}

func lower(s string) string { return strings.ToLower(s) }
