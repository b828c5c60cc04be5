package open

import (
	"context"
	"net/http"
	"time"

	"kaidian/internal/api/route"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/order"
	"kaidian/internal/platform/fault"
)

// customerView is a customer as the face shows it.
type customerView struct {
	AcceptMarketing bool                    `json:"accept_marketing"`
	Addresses       []addressView           `json:"addresses" nullable:"false"`
	Birthday        instant                 `json:"birthday"`
	CreatedAt       instant                 `json:"created_at"`
	CustomerLevel   route.Maybe[levelBrief] `json:"customer_level"`
	ID              int64                   `json:"id"`
	IdentityCard    string                  `json:"identity_card" doc:"Partly masked. ‖ 部分隐藏。"`
	LastIn          instant                 `json:"last_in" doc:"Last log-in. ‖ 最后登录时间。"`
	LastOrderAt     instant                 `json:"last_order_at" doc:"When the newest order was placed, cancelled or not; null for none. ‖ 最近一张订单（含已取消）的下单时间，没有时为 null。"`
	LastOrderNo     *string                 `json:"last_order_no" doc:"The order_no of the newest order, cancelled or not; null for none. ‖ 最近一张订单（含已取消）的订单编号，没有时为 null。"`
	Name            string                  `json:"name" doc:"Display name. ‖ 显示名称。"`
	NotifyEmail     string                  `json:"notify_email"`
	NotifyPhone     string                  `json:"notify_phone"`
	OrdersCount     int64                   `json:"orders_count" doc:"Orders that were not cancelled. ‖ 订单数，不含已取消的订单。"`
	RealName        string                  `json:"real_name"`
	RegIdentity     string                  `json:"reg_identity" doc:"Unique log-in. ‖ 唯一登录标识。"`
	RegType         string                  `json:"reg_type" enum:"social,email,mobile,uname"`
	Sex             string                  `json:"sex" enum:"male,female,undefined"`
	SocialType      *string                 `json:"social_type"`
	TotalSpent      price                   `json:"total_spent" doc:"Total of the paid orders, less refunds. Only orders in the shop's default currency count. ‖ 已付款订单的总金额，减去已退款；只计店铺默认货币的订单。"`
	UnionID         *string                 `json:"unionid"`
	UpdatedAt       instant                 `json:"updated_at"`
}

// levelBrief is what a customer shows of its level.
type levelBrief struct {
	Discount percent `json:"discount"`
	ID       int64   `json:"id"`
	Name     string  `json:"name"`
}

// buyers is what customers have bought, by their ids.
type buyers map[string]order.History

// bought reads what customers have bought: a statement.
func (s OrderServices) bought(ctx context.Context, all ...customer.Profile) (buyers, error) {
	ids := make([]string, len(all))
	for i, p := range all {
		ids[i] = p.ID
	}
	return s.Orders.Histories(ctx, ids)
}

// customer reads a customer and shows it.
func (s OrderServices) customer(ctx context.Context, which customer.Ref) (customerView, error) {
	p, err := s.Customers.Profile(ctx, which)
	if err != nil {
		return customerView{}, err
	}
	known, err := s.bought(ctx, p)
	return known.customer(p), err
}

// customer shows one with what it has bought.
func (b buyers) customer(p customer.Profile) customerView {
	v, h := viewCustomer(p), b[p.ID]
	c, _ := money.Lookup(h.Currency)
	v.OrdersCount, v.TotalSpent, v.LastOrderAt = h.Orders, price{&h.Spent, c}, instant(h.LastAt)
	if h.LastNumber != 0 {
		no := orderNo(h.LastNumber, h.LastAt)
		v.LastOrderNo = &no
	}
	return v
}

// viewCustomer shows a customer, but not what it has bought.
func viewCustomer(p customer.Profile) customerView {
	v := customerView{
		AcceptMarketing: p.AcceptMarketing, Addresses: make([]addressView, len(p.Addresses)), Birthday: instant(p.Birthday),
		CreatedAt: instant(p.CreatedAt), ID: p.Number, IdentityCard: p.MaskedIdentityCard(), LastIn: instant(p.LastInAt),
		Name: p.DisplayName(), NotifyEmail: value(p.NotifyEmail), NotifyPhone: value(p.Phone), RealName: p.RealName(),
		RegIdentity: p.Identity.Identity, RegType: string(p.Identity.Type), Sex: p.Sex, SocialType: p.Identity.SocialType,
		UnionID: p.Identity.UnionID, UpdatedAt: instant(p.UpdatedAt),
	}
	if p.NotifyEmail == nil {
		v.NotifyEmail = p.Email
	}
	v.CustomerLevel.Loaded = true
	if l := p.Level; l != nil {
		v.CustomerLevel.Value = &levelBrief{Discount: percent(l.Discount), ID: l.Number, Name: l.Name}
	}
	for i, a := range p.Addresses {
		v.Addresses[i] = viewAddress(a)
	}
	return v
}

type customerInput struct {
	AcceptMarketing route.Optional[flag]   `json:"accept_marketing,omitempty"`
	Birthday        route.Optional[day]    `json:"birthday,omitempty"`
	LevelID         route.Optional[number] `json:"customer_level_id,omitempty"`
	IdentityCard    route.Optional[text]   `json:"identity_card,omitempty"`
	Nickname        route.Optional[text]   `json:"nickname,omitempty" doc:"Display name of a social account. ‖ 社交账号的昵称。"`
	NotifyEmail     route.Optional[text]   `json:"notify_email,omitempty"`
	NotifyPhone     route.Optional[text]   `json:"notify_phone,omitempty"`
	Password        route.Optional[text]   `json:"password,omitempty"`
	RealName        route.Optional[text]   `json:"real_name,omitempty"`
	RegIdentity     route.Optional[text]   `json:"reg_identity,omitempty"`
	RegType         route.Optional[text]   `json:"reg_type,omitempty"`
	Sex             route.Optional[text]   `json:"sex,omitempty"`
	SocialType      route.Optional[text]   `json:"social_type,omitempty"`
	UnionID         route.Optional[text]   `json:"unionid,omitempty"`
}

func (in customerInput) account() (customer.NewAccount, error) {
	var problems []fault.Field
	if in.RegType.Value == "" {
		problems = append(problems, fault.Field{Name: "reg_type", Rule: fault.Required, Message: "reg_type should not be empty"})
	}
	if in.RegIdentity.Value == "" {
		problems = append(problems, fault.Field{Name: "reg_identity", Rule: fault.Required, Message: "reg_identity should not be empty"})
	}
	born, bad := in.born()
	problems = append(problems, bad...)
	phone := string(in.NotifyPhone.Value)
	n := customer.NewAccount{
		Type: customer.IdentityType(in.RegType.Value), Identity: string(in.RegIdentity.Value), Password: string(in.Password.Value),
		SocialType: string(in.SocialType.Value), UnionID: string(in.UnionID.Value), RealName: string(in.RealName.Value),
		NotifyEmail: string(in.NotifyEmail.Value), Nickname: string(in.Nickname.Value), IdentityCard: string(in.IdentityCard.Value),
		Birthday: born.Or(time.Time{}), Sex: string(in.Sex.Value), AcceptMarketing: bool(in.AcceptMarketing.Value),
		LevelNumber: amount(in.LevelID),
	}
	if phone != "" {
		n.Phone = &phone
	}
	return n, fault.Fields("open.customer", problems...)
}

func (in customerInput) patch() (customer.Patch, error) {
	born, bad := in.born()
	return customer.Patch{
		Password: words(in.Password), RealName: words(in.RealName), Phone: words(in.NotifyPhone), NotifyEmail: words(in.NotifyEmail),
		Nickname: words(in.Nickname), IdentityCard: words(in.IdentityCard), Sex: words(in.Sex), AcceptMarketing: yes(in.AcceptMarketing),
		Birthday:     born,
		IdentityType: optional(in.RegType, func(t text) customer.IdentityType { return customer.IdentityType(t) }),
		Identity:     words(in.RegIdentity), SocialType: words(in.SocialType), UnionID: words(in.UnionID), LevelNumber: amount(in.LevelID),
	}, fault.Fields("open.customer", bad...)
}

// born reads the birthday. A day without a time is that day in China; an empty text is none.
func (in customerInput) born() (customer.Optional[time.Time], []fault.Field) {
	switch {
	case !in.Birthday.Set:
		return customer.Optional[time.Time]{}, nil
	case in.Birthday.Null || in.Birthday.Value == "":
		return customer.Null[time.Time](), nil
	}
	at, ok := in.Birthday.Value.time()
	if !ok {
		return customer.Optional[time.Time]{}, []fault.Field{{Name: "birthday", Rule: fault.Format, Message: "birthday must be a date"}}
	}
	return customer.Some(at), nil
}

type NewCustomer struct {
	Body struct {
		Customer customerInput `json:"customer"`
	}
}

type changedCustomer struct {
	ByID
	NewCustomer
}

type customersQuery struct {
	listQuery
	customerFilter
}

type customersCountQuery struct {
	window
	customerFilter
}

type customerFilter struct {
	RegType     string `q:"reg_type" doc:"social, email, mobile or uname. ‖ social、email、mobile 或 uname。"`
	RegIdentity string `q:"reg_identity" doc:"Who signs in with this, in any spelling. ‖ 按登录标识查询，不区分写法。"`
	NotifyPhone string `q:"notify_phone" doc:"Who has this phone. ‖ 按通知手机查询。"`
	NotifyEmail string `q:"notify_email" doc:"Who has set this e-mail for notices. ‖ 按设置的通知邮箱查询。"`
}

func (c customerFilter) query(w window) (customer.Query, error) {
	ids, err := w.numbers()
	return customer.Query{Numbers: ids, Type: customer.IdentityType(c.RegType), Identity: c.RegIdentity, Phone: c.NotifyPhone,
		NotifyEmail: c.NotifyEmail, CreatedMin: value(w.CreatedMin), CreatedMax: value(w.CreatedMax),
		UpdatedMin: value(w.UpdatedMin), UpdatedMax: value(w.UpdatedMax), SinceID: w.since()}, err
}

type customers struct{ OrderServices }

func (c customers) routes(f *route.Face) {
	row := func(method, path, name string, p route.Permission, query any, en, zh string) route.Route {
		return route.Route{Method: method, Path: "/v1/customers" + path, Name: name, Tag: "Customer", Permission: p, Query: query,
			Summary: route.Words{EN: en, ZH: zh}}
	}
	route.Handle(f, row(http.MethodGet, "", "ListCustomers", readCustomers, customersQuery{}, "List customers", "获取顾客列表"), c.list)
	route.Handle(f, row(http.MethodGet, "/count", "CountCustomers", readCustomers, customersCountQuery{}, "Count customers", "获取顾客总数"), c.count)
	route.Handle(f, row(http.MethodGet, "/{id}", "GetCustomer", readCustomers, fieldsQuery{}, "Get a customer", "获取顾客"), c.get)
	route.Handle(f, row(http.MethodPost, "", "CreateCustomer", writeCustomers, nil, "Create a customer", "创建顾客"), c.create)
	route.Handle(f, row(http.MethodPut, "/{id}", "UpdateCustomer", writeCustomers, nil, "Change a customer", "更新顾客"), c.update)
	route.Handle(f, row(http.MethodDelete, "/{id}", "DeleteCustomer", writeCustomers, nil, "Delete a customer", "删除顾客"), c.remove)
}

func (c customers) list(ctx context.Context, _ *struct{}) (*many[customerView], error) {
	q := route.QueryOf[customersQuery](ctx)
	query, err := q.query(q.window)
	if err != nil {
		return nil, err
	}
	query.Limit, query.Page = q.Limit, q.Page
	all, err := c.Customers.List(ctx, query)
	if err != nil {
		return nil, err
	}
	known, err := c.bought(ctx, all...)
	return showMany(known.customer, q.Fields)(all, err)
}

func (c customers) count(ctx context.Context, _ *struct{}) (*counted, error) {
	q := route.QueryOf[customersCountQuery](ctx)
	query, err := q.query(q.window)
	if err != nil {
		return nil, err
	}
	return countOf(c.Customers.Count(ctx, query))
}

func (c customers) get(ctx context.Context, in *ByID) (*one[customerView], error) {
	return showOne(as[customerView], route.QueryOf[fieldsQuery](ctx).Fields)(c.customer(ctx, customer.ByNumber(in.ID)))
}

func (c customers) create(ctx context.Context, in *NewCustomer) (*one[customerView], error) {
	n, err := in.Body.Customer.account()
	if err != nil {
		return nil, err
	}
	made, _, err := c.Customers.Register(ctx, n)
	return showOne(buyers{}.customer, nil)(customer.Profile{Customer: made}, err) // who is new has bought nothing
}

func (c customers) update(ctx context.Context, in *changedCustomer) (*one[customerView], error) {
	p, err := in.Body.Customer.patch()
	if err != nil {
		return nil, err
	}
	if _, err := c.Customers.Update(ctx, customer.ByNumber(in.ID), p); err != nil {
		return nil, err
	}
	return showOne(as[customerView], nil)(c.customer(ctx, customer.ByNumber(in.ID)))
}

func (c customers) remove(ctx context.Context, in *ByID) (*nothing, error) {
	return &nothing{}, c.Customers.Delete(ctx, customer.ByNumber(in.ID))
}
