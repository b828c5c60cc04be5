package store

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"kaidian/internal/api/route"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/platform/fault"
)

// addressPayload changes an address.
type addressPayload struct {
	FirstName   route.Optional[string]         `json:"first_name,omitempty" example:"Arno"`
	LastName    route.Optional[string]         `json:"last_name,omitempty" example:"Willms"`
	Company     route.Optional[string]         `json:"company,omitempty"`
	Address1    route.Optional[string]         `json:"address_1,omitempty" example:"14433 Kemmer Court"`
	Address2    route.Optional[string]         `json:"address_2,omitempty" example:"Suite 369"`
	City        route.Optional[string]         `json:"city,omitempty" example:"South Geoffreyview"`
	CountryCode route.Optional[string]         `json:"country_code,omitempty" example:"st"`
	Province    route.Optional[string]         `json:"province,omitempty" example:"Kentucky"`
	PostalCode  route.Optional[string]         `json:"postal_code,omitempty" example:"72093"`
	Phone       route.Optional[string]         `json:"phone,omitempty"`
	Metadata    route.Optional[map[string]any] `json:"metadata,omitempty" doc:"Replaces what is there. A district_code (GB/T 2260) in it puts the address into that district. ‖ 整体替换。其中的 district_code(国标行政区编码)会确定地址所在的行政区。"`
}

func (p addressPayload) patch() (customer.StorePatch, error) {
	meta, err := rawMetadata(p.Metadata)
	return customer.StorePatch{
		FirstName: domain(p.FirstName), LastName: domain(p.LastName), Company: domain(p.Company), Address1: domain(p.Address1),
		Address2: domain(p.Address2), City: domain(p.City), CountryCode: domain(p.CountryCode), Province: domain(p.Province),
		PostalCode: domain(p.PostalCode), Phone: domain(p.Phone), Metadata: meta,
	}, err
}

// addressCreatePayload makes an address.
type addressCreatePayload struct {
	FirstName   string                         `json:"first_name" example:"Arno"`
	LastName    string                         `json:"last_name" example:"Willms"`
	Company     route.Optional[string]         `json:"company,omitempty"`
	Address1    string                         `json:"address_1" example:"14433 Kemmer Court"`
	Address2    route.Optional[string]         `json:"address_2,omitempty" example:"Suite 369"`
	City        string                         `json:"city" example:"South Geoffreyview"`
	CountryCode string                         `json:"country_code" example:"st"`
	Province    route.Optional[string]         `json:"province,omitempty" example:"Kentucky"`
	PostalCode  string                         `json:"postal_code" example:"72093"`
	Phone       route.Optional[string]         `json:"phone,omitempty"`
	Metadata    route.Optional[map[string]any] `json:"metadata,omitempty" doc:"A district_code (GB/T 2260) in it puts the address into that district. ‖ 其中的 district_code(国标行政区编码)会确定地址所在的行政区。"`
}

func (p addressCreatePayload) patch() (customer.StorePatch, error) {
	meta, err := rawMetadata(p.Metadata)
	return customer.StorePatch{
		FirstName: customer.Some(p.FirstName), LastName: customer.Some(p.LastName), Company: domain(p.Company),
		Address1: customer.Some(p.Address1), Address2: domain(p.Address2), City: customer.Some(p.City),
		CountryCode: customer.Some(p.CountryCode), Province: domain(p.Province), PostalCode: customer.Some(p.PostalCode),
		Phone: domain(p.Phone), Metadata: meta,
	}, err
}

type newAddress struct {
	Body struct {
		Address addressCreatePayload `json:"address"`
	}
}

type AddressPath struct {
	ID string `path:"address_id"`
}

type changedAddress struct {
	AddressPath
	Body addressPayload
}

func (c customers) addressRoutes(f *route.Face, row func(method, path, name, en, zh string) route.Route) {
	route.Handle(f, row(http.MethodPost, "/me/addresses", "PostCustomersCustomerAddresses", "Add a shipping address", "添加送货地址"), c.addAddress)
	update := row(http.MethodPost, "/me/addresses/{address_id}", "PostCustomersCustomerAddressesAddress", "Update a shipping address", "更新送货地址")
	route.Handle(f, update, c.updateAddress)
	route.Handle(f, row(http.MethodDelete, "/me/addresses/{address_id}", "DeleteCustomersCustomerAddressesAddress", "Delete an address", "删除地址"), c.removeAddress)
}

func (c customers) addAddress(ctx context.Context, in *newAddress) (*customerBody, error) {
	p, err := in.Body.Address.patch()
	if err != nil {
		return nil, err
	}
	id := customerID(ctx)
	if _, err := c.customers.AddAddress(ctx, customer.ByID(id), p); err != nil {
		return nil, under("address", err)
	}
	return c.show(ctx, id)
}

// updateAddress answers an unknown address as an invalid one: that is what the original does.
func (c customers) updateAddress(ctx context.Context, in *changedAddress) (*customerBody, error) {
	p, err := in.Body.patch()
	if err != nil {
		return nil, err
	}
	id := customerID(ctx)
	_, err = c.customers.UpdateAddress(ctx, customer.ByID(id), customer.ByID(in.ID), p)
	if fault.CodeOf(err) == fault.NotFound {
		return nil, fault.New(fault.Invalid, "store.no_address", "Could not find address for customer")
	}
	if err != nil {
		return nil, err
	}
	return c.show(ctx, id)
}

// removeAddress is content with an address that is not there.
func (c customers) removeAddress(ctx context.Context, in *AddressPath) (*customerBody, error) {
	id := customerID(ctx)
	err := c.customers.RemoveAddress(ctx, customer.ByID(id), customer.ByID(in.ID))
	if err != nil && fault.CodeOf(err) != fault.NotFound {
		return nil, err
	}
	return c.show(ctx, id)
}

// under names the fields of a fault as the body does, where they stand inside a member.
func under(member string, err error) error {
	f := fault.As(err)
	if f == nil || len(f.Fields) == 0 {
		return err
	}
	fields := make([]fault.Field, len(f.Fields))
	for i, p := range f.Fields {
		fields[i] = fault.Field{Name: member + "." + p.Name, Rule: p.Rule, Message: member + "." + p.Message}
	}
	return fault.Fields(f.Reason, fields...)
}

// addressOrID is an address, or the id of one.
type addressOrID struct {
	id      string
	address *addressPayload
}

// UnmarshalJSON reads either.
func (a *addressOrID) UnmarshalJSON(raw []byte) error {
	if bytes.HasPrefix(raw, []byte(`"`)) {
		return json.Unmarshal(raw, &a.id)
	}
	return json.Unmarshal(raw, &a.address)
}

// Schema tells the document, and the validation, what it is.
func (addressOrID) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{route.SchemaOf[addressPayload](r), {Type: huma.TypeString}}}
}
