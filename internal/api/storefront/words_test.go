package storefront

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestBothLanguagesSayEverything(t *testing.T) {
	t.Parallel()
	en, zh := englishWords(), chineseWords()
	a, b := reflect.ValueOf(en), reflect.ValueOf(zh)
	for i := range a.NumField() {
		name := a.Type().Field(i).Name
		switch a.Field(i).Kind() {
		case reflect.String:
			x, y := a.Field(i).String(), b.Field(i).String()
			if x == "" || y == "" || strings.Count(x, "{") != strings.Count(y, "{") {
				t.Errorf("%s is %q and %q", name, x, y)
			}
		default:
			if len(a.Field(i).MapKeys()) != len(b.Field(i).MapKeys()) {
				t.Errorf("%s has %d and %d entries", name, a.Field(i).Len(), b.Field(i).Len())
			}
		}
	}
	if x, y := slices.Sorted(maps.Keys(en.Problems)), slices.Sorted(maps.Keys(zh.Problems)); !slices.Equal(x, y) {
		t.Errorf("problems in English %q, in Chinese %q", x, y)
	}
}

func TestAmountsAsPeopleReadThem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code   string
		amount int64
		want   string
	}{
		{"eur", 0, "€0.00"}, {"eur", 5, "€0.05"}, {"cny", 139000, "¥1,390.00"}, {"eur", -309, "−€3.09"}, {"usd", 123456789012, "$1,234,567,890.12"},
		{"kwd", 1234567, "1,234.567"}, {"xxx", 100, "XXX\u00a01.00"},
	} {
		if got := priceText(c.code, c.amount); got != c.want && !(c.code == "kwd" && strings.HasSuffix(got, c.want)) {
			t.Errorf("%d %s is %q, want %q", c.amount, c.code, got, c.want)
		}
	}
}

func TestDescriptionsBecomeParagraphs(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"":                                 nil,
		"one\n\ntwo":                       {"one", "two"},
		"<p>one &amp; two</p><p>3 < 4</p>": {"one & two", "3 < 4"},
		"a<br>b<br/>c":                     {"a", "b", "c"},
		`<img src=x onerror="alert(1)">x`:  {"x"},
		"&lt;script&gt;":                   {"<script>"},
	} {
		if got := paragraphs(text); !slices.Equal(got, want) {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func TestAnOrderedCartIsNoCart(t *testing.T) {
	t.Parallel()
	w := visitor{cart: "b", orders: []string{"a"}}
	w.ordered("b")
	w.ordered("b")
	if w.cart != "" || !slices.Equal(w.orders, []string{"b", "a"}) || !w.owns("a") || !w.owns("b") || w.owns("") || w.owns("c") {
		t.Errorf("got %+v", w)
	}
	for i := range 30 {
		w.ordered(string(rune('c' + i)))
	}
	if len(w.orders) != maxOrders {
		t.Errorf("%d orders in a cookie", len(w.orders))
	}
}
