package storefront

import (
	"slices"
	"strings"

	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/geo"
	"kaidian/internal/commerce/order"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/patch"
)

// china is the country whose addresses have a form of their own: a name in one piece, a province of those there are, and a phone
// for the courier, but no need of a postcode.
const china = "cn"

// inChina tells whether a region sends to China alone.
func inChina(r shop.Region) bool { return len(r.Countries) == 1 && r.Countries[0] == china }

// addressFields are the fields of the form, as the Store API calls them.
var addressFields = []string{"first_name", "last_name", "company", "address_1", "address_2", "city", "province", "postal_code", "country_code", "phone"}

// required gives the fields that an address must have.
func required(r shop.Region) []string {
	if inChina(r) {
		return []string{"first_name", "address_1", "city", "province", "phone"}
	}
	return []string{"first_name", "last_name", "address_1", "city", "postal_code", "country_code"}
}

// typedAddress reads the fields of an address, without space around them.
func (v *visit) typedAddress() map[string]string {
	out := map[string]string{}
	for _, name := range addressFields {
		out[name] = strings.TrimSpace(v.r.PostForm.Get(name))
	}
	if len(v.region.Countries) == 1 {
		out["country_code"] = v.region.Countries[0]
	}
	return out
}

// addressProblems says what is wrong with an address, by field.
func (v *visit) addressProblems(typed map[string]string) map[string]string {
	out := map[string]string{}
	for _, name := range required(v.region) {
		if typed[name] == "" {
			out[name] = v.words.Rules[fault.Required]
		}
	}
	if code := typed["country_code"]; code != "" && !slices.Contains(v.region.Countries, code) {
		out["country_code"] = v.words.Problems["cart.address_not_in_region"]
	}
	return out
}

// addressChange makes a change of what was typed: all of it, so that what is left empty is gone.
func addressChange(typed map[string]string) cart.AddressInput {
	text := func(name string) patch.Optional[string] {
		if typed[name] == "" {
			return patch.Null[string]()
		}
		return patch.Some(typed[name])
	}
	return cart.AddressInput{Change: customer.StorePatch{
		FirstName: text("first_name"), LastName: text("last_name"), Company: text("company"), Address1: text("address_1"),
		Address2: text("address_2"), City: text("city"), Province: text("province"), PostalCode: text("postal_code"),
		CountryCode: text("country_code"), Phone: text("phone"),
	}}
}

// keptAddress gives the fields of an address that the cart has.
func keptAddress(a *cart.Address) map[string]string {
	out := map[string]string{}
	if a == nil {
		return out
	}
	for i, text := range []*string{a.FirstName, a.LastName, a.Company, a.Address1, a.Address2, a.City, a.Province, a.PostalCode, a.CountryCode, a.Phone} {
		if text != nil {
			out[addressFields[i]] = *text
		}
	}
	return out
}

func orderAddress(a *order.Address) map[string]string {
	if a == nil {
		return nil
	}
	return keptAddress(&cart.Address{FirstName: a.FirstName, LastName: a.LastName, Company: a.Company, Address1: a.Address1, Address2: a.Address2,
		City: a.City, Province: a.Province, PostalCode: a.PostalCode, CountryCode: a.CountryCode, Phone: a.Phone})
}

// addressLines writes an address as it stands on a parcel.
func (v *visit) addressLines(a map[string]string) []string {
	join := func(sep string, names ...string) string {
		var parts []string
		for _, name := range names {
			if a[name] != "" {
				parts = append(parts, a[name])
			}
		}
		return strings.Join(parts, sep)
	}
	lines := []string{join(" ", "first_name", "last_name"), a["company"], a["address_1"], a["address_2"], join(" ", "postal_code", "city"), a["province"]}
	if a["country_code"] == china {
		lines = []string{join(" ", "first_name", "last_name"), a["company"], join(" ", "province", "city"), join(" ", "address_1", "address_2"), a["postal_code"]}
	}
	if a["country_code"] != "" {
		lines = append(lines, v.countryName(a["country_code"]))
	}
	lines = append(lines, a["phone"])
	return slices.DeleteFunc(lines, func(s string) bool { return s == "" })
}

// option is an entry of a list to choose from.
type option struct {
	Value, Name string
	Chosen      bool
}

// countries gives the countries of the region, in the order of their names.
func (v *visit) countries(chosen string) []option {
	var out []option
	for _, code := range v.region.Countries {
		out = append(out, option{code, v.countryName(code), code == chosen})
	}
	slices.SortFunc(out, func(a, b option) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// provinces gives the provinces of China.
func provinces(chosen string) []option {
	var out []option
	for _, r := range geo.Provinces() {
		out = append(out, option{r.FullName, r.FullName, r.FullName == chosen})
	}
	return out
}
