// Package store is the Store API under /store: what a shopper's app calls. It is wire-compatible with Medusa 1.20's
// storefront API; facts about that are in the reference that the contract test holds this face against. It translates
// and holds no rule of commerce.
package store

import (
	"context"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"time"

	"kaidian/internal/api/httpx"
	"kaidian/internal/api/route"
	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/checkout"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/fulfillment"
	"kaidian/internal/commerce/inventory"
	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/order"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/promotion"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/fault"
)

// Options is what the face is built on.
type Options struct {
	Customers *customer.Service
	Browse    *browse.Service
	Shop      *shop.Shop
	Shipping  *fulfillment.Service
	Pricing   *pricing.Service
	Promotion *promotion.Service
	Carts     *cart.Service
	Checkout  *checkout.Service
	Orders    *order.Service
	// UsedCards gives the gift cards that orders were paid with, by order id. Nil shows none.
	UsedCards   func(ctx context.Context, orders []string) (map[string][]UsedCard, error)
	Answers     *browse.Cache // where answers about the catalogue are kept; nil keeps none
	Cookies     Cookies
	CORS        httpx.CORS
	Idempotency *httpx.Idempotency
	Version     string
	Log         *slog.Logger
}

// UsedCard is a gift card that an order was paid with.
type UsedCard struct {
	ID      string // of the transaction, "gct_…"
	Card    promotion.GiftCard
	Amount  int64       // that was taken from it, in minor units
	TaxRate *money.Rate // of that; nil where it is not taxed
	At      time.Time
}

// The permissions of the face.
const (
	anyone   route.Permission = ""
	visitors route.Permission = "visitor" // anyone, and known when signed in
	shoppers route.Permission = "customer"
)

const (
	bodyLimit = 100 << 10
	timeout   = 30 * time.Second
)

// New makes the face with all its routes, wrapped in CORS, compression and entity tags.
func New(o Options) (*route.Face, http.Handler, error) {
	who := identity{customers: o.Customers, cookies: o.Cookies, cors: o.CORS}
	o.Idempotency.Caller = who.caller
	f := route.New(manners(o, who))
	o.Idempotency.Refuse = f.Refuse
	sold := newSales(o)
	auth{o.Customers, o.Cookies, who, sold}.routes(f)
	customers{o.Customers, o.Cookies, sold}.routes(f)
	catalogue{o.Browse, o.Shop, o.Shipping, o.Carts}.routes(f)
	sold.routes(f)
	h, err := httpx.Compress(o.CORS.Wrap(f))
	if err == nil && o.Answers != nil {
		h = hot{cache: o.Answers, who: who, groups: o.Customers.GroupsOf, cors: o.CORS, face: f}.Wrap(h)
	}
	return f, h, err
}

// chapters are the parts of the face's document.
var chapters = []route.Tag{
	{Name: "Products", Title: route.Words{EN: "Products", ZH: "商品"}},
	{Name: "Product Variants", Title: route.Words{EN: "Product Variants", ZH: "商品款式"}},
	{Name: "Product Collections", Title: route.Words{EN: "Product Collections", ZH: "商品系列"}},
	{Name: "Product Categories", Title: route.Words{EN: "Product Categories", ZH: "商品分类"}},
	{Name: "Product Tags", Title: route.Words{EN: "Product Tags", ZH: "商品标签"}},
	{Name: "Product Types", Title: route.Words{EN: "Product Types", ZH: "商品类型"}},
	{Name: "Regions", Title: route.Words{EN: "Regions", ZH: "地区"}},
	{Name: "Carts", Title: route.Words{EN: "Carts", ZH: "购物车"}},
	{Name: "Shipping Options", Title: route.Words{EN: "Shipping Options", ZH: "配送选项"}},
	{Name: "Payment", Title: route.Words{EN: "Payment", ZH: "支付"}},
	{Name: "Gift Cards", Title: route.Words{EN: "Gift Cards", ZH: "礼品卡"}},
	{Name: "Orders", Title: route.Words{EN: "Orders", ZH: "订单"}},
	{Name: "Customers", Title: route.Words{EN: "Customers", ZH: "客户信息"}},
	{Name: "Auth", Title: route.Words{EN: "Auth", ZH: "身份验证"}},
}

// manners are what makes the face this one.
func manners(o Options, who identity) route.Manners {
	return route.Manners{
		Name:   "store",
		Prefix: "/store/",
		Title:  route.Words{EN: "Store API", ZH: "商城 API"},
		About: route.Words{
			EN: "What a shopper's app calls. Compatible with the storefront API of Medusa v1.",
			ZH: "买家端应用调用的接口,与 Medusa v1 的店面 API 兼容。",
		},
		Tags: chapters,
		Security: map[string]route.SecurityScheme{
			"cookie_auth": {Type: "apiKey", In: "cookie", Name: cookieName},
			"jwt_token":   {Type: "http", Scheme: "bearer"},
		},
		Secures:   map[route.Permission][]string{shoppers: {"cookie_auth", "jwt_token"}},
		Guards:    map[route.Permission]route.Guard{anyone: who.open, visitors: who.visit, shoppers: who.signedIn},
		Envelope:  envelope,
		Unknown:   unknown,
		BodyLimit: bodyLimit,
		Timeout:   timeout,
		Fault:     problem{},
		Version:   o.Version,
		Zone:      time.UTC,
		Log:       o.Log,
		Around: func(r route.Route, next http.Handler) http.Handler {
			if r.Method != http.MethodPost || r.Unprotected {
				return next
			}
			return o.Idempotency.Wrap(next)
		},
		Before: before,
	}
}

// before is what runs before the guards.
func before(r route.Route, next http.Handler) http.Handler {
	if r.Permission == visitors {
		next = varying(next)
	}
	if r.Method != http.MethodGet {
		return next
	}
	return httpx.ETag(next)
}

// problem is the face's error envelope. Its members come in this order.
type problem struct {
	Code    string `json:"code,omitempty" enum:"invalid_state_error,invalid_request_error,api_error,unknown_error,insufficient_inventory"`
	Type    string `json:"type" enum:"conflict,unauthorized,duplicate_error,not_allowed,invalid_data,not_found,database_error,unexpected_state,invalid_argument,unknown_error"`
	Message string `json:"message"`
}

// retryText is what every clash with another request says.
const retryText = "The request conflicted with another request. You may send it again with the same Idempotency-Key."

// envelopes says, by the code of a fault, the status and the envelope without its message.
var envelopes = map[fault.Code]struct {
	status int
	problem
}{
	fault.Invalid:         {http.StatusBadRequest, problem{Type: "invalid_data"}},
	fault.NotAllowed:      {http.StatusBadRequest, problem{Type: "not_allowed"}},
	fault.Unauthenticated: {http.StatusUnauthorized, problem{Type: "unauthorized"}},
	fault.Forbidden:       {http.StatusForbidden, problem{Type: "not_allowed"}},
	fault.NotFound:        {http.StatusNotFound, problem{Type: "not_found"}},
	fault.Conflict:        {http.StatusConflict, problem{Code: "invalid_state_error", Type: "conflict"}},
	fault.TooLarge:        {http.StatusRequestEntityTooLarge, problem{Type: "invalid_data"}},
	fault.Duplicate:       {http.StatusUnprocessableEntity, problem{Code: "invalid_request_error", Type: "duplicate_error"}},
	fault.Exhausted:       {http.StatusTooManyRequests, problem{Type: "not_allowed"}},
	fault.Unavailable:     {http.StatusServiceUnavailable, problem{Code: "api_error", Type: "unexpected_state"}},
	fault.Internal:        {http.StatusInternalServerError, problem{Code: "unknown_error", Type: "unknown_error"}},
}

// oddities are the faults, by their reason, that clients of the original know in another form.
var oddities = map[string]func(f *fault.Error) route.Answer{
	errOutOfScope.Reason:        outOfScope,
	cart.ErrChannelScope.Reason: outOfScope,
	errLookup.Reason:            func(f *fault.Error) route.Answer { return route.Answer{Status: http.StatusNotFound, Body: f.Message} },
	inventory.ErrInsufficient.Reason: func(f *fault.Error) route.Answer {
		one := shortageProblem{Message: f.Message, Type: "not_allowed", Code: insufficient}
		return route.Answer{Status: http.StatusConflict, Body: shortage{Errors: []shortageProblem{one}}}
	},
}

func outOfScope(f *fault.Error) route.Answer {
	return route.Answer{Status: http.StatusBadRequest, Body: scopeProblem{Errors: []string{f.Message}, Message: scopeText}}
}

// envelope prints a fault. Who is not signed in, or fails to sign in, is told so in bare text, as Medusa does.
func envelope(_ context.Context, f *fault.Error) route.Answer {
	if a, special := oddities[f.Reason]; special {
		return a(f)
	}
	if f.Code == fault.Unauthenticated && f.Reason != customer.ErrBadResetToken.Reason && f.Reason != order.ErrClaimToken.Reason {
		return route.Answer{Status: http.StatusUnauthorized, Body: "Unauthorized"}
	}
	e, ok := envelopes[f.Code]
	if !ok {
		e = envelopes[fault.Internal]
	}
	p := e.problem
	p.Message = f.Message
	if f.Reason == cart.ErrInsufficient.Reason {
		p.Code = insufficient
	}
	switch f.Code {
	case fault.Conflict:
		p.Message = retryText
	case fault.Internal:
		p.Message = "An unknown error occurred."
	}
	a := route.Answer{Status: e.status, Body: p, Header: http.Header{}}
	if f.RetryAfter > 0 {
		a.Header.Set("Retry-After", strconv.Itoa(int(math.Ceil(f.RetryAfter.Seconds()))))
	}
	return a
}

// unknown answers a path that is no route with a plain page, not with an error in JSON: clients of the original know
// the difference.
func unknown(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(http.StatusNotFound)
	const page = "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>Error</title></head>\n" +
		"<body><pre>Cannot answer this path; see <a href=\"/docs\">/docs</a></pre></body>\n</html>\n"
	w.Write([]byte(page)) //nolint:errcheck // the client has gone
}
