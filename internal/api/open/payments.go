package open

import (
	"context"
	"net/http"
	"slices"
	"time"

	"kaidian/internal/api/route"
	"kaidian/internal/commerce/order"
	"kaidian/internal/commerce/payment"
	"kaidian/internal/platform/fault"
)

// paymentView is a payment of an order as the face shows it.
type paymentView struct {
	Amount           price           `json:"amount"`
	BankCode         string          `json:"bank_code" doc:"Always empty: no bank is asked directly. ‖ 始终为空。"`
	CreatedAt        instant         `json:"created_at"`
	ExipiredAt       instant         `json:"exipired_at" doc:"Of an online payment: two days after it was made. The name is the original's. ‖ 在线支付的过期时间，为创建后两天；拼写与原接口一致。"`
	GatewayPaymentNo string          `json:"gateway_payment_no" doc:"The provider's number, of an online payment that is paid. ‖ 在线支付成功后支付网关的流水号。"`
	ID               int64           `json:"id"`
	IsAvailable      bool            `json:"is_available" doc:"The one that counts. ‖ 是否为订单当前有效的支付单。"`
	OrderID          *int64          `json:"order_id" doc:"Null in a notice of money that has no order. ‖ 仅在没有订单的异常款项通知中为 null。"`
	PayAt            instant         `json:"pay_at"`
	PayByOther       bool            `json:"pay_by_other"`
	PaymentMethod    payMethodInside `json:"payment_method"`
	Status           string          `json:"status" enum:"pending,paid,expired"`
	UpdatedAt        instant         `json:"updated_at"`
}

func (paymentView) names() (string, string) { return "payment", "payments" }

// payMethodInside is what a payment shows of its method.
type payMethodInside struct {
	Gateway           string `json:"gateway"`
	ID                int64  `json:"id"`
	Name              string `json:"name"`
	PayType           string `json:"pay_type"`
	PaymentMethodType string `json:"payment_method_type" enum:"online,cod"`
}

// payLife is how long an online payment is said to be good.
const payLife = 48 * time.Hour

// viewPayments shows the payments of an order. The one that counts is the last that was not given up.
func viewPayments(o order.Order) []paymentView {
	out := make([]paymentView, len(o.Payments))
	counts := -1
	for i, p := range o.Payments {
		out[i] = viewPayment(o, p)
		if p.CanceledAt.IsZero() {
			counts = i
		}
	}
	if counts >= 0 {
		out[counts].IsAvailable = true
	}
	return out
}

func viewPayment(o order.Order, p payment.Payment) paymentView {
	m := payMethodOf(p.ProviderID)
	v := paymentView{Amount: cashOf(o).of(p.Amount), CreatedAt: instant(p.CreatedAt), ID: p.Number, PayAt: instant(p.CapturedAt),
		PaymentMethod: payMethodInside{m.Gateway, m.ID, m.Name, m.PayType, m.PaymentMethodType}, Status: "pending", UpdatedAt: instant(p.UpdatedAt)}
	if o.Number != 0 {
		v.OrderID = &o.Number
	}
	online := m.PaymentMethodType == payOnline
	if online {
		v.ExipiredAt = instant(p.CreatedAt.Add(payLife))
	}
	switch {
	case p.Captured > 0:
		v.Status = "paid"
		if online {
			v.GatewayPaymentNo = p.Reference
		}
	case !p.CanceledAt.IsZero():
		v.Status = "expired"
	}
	return v
}

// payment shows a payment by its id. Money that has no order is shown only where orphans are.
func (s OrderServices) payment(ctx context.Context, id string, orphans bool) (paymentView, error) {
	p, err := s.Payments.Payment(ctx, id)
	switch {
	case err != nil:
		return paymentView{}, err
	case p.OrderID == nil && orphans:
		return viewPayment(order.Order{Draft: order.Draft{Currency: p.Currency}}, p), nil
	case p.OrderID == nil:
		return paymentView{}, errNoPayment
	}
	o, err := s.Orders.Get(ctx, order.ByID(*p.OrderID))
	if err != nil {
		return paymentView{}, err
	}
	for _, v := range viewPayments(o) {
		if v.ID == p.Number {
			return v, nil
		}
	}
	return paymentView{}, errNoPayment
}

// OfOrder is the path of an order's payments.
type OfOrder struct {
	Order int64 `path:"order"`
}

type onePayment struct {
	OfOrder
	ByID
}

type pickedQuery struct {
	picked
	paging
}

type payments struct{ orders *order.Service }

func (p payments) routes(f *route.Face) {
	row := func(path, name string, query any, en, zh string) route.Route {
		return route.Route{Method: http.MethodGet, Path: "/v1/orders/{order}/payments" + path, Name: name, Tag: "Payment", Permission: readOrders,
			Query: query, Summary: route.Words{EN: en, ZH: zh}}
	}
	route.Handle(f, row("", "ListPayments", pickedQuery{}, "List an order's payments", "获取订单的支付单列表"), p.list)
	route.Handle(f, row("/count", "CountPayments", picked{}, "Count an order's payments", "获取订单的支付单总数"), p.count)
	route.Handle(f, row("/{id}", "GetPayment", fieldsQuery{}, "Get a payment", "获取支付单"), p.get)
}

// of gives the payments of an order that are picked.
func (p payments) of(ctx context.Context, in *OfOrder, which picked) ([]paymentView, error) {
	o, err := p.orders.Get(ctx, order.ByNumber(in.Order))
	if err != nil {
		return nil, err
	}
	return pick(viewPayments(o), which, func(v paymentView) int64 { return v.ID })
}

// pick leaves those of a list that were asked for by their ids.
func pick[V any](all []V, which picked, id func(V) int64) ([]V, error) {
	numbers, err := which.numbers()
	return slices.DeleteFunc(all, func(v V) bool {
		return id(v) <= which.since() || numbers != nil && !slices.Contains(numbers, id(v))
	}), err
}

// paged gives a page of a list.
func paged[V any](all []V, p paging) []V {
	from := min((p.Page-1)*p.Limit, len(all))
	return all[from:min(from+p.Limit, len(all))]
}

func (p payments) list(ctx context.Context, in *OfOrder) (*many[paymentView], error) {
	q := route.QueryOf[pickedQuery](ctx)
	all, err := p.of(ctx, in, q.picked)
	return showMany(as[paymentView], q.Fields)(paged(all, q.paging), err)
}

func (p payments) count(ctx context.Context, in *OfOrder) (*counted, error) {
	all, err := p.of(ctx, in, *route.QueryOf[picked](ctx))
	return countOf(int64(len(all)), err)
}

func (p payments) get(ctx context.Context, in *onePayment) (*one[paymentView], error) {
	all, err := p.of(ctx, &in.OfOrder, picked{ID: &in.ID})
	if err == nil && len(all) == 0 {
		err = errNoPayment
	}
	if err != nil {
		return nil, err
	}
	return showOne(as[paymentView], route.QueryOf[fieldsQuery](ctx).Fields)(all[0], nil)
}

var errNoPayment = fault.New(fault.NotFound, "open.no_payment", "There is no such payment")
