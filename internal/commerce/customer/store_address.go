package customer

import (
	"encoding/json"
	"strings"
	"time"

	"kaidian/internal/commerce/geo"
	"kaidian/internal/platform/fault"
)

// StoreAddress is an address as the Store API shows it. Nil is null.
type StoreAddress struct {
	ID          string
	CustomerID  string
	FirstName   *string
	LastName    *string
	Company     *string
	Address1    *string
	Address2    *string
	City        *string // in China the city with its district, so that province, city and first line read on
	Province    *string
	PostalCode  *string
	CountryCode *string // lower case
	Phone       *string
	Metadata    json.RawMessage // an object or nil; with the keys of derivedKeys for an address with a district code
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// The keys of metadata that show where in China an address is. They are never stored there. The first may be
// written, the others follow from it.
const (
	districtKey = "district_code"
	cityKey     = "city_code"
	provinceKey = "province_code"
)

// Store reads the address as the Store API shows it.
func (a Address) Store() StoreAddress {
	v := StoreAddress{
		ID: a.ID, CustomerID: a.CustomerID, FirstName: a.FirstName, LastName: a.LastName, Company: a.Company,
		Address1: a.Address1, Address2: a.Address2, City: a.City, Province: a.Province, PostalCode: a.PostalCode,
		CountryCode: a.CountryCode, Phone: a.Phone, Metadata: a.Metadata, CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt,
	}
	if p, ok := a.place(); ok {
		country, line := china, p.CityLine()
		v.CountryCode, v.City, v.Province = &country, &line, &p.Province.FullName
		v.Metadata = withCodes(a.Metadata, p)
	}
	return v
}

// withCodes adds the derived keys to stored metadata. Metadata that cannot be read shows nothing but them.
func withCodes(stored json.RawMessage, p geo.Place) json.RawMessage {
	codes := `{"` + cityKey + `":"` + p.City.Code + `","` + districtKey + `":"` + p.District.Code +
		`","` + provinceKey + `":"` + p.Province.Code + `"}`
	m, err := decode(stored)
	if err != nil || len(m) == 0 {
		return json.RawMessage(codes)
	}
	for key, code := range map[string]string{cityKey: p.City.Code, districtKey: p.District.Code, provinceKey: p.Province.Code} {
		m[key] = json.RawMessage(`"` + code + `"`)
	}
	all, err := m.text()
	if err != nil {
		return json.RawMessage(codes)
	}
	return all
}

// StorePatch is what the Store API writes: null is null, Metadata replaces what is there. What was read can be written
// back without a change.
type StorePatch struct {
	FirstName, LastName, Company, Address1, Address2 Optional[string]
	City, Province, PostalCode, CountryCode, Phone   Optional[string]
	Metadata                                         Optional[Metadata]
}

// Apply implements AddressChange. A new shipping address must have first_name, last_name, address_1, city, country_code
// and postal_code; the texts among them may be empty, as the Store API lets them be.
func (p StorePatch) Apply(a Address) (Address, error) {
	c := storeChange{StorePatch: p, was: a.Store(), a: a}
	if a.ID == "" && a.Kind == Shipping {
		c.demand()
	}
	c.texts()
	c.metadata()
	c.region()
	return c.a, c.fault(reasonInvalidAddress)
}

// storeChange is the work on one StorePatch.
type storeChange struct {
	StorePatch
	problems
	was  StoreAddress
	a    Address
	code Optional[string] // what the metadata says of the district: null to have none
}

// demand asks for what a new address must have.
func (c *storeChange) demand() {
	for _, m := range []struct {
		name string
		text Optional[string]
	}{
		{"first_name", c.FirstName}, {"last_name", c.LastName}, {"address_1", c.Address1}, {"city", c.City},
		{"country_code", c.CountryCode}, {"postal_code", c.PostalCode},
	} {
		if _, ok := m.text.Get(); !ok {
			c.missing(m.name)
		}
	}
}

// texts sets what has nothing to do with the region.
func (c *storeChange) texts() {
	for _, m := range []struct {
		column *(*string)
		text   Optional[string]
		name   string
		most   int
	}{
		{&c.a.FirstName, c.FirstName, "first_name", maxText}, {&c.a.LastName, c.LastName, "last_name", maxText},
		{&c.a.Company, c.Company, "company", maxText},
		{&c.a.Address1, c.Address1, "address_1", maxLine}, {&c.a.Address2, c.Address2, "address_2", maxText},
		{&c.a.PostalCode, c.PostalCode, "postal_code", maxText}, {&c.a.Phone, c.Phone, "phone", maxText},
	} {
		*m.column, _ = c.changed(m.name, m.text, *m.column, m.most)
	}
}

// changed gives what a column becomes, and whether that is another than before.
func (c *storeChange) changed(name string, o Optional[string], shown *string, most int) (*string, bool) {
	if !o.IsSet() {
		return shown, false
	}
	v := pointer(o)
	if same(v, shown) {
		return shown, false
	}
	c.text(name, deref(v), most)
	return v, true
}

// metadata replaces the metadata and takes the derived keys out of it.
func (c *storeChange) metadata() {
	if !c.Metadata.IsSet() {
		return
	}
	sent, ok := c.Metadata.Get()
	if !ok {
		c.a.Metadata = nil
		return
	}
	c.code = c.districtIn(sent)
	keep := make(Metadata, len(sent))
	for key, value := range sent {
		if key != districtKey && key != cityKey && key != provinceKey {
			keep[key] = value
		}
	}
	if len(keep) == 0 && len(sent) > 0 && len(c.a.Metadata) == 0 {
		return // nothing but derived keys came back to where nothing is stored
	}
	c.a.Metadata = keep.encode(&c.problems)
}

// districtIn reads the district code out of sent metadata: absent, a code, or null for none.
func (c *storeChange) districtIn(sent Metadata) Optional[string] {
	raw, ok := sent[districtKey]
	if !ok {
		return Optional[string]{}
	}
	var code *string
	if err := json.Unmarshal(raw, &code); err != nil {
		c.add("metadata."+districtKey, fault.Type, "metadata.district_code must be a string")
		return Optional[string]{}
	}
	if deref(code) == "" {
		return Null[string]()
	}
	return Some(*code)
}

// region sets country, province, city and district code, which say one thing.
func (c *storeChange) region() {
	country, countryMoved := c.country()
	province, moved := c.changed("province", c.Province, c.was.Province, maxText)
	city, cityMoved := c.changed("city", c.City, c.was.City, maxText)
	moved = moved || cityMoved

	present, coded := c.a.place()
	code, named := c.code.Get()
	echo := named && coded && code == present.District.Code
	inChina := deref(country) == china

	switch {
	case named && !echo && c.CountryCode.IsSet() && !inChina:
		c.add("metadata."+districtKey, fault.Unknown, "metadata.district_code is one of China and country_code another country")
	case named && !echo:
		c.settle(code)
	case inChina && !c.code.IsNull() && (moved || countryMoved):
		if place, ok := guess(deref(province), deref(city)); ok {
			c.a.settle(place)
		} else if !echo {
			c.write(country, province, city)
		}
	case moved || countryMoved || c.code.IsNull() && coded:
		c.write(country, province, city)
	}
}

// country gives the country after the change, and whether it is another than before.
func (c *storeChange) country() (*string, bool) {
	o := c.CountryCode
	if code, ok := o.Get(); ok {
		o = Some(strings.ToLower(strings.TrimSpace(code)))
	}
	code, moved := c.changed("country_code", o, c.was.CountryCode, maxText)
	if moved && code != nil {
		if _, ok := geo.CountryByCode(*code); !ok {
			c.add("country_code", fault.Unknown, "country_code must be the ISO 3166-1 alpha-2 code of a country")
		}
	}
	return code, moved
}

// write keeps the region as text, without a code.
func (c *storeChange) write(country, province, city *string) {
	c.a.DistrictCode, c.a.CountryCode, c.a.Province, c.a.City = nil, country, province, city
}

func (c *storeChange) settle(code string) {
	place, err := geo.Resolve(code)
	if err != nil {
		c.unknownDistrict("metadata." + districtKey)
		return
	}
	c.a.settle(place)
}

// unknownDistrict is the problem of a code that is of no district.
func (p *problems) unknownDistrict(name string) {
	p.add(name, fault.Unknown, name+" must be the code of a district")
}

// guess looks for the one place that a province and a city line of a western form mean. Without a province, the name
// of a district alone must be the only one of its kind: 朝阳区 is a city line in Beijing, and a district in Changchun too.
func guess(province, city string) (geo.Place, bool) {
	province = strings.TrimSpace(province)
	place, ok := geo.FindCityLine(province, city)
	if ok && (province != "" || place.CityLine() != place.District.FullName) {
		return place, true
	}
	if place, ok := geo.Find(province, city, ""); ok && province != "" {
		return place, true
	}
	return geo.Find(province, "", city)
}
