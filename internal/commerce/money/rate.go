package money

import (
	"math"
	"math/bits"
)

const (
	whole   Rate = 1_000_000 // all of an amount
	maxRate      = 10 * whole

	ratePlaces = 4 // decimal places of a percentage in millionths
)

// ParseRate reads a percentage as people write it: "20", "7.5". It has four decimal places at most and lies from 0 to 1000.
// Fault: ErrRate.
func ParseRate(percent string) (Rate, error) {
	n, ok := parseDecimal(percent, ratePlaces)
	if !ok || n < 0 || Rate(n) > maxRate {
		return 0, ErrRate
	}
	return Rate(n), nil
}

// Valid tells whether a rate lies from 0 to 1000 %.
func (r Rate) Valid() bool { return 0 <= r && r <= maxRate }

// Percent gives the rate in percent: 7.5.
func (r Rate) Percent() float64 { return float64(r) / float64(Percent) }

// String gives the rate in percent, as short as it goes: "7.5".
func (r Rate) String() string { return string(r.AppendJSON(nil)) }

// AppendJSON appends the rate in percent as a JSON number, as short as it goes: 7.5.
func (r Rate) AppendJSON(b []byte) []byte { return appendDecimal(b, int64(r), ratePlaces) }

// Of gives the rate's share of an amount, rounded to the nearest; a half goes up, towards +∞, as it does wherever the Store
// API is spoken. What does not fit into an int64 becomes the nearest that does.
func (r Rate) Of(amount int64) int64 { return mulDiv(amount, int64(r), int64(whole)) }

// Within gives the share that is in an amount already, as tax is in a price that includes it: amount × rate / (1 + rate),
// rounded as Of does. The rate is not negative.
func (r Rate) Within(amount int64) int64 { return mulDiv(amount, int64(r), int64(whole+r)) }

// mulDiv gives ⌊a × b / d + ½⌋, exactly, for d > 0, or the nearest int64.
func mulDiv(a, b, d int64) int64 {
	negative := (a < 0) != (b < 0)
	hi, lo := bits.Mul64(magnitude(a), magnitude(b))
	// A half goes up: of a positive quotient away from zero, of a negative one towards it.
	half := uint64(d) / 2
	if negative {
		half = (uint64(d) - 1) / 2
	}
	var carry uint64
	lo, carry = bits.Add64(lo, half, 0)
	hi += carry
	if hi >= uint64(d) {
		return saturated(negative)
	}
	q, _ := bits.Div64(hi, lo, uint64(d))
	switch {
	case negative && q <= 1<<63:
		return -int64(q) // of 1<<63, which wraps to the lowest int64, the negative is itself
	case !negative && q <= math.MaxInt64:
		return int64(q)
	}
	return saturated(negative)
}

func saturated(negative bool) int64 {
	if negative {
		return math.MinInt64
	}
	return math.MaxInt64
}

// magnitude gives |n|, which for the lowest int64 fits only into a uint64.
func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}
