package open

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"kaidian/internal/api/route"
	"kaidian/internal/commerce/content"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/commerce/staff"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/limit"
	"kaidian/internal/platform/webhook"
)

// Options is what the face is built on.
type Options struct {
	Customers *customer.Service
	Products  ProductServices
	Orders    OrderServices
	Content   *content.Service
	Shop      *shop.Shop
	Metas     *shop.Metafields
	Staff     *staff.Service
	Webhooks  *webhook.Service
	Calls     *limit.Limiter // counts the calls of each app
	Version   string
	Log       *slog.Logger
}

// The permissions of the face are the names of scopes: "read_customers". This is the one table that says which scope
// each resource asks for; "write_x" includes "read_x".
const (
	readBasic      route.Permission = "read_basic"
	writeBasic     route.Permission = "write_basic"
	readContent    route.Permission = "read_content"
	writeContent   route.Permission = "write_content"
	readProducts   route.Permission = "read_products"
	writeProducts  route.Permission = "write_products"
	readCustomers  route.Permission = "read_customers"
	writeCustomers route.Permission = "write_customers"
	readOrders     route.Permission = "read_orders"
	writeOrders    route.Permission = "write_orders"
)

var scopes = map[route.Permission]staff.Scope{
	readBasic:      staff.ReadBasic,
	writeBasic:     staff.WriteBasic,
	readContent:    staff.ReadContent,
	writeContent:   staff.WriteContent,
	readProducts:   staff.ReadProducts,
	writeProducts:  staff.WriteProducts,
	readCustomers:  staff.ReadCustomers,
	writeCustomers: staff.WriteCustomers,
	readOrders:     staff.ReadOrders,
	writeOrders:    staff.WriteOrders,
}

const (
	bodyLimit  = 1 << 20
	timeout    = 30 * time.Second
	limitName  = "X-YHSD-SHOP-API-CALL-LIMIT"
	tokenName  = "X-API-ACCESS-TOKEN"
	tokenGuard = "access_token"
)

// New makes the face with all its routes.
func New(o Options) (*route.Face, http.Handler) {
	callers := callers{staff: o.Staff, calls: o.Calls, uploads: make(chan struct{}, maxUploads)}
	guards := map[route.Permission]route.Guard{}
	secures := map[route.Permission][]string{}
	for p, scope := range scopes {
		guards[p], secures[p] = callers.holds(scope), []string{tokenGuard}
	}
	f := route.New(route.Manners{
		Name:   "open",
		Prefix: "/v1/",
		Title:  route.Words{EN: "Open API", ZH: "开放 API"},
		About: route.Words{
			EN: "What a merchant's apps call. Compatible with the Open API v1 of Youhaosuda.",
			ZH: "商家应用调用的接口，与友好速搭开放 API v1 兼容。",
		},
		Tags: []route.Tag{
			{Name: "Shop", Title: route.Words{EN: "Shop", ZH: "店铺"}},
			{Name: "Metafields", Title: route.Words{EN: "Metafields", ZH: "元字段"}},
			{Name: "Product", Title: route.Words{EN: "Product", ZH: "商品"}},
			{Name: "ProductVariant", Title: route.Words{EN: "ProductVariant", ZH: "商品款式"}},
			{Name: "ProductImage", Title: route.Words{EN: "ProductImage", ZH: "商品图片"}},
			{Name: "Customer", Title: route.Words{EN: "Customer", ZH: "顾客"}},
			{Name: "CustomerAddress", Title: route.Words{EN: "CustomerAddress", ZH: "顾客地址"}},
			{Name: "CustomerLevel", Title: route.Words{EN: "CustomerLevel", ZH: "顾客等级"}},
			{Name: "Order", Title: route.Words{EN: "Order", ZH: "订单"}},
			{Name: "Payment", Title: route.Words{EN: "Payment", ZH: "支付单"}},
			{Name: "PaymentMethod", Title: route.Words{EN: "PaymentMethod", ZH: "支付方式"}},
			{Name: "Account", Title: route.Words{EN: "Account", ZH: "管理员"}},
			{Name: "Country", Title: route.Words{EN: "Country", ZH: "国家"}},
			{Name: "Province", Title: route.Words{EN: "Province", ZH: "省份"}},
			{Name: "City", Title: route.Words{EN: "City", ZH: "城市"}},
			{Name: "District", Title: route.Words{EN: "District", ZH: "行政区"}},
			{Name: "StoreFile", Title: route.Words{EN: "StoreFile", ZH: "文件"}},
			{Name: "Webhook", Title: route.Words{EN: "Webhook", ZH: "智能通知"}},
		},
		Security:   map[string]route.SecurityScheme{tokenGuard: {Type: "apiKey", In: "header", Name: tokenName}},
		Secures:    secures,
		Guards:     guards,
		Envelope:   envelope,
		Before:     callers.before,
		LooseBody:  true,
		LooseQuery: true,
		BodyLimit:  bodyLimit,
		Timeout:    timeout,
		Fault:      problem{},
		Version:    o.Version,
		Zone:       route.China,
		Log:        o.Log,
	})
	f.Unknown = func(w http.ResponseWriter, r *http.Request) {
		callers.count(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { f.Refuse(w, r, errNoRoute) })).ServeHTTP(w, r)
	}
	shopRoutes(f, o.Shop)
	metas{o.Metas, o.Customers, o.Products.Browse, o.Orders.Orders}.routes(f)
	products{o.Products}.routes(f)
	variants{o.Products}.routes(f)
	images{o.Products}.routes(f)
	customers{o.Orders}.routes(f)
	addresses{o.Customers}.routes(f)
	levels{o.Customers}.routes(f)
	orders{o.Orders}.routes(f)
	payments{o.Orders.Orders}.routes(f)
	payMethodRoutes{o.Shop}.routes(f)
	accounts{o.Staff}.routes(f)
	regionRoutes(f)
	storeFiles{o.Content, o.Products.BaseURL}.routes(f)
	webhooks{o.Webhooks}.routes(f)
	return f, tidyPaths(f)
}

// errNoRoute is the one refusal that is a 404: records that do not exist are 422.
var errNoRoute = fault.New(fault.NotFound, "open.no_route", "There is no such route")

// problem is the face's error envelope.
type problem struct {
	Code    int                 `json:"code"`
	Errors  map[string][]string `json:"errors,omitempty"`
	Message string              `json:"message"`
}

var statuses = map[fault.Code]int{
	fault.Invalid:         http.StatusUnprocessableEntity,
	fault.NotFound:        http.StatusUnprocessableEntity,
	fault.NotAllowed:      http.StatusUnprocessableEntity,
	fault.Duplicate:       http.StatusUnprocessableEntity,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Forbidden:       http.StatusForbidden,
	fault.Conflict:        http.StatusConflict,
	fault.TooLarge:        http.StatusRequestEntityTooLarge,
	fault.Exhausted:       http.StatusTooManyRequests,
	fault.Unavailable:     http.StatusServiceUnavailable,
	fault.Internal:        http.StatusInternalServerError,
}

// envelope prints a fault, in Chinese.
func envelope(_ context.Context, f *fault.Error) route.Answer {
	status, ok := statuses[f.Code]
	if !ok {
		status = http.StatusInternalServerError
	}
	if f.Reason == errNoRoute.Reason {
		status = http.StatusNotFound
	}
	p := problem{Code: status, Message: message(f)}
	for _, field := range f.Fields {
		if field.Name == "" { // the body as a whole, which the message is about
			continue
		}
		if p.Errors == nil {
			p.Errors = map[string][]string{}
		}
		name := memberName(f.Reason, field.Name)
		p.Errors[name] = append(p.Errors[name], ruleWords(field))
	}
	a := route.Answer{Status: status, Body: p, Header: http.Header{}}
	if f.RetryAfter > 0 {
		a.Header.Set("Retry-After", strconv.Itoa(int(math.Ceil(f.RetryAfter.Seconds()))))
	}
	return a
}

// callers finds out which app calls, and counts its calls.
type callers struct {
	staff   *staff.Service
	calls   *limit.Limiter
	uploads chan struct{} // a place for each file that comes in
}

// maxUploads is how many requests that bring files are read at a time: each takes several times its size of memory.
const maxUploads = 4

// before is what is done before the guard.
func (c callers) before(r route.Route, next http.Handler) http.Handler {
	if r.BodyLimit >= uploadLimit {
		next = c.queue(next)
	}
	return c.count(next)
}

// queue has known callers wait until there is a place.
func (c callers) queue(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if who, _ := r.Context().Value(callerKey).(caller); who.err == nil {
			select {
			case c.uploads <- struct{}{}:
				defer func() { <-c.uploads }()
			case <-r.Context().Done(): // which the handler says
			}
		}
		next.ServeHTTP(w, r)
	})
}

type ctxKey int

const callerKey ctxKey = iota

type caller struct {
	grant staff.Grant
	err   error
}

var (
	errNoToken = fault.New(fault.Unauthenticated, "open.no_token", "The "+tokenName+" header is missing or its token is unknown")
	errScope   = fault.New(fault.Forbidden, "open.scope", "The app was not granted this scope")
	errCalls   = fault.New(fault.Exhausted, "open.calls", "Too many calls")
)

// count lets the answer say how many calls the app has used up, and refuses what is over.
func (c callers) count(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var who caller
		used := 0
		token := r.Header.Get(tokenName)
		switch {
		case token == "":
			who.err = errNoToken
		default:
			who.grant, who.err = c.staff.ByToken(r.Context(), token)
			if fault.CodeOf(who.err) == fault.Unauthenticated && who.err != nil {
				who.err = errNoToken
			}
		}
		if who.err == nil {
			var wait time.Duration
			var ok bool
			if used, wait, ok = c.calls.Take(who.grant.AppID); !ok {
				who.err = errCalls.After(max(wait, time.Second))
			}
		}
		w.Header().Set(limitName, fmt.Sprintf("%d/%d", used, c.calls.Capacity()))
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey, who)))
	})
}

// holds is the guard of a scope.
func (c callers) holds(scope staff.Scope) route.Guard {
	return func(r *http.Request) (context.Context, error) {
		who, _ := r.Context().Value(callerKey).(caller)
		switch {
		case who.err != nil:
			return nil, who.err
		case !who.grant.Scopes.Has(scope):
			return nil, errScope
		}
		return r.Context(), nil
	}
}

// appID gives the app that calls.
func appID(ctx context.Context) string {
	who, _ := ctx.Value(callerKey).(caller)
	return who.grant.AppID
}

// tidyPaths takes doubled and trailing slashes and dots out of paths: clients of the original send them, and the mux
// would answer with a redirect, which loses their body. A path of what is no text has no route.
func tidyPaths(f *route.Face) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := path.Clean(r.URL.Path)
		if !strings.HasPrefix(p, f.Prefix) || !utf8.ValidString(p) || strings.ContainsRune(p, 0) {
			f.Unknown(w, r)
			return
		}
		if p != r.URL.Path {
			u := *r.URL
			u.Path, u.RawPath = p, ""
			r.URL = &u
		}
		f.ServeHTTP(w, r)
	})
}
