package pricing_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/pricing"
)

// anyPrices draws prices of a variant, one at a place, over few currencies, regions and lists.
func anyPrices(t *rapid.T) []pricing.Price {
	optional := func(of []string, label string) *string {
		if s := rapid.SampledFrom(append(of, "")).Draw(t, label); s != "" {
			return &s
		}
		return nil
	}
	count := func(label string) *int64 {
		if n := rapid.Int64Range(-3, 5).Draw(t, label); n > 0 {
			return &n
		}
		return nil
	}
	seen := map[string]bool{}
	var out []pricing.Price
	for i := range rapid.IntRange(0, 8).Draw(t, "prices") {
		p := pricing.Price{
			ID: strconv.Itoa(i), Currency: rapid.SampledFrom([]string{"eur", "eur", "usd"}).Draw(t, "currency"),
			Amount: rapid.Int64Range(0, 20).Draw(t, "amount"), RegionID: optional([]string{"eu", "other"}, "region"),
			ListID:      optional([]string{"sale", "override", "draft", "soon", "over", "vip", "gross"}, "list"),
			MinQuantity: count("min"), MaxQuantity: count("max"),
		}
		at := fmt.Sprint(p.Currency, amount(p.MinQuantity), amount(p.MaxQuantity), deref(p.RegionID), " ", deref(p.ListID))
		if !seen[at] {
			out = append(out, p)
		}
		seen[at] = true
	}
	return out
}

func deref(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

func anyContext(t *rapid.T) pricing.Context {
	c := pricing.Context{Now: noon, Quantity: rapid.Int64Range(0, 6).Draw(t, "quantity")}
	if rapid.Bool().Draw(t, "region") {
		r := eu()
		r.IncludesTax = rapid.Bool().Draw(t, "region includes")
		c.Region = r
	}
	c.Currency = currency("eur", rapid.Bool().Draw(t, "currency includes"))
	if rapid.Bool().Draw(t, "member") {
		c.Groups = []string{"vip"}
	}
	return c
}

// outcome is what a shopper sees of a choice.
func outcome(c pricing.Choice) string {
	return fmt.Sprint(amount(c.Original), c.OriginalIncludes, amount(c.Calculated), c.CalculatedIncl, c.Type, len(c.Prices))
}

func TestOrderOfPricesDoesNotMatter(t *testing.T) {
	t.Parallel()
	rules := &pricing.Rules{Lists: lists}
	rapid.Check(t, func(t *rapid.T) {
		prices, ctx := anyPrices(t), anyContext(t)
		want := outcome(pricing.Choose(prices, rules, ctx))
		seed := rapid.Uint64().Draw(t, "seed")
		rand.New(rand.NewPCG(seed, 0)).Shuffle(len(prices), func(i, j int) { prices[i], prices[j] = prices[j], prices[i] })
		if got := outcome(pricing.Choose(prices, rules, ctx)); got != want {
			t.Fatalf("%s, and in another order %s", want, got)
		}
	})
}

func TestADearerPriceChangesNothing(t *testing.T) {
	t.Parallel()
	rules := &pricing.Rules{Lists: lists}
	rapid.Check(t, func(t *rapid.T) {
		prices, ctx := anyPrices(t), anyContext(t)
		before := pricing.Choose(prices, rules, ctx)
		if before.Calculated == nil {
			return
		}
		dearer := pricing.Price{ID: "dearer", Currency: "eur", Amount: *before.Calculated + rapid.Int64Range(1, 9).Draw(t, "more"),
			ListID: ptr(rapid.SampledFrom([]string{"sale", "override", "gross"}).Draw(t, "its list"))}
		after := pricing.Choose(append(slices.Clone(prices), dearer), rules, ctx)
		if *after.Calculated != *before.Calculated || after.Type != before.Type || amount(after.Original) != amount(before.Original) {
			t.Fatalf("%s, and with a dearer one %s", show(before), show(after))
		}
	})
}

func TestWhatIsNotInForceNeverMatters(t *testing.T) {
	t.Parallel()
	rules := &pricing.Rules{Lists: lists}
	rapid.Check(t, func(t *rapid.T) {
		prices, ctx := anyPrices(t), anyContext(t)
		want := show(pricing.Choose(prices, rules, ctx))
		idle := pricing.Price{ID: "idle", Currency: "eur", Amount: 0,
			ListID: ptr(rapid.SampledFrom([]string{"draft", "soon", "over", "gone"}).Draw(t, "its list"))}
		at := rapid.IntRange(0, len(prices)).Draw(t, "place")
		if got := show(pricing.Choose(slices.Insert(prices, at, idle), rules, ctx)); got != want {
			t.Fatalf("%s, and with one that is not in force %s", want, got)
		}
	})
}

// What is calculated is the lowest of what is kept and holds, and nothing kept is for somebody else.
func TestCalculatedIsTheLowest(t *testing.T) {
	t.Parallel()
	rules := &pricing.Rules{Lists: lists}
	rapid.Check(t, func(t *rapid.T) {
		prices, ctx := anyPrices(t), anyContext(t)
		got := pricing.Choose(prices, rules, ctx)
		lowest := "-"
		var least int64 = 1 << 40
		for _, p := range got.Prices {
			if p.Currency != "eur" || p.RegionID != nil && (ctx.Region == nil || *p.RegionID != ctx.Region.ID) {
				t.Fatalf("%+v is kept", p)
			}
			low, high := int64(0), int64(1<<40)
			if p.MinQuantity != nil {
				low = *p.MinQuantity
			}
			if p.MaxQuantity != nil && ctx.Quantity > 0 {
				high = *p.MaxQuantity
			}
			if low <= ctx.Quantity && ctx.Quantity <= high && p.Amount < least {
				least, lowest = p.Amount, strconv.FormatInt(p.Amount, 10)
			}
		}
		if amount(got.Calculated) != lowest {
			t.Fatalf("%s, and the lowest is %s", show(got), lowest)
		}
	})
}

// A price without tax, and the same with it, come to the same.
func TestInclusiveAndExclusiveAgree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		net := rapid.Int64Range(0, money.MaxAmount).Draw(t, "net")
		rates := []pricing.Rate{{Rate: money.Rate(rapid.Int64Range(0, 10_000_000).Draw(t, "rate"))}}
		without := pricing.Tax(pricing.Choice{Original: &net, Calculated: &net}, rates, inRegion(eu()))
		gross := *without.CalculatedInclTax
		with := pricing.Tax(pricing.Choice{Original: &gross, OriginalIncludes: true, Calculated: &gross, CalculatedIncl: true}, rates, inRegion(eu()))
		if *with.CalculatedInclTax != gross || *with.OriginalInclTax != gross {
			t.Fatalf("with its tax, %d comes to %d", gross, *with.CalculatedInclTax)
		}
		if off := *with.CalculatedTax - *without.CalculatedTax; off < -1 || off > 1 {
			t.Fatalf("the tax on %d is %d, and in %d it is %d", net, *without.CalculatedTax, gross, *with.CalculatedTax)
		}
	})
}
