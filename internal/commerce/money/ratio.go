package money

import (
	"math"
	"math/big"
	"math/bits"
)

// Ratio is an exact amount that need not be whole: Whole + Num / Den minor units. The zero value is zero; Den 0 counts as 1,
// and Den is not negative. Whole is apart so that a share of any amount fits: its numerator stays below its denominator. What
// methods give is in lowest terms, with 0 <= Num < Den, and without a Den where it is whole.
type Ratio struct {
	Whole    int64
	Num, Den int64
}

// ShareOf gives the exact share that a weight has of an amount: amount × weight / all, for 0 <= weight <= all. Without any
// weight it is zero.
func ShareOf(amount, weight, all int64) Ratio {
	if all <= 0 {
		return Ratio{}
	}
	whole, num := floorDiv(amount, weight, all)
	return Ratio{Whole: whole, Num: num, Den: all}.lowest()
}

// Round gives the nearest minor unit; a half goes up, towards +∞, as Rate.Of does.
func (r Ratio) Round() int64 {
	r = r.proper()
	if uint64(r.Num)*2 >= uint64(r.Den) {
		return plus(r.Whole, 1)
	}
	return r.Whole
}

// Add gives the sum. It is exact as long as the common denominator is an int64, as it is for shares of one sum: each denominator
// divides that. A sum beyond that is rounded down at the 62nd binary place. What does not fit into an int64 becomes the nearest
// that does.
func (r Ratio) Add(o Ratio) Ratio {
	r, o = r.proper(), o.proper()
	sum := Ratio{Whole: plus(r.Whole, o.Whole)}
	switch {
	case o.Num == 0:
		sum.Num, sum.Den = r.Num, r.Den
	case r.Num == 0:
		sum.Num, sum.Den = o.Num, o.Den
	default:
		sum.addParts(r, o)
	}
	return sum.lowest()
}

// addParts sets what is beyond the whole to the sum of that of two ratios.
func (r *Ratio) addParts(a, b Ratio) {
	g := gcd(a.Den, b.Den)
	hi, common := bits.Mul64(uint64(a.Den/g), uint64(b.Den))
	if hi > 0 || common > math.MaxInt64 {
		sum := new(big.Rat).Add(big.NewRat(a.Num, a.Den), big.NewRat(b.Num, b.Den))
		scaled := new(big.Int).Lsh(sum.Num(), 62)
		scaled.Div(scaled, sum.Denom())
		r.carry(scaled.Uint64(), 1<<62) // below two, so it fits
		return
	}
	// Each is below the common denominator, so their sum is below 2⁶⁴.
	r.carry(uint64(a.Num)*(common/uint64(a.Den))+uint64(b.Num)*(common/uint64(b.Den)), common)
}

// carry sets the part to num / den, which is below two.
func (r *Ratio) carry(num, den uint64) {
	if num >= den {
		num -= den
		r.Whole = plus(r.Whole, 1)
	}
	r.Num, r.Den = int64(num), int64(den)
}

// Neg gives the negative.
func (r Ratio) Neg() Ratio {
	r = r.proper()
	if r.Num == 0 {
		return Ratio{Whole: negative(r.Whole)}
	}
	return Ratio{Whole: plus(negative(r.Whole), -1), Num: r.Den - r.Num, Den: r.Den}.lowest()
}

// Sign is -1, 0 or 1, as the amount is below, at or above zero.
func (r Ratio) Sign() int {
	r = r.proper()
	switch {
	case r.Whole < 0: // the part adds less than one
		return -1
	case r.Whole == 0 && r.Num == 0:
		return 0
	}
	return 1
}

// Float gives the nearest number that a float64 holds: for showing, never for counting.
func (r Ratio) Float() float64 {
	r = r.proper()
	if r.Num == 0 {
		return float64(r.Whole)
	}
	exact := new(big.Rat).Add(new(big.Rat).SetInt64(r.Whole), big.NewRat(r.Num, r.Den))
	f, _ := exact.Float64()
	return f
}

// proper gives the same with 0 <= Num < Den.
func (r Ratio) proper() Ratio {
	r.Den = max(r.Den, 1)
	if 0 <= r.Num && r.Num < r.Den {
		return r
	}
	whole, rest := r.Num/r.Den, r.Num%r.Den
	if rest < 0 {
		whole, rest = whole-1, rest+r.Den
	}
	return Ratio{Whole: plus(r.Whole, whole), Num: rest, Den: r.Den}
}

// lowest brings a proper ratio into the one form that its amount has.
func (r Ratio) lowest() Ratio {
	if r.Num == 0 {
		return Ratio{Whole: r.Whole}
	}
	g := gcd(r.Num, r.Den)
	return Ratio{Whole: r.Whole, Num: r.Num / g, Den: r.Den / g}
}

// OfRatio gives the rate's share of an exact amount, rounded once, as Of does. The rate is not negative.
func (r Rate) OfRatio(x Ratio) int64 {
	x = x.proper()
	units, millionths := floorDiv(x.Whole, int64(r), int64(whole))
	// The part gives some millionths more. What is left of it is below one of them, and cannot lift a sum of whole ones over a half.
	more, _ := floorDiv(x.Num, int64(r), x.Den)
	return plus(units, (millionths+more+int64(whole)/2)/int64(whole))
}

// floorDiv gives ⌊a × b / d⌋ and what is left of it, for b >= 0 and d > 0. What does not fit into an int64 becomes the nearest
// that does, with nothing left.
func floorDiv(a, b, d int64) (quotient, rest int64) {
	hi, lo := bits.Mul64(magnitude(a), uint64(b))
	if hi >= uint64(d) {
		return saturated(a < 0), 0
	}
	q, r := bits.Div64(hi, lo, uint64(d))
	if q > math.MaxInt64 {
		return saturated(a < 0), 0
	}
	if a >= 0 || r == 0 {
		quotient, rest = int64(q), int64(r)
		if a < 0 {
			quotient = -quotient
		}
		return quotient, rest
	}
	return -int64(q) - 1, d - int64(r)
}

// plus adds; what does not fit becomes the nearest that does.
func plus(a, b int64) int64 {
	sum := a + b
	if (sum > a) != (b > 0) && b != 0 {
		return saturated(b < 0)
	}
	return sum
}

// negative gives -n; of the lowest int64, the highest.
func negative(n int64) int64 {
	if n == math.MinInt64 {
		return math.MaxInt64
	}
	return -n
}

// gcd gives the greatest common divisor of two numbers above zero.
func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
