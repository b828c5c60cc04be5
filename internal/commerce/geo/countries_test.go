package geo

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestCountriesAreTheStandard(t *testing.T) {
	t.Parallel()
	all := Countries()
	if len(all) != 249 {
		t.Errorf("%d countries, ISO 3166-1 has 249", len(all))
	}
	form := map[string]*regexp.Regexp{
		"iso2": regexp.MustCompile(`^[a-z]{2}$`), "iso3": regexp.MustCompile(`^[a-z]{3}$`), "num": regexp.MustCompile(`^[0-9]{3}$`),
		"name": regexp.MustCompile(`^\p{Lu}`), "zh": regexp.MustCompile(`^[\p{Han}（）、-]{2,}$`),
		"continent": regexp.MustCompile(`^(africa|antarctica|asia|europe|north_america|oceania|south_america)$`),
	}
	seen := map[string]string{}
	for i, c := range all {
		if c.Number != i+1 {
			t.Errorf("%s has number %d at place %d", c.ISO2, c.Number, i+1)
		}
		for column, value := range map[string]string{"iso2": c.ISO2, "iso3": c.ISO3, "num": c.NumCode, "name": c.DisplayName, "zh": c.NameZh} {
			if !form[column].MatchString(value) {
				t.Errorf("%s: %s is %q", c.ISO2, column, value)
			}
			if other, twice := seen[column+value]; twice {
				t.Errorf("%s and %s share %s %q", other, c.ISO2, column, value)
			}
			seen[column+value] = c.ISO2
		}
		if !form["continent"].MatchString(c.Continent) {
			t.Errorf("%s: continent %q", c.ISO2, c.Continent)
		}
	}
	byCode := func(a, b Country) int { return strings.Compare(a.ISO2, b.ISO2) }
	if !slices.IsSortedFunc(all[1:], byCode) {
		t.Error("the countries after China are out of order, so looking them up cannot work")
	}
}

func TestCountryByCode(t *testing.T) {
	t.Parallel()
	cn := Country{1, "cn", "chn", "156", "CHINA", "China", "中国", "asia"}
	it := Country{110, "it", "ita", "380", "ITALY", "Italy", "意大利", "europe"}
	cases := []struct {
		code string
		want Country
	}{
		{"cn", cn}, {"CN", cn}, {"Cn", cn},
		{"it", it}, {"IT", it},
		{"", Country{}}, {"c", Country{}}, {"chn", Country{}}, {"zz", Country{}}, {" cn", Country{}}, {"意", Country{}}, {"\xff\xfe", Country{}},
	}
	for _, c := range cases {
		got, ok := CountryByCode(c.code)
		if got != c.want || ok != (c.want != Country{}) {
			t.Errorf("CountryByCode(%q) = %+v, %t", c.code, got, ok)
		}
	}
	if c, _ := CountryByCode("ci"); c.Name != "CÔTE D'IVOIRE" {
		t.Errorf("the name in capitals is %q", c.Name)
	}
}

func TestEveryCountryIsFoundInAnyCase(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SampledFrom(Countries()).Draw(t, "country")
		code := []byte(want.ISO2)
		for i := range code {
			if rapid.Bool().Draw(t, "upper") {
				code[i] -= 'a' - 'A'
			}
		}
		if got, ok := CountryByCode(string(code)); !ok || got != want {
			t.Fatalf("CountryByCode(%q) = %+v, %t", code, got, ok)
		}
	})
}

func TestCountriesAreACopy(t *testing.T) {
	t.Parallel()
	Countries()[0].ISO2 = "xx"
	if _, ok := CountryByCode("cn"); !ok {
		t.Error("a caller changed the table of countries")
	}
}

func BenchmarkParseCountries(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		parseCountries(countriesTSV)
	}
}
