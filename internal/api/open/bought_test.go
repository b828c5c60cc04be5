package open_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/order"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/event"
	"kaidian/internal/shoptest"
)

// TestWhatCustomersBought is the same wherever a customer is shown.
func TestWhatCustomersBought(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		c := openCounter(t, d)
		c.Setup(t, "clock 2015-03-12T23:35:12.242+08:00")
		c.Customer(t, customer.NewAccount{Identity: "other@example.com"}) // 596
		const fields = "?fields=last_order_at,last_order_no,orders_count,total_spent"
		shows := func(count int, spent, no, at string) {
			t.Helper()
			want := fmt.Sprintf(`{"last_order_at":%s,"last_order_no":%s,"orders_count":%d,"total_spent":%s}`, at, no, count, spent)
			const none = `{"last_order_at":null,"last_order_no":null,"orders_count":0,"total_spent":0}`
			c.call(http.MethodGet, "/v1/customers/595"+fields, "").want(t, "one", 200, `{"customer":`+want+`}`)
			c.call(http.MethodGet, "/v1/customers"+fields, "").want(t, "the list", 200, `{"customers":[`+want+`,`+none+`]}`)
			whole := bare(t, c.Shop, "/v1/customers/595", "customer")
			if r := c.call(http.MethodPut, "/v1/customers/595", `{"customer":{}}`); r.body != `{"customer":`+whole+`}` {
				t.Errorf("put answers %s\nwant %s", r.body, whole)
			}
			list := c.call(http.MethodGet, "/v1/orders?customer_id=595&fields=customer", "")
			if n := strings.Count(list.body, `"customer":`+whole); n != strings.Count(list.body, `"customer"`) {
				t.Errorf("orders show %s\nwant %s", list.body, whole)
			}
		}
		shows(0, "0", "null", "null")
		const at = `"2015-03-12T23:35:12.242+08:00"`
		first := c.sold("cart_1", "manual")
		c.place(c.draft("cart_guest"), "manual")
		shows(1, "0", `"20150312000001"`, at)
		if _, err := c.orders.Capture(t.Context(), order.ByID(first.ID)); err != nil {
			t.Fatal(err)
		}
		shows(1, "26.2", `"20150312000001"`, at)
		c.exec(`update payments set refunded = 620 where order_id = $1`, first.ID)
		shows(1, "20", `"20150312000001"`, at)
		c.Clock.Advance(time.Hour)
		second := c.sold("cart_2", "manual")
		const later = `"2015-03-13T00:35:12.242+08:00"`
		shows(2, "20", `"20150313000003"`, later)
		c.exec(`update orders set status = 'canceled' where id = $1`, second.ID)
		shows(1, "20", `"20150313000003"`, later)

		c.Setup(t, "address of=595 name=刁宜成 mobile=13632269358 district=110102 detail=清华大学17号楼305")
		c.told("customers/update", bare(t, c.Shop, "/v1/customers/595", "customer"))
		made := c.call(http.MethodPost, "/v1/customers", `{"customer":{"reg_type":"uname","reg_identity":"new","password":"supersecret"}}`)
		if made.body != `{"customer":`+bare(t, c.Shop, "/v1/customers/597", "customer")+`}` || !strings.Contains(made.body, `"orders_count":0,`) {
			t.Errorf("who is new is %s", made.body)
		}
	})
}

// sale is how many of a variant were sold, as its route shows it.
func sale(t *testing.T, s *shoptest.Shop, product, variant int64) (sold int, changed string) {
	t.Helper()
	r := call(t, s, s.Token, http.MethodGet, fmt.Sprintf("/v1/products/%d/variants/%d?fields=sale,updated_at", product, variant), "")
	var body struct {
		Variant struct {
			Sale      int
			UpdatedAt string `json:"updated_at"`
		}
	}
	if err := json.Unmarshal([]byte(r.body), &body); err != nil || r.status != 200 {
		t.Fatalf("%d %s (%v)", r.status, r.body, err)
	}
	return body.Variant.Sale, body.Variant.UpdatedAt
}

// TestOrdersRaiseSales: each order once, though a subscriber fails, and whoever dispatches.
func TestOrdersRaiseSales(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		c := openCounter(t, d)
		id, variants := product(t, c.Shop, `{"product":{"name":"M","options":[{"name":"颜色"}],"variants":[{"option_1":"白色","price":1},{"option_1":"黑色","price":1}]}}`)
		keys := map[int64]string{}
		for _, v := range variants {
			keys[v], _ = c.keys(v)
		}
		shows := func(first, second int) {
			t.Helper()
			a, _ := sale(t, c.Shop, id, variants[0])
			b, _ := sale(t, c.Shop, id, variants[1])
			if a != first || b != second {
				t.Errorf("%d and %d were sold, want %d and %d", a, b, first, second)
			}
		}
		buy := func(cart string, quantities ...int64) {
			t.Helper()
			in := c.draft(cart)
			line := in.Lines[0]
			in.Lines = nil
			for i, n := range quantities {
				key := keys[variants[min(i, 1)]]
				l := line
				l.ID, l.VariantID, l.Quantity = fmt.Sprint("item_", cart, i), &key, n
				in.Lines = append(in.Lines, l)
			}
			line.ID, line.VariantID = "item_"+cart, nil // something that was no variant
			in.Lines = append(in.Lines, line)
			c.place(in, "")
		}
		_, before := sale(t, c.Shop, id, variants[0])
		c.Clock.Advance(time.Hour)
		buy("cart_1", 2, 1, 4) // one of the first, two lines of the second
		shows(0, 0)
		refuses := true
		c.Events.Subscribe(func(_ context.Context, _ *db.Tx, e event.Event) error {
			if refuses && e.Topic == order.TopicPlaced {
				return errors.New("not today")
			}
			return nil
		})
		if err := c.Events.Dispatch(t.Context()); err == nil {
			t.Error("nobody failed")
		}
		shows(0, 0)
		refuses = false
		for range 2 {
			if err := c.Events.Dispatch(t.Context()); err != nil {
				t.Fatal(err)
			}
			shows(2, 5)
		}
		if _, after := sale(t, c.Shop, id, variants[0]); after != before {
			t.Errorf("a sale is no change: %s, then %s", before, after)
		}
		whole := bare(t, c.Shop, fmt.Sprintf("/v1/products/%d", id), "product")
		if !strings.Contains(whole, `"sale":2,`) || !strings.Contains(whole, `"sale":5,`) {
			t.Errorf("the product shows %s", whole)
		}
		for i := range 6 {
			buy(fmt.Sprint("cart_more", i), 1, 10)
		}
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				if err := c.Events.Dispatch(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		shows(8, 65)
		call(t, c.Shop, c.Token, http.MethodPut, fmt.Sprintf("/v1/products/%d/variants/%d", id, variants[0]), `{"variant":{"price":3,"barcode":"x"}}`).want(t, "a change", 200, "")
		shows(8, 65)
	})
}

// TestTheTillRaisesSales buys as a shopper does.
func TestTheTillRaisesSales(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := shoptest.Start(t, d)
		s.Setup(t, "goods")
		var found struct {
			Products []struct {
				ID       int64
				Variants []struct{ ID int64 }
			}
		}
		r := call(t, s, s.Token, http.MethodGet, "/v1/products?handle=enamel-mug", "")
		if err := json.Unmarshal([]byte(r.body), &found); err != nil || len(found.Products) != 1 {
			t.Fatalf("%s (%v)", r.body, err)
		}
		mug := found.Products[0]
		for i, want := range []int{3, 6} {
			s.Setup(t, "order variant=variant_goods_mug quantity=3 region=cn email=a@example.com shipping=so_goods_cn first=a last=b line=c city=d country=cn postcode=100084")
			if err := s.Events.Dispatch(t.Context()); err != nil {
				t.Fatal(err)
			}
			if sold, _ := sale(t, s, mug.ID, mug.Variants[0].ID); sold != want {
				t.Errorf("after %d orders %d were sold", i+1, sold)
			}
		}
	})
}
