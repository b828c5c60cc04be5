package app

import (
	"slices"
	"testing"

	"kaidian/internal/app/mailtext"
	"kaidian/internal/commerce/order"
)

func TestAmountsForPeople(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code   string
		lang   mailtext.Lang
		amount int64
		want   string
	}{
		{"cny", mailtext.Chinese, 129900, "¥1,299.00"},
		{"cny", mailtext.English, 6380, "CN¥63.80"},
		{"eur", mailtext.English, 5, "€0.05"},
		{"usd", mailtext.English, 123456789012, "$1,234,567,890.12"},
		{"eur", mailtext.English, -100000, "−€1,000.00"},
		{"jpy", mailtext.English, 1200, "¥1,200"},
		{"jpy", mailtext.Chinese, 999, "JP¥999"},
		{"kwd", mailtext.English, 1500, "KWD\u00a01.500"},
		{"xxx", mailtext.English, 100, "xxx\u00a01.00"},
	} {
		if got := purse(c.code, c.lang).text(c.amount); got != c.want {
			t.Errorf("%d %s in %s: got %s, want %s", c.amount, c.code, c.lang, got, c.want)
		}
	}
	if purse("eur", mailtext.English).some(0) != "" {
		t.Error("nothing is something")
	}
}

func TestAddressesAreWrittenAsTheirCountriesDo(t *testing.T) {
	t.Parallel()
	made := func(country, first, last, province, city string) *order.Address {
		return &order.Address{FirstName: &first, LastName: &last, Address1: new("Main 1"), Province: &province, City: &city,
			PostalCode: new("10115"), CountryCode: &country, Phone: new("123")}
	}
	for _, c := range []struct {
		address *order.Address
		lang    mailtext.Lang
		want    []string
	}{
		{nil, mailtext.English, nil},
		{&order.Address{}, mailtext.English, nil},
		{made("de", "Ann", "Lee", "", "Berlin"), mailtext.English, []string{"Ann Lee", "Main 1", "10115 Berlin", "Germany", "123"}},
		{made("de", "Ann", "Lee", " ", "Berlin"), mailtext.Chinese, []string{"Ann Lee", "Main 1", "10115 Berlin", "德国", "123"}},
		{made("cn", "小明", "王", "北京市", "西城区"), mailtext.Chinese, []string{"王小明 123", "北京市 西城区 Main 1", "10115 中国"}},
		{made("cn", "Xiaoming", "Wang", "", ""), mailtext.Chinese, []string{"Wang Xiaoming 123", "Main 1", "10115 中国"}},
	} {
		if got := addressLines(c.address, c.lang); !slices.Equal(got, c.want) {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

// What is written below one another adds up, with taxes in the prices or on top of them.
func TestRowsOfAnOrderAddUp(t *testing.T) {
	t.Parallel()
	o := order.Order{Draft: order.Draft{Currency: "eur", Totals: order.Totals{Subtotal: 1000, Discount: 100, Shipping: 200, ShippingTax: 40, ItemTax: 180,
		Tax: 220, GiftCard: 300, GiftCardTax: 20, Adjustment: -50, Total: 950},
		Lines:   []order.Line{{Subtotal: 1000, OriginalTax: 200, Tax: 180, UnitPrice: 500, Quantity: 2}},
		Methods: []order.Method{{Name: "Post", Tax: 40}}}, Payment: order.Awaiting}
	on := orderText(o, mailtext.Head{Lang: mailtext.English})
	if on.TaxIncluded || on.Goods != "€10.00" || on.Discount != "€1.00" || on.Shipping != "€2.00" || on.Tax != "€2.20" || on.GiftCards != "€3.20" || on.Adjustment != "−€0.50" ||
		on.Total != "€9.50" || on.Lines[0].Amount != "€10.00" {
		t.Errorf("%+v", on)
	}
	o.Lines[0].IncludesTax, o.Methods[0].IncludesTax, o.Lines[0].UnitPrice = true, true, 600
	in := orderText(o, mailtext.Head{Lang: mailtext.English}) // 12.00 - 1.20 + 2.40 - 3.20 - 0.50 = 9.50
	if !in.TaxIncluded || in.Goods != "€12.00" || in.Discount != "€1.20" || in.Shipping != "€2.40" || in.Lines[0].Amount != "€12.00" || in.Payment != mailtext.Promised {
		t.Errorf("%+v", in)
	}
}
