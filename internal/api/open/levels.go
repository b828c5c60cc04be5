package open

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"kaidian/internal/api/route"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/platform/fault"
)

// percent is a share of a whole as the face writes it: 95.5.
type percent customer.Percent

// MarshalJSON writes the shortest decimal.
func (p percent) MarshalJSON() ([]byte, error) { return []byte(customer.Percent(p).String()), nil }

// Schema tells the document what it is.
func (percent) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Type: huma.TypeNumber} }

// levelView is a customer level as the face shows it.
type levelView struct {
	ConditionAmount yuan    `json:"condition_amount" doc:"Spending that lifts a customer into the level, in yuan. ‖ 升级所需的累计消费金额(元)。"`
	CreatedAt       instant `json:"created_at"`
	Discount        percent `json:"discount" doc:"Percent paid: 100 is none, 95 is 5 % off. ‖ 折扣百分比，100 为不打折，95 为九五折。"`
	ID              int64   `json:"id"`
	IsDefault       bool    `json:"is_default" doc:"The level of new customers. ‖ 是否为新顾客的默认等级。"`
	Name            string  `json:"name"`
	UpdatedAt       instant `json:"updated_at"`
}

func viewLevel(l customer.Level) levelView {
	return levelView{ConditionAmount: yuan(l.ConditionAmount), CreatedAt: instant(l.CreatedAt), Discount: percent(l.Discount),
		ID: l.Number, IsDefault: l.IsDefault, Name: l.Name, UpdatedAt: instant(l.UpdatedAt)}
}

type levelInput struct {
	ConditionAmount route.Optional[decimal] `json:"condition_amount,omitempty"`
	Discount        route.Optional[decimal] `json:"discount,omitempty"`
	IsDefault       route.Optional[flag]    `json:"is_default,omitempty"`
	Name            route.Optional[text]    `json:"name,omitempty"`
}

func (in levelInput) patch() (customer.LevelPatch, error) {
	p := customer.LevelPatch{Name: words(in.Name), IsDefault: yes(in.IsDefault)}
	var problems []fault.Field
	switch d := in.Discount; {
	case d.Null:
		p.Discount = customer.Null[customer.Percent]()
	case d.Set:
		share, err := customer.ParsePercent(string(d.Value))
		if f := fault.As(err); f != nil {
			problems = append(problems, f.Fields...)
		}
		p.Discount = customer.Some(share)
	}
	switch a := in.ConditionAmount; {
	case a.Null:
		p.ConditionAmount = customer.Null[int64]()
	case a.Set:
		fen, ok := parseYuan(string(a.Value))
		if !ok {
			problems = append(problems, fault.Field{Name: "condition_amount", Rule: fault.Format,
				Message: "condition_amount must be an amount with two decimal places at most"})
		}
		p.ConditionAmount = customer.Some(int64(fen))
	}
	return p, fault.Fields("open.level", problems...)
}

// words gives the domain's form of a text that may be absent or null.
func words(o route.Optional[text]) customer.Optional[string] {
	return optional(o, func(t text) string { return string(t) })
}

// amount gives the domain's form of an integer that may be absent or null.
func amount[W ~int64](o route.Optional[W]) customer.Optional[int64] {
	return optional(o, func(w W) int64 { return int64(w) })
}

// yes gives the domain's form of a flag that may be absent or null.
func yes(o route.Optional[flag]) customer.Optional[bool] {
	return optional(o, func(f flag) bool { return bool(f) })
}

func optional[W, D any](o route.Optional[W], to func(W) D) customer.Optional[D] {
	switch {
	case !o.Set:
		return customer.Optional[D]{}
	case o.Null:
		return customer.Null[D]()
	}
	return customer.Some(to(o.Value))
}

type NewLevel struct {
	Body struct {
		Level levelInput `json:"customer_level"`
	}
}

type changedLevel struct {
	ByID
	NewLevel
}

// levelsQuery has no bounds of time: levels are a handful, and nobody looks for new ones.
type levelsQuery struct {
	picked
	paging
}

type levels struct{ customers *customer.Service }

func (l levels) routes(f *route.Face) {
	row := func(method, path, name string, p route.Permission, query any, en, zh string) route.Route {
		return route.Route{Method: method, Path: "/v1/customer_levels" + path, Name: name, Tag: "CustomerLevel", Permission: p,
			Query: query, Summary: route.Words{EN: en, ZH: zh}}
	}
	route.Handle(f, row(http.MethodGet, "", "ListCustomerLevels", readCustomers, levelsQuery{}, "List customer levels", "获取顾客等级列表"), l.list)
	route.Handle(f, row(http.MethodGet, "/count", "CountCustomerLevels", readCustomers, picked{}, "Count customer levels", "获取顾客等级总数"), l.count)
	route.Handle(f, row(http.MethodGet, "/{id}", "GetCustomerLevel", readCustomers, fieldsQuery{}, "Get a customer level", "获取顾客等级"), l.get)
	route.Handle(f, row(http.MethodPost, "", "CreateCustomerLevel", writeCustomers, nil, "Create a customer level", "创建顾客等级"), l.create)
	route.Handle(f, row(http.MethodPut, "/{id}", "UpdateCustomerLevel", writeCustomers, nil, "Change a customer level", "更新顾客等级"), l.update)
	route.Handle(f, row(http.MethodDelete, "/{id}", "DeleteCustomerLevel", writeCustomers, nil, "Delete a customer level", "删除顾客等级"), l.remove)
}

func (p picked) levels() (customer.LevelQuery, error) {
	ids, err := p.numbers()
	return customer.LevelQuery{SinceID: p.since(), Numbers: ids}, err
}

func (l levels) list(ctx context.Context, _ *struct{}) (*many[levelView], error) {
	q := route.QueryOf[levelsQuery](ctx)
	query, err := q.levels()
	if err != nil {
		return nil, err
	}
	query.Limit, query.Page = q.Limit, q.Page
	return showMany(viewLevel, q.Fields)(l.customers.Levels(ctx, query))
}

func (l levels) count(ctx context.Context, _ *struct{}) (*counted, error) {
	query, err := route.QueryOf[picked](ctx).levels()
	if err != nil {
		return nil, err
	}
	return countOf(l.customers.CountLevels(ctx, query))
}

func (l levels) get(ctx context.Context, in *ByID) (*one[levelView], error) {
	return showOne(viewLevel, route.QueryOf[fieldsQuery](ctx).Fields)(l.customers.Level(ctx, in.ID))
}

func (l levels) create(ctx context.Context, in *NewLevel) (*one[levelView], error) {
	p, err := in.Body.Level.patch()
	if err != nil {
		return nil, err
	}
	return showOne(viewLevel, nil)(l.customers.CreateLevel(ctx, p))
}

func (l levels) update(ctx context.Context, in *changedLevel) (*one[levelView], error) {
	p, err := in.Body.Level.patch()
	if err != nil {
		return nil, err
	}
	return showOne(viewLevel, nil)(l.customers.UpdateLevel(ctx, in.ID, p))
}

func (l levels) remove(ctx context.Context, in *ByID) (*nothing, error) {
	return &nothing{}, l.customers.DeleteLevel(ctx, in.ID)
}
