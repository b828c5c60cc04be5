package open_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"kaidian/internal/api/open"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/order"
	"kaidian/internal/commerce/payment"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/limit"
	"kaidian/internal/platform/patch"
	"kaidian/internal/provider/manual"
	"kaidian/internal/shoptest"
)

// counter is a shop with orders: of a customer with an account, 595, and of a guest. It has a product 22951 of one variant.
type counter struct {
	*shoptest.Shop
	t        *testing.T
	orders   *order.Service
	payments *payment.Service
	services open.OrderServices
	variant  int64
}

// online is a provider whose money is outside.
type online struct{ payment.Provider }

func (online) ID() string    { return "stripe" }
func (online) Offline() bool { return false }

func openCounter(t *testing.T, d *db.DB) counter {
	t.Helper()
	s := *shoptest.Start(t, d)
	c := counter{Shop: &s, t: t}
	s.Setup(t, "next customers 595")
	s.Setup(t, "next products 22951")
	if _, _, err := s.App.Shop.PutRegion(t.Context(), shop.RegionPatch{ID: "reg_cn", Name: patch.Some("中国"), Currency: patch.Some("cny"),
		Countries: patch.Some([]string{"cn"}), PaymentProviders: patch.Some([]string{"stripe", "manual"})}); err != nil {
		t.Fatal(err)
	}
	s.Customer(t, customer.NewAccount{Identity: "diao@example.com", RealName: "刁宜成"})
	_, variants := product(t, &s, `{"product":{"name":"T <恤> & Co","variants":[{"price":9}]}}`)
	c.variant = variants[0]
	c.payments = payment.New(payment.Options{DB: d, Clock: s.Clock, Events: s.Events, Providers: []payment.Provider{manual.New(), online{}}})
	c.orders = order.New(d, s.Clock, s.Events).Selling(c.payments, s.Keyring)
	c.services = open.OrderServices{Orders: c.orders, Payments: c.payments, Customers: s.Customers, Shop: s.App.Shop, BaseURL: "https://shop.example.cn"}
	_, handler := open.New(open.Options{Customers: s.Customers, Products: s.App.HookServices().Products, Orders: c.services, Content: s.Content,
		Shop: s.App.Shop, Metas: s.Metas, Staff: s.Staff, Webhooks: s.Webhooks, Calls: limit.NewRate(s.Clock, 1000, 10), Log: slog.New(slog.DiscardHandler)})
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	s.URL = server.URL
	return c
}

func (c counter) write(fn func(tx *db.Tx) error) {
	c.t.Helper()
	if err := c.DB.Write(c.t.Context(), func(_ context.Context, tx *db.Tx) error { return fn(tx) }); err != nil {
		c.t.Fatal(err)
	}
}

func (c counter) exec(query string, args ...any) {
	c.t.Helper()
	c.write(func(tx *db.Tx) error { _, err := tx.Exec(query, args...); return err })
}

// keys gives the ids of a variant and of its product.
func (c counter) keys(variant int64) (variantID, productID string) {
	c.t.Helper()
	err := c.DB.Read(c.t.Context(), func(_ context.Context, tx *db.Tx) error {
		return tx.QueryRow(`select id, product_id from variants where number = $1`, variant).Scan(&variantID, &productID)
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return variantID, productID
}

// draft is an order of two T-shirts at 9 yuan, of a guest unless it is said otherwise.
func (c counter) draft(cart string) order.Draft {
	c.t.Helper()
	variantID, productID := c.keys(c.variant)
	return order.Draft{CartID: cart, Email: "guest@example.com", RegionID: "reg_cn", Currency: "cny",
		Lines: []order.Line{{ID: "item_" + cart, VariantID: &variantID, ProductID: &productID, Title: "T <恤> & Co", OptionsDesc: "颜色: 白色",
			Thumbnail: new("/files/t.png"), SKU: new("T-1"), Weight: new(int64(250)), Volume: new(int64(1500)), UnitPrice: 900, Quantity: 2,
			Subtotal: 1800, Discount: 180, Total: 1620, OriginalTotal: 1800, Adjustments: []order.Adjustment{{ID: "lia_1", DiscountID: "disc_1", Amount: money.Ratio{Whole: 180}}}}},
		Methods:   []order.Method{{ID: "sm_" + cart, Name: "快递", Price: 1000, Subtotal: 1000, Total: 1000, OriginalTotal: 1000}},
		Discounts: []order.AppliedDiscount{{ID: "disc_1", Code: "TEN", RuleID: "dru_1", Type: "percentage", Value: 10, Allocation: "total", Amount: 180}},
		Totals:    order.Totals{Subtotal: 1800, Discount: 180, Shipping: 1000, Total: 2620}}
}

// sold is an order with all there is: a customer, an address in China, and a payment at a provider.
func (c counter) sold(cart, provider string) order.Order {
	c.t.Helper()
	d := c.draft(cart)
	p, err := c.Customers.Profile(c.t.Context(), customer.ByNumber(595))
	if err != nil {
		c.t.Fatal(err)
	}
	d.CustomerID, d.Email, d.Remark = &p.ID, "diao@example.com", "轻拿轻放"
	d.Shipping = &order.Address{ID: "addr_1", FirstName: new("宜成"), LastName: new("刁"), Address1: new("清华大学17号楼305"), Province: new("北京市"),
		City: new("市辖区 西城区"), CountryCode: new("cn"), District: new("110102"), Phone: new("13632269358")}
	return c.place(d, provider)
}

func (c counter) place(d order.Draft, provider string) (o order.Order) {
	c.t.Helper()
	c.exec(`insert into carts (id, type, region_id, body, version, created_at, updated_at) values ($1, 'default', 'reg_cn', '{}', 1, 1, 1)`, d.CartID)
	c.write(func(tx *db.Tx) error {
		var err error
		if o, err = c.orders.Place(tx, d, order.Placement{}); err != nil || provider == "" {
			return err
		}
		_, _, err = c.payments.Record(tx, payment.Payment{CartID: d.CartID, OrderID: &o.ID, ProviderID: provider, Reference: "ch_" + d.CartID,
			Amount: d.Totals.Total, Currency: d.Currency})
		return err
	})
	return o
}

func (c counter) call(method, path, body string) reply {
	c.t.Helper()
	return call(c.t, c.Shop, c.Token, method, path, body)
}

// told checks what a webhook tells of the newest event.
func (c counter) told(wantTopic, wantBody string) {
	c.t.Helper()
	services := c.App.HookServices()
	services.Orders = c.services
	topic, body, err := open.WebhookBody(c.t.Context(), lastEvent(c.t, c.Shop), services)
	if err != nil || topic != wantTopic || string(body) != wantBody {
		c.t.Errorf("a webhook tells %s %s (%v)\nwant %s %s", topic, body, err, wantTopic, wantBody)
	}
}

func TestOrders(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		c := openCounter(t, d)
		c.Setup(t, "clock 2015-03-12T23:35:12.242+08:00")
		o := c.sold("cart_1", "stripe")
		shown := bare(t, c.Shop, fmt.Sprintf("/v1/orders/%d", o.Number), "order")
		who := bare(t, c.Shop, "/v1/customers/595", "customer")
		const at = `"2015-03-12T23:35:12.242+08:00"`
		const paid = `{"amount":26.2,"bank_code":"","created_at":` + at + `,"exipired_at":"2015-03-14T23:35:12.242+08:00","gateway_payment_no":"","id":1,` +
			`"is_available":true,"order_id":1,"pay_at":null,"pay_by_other":false,"payment_method":{"gateway":"stripe","id":4,"name":"Stripe 信用卡",` +
			`"pay_type":"stripe","payment_method_type":"online"},"status":"pending","updated_at":` + at + `}`
		want := `{"address":{"city":"市辖区","city_code":"110100","complete_address":"中国,北京市,市辖区,西城区,清华大学17号楼305","country":"中国","country_code":"CN",` +
			`"district":"西城区","district_code":"110102","email":"diao@example.com","mobile":"13632269358","name":"刁宜成","province":"北京市","province_code":"110000",` +
			`"telephone":"","zipcode":null},"auto_total_amount":26.2,"closed_at":null,"created_at":` + at + `,"customer":` + who + `,"discount_amount":1.8,` +
			`"discounts":[{"amount":1.8,"name":"TEN","promotion_id":null}],"id":1,"item_amount":18,"items":[{"barcode":"T-1","id":1,` +
			`"image":{"alt":"T <恤> & Co","src":"https://shop.example.cn/files/t.png"},"name":"T <恤> & Co","options_desc":"颜色: 白色","price":9,"product_id":22951,` +
			fmt.Sprintf(`"quantity":2,"variant_id":%d,"volume":0.0015,"weight":0.25}],"order_no":"20150312000001","pay_at":null,"payment_status":"pending",`, c.variant) +
			`"payments":[` + paid + `],"remark":"轻拿轻放","shipment_amount":10,"shipment_status":"pending","shipments":[],"status":"processing",` +
			`"total_amount":26.2,"updated_at":` + at + `}`
		if shown != want {
			t.Errorf("shown\n%s\nwant\n%s", shown, want)
		}
		c.told("payments/create", paid)
		c.call(http.MethodGet, "/v1/orders/1/payments", "").want(t, "payments", 200, `{"payments":[`+paid+`]}`)
		c.call(http.MethodGet, "/v1/orders/1/payments/1", "").want(t, "a payment", 200, `{"payment":`+paid+`}`)
		c.call(http.MethodGet, "/v1/orders/1/payments/1?fields=amount,id", "").want(t, "some of it", 200, `{"payment":{"amount":26.2,"id":1}}`)
		c.call(http.MethodGet, "/v1/orders/1/payments/count", "").want(t, "count", 200, `{"count":1}`)
		c.call(http.MethodGet, "/v1/orders/1/payments?since_id=1", "").want(t, "none after", 200, `{"payments":[]}`)
		c.call(http.MethodGet, "/v1/orders/1/payments?page=2", "").want(t, "no second page", 200, `{"payments":[]}`)
		c.call(http.MethodGet, "/v1/orders/1/payments/2", "").want(t, "no payment", 422, `{"code":422,"message":"支付单未找到"}`)
		c.call(http.MethodGet, "/v1/orders/2/payments", "").want(t, "of no order", 422, `{"code":422,"message":"订单未找到"}`)
		c.call(http.MethodGet, "/v1/orders/2", "").want(t, "no order", 422, `{"code":422,"message":"订单未找到"}`)
		c.call(http.MethodPut, "/v1/orders/2", `{"order":{"total_amount":1}}`).want(t, "no order to change", 422, `{"code":422,"message":"订单未找到"}`)
	})
}

// TestBareOrder is one of a guest, without an address and without a payment.
func TestBareOrder(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		c := openCounter(t, d)
		bareDraft := order.Draft{CartID: "cart_1", Email: "guest@example.com", RegionID: "reg_cn", Currency: "jpy",
			Lines:  []order.Line{{ID: "item_1", Title: "T", UnitPrice: 980, Quantity: 1, Subtotal: 980, Total: 980, OriginalTotal: 980}},
			Totals: order.Totals{Subtotal: 980, Total: 980}}
		c.place(bareDraft, "")
		shown := bare(t, c.Shop, "/v1/orders/1?fields=address,customer,payments,items,total_amount", "order")
		if want := `{"address":null,"customer":null,"items":[{"barcode":"","id":1,"image":null,"name":"T","options_desc":"","price":980,"product_id":null,` +
			`"quantity":1,"variant_id":null,"volume":0,"weight":0}],"payments":[],"total_amount":980}`; shown != want {
			t.Errorf("shown %s", shown)
		}
		c.call(http.MethodPut, "/v1/orders/1", `{"order":{"total_amount":9.5}}`).
			want(t, "a part of a yen", 422, `{"code":422,"errors":{"total_amount":["格式不正确"]},"message":"订单信息有误"}`)
	})
}

func TestOrderLists(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		c := openCounter(t, d)
		c.Setup(t, "clock 2015-03-12T23:00:00.000+08:00")
		for i := range 4 {
			cart := fmt.Sprintf("cart_%d", i)
			if i == 1 {
				c.place(c.draft(cart), "manual")
			} else {
				c.sold(cart, "manual")
			}
			c.Clock.Advance(time.Hour)
		}
		if _, err := c.orders.Capture(t.Context(), order.ByNumber(3)); err != nil {
			t.Fatal(err)
		}
		c.exec(`update orders set status = 'canceled', fulfillment_status = 'shipped' where number = 4`)
		for query, want := range map[string]string{
			"": "1 2 3 4", "limit=2": "1 2", "limit=2&page=2": "3 4", "since_id=2": "3 4", "ids=2,4": "2 4", "id=3": "3", "ids=2&id=3": "",
			"order_no=20150313000002": "2", "order_no=20150312000002": "", "order_no=20150312000001": "1", "order_no=x": "", "order_no=20150313-00002": "",
			"order_no=20150313000002&ids=1": "", "order_no=20150313000002&ids=1,2": "2", "order_no=201503130000020000000000000": "",
			"status=processing": "1 2 3", "status=cancel": "4", "status=refunded": "", "payment_status=pending": "1 2 4", "payment_status=paid": "3", "payment_status=cod": "",
			"status=cancel,processing": "1 2 3 4", "payment_status=paid,cod": "3", "shipment_status=pending": "1 2 3", "shipment_status=sending": "4", "shipment_status=recieved": "", "customer_id=595": "1 3 4", "customer_id=1": "",
			"created_at_min=2015-03-13T00:00:00": "2 3 4", "created_at_max=2015-03-13T00:00:00": "1 2", "updated_at_min=2015-03-13T02:30:00": "3",
			"customer_id=595&payment_status=pending&status=processing": "1", "unknown=1": "1 2 3 4",
		} {
			r := c.call(http.MethodGet, "/v1/orders?fields=id&"+query, "")
			var body struct{ Orders []struct{ ID int64 } }
			if err := json.Unmarshal([]byte(r.body), &body); err != nil || r.status != 200 {
				t.Errorf("%s: %d %s (%v)", query, r.status, r.body, err)
				continue
			}
			var ids []string
			for _, o := range body.Orders {
				ids = append(ids, fmt.Sprint(o.ID))
			}
			if got := strings.Join(ids, " "); got != want {
				t.Errorf("%s finds %q, want %q", query, got, want)
			}
			if !strings.Contains(query, "limit") {
				c.call(http.MethodGet, "/v1/orders/count?"+query, "").want(t, "count "+query, 200, fmt.Sprintf(`{"count":%d}`, len(ids)))
			}
		}
		for _, wrong := range []string{"status=open", "payment_status=x", "shipment_status=received", "ids=x", "customer_id=x"} {
			if r := c.call(http.MethodGet, "/v1/orders?"+wrong, ""); r.status != 422 {
				t.Errorf("%s: %d %s", wrong, r.status, r.body)
			}
		}
		limited := c.Setup(t, "app scopes=read_basic")["limited"].(string)
		for _, path := range []string{"/v1/orders", "/v1/orders/count", "/v1/orders/1", "/v1/orders/1/payments"} {
			call(t, c.Shop, limited, http.MethodGet, path, "").want(t, path, 403, `{"code":403,"message":"应用没有该接口的权限"}`)
		}
		reader := c.Setup(t, "app scopes=read_orders")["limited"].(string)
		call(t, c.Shop, reader, http.MethodPut, "/v1/orders/1", `{"order":{"total_amount":1}}`).want(t, "who only reads", 403, "")
	})
}

func TestChangeWhatAnOrderCosts(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		c := openCounter(t, d)
		c.sold("cart_1", "manual")
		c.told("payments/create", bare(t, c.Shop, "/v1/orders/1/payments/1", "payment"))
		c.Clock.Advance(time.Hour)
		put := func(body string) reply { return c.call(http.MethodPut, "/v1/orders/1", body) }
		r := put(`{"order":{"total_amount":16.8,"status":"cancel","remark":"x"}}`)
		shown := bare(t, c.Shop, "/v1/orders/1", "order")
		r.want(t, "cheaper", 200, `{"order":`+shown+`}`)
		for _, must := range []string{`"total_amount":16.8,`, `"auto_total_amount":26.2,`, `"status":"processing"`, `"remark":"轻拿轻放"`} {
			if !strings.Contains(shown, must) {
				t.Errorf("%s is not in %s", must, shown)
			}
		}
		c.told("orders/update", shown)
		put(`{"order":{"total_amount":"30.00"}}`).want(t, "dearer, as a string", 200, "")
		put(`{"order":{"remark":"x"}}`).want(t, "nothing", 200, "")
		for body, want := range map[string]string{
			`{"order":{"total_amount":-1}}`: "超出取值范围", `{"order":{"total_amount":1.234}}`: "格式不正确", `{"order":{"total_amount":null}}`: "不能为空",
			`{"order":{"total_amount":"x"}}`: "格式不正确", `{"order":{"total_amount":1e3}}`: "格式不正确", `{"order":{"total_amount":10000000000.01}}`: "超出取值范围",
			`{"order":{"total_amount":99999999999999999999}}`: "格式不正确",
		} {
			put(body).want(t, body, 422, `{"code":422,"errors":{"total_amount":["`+want+`"]},"message":"订单信息有误"}`)
		}
		if _, err := c.orders.Capture(t.Context(), order.ByNumber(1)); err != nil {
			t.Fatal(err)
		}
		shown = bare(t, c.Shop, "/v1/orders/1", "order")
		c.told("orders/paid", shown)
		if !strings.Contains(shown, `"payment_status":"paid"`) || !strings.Contains(shown, `"total_amount":30,`) || strings.Contains(shown, `"pay_at":null`) {
			t.Errorf("paid: %s", shown)
		}
		put(`{"order":{"total_amount":1}}`).want(t, "paid", 422, `{"code":422,"message":"订单已付款，不能修改金额"}`)
		c.sold("cart_2", "stripe")
		c.call(http.MethodPut, "/v1/orders/2", `{"order":{"total_amount":26.21}}`).
			want(t, "more than is authorised", 422, `{"code":422,"message":"买家授权的金额小于新的订单金额，需要买家重新付款"}`)
	})
}

// TestPaymentNotices tells of the money of an order, and of money that has none only where it is unusual.
func TestPaymentNotices(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		c := openCounter(t, d)
		o := c.place(c.draft("cart_1"), "stripe")
		all, err := c.orders.Get(t.Context(), order.ByID(o.ID))
		if err != nil {
			t.Fatal(err)
		}
		c.Clock.Advance(time.Minute)
		c.write(func(tx *db.Tx) error {
			_, _, err := c.payments.MarkCaptured(tx, all.Payments[0].ID, 2620, c.Clock.Now())
			return err
		})
		shown := bare(t, c.Shop, "/v1/orders/1/payments/1", "payment")
		c.told("payments/update", shown)
		if !strings.Contains(shown, `"gateway_payment_no":"ch_cart_1"`) || !strings.Contains(shown, `"status":"paid"`) {
			t.Errorf("captured: %s", shown)
		}
		c.exec(`insert into carts (id, type, region_id, body, version, created_at, updated_at) values ('cart_2', 'default', 'reg_cn', '{}', 1, 1, 1)`)
		var orphan payment.Payment
		c.write(func(tx *db.Tx) error {
			var err error
			orphan, _, err = c.payments.Record(tx, payment.Payment{CartID: "cart_2", ProviderID: "stripe", Reference: "ch_2", Amount: 100, Currency: "cny"})
			return err
		})
		services := c.App.HookServices()
		services.Orders = c.services
		if _, body, err := open.WebhookBody(t.Context(), lastEvent(t, c.Shop), services); err == nil {
			t.Errorf("of money without an order it tells %s", body)
		}
		c.write(func(tx *db.Tx) error {
			return c.payments.RecordUnusual(tx, payment.Unusual{Why: payment.Late, PaymentID: orphan.ID, CartID: "cart_2", ProviderID: "stripe", Reference: "ch_2", Amount: 100, Currency: "cny"})
		})
		topic, body, err := open.WebhookBody(t.Context(), lastEvent(t, c.Shop), services)
		if err != nil || topic != "payments/unusual" || !strings.Contains(string(body), `"amount":1,`) || !strings.Contains(string(body), `"order_id":null`) {
			t.Errorf("a webhook tells %s %s (%v)", topic, body, err)
		}
	})
}

func TestPaymentMethods(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		c := openCounter(t, d)
		c.Clock.Advance(time.Hour)
		_, _, err := c.App.Shop.PutRegion(t.Context(), shop.RegionPatch{ID: "reg_us", Name: patch.Some("US"), Currency: patch.Some("usd"),
			Countries: patch.Some([]string{"us"}), PaymentProviders: patch.Some([]string{"manual", "acme"})})
		if err != nil {
			t.Fatal(err)
		}
		r := c.call(http.MethodGet, "/v1/payment_methods", "")
		if !strings.HasPrefix(r.body, `{"payment_methods":[{"created_at":`) || strings.Count(r.body, `"gateway"`) != 3 || strings.Index(r.body, `"name":"线下支付"`) > strings.Index(r.body, `"stripe"`) {
			t.Errorf("%d %s", r.status, r.body)
		}
		c.call(http.MethodGet, "/v1/payment_methods/1?fields=id,name,gateway,pay_type,payment_method_type,enabled", "").
			want(t, "by hand", 200, `{"payment_method":{"enabled":true,"gateway":"manual","id":1,"name":"线下支付","pay_type":"manual","payment_method_type":"cod"}}`)
		c.call(http.MethodGet, "/v1/payment_methods?fields=id&since_id=1&limit=1", "").want(t, "the next", 200, `{"payment_methods":[{"id":4}]}`)
		c.call(http.MethodGet, "/v1/payment_methods/count?ids=1,4,5", "").want(t, "count", 200, `{"count":2}`)
		c.call(http.MethodGet, "/v1/payment_methods/5", "").want(t, "not in this shop", 422, `{"code":422,"message":"支付方式未找到"}`)
		c.call(http.MethodGet, "/v1/payment_methods?ids=x", "").want(t, "no number", 422, "")
	})
}
