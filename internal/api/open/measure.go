package open

import (
	"math"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"kaidian/internal/commerce/money"
)

// price is an amount in the shop's default currency, which the face writes as a decimal number. There may be none.
type price struct {
	amount   *int64
	currency money.Currency
}

// MarshalJSON writes the shortest decimal: 63.8.
func (p price) MarshalJSON() ([]byte, error) {
	if p.amount == nil {
		return []byte("null"), nil
	}
	return p.currency.AppendJSON(nil, *p.amount), nil
}

// Schema tells the document what it is.
func (price) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeNumber, Nullable: true}
}

// kilograms and cubicMetres are what the domain has in grams and cubic centimetres. What is not known is 0.
type (
	kilograms   int64
	cubicMetres int64
)

const (
	gramsOf  = 1e3 // a kilogram
	centisOf = 1e6 // a cubic metre
)

// MarshalJSON writes the shortest decimal.
func (k kilograms) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(k)/gramsOf, 'f', -1, 64), nil
}

// Schema tells the document what it is.
func (kilograms) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Type: huma.TypeNumber} }

// MarshalJSON writes the shortest decimal.
func (c cubicMetres) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(c)/centisOf, 'f', -1, 64), nil
}

// Schema tells the document what it is.
func (cubicMetres) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Type: huma.TypeNumber} }

// maxMeasured is the length of a number's text.
const maxMeasured = 40

// parseMeasure reads a decimal number and gives it in the domain's unit, of which there are so many in the face's, to the
// nearest. It is false for what is no number; the domain says which are too large.
func parseMeasure(s string, units float64) (int64, bool) {
	if len(s) > maxMeasured || strings.Trim(s, "0123456789+-.eE") != "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.Abs(f*units) > maxExact {
		return 0, false
	}
	return int64(math.Round(f * units)), true
}
