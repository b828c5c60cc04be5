package money

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"
)

// Parse reads an amount in major units, "10.01", and gives it in minor ones, 1001. It may have as many decimal places as the
// currency's exponent, and a minus sign. Fault: ErrAmount, also for what does not fit into an int64.
func (c Currency) Parse(text string) (int64, error) {
	n, ok := parseDecimal(text, c.Exponent)
	if !ok {
		return 0, ErrAmount
	}
	return n, nil
}

// Format gives an amount of minor units in major ones, as short as it goes: "10", "63.8", "0.01".
func (c Currency) Format(amount int64) string { return string(c.AppendJSON(nil, amount)) }

// AppendJSON appends an amount of minor units in major ones as a JSON number, as short as it goes: 63.8.
func (c Currency) AppendJSON(b []byte, amount int64) []byte {
	return appendDecimal(b, amount, c.Exponent)
}

// parseDecimal reads a plain decimal number of some places at most, in units of the last place. It is strict: digits, at
// least one before the point, and at least one after it where there is a point.
func parseDecimal(text string, places int) (int64, bool) {
	digits, negative := strings.CutPrefix(text, "-")
	integer, fraction, point := strings.Cut(digits, ".")
	if integer == "" || point && fraction == "" || len(fraction) > places {
		return 0, false
	}
	var n uint64
	for _, part := range []string{integer, fraction} {
		for i := range len(part) {
			d := part[i] - '0'
			if d > 9 || n > (math.MaxInt64-uint64(d))/10 {
				return 0, false
			}
			n = n*10 + uint64(d)
		}
	}
	for range places - len(fraction) {
		if n > math.MaxInt64/10 {
			return 0, false
		}
		n *= 10
	}
	if negative {
		return -int64(n), true
	}
	return int64(n), true
}

// appendDecimal writes a number of units of the last of some decimal places, without zeros at the end.
func appendDecimal(b []byte, n int64, places int) []byte {
	if n < 0 {
		b = append(b, '-')
	}
	unit := uint64(1)
	for range places {
		unit *= 10
	}
	m := magnitude(n)
	b = strconv.AppendUint(b, m/unit, 10)
	rest := m % unit
	if rest == 0 {
		return b
	}
	b = append(b, '.')
	for rest > 0 {
		unit /= 10
		b = append(b, '0'+byte(rest/unit))
		rest %= unit
	}
	return b
}

// Share splits an amount by weights, none of them negative and their sum an int64. The parts add up to the amount, and each is
// within one of its exact share: each first gets what it has whole, and what is left goes to the largest remainders, the first
// of equals. Without any weight all goes to the first part.
func Share(amount int64, weights []int64) []int64 {
	parts := make([]int64, len(weights))
	var sum uint64
	for _, w := range weights {
		sum += uint64(w)
	}
	switch {
	case len(parts) == 0:
		return parts
	case sum == 0:
		parts[0] = amount
		return parts
	}
	rests := make([]uint64, len(weights))
	left := magnitude(amount)
	for i, w := range weights {
		hi, lo := bits.Mul64(magnitude(amount), uint64(w))
		var q uint64
		q, rests[i] = bits.Div64(hi, lo, sum) // w ≤ sum, so the quotient fits
		parts[i] = int64(q)
		left -= q
	}
	spread(parts, rests, left)
	if amount < 0 {
		for i := range parts {
			parts[i] = -parts[i]
		}
	}
	return parts
}

// spread gives one more to as many parts as left says, those with the largest rests. Left is less than the number of parts.
func spread(parts []int64, rests []uint64, left uint64) {
	if left == 0 {
		return
	}
	order := make([]int, len(parts))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rests[b], rests[a]) })
	for _, i := range order[:left] {
		parts[i]++
	}
}
