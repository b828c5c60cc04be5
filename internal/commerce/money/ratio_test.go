package money_test

import (
	"encoding/json"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"kaidian/internal/commerce/money"
)

func TestRatios(t *testing.T) {
	t.Parallel()
	half, third := money.Ratio{Num: 1, Den: 2}, money.Ratio{Num: 1, Den: 3}
	for name, c := range map[string]struct {
		got  money.Ratio
		want money.Ratio
	}{
		"a share":                   {money.ShareOf(500, 2700, 3750), money.Ratio{Whole: 360}},
		"a share that is not whole": {money.ShareOf(100, 1, 3), money.Ratio{Whole: 33, Num: 1, Den: 3}},
		"a share below zero":        {money.ShareOf(-100, 1, 3), money.Ratio{Whole: -34, Num: 2, Den: 3}},
		"a share of nothing":        {money.ShareOf(100, 0, 0), money.Ratio{}},
		"a share beyond 64 bits":    {money.ShareOf(1e15-1, 1e15-2, 1e15), money.Ratio{Whole: 999_999_999_999_997, Num: 1, Den: 5e14}},
		"a sum":                     {half.Add(third), money.Ratio{Num: 5, Den: 6}},
		"a sum that is whole":       {half.Add(half), money.Ratio{Whole: 1}},
		"with nothing":              {third.Add(money.Ratio{}), third},
		"nothing with it":           {money.Ratio{}.Add(third), third},
		"with its negative":         {third.Add(third.Neg()), money.Ratio{}},
		"improper":                  {money.Ratio{Num: 7, Den: 2}.Add(money.Ratio{Num: -1}), money.Ratio{Whole: 2, Num: 1, Den: 2}},
		"negative of a whole":       {money.Ratio{Num: 3}.Neg(), money.Ratio{Whole: -3}},
		"negative of the lowest":    {money.Ratio{Whole: math.MinInt64}.Neg(), money.Ratio{Whole: math.MaxInt64}},
		"beyond an int64":           {money.Ratio{Whole: math.MaxInt64}.Add(money.Ratio{Whole: 1}), money.Ratio{Whole: math.MaxInt64}},
		"below an int64":            {money.Ratio{Whole: math.MinInt64}.Add(money.Ratio{Whole: -1}), money.Ratio{Whole: math.MinInt64}},
	} {
		if c.got != c.want {
			t.Errorf("%s: %+v, want %+v", name, c.got, c.want)
		}
	}
	for r, want := range map[money.Ratio]int64{
		{}: 0, {Num: 5}: 5, {Num: 1, Den: 2}: 1, {Num: -1, Den: 2}: 0, {Num: -5, Den: 2}: -2, {Num: 49, Den: 100}: 0,
		{Whole: -3, Num: 1, Den: 2}: -2, {Num: math.MaxInt64 - 1, Den: math.MaxInt64}: 1, {Whole: math.MaxInt64, Num: 1, Den: 2}: math.MaxInt64,
	} {
		if got := r.Round(); got != want {
			t.Errorf("%+v rounds to %d, want %d", r, got, want)
		}
	}
	for r, want := range map[money.Ratio]int{{}: 0, {Num: 1, Den: 9}: 1, {Num: -1, Den: 9}: -1, {Whole: 1, Num: -9, Den: 9}: 0, {Whole: 2}: 1} {
		if got := r.Sign(); got != want {
			t.Errorf("the sign of %+v is %d, want %d", r, got, want)
		}
	}
	if f := (money.Ratio{Whole: 33, Num: 1, Den: 3}).Float(); f != 100.0/3 {
		t.Errorf("got %v", f)
	}
}

func TestRatioSurvivesJSON(t *testing.T) {
	t.Parallel()
	in := money.ShareOf(1e15-1, 7, 11)
	text, err := json.Marshal(in)
	var out money.Ratio
	if err := json.Unmarshal(text, &out); err != nil || out != in {
		t.Errorf("%s is %+v, %v", text, out, err)
	}
	if err != nil {
		t.Error(err)
	}
}

// exact gives what a ratio stands for.
func exact(r money.Ratio) *big.Rat {
	return new(big.Rat).Add(new(big.Rat).SetInt64(r.Whole), big.NewRat(r.Num, max(r.Den, 1)))
}

func anyRatio(t *rapid.T, label string, den int64) money.Ratio {
	return money.Ratio{Whole: rapid.Int64Range(-1e15, 1e15).Draw(t, label), Num: rapid.Int64Range(-1e15, 1e15).Draw(t, label+" num"),
		Den: rapid.Int64Range(0, den).Draw(t, label+" den")}
}

func TestRatiosAreExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b, rate := anyRatio(t, "a", 1<<31), anyRatio(t, "b", 1<<31), anyRate(t)
		if got, want := exact(a.Add(b)), new(big.Rat).Add(exact(a), exact(b)); got.Cmp(want) != 0 {
			t.Fatalf("%+v and %+v are %s, want %s", a, b, got, want)
		}
		if got, want := exact(a.Neg()), new(big.Rat).Neg(exact(a)); got.Cmp(want) != 0 {
			t.Fatalf("the negative of %+v is %s, want %s", a, got, want)
		}
		if a.Sign() != exact(a).Sign() {
			t.Fatalf("the sign of %+v is %d", a, a.Sign())
		}
		if got, want := a.Round(), halfUp(exact(a).Num(), exact(a).Denom()); got != want {
			t.Fatalf("%+v rounds to %d, want %d", a, got, want)
		}
		taxed := new(big.Rat).Mul(exact(a), big.NewRat(int64(rate), 1_000_000))
		if got, want := rate.OfRatio(a), halfUp(taxed.Num(), taxed.Denom()); got != want {
			t.Fatalf("%s %% of %+v is %d, want %d", rate, a, got, want)
		}
		if f, _ := exact(a).Float64(); a.Float() != f {
			t.Fatalf("%+v as a float is %v, want %v", a, a.Float(), f)
		}
	})
}

// Of amounts at the edge of an int64 nothing wraps around.
func TestRatesOfRatiosSaturate(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		x := money.Ratio{Whole: rapid.Int64().Draw(t, "whole"), Num: rapid.Int64Min(0).Draw(t, "num"), Den: rapid.Int64Min(1).Draw(t, "den")}
		rate := anyRate(t)
		taxed := new(big.Rat).Mul(exact(x), big.NewRat(int64(rate), 1_000_000))
		got, want := rate.OfRatio(x), halfUp(taxed.Num(), taxed.Denom())
		if inside := exact(x); got != want && inside.Cmp(new(big.Rat).SetInt64(math.MaxInt64)) < 0 {
			t.Fatalf("%s %% of %+v is %d, want %d", rate, x, got, want)
		}
	})
}

// Shares of one sum come to it exactly, whatever they are, and each rounds to within one of what Share gives it.
func TestSharesComeToTheSum(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.Int64Range(0, 1e13), 1, 50).Draw(t, "weights")
		amount := rapid.Int64Range(-1e15, 1e15).Draw(t, "amount")
		var all int64
		for _, w := range weights {
			all += w
		}
		var sum money.Ratio
		rounded := money.Share(amount, weights)
		for i, w := range weights {
			part := money.ShareOf(amount, w, all)
			sum = sum.Add(part)
			if off := part.Round() - rounded[i]; all > 0 && (off < -1 || off > 1) {
				t.Fatalf("part %d is %+v and %d", i, part, rounded[i])
			}
		}
		if want := (money.Ratio{Whole: amount}); all > 0 && sum != want {
			t.Fatalf("they come to %+v, not %d", sum, amount)
		}
	})
}

// Beyond a common denominator that is an int64 a sum is off by less than a 2⁶²nd.
func TestSumsOfOddRatios(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyRatio(t, "a", math.MaxInt64), anyRatio(t, "b", math.MaxInt64)
		off := new(big.Rat).Sub(new(big.Rat).Add(exact(a), exact(b)), exact(a.Add(b)))
		if off.Sign() < 0 || off.Cmp(big.NewRat(1, 1<<62)) >= 0 {
			t.Fatalf("%+v and %+v are off by %s", a, b, off)
		}
	})
}
