package open

import (
	"context"
	"net/http"
	"slices"
	"time"

	"kaidian/internal/api/route"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/order"
	"kaidian/internal/commerce/payment"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/fault"
)

// OrderServices is what orders are read and changed with.
type OrderServices struct {
	Orders    *order.Service
	Payments  *payment.Service // for notices
	Customers *customer.Service
	Shop      *shop.Shop // which says how its regions are paid
	BaseURL   string     // of the shop, for addresses of pictures; may be empty
}

// sales reads what is shown with some orders: three statements when one of them has a customer, none otherwise.
func (s OrderServices) sales(ctx context.Context, orders ...order.Order) (sales, error) {
	out := sales{customers: map[int64]customerView{}, base: s.BaseURL}
	numbers := []int64{}
	for _, o := range orders {
		if o.CustomerNumber != nil {
			numbers = append(numbers, *o.CustomerNumber)
		}
	}
	if len(numbers) == 0 {
		return out, nil
	}
	all, err := s.Customers.List(ctx, customer.Query{Numbers: numbers, Limit: len(numbers)})
	if err != nil {
		return out, err
	}
	known, err := s.bought(ctx, all...)
	for _, p := range all {
		out.customers[p.Number] = known.customer(p)
	}
	return out, err
}

// view reads an order and shows it.
func (s OrderServices) view(ctx context.Context, which order.Ref) (orderView, error) {
	o, err := s.Orders.Get(ctx, which)
	if err != nil {
		return orderView{}, err
	}
	shown, err := s.sales(ctx, o)
	return shown.order(o), err
}

type ordersQuery struct {
	listQuery
	orderFilter
}

type ordersCountQuery struct {
	window
	orderFilter
}

type orderFilter struct {
	OrderNo        string   `q:"order_no" doc:"Only the one with this number for people. ‖ 按订单编号查询。"`
	Status         []string `q:"status,csv" enum:"processing,cancel,request_refund,refunded,achieved,expired,grouping" doc:"How it stands; several with commas between. ‖ 按订单状态查询，多个以逗号分隔。"`
	PaymentStatus  []string `q:"payment_status,csv" enum:"pending,cod,paid,expired" doc:"Whether it is paid; several with commas between. ‖ 按付款状态查询，多个以逗号分隔。"`
	ShipmentStatus []string `q:"shipment_status,csv" enum:"pending,sending,recieved,partial" doc:"Whether it is sent; several with commas between. ‖ 按发货状态查询，多个以逗号分隔。"`
	CustomerID     *int64   `q:"customer_id" doc:"Only those of this customer. ‖ 按顾客查询。"`
}

func (f orderFilter) query(w window) (order.Query, error) {
	numbers, err := w.numbers()
	q := order.Query{Sort: order.ByNumbers, Numbers: numbers, SinceNumber: w.since(), CustomerNumber: f.CustomerID,
		Statuses: orderStatuses.of(f.Status), Payments: paymentStatuses.of(f.PaymentStatus), Fulfillments: shipmentStatuses.of(f.ShipmentStatus),
		Created: order.Window{GTE: value(w.CreatedMin), LTE: value(w.CreatedMax)},
		Updated: order.Window{GTE: value(w.UpdatedMin), LTE: value(w.UpdatedMax)}}
	if f.OrderNo != "" {
		number, day, ok := orderOf(f.OrderNo)
		if !ok || numbers != nil && !slices.Contains(numbers, number) {
			number = noNumber
		}
		q.Numbers = []int64{number}
		q.Created.GT, q.Created.LT = day.GTE.Add(-time.Millisecond), day.LT
	}
	return q, err
}

// orderInput is what an order is changed with.
type orderInput struct {
	TotalAmount route.Optional[decimal] `json:"total_amount,omitempty" doc:"Before it is paid. ‖ 仅可在付款前修改。"`
}

type changedOrder struct {
	ByID
	Body struct {
		Order orderInput `json:"order"`
	}
}

type orders struct{ OrderServices }

func (o orders) routes(f *route.Face) {
	row := func(method, path, name string, perm route.Permission, query any, en, zh string) route.Route {
		return route.Route{Method: method, Path: "/v1/orders" + path, Name: name, Tag: "Order", Permission: perm, Query: query,
			Summary: route.Words{EN: en, ZH: zh}}
	}
	route.Handle(f, row(http.MethodGet, "", "ListOrders", readOrders, ordersQuery{}, "List orders", "获取订单列表"), o.list)
	route.Handle(f, row(http.MethodGet, "/count", "CountOrders", readOrders, ordersCountQuery{}, "Count orders", "获取订单总数"), o.count)
	route.Handle(f, row(http.MethodGet, "/{id}", "GetOrder", readOrders, fieldsQuery{}, "Get an order", "获取订单"), o.get)
	route.Handle(f, row(http.MethodPut, "/{id}", "UpdateOrder", writeOrders, nil, "Change what an order costs", "修改订单金额"), o.update)
}

func (o orders) list(ctx context.Context, _ *struct{}) (*many[orderView], error) {
	q := route.QueryOf[ordersQuery](ctx)
	query, err := q.query(q.window)
	if err != nil {
		return nil, err
	}
	query.Limit, query.Offset = q.Limit, (q.Page-1)*q.Limit
	all, err := o.Orders.List(ctx, query)
	if err != nil {
		return nil, err
	}
	shown, err := o.sales(ctx, all...)
	return showMany(shown.order, q.Fields)(all, err)
}

func (o orders) count(ctx context.Context, _ *struct{}) (*counted, error) {
	q := route.QueryOf[ordersCountQuery](ctx)
	query, err := q.query(q.window)
	if err != nil {
		return nil, err
	}
	return countOf(o.Orders.Count(ctx, query))
}

func (o orders) get(ctx context.Context, in *ByID) (*one[orderView], error) {
	return showOne(as[orderView], route.QueryOf[fieldsQuery](ctx).Fields)(o.view(ctx, order.ByNumber(in.ID)))
}

// update changes the total, the one member that may be changed. Without it nothing is.
func (o orders) update(ctx context.Context, in *changedOrder) (*one[orderView], error) {
	which := order.ByNumber(in.ID)
	if given := in.Body.Order.TotalAmount; given.Set {
		was, err := o.Orders.Get(ctx, which)
		if err != nil {
			return nil, err
		}
		total, err := totalOf(given, was)
		if err != nil {
			return nil, err
		}
		if _, err := o.Orders.ChangeTotal(ctx, which, total); err != nil {
			return nil, err
		}
	}
	return showOne(as[orderView], nil)(o.view(ctx, which))
}

// totalOf reads an amount in the currency of an order.
func totalOf(given route.Optional[decimal], o order.Order) (int64, error) {
	problem := fault.Field{Name: "total_amount", Rule: fault.Required, Message: "total_amount should not be empty"}
	if given.Null || given.Value == "" {
		return 0, fault.Fields("open.order", problem)
	}
	n, ok := parseAmount(string(given.Value), cashOf(o).Exponent)
	if !ok {
		problem.Rule, problem.Message = fault.Format, "total_amount must be an amount with no more decimal places than the currency has"
		return 0, fault.Fields("open.order", problem)
	}
	return n, nil
}
