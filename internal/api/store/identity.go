package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"time"

	"kaidian/internal/api/httpx"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/secret"
)

// cookieName is the session cookie's, as the clients of the original know it.
const cookieName = "connect.sid"

// Cookies makes and reads session cookies in the form of express-session: "s:", the token, a dot and a signature.
type Cookies struct {
	Key     []byte
	Proxies httpx.Proxies
}

// bake gives the cookie of a session.
func (c Cookies) bake(r *http.Request, token string, expires time.Time) string {
	k := &http.Cookie{Name: cookieName, Path: "/", HttpOnly: true, Expires: expires, SameSite: http.SameSiteLaxMode,
		Value: url.QueryEscape(secret.SignCookie(c.Key, token))}
	if c.Proxies.Secure(r) {
		k.Secure, k.SameSite = true, http.SameSiteNoneMode
	}
	return k.String()
}

// read gives the session token of a request, or "".
func (c Cookies) read(r *http.Request) string {
	k, err := r.Cookie(cookieName)
	if err != nil {
		return ""
	}
	raw, err := url.PathUnescape(k.Value)
	if err != nil {
		return ""
	}
	token, ok := secret.UnsignCookie(c.Key, raw)
	if !ok {
		return ""
	}
	return token
}

type ctxKey int

const (
	customerKey ctxKey = iota
	requestKey
)

// customerID gives the signed-in customer of a route that asks for one.
func customerID(ctx context.Context) string {
	s, _ := ctx.Value(customerKey).(string)
	return s
}

// requestOf gives the HTTP request, for what huma's inputs do not carry: cookies to make need its scheme.
func requestOf(ctx context.Context) *http.Request {
	r, _ := ctx.Value(requestKey).(*http.Request)
	return r
}

// identity finds out who calls: by the session's cookie first, then by the bearer token.
type identity struct {
	customers *customer.Service
	cookies   Cookies
	cors      httpx.CORS
}

// errGuest says that nobody is signed in.
var errGuest = fault.New(fault.Unauthenticated, "store.unauthorized", "Unauthorized")

// open lets everybody pass.
func (i identity) open(r *http.Request) (context.Context, error) {
	return context.WithValue(r.Context(), requestKey, r), nil
}

// signedIn lets customers pass.
func (i identity) signedIn(r *http.Request) (context.Context, error) {
	id, err := i.who(r)
	if err != nil {
		return nil, err
	}
	ctx := context.WithValue(r.Context(), requestKey, r)
	return context.WithValue(ctx, customerKey, id), nil
}

func (i identity) who(r *http.Request) (string, error) {
	if token := i.cookies.read(r); token != "" && i.cors.SameSite(r) {
		id, err := i.customers.BySession(r.Context(), token)
		if err == nil || fault.CodeOf(err) != fault.Unauthenticated {
			return id, err
		}
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "bearer") || token == "" {
		return "", errGuest
	}
	id, err := i.customers.ByToken(r.Context(), token)
	if fault.CodeOf(err) == fault.Unauthenticated && err != nil {
		return "", errGuest.Wrap(err)
	}
	return id, err
}

// caller names the sender of a request for idempotency keys: the credential that it carries, or nobody.
func (i identity) caller(r *http.Request) string {
	credential := i.cookies.read(r) + " " + r.Header.Get("Authorization")
	if strings.TrimSpace(credential) == "" {
		return "store"
	}
	sum := sha256.Sum256([]byte(credential))
	return "store:" + hex.EncodeToString(sum[:16])
}
