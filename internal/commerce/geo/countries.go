package geo

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

// Country is an entry of ISO 3166-1.
type Country struct {
	Number      int    // from 1 without gaps; China is 1, the others follow by ISO2
	ISO2        string // alpha-2 in lower case: "it"
	ISO3        string // alpha-3 in lower case: "ita"
	NumCode     string // numeric code, always three digits: "380", "004"
	Name        string // English in capitals, as the Store API shows it: "ITALY"
	DisplayName string // English: "Italy"
	NameZh      string // Chinese, in everyday form: "意大利"
	Continent   string // africa, antarctica, asia, europe, north_america, oceania or south_america
}

//go:embed countries.tsv
var countriesTSV string

var countries = sync.OnceValue(func() []Country { return parseCountries(countriesTSV) })

// Countries gives all countries, China first, the others by ISO2. The slice is the caller's own.
func Countries() []Country {
	return slices.Clone(countries())
}

// CountryByCode finds a country by its alpha-2 code in any case: "cn", "CN". It is false for anything else.
func CountryByCode(iso2 string) (Country, bool) {
	if len(iso2) != 2 {
		return Country{}, false
	}
	all, code := countries(), strings.ToLower(iso2)
	if code == all[0].ISO2 {
		return all[0], true
	}
	rest := all[1:]
	i, found := slices.BinarySearchFunc(rest, code, func(c Country, code string) int { return strings.Compare(c.ISO2, code) })
	if !found {
		return Country{}, false
	}
	return rest[i], true
}

// parseCountries reads lines of six tab-separated columns: alpha-2, alpha-3, numeric, continent, English, Chinese. It
// trusts its input, which is compiled in and vouched for by the tests.
func parseCountries(text string) []Country {
	all := make([]Country, 0, 256)
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		all = append(all, Country{
			Number: len(all) + 1, ISO2: f[0], ISO3: f[1], NumCode: f[2], Continent: f[3],
			Name: strings.ToUpper(f[4]), DisplayName: f[4], NameZh: f[5],
		})
	}
	return all
}
