package pricing_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/promotion"
)

func anyRates(t *rapid.T) []pricing.Rate {
	rates := rapid.SliceOfN(rapid.SampledFrom([]money.Rate{0, 1, 50_000, 99_750, 190_000, 200_000, 333_333, 1_000_000, 10_000_000}), 0, 3).Draw(t, "rates")
	out := make([]pricing.Rate, len(rates))
	for i, r := range rates {
		out[i].Rate = r
	}
	return out
}

func anyLines(t *rapid.T) []pricing.BasketLine {
	out := make([]pricing.BasketLine, rapid.IntRange(0, 8).Draw(t, "lines"))
	for i := range out {
		out[i] = goods(rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "product"), 0, rapid.Int64Range(1, 40).Draw(t, "quantity"))
		out[i].ID = strconv.Itoa(i)
		// Small amounts are where rounding shows.
		out[i].UnitPrice = rapid.OneOf(rapid.Int64Range(0, 9), rapid.Int64Range(0, 100_000), rapid.Int64Range(0, 1e11)).Draw(t, "price")
		out[i].Rates = anyRates(t)
		out[i].IncludesTax, out[i].Discountable = rapid.Bool().Draw(t, "includes"), rapid.IntRange(0, 4).Draw(t, "discountable") > 0
	}
	return out
}

func anyDiscount(t *rapid.T) promotion.Discount {
	var conditions []promotion.Condition
	if rapid.Bool().Draw(t, "picky") {
		operator := rapid.SampledFrom([]promotion.Operator{promotion.In, promotion.NotIn}).Draw(t, "operator")
		conditions = append(conditions, promotion.Condition{Type: promotion.Types, Operator: operator, Resources: []string{"ptyp_a", "ptyp_b"}})
	}
	if rapid.Bool().Draw(t, "percentage") {
		return off(promotion.Percentage, rapid.Int64Range(0, 100).Draw(t, "percent"), promotion.Total, conditions...)
	}
	return off(promotion.Fixed, rapid.OneOf(rapid.Int64Range(0, 99), rapid.Int64Range(0, 1e12)).Draw(t, "value"),
		rapid.SampledFrom([]promotion.Allocation{promotion.Total, promotion.Item}).Draw(t, "allocation"), conditions...)
}

// anyBasket draws one with goods and shipping, without discounts and cards.
func anyBasket(t *rapid.T) pricing.Basket {
	b := basket(anyLines(t)...)
	b.Taxed, b.Region.GiftCardsTaxable = rapid.IntRange(0, 3).Draw(t, "taxed") > 0, rapid.Bool().Draw(t, "cards are taxable")
	for i := range rapid.IntRange(0, 2).Draw(t, "methods") {
		b.Methods = append(b.Methods, pricing.BasketMethod{ID: strconv.Itoa(i), Price: rapid.Int64Range(0, 5000).Draw(t, "shipping"),
			IncludesTax: rapid.Bool().Draw(t, "shipping includes"), Rates: anyRates(t)})
	}
	return b
}

func anyCards(t *rapid.T) []promotion.GiftCard {
	var out []promotion.GiftCard
	for i := range rapid.IntRange(0, 3).Draw(t, "cards") {
		g := promotion.GiftCard{ID: strconv.Itoa(i), Balance: rapid.OneOf(rapid.Int64Range(0, 1000), rapid.Int64Range(0, 1e12)).Draw(t, "balance")}
		if rapid.Bool().Draw(t, "card is taxed") {
			g.TaxRate = ptr(rapid.SampledFrom([]money.Rate{0, 50_000, 200_000, 10_000_000}).Draw(t, "card's rate"))
		}
		out = append(out, g)
	}
	return out
}

func drawn(t *rapid.T, b pricing.Basket) pricing.Quote {
	q, err := pricing.Compute(b)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func full(t *rapid.T) pricing.Basket {
	b := anyBasket(t)
	if rapid.Bool().Draw(t, "discount") {
		b.Discounts = append(b.Discounts, anyDiscount(t))
	}
	if rapid.Bool().Draw(t, "free shipping") {
		b.Discounts = append(b.Discounts, freeShipping)
	}
	b.Cards = anyCards(t)
	return b
}

func TestPartsOfAQuoteSumToTheWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := full(t)
		q := drawn(t, b)
		var sum pricing.Quote
		var raw money.Ratio
		for i, l := range q.Lines {
			if l.Total != l.Subtotal-l.DiscountTotal+l.TaxTotal || l.OriginalTotal != l.Subtotal+l.OriginalTaxTotal || l.DiscountTotal != l.RawDiscount.Round() {
				t.Fatalf("line %d does not add up: %+v", i, l)
			}
			in := b.Lines[i]
			if full := in.UnitPrice * in.Quantity; !in.IncludesTax && l.Subtotal != full || (in.IncludesTax || !b.Taxed) && l.OriginalTotal != full {
				t.Fatalf("line %d is %+v of %d", i, l, full)
			}
			sum.Subtotal, sum.ItemTaxTotal, raw = sum.Subtotal+l.Subtotal, sum.ItemTaxTotal+l.TaxTotal, raw.Add(l.RawDiscount)
		}
		for i, m := range q.Methods {
			if m.Total != m.Subtotal+m.TaxTotal {
				t.Fatalf("method %d does not add up: %+v", i, m)
			}
			sum.ShippingTotal, sum.ShippingTaxTotal = sum.ShippingTotal+m.Subtotal, sum.ShippingTaxTotal+m.TaxTotal
		}
		for _, u := range q.Cards {
			sum.GiftCardTotal, sum.GiftCardTaxTotal = sum.GiftCardTotal+u.Amount, sum.GiftCardTaxTotal+u.Tax
		}
		sum.Lines, sum.Methods, sum.Cards, sum.DiscountTotal = q.Lines, q.Methods, q.Cards, raw.Round()
		sum.TaxTotal = sum.ItemTaxTotal + sum.ShippingTaxTotal
		sum.Total = sum.Subtotal + sum.ShippingTotal + sum.TaxTotal - sum.DiscountTotal - sum.GiftCardTotal - sum.GiftCardTaxTotal
		if !reflect.DeepEqual(q, sum) {
			t.Fatalf("%+v, and its parts %+v", q, sum)
		}
	})
}

func TestNothingIsBelowZero(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := full(t)
		q := drawn(t, b)
		for i, l := range q.Lines {
			if min(l.Subtotal, l.DiscountTotal, l.TaxTotal, l.Total, l.Subtotal-l.DiscountTotal, l.OriginalTaxTotal-l.TaxTotal) < 0 || l.RawDiscount.Sign() < 0 {
				t.Fatalf("line %d: %+v", i, l)
			}
			if len(l.Adjustments) > 0 && !b.Lines[i].Discountable || !b.Taxed && l.TaxTotal > 0 {
				t.Fatalf("line %d has what it must not: %+v", i, l)
			}
		}
		for i, m := range q.Methods {
			if min(m.Price, m.Subtotal, m.TaxTotal, m.Total) < 0 {
				t.Fatalf("method %d: %+v", i, m)
			}
		}
		for _, u := range q.Cards {
			i := slices.IndexFunc(b.Cards, func(g promotion.GiftCard) bool { return g.ID == u.CardID })
			if u.Amount < 1 || u.Amount > b.Cards[i].Balance || u.Tax < 0 {
				t.Fatalf("of a card with %d: %+v", b.Cards[i].Balance, u)
			}
		}
		if q.Total < 0 || q.GiftCardTaxTotal > q.TaxTotal {
			t.Fatalf("%+v", q)
		}
	})
}

// A fixed amount off all is taken whole, to the last fraction, as far as there is something to take it off.
func TestFixedAmountIsTakenWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := anyBasket(t)
		value := rapid.Int64Range(0, 1e12).Draw(t, "value")
		b.Discounts = discounts(off(promotion.Fixed, value, promotion.Total))
		q := drawn(t, b)
		var good int64
		var raw money.Ratio
		for i, l := range q.Lines {
			if b.Lines[i].Discountable {
				good += l.Subtotal
			}
			raw = raw.Add(l.RawDiscount)
		}
		if want := min(value, good); raw != (money.Ratio{Whole: want}) || q.DiscountTotal != want {
			t.Fatalf("%+v is taken off, not %d", raw, want)
		}
	})
}

func TestOrderOfLinesDoesNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := full(t)
		before := drawn(t, b)
		places := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)).Perm(len(b.Lines))
		other := b
		other.Lines = make([]pricing.BasketLine, len(b.Lines))
		for from, to := range places {
			other.Lines[to] = b.Lines[from]
		}
		after := drawn(t, other)
		for from, to := range places {
			if !reflect.DeepEqual(before.Lines[from], after.Lines[to]) {
				t.Fatalf("line %d is %+v, and at %d it is %+v", from, before.Lines[from], to, after.Lines[to])
			}
		}
		after.Lines = before.Lines
		if !reflect.DeepEqual(before, after) {
			t.Fatalf("%+v, and in another order %+v", before, after)
		}
	})
}

// A discount, and free shipping beside it, never make a basket dearer, nor does a larger one.
func TestADiscountNeverRaisesTheTotal(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := anyBasket(t)
		d := anyDiscount(t)
		most := int64(1e12)
		if d.Rule.Type == promotion.Percentage {
			most = 100
		}
		larger := d
		larger.Rule.Value = rapid.Int64Range(d.Rule.Value, most).Draw(t, "larger")
		last := drawn(t, b).Total
		for _, with := range [][]promotion.Discount{{d}, {larger}, {larger, freeShipping}} {
			b.Discounts = with
			q := drawn(t, b)
			if q.Total > last {
				t.Fatalf("%d, and with %+v %d", last, with, q.Total)
			}
			last = q.Total
		}
	})
}

// With gift cards that holds within what is rounded, a unit for each line, method and card, where all has one rate. (Of cards that
// are taxed otherwise than the goods it need not: then a card may pay more tax than its goods had.)
func TestADiscountHardlyRaisesWhatIsLeftToPay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := anyBasket(t)
		rate := rapid.SampledFrom([]money.Rate{0, 50_000, 190_000, 1_000_000}).Draw(t, "one rate")
		for i := range b.Lines {
			b.Lines[i].IncludesTax, b.Lines[i].Rates = false, []pricing.Rate{{Rate: rate}}
		}
		for i := range b.Methods {
			b.Methods[i].IncludesTax, b.Methods[i].Rates = false, []pricing.Rate{{Rate: rate}}
		}
		b.Cards = anyCards(t)
		for i := range b.Cards {
			b.Cards[i].TaxRate = &rate
		}
		without := drawn(t, b)
		b.Discounts = discounts(anyDiscount(t))
		with := drawn(t, b)
		if more, few := with.Total-without.Total, int64(len(b.Lines)+len(b.Methods)+len(b.Cards)+1); more > few {
			t.Fatalf("%d more to pay with %+v", more, b.Discounts)
		}
	})
}

// Goods priced without tax, and the same at their price with it, come to the same within what was rounded: half a unit for each
// piece, whose price with tax was rounded, and half a unit for each rate. With a percentage off it is a few units for each, of
// whatever price: four for each piece, three for each rate, and two.
func TestPricesWithAndWithoutTaxAgree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := goods("a", rapid.Int64Range(0, 1e9).Draw(t, "net"), rapid.Int64Range(1, 1000).Draw(t, "quantity"))
		var sum money.Rate
		for range rapid.IntRange(0, 3).Draw(t, "rates") {
			r := money.Rate(rapid.Int64Range(0, 333_333).Draw(t, "rate"))
			l.Rates, sum = append(l.Rates, pricing.Rate{Rate: r}), sum+r
		}
		with := gross(l)
		with.UnitPrice += sum.Of(l.UnitPrice)
		pieces, rates := l.Quantity, int64(len(l.Rates))
		if a, b := drawn(t, basket(l)), drawn(t, basket(with)); 2*max(a.Total-b.Total, b.Total-a.Total) > pieces+rates {
			t.Fatalf("%d without and %d with tax", a.Total, b.Total)
		}
		less := discounts(off(promotion.Percentage, rapid.Int64Range(0, 100).Draw(t, "percent"), promotion.Total))
		one, two := basket(l), basket(with)
		one.Discounts, two.Discounts = less, less
		if a, b := drawn(t, one), drawn(t, two); max(a.Total-b.Total, b.Total-a.Total) > 4*pieces+3*rates+2 {
			t.Fatalf("with %+v: %d without and %d with tax", less, a.Total, b.Total)
		}
	})
}

// Whatever comes in, nothing wraps around: a quote is right or refused.
func TestNoAmountWrapsAround(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := full(t)
		for i := range b.Lines {
			b.Lines[i].UnitPrice, b.Lines[i].Quantity = rapid.Int64().Draw(t, "wild price"), rapid.Int64().Draw(t, "wild quantity")
		}
		q, err := pricing.Compute(b)
		if err == nil && (q.Total < 0 || q.Subtotal > 1e15 || q.Subtotal < 0) {
			t.Fatal(fmt.Sprint(q))
		}
	})
}
