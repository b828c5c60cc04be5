package money_test

import (
	"errors"
	"math"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kaidian/internal/commerce/money"
)

func TestCurrenciesAreTheStandard(t *testing.T) {
	t.Parallel()
	all := money.Currencies()
	code := regexp.MustCompile(`^[a-z]{3}$`)
	for i, c := range all {
		if !code.MatchString(c.Code) || i > 0 && c.Code <= all[i-1].Code {
			t.Errorf("%q is no code, or out of order", c.Code)
		}
		for what, text := range map[string]string{"name": c.Name, "symbol": c.Symbol, "native symbol": c.SymbolNative} {
			if text == "" || strings.TrimSpace(text) != text || strings.ContainsAny(text, "\t\u00a0\u200b\u200e\u200f\u202f") {
				t.Errorf("%s: the %s is %q", c.Code, what, text)
			}
		}
	}
	exponents := map[int][]string{}
	for _, c := range all {
		exponents[c.Exponent] = append(exponents[c.Exponent], c.Code)
	}
	if got := strings.Join(exponents[0], " "); got != "bif clp djf gnf isk jpy kmf krw pyg rwf ugx vnd vuv xaf xof xpf" {
		t.Errorf("without a minor unit: %s", got)
	}
	if got := strings.Join(exponents[3], " "); got != "bhd iqd jod kwd lyd omr tnd" {
		t.Errorf("of thousandths: %s", got)
	}
	if len(all) != 155 || len(exponents[2]) != 155-16-7 {
		t.Errorf("%d currencies, %d of hundredths", len(all), len(exponents[2]))
	}
	all[0].Name = "changed"
	if again := money.Currencies(); again[0].Name == "changed" {
		t.Error("a caller can change the table")
	}
}

func TestLookup(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code string
		want money.Currency
	}{
		{"cny", money.Currency{Code: "cny", Name: "Chinese Yuan", Symbol: "CN¥", SymbolNative: "¥", Exponent: 2}},
		{"CNY", money.Currency{Code: "cny", Name: "Chinese Yuan", Symbol: "CN¥", SymbolNative: "¥", Exponent: 2}},
		{"Eur", money.Currency{Code: "eur", Name: "Euro", Symbol: "€", SymbolNative: "€", Exponent: 2}},
		{"usd", money.Currency{Code: "usd", Name: "US Dollar", Symbol: "$", SymbolNative: "$", Exponent: 2}},
		{"jpy", money.Currency{Code: "jpy", Name: "Japanese Yen", Symbol: "¥", SymbolNative: "￥", Exponent: 0}},
		{"kwd", money.Currency{Code: "kwd", Name: "Kuwaiti Dinar", Symbol: "KWD", SymbolNative: "د.ك.", Exponent: 3}},
		{"", money.Currency{}}, {"cn", money.Currency{}}, {"cnyy", money.Currency{}}, {" cny", money.Currency{}}, {"xau", money.Currency{}},
		{"xxx", money.Currency{}}, {"dem", money.Currency{}}, {"\xff\xff\xff", money.Currency{}},
	} {
		got, ok := money.Lookup(c.code)
		if got != c.want || ok != (c.want.Code != "") {
			t.Errorf("Lookup(%q) = %+v, %t", c.code, got, ok)
		}
	}
}

func TestEveryCurrencyIsFound(t *testing.T) {
	t.Parallel()
	for _, c := range money.Currencies() {
		for _, code := range []string{c.Code, strings.ToUpper(c.Code)} {
			if got, ok := money.Lookup(code); !ok || got != c {
				t.Errorf("Lookup(%q) = %+v, %t", code, got, ok)
			}
		}
	}
}

func TestParseRate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want money.Rate
		as   string
	}{
		{"0", 0, "0"}, {"20", 200_000, "20"}, {"7.5", 75_000, "7.5"}, {"7.50", 75_000, "7.5"}, {"0.0001", 1, "0.0001"},
		{"19.9999", 199_999, "19.9999"}, {"1000", 10_000_000, "1000"}, {"1000.0000", 10_000_000, "1000"}, {"007", 70_000, "7"},
	} {
		got, err := money.ParseRate(c.text)
		if err != nil || got != c.want || got.String() != c.as || !got.Valid() {
			t.Errorf("ParseRate(%q) = %d (%s), %v", c.text, got, got, err)
		}
		if f := got.Percent(); math.Abs(f*10_000-float64(c.want)) > 1e-6 {
			t.Errorf("%s in percent is %v", got, f)
		}
	}
	for _, text := range []string{
		"", " ", "-1", "-0.1", "+1", "1.", ".5", "1,5", "1e2", "0x10", "1.00001", "1000.0001", "1001", "20%", " 20", "20 ", "٣", "NaN",
		"99999999999999999999", "1.-1", "--1", "1.1.1", "\x00",
	} {
		if got, err := money.ParseRate(text); !errors.Is(err, money.ErrRate) {
			t.Errorf("ParseRate(%q) = %d, %v", text, got, err)
		}
	}
	if money.Rate(-1).Valid() || money.Rate(10_000_001).Valid() {
		t.Error("a rate out of bounds is valid")
	}
}

func TestAmounts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code, text string
		want       int64
		as         string
	}{
		{"cny", "10.01", 1001, "10.01"}, {"cny", "10", 1000, "10"}, {"cny", "63.80", 6380, "63.8"}, {"cny", "0.01", 1, "0.01"},
		{"cny", "0", 0, "0"}, {"cny", "-0.5", -50, "-0.5"}, {"cny", "-0", 0, "0"}, {"cny", "007.5", 750, "7.5"},
		{"jpy", "1200", 1200, "1200"}, {"kwd", "1.005", 1005, "1.005"}, {"kwd", "1.1", 1100, "1.1"},
		{"cny", "92233720368547758.07", math.MaxInt64, "92233720368547758.07"},
		{"cny", "-92233720368547758.07", -math.MaxInt64, "-92233720368547758.07"},
		{"jpy", "9223372036854775807", math.MaxInt64, "9223372036854775807"},
	} {
		currency, _ := money.Lookup(c.code)
		got, err := currency.Parse(c.text)
		if err != nil || got != c.want || currency.Format(got) != c.as {
			t.Errorf("%s %q = %d (%s), %v", c.code, c.text, got, currency.Format(got), err)
		}
	}
	for _, c := range []struct{ code, text string }{
		{"cny", "10.001"}, {"cny", "0.010"}, {"jpy", "1.0"}, {"jpy", "1.5"}, {"kwd", "1.0001"}, {"cny", ""}, {"cny", "-"}, {"cny", "."},
		{"cny", "1."}, {"cny", ".1"}, {"cny", "1e3"}, {"cny", "+1"}, {"cny", "1,000"}, {"cny", "¥1"}, {"cny", " 1"}, {"cny", "１"},
		{"cny", "92233720368547758.08"}, {"cny", "922337203685477580"}, {"jpy", "9223372036854775808"}, {"cny", "1.-1"},
	} {
		currency, _ := money.Lookup(c.code)
		if got, err := currency.Parse(c.text); !errors.Is(err, money.ErrAmount) {
			t.Errorf("%s %q = %d, %v", c.code, c.text, got, err)
		}
	}
	cny, _ := money.Lookup("cny")
	if got := cny.Format(math.MinInt64); got != "-92233720368547758.08" {
		t.Errorf("the lowest amount is %s", got)
	}
}

func TestOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		percent string
		amount  int64
		want    int64
	}{
		{"20", 3750, 750}, {"20", 4, 1}, {"20", 2, 0}, {"50", 1, 1}, {"50", -1, 0}, {"50", 5, 3}, {"50", -5, -2}, {"50", -6, -3},
		{"19", 1050, 200}, {"7.5", 1000, 75}, {"7.5", 20, 2}, {"0.0001", 500_000, 1}, {"0.0001", 499_999, 0}, {"0.0001", -500_000, 0},
		{"0.0001", -500_001, -1}, {"0", math.MaxInt64, 0}, {"100", math.MaxInt64, math.MaxInt64}, {"100", math.MinInt64, math.MinInt64},
		{"1000", math.MaxInt64, math.MaxInt64}, {"1000", math.MinInt64, math.MinInt64}, {"1000", 100, 1000},
		{"50", math.MinInt64, math.MinInt64 / 2}, {"100.0001", math.MaxInt64, math.MaxInt64},
		// 1.15 × 100 as floats is 114.99999999999999
		{"115", 100, 115}, {"8.25", 20_000, 1650}, {"29", 50, 15},
	} {
		rate, err := money.ParseRate(c.percent)
		if got := rate.Of(c.amount); err != nil || got != c.want {
			t.Errorf("%s %% of %d = %d, want %d", c.percent, c.amount, got, c.want)
		}
	}
}

func TestWithin(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		percent string
		amount  int64
		want    int64
	}{
		{"20", 1200, 200}, {"20", 1000, 167}, {"19", 119, 19}, {"25", 100, 20}, {"0", 100, 0}, {"100", 1, 1}, {"100", -1, 0},
		{"1000", 11, 10}, {"1000", math.MaxInt64, 8384883669867978006}, {"20", math.MaxInt64, 1537228672809129301},
	} {
		rate, err := money.ParseRate(c.percent)
		if got := rate.Within(c.amount); err != nil || got != c.want {
			t.Errorf("%s %% within %d = %d, want %d", c.percent, c.amount, got, c.want)
		}
	}
}

// halfUp gives ⌊n/d + ½⌋ in numbers of any size, cut to an int64.
func halfUp(n, d *big.Int) int64 {
	twice := new(big.Int).Mul(big.NewInt(2), d)
	sum := new(big.Int).Add(new(big.Int).Mul(big.NewInt(2), n), d)
	q := new(big.Int).Div(sum, twice) // Euclid's, which for d > 0 is the floor
	switch {
	case q.IsInt64():
		return q.Int64()
	case q.Sign() < 0:
		return math.MinInt64
	}
	return math.MaxInt64
}

func anyRate(t *rapid.T) money.Rate {
	return money.Rate(rapid.Int64Range(0, 10_000_000).Draw(t, "rate"))
}

func TestRatesAreExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rate, amount := anyRate(t), rapid.Int64().Draw(t, "amount")
		product := new(big.Int).Mul(big.NewInt(amount), big.NewInt(int64(rate)))
		if got, want := rate.Of(amount), halfUp(product, big.NewInt(1_000_000)); got != want {
			t.Fatalf("%s %% of %d is %d, want %d", rate, amount, got, want)
		}
		if got, want := rate.Within(amount), halfUp(product, big.NewInt(1_000_000+int64(rate))); got != want {
			t.Fatalf("%s %% within %d is %d, want %d", rate, amount, got, want)
		}
	})
}

// The tax in a price with tax is the tax on the price without.
func TestOfAndWithinAgree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rate, amount := anyRate(t), rapid.Int64Range(0, money.MaxAmount).Draw(t, "amount")
		tax := rate.Of(amount)
		if got := rate.Within(amount + tax); got-tax > 1 || tax-got > 1 {
			t.Fatalf("%s %% of %d is %d, and within %d it is %d", rate, amount, tax, amount+tax, got)
		}
	})
}

func TestRatesAndAmountsAreReadAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rate := anyRate(t)
		if got, err := money.ParseRate(rate.String()); err != nil || got != rate {
			t.Fatalf("%s is read as %s, %v", rate, got, err)
		}
		c := rapid.SampledFrom(money.Currencies()).Draw(t, "currency")
		amount := rapid.Int64Min(-math.MaxInt64).Draw(t, "amount")
		text := c.Format(amount)
		if got, err := c.Parse(text); err != nil || got != amount {
			t.Fatalf("%d %s is %q and read as %d, %v", amount, c.Code, text, got, err)
		}
		if strings.Contains(text, ".") && strings.HasSuffix(text, "0") {
			t.Fatalf("%d %s is %q, which could be shorter", amount, c.Code, text)
		}
	})
}

func TestShare(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		amount  int64
		weights []int64
		want    []int64
	}{
		{500, []int64{2700, 1050}, []int64{360, 140}},
		{100, []int64{1, 1, 1}, []int64{34, 33, 33}},
		{-100, []int64{1, 1, 1}, []int64{-34, -33, -33}},
		{2, []int64{1, 2, 3}, []int64{0, 1, 1}},
		{10, []int64{0, 0}, []int64{10, 0}},
		{0, []int64{3, 4}, []int64{0, 0}},
		{7, []int64{0, 5, 0}, []int64{0, 7, 0}},
		{5, nil, []int64{}},
		{math.MinInt64, []int64{1}, []int64{math.MinInt64}},
		{math.MaxInt64, []int64{math.MaxInt64 - 1, 1}, []int64{math.MaxInt64 - 1, 1}},
	} {
		if got := money.Share(c.amount, c.weights); !slices.Equal(got, c.want) {
			t.Errorf("Share(%d, %v) = %v, want %v", c.amount, c.weights, got, c.want)
		}
	}
}

func TestSharesAddUpAndAreFair(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		amount := rapid.Int64().Draw(t, "amount")
		weights := rapid.SliceOfN(rapid.Int64Range(0, 1<<40), 1, 20).Draw(t, "weights")
		parts := money.Share(amount, weights)
		sum, all := new(big.Int), new(big.Int)
		for i := range parts {
			sum.Add(sum, big.NewInt(parts[i]))
			all.Add(all, big.NewInt(weights[i]))
		}
		if sum.Cmp(big.NewInt(amount)) != 0 {
			t.Fatalf("%v add up to %s, not %d", parts, sum, amount)
		}
		for i := range parts {
			if all.Sign() == 0 {
				break
			}
			// |part × all − amount × weight| < all: within one of the exact share
			off := new(big.Int).Sub(new(big.Int).Mul(big.NewInt(parts[i]), all), new(big.Int).Mul(big.NewInt(amount), big.NewInt(weights[i])))
			if off.CmpAbs(all) >= 0 {
				t.Fatalf("part %d of %v is not its share", i, parts)
			}
			if weights[i] == 0 && parts[i] != 0 {
				t.Fatalf("part %d has no weight and gets %d", i, parts[i])
			}
		}
	})
}

func FuzzParseRate(f *testing.F) {
	for _, s := range []string{"20", "7.5", "0.0001", "1000", "-1", "1e3", "", "."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rate, err := money.ParseRate(text)
		if err != nil {
			return
		}
		want, ok := new(big.Rat).SetString(text)
		if !ok || want.Mul(want, big.NewRat(10_000, 1)).Cmp(big.NewRat(int64(rate), 1)) != 0 || !rate.Valid() {
			t.Errorf("%q is read as %s", text, rate)
		}
	})
}

func FuzzParseAmount(f *testing.F) {
	for _, s := range []string{"10.01", "63.8", "-0.5", "92233720368547758.07", "1e3", "", "."} {
		f.Add(s, "cny")
		f.Add(s, "kwd")
		f.Add(s, "jpy")
	}
	f.Fuzz(func(t *testing.T, text, code string) {
		c, ok := money.Lookup(code)
		if !ok {
			return
		}
		amount, err := c.Parse(text)
		if err != nil {
			return
		}
		want, ok := new(big.Rat).SetString(text)
		unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(c.Exponent)), nil)
		if !ok || want.Mul(want, new(big.Rat).SetInt(unit)).Cmp(new(big.Rat).SetInt64(amount)) != 0 {
			t.Errorf("%q %s is read as %d", text, code, amount)
		}
		if again, err := c.Parse(c.Format(amount)); err != nil || again != amount {
			t.Errorf("%d is written as %q and read as %d, %v", amount, c.Format(amount), again, err)
		}
	})
}
