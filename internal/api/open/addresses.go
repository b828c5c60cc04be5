package open

import (
	"context"
	"net/http"

	"kaidian/internal/api/route"
	"kaidian/internal/commerce/customer"
)

// addressView is an address of a customer as the face shows it.
type addressView struct {
	City             string  `json:"city"`
	CityCode         string  `json:"city_code"`
	CompletedAddress string  `json:"completed_address" doc:"From the country to the detail, with commas between. ‖ 从国家到详细地址，以逗号连接。"`
	Country          string  `json:"country"`
	CountryCode      string  `json:"country_code"`
	CreatedAt        instant `json:"created_at"`
	Detail           string  `json:"detail"`
	District         string  `json:"district"`
	DistrictCode     string  `json:"district_code" doc:"GB/T 2260; empty for an address that has none. ‖ 国标行政区编码，没有时为空。"`
	Email            string  `json:"email"`
	ID               int64   `json:"id"`
	IsDefault        bool    `json:"is_default"`
	Mobile           string  `json:"mobile"`
	Name             string  `json:"name"`
	Province         string  `json:"province"`
	ProvinceCode     string  `json:"province_code"`
	Telephone        string  `json:"telephone"`
	UpdatedAt        instant `json:"updated_at"`
	Zipcode          *string `json:"zipcode"`
}

func viewAddress(a customer.Address) addressView {
	o := a.Open()
	return addressView{
		City: o.City, CityCode: o.CityCode, CompletedAddress: o.Completed, Country: o.Country, CountryCode: o.CountryCode,
		CreatedAt: instant(o.CreatedAt), Detail: o.Detail, District: o.District, DistrictCode: o.DistrictCode, Email: o.Email,
		ID: o.Number, IsDefault: o.IsDefault, Mobile: o.Mobile, Name: o.Name, Province: o.Province, ProvinceCode: o.ProvinceCode,
		Telephone: o.Telephone, UpdatedAt: instant(o.UpdatedAt), Zipcode: o.Zipcode,
	}
}

type addressInput struct {
	Detail       route.Optional[text] `json:"detail,omitempty"`
	DistrictCode route.Optional[text] `json:"district_code,omitempty"`
	Email        route.Optional[text] `json:"email,omitempty"`
	IsDefault    route.Optional[flag] `json:"is_default,omitempty"`
	Mobile       route.Optional[text] `json:"mobile,omitempty"`
	Name         route.Optional[text] `json:"name,omitempty"`
	Telephone    route.Optional[text] `json:"telephone,omitempty"`
	Zipcode      route.Optional[text] `json:"zipcode,omitempty"`
}

func (in addressInput) patch() customer.OpenPatch {
	return customer.OpenPatch{Name: words(in.Name), Mobile: words(in.Mobile), DistrictCode: words(in.DistrictCode),
		Detail: words(in.Detail), Zipcode: words(in.Zipcode), Telephone: words(in.Telephone), Email: words(in.Email),
		IsDefault: yes(in.IsDefault)}
}

// OfCustomer is the path of a customer's addresses.
type OfCustomer struct {
	Customer int64 `path:"customer"`
}

func (p OfCustomer) owner() customer.Ref { return customer.ByNumber(p.Customer) }

type NewAddress struct {
	OfCustomer
	Body struct {
		Address addressInput `json:"address"`
	}
}

type oneAddress struct {
	OfCustomer
	ByID
}

type changedAddress struct {
	NewAddress
	ByID
}

type addresses struct{ customers *customer.Service }

func (a addresses) routes(f *route.Face) {
	row := func(method, path, name string, p route.Permission, query any, en, zh string) route.Route {
		return route.Route{Method: method, Path: "/v1/customers/{customer}/addresses" + path, Name: name, Tag: "CustomerAddress",
			Permission: p, Query: query, Summary: route.Words{EN: en, ZH: zh}}
	}
	route.Handle(f, row(http.MethodGet, "", "ListAddresses", readCustomers, fieldsQuery{}, "List a customer's addresses", "获取顾客的所有配送地址"), a.list)
	route.Handle(f, row(http.MethodGet, "/count", "CountAddresses", readCustomers, nil, "Count a customer's addresses", "获取顾客的配送地址总数"), a.count)
	route.Handle(f, row(http.MethodGet, "/{id}", "GetAddress", readCustomers, fieldsQuery{}, "Get an address", "获取配送地址详情"), a.get)
	route.Handle(f, row(http.MethodPost, "", "CreateAddress", writeCustomers, nil, "Create an address", "创建配送地址"), a.create)
	route.Handle(f, row(http.MethodPut, "/{id}", "UpdateAddress", writeCustomers, nil, "Change an address", "更改配送地址"), a.update)
	route.Handle(f, row(http.MethodDelete, "/{id}", "DeleteAddress", writeCustomers, nil, "Delete an address", "删除配送地址"), a.remove)
}

func (a addresses) list(ctx context.Context, in *OfCustomer) (*many[addressView], error) {
	return showMany(viewAddress, route.QueryOf[fieldsQuery](ctx).Fields)(a.customers.Addresses(ctx, in.owner()))
}

func (a addresses) count(ctx context.Context, in *OfCustomer) (*counted, error) {
	return countOf(a.customers.CountAddresses(ctx, in.owner()))
}

func (a addresses) get(ctx context.Context, in *oneAddress) (*one[addressView], error) {
	return showOne(viewAddress, route.QueryOf[fieldsQuery](ctx).Fields)(a.customers.Address(ctx, in.owner(), customer.ByNumber(in.ID)))
}

func (a addresses) create(ctx context.Context, in *NewAddress) (*one[addressView], error) {
	return showOne(viewAddress, nil)(a.customers.AddAddress(ctx, in.owner(), in.Body.Address.patch()))
}

func (a addresses) update(ctx context.Context, in *changedAddress) (*one[addressView], error) {
	return showOne(viewAddress, nil)(a.customers.UpdateAddress(ctx, in.owner(), customer.ByNumber(in.ID), in.Body.Address.patch()))
}

func (a addresses) remove(ctx context.Context, in *oneAddress) (*nothing, error) {
	return &nothing{}, a.customers.RemoveAddress(ctx, in.owner(), customer.ByNumber(in.ID))
}
