package pricing_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/shop"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func ptr[T any](v T) *T { return &v }

// eu and us are markets of the tests' contexts.
func eu() *shop.Region {
	return &shop.Region{ID: "eu", Currency: "eur", TaxRate: 20 * money.Percent, AutomaticTaxes: true}
}

func currency(code string, includes bool) *shop.Currency {
	c, _ := money.Lookup(code)
	return &shop.Currency{Currency: c, IncludesTax: includes}
}

func inRegion(r *shop.Region) pricing.Context {
	return pricing.Context{Region: r, Currency: currency(r.Currency, false), Now: noon}
}

func inCurrency(code string) pricing.Context {
	return pricing.Context{Currency: currency(code, false), Now: noon}
}

// parse makes prices of texts such as "1000 eur", "900 eur@eu", "800 eur#sale", "700 eur 10-19", "600 eur@eu#sale 5-".
func parse(t *testing.T, texts ...string) []pricing.Price {
	t.Helper()
	var out []pricing.Price
	for i, text := range texts {
		f := strings.Fields(text)
		p := pricing.Price{ID: "ma_" + strconv.Itoa(i), VariantID: "v"}
		p.Amount, _ = strconv.ParseInt(f[0], 10, 64)
		where, list, _ := strings.Cut(f[1], "#")
		code, region, _ := strings.Cut(where, "@")
		p.Currency = code
		if region != "" {
			p.RegionID = &region
		}
		if list != "" {
			p.ListID = &list
		}
		if len(f) > 2 {
			least, most, _ := strings.Cut(f[2], "-")
			for text, to := range map[string]**int64{least: &p.MinQuantity, most: &p.MaxQuantity} {
				if n, err := strconv.ParseInt(text, 10, 64); err == nil {
					*to = &n
				}
			}
		}
		out = append(out, p)
	}
	return out
}

func amount(p *int64) string {
	if p == nil {
		return "-"
	}
	return strconv.FormatInt(*p, 10)
}

// show is a choice in few words: original, calculated, type, and the kept prices.
func show(c pricing.Choice) string {
	out := amount(c.Original) + " " + amount(c.Calculated) + " " + string(c.Type) + ":"
	for _, p := range c.Prices {
		out += " " + strings.TrimPrefix(p.ID, "ma_")
	}
	return out
}

var lists = map[string]pricing.List{
	"sale":     {ID: "sale", Type: pricing.Sale, Active: true},
	"override": {ID: "override", Type: pricing.Override, Active: true},
	"draft":    {ID: "draft", Type: pricing.Sale},
	"soon":     {ID: "soon", Type: pricing.Sale, Active: true, StartsAt: noon.Add(time.Millisecond)},
	"over":     {ID: "over", Type: pricing.Sale, Active: true, EndsAt: noon},
	"now":      {ID: "now", Type: pricing.Sale, Active: true, StartsAt: noon, EndsAt: noon.Add(time.Millisecond)},
	"vip":      {ID: "vip", Type: pricing.Override, Active: true, Groups: []string{"vip", "staff"}},
	"gross":    {ID: "gross", Type: pricing.Sale, Active: true, IncludesTax: true},
}

func TestChoose(t *testing.T) {
	t.Parallel()
	rules := &pricing.Rules{Lists: lists}
	quantity := func(c pricing.Context, n int64) pricing.Context { c.Quantity = n; return c }
	groups := func(c pricing.Context, g ...string) pricing.Context { c.Groups = g; return c }
	region, euro := inRegion(eu()), inCurrency("eur")
	for _, c := range []struct {
		name   string
		ctx    pricing.Context
		prices []string
		want   string // original calculated type: kept
	}{
		{"nothing", region, nil, "- - :"},
		{"no context", pricing.Context{Now: noon}, []string{"10 eur", "9 usd", "8 eur@eu", "7 eur#sale", "6 eur 5-"}, "- - : 0 1 2 4"},
		{"currency only", euro, []string{"10 eur", "9 usd", "8 eur@eu"}, "10 10 default: 0"},
		{"another currency", inCurrency("usd"), []string{"10 eur", "9 eur@eu"}, "- - :"},
		{"region before currency", region, []string{"10 eur", "12 eur@eu"}, "12 10 default: 0 1"},
		{"region is cheaper", region, []string{"10 eur", "8 eur@eu"}, "8 8 default: 0 1"},
		{"another region", region, []string{"10 eur", "5 eur@other"}, "10 10 default: 0"},
		{"the region's former currency", region, []string{"10 eur", "5 usd@eu"}, "10 10 default: 0"},
		{"only the region's", region, []string{"12 eur@eu"}, "12 12 default: 0"},
		{"sale", region, []string{"10 eur", "8 eur#sale"}, "10 8 sale: 0 1"},
		{"override", region, []string{"10 eur", "8 eur#override"}, "10 8 override: 0 1"},
		{"dearer sale", region, []string{"10 eur", "12 eur#sale"}, "10 10 default: 0 1"},
		{"only in a list", region, []string{"8 eur#sale"}, "- 8 sale: 0"},
		{"list and region", region, []string{"10 eur", "12 eur@eu", "9 eur@eu#sale"}, "12 9 sale: 0 1 2"},
		{"list of another region", region, []string{"10 eur", "2 eur@other#sale"}, "10 10 default: 0"},
		{"draft", region, []string{"10 eur", "1 eur#draft"}, "10 10 default: 0"},
		{"not started", region, []string{"10 eur", "1 eur#soon"}, "10 10 default: 0"},
		{"ended", region, []string{"10 eur", "1 eur#over"}, "10 10 default: 0"},
		{"from its first moment to its last", region, []string{"10 eur", "1 eur#now"}, "10 1 sale: 0 1"},
		{"unknown list", region, []string{"10 eur", "1 eur#gone"}, "10 10 default: 0"},
		{"not in the group", groups(region, "other"), []string{"10 eur", "1 eur#vip"}, "10 10 default: 0"},
		{"nobody", region, []string{"1 eur#vip", "10 eur"}, "10 10 default: 1"},
		{"in the group", groups(region, "other", "vip"), []string{"10 eur", "1 eur#vip"}, "10 1 override: 0 1"},
		{"bounds are not the original", region, []string{"8 eur 1-9", "7 eur 10-"}, "- - : 0 1"},
		{"no quantity, only a maximum", region, []string{"10 eur", "8 eur -9"}, "10 8 default: 0 1"},
		{"no quantity, a minimum", region, []string{"10 eur", "8 eur 2-"}, "10 10 default: 0 1"},
		{"below", quantity(region, 9), []string{"10 eur", "8 eur 10-19", "7 eur 20-"}, "10 10 default: 0 1 2"},
		{"least", quantity(region, 10), []string{"10 eur", "8 eur 10-19", "7 eur 20-"}, "10 8 default: 0 1 2"},
		{"most", quantity(region, 19), []string{"10 eur", "8 eur 10-19", "7 eur 20-"}, "10 8 default: 0 1 2"},
		{"beyond", quantity(region, 20), []string{"10 eur", "8 eur 10-19", "7 eur 20-"}, "10 7 default: 0 1 2"},
		{"sale for many", quantity(region, 5), []string{"10 eur", "6 eur#sale 5-"}, "10 6 sale: 0 1"},
		{"equal, plain first", region, []string{"10 eur#override", "10 eur#sale", "10 eur"}, "10 10 default: 0 1 2"},
		{"equal, sale first", region, []string{"10 eur#override", "10 eur#sale"}, "- 10 sale: 0 1"},
		{"equal, with tax first", region, []string{"10 eur", "10 eur#gross"}, "10 10 sale: 0 1"},
		{"free", region, []string{"10 eur", "0 eur#sale"}, "10 0 sale: 0 1"},
		{"apart", region, []string{"10 eur", "9 usd", "8 eur#sale", "1 eur#draft", "7 eur 5-"}, "10 8 sale: 0 2 4"},
	} {
		prices := parse(t, c.prices...)
		before := slices.Clone(prices)
		if got := show(pricing.Choose(prices, rules, c.ctx)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if !slices.Equal(prices, before) {
			t.Errorf("%s: the prices were changed", c.name)
		}
	}
}

// Whether a price includes tax is for its list to say, then for its region, then for its currency; the first that says so.
func TestIncludes(t *testing.T) {
	t.Parallel()
	rules := &pricing.Rules{Lists: lists}
	for _, c := range []struct {
		price            string
		region, currency bool
		want             bool
	}{
		{"10 eur", false, false, false}, {"10 eur", true, false, false}, {"10 eur", false, true, true},
		{"10 eur@eu", false, false, false}, {"10 eur@eu", true, false, true}, {"10 eur@eu", false, true, true},
		{"10 eur#sale", false, false, false}, {"10 eur#gross", false, false, true}, {"10 eur#sale", false, true, true},
		{"10 eur@eu#sale", true, false, true},
	} {
		r := eu()
		r.IncludesTax = c.region
		ctx := pricing.Context{Region: r, Currency: currency("eur", c.currency), Now: noon}
		got := pricing.Choose(parse(t, c.price), rules, ctx)
		if got.CalculatedIncl != c.want || got.Original != nil && got.OriginalIncludes != c.want {
			t.Errorf("%s, region %t, currency %t: %+v, want %t", c.price, c.region, c.currency, got, c.want)
		}
	}
}

func TestTax(t *testing.T) {
	t.Parallel()
	rates := func(percents ...string) []pricing.Rate {
		var out []pricing.Rate
		for _, p := range percents {
			r, _ := money.ParseRate(p)
			out = append(out, pricing.Rate{Rate: r, Name: p})
		}
		return out
	}
	manual := eu()
	manual.AutomaticTaxes = false
	choice := func(original, calculated int64, includes bool) pricing.Choice {
		return pricing.Choice{Original: &original, OriginalIncludes: includes, Calculated: &calculated, CalculatedIncl: includes, Type: pricing.Default}
	}
	for _, c := range []struct {
		name   string
		choice pricing.Choice
		rates  []pricing.Rate
		ctx    pricing.Context
		want   string // original tax and sum, calculated tax and sum, rates
	}{
		{"added", choice(1050, 900, false), rates("20"), inRegion(eu()), "210 1260 180 1080 1"},
		{"a half goes up", choice(5, 2, false), rates("10"), inRegion(eu()), "1 6 0 2 1"},
		{"rates add up", choice(1000, 1000, false), rates("20", "5.5"), inRegion(eu()), "255 1255 255 1255 2"},
		{"rounded once", choice(10, 10, false), rates("4", "4"), inRegion(eu()), "1 11 1 11 2"},
		{"included", choice(1200, 1000, true), rates("20"), inRegion(eu()), "200 1200 167 1000 1"},
		{"free of tax", choice(1200, 1200, false), rates("0"), inRegion(eu()), "0 1200 0 1200 1"},
		{"no price", pricing.Choice{}, rates("20"), inRegion(eu()), "- - - - 1"},
		{"no region", choice(10, 10, false), rates("20"), inCurrency("eur"), "- - - - 0"},
		{"by hand", choice(10, 10, false), rates("20"), inRegion(manual), "- - - - 0"},
	} {
		g := pricing.Tax(c.choice, c.rates, c.ctx)
		got := strings.Join([]string{amount(g.OriginalTax), amount(g.OriginalInclTax), amount(g.CalculatedTax), amount(g.CalculatedInclTax),
			strconv.Itoa(len(g.Rates))}, " ")
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if amount(g.Original) != amount(c.choice.Original) || g.Type != c.choice.Type {
			t.Errorf("%s: the choice is %+v", c.name, g.Choice)
		}
	}
}

func TestRatesFor(t *testing.T) {
	t.Parallel()
	rules := &pricing.Rules{Taxes: map[string][]pricing.TaxRate{
		"eu": {
			{ID: "books", Name: "Books", Code: ptr("B"), Rate: 70_000, Types: []string{"book", "map"}},
			{ID: "luxury", Name: "Luxury", Rate: 330_000, Products: true},
			{ID: "post", Name: "Post", Rate: 10_000, Options: []string{"so_post"}},
		},
		"us": {{ID: "us", Name: "US", Rate: 1, Types: []string{"book"}}},
	}}
	own := "default default 20"
	for _, c := range []struct {
		types, bound []string
		want         string
	}{
		{nil, nil, own}, {[]string{"toy"}, []string{"us"}, own}, {[]string{"book"}, nil, "Books B 7"},
		{[]string{"toy", "map", "book"}, nil, "Books B 7"}, {nil, []string{"luxury"}, "Luxury  33"},
		{[]string{"book"}, []string{"luxury"}, "Books B 7, Luxury  33"}, {[]string{"book"}, []string{"books"}, "Books B 7"},
	} {
		if got := words(pricing.RatesFor(eu(), rules, c.types, c.bound)); got != c.want {
			t.Errorf("types %v, bound %v: %s, want %s", c.types, c.bound, got, c.want)
		}
	}
	if got := pricing.RatesFor(nil, rules, []string{"book"}, nil); got != nil {
		t.Errorf("without a region: %v", got)
	}
	for option, want := range map[string]string{"so_post": "Post  1", "so_van": own} {
		if got := words(pricing.OptionRatesFor(eu(), rules, option)); got != want {
			t.Errorf("option %s: %s, want %s", option, got, want)
		}
	}
}

func words(rates []pricing.Rate) string {
	var out []string
	for _, r := range rates {
		out = append(out, fmt.Sprintf("%s %s %s", r.Name, r.Code, r.Rate))
	}
	return strings.Join(out, ", ")
}

func TestChoosingIsCheap(t *testing.T) {
	rules := &pricing.Rules{Lists: lists}
	prices, ctx := parse(t, "10 eur", "8 eur#sale", "7 eur 5-", "12 eur@eu"), inRegion(eu())
	if n := testing.AllocsPerRun(100, func() { pricing.Choose(prices, rules, ctx) }); n != 0 {
		t.Errorf("choosing allocates %v times", n)
	}
	choice := pricing.Choose(prices, rules, ctx)
	rates := pricing.RatesFor(eu(), rules, nil, nil)
	if n := testing.AllocsPerRun(100, func() { pricing.Tax(choice, rates, ctx) }); n > 1 {
		t.Errorf("taxing allocates %v times", n)
	}
}

func BenchmarkChoose(b *testing.B) {
	rules := &pricing.Rules{Lists: lists}
	price := func(amount int64, list *string) pricing.Price {
		return pricing.Price{Currency: "eur", Amount: amount, ListID: list}
	}
	prices, ctx := []pricing.Price{price(10, nil), price(8, ptr("sale")), price(9, ptr("vip"))}, inRegion(eu())
	rates := pricing.RatesFor(eu(), rules, nil, nil)
	for b.Loop() {
		pricing.Tax(pricing.Choose(prices, rules, ctx), rates, ctx)
	}
}
