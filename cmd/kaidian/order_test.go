package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"
)

// demoToken opens the Open API of every demo shop.
const demoToken = "de300000000000000000000000000003"

// number spells an id as people read it.
func number(id any) string { return fmt.Sprintf("%.0f", id) }

// buy has somebody buy in the demo shop, to be paid by hand, and gives the order's number.
func buy(t *testing.T, base string) string {
	t.Helper()
	ask := func(path string, body map[string]any) map[string]any {
		t.Helper()
		status, answer := call(t, http.MethodPost, base+"/store/carts"+path, "", body)
		if status != http.StatusOK {
			t.Fatalf("%s: %d %v", path, status, answer)
		}
		return answer
	}
	cart := "/" + ask("", map[string]any{"region_id": "reg_cn"})["cart"].(map[string]any)["id"].(string)
	ask(cart+"/line-items", map[string]any{"variant_id": "variant_litter_tofu_pln", "quantity": 2})
	ask(cart, map[string]any{"email": "user@example.com", "shipping_address": map[string]any{"first_name": "宜成", "last_name": "刁",
		"address_1": "清华大学17号楼305", "country_code": "cn", "postal_code": "100084", "metadata": map[string]any{"district_code": "110102"}}})
	ask(cart+"/shipping-methods", map[string]any{"option_id": "so_cn_standard"})
	ask(cart+"/payment-sessions", nil)
	return number(ask(cart+"/complete", nil)["data"].(map[string]any)["display_id"])
}

// TestOrdersArePaidByHand says that the money for one of two orders came, while the shop is served.
func TestOrdersArePaidByHand(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, flags []string) {
		s := serve(t, append(flags, "--demo", "--webhook-allow-private")...)
		told := make(chan string, 10)
		receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body) //nolint:errcheck // a part will not do
			told <- string(body)
		}))
		defer receiver.Close()
		if status, answer := call(t, http.MethodPost, s.URL+"/v1/webhooks", demoToken,
			map[string]any{"webhook": map[string]any{"address": receiver.URL + "/hook", "topic": "orders/paid"}}); status != http.StatusOK {
			t.Fatalf("webhook: %d %v", status, answer)
		}
		first, second := buy(t, s.URL), buy(t, s.URL)
		do := func(args ...string) string {
			t.Helper()
			out, errs, code := kaidian(t, append(append([]string{"order"}, args...), flags...)...)
			if code != 0 || errs != "" {
				t.Fatalf("order %v: %d %s", args, code, errs)
			}
			return out
		}
		if got, want := do("list", "--unpaid"), second+"\t[^\n]*\tpending\tawaiting\tnot_fulfilled\t[0-9.]+ CNY\tuser@example.com\n"+first+"\t[^\n]*\n"; !matches(want, got) {
			t.Errorf("unpaid are\n%s", got)
		}
		if got := do("show", first); !matches(`(?s)order +`+first+`\n.*ship to +刁宜成, 北京市 .*清华大学17号楼305, 100084 中国\n.*line +2 × .* CNY\n.*due +[1-9][0-9.]* CNY\n`+
			`payment by +manual: [0-9.]+ CNY, of which 0 CNY came\n`, got) {
			t.Errorf("the order is\n%s", got)
		}
		if got := do("paid", first); !matches(`order `+first+` is paid: [0-9.]+ CNY\n`, got) {
			t.Errorf("got %s", got)
		}
		select {
		case body := <-told:
			if !strings.Contains(body, `"payment_status":"paid"`) || !strings.Contains(body, `"id":`+first+`,`) {
				t.Errorf("told %s", body)
			}
		case <-time.After(30 * time.Second):
			t.Error("no webhook came")
		}
		before := do("show", first, "--json")
		if got := do("paid", first); !matches(`order `+first+` is paid already, since .*: nothing was changed\n`, got) {
			t.Errorf("got %s", got)
		}
		if after := do("show", first, "--json"); after != before || !strings.Contains(after, `"payment": "captured"`) || !strings.Contains(after, `"due": 0`) {
			t.Errorf("paid twice it is\n%s, before\n%s", after, before)
		}
		var rows []struct{ Number int64 }
		if err := json.Unmarshal([]byte(do("list", "--unpaid", "--json")), &rows); err != nil || len(rows) != 1 || fmt.Sprint(rows[0].Number) != second {
			t.Errorf("unpaid are %v, %v", rows, err)
		}
		if got := do("list", "--limit", "1"); !matches(second+`\t[^\n]*\n`, got) {
			t.Errorf("the newest is %s", got)
		}
		if out, errs, code := kaidian(t, append([]string{"doctor"}, flags...)...); code != 0 {
			t.Errorf("the books are wrong: %s%s", out, errs)
		}
	})
}

func matches(pattern, text string) bool {
	return regexp.MustCompile(`^` + pattern + `$`).MatchString(text)
}

func TestOrdersThatAreNotThere(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, flags []string) {
		for _, c := range []struct {
			args []string
			code int
			says string
		}{
			{[]string{"paid", "7"}, 1, "kaidian: there is no order 7\n"},
			{[]string{"show", "7"}, 1, "kaidian: there is no order 7\n"},
			{[]string{"paid", "seven"}, 2, "seven"},
			{[]string{"paid"}, 2, "<no>"},
			{[]string{"list", "--limit", "0"}, 2, "--limit must be from 1 to 1000"},
		} {
			out, errs, code := kaidian(t, append(append([]string{"order"}, c.args...), flags...)...)
			if code != c.code || out != "" || !strings.Contains(errs, c.says) {
				t.Errorf("%v: %d %s%s", c.args, code, out, errs)
			}
		}
		if out, errs, code := kaidian(t, append([]string{"order", "list", "--json"}, flags...)...); code != 0 || out != "[]\n" {
			t.Errorf("a shop without orders: %d %s%s", code, out, errs)
		}
	})
}
