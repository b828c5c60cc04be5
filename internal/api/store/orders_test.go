package store_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"kaidian/internal/commerce/order"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/shoptest"
)

// Orders that were made as a guest go over with the token that is sent to the guest's e-mail: once, and not with one that is old.
func TestClaimedOrders(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := shoptest.Start(t, d)
		s.Goods(t)
		bound := s.Setup(t, `order variant=variant_goods_mug region=eu email=guest@example.com`)
		id := bound["order"].(string)
		who := s.Setup(t, `customer email=new@example.com`)["cus"].(string)
		if err := s.Orders.Claim(t.Context(), who, []string{id, "order_unknown"}); err != nil {
			t.Fatal(err)
		}
		email, token := claimToken(t, s)
		if email != "guest@example.com" {
			t.Errorf("the token goes to %s", email)
		}
		for range 2 {
			if status, body := post(t, s.URL+"/store/orders/customer/confirm", `{"token": "`+token+`"}`); status != http.StatusOK || body != "OK" {
				t.Errorf("confirm: %d %s", status, body)
			}
		}
		o, err := s.Orders.Get(t.Context(), order.ByID(id))
		if err != nil || o.CustomerID == nil || *o.CustomerID != who || o.Email != "new@example.com" {
			t.Errorf("the order is %v's, %s: %v", o.CustomerID, o.Email, err)
		}
		s.Clock.Advance(order.ClaimLife + 1)
		if status, body := post(t, s.URL+"/store/orders/customer/confirm", `{"token": "`+token+`"}`); status != http.StatusUnauthorized ||
			body != `{"type":"unauthorized","message":"Invalid or expired token"}` {
			t.Errorf("an old token: %d %s", status, body)
		}
	})
}

// claimToken gives the token of the last claim, and where it is sent to.
func claimToken(t *testing.T, s *shoptest.Shop) (email, token string) {
	t.Helper()
	events, err := s.Events.Since(t.Context(), 0, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if e.Topic != order.TopicClaimRequested {
			continue
		}
		if email, token, err = s.Orders.ClaimToken(e); err != nil {
			t.Fatal(err)
		}
	}
	return email, token
}

func post(t *testing.T, url, body string) (status int, answer string) {
	t.Helper()
	res, err := http.Post(url, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(data)
}
