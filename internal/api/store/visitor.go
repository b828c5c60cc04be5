package store

import (
	"context"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"kaidian/internal/api/route"
	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/fault"
)

// varies are the request headers that what a visitor sees depends on.
const varies = "Accept-Language, Authorization, Cookie, " + keyHeader

// visit lets everybody pass and remembers the customer when one is signed in.
func (i identity) visit(r *http.Request) (context.Context, error) {
	id, err := i.maybe(r)
	if err != nil {
		return nil, err
	}
	ctx := context.WithValue(r.Context(), requestKey, r)
	return context.WithValue(ctx, customerKey, id), nil
}

// maybe gives the customer who calls, or "" for a guest. A credential that is not valid is none.
func (i identity) maybe(r *http.Request) (string, error) {
	if len(r.Header["Cookie"]) == 0 && r.Header.Get("Authorization") == "" {
		return "", nil
	}
	id, err := i.who(r)
	if fault.CodeOf(err) == fault.Unauthenticated {
		return "", nil
	}
	return id, err
}

// varying marks answers that depend on who asks, and in which language.
func varying(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", varies)
		next.ServeHTTP(w, r)
	})
}

// pricesQuery is whose prices an answer shows, and in which language its texts are.
type pricesQuery struct {
	CartID       string `q:"cart_id" doc:"Prices as in this cart: of its region and currency. ‖ 按此购物车的地区与币种显示价格。"`
	RegionID     string `q:"region_id" doc:"Prices in this region, with its taxes. ‖ 按此地区显示价格与税费。"`
	CurrencyCode string `q:"currency_code" doc:"Prices in this currency. With a region it must be the region's. ‖ 按此币种显示价格;与地区同时提供时必须为该地区的币种。"`
	languageQuery
}

// languageQuery is the language of an answer's texts.
type languageQuery struct {
	Locale string `q:"locale" doc:"Language of the texts, as zh or zh-CN. Without it the first of Accept-Language counts; what is not translated comes in the shop's own language. ‖ 文本语言,如 zh 或 zh-CN;缺省时取 Accept-Language 的首选语言;没有译文的内容返回店铺原文。"`
}

// The faults of a price context.
var (
	errRegionUnknown = fault.New(fault.NotFound, "store.region_not_found", "")
	errOutOfScope    = fault.New(fault.Invalid, "store.out_of_scope", "")
)

// prices says whose prices are asked for. What a cart says of region and currency wins. Faults: NotFound for a cart or region,
// Invalid for a currency that the shop does not sell in or that is not the region's.
func (c catalogue) prices(ctx context.Context, q pricesQuery, m *shop.Markets) (browse.Pricing, error) {
	locale, err := q.language(ctx)
	if err != nil {
		return browse.Pricing{}, err
	}
	p := browse.Pricing{RegionID: q.RegionID, CustomerID: customerID(ctx), Currency: strings.ToLower(q.CurrencyCode), Locale: locale}
	if q.CartID != "" {
		bought, err := c.carts.Get(ctx, q.CartID, cart.View{})
		if fault.CodeOf(err) == fault.NotFound {
			err = cart.ErrNotFound.WithMessage("Cart with " + q.CartID + " was not found")
		}
		if err != nil {
			return p, err
		}
		p.RegionID, p.Currency = bought.RegionID, bought.Region.Currency
	}
	region, known := m.Region(p.RegionID)
	if p.RegionID != "" && !known {
		return p, errRegionUnknown.WithMessage("Region with " + p.RegionID + " was not found")
	}
	if p.Currency == "" {
		return p, nil
	}
	if _, sold := m.Currencies[p.Currency]; !sold {
		return p, fault.Fields("store.invalid_currency", fault.Field{Name: "currency_code", Rule: fault.Unknown,
			Message: "currency_code " + q.CurrencyCode + " is not a currency of this shop"})
	}
	if known && region.Currency != p.Currency {
		return p, fault.Fields("store.other_currency", fault.Field{Name: "currency_code", Rule: fault.Unknown,
			Message: "currency_code must be " + region.Currency + ", the currency of the region " + p.RegionID})
	}
	return p, nil
}

// languageTag is a language, with its script and country when they are said.
var languageTag = regexp.MustCompile(`^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8}){0,3}$`)

// language gives the language to answer in, or "" for the shop's own. Fault: Invalid for what is no language.
func (q languageQuery) language(ctx context.Context) (string, error) {
	if q.Locale == "" {
		return preferred(requestOf(ctx).Header.Get("Accept-Language")), nil
	}
	if !languageTag.MatchString(q.Locale) {
		return "", fault.Fields("store.invalid_locale", fault.Field{Name: "locale", Rule: fault.Format, Message: "locale must be a language tag"})
	}
	return strings.ReplaceAll(q.Locale, "_", "-"), nil
}

// preferred gives the language that a browser would like best. Those after it do not count: that one of them is translated
// says nothing about whether the shop's own language is not the first.
func preferred(accept string) string {
	const enough = 1000
	best, weight := "", 0.0
	for one := range strings.SplitSeq(accept[:min(len(accept), enough)], ",") {
		tag, params, _ := strings.Cut(one, ";")
		q := 1.0
		if v, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			parsed, err := strconv.ParseFloat(v, 64)
			if err != nil {
				continue
			}
			q = parsed
		}
		if tag = strings.TrimSpace(tag); q > weight && languageTag.MatchString(tag) {
			best, weight = tag, q
		}
	}
	return best
}

// keyHeader carries a storefront's publishable key.
const keyHeader = "X-Publishable-Api-Key"

// scopeOf gives the sales channels that the request's publishable key is for. It is nil without a key, for one that is not
// known or was revoked, and for one that names no channels: none of these restricts anything.
func scopeOf(ctx context.Context, m *shop.Markets) []string {
	if k, ok := m.Keys[requestOf(ctx).Header.Get(keyHeader)]; ok && len(k.Channels) > 0 {
		return k.Channels
	}
	return nil
}

// channelsOf gives the channels to list: those asked for, which must be in the key's scope, else those of the scope. It is
// nil for the default channel.
func channelsOf(asked, scope []string) ([]string, error) {
	if len(asked) == 0 {
		return scope, nil
	}
	for _, id := range asked {
		if scope != nil && !slices.Contains(scope, id) {
			return nil, errOutOfScope.WithMessage("Provided sales channel id param: " + strings.Join(asked, ",") +
				" is not associated with the Publishable API Key passed in the header of the request.")
		}
	}
	return asked, nil
}

// visible refuses a product outside of the key's scope.
func (c catalogue) visible(ctx context.Context, kind, id, productID string, scope []string) error {
	if scope == nil {
		return nil
	}
	in, err := c.browse.InChannels(ctx, productID, scope)
	if err == nil && !in {
		err = errOutOfScope.WithMessage(kind + " with id: " + id +
			" is not associated with sales channels defined by the Publishable API Key passed in the header of the request.")
	}
	return err
}

// scopeProblem is how the face says that a publishable key does not reach so far.
type scopeProblem struct {
	Errors  []string `json:"errors" nullable:"false"`
	Message string   `json:"message"`
}

// refusedRequest is what a request may be refused with that a publishable key limits.
type refusedRequest struct{}

// Schema tells the document what it is.
func (refusedRequest) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{r.Schema(reflect.TypeFor[problem](), true, "Error"), route.SchemaOf[scopeProblem](r)}}
}

const scopeText = "Provided request body contains errors. Please check the data and retry the request"
