package storefront_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/order"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/patch"
	"kaidian/internal/shoptest"
)

func TestFromTheShelfToTheOrder(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shoptest.Shop) {
		b := newShopper(t, s)
		if lacks := b.get("/shop").lacks("Plain Tee", "/shop/products/plain-tee", "from</small> <b>€10.80"); lacks != nil {
			t.Errorf("the shelf lacks %q", lacks)
		}
		b.add("plain-tee", "variant_goods_tee_m", "2")
		b.add("enamel-mug", "variant_goods_mug", "1")
		basket := b.get("/shop/cart")
		if lacks := basket.lacks("Plain Tee", "€24.00", "€12.00 each", "Enamel Mug", "Tax included above"); lacks != nil {
			t.Errorf("the cart lacks %q: %s", lacks, basket.text)
		}
		review := b.review()
		if lacks := review.lacks("ada@example.com", "Ada Lovelace", "10115 Berlin", "Germany", "Standard", "On delivery or by transfer"); lacks != nil {
			t.Errorf("the review lacks %q: %s", lacks, review.text)
		}
		page := b.place(review)
		o, err := s.Orders.Get(t.Context(), order.ByNumber(1))
		must(t, err)
		if want := review.form(t, "/shop/checkout/review").Get("total"); page.location != "/shop/orders/"+o.CartID || want != str(o.Totals.Total) {
			t.Errorf("the page is %s with a total of %s, the order %+v", page.location, want, o.Totals)
		}
		lacks := page.lacks("Thank you for your order", `class="number">1<`, "To be paid", "Plain Tee", "Ada Lovelace", "Standard", "Shipping</dt><dd>€12.00")
		if lacks != nil || o.Email != "ada@example.com" || *o.Shipping.CountryCode != "de" || len(o.Lines) != 2 {
			t.Errorf("the receipt lacks %q, the order is %+v", lacks, o)
		}
		if empty := b.get("/shop/cart"); empty.lacks("Your cart is empty.") != nil {
			t.Errorf("the cart afterwards: %s", empty.text)
		}
	})
}

func TestPressingTwiceMakesOneOrder(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shoptest.Shop) {
		b := newShopper(t, s)
		b.add("enamel-mug", "variant_goods_mug", "1")
		form := b.review().form(t, "/shop/checkout/review")
		at, err := url.Parse(s.URL + "/shop")
		must(t, err)
		cookies := b.client.Jar.Cookies(at)
		var pages [6]string
		var wg sync.WaitGroup
		for i := range pages { // each as the browser was before any of them was answered
			press := newShopper(t, s)
			press.client.Jar.SetCookies(at, cookies)
			wg.Go(func() {
				went := press.post("/shop/checkout/review", form)
				if pages[i] = went.location; went.status != http.StatusSeeOther {
					_, said, _ := strings.Cut(went.text, "<main")
					t.Errorf("a press: %d %s", went.status, said)
				}
			})
		}
		wg.Wait()
		list, err := s.Orders.List(t.Context(), order.Query{})
		must(t, err)
		for _, page := range pages {
			if len(list) != 1 || page != "/shop/orders/"+list[0].CartID {
				t.Fatalf("%d orders, the pages are %q", len(list), pages)
			}
		}
	})
}

func TestCodesMakeItCheaper(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shoptest.Shop) {
		b := newShopper(t, s)
		b.add("plain-tee", "variant_goods_tee_m", "2")
		code := func(kind, code string) shown {
			t.Helper()
			form := b.get("/shop/cart").form(t, "/shop/cart/codes")
			form.Set("kind", kind)
			form.Set("code", code)
			return b.post("/shop/cart/codes", form)
		}
		for _, c := range []struct{ kind, code, says string }{
			{"discount", "NOPE", "There is no such discount code."}, {"discount", "gone", "has expired"}, {"discount", "NAONLY", "not valid in your region"},
			{"discount", "VIPONLY", "for certain customers only"}, {"discount", " ", "Enter a code."}, {"card", "NOPE-NOPE", "There is no such gift card."},
			{"card", "GOOD-SNAA-NANA-1000", "not valid in your region"},
		} {
			said := code(c.kind, c.code)
			if lacks := said.lacks(c.says, `value="`+strings.TrimSpace(c.code)+`"`); said.status != http.StatusUnprocessableEntity || lacks != nil {
				t.Errorf("%s %s: %d lacks %q", c.kind, c.code, said.status, lacks)
			}
		}
		for _, c := range [][2]string{{"discount", "fix500"}, {"discount", "PCT10"}, {"discount", "FREESHIP"}, {"card", "GOOD-SAAA-AAAA-1000"}} {
			if went := code(c[0], c[1]); went.status != http.StatusSeeOther || went.location != "/shop/cart" {
				t.Errorf("%s: %d %s", c[1], went.status, went.text)
			}
		}
		basket := b.get("/shop/cart")
		if lacks := basket.lacks("Discount FREESHIP, PCT10", "−€2.40", "−€12.00", "···· 1000", "€9.60"); lacks != nil || strings.Contains(basket.text, "FIX500") {
			t.Errorf("the cart lacks %q: %s", lacks, basket.text)
		}
		page := b.place(b.review())
		if lacks := page.lacks("Shipping</dt><dd>Free", "−€2.40", "Total</dt><dd>€9.60"); lacks != nil {
			t.Errorf("the receipt lacks %q: %s", lacks, page.text)
		}
	})
}

func TestACodeIsTakenOff(t *testing.T) {
	t.Parallel()
	s := newShop(t, dbtest.OpenSQLite(t))
	b := newShopper(t, s)
	b.add("plain-tee", "variant_goods_tee_m", "1")
	proof := b.get("/shop/cart").form(t, "/shop/cart/codes").Get("csrf")
	for _, form := range []url.Values{
		{"kind": {"discount"}, "code": {"PCT10"}}, {"kind": {"card"}, "code": {"GOOD-SAAA-AAAA-1000"}},
		{"kind": {"card"}, "remove": {"gift_goods_1000"}}, {"kind": {"discount"}, "remove": {"disc_goods_pct10"}},
	} {
		form.Set("csrf", proof)
		if went := b.post("/shop/cart/codes", form); went.status != http.StatusSeeOther {
			t.Errorf("%v: %d", form, went.status)
		}
	}
	if text := b.get("/shop/cart").text; strings.Contains(text, "PCT10") || strings.Contains(text, "····") {
		t.Errorf("still there: %s", text)
	}
}

func TestNothingToPay(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shoptest.Shop) {
		b := newShopper(t, s)
		b.add("enamel-mug", "variant_goods_mug", "1")
		basket := b.get("/shop/cart")
		form := basket.form(t, "/shop/cart/codes")
		form.Set("kind", "card")
		form.Set("code", "GOOD-SAAA-AAAA-9999")
		b.post("/shop/cart/codes", form)
		review := b.review()
		if review.lacks("There is nothing left to pay.") != nil || strings.Contains(review.text, `name="provider"`) {
			t.Errorf("the review: %s", review.text)
		}
		if page := b.place(review); page.lacks(">Paid<", "Total</dt><dd>€0.00") != nil {
			t.Errorf("the receipt: %s", page.text)
		}
	})
}

func TestTheTotalThatWasSeenIsTheOneThatIsPaid(t *testing.T) {
	t.Parallel()
	s := newShop(t, dbtest.OpenSQLite(t))
	b := newShopper(t, s)
	b.add("enamel-mug", "variant_goods_mug", "1")
	review := b.review()
	b.fill(b.get("/shop/cart"), lineForm(t, b.get("/shop/cart")), "quantity", "2")
	if went := b.fill(review, "/shop/checkout/review"); went.location != "/shop/checkout" { // another quantity, shipping anew
		t.Errorf("without shipping: %d to %q", went.status, went.location)
	}
	b.review()
	went := b.fill(review, "/shop/checkout/review")
	if went.status != http.StatusConflict || went.lacks("The total has changed") != nil {
		t.Errorf("%d %s", went.status, went.text)
	}
	if n, err := s.Orders.Count(t.Context(), order.Query{}); err != nil || n != 0 {
		t.Errorf("%d orders, error %v", n, err)
	}
	b.place(went)
}

func TestWhatIsSoldMeanwhile(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shoptest.Shop) {
		slow, quick := newShopper(t, s), newShopper(t, s)
		slow.add("last-socks", "variant_goods_socks", "3")
		review := slow.review()
		quick.add("last-socks", "variant_goods_socks", "2")
		quick.place(quick.review())
		went := slow.fill(review, "/shop/checkout/review")
		if lacks := went.lacks("There is not as much in stock any more", "Only 1 left"); went.status != http.StatusUnprocessableEntity || lacks != nil {
			t.Errorf("%d lacks %q: %s", went.status, lacks, went.text)
		}
		basket := slow.get("/shop/cart")
		if basket.lacks("Only 1 left") != nil {
			t.Errorf("the cart: %s", basket.text)
		}
		slow.fill(basket, lineForm(t, basket), "quantity", "1")
		slow.place(slow.review())
	})
}

func TestAPaymentThatWaits(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shoptest.Shop) {
		s.Setup(t, "payments region=eu providers=manual,scripted")
		b := newShopper(t, s)
		b.add("enamel-mug", "variant_goods_mug", "1")
		review := b.review()
		plays(t, s, "late")
		page := b.place(review, "provider", "scripted")
		if page.lacks("Waiting for the payment", "Check again", "Enamel Mug") != nil {
			t.Fatalf("%d %s", page.status, page.text)
		}
		if n, err := s.Orders.Count(t.Context(), order.Query{}); err != nil || n != 0 {
			t.Errorf("%d orders, error %v", n, err)
		}
		if went := b.fill(page, page.location); went.status != http.StatusSeeOther || went.location != page.location {
			t.Errorf("check: %d to %q", went.status, went.location)
		}
		if page = b.get(page.location); page.lacks("Thank you for your order", `class="number">1<`) != nil {
			t.Errorf("afterwards: %s", page.text)
		}
	})
}

func TestAPaymentThatIsDeclined(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shoptest.Shop) {
		s.Setup(t, "payments region=eu providers=manual,scripted")
		b := newShopper(t, s)
		b.add("enamel-mug", "variant_goods_mug", "1")
		review := b.review()
		id := plays(t, s, "decline")
		went := b.fill(review, "/shop/checkout/review", "provider", "scripted")
		if went.status != http.StatusUnprocessableEntity || went.lacks("The payment was declined.", `value="scripted" required checked`) != nil {
			t.Errorf("%d %s", went.status, went.text)
		}
		if page := b.get("/shop/orders/" + id); page.lacks("Not paid yet", "Back to checkout") != nil {
			t.Errorf("its page: %s", page.text)
		}
		if page := b.place(went, "provider", "manual"); page.lacks("Thank you") != nil {
			t.Errorf("paid otherwise: %s", page.text)
		}
	})
}

// plays has the only open cart paid with the bank of the tests, which plays a script, and gives the cart's id.
func plays(t *testing.T, s *shoptest.Shop, script string) string {
	t.Helper()
	var id string
	must(t, s.DB.SQL().QueryRowContext(t.Context(), `select id from carts`).Scan(&id))
	_, err := s.Checkout.CreateSessions(t.Context(), id)
	must(t, err)
	_, err = s.Checkout.SelectSession(t.Context(), id, "scripted")
	must(t, err)
	_, err = s.Checkout.UpdateSession(t.Context(), id, "scripted", json.RawMessage(`{"script":"`+script+`"}`))
	must(t, err)
	return id
}

func TestALineThatCannotBeBought(t *testing.T) {
	t.Parallel()
	s := newShop(t, dbtest.OpenSQLite(t))
	b := newShopper(t, s)
	b.add("enamel-mug", "variant_goods_mug", "1")
	var id string
	must(t, s.DB.SQL().QueryRowContext(t.Context(), `select id from carts`).Scan(&id))
	c, err := s.Carts.Get(t.Context(), id, cart.View{})
	must(t, err)
	path := "/shop/cart/lines/" + c.Body.Lines[0].ID
	for typed, says := range map[string]string{
		"5000": "There is not as much in stock.", "-1": "Enter a whole number", "": "Enter a whole number", "1.5": "Enter a whole number",
		"99999999999999999999": "Enter a whole number",
	} {
		said := b.fill(b.get("/shop/cart"), path, "quantity", typed)
		if typed == "" {
			typed = "1"
		}
		if lacks := said.lacks(says, `value="`+typed+`"`); said.status != http.StatusUnprocessableEntity || lacks != nil {
			t.Errorf("%q: %d lacks %q", typed, said.status, lacks)
		}
	}
	_, err = s.Carts.UpdateLine(t.Context(), id, c.Body.Lines[0].ID, cart.LinePatch{Quantity: patch.Some[int64](7)})
	must(t, err)
	if b.get("/shop/cart").lacks(`value="7"`) != nil {
		t.Error("the page and the engine have different carts")
	}
	b.fill(b.get("/shop/cart"), path, "remove", "1")
	if b.get("/shop/cart").lacks("Your cart is empty.") != nil {
		t.Error("the line is still there")
	}
}

// lineForm gives the address of the form of a cart's first line.
func lineForm(t *testing.T, basket shown) string {
	t.Helper()
	_, rest, ok := strings.Cut(basket.html, `action="/shop/cart/lines/`)
	id, _, _ := strings.Cut(rest, `"`)
	if !ok {
		t.Fatalf("no line in %s", basket.html)
	}
	return "/shop/cart/lines/" + id
}

func str(n int64) string {
	text, _ := json.Marshal(n) // of a number
	return string(text)
}
