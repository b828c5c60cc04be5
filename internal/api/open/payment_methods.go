package open

import (
	"cmp"
	"context"
	"hash/fnv"
	"net/http"
	"slices"
	"time"

	"kaidian/internal/api/route"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/fault"
)

// payMethodView is a way to pay as the face shows it: a payment provider of the shop.
type payMethodView struct {
	CreatedAt         instant `json:"created_at"`
	Desc              string  `json:"desc" doc:"Shown to buyers. ‖ 展示给买家的说明。"`
	Enabled           bool    `json:"enabled"`
	Gateway           string  `json:"gateway"`
	ID                int64   `json:"id"`
	Name              string  `json:"name"`
	PayType           string  `json:"pay_type"`
	PaymentMethodType string  `json:"payment_method_type" enum:"online,cod"`
	UpdatedAt         instant `json:"updated_at"`
}

func (payMethodView) names() (string, string) { return "payment_method", "payment_methods" }

// The kinds of methods: the money comes through a provider, or by hand.
const (
	payOnline = "online"
	payByHand = "cod"
)

// payMethods are the ways to pay that have a name. Their ids are kept by apps: they never change, and none is used again.
var payMethods = map[string]payMethodView{
	"manual":    {ID: 1, Name: "线下支付", Gateway: "manual", PayType: "manual", PaymentMethodType: payByHand, Desc: "由商家线下收款"},
	"alipay":    {ID: 2, Name: "支付宝", Gateway: "alipay", PayType: "alipay", PaymentMethodType: payOnline},
	"wechatpay": {ID: 3, Name: "微信支付", Gateway: "wechatpay", PayType: "wppay", PaymentMethodType: payOnline},
	"stripe":    {ID: 4, Name: "Stripe 信用卡", Gateway: "stripe", PayType: "stripe", PaymentMethodType: payOnline},
	"paypal":    {ID: 5, Name: "PayPal", Gateway: "paypal", PayType: "paypal", PaymentMethodType: payOnline},
}

// unnamed is where the ids begin of providers that have no name here. They follow from the provider's own id.
const unnamed = 1000

// payMethodOf gives the method of a provider.
func payMethodOf(provider string) payMethodView {
	m, ok := payMethods[provider]
	if !ok {
		h := fnv.New32a()
		h.Write([]byte(provider))
		m = payMethodView{ID: unnamed + int64(h.Sum32()%1_000_000), Name: provider, Gateway: provider, PayType: provider, PaymentMethodType: payOnline}
	}
	m.Enabled = true
	return m
}

var errNoPayMethod = fault.New(fault.NotFound, "open.no_payment_method", "There is no such payment method")

type payMethodRoutes struct{ shop *shop.Shop }

func (p payMethodRoutes) routes(f *route.Face) {
	row := func(path, name string, query any, en, zh string) route.Route {
		return route.Route{Method: http.MethodGet, Path: "/v1/payment_methods" + path, Name: name, Tag: "PaymentMethod", Permission: readBasic,
			Query: query, Summary: route.Words{EN: en, ZH: zh}}
	}
	route.Handle(f, row("", "ListPaymentMethods", pickedQuery{}, "List payment methods", "获取支付方式列表"), p.list)
	route.Handle(f, row("/count", "CountPaymentMethods", picked{}, "Count payment methods", "获取支付方式总数"), p.count)
	route.Handle(f, row("/{id}", "GetPaymentMethod", fieldsQuery{}, "Get a payment method", "获取支付方式"), p.get)
}

// of gives the providers of the shop's regions, by id: no statement when the regions were read a moment ago. A method is as old
// as the oldest region that has it.
func (p payMethodRoutes) of(ctx context.Context, which picked) ([]payMethodView, error) {
	m, err := p.shop.Markets(ctx)
	if err != nil {
		return nil, err
	}
	oldest := map[string]time.Time{}
	for _, r := range m.Regions {
		for _, provider := range r.PaymentProviders {
			if at, seen := oldest[provider]; !seen || r.CreatedAt.Before(at) {
				oldest[provider] = r.CreatedAt
			}
		}
	}
	all := make([]payMethodView, 0, len(oldest))
	for provider, at := range oldest {
		v := payMethodOf(provider)
		v.CreatedAt, v.UpdatedAt = instant(at), instant(at)
		all = append(all, v)
	}
	slices.SortFunc(all, func(a, b payMethodView) int { return cmp.Compare(a.ID, b.ID) })
	return pick(all, which, func(v payMethodView) int64 { return v.ID })
}

func (p payMethodRoutes) list(ctx context.Context, _ *struct{}) (*many[payMethodView], error) {
	q := route.QueryOf[pickedQuery](ctx)
	all, err := p.of(ctx, q.picked)
	return showMany(as[payMethodView], q.Fields)(paged(all, q.paging), err)
}

func (p payMethodRoutes) count(ctx context.Context, _ *struct{}) (*counted, error) {
	all, err := p.of(ctx, *route.QueryOf[picked](ctx))
	return countOf(int64(len(all)), err)
}

func (p payMethodRoutes) get(ctx context.Context, in *ByID) (*one[payMethodView], error) {
	all, err := p.of(ctx, picked{ID: &in.ID})
	if err == nil && len(all) == 0 {
		err = errNoPayMethod
	}
	if err != nil {
		return nil, err
	}
	return showOne(as[payMethodView], route.QueryOf[fieldsQuery](ctx).Fields)(all[0], nil)
}
