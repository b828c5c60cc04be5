package store

import (
	"context"
	"encoding/json"
	"net/http"

	"kaidian/internal/api/httpx"
	"kaidian/internal/api/route"
	"kaidian/internal/commerce/customer"
)

// customers is what shoppers do with their own account.
type customers struct {
	customers *customer.Service
	cookies   Cookies
	sales     sales
}

type newCustomer struct {
	Body struct {
		FirstName string                 `json:"first_name" example:"Arno"`
		LastName  string                 `json:"last_name" example:"Willms"`
		Email     string                 `json:"email" format:"email" example:"user@example.com"`
		Password  string                 `json:"password" format:"password" example:"pa$$word"`
		Phone     route.Optional[string] `json:"phone,omitempty"`
	}
}

type changedCustomer struct {
	Body struct {
		FirstName      route.Optional[string]         `json:"first_name,omitempty"`
		LastName       route.Optional[string]         `json:"last_name,omitempty"`
		Email          route.Optional[string]         `json:"email,omitempty"`
		Password       route.Optional[string]         `json:"password,omitempty"`
		Phone          route.Optional[string]         `json:"phone,omitempty"`
		BillingAddress route.Optional[addressOrID]    `json:"billing_address,omitempty"`
		Metadata       route.Optional[map[string]any] `json:"metadata,omitempty" doc:"Merged key by key; an empty string removes its key. ‖ 按键合并;值为空字符串时删除该键。"`
	}
}

type askReset struct {
	Body struct {
		Email string `json:"email" format:"email"`
	}
}

type reset struct {
	Body struct {
		Email    string `json:"email" format:"email"`
		Token    string `json:"token"`
		Password string `json:"password" format:"password"`
	}
}

type paymentMethodsBody struct {
	Body struct {
		PaymentMethods []paymentMethod `json:"payment_methods" nullable:"false"`
	}
}

type paymentMethod struct {
	ProviderID string         `json:"provider_id"`
	Data       map[string]any `json:"data"`
}

// ordersQuery is what the list of orders takes.
type ordersQuery struct {
	showing
	Q                 string       `q:"q" doc:"Found in the order's number or e-mail, whatever the case. ‖ 在订单号或邮箱中查找,不区分大小写。"`
	ID                string       `q:"id"`
	Status            []string     `q:"status,one" enum:"pending,completed,archived,canceled,requires_action"`
	FulfillmentStatus []string     `q:"fulfillment_status,one" enum:"not_fulfilled,partially_fulfilled,fulfilled,partially_shipped,shipped,partially_returned,returned,canceled,requires_action"`
	PaymentStatus     []string     `q:"payment_status,one" enum:"not_paid,awaiting,captured,partially_refunded,refunded,canceled,requires_action"`
	DisplayID         string       `q:"display_id"`
	CartID            string       `q:"cart_id"`
	Email             string       `q:"email"`
	RegionID          string       `q:"region_id"`
	CurrencyCode      string       `q:"currency_code"`
	TaxRate           string       `q:"tax_rate"`
	CreatedAt         route.Window `q:"created_at"`
	UpdatedAt         route.Window `q:"updated_at"`
	CanceledAt        route.Window `q:"canceled_at"`
	Limit             int          `q:"limit" default:"10" min:"0" max:"100" clamp:"true" doc:"How many to show, 100 at most; 0 asks for as many as may be. ‖ 返回条数,最多 100;0 表示返回上限条数。"`
	Offset            int          `q:"offset" default:"0" min:"0" max:"1000000000" doc:"How many to skip. ‖ 跳过的条数。"`
}

type ordersResponse struct {
	Orders []orderView `json:"orders" nullable:"false" doc:"The newest come first. ‖ 按创建时间从新到旧。"`
	Count  int         `json:"count"`
	Offset int         `json:"offset"`
	Limit  int         `json:"limit"`
}

func (c customers) routes(f *route.Face) {
	row := func(method, path, name, en, zh string) route.Route {
		return route.Route{Method: method, Path: "/store/customers" + path, Name: name, Tag: "Customers", Permission: shoppers,
			Summary: route.Words{EN: en, ZH: zh}, Faults: []int{http.StatusBadRequest, http.StatusUnauthorized}}
	}
	create := row(http.MethodPost, "", "PostCustomers", "Create a customer", "创建客户")
	create.Permission, create.Faults = anyone, []int{http.StatusBadRequest, http.StatusUnprocessableEntity}
	create.About = route.Words{EN: "Registers a customer and signs them in: the answer sets the session's cookie.",
		ZH: "注册新客户,并自动登录:响应会设置会话 Cookie。"}
	route.Handle(f, create, c.create)
	route.Handle(f, row(http.MethodGet, "/me", "GetCustomersCustomer", "Get a customer", "获取客户"), c.get)
	update := row(http.MethodPost, "/me", "PostCustomersCustomer", "Update a customer", "更新客户")
	update.Faults = append(update.Faults, http.StatusUnprocessableEntity)
	route.Handle(f, update, c.update)

	orders := row(http.MethodGet, "/me/orders", "GetCustomersCustomerOrders", "List orders", "获取订单列表")
	orders.Query = ordersQuery{}
	route.Handle(f, orders, c.orders)
	methods := row(http.MethodGet, "/me/payment-methods", "GetCustomersCustomerPaymentMethods", "Get saved payment methods", "获取保存的支付方式")
	methods.Deprecated = true
	route.Handle(f, methods, c.paymentMethods)

	ask := row(http.MethodPost, "/password-token", "PostCustomersCustomerPasswordToken", "Request a password reset", "请求密码重置")
	ask.Permission, ask.Status, ask.Unprotected = anyone, http.StatusNoContent, true
	ask.About = route.Words{EN: "Mails a token, if the e-mail has an account. The answer does not tell.",
		ZH: "如果该邮箱已注册,则发送重置令牌邮件;响应不会透露邮箱是否存在。"}
	route.Handle(f, ask, c.askReset)
	redo := row(http.MethodPost, "/password-reset", "PostCustomersResetPassword", "Reset a password", "重置密码")
	redo.Permission, redo.Unprotected = anyone, true
	route.Handle(f, redo, c.reset)
	c.addressRoutes(f, row)
}

func (c customers) create(ctx context.Context, in *newCustomer) (*customerBody, error) {
	b := in.Body
	n := customer.NewAccount{Type: customer.Email, Identity: b.Email, Password: b.Password, FirstName: &b.FirstName,
		LastName: &b.LastName, WithSession: true}
	if b.Phone.Set && !b.Phone.Null {
		n.Phone = &b.Phone.Value
	}
	made, s, err := c.customers.Register(ctx, n)
	if err != nil {
		return nil, err
	}
	var out customerBody
	out.Body.Customer = viewProfile(customer.Profile{Customer: made})
	out.SetCookie = c.cookies.bake(requestOf(ctx), s.Token, s.Expires)
	return &out, nil
}

func (c customers) get(ctx context.Context, _ *struct{}) (*customerBody, error) {
	return c.show(ctx, customerID(ctx))
}

func (c customers) show(ctx context.Context, id string) (*customerBody, error) {
	p, err := c.customers.Profile(ctx, customer.ByID(id))
	if err != nil {
		return nil, err
	}
	var out customerBody
	out.Body.Customer = viewProfile(p)
	return &out, nil
}

func (c customers) update(ctx context.Context, in *changedCustomer) (*customerBody, error) {
	b := in.Body
	meta, err := rawMetadata(b.Metadata)
	if err != nil {
		return nil, err
	}
	id := customerID(ctx)
	billing, err := billingChange(b.BillingAddress)
	if err != nil {
		return nil, err
	}
	_, err = c.customers.Update(ctx, customer.ByID(id), customer.Patch{
		FirstName: domain(b.FirstName), LastName: domain(b.LastName), Email: domain(b.Email), Password: domain(b.Password),
		Phone: domain(b.Phone), Metadata: meta, Billing: billing, KeepSession: c.cookies.read(requestOf(ctx)),
	})
	if err != nil {
		return nil, err
	}
	return c.show(ctx, id)
}

func (c customers) orders(ctx context.Context, _ *struct{}) (*answer[ordersResponse], error) {
	q := route.QueryOf[ordersQuery](ctx)
	chosen, err := q.choose(orderListChoice)
	if err != nil {
		return nil, err
	}
	if q.Limit == 0 {
		q.Limit = mostOrders
	}
	asked, err := q.query(customerID(ctx))
	if err != nil {
		return nil, err
	}
	in, err := c.sales.scene(ctx)
	if err != nil {
		return nil, err
	}
	count, err := c.sales.orders.Count(ctx, asked)
	if err != nil {
		return nil, err
	}
	all, err := c.sales.orders.List(ctx, asked)
	if err != nil {
		return nil, err
	}
	shown, err := c.sales.shownOrders(ctx, all, chosen)
	if err != nil {
		return nil, err
	}
	lens := orderFieldsIn(chosen, in)
	return answerWith[ordersResponse]((cartSize+itemSize)*(len(all)+1), func(b []byte) []byte {
		b = array(append(b, `{"orders":`...), shown, lens.object)
		return appendPaging(b, int(count), q.Offset, q.Limit)
	}), nil
}

// paymentMethods lists what payment providers keep for the customer. None of the shop's providers keeps anything.
func (c customers) paymentMethods(context.Context, *struct{}) (*paymentMethodsBody, error) {
	var out paymentMethodsBody
	out.Body.PaymentMethods = []paymentMethod{}
	return &out, nil
}

func (c customers) askReset(ctx context.Context, in *askReset) (*noBody, error) {
	return &noBody{}, c.customers.RequestPasswordReset(ctx, in.Body.Email, httpx.ClientIP(ctx))
}

func (c customers) reset(ctx context.Context, in *reset) (*customerBody, error) {
	changed, err := c.customers.ResetPassword(ctx, customer.Reset{
		Email: in.Body.Email, Token: in.Body.Token, Password: in.Body.Password, Address: httpx.ClientIP(ctx)})
	if err != nil {
		return nil, err
	}
	var out customerBody
	out.Body.Customer = viewCustomer(changed)
	return &out, nil
}

// domain gives the domain's form of a member that may be absent or null.
func domain[T any](o route.Optional[T]) customer.Optional[T] {
	switch {
	case !o.Set:
		return customer.Optional[T]{}
	case o.Null:
		return customer.Null[T]()
	}
	return customer.Some(o.Value)
}

// rawMetadata gives the domain's form of metadata.
func rawMetadata(o route.Optional[map[string]any]) (customer.Optional[customer.Metadata], error) {
	if !o.Set || o.Null {
		return domain(route.Optional[customer.Metadata]{Set: o.Set, Null: o.Null}), nil
	}
	m := make(customer.Metadata, len(o.Value))
	for k, v := range o.Value {
		raw, err := json.Marshal(v)
		if err != nil {
			return customer.Optional[customer.Metadata]{}, err
		}
		m[k] = raw
	}
	return customer.Some(m), nil
}

// billingChange gives the domain's form of a billing address: an address, the id of one, or null.
func billingChange(o route.Optional[addressOrID]) (customer.Optional[customer.BillingChange], error) {
	if !o.Set || o.Null {
		return domain(route.Optional[customer.BillingChange]{Set: o.Set, Null: o.Null}), nil
	}
	change := customer.BillingChange{ID: o.Value.id}
	if o.Value.address != nil {
		var err error
		if change.Address, err = o.Value.address.patch(); err != nil {
			return customer.Optional[customer.BillingChange]{}, err
		}
	}
	return customer.Some(change), nil
}
