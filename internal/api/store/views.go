package store

import (
	"encoding/json"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"kaidian/internal/api/route"
	"kaidian/internal/commerce/customer"
)

// customerView is a customer as the face shows it. Relations that an answer does not load are left out.
type customerView struct {
	ID               string                   `json:"id" example:"cus_01G2SG30J8C85S4A5CHM2S1NS2"`
	Email            string                   `json:"email" format:"email" doc:"Empty for an account that signs in by other means. ‖ 以其他方式登录的账号为空字符串。"`
	FirstName        *string                  `json:"first_name" example:"Arno"`
	LastName         *string                  `json:"last_name" example:"Willms"`
	BillingAddressID *string                  `json:"billing_address_id" example:"addr_01G8ZH853YPY9B94857DY91YGW"`
	BillingAddress   route.Maybe[addressView] `json:"billing_address,omitzero"`
	Addresses        []addressView            `json:"shipping_addresses,omitzero" nullable:"false"`
	Phone            *string                  `json:"phone" example:"16128234334802"`
	HasAccount       bool                     `json:"has_account"`
	Orders           []orderJSON              `json:"orders,omitzero" nullable:"false"`
	Metadata         metadata                 `json:"metadata"`
	CreatedAt        instant                  `json:"created_at"`
	UpdatedAt        instant                  `json:"updated_at"`
	DeletedAt        never                    `json:"deleted_at"`
}

// addressView is an address as the face shows it.
type addressView struct {
	ID          string   `json:"id" example:"addr_01G8ZC9VS1XVE149MGH2J7QSSH"`
	CustomerID  *string  `json:"customer_id" example:"cus_01G2SG30J8C85S4A5CHM2S1NS2"`
	Company     *string  `json:"company" example:"Acme"`
	FirstName   *string  `json:"first_name" example:"Arno"`
	LastName    *string  `json:"last_name" example:"Willms"`
	Address1    *string  `json:"address_1" example:"14433 Kemmer Court"`
	Address2    *string  `json:"address_2" example:"Suite 369"`
	City        *string  `json:"city" example:"South Geoffreyview" doc:"In China the city with its district. ‖ 中国地址为城市加区县。"`
	CountryCode *string  `json:"country_code" example:"st"`
	Province    *string  `json:"province" example:"Kentucky"`
	PostalCode  *string  `json:"postal_code" example:"72093"`
	Phone       *string  `json:"phone" example:"16128234334802"`
	Metadata    metadata `json:"metadata" doc:"With district_code, city_code and province_code for an address in China. ‖ 中国地址带有 district_code、city_code 和 province_code。"`
	CreatedAt   instant  `json:"created_at"`
	UpdatedAt   instant  `json:"updated_at"`
	DeletedAt   never    `json:"deleted_at"`
}

// viewProfile shows a customer with its addresses.
func viewProfile(p customer.Profile) customerView {
	v := viewCustomer(p.Customer)
	v.Addresses = make([]addressView, len(p.Addresses))
	for i, a := range p.Addresses {
		v.Addresses[i] = viewAddress(a)
	}
	v.BillingAddress = route.Maybe[addressView]{Loaded: true}
	if p.Billing != nil {
		a := viewAddress(*p.Billing)
		v.BillingAddress.Value = &a
	}
	return v
}

// viewCustomer shows a customer alone.
func viewCustomer(c customer.Customer) customerView {
	return customerView{
		ID: c.ID, Email: c.Email, FirstName: c.FirstName, LastName: c.LastName, BillingAddressID: c.BillingAddressID,
		Phone: c.Phone, HasAccount: c.HasAccount, Metadata: metadata(c.Metadata),
		CreatedAt: instant(c.CreatedAt), UpdatedAt: instant(c.UpdatedAt),
	}
}

func viewAddress(a customer.Address) addressView {
	s := a.Store()
	return addressView{
		ID: s.ID, CustomerID: &s.CustomerID, Company: s.Company, FirstName: s.FirstName, LastName: s.LastName,
		Address1: s.Address1, Address2: s.Address2, City: s.City, CountryCode: s.CountryCode, Province: s.Province,
		PostalCode: s.PostalCode, Phone: s.Phone, Metadata: metadata(s.Metadata),
		CreatedAt: instant(s.CreatedAt), UpdatedAt: instant(s.UpdatedAt),
	}
}

// instant is a time: ISO 8601, UTC, milliseconds.
type instant time.Time

// MarshalJSON writes "2026-11-21T19:28:32.732Z".
func (t instant) MarshalJSON() ([]byte, error) {
	b := make([]byte, 0, 26)
	return time.Time(t).UTC().AppendFormat(b, `"2006-01-02T15:04:05.000Z"`), nil
}

// Schema tells the document what it is.
func (instant) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date-time"}
}

// never is a time that no answer has: what is deleted is not shown.
type never struct{}

// MarshalJSON writes null.
func (never) MarshalJSON() ([]byte, error) { return []byte("null"), nil }

// Schema tells the document what it would be.
func (never) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date-time", Nullable: true}
}

// metadata is an object of the client's own, or null.
type metadata json.RawMessage

// MarshalJSON writes it as it is kept.
func (m metadata) MarshalJSON() ([]byte, error) {
	if len(m) == 0 {
		return []byte("null"), nil
	}
	return m, nil
}

// Schema tells the document what it is.
func (metadata) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, Nullable: true, AdditionalProperties: true}
}
