package customer

import (
	"encoding/json"
	"time"

	"kaidian/internal/commerce/geo"
)

// Kind says what an address is for.
type Kind string

// The kinds of address.
const (
	Shipping Kind = "shipping"
	Billing  Kind = "billing"
)

// Address is a row of either kind as it is stored. Nil texts were never given, or taken away. Where DistrictCode is
// set the address is Chinese, and CountryCode, Province and City say the same as the code.
type Address struct {
	ID           string // "addr_…", "" before it is stored
	Number       int64
	CustomerID   string
	Kind         Kind
	FirstName    *string
	LastName     *string
	Company      *string
	Address1     *string
	Address2     *string
	City         *string // the line below the province: city and district in China
	Province     *string
	PostalCode   *string
	CountryCode  *string // ISO 3166-1 alpha-2 in lower case
	DistrictCode *string // GB/T 2260, six digits
	Phone        *string
	Telephone    *string
	Email        *string
	IsDefault    bool            // one of a customer's shipping addresses at most
	Metadata     json.RawMessage // an object, or nil
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// AddressChange is what a face asks of an address: an OpenPatch or a StorePatch. Apply gives the address after the
// change. One without ID is new: Apply then also asks for what its face demands of a new shipping address. It is pure,
// and its error is one Invalid fault of all problems.
type AddressChange interface {
	Apply(Address) (Address, error)
}

const china = "cn"

// place gives the place of an address with a district code. A code that the present data does not know counts as none.
func (a Address) place() (geo.Place, bool) {
	if a.DistrictCode == nil {
		return geo.Place{}, false
	}
	place, err := geo.Resolve(*a.DistrictCode)
	return place, err == nil
}

// settle puts the address into a place of China. Where it is there already nothing changes.
func (a *Address) settle(to geo.Place) {
	if deref(a.DistrictCode) == to.District.Code {
		return
	}
	country, line := china, to.CityLine()
	a.DistrictCode, a.CountryCode = &to.District.Code, &country
	a.Province, a.City = &to.Province.FullName, &line
}

// equal tells whether two addresses have the same columns.
func (a Address) equal(b Address) bool {
	return a.ID == b.ID && a.Kind == b.Kind && a.IsDefault == b.IsDefault &&
		same(a.FirstName, b.FirstName) && same(a.LastName, b.LastName) && same(a.Company, b.Company) &&
		same(a.Address1, b.Address1) && same(a.Address2, b.Address2) && same(a.City, b.City) &&
		same(a.Province, b.Province) && same(a.PostalCode, b.PostalCode) && same(a.CountryCode, b.CountryCode) &&
		same(a.DistrictCode, b.DistrictCode) && same(a.Phone, b.Phone) && same(a.Telephone, b.Telephone) &&
		same(a.Email, b.Email) && string(a.Metadata) == string(b.Metadata)
}
