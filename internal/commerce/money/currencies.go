package money

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

//go:embed currencies.tsv
var currenciesTSV string

// table is the currencies by code, and where each is.
type table struct {
	all    []Currency
	places map[string]int
}

var currencies = sync.OnceValue(func() table { return parseCurrencies(currenciesTSV) })

// Lookup finds a currency of ISO 4217 that is in use, by its code in any case. Funds and metals are none.
func Lookup(code string) (Currency, bool) {
	t := currencies()
	if i, ok := t.places[code]; ok {
		return t.all[i], true
	}
	if len(code) != 3 {
		return Currency{}, false
	}
	i, ok := t.places[strings.ToLower(code)]
	if !ok {
		return Currency{}, false
	}
	return t.all[i], true
}

// Currencies gives all currencies of ISO 4217 that are in use, by code. The slice is the caller's own.
func Currencies() []Currency { return slices.Clone(currencies().all) }

// parseCurrencies reads lines of five tab-separated columns: code, exponent, name, symbol, native symbol. It trusts its
// input, which is compiled in and vouched for by the tests.
func parseCurrencies(text string) table {
	t := table{places: map[string]int{}}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		t.places[f[0]] = len(t.all)
		t.all = append(t.all, Currency{Code: f[0], Exponent: int(f[1][0] - '0'), Name: f[2], Symbol: f[3], SymbolNative: f[4]})
	}
	return t
}
