package customer

import (
	"strings"
	"time"

	"kaidian/internal/commerce/geo"
)

// OpenAddress is an address as the Open API shows it. Texts are "" where there is nothing, except Zipcode.
type OpenAddress struct {
	Number       int64
	Name         string // of who receives the parcel, whole
	Mobile       string
	Telephone    string
	Email        string
	Country      string // in Chinese
	CountryCode  string // upper case
	Province     string
	ProvinceCode string // with CityCode, District and DistrictCode only for an address with a district code
	City         string
	CityCode     string
	District     string
	DistrictCode string
	Detail       string // street and house
	Zipcode      *string
	Completed    string // all from the country to the detail, with commas between
	IsDefault    bool
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// Open reads the address as the Open API shows it.
func (a Address) Open() OpenAddress {
	v := OpenAddress{
		Number: a.Number, Name: joinName(deref(a.FirstName), deref(a.LastName)),
		Mobile: deref(a.Phone), Telephone: deref(a.Telephone), Email: deref(a.Email),
		Province: deref(a.Province), City: deref(a.City), Detail: joinDetail(deref(a.Address1), deref(a.Address2)),
		IsDefault: a.IsDefault, CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt,
	}
	if deref(a.PostalCode) != "" {
		v.Zipcode = a.PostalCode
	}
	code := deref(a.CountryCode)
	if p, ok := a.place(); ok {
		code = china
		v.Province, v.ProvinceCode = p.Province.FullName, p.Province.Code
		v.City, v.CityCode = p.City.FullName, p.City.Code
		v.District, v.DistrictCode = p.District.FullName, p.District.Code
	}
	v.CountryCode = strings.ToUpper(code)
	if country, ok := geo.CountryByCode(code); ok {
		v.Country = country.NameZh
	}
	v.Completed = joinCompleted(v.Country, v.Province, v.City, v.District, v.Detail)
	return v
}

func joinDetail(line1, line2 string) string {
	if line1 == "" || line2 == "" {
		return line1 + line2
	}
	return line1 + " " + line2
}

func joinCompleted(parts ...string) string {
	var b strings.Builder
	for _, part := range parts {
		if part == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		b.WriteString(part)
	}
	return b.String()
}

// OpenPatch is what the Open API writes. A member that is what Open shows already changes nothing, and null is the same
// as empty; so what was read can be written back. Everything else that Open shows follows from DistrictCode.
type OpenPatch struct {
	Name         Optional[string] // kept whole, as first name
	Mobile       Optional[string] // any text: the Open API's own examples are no numbers
	DistrictCode Optional[string]
	Detail       Optional[string] // kept whole, as first line
	Zipcode      Optional[string]
	Telephone    Optional[string]
	Email        Optional[string]
	IsDefault    Optional[bool]
}

// Apply implements AddressChange. Name, mobile, district_code and detail must not be empty, in a new address and when
// they change.
func (p OpenPatch) Apply(a Address) (Address, error) {
	c := openChange{fresh: a.ID == ""}
	was := a.Open()
	if name, ok := c.must("name", p.Name, was.Name, maxText); ok {
		last := ""
		a.FirstName, a.LastName = &name, &last
	}
	if detail, ok := c.must("detail", p.Detail, was.Detail, maxLine); ok {
		a.Address1, a.Address2 = &detail, nil
	}
	if mobile, ok := c.must("mobile", p.Mobile, was.Mobile, maxText); ok {
		a.Phone = &mobile
	}
	if code, ok := c.must("district_code", p.DistrictCode, was.DistrictCode, maxText); ok {
		c.settle(&a, code)
	}
	if zip, ok := c.may("zipcode", p.Zipcode, deref(was.Zipcode)); ok {
		a.PostalCode = zip
	}
	if telephone, ok := c.may("telephone", p.Telephone, was.Telephone); ok {
		a.Telephone = telephone
	}
	if email, ok := c.may("email", p.Email, was.Email); ok {
		if email != nil {
			c.email("email", *email)
		}
		a.Email = email
	}
	a.IsDefault = p.IsDefault.Or(a.IsDefault)
	return a, c.fault(reasonInvalidAddress)
}

// openChange is the work on one OpenPatch.
type openChange struct {
	problems
	fresh bool
}

// must gives the new value of a text that cannot be empty, if it has a good one.
func (c *openChange) must(name string, o Optional[string], shown string, most int) (string, bool) {
	v := o.Or(shown)
	if v == shown && !c.fresh {
		return "", false
	}
	before := len(c.list)
	c.filled(name, v, most)
	return v, len(c.list) == before
}

// may gives the new value of a text that can be empty, which is nil, if it has a good one.
func (c *openChange) may(name string, o Optional[string], shown string) (*string, bool) {
	v := o.Or(shown)
	if v == shown {
		return nil, false
	}
	if v == "" {
		return nil, true
	}
	before := len(c.list)
	c.text(name, v, maxText)
	return &v, len(c.list) == before
}

func (c *openChange) settle(a *Address, code string) {
	place, err := geo.Resolve(code)
	if err != nil {
		c.unknownDistrict("district_code")
		return
	}
	a.settle(place)
}
