package pricing_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/promotion"
	"kaidian/internal/commerce/shop"
)

// tax makes rates of percentages.
func tax(percent ...float64) []pricing.Rate {
	var out []pricing.Rate
	for _, p := range percent {
		out = append(out, pricing.Rate{Rate: money.Rate(math.Round(p * float64(money.Percent)))})
	}
	return out
}

// goods makes a line of a product that has the line's name.
func goods(id string, price, quantity int64, rates ...float64) pricing.BasketLine {
	return pricing.BasketLine{ID: id, UnitPrice: price, Quantity: quantity, Discountable: true, Rates: tax(rates...),
		About: promotion.Subject{ProductID: "prod_" + id, TypeIDs: []string{"ptyp_" + id}, TagIDs: []string{"ptag_all", "ptag_" + id}}}
}

func gross(l pricing.BasketLine) pricing.BasketLine {
	l.IncludesTax = true
	return l
}

func off(kind promotion.RuleType, value int64, how promotion.Allocation, conditions ...promotion.Condition) promotion.Discount {
	return promotion.Discount{ID: "disc_" + string(kind), Rule: promotion.Rule{Type: kind, Value: value, Allocation: how, Conditions: conditions}}
}

func only(products ...string) promotion.Condition {
	return promotion.Condition{Type: promotion.Products, Operator: promotion.In, Resources: products}
}

func card(balance int64, percent float64) promotion.GiftCard {
	return promotion.GiftCard{ID: fmt.Sprintf("gift_%d", balance), Value: balance, Balance: balance, TaxRate: &tax(percent)[0].Rate}
}

var freeShipping = off(promotion.FreeShipping, 0, "")

// basket is a taxed one in a region that taxes gift cards.
func basket(lines ...pricing.BasketLine) pricing.Basket {
	return pricing.Basket{Region: &shop.Region{ID: "eu", Currency: "eur", GiftCardsTaxable: true}, Taxed: true, Lines: lines}
}

func shipped(price int64, rates ...float64) []pricing.BasketMethod {
	return []pricing.BasketMethod{{ID: "sm", Price: price, Rates: tax(rates...)}}
}

func compute(t *testing.T, b pricing.Basket) pricing.Quote {
	t.Helper()
	q, err := pricing.Compute(b)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// reckon gives a quote in words: what is taken off each line, then discount, tax, gift cards and their tax if any, and the total.
func reckon(q pricing.Quote) string {
	var parts []string
	for _, l := range q.Lines {
		part := "–"
		for _, a := range l.Adjustments {
			part = fmt.Sprint(a.Amount.Float())
		}
		parts = append(parts, part)
	}
	out := fmt.Sprintf("%s: %d %d %d", strings.Join(parts, ", "), q.DiscountTotal, q.TaxTotal, q.Total)
	if len(q.Cards) > 0 {
		out += fmt.Sprintf(" (gift %d, gift tax %d)", q.GiftCardTotal, q.GiftCardTaxTotal)
	}
	return out
}

// The examples are those observed at another implementation of the Store API.
func TestWorkedExamples(t *testing.T) {
	t.Parallel()
	a, b := goods("a", 900, 3, 20), goods("b", 1050, 1, 20)
	for name, c := range map[string]struct {
		change func(*pricing.Basket)
		want   string
	}{
		"nothing":          {func(*pricing.Basket) {}, "–, –: 0 750 4500"},
		"10 %, total":      {func(b *pricing.Basket) { b.Discounts = discounts(off(promotion.Percentage, 10, promotion.Total)) }, "270, 105: 375 675 4050"},
		"10 %, item":       {func(b *pricing.Basket) { b.Discounts = discounts(off(promotion.Percentage, 10, promotion.Item)) }, "270, 105: 375 675 4050"},
		"fixed 500, total": {func(b *pricing.Basket) { b.Discounts = discounts(off(promotion.Fixed, 500, promotion.Total)) }, "360, 140: 500 650 3900"},
		"fixed 100, item":  {func(b *pricing.Basket) { b.Discounts = discounts(off(promotion.Fixed, 100, promotion.Item)) }, "300, 100: 400 670 4020"},
		"50 % on A's product": {func(b *pricing.Basket) {
			b.Discounts = discounts(off(promotion.Percentage, 50, promotion.Total, only("prod_a")))
		}, "1350, –: 1350 480 2880"},
		"shipping 1000":               {func(b *pricing.Basket) { b.Methods = shipped(1000, 20) }, "–, –: 0 950 5700"},
		"shipping and a card of 1000": {func(b *pricing.Basket) { b.Methods, b.Cards = shipped(1000, 20), cards(card(1000, 20)) }, "–, –: 0 950 4500 (gift 1000, gift tax 200)"},
		"shipping and a card of 1e5":  {func(b *pricing.Basket) { b.Methods, b.Cards = shipped(1000, 20), cards(card(100_000, 20)) }, "–, –: 0 950 0 (gift 4750, gift tax 950)"},
		"10 % and free shipping": {func(b *pricing.Basket) {
			b.Methods, b.Discounts = shipped(1000, 20), discounts(freeShipping, off(promotion.Percentage, 10, promotion.Total))
		}, "270, 105: 375 675 4050"},
		"fixed 500, total, on A": {func(b *pricing.Basket) {
			b.Discounts = discounts(off(promotion.Fixed, 500, promotion.Total, only("prod_a")))
		}, "500, –: 500 650 3900"},
		"fixed beyond all":          {func(b *pricing.Basket) { b.Discounts = discounts(off(promotion.Fixed, 1e12, promotion.Total)) }, "2700, 1050: 3750 0 0"},
		"fixed beyond each":         {func(b *pricing.Basket) { b.Discounts = discounts(off(promotion.Fixed, 1000, promotion.Item)) }, "2700, 1000: 3700 10 60"},
		"a share that is not whole": {func(b *pricing.Basket) { b.Discounts = discounts(off(promotion.Fixed, 1, promotion.Total)) }, "0.72, 0.28: 1 750 4499"},
		"on a product that is not in": {func(b *pricing.Basket) {
			b.Discounts = discounts(off(promotion.Fixed, 9, promotion.Item, only("prod_c")))
		}, "–, –: 0 750 4500"},
		"0 %": {func(b *pricing.Basket) { b.Discounts = discounts(off(promotion.Percentage, 0, promotion.Total)) }, "–, –: 0 750 4500"},
		"the first of two counts": {func(b *pricing.Basket) {
			b.Discounts = discounts(off(promotion.Fixed, 500, promotion.Total), off(promotion.Percentage, 10, promotion.Total))
		}, "360, 140: 500 650 3900"},
		"not on B": {func(b *pricing.Basket) {
			b.Lines[1].Discountable, b.Discounts = false, discounts(off(promotion.Fixed, 500, promotion.Total))
		}, "500, –: 500 650 3900"},
		"10 %, not taxed": {func(b *pricing.Basket) {
			b.Taxed, b.Discounts = false, discounts(off(promotion.Percentage, 10, promotion.Total))
		}, "270, 105: 375 0 3375"},
		"a card, not taxed":            {func(b *pricing.Basket) { b.Taxed, b.Cards = false, cards(card(1000, 20)) }, "–, –: 0 0 2750 (gift 1000, gift tax 0)"},
		"a card pays the tax too":      {func(b *pricing.Basket) { b.Region.GiftCardsTaxable, b.Cards = false, cards(card(100_000, 20)) }, "–, –: 0 750 0 (gift 4500, gift tax 0)"},
		"two cards":                    {func(b *pricing.Basket) { b.Cards = cards(card(1000, 20), card(50, 10)) }, "–, –: 0 750 3245 (gift 1050, gift tax 205)"},
		"a card taxed more than goods": {func(b *pricing.Basket) { b.Cards = cards(card(4000, 50)) }, "–, –: 0 750 0 (gift 3750, gift tax 750)"},
		"an empty card":                {func(b *pricing.Basket) { b.Cards = cards(card(0, 20)) }, "–, –: 0 750 4500"},
		"a card that is not taxed":     {func(b *pricing.Basket) { b.Cards = cards(card(1000, 20)); b.Cards[0].TaxRate = nil }, "–, –: 0 750 3500 (gift 1000, gift tax 0)"},
		"without a region":             {func(b *pricing.Basket) { b.Region, b.Cards = nil, cards(card(1000, 20)) }, "–, –: 0 750 3300 (gift 1000, gift tax 200)"},
	} {
		in := basket(a, b)
		c.change(&in)
		if got := reckon(compute(t, in)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func discounts(all ...promotion.Discount) []promotion.Discount { return all }

func cards(all ...promotion.GiftCard) []promotion.GiftCard { return all }

// What comes back of a returned piece, with its tax, less what sending it back costs with its: 1080 − 600.
func TestWhatAReturnComesTo(t *testing.T) {
	t.Parallel()
	piece := compute(t, basket(goods("a", 900, 1, 20))).Total
	if back := 500 + pricing.ShippingTax(500, false, tax(20)); piece != 1080 || back != 600 || piece-back != 480 {
		t.Errorf("%d less %d", piece, back)
	}
}

// Amounts are minor units: yen have no smaller one, dinars a thousand.
func TestLines(t *testing.T) {
	t.Parallel()
	half := off(promotion.Percentage, 50, promotion.Total)
	for name, c := range map[string]struct {
		line pricing.BasketLine
		off  *promotion.Discount
		want pricing.QuoteLine // without its adjustments
	}{
		"plain":             {goods("a", 900, 3, 20), nil, pricing.QuoteLine{Subtotal: 2700, TaxTotal: 540, OriginalTaxTotal: 540, Total: 3240, OriginalTotal: 3240}},
		"half off":          {goods("a", 900, 3, 20), &half, pricing.QuoteLine{Subtotal: 2700, DiscountTotal: 1350, TaxTotal: 270, OriginalTaxTotal: 540, Total: 1620, OriginalTotal: 3240}},
		"with its tax":      {gross(goods("a", 1080, 3, 20)), nil, pricing.QuoteLine{Subtotal: 2700, TaxTotal: 540, OriginalTaxTotal: 540, Total: 3240, OriginalTotal: 3240}},
		"with, half off":    {gross(goods("a", 1080, 3, 20)), &half, pricing.QuoteLine{Subtotal: 2700, DiscountTotal: 1350, TaxTotal: 270, OriginalTaxTotal: 540, Total: 1620, OriginalTotal: 3240}},
		"each piece rounds": {gross(goods("a", 1000, 3, 20)), nil, pricing.QuoteLine{Subtotal: 2500, TaxTotal: 500, OriginalTaxTotal: 500, Total: 3000, OriginalTotal: 3000}},
		"two rates":         {goods("a", 105, 1, 5, 9.975), nil, pricing.QuoteLine{Subtotal: 105, TaxTotal: 15, OriginalTaxTotal: 15, Total: 120, OriginalTotal: 120}},
		"two that round up": {goods("a", 10, 1, 5, 5), nil, pricing.QuoteLine{Subtotal: 10, TaxTotal: 2, OriginalTaxTotal: 2, Total: 12, OriginalTotal: 12}},
		"with two rates":    {gross(goods("a", 115, 2, 5, 10)), nil, pricing.QuoteLine{Subtotal: 200, TaxTotal: 30, OriginalTaxTotal: 30, Total: 230, OriginalTotal: 230}},
		"no rates":          {gross(goods("a", 115, 2)), &half, pricing.QuoteLine{Subtotal: 230, DiscountTotal: 115, Total: 115, OriginalTotal: 230}},
		"yen":               {goods("a", 980, 3, 8), nil, pricing.QuoteLine{Subtotal: 2940, TaxTotal: 235, OriginalTaxTotal: 235, Total: 3175, OriginalTotal: 3175}},
		"yen with tax":      {gross(goods("a", 1078, 3, 10)), nil, pricing.QuoteLine{Subtotal: 2940, TaxTotal: 294, OriginalTaxTotal: 294, Total: 3234, OriginalTotal: 3234}},
		"a yen":             {gross(goods("a", 1, 1000, 10)), nil, pricing.QuoteLine{Subtotal: 900, TaxTotal: 100, OriginalTaxTotal: 100, Total: 1000, OriginalTotal: 1000}},
		"dinars":            {goods("a", 12_345, 7, 5), &half, pricing.QuoteLine{Subtotal: 86_415, DiscountTotal: 43_208, TaxTotal: 2160, OriginalTaxTotal: 4321, Total: 45_367, OriginalTotal: 90_736}},
		"dinars with tax":   {gross(goods("a", 1005, 1, 5)), nil, pricing.QuoteLine{Subtotal: 957, TaxTotal: 48, OriginalTaxTotal: 48, Total: 1005, OriginalTotal: 1005}},
		"nearly all tax":    {gross(goods("a", 2, 5, 290)), nil, pricing.QuoteLine{TaxTotal: 10, OriginalTaxTotal: 10, Total: 10, OriginalTotal: 10}},
		"free of charge":    {goods("a", 0, 5, 20), &half, pricing.QuoteLine{}},
	} {
		in := basket(c.line)
		if c.off != nil {
			in.Discounts = discounts(*c.off)
		}
		q := compute(t, in)
		got := q.Lines[0]
		if raw := got.RawDiscount; raw.Round() != got.DiscountTotal || len(got.Adjustments) > 0 && got.Adjustments[0].Amount != raw {
			t.Errorf("%s: %+v", name, got)
		}
		got.Adjustments, got.RawDiscount = nil, money.Ratio{}
		if fmt.Sprint(got) != fmt.Sprint(c.want) || q.Total != got.Total {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// A line of which all is taken off costs nothing, also where the taxes of its pieces were rounded.
func TestAllOffIsFree(t *testing.T) {
	t.Parallel()
	for _, l := range []pricing.BasketLine{gross(goods("a", 4, 1000, 10)), gross(goods("a", 1, 1000, 100)), gross(goods("a", 9, 1000, 10)), goods("a", 1, 3, 50)} {
		in := basket(l)
		in.Discounts = discounts(off(promotion.Percentage, 100, promotion.Total))
		if q := compute(t, in); q.Total != 0 || q.TaxTotal != 0 || q.DiscountTotal != q.Subtotal {
			t.Errorf("%d × %d: %+v", l.Quantity, l.UnitPrice, q)
		}
	}
}

// Three shares of a third each come to the whole, though each is rounded down.
func TestDiscountIsRoundedOnce(t *testing.T) {
	t.Parallel()
	in := basket(goods("a", 10, 1), goods("b", 10, 1), goods("c", 10, 1))
	in.Discounts = discounts(off(promotion.Fixed, 1, promotion.Total))
	q := compute(t, in)
	third := money.Ratio{Num: 1, Den: 3}
	if q.Lines[1].RawDiscount != third || q.Lines[1].DiscountTotal != 0 || q.DiscountTotal != 1 || q.Total != 29 {
		t.Errorf("%+v", q)
	}
}

func TestMethods(t *testing.T) {
	t.Parallel()
	plain := pricing.QuoteMethod{Price: 1000, Subtotal: 1000, TaxTotal: 200, Total: 1200, OriginalTaxTotal: 200, OriginalTotal: 1200}
	included := pricing.QuoteMethod{Price: 1000, Subtotal: 833, TaxTotal: 167, Total: 1000, OriginalTaxTotal: 167, OriginalTotal: 1000}
	free := pricing.QuoteMethod{OriginalTaxTotal: 200, OriginalTotal: 1200}
	onA := off(promotion.FreeShipping, 0, "", only("prod_a"))
	notA := promotion.Condition{Type: promotion.Products, Operator: promotion.NotIn, Resources: []string{"prod_a"}}
	for name, c := range map[string]struct {
		change func(*pricing.Basket)
		want   pricing.QuoteMethod
	}{
		"plain":            {func(*pricing.Basket) {}, plain},
		"with its tax":     {func(b *pricing.Basket) { b.Methods[0].IncludesTax = true }, included},
		"not taxed":        {func(b *pricing.Basket) { b.Taxed = false }, pricing.QuoteMethod{Price: 1000, Subtotal: 1000, Total: 1000, OriginalTotal: 1000}},
		"with, not taxed":  {func(b *pricing.Basket) { b.Taxed, b.Methods[0].IncludesTax = false, true }, pricing.QuoteMethod{Price: 1000, Subtotal: 1000, Total: 1000, OriginalTotal: 1000}},
		"free":             {func(b *pricing.Basket) { b.Discounts = discounts(freeShipping) }, free},
		"free with A":      {func(b *pricing.Basket) { b.Discounts = discounts(onA) }, free},
		"no A":             {func(b *pricing.Basket) { b.Lines, b.Discounts = nil, discounts(onA) }, plain},
		"only A":           {func(b *pricing.Basket) { b.Discounts = discounts(off(promotion.FreeShipping, 0, "", notA)) }, plain},
		"rates are summed": {func(b *pricing.Basket) { b.Methods = shipped(10, 4, 4) }, pricing.QuoteMethod{Price: 10, Subtotal: 10, TaxTotal: 1, Total: 11, OriginalTaxTotal: 1, OriginalTotal: 11}},
	} {
		in := basket(goods("a", 1, 1))
		in.Methods = shipped(1000, 20)
		c.change(&in)
		q := compute(t, in)
		if q.Methods[0] != c.want || q.ShippingTotal != c.want.Subtotal || q.ShippingTaxTotal != c.want.TaxTotal {
			t.Errorf("%s: %+v, want %+v", name, q.Methods[0], c.want)
		}
	}
}

func TestCardsAreUsedInOrder(t *testing.T) {
	t.Parallel()
	in := basket(goods("a", 1000, 1, 20))
	in.Cards = cards(card(300, 20), card(0, 20), card(900, 10), card(500, 20))
	q := compute(t, in)
	want := []pricing.CardUse{{CardID: "gift_300", Amount: 300, Tax: 60}, {CardID: "gift_900", Amount: 700, Tax: 70}}
	if !slices.Equal(q.Cards, want) || q.Total != 70 {
		t.Errorf("%+v, and %d to pay", q.Cards, q.Total)
	}
}

func TestAmountsOutOfBounds(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]pricing.Basket{
		"a line":          basket(goods("a", 1e12, 1001)),
		"beyond 64 bits":  basket(goods("a", 1e12, 1e9)),
		"wraps to little": basket(goods("a", 1<<32, 1<<32)),
		"two lines":       basket(goods("a", 1e12, 600), goods("b", 1e12, 600)),
		"its tax":         basket(goods("a", 1e12, 900, 1000)),
		"many rates":      basket(goods("a", 1e12, 900, 50, 60)),
		"with its tax":    basket(goods("a", 1e12, 900, 20)),
		"no quantity":     basket(goods("a", 1, 0)),
		"below none":      basket(goods("a", 1, -1)),
		"below nothing":   basket(goods("a", -1, 1)),
		"both":            basket(goods("a", -1, -1)),
		"the lowest":      basket(goods("a", math.MinInt64, 1)),
		"shipping":        {Methods: shipped(1e15 + 1)},
		"shipping's tax":  {Taxed: true, Methods: shipped(9e14, 20)},
		"below shipping":  {Methods: shipped(-1)},
		"goods, shipping": {Lines: []pricing.BasketLine{goods("a", 1e12, 600)}, Methods: shipped(6e14)},
	} {
		in.Discounts = discounts(off(promotion.Percentage, 10, promotion.Total))
		if q, err := pricing.Compute(in); !errors.Is(err, pricing.ErrOutOfBounds) {
			t.Errorf("%s: %+v, %v", name, q, err)
		}
	}
	in := basket(goods("a", 1e12, 1000))
	if q := compute(t, in); q.Total != 1e15 {
		t.Errorf("the largest: %d", q.Total)
	}
	in.Discounts = discounts(off(promotion.Fixed, 1e12, promotion.Item))
	if q := compute(t, in); q.Total != 0 {
		t.Errorf("the largest, all off: %d", q.Total)
	}
}

// market is a basket of many lines, with a discount, shipping and cards.
func market(lines int) pricing.Basket {
	in := basket()
	for i := range lines {
		l := goods(fmt.Sprint(i%7), 999+int64(i)*13, int64(i%5)+1, 19)
		l.IncludesTax = i%2 == 0
		in.Lines = append(in.Lines, l)
	}
	tags := promotion.Condition{Type: promotion.Tags, Operator: promotion.In, Resources: []string{"ptag_all"}}
	in.Methods, in.Cards = shipped(500, 19), cards(card(1000, 19))
	in.Discounts = discounts(off(promotion.Fixed, 777, promotion.Total, tags), freeShipping)
	return in
}

func TestComputingIsCheap(t *testing.T) {
	in := market(100)
	if n := testing.AllocsPerRun(100, func() { _, _ = pricing.Compute(in) }); n > 6 {
		t.Errorf("computing allocates %v times", n)
	}
}

func BenchmarkCompute(b *testing.B) {
	for _, lines := range []int{1, 10, 100} {
		in := market(lines)
		b.Run(fmt.Sprint(lines), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := pricing.Compute(in); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
