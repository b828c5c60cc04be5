package app_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kaidian/internal/app"
	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/order"
	"kaidian/internal/config"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/patch"
	"kaidian/internal/shoptest"
)

// letter is a mail as its reader sees it.
type letter struct{ to, subject, text, html string }

// letters gives the mails that a shop without a mail server wrote, the oldest first.
func (i *instance) letters(t *testing.T) []letter {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(i.data, "mail", "*.eml"))
	if err != nil {
		t.Fatal(err)
	}
	var out []letter
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		m, err := mail.ReadMessage(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		l := letter{to: m.Header.Get("To")}
		if l.subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
			t.Fatal(err)
		}
		kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
		if err != nil || kind != "multipart/alternative" {
			t.Fatalf("%s, %v", kind, err)
		}
		for parts := multipart.NewReader(m.Body, params["boundary"]); ; {
			part, err := parts.NextRawPart()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(quotedprintable.NewReader(part))
			if err != nil {
				t.Fatal(err)
			}
			if text := strings.ReplaceAll(string(body), "\r\n", "\n"); strings.HasPrefix(part.Header.Get("Content-Type"), "text/html") {
				l.html = text
			} else {
				l.text = text
			}
		}
		out = append(out, l)
	}
	return out
}

// wait waits for a mail with a subject and gives it.
func (i *instance) wait(t *testing.T, subject string) letter {
	t.Helper()
	var found letter
	eventually(t, "a mail about "+subject, func() bool {
		for _, l := range i.letters(t) {
			if strings.Contains(l.subject, subject) {
				found = l
				return true
			}
		}
		return false
	})
	return found
}

func (i *instance) goods(t *testing.T) {
	t.Helper()
	text, err := os.ReadFile("../shoptest/testdata/goods.json")
	if err == nil {
		text = bytes.ReplaceAll(text, []byte(`"Enamel Mug"`), []byte(`"Mug <b>\"&\"</b>"`))
		_, err = i.Transfer.Seed(t.Context(), bytes.NewReader(text))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// buy makes an order that is paid by hand.
func (i *instance) buy(t *testing.T, region string, p cart.Patch, shipping string, lines ...cart.NewLine) order.Order {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	c, err := i.Carts.Create(ctx, cart.NewCart{RegionID: region, Lines: lines})
	if err == nil {
		_, err = i.Carts.Update(ctx, c.ID, p)
	}
	if err == nil && shipping != "" {
		_, err = i.Carts.AddMethod(ctx, c.ID, cart.NewMethod{OptionID: shipping})
	}
	if err == nil {
		_, err = i.Checkout.CreateSessions(ctx, c.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	r, err := i.Checkout.Complete(ctx, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	return *r.Order
}

func to(change customer.StorePatch) patch.Optional[cart.AddressInput] {
	return patch.Some(cart.AddressInput{Change: change})
}

func contains(t *testing.T, text string, wanted ...string) {
	t.Helper()
	for _, w := range wanted {
		if !strings.Contains(text, w) {
			t.Errorf("%q is not in\n%s", w, text)
		}
	}
}

func TestAnOrderIsMailedToItsShopper(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, i *instance) {
		i.goods(t)
		german := i.buy(t, "eu", cart.Patch{Email: new("Ann@example.com"), Discounts: patch.Some([]string{"FIX500"}), Cards: patch.Some([]string{"GOOD-SAAA-AAAA-1000"}),
			Shipping: to(customer.StorePatch{FirstName: customer.Some("Ann"), LastName: customer.Some("Lee"), Address1: customer.Some("Main 1"),
				City: customer.Some("Berlin"), PostalCode: customer.Some("10115"), CountryCode: customer.Some("de")})},
			"so_goods_eu", cart.NewLine{VariantID: "variant_goods_mug", Quantity: 3}, cart.NewLine{VariantID: "variant_goods_tee_m", Quantity: 1})
		l := i.wait(t, fmt.Sprintf("Your order %d – ", german.Number))
		if l.to != "<ann@example.com>" {
			t.Errorf("to %s", l.to)
		}
		contains(t, l.text, `Mug <b>"&"</b>`, "3 x €8.00 = €24.00", "Plain Tee (", "Goods: €", "Discount: −€5.00", "Shipping: €10.00", "Tax: €", "Gift cards: −€",
			"Total: €", "Payment is not completed yet.", "  Ann Lee\n  Main 1\n  10115 Berlin\n  Germany", "Shipping by: Standard")
		contains(t, l.html, "Mug &lt;b&gt;&#34;&amp;&#34;&lt;/b&gt;", "€24.00", "−€5.00", `<html lang="en">`)

		chinese := i.buy(t, "cn", cart.Patch{Email: new("wang@example.com"),
			Shipping: to(customer.StorePatch{FirstName: customer.Some("小明"), LastName: customer.Some("王"), Address1: customer.Some("西长安街 1 号"),
				Province: customer.Some("北京市"), City: customer.Some("西城区"), CountryCode: customer.Some("cn"), Phone: customer.Some("13800138000")})},
			"so_goods_cn", cart.NewLine{VariantID: "variant_goods_tea_100", Quantity: 2})
		l = i.wait(t, fmt.Sprintf("您的订单 %d – ", chinese.Number))
		contains(t, l.text, "龙井茶", "2 × ¥", "（含税 ¥", "  王小明 13800138000\n", "中国", "配送方式：快递", "付款尚未完成。")
		contains(t, l.html, `<html lang="zh-CN">`, "龙井茶")
		if strings.Contains(l.text, "优惠") || strings.Contains(l.text, "税费：") {
			t.Errorf("what is not in it is said: %s", l.text)
		}
		if n := len(i.letters(t)); n != 2 {
			t.Errorf("%d mails for two orders", n)
		}
	})
}

func TestGiftCardsAreMailedWhenTheyArePaid(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, i *instance) {
		i.goods(t)
		bought := i.buy(t, "eu", cart.Patch{Email: new("ann@example.com")}, "", cart.NewLine{VariantID: "variant_goods_card_25", Quantity: 2})
		l := i.wait(t, fmt.Sprintf("Your order %d – ", bought.Number))
		contains(t, l.text, "We send you the codes of your gift cards as soon as the order is paid.")
		if n := len(i.letters(t)); n != 1 {
			t.Errorf("%d mails before it is paid", n)
		}
		var codes []string
		err := i.DB.Read(t.Context(), func(_ context.Context, tx *db.Tx) error {
			var err error
			codes, err = db.All(tx, func(row db.Scanner) (s string, err error) { return s, row.Scan(&s) }, `select code from gift_cards where order_id = $1`, bought.ID)
			return err
		})
		if err != nil || len(codes) != 2 {
			t.Fatalf("%d codes, %v", len(codes), err)
		}
		if strings.Contains(l.text+l.html, codes[0]) {
			t.Error("the code is told before it is paid")
		}
		if _, err := i.Orders.Capture(t.Context(), order.ByID(bought.ID)); err != nil {
			t.Fatal(err)
		}
		l = i.wait(t, "Your gift cards – ")
		contains(t, l.text, codes[0]+"   worth €25.00", codes[1]+"   worth €25.00")
		contains(t, l.html, codes[0], codes[1])

		free := i.buy(t, "eu", cart.Patch{Email: new("bob@example.com"), Cards: patch.Some([]string{"GOOD-SAAA-AAAA-9999"})}, "",
			cart.NewLine{VariantID: "variant_goods_card_50", Quantity: 1})
		if free.Totals.Total != 0 {
			t.Fatalf("it costs %d", free.Totals.Total)
		}
		contains(t, i.wait(t, fmt.Sprintf("Your order %d – ", free.Number)).text, "There is nothing to pay.")
		eventually(t, "the card that cost nothing is mailed", func() bool {
			all := i.letters(t)
			return len(all) == 4 && strings.Contains(all[2].text+all[3].text, "worth €50.00")
		})
	})
}

func TestAnOrderIsClaimedByMail(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, i *instance) {
		i.goods(t)
		bought := i.buy(t, "eu", cart.Patch{Email: new("guest@example.com")}, "so_goods_eu", cart.NewLine{VariantID: "variant_goods_mug", Quantity: 1})
		who, _, err := i.Customers.Register(t.Context(), customer.NewAccount{Identity: "account@example.com", Password: "supersecret"})
		if err != nil {
			t.Fatal(err)
		}
		if err := i.Orders.Claim(t.Context(), who.ID, []string{bought.ID}); err != nil {
			t.Fatal(err)
		}
		l := i.wait(t, "Add your orders to an account?")
		token := tokenInMail.FindString(l.text)
		if l.to != "<guest@example.com>" || !strings.Contains(l.html, token) {
			t.Errorf("to %s: %s", l.to, l.html)
		}
		contains(t, l.text, "within 15 minutes")
		if err := i.Orders.Confirm(t.Context(), token); err != nil {
			t.Fatal(err)
		}
		if o, err := i.Orders.Get(t.Context(), order.ByID(bought.ID)); err != nil || o.CustomerID == nil || *o.CustomerID != who.ID {
			t.Errorf("it is %v's, %v", o.CustomerID, err)
		}
	})
}

func TestMerchantsChangeTheMails(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(data, "templates", "mail", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("order_placed.en.html", "<p>\n{{.Numbr}}")
	_, err := app.New(t.Context(), config.Shop{Data: data}, config.Serve{CallLimit: 1, CallLeak: 1},
		app.Options{DB: dbtest.OpenSQLite(t), Passwords: shoptest.CheapPasswords})
	if want := filepath.Join(data, "templates", "mail", "order_placed.en.html"); err == nil || !strings.Contains(err.Error(), want) ||
		!strings.Contains(err.Error(), "order_placed.en.html:2") {
		t.Errorf("got %v", err)
	}
	write("order_placed.en.html", "<p>Ours: {{range .Lines}}{{.Title}}{{end}}")
	write("order_placed.en.txt", `{{define "subject"}}No. {{.Number}} is yours{{end}}Ours too`)
	i := startIn(t, "", data)
	i.goods(t)
	bought := i.buy(t, "eu", cart.Patch{Email: new("ann@example.com")}, "so_goods_eu", cart.NewLine{VariantID: "variant_goods_mug", Quantity: 1})
	l := i.wait(t, fmt.Sprintf("No. %d is yours", bought.Number))
	if strings.TrimSpace(l.text) != "Ours too" || strings.TrimSpace(l.html) != "<p>Ours: Mug &lt;b&gt;&#34;&amp;&#34;&lt;/b&gt;" {
		t.Errorf("%+v", l)
	}
}
