package open

import (
	"encoding/json"
	"math"
	"testing"

	"kaidian/internal/commerce/money"
)

func TestParseMeasure(t *testing.T) {
	t.Parallel()
	for text, grams := range map[string]int64{
		"0": 0, "1": 1000, "0.5": 500, "0.001": 1, "0.0004": 0, "0.0005": 1, "0.30000000000000004": 300, "1e-3": 1, "2E2": 200_000, "+1": 1000, "-1": -1000,
		"200": 200_000, ".5": 500, "5.": 5000, "1000000": 1e9,
	} {
		if got, ok := parseMeasure(text, gramsOf); !ok || got != grams {
			t.Errorf("%q is %d g (%t), want %d", text, got, ok, grams)
		}
	}
	for _, text := range []string{"", "x", "1 kg", "0x10", "1_000", "NaN", "Inf", "-Inf", "1e999", "1e300", "1,5", "１", "1e", "--1", "10000000000000000000000000000000000000000.1"} {
		if got, ok := parseMeasure(text, gramsOf); ok {
			t.Errorf("%q is %d g", text, got)
		}
	}
	if n, ok := parseMeasure("100", centisOf); !ok || n != 1e8 {
		t.Errorf("100 m³ are %d cm³", n)
	}
}

func TestMeasuresAreShort(t *testing.T) {
	t.Parallel()
	for v, want := range map[any]string{
		kilograms(0): "0", kilograms(1): "0.001", kilograms(500): "0.5", kilograms(200_000): "200", kilograms(1_234_567): "1234.567", kilograms(1e9): "1000000",
		cubicMetres(0): "0", cubicMetres(1): "0.000001", cubicMetres(1e8): "100", cubicMetres(123_456_789): "123.456789",
	} {
		if got, err := json.Marshal(v); err != nil || string(got) != want {
			t.Errorf("%T %v is %s (%v), want %s", v, v, got, err, want)
		}
	}
}

func FuzzMeasure(f *testing.F) {
	for _, seed := range []string{"0.5", "1e-3", "-7", "1e308", ".", "0x1p-2"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, ok := parseMeasure(text, gramsOf)
		if !ok || n < 0 || n > 1e12 {
			return
		}
		shown, err := json.Marshal(kilograms(n))
		if err != nil || !json.Valid(shown) {
			t.Fatalf("%d g are %s (%v)", n, shown, err)
		}
		if again, ok := parseMeasure(string(shown), gramsOf); !ok || again != n {
			t.Fatalf("%q is %d g, shown as %s, which is %d", text, n, shown, again)
		}
	})
}

func TestPrice(t *testing.T) {
	t.Parallel()
	yen, dinar, cny := money.Currency{Code: "jpy"}, money.Currency{Code: "kwd", Exponent: 3}, money.Currency{Code: "cny", Exponent: 2}
	amount := func(n int64) *int64 { return &n }
	for want, p := range map[string]price{
		"null": {nil, cny}, "0": {amount(0), cny}, "63.8": {amount(6380), cny}, "0.01": {amount(1), cny}, "980": {amount(980), yen}, "1.005": {amount(1005), dinar},
		"92233720368547758.07": {amount(math.MaxInt64), cny},
	} {
		if got, err := json.Marshal(p); err != nil || string(got) != want {
			t.Errorf("%+v is %s (%v), want %s", p, got, err, want)
		}
	}
	for text, want := range map[string][3]int64{"10": {10, 1000, 10_000}, "10.50": {-1, 1050, 10_500}, "10.005": {-1, -1, 10_005}, "10.0000": {10, 1000, 10_000}} {
		for i, places := range []int{0, 2, 3} {
			if got, ok := parseAmount(text, places); ok != (want[i] >= 0) || ok && got != want[i] {
				t.Errorf("%q with %d places is %d (%t)", text, places, got, ok)
			}
		}
	}
}
