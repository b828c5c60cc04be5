package storefront_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"kaidian/internal/config"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/shoptest"
)

func TestTheShelf(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shoptest.Shop) {
		b := newShopper(t, s)
		for path, c := range map[string]struct{ has, hasNot []string }{
			"/shop":                           {[]string{"All products", "Warm Hoodie", "Sale", "€10.08", "<s>€12.60</s>", "Clothing"}, []string{"Rain Coat", "Office Chair", "Retired", "Samples"}},
			"/shop?category=clothing":         {[]string{"<h1>Clothing</h1>", "Tops", "Plain Tee"}, []string{"Enamel Mug", "Samples"}},
			"/shop?category=t-shirts":         {[]string{"<h1>T-Shirts</h1>", "← Tops", "Hoodies"}, []string{"Warm Hoodie</h2>"}},
			"/shop?q=tee":                     {[]string{"Results for “tee”", "Plain Tee", `value="tee"`}, []string{"Enamel Mug"}},
			"/shop?q=tee&category=home":       {[]string{"Nothing was found."}, []string{"Plain Tee"}},
			"/shop?q=%3Cscript%3E":            {[]string{"Nothing was found."}, []string{"<script>alert"}},
			"/shop?page=2":                    {[]string{"There is nothing here yet."}, nil},
			"/shop?lang=zh&category=t-shirts": {[]string{"T恤", "全部"}, []string{"All products"}},
		} {
			page := b.get(path)
			if lacks := page.lacks(c.has...); page.status != 200 || lacks != nil {
				t.Errorf("%s: %d lacks %q", path, page.status, lacks)
			}
			for _, text := range c.hasNot {
				if strings.Contains(page.text, text) {
					t.Errorf("%s shows %q", path, text)
				}
			}
			b.get("/shop?lang=en")
		}
		for _, path := range []string{"/shop?page=0", "/shop?page=x", "/shop?page=99999999999999999999", "/shop?category=none", "/shop?q=a&page=9999",
			"/shop/products/rain-coat", "/shop/products/office-chair", "/shop/products/none", "/shop/none", "/shop/products/"} {
			if page := b.get(path); page.status != http.StatusNotFound || page.lacks("Not found", "Continue shopping") != nil {
				t.Errorf("%s: %d", path, page.status)
			}
		}
		if page := b.get("/shop?q=" + strings.Repeat("x", 300)); page.status != http.StatusBadRequest {
			t.Errorf("too many words: %d", page.status)
		}
	})
}

func TestAProduct(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shoptest.Shop) {
		b := newShopper(t, s)
		tee := b.get("/shop/products/plain-tee")
		if lacks := tee.lacks("<h1>Plain Tee</h1>", "Sold out", `value="variant_goods_tee_l" required disabled`, "€10.80", "Prices include tax", ">T-Shirts<", ">Clothing<"); lacks != nil {
			t.Errorf("lacks %q: %s", lacks, tee.text)
		}
		if tee.form(t, "/shop/products/plain-tee").Get("variant") != "variant_goods_tee_s" {
			t.Error("the first that is in stock is not chosen")
		}
		for handle, has := range map[string]string{"last-socks": "Only 3 left", "tall-vase": "Ships later", "longjing-tea": "Not sold in this region"} {
			if page := b.get("/shop/products/" + handle); page.lacks(has) != nil {
				t.Errorf("%s lacks %q", handle, has)
			}
		}
		for name, c := range map[string]struct{ handle, variant, quantity, says string }{
			"sold out":       {"plain-tee", "variant_goods_tee_l", "1", "There is not as much in stock."},
			"too many":       {"plain-tee", "variant_goods_tee_m", "51", "There is not as much in stock."},
			"no number":      {"plain-tee", "variant_goods_tee_m", "many", "Enter a whole number"},
			"none":           {"plain-tee", "variant_goods_tee_m", "0", "Enter a whole number"},
			"nothing chosen": {"plain-tee", "", "1", "Choose one."},
			"another's":      {"plain-tee", "variant_goods_mug", "1", "Choose one."},
			"no price":       {"longjing-tea", "variant_goods_tea_100", "1", "This is not sold in your region."},
		} {
			form := tee.form(t, "/shop/products/plain-tee")
			form.Set("variant", c.variant)
			form.Set("quantity", c.quantity)
			said := b.post("/shop/products/"+c.handle, form)
			if said.status != http.StatusUnprocessableEntity || said.lacks(c.says) != nil {
				t.Errorf("%s: %d %s", name, said.status, said.text)
			}
			if name == "too many" && said.lacks(`value="variant_goods_tee_m" required checked`, `value="51"`) != nil {
				t.Errorf("what was typed is lost: %s", said.html)
			}
		}
		if b.get("/shop/cart").lacks("Your cart is empty.") != nil {
			t.Error("something is in the cart")
		}
	})
}

func TestTheCheckoutAsksForWhatIsMissing(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shoptest.Shop) {
		b := newShopper(t, s)
		for _, path := range []string{"/shop/checkout", "/shop/checkout/review"} {
			if went := b.get(path); went.status != http.StatusSeeOther || went.location != "/shop/cart" {
				t.Errorf("%s with nothing in the cart: %d to %q", path, went.status, went.location)
			}
		}
		b.add("enamel-mug", "variant_goods_mug", "1")
		if went := b.get("/shop/checkout/review"); went.location != "/shop/checkout" {
			t.Errorf("review before checkout: %d to %q", went.status, went.location)
		}
		for name, c := range map[string]struct{ field, value, says string }{
			"no e-mail":       {"email", "", "Enter an e-mail address"},
			"half an e-mail":  {"email", "ada@example", "Enter an e-mail address"},
			"no name":         {"last_name", " ", "Please fill this in."},
			"no street":       {"address_1", "", "Please fill this in."},
			"no country":      {"country_code", "", "Please fill this in."},
			"elsewhere":       {"country_code", "us", "We do not ship to this country"},
			"no country ever": {"country_code", "xx", "We do not ship to this country"},
			"too long":        {"city", strings.Repeat("x", 256), "This is too long."},
			"control":         {"city", "a\x00b", "This does not look right."},
			"no such option":  {"shipping_" + defaultProfile, "so_none", "not offered any more"},
			"for returns":     {"shipping_" + defaultProfile, "so_goods_eu_return", "for returns"},
			"for staff":       {"shipping_" + defaultProfile, "so_goods_eu_desk", "not offered any more"},
			"another region":  {"shipping_" + defaultProfile, "so_goods_na", "not offered in your region"},
			"too little":      {"shipping_" + defaultProfile, "so_goods_eu_free", "not offered for your cart"},
		} {
			said := b.fill(b.get("/shop/checkout"), "/shop/checkout", append(append([]string{}, german...), c.field, c.value)...)
			if lacks := said.lacks("Something is missing or wrong", c.says, `value="Main 1"`); said.status != http.StatusUnprocessableEntity || name != "no street" && lacks != nil {
				t.Errorf("%s: %d lacks %q", name, said.status, lacks)
			}
		}
	})
}

func TestAnAddressInChina(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shoptest.Shop) {
		b := newShopper(t, s)
		b.header["Accept-Language"] = "zh-CN,zh;q=0.9"
		if lacks := b.get("/shop/products/longjing-tea").lacks("龙井茶", "¥168.00", "价格已含税", "加入购物车"); lacks != nil {
			t.Errorf("the product lacks %q", lacks)
		}
		b.add("longjing-tea", "variant_goods_tea_100", "1")
		ask := b.get("/shop/checkout")
		if lacks := ask.lacks("收货人", "广东省", "城市和区县"); lacks != nil || strings.Contains(ask.text, `name="last_name"`) {
			t.Errorf("the form lacks %q", lacks)
		}
		typed := []string{"email", "li@example.com", "first_name", "李静", "phone", "", "province", "广东省", "city", "深圳市南山区", "address_1", "科技园南区8栋1201"}
		if said := b.fill(ask, "/shop/checkout", typed...); said.status != http.StatusUnprocessableEntity || said.lacks("请填写此项。", `value="李静"`) != nil {
			t.Errorf("without a phone: %d %s", said.status, said.text)
		}
		went := b.fill(ask, "/shop/checkout", append(typed, "phone", "13911112222")...)
		if went.location != "/shop/checkout/review" {
			t.Fatalf("%d %s", went.status, went.text)
		}
		page := b.place(b.get(went.location))
		if lacks := page.lacks("感谢您的订购", "广东省 深圳市南山区", "李静", "龙井茶", "100克", "待支付", "¥180.00"); lacks != nil {
			t.Errorf("the receipt lacks %q: %s", lacks, page.text)
		}
		if page = b.get(page.location + "?lang=en"); page.lacks("Thank you for your order", "Longjing Tea", "100 g") != nil {
			t.Errorf("in English: %s", page.text)
		}
	})
}

func TestGoodsAreNamedInTheLanguageOfThePage(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shoptest.Shop) {
		b := newShopper(t, s)
		title := func(page shown) string {
			t.Helper()
			_, rest, _ := strings.Cut(page.text, "<h1>")
			name, _, _ := strings.Cut(rest, "</h1>")
			return name
		}
		zh := title(b.get("/shop/products/plain-tee?lang=zh"))
		if zh == "" || zh == "Plain Tee" {
			t.Fatalf("the product is called %q in Chinese", zh)
		}
		b.get("/shop?lang=en")
		b.add("plain-tee", "variant_goods_tee_m", "1")
		page := b.place(b.review())
		for path, name := range map[string]string{page.location + "?lang=zh": zh, page.location + "?lang=en": "Plain Tee"} {
			if b.get(path).lacks(name) != nil {
				t.Errorf("%s lacks %q", path, name)
			}
		}
	})
}

func TestBuyingElsewhere(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shoptest.Shop) {
		b := newShopper(t, s)
		b.add("plain-tee", "variant_goods_tee_m", "1")
		b.add("desk-lamp", "variant_goods_lamp", "1")
		page := b.get("/shop/products/plain-tee?x=1")
		went := b.fill(page, "/shop/region", "region", "jp")
		if went.status != http.StatusSeeOther || went.location != "/shop/products/plain-tee?x=1" {
			t.Errorf("%d to %q", went.status, went.location)
		}
		if lacks := b.get(went.location).lacks("<b>￥1,300</b>", "Prices do not include tax"); lacks != nil {
			t.Errorf("the product lacks %q", lacks)
		}
		basket := b.get("/shop/cart")
		if basket.lacks("1,430", "Plain Tee") != nil || strings.Contains(basket.text, "Desk Lamp") {
			t.Errorf("the cart in yen, with tax and without the lamp: %s", basket.text)
		}
		for _, next := range []string{"", "https://evil.example/shop", "//evil.example/shop", "/shop/../apps", "/apps", `/shop/products/..`, `/\evil.example`} {
			form := basket.form(t, "/shop/region")
			form.Set("next", next)
			form.Set("region", "eu")
			if went := b.post("/shop/region", form); went.location != "/shop" {
				t.Errorf("next %q leads to %q", next, went.location)
			}
		}
		if said := b.fill(basket, "/shop/region", "region", "none"); said.status != http.StatusNotFound {
			t.Errorf("a region that there is not: %d", said.status)
		}
	})
}

func TestOnesOwnOrdersOnly(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shoptest.Shop) {
		b, other := newShopper(t, s), newShopper(t, s)
		b.add("enamel-mug", "variant_goods_mug", "1")
		page := b.place(b.review())
		other.get("/shop")
		for name, c := range map[string]struct {
			who  *shopper
			path string
			want int
		}{
			"own": {b, page.location, 200}, "another's": {other, page.location, 404}, "none": {b, "/shop/orders/cart_none", 404},
			"a stranger's": {newShopper(t, s), page.location, 404},
		} {
			if got := c.who.get(c.path); got.status != c.want || c.want == 404 && strings.Contains(got.text, "Ada") {
				t.Errorf("%s: %d", name, got.status)
			}
		}
		at, err := url.Parse(s.URL + "/shop")
		must(t, err)
		thief := newShopper(t, s)
		for _, c := range b.client.Jar.Cookies(at) {
			if c.Name != "kaidian_shop" {
				continue
			}
			for _, forged := range []string{strings.Replace(c.Value, "cart_", "cart_0", 1), "x" + c.Value[1:], c.Value[:len(c.Value)-1], "%zz", "cart=" + strings.TrimPrefix(page.location, "/shop/orders/")} {
				thief.header["Cookie"] = "kaidian_shop=" + forged
				if got := thief.get(page.location); got.status != http.StatusNotFound {
					t.Errorf("with the cookie %s: %d", forged, got.status)
				}
			}
		}
	})
}

func TestFormsComeFromOurOwnPages(t *testing.T) {
	t.Parallel()
	s := newShop(t, dbtest.OpenSQLite(t))
	b, other := newShopper(t, s), newShopper(t, s)
	path := "/shop/products/enamel-mug"
	ours, theirs := b.get(path).form(t, path), other.get(path).form(t, path)
	for name, c := range map[string]struct {
		csrf   string
		header map[string]string
	}{
		"no proof":     {"", nil},
		"another's":    {theirs.Get("csrf"), nil},
		"cross-site":   {ours.Get("csrf"), map[string]string{"Sec-Fetch-Site": "cross-site"}},
		"same-site":    {ours.Get("csrf"), map[string]string{"Sec-Fetch-Site": "same-site"}},
		"other origin": {ours.Get("csrf"), map[string]string{"Origin": "https://evil.example"}},
	} {
		form := url.Values{"csrf": {c.csrf}, "variant": ours["variant"], "quantity": {"1"}}
		b.header = c.header
		for _, to := range []string{path, "/shop/cart/codes", "/shop/cart/lines/x", "/shop/checkout", "/shop/checkout/review", "/shop/orders/x", "/shop/region"} {
			if said := b.post(to, form); said.status != http.StatusForbidden {
				t.Errorf("%s to %s: %d", name, to, said.status)
			}
		}
	}
	if said := newShopper(t, s).post(path, ours); said.status != http.StatusForbidden || said.lacks("your browser must accept cookies") != nil {
		t.Errorf("without a cookie: %d", said.status)
	}
	b.header = map[string]string{"Sec-Fetch-Site": "same-origin", "Origin": s.URL}
	if said := b.post(path, ours); said.status != http.StatusSeeOther {
		t.Errorf("our own: %d", said.status)
	}
	if said := b.do(http.MethodPost, path, "csrf="+strings.Repeat("x", 64<<10)); said.status != http.StatusRequestEntityTooLarge {
		t.Errorf("large: %d", said.status)
	}
	if said := b.do(http.MethodPost, path, "%zz"); said.status != http.StatusBadRequest {
		t.Errorf("malformed: %d", said.status)
	}
}

func TestEveryPageIsKeptToItself(t *testing.T) {
	t.Parallel()
	s := newShop(t, dbtest.OpenSQLite(t), func(c *config.Serve) { c.TrustedProxies = []string{"127.0.0.0/8"} })
	b := newShopper(t, s)
	for _, path := range []string{"/shop", "/shop/products/plain-tee", "/shop/cart", "/shop/checkout", "/shop/none"} {
		page := b.get(path)
		policy := page.header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'; ") || strings.Contains(policy, "script-src") || page.header.Get("Cache-Control") != "no-store" ||
			page.header.Get("X-Frame-Options") != "DENY" || strings.Contains(page.html, "<script") || strings.Contains(page.html, " style=") {
			t.Errorf("%s: %v", path, page.header)
		}
	}
	for proto, secure := range map[string]bool{"http": false, "https": true} {
		one := newShopper(t, s)
		one.header["X-Forwarded-Proto"] = proto
		c, err := http.ParseSetCookie(one.get("/shop").header.Get("Set-Cookie"))
		must(t, err)
		if c.Name != "kaidian_shop" || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/shop" || c.Secure != secure {
			t.Errorf("over %s the cookie is %s", proto, c)
		}
	}
	for path, kind := range map[string]string{"/shop/assets/shop.css": "text/css; charset=utf-8", "/shop/assets/icon.svg": "image/svg+xml"} {
		if got := b.get(path); got.status != 200 || got.header.Get("Content-Type") != kind {
			t.Errorf("%s: %d %q", path, got.status, got.header.Get("Content-Type"))
		}
	}
	if got := b.get("/shop/assets/none"); got.status != http.StatusNotFound {
		t.Errorf("no asset: %d", got.status)
	}
}

func TestAShopThatIsNotOpen(t *testing.T) {
	t.Parallel()
	s := shoptest.Start(t, dbtest.OpenSQLite(t))
	page := newShopper(t, s).get("/shop")
	if page.status >= 500 {
		t.Errorf("%d %s", page.status, page.text)
	}
}
