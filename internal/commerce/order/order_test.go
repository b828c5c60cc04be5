package order_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/order"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/fault"
)

// till is a desk in a shop that sells: to two regions, to a customer with an account and to a guest.
type till struct{ *desk }

func sell(t *testing.T, d *db.DB) till {
	t.Helper()
	k := open(t, d)
	k.exec(`insert into currencies (code, includes_tax, created_at, updated_at) values ('cny', 0, 1, 1), ('usd', 0, 1, 1)`)
	k.exec(`insert into regions (id, name, currency_code, tax_rate, gift_cards_taxable, automatic_taxes, includes_tax, payment_providers,
		fulfillment_providers, created_at, updated_at)
		values ('reg_cn', 'China', 'cny', 0, 1, 1, 0, '["manual"]', '["manual"]', 1, 1), ('reg_us', 'US', 'usd', 0, 1, 1, 0, '["manual"]', '[]', 1, 1)`)
	k.exec(`insert into customers (number, id, has_account, email, sex, accept_marketing, tokens_valid_after, created_at, updated_at) values
		(595, 'cus_diao', 1, 'diao@example.com', 'undefined', 0, 0, 1, 1), (596, 'cus_guest', 0, 'guest@example.com', 'undefined', 0, 0, 1, 1),
		(597, 'cus_mobile', 1, '', 'undefined', 0, 0, 1, 1)`)
	return till{k}
}

func (k *desk) exec(query string, args ...any) {
	k.t.Helper()
	err := k.db.Write(k.t.Context(), func(_ context.Context, tx *db.Tx) error {
		_, err := tx.Exec(query, args...)
		return err
	})
	if err != nil {
		k.t.Fatal(err)
	}
}

// cart makes a cart that an order can be of.
func (k *desk) cart(id string) {
	k.t.Helper()
	k.exec(`insert into carts (id, type, region_id, body, version, created_at, updated_at) values ($1, 'default', 'reg_cn', '{}', 1, 1, 1)`, id)
}

// place makes an order of a cart of its own.
func (k *desk) place(d order.Draft, p order.Placement) order.Order {
	k.t.Helper()
	k.cart(d.CartID)
	o, err := k.try(k.t.Context(), d, p)
	if err != nil {
		k.t.Fatal(err)
	}
	return o
}

func (k *desk) try(ctx context.Context, d order.Draft, p order.Placement) (o order.Order, err error) {
	err = k.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		o, err = k.Place(tx, d, p)
		return err
	})
	return o, err
}

func (k *desk) get(which order.Ref) order.Order {
	k.t.Helper()
	o, err := k.Get(k.t.Context(), which)
	if err != nil {
		k.t.Fatalf("%+v: %v", which, err)
	}
	return o
}

// news gives the events since the last call: "order.placed order_1 {…}".
func (k *desk) news() (out []string) {
	k.t.Helper()
	all, err := k.events.Since(k.t.Context(), k.seen, 1000)
	if err != nil {
		k.t.Fatal(err)
	}
	for _, e := range all {
		out = append(out, e.Topic+" "+e.Subject+" "+string(e.Payload))
		k.seen = e.Number
	}
	return out
}

// draft is an order of two lines, with a discount, a tax, a shipping method and everything else that an order can have.
func draft(cart string) order.Draft {
	rate := money.Rate(200_000)
	at := time.Date(2024, 5, 20, 4, 0, 0, 1e6, time.UTC)
	line := func(n int, unit, quantity, discount, tax int64) order.Line {
		return order.Line{ID: fmt.Sprintf("item_%s_%d", cart, n), VariantID: new("variant_1"), ProductID: new("prod_1"), Title: "T <恤> & Co",
			Description: new("Size: M"), Thumbnail: new("/files/t.jpg"), SKU: new("T-M"), Barcode: new("690"), Weight: new(int64(250)),
			Volume: new(int64(1000)), OptionsDesc: "Size: M", UnitPrice: unit, Quantity: quantity, Merges: true, Discountable: true,
			Subtotal: unit * quantity, Discount: discount, Tax: tax, Total: unit*quantity - discount + tax,
			OriginalTotal: unit * quantity * 6 / 5, OriginalTax: unit * quantity / 5,
			Adjustments: []order.Adjustment{{ID: "lia_1", DiscountID: "disc_1", Amount: money.Ratio{Num: discount, Den: 1}}},
			Taxes:       []order.TaxLine{{ID: "litl_1", Rate: rate, Name: "default", Code: "default"}},
			Metadata:    json.RawMessage(`{"gift": "<b>&"}`), CreatedAt: at, UpdatedAt: at}
	}
	address := order.Address{ID: "addr_1", FirstName: new("宜成"), LastName: new("刁"), Address1: new("清华大学17号楼305"), City: new("市辖区 西城区"),
		Province: new("北京市"), PostalCode: new("100 000"), CountryCode: new("cn"), District: new("110102"), Phone: new("13632269358"),
		Metadata: json.RawMessage(`{"floor":3}`), CreatedAt: at, UpdatedAt: at}
	return order.Draft{CartID: cart, CustomerID: new("cus_diao"), Email: "diao@example.com", RegionID: "reg_cn", Currency: "cny", TaxRate: &rate,
		Shipping: &address, Billing: &address, Lines: []order.Line{line(1, 900, 3, 270, 486), line(2, 1050, 1, 105, 189)},
		Methods: []order.Method{{ID: "sm_" + cart, Name: "Express", Price: 1000, Subtotal: 1000, Tax: 200, Total: 1200, OriginalTotal: 1200,
			OriginalTax: 200, Taxes: []order.TaxLine{{ID: "smtl_1", Rate: rate, Name: "default"}}, Data: json.RawMessage(`{"carrier":"ems"}`)}},
		Discounts: []order.AppliedDiscount{{ID: "disc_1", Code: "TEN", RuleID: "dru_1", Type: "percentage", Value: 10, Allocation: "total", Amount: 375}},
		Totals:    order.Totals{Subtotal: 3750, Discount: 375, Shipping: 1000, ItemTax: 675, ShippingTax: 200, Tax: 875, Total: 5250},
		Remark:    "轻拿轻放", Metadata: json.RawMessage(`{ "from" : "<app>" }`)}
}

func TestDraftsComeBackAsTheyWent(t *testing.T) {
	t.Parallel()
	bare := order.Draft{CartID: "cart_1", Lines: []order.Line{{ID: "item_1"}}, Methods: []order.Method{{ID: "sm_1"}}, Shipping: &order.Address{}}
	for name, d := range map[string]order.Draft{"all": draft("cart_1"), "nothing": {}, "bare": bare, "empty": {Lines: []order.Line{}, Discounts: []order.AppliedDiscount{}}} {
		kept, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		var back order.Draft
		if err := json.Unmarshal(kept, &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(d, back); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if again, err := json.Marshal(back); err != nil || !bytes.Equal(kept, again) {
			t.Errorf("%s: kept again as %s (%v)", name, again, err)
		}
		inner, err := json.Marshal(struct{ Plan *order.Draft }{&d})
		if err != nil || !strings.Contains(string(inner), string(kept)) {
			t.Errorf("%s inside another: %s (%v)", name, inner, err)
		}
	}
	var broken order.Draft
	for _, kept := range []string{`[]`, `{"Lines":[{"Quantity":"x"}]}`, `{"Metadata":{}}`} {
		if err := json.Unmarshal([]byte(kept), &broken); err == nil {
			t.Errorf("%s is a draft", kept)
		}
	}
}

// TestKeptForms reads what the first version wrote: orders last longer than programs.
func TestKeptForms(t *testing.T) {
	t.Parallel()
	const kept = `{"ID":"addr_1","CustomerID":null,"FirstName":"宜成","LastName":"刁","Company":null,"Address1":"清华大学17号楼305","Address2":null,` +
		`"City":"市辖区 西城区","Province":"北京市","PostalCode":"100 000","CountryCode":"cn","District":"110102","Phone":"13632269358",` +
		`"CreatedAt":"2024-05-20T04:00:00.001Z","UpdatedAt":"2024-05-20T04:00:00.001Z","Metadata":"{\"floor\":3}"}`
	var a order.Address
	if err := json.Unmarshal([]byte(kept), &a); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(*draft("cart_1").Shipping, a); diff != "" {
		t.Error(diff)
	}
	if now, err := json.Marshal(a); err != nil || string(now) != kept {
		t.Errorf("it is kept as %s now (%v)", now, err)
	}
	line := draft("cart_1").Lines[0]
	for want, part := range map[string]any{
		`{"ID":"lia_1","DiscountID":"disc_1","Amount":{"Whole":0,"Num":270,"Den":1}}`:                                    line.Adjustments[0],
		`{"ID":"litl_1","Rate":200000,"Name":"default","Code":"default"}`:                                                line.Taxes[0],
		`{"ID":"disc_1","Code":"TEN","RuleID":"dru_1","Type":"percentage","Value":10,"Allocation":"total","Amount":375}`: draft("cart_1").Discounts[0],
	} {
		if now, err := json.Marshal(part); err != nil || string(now) != want {
			t.Errorf("kept as %s now (%v), want %s", now, err, want)
		}
	}
}

func TestPlace(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := sell(t, d)
		in := draft("cart_1")
		in.Email = " Diao@Example.com "
		k.cart(in.CartID)
		ctx, count := db.WithCounter(t.Context())
		made, err := k.try(ctx, in, order.Placement{})
		if err != nil || count.N() > 5 {
			t.Fatalf("%v, with %d statements", err, count.N())
		}
		if made.Number != 1 || !strings.HasPrefix(made.ID, "order_") || made.Status != order.Pending || made.Payment != order.Awaiting ||
			made.Fulfillment != order.NotFulfilled || !made.PaidAt.IsZero() || !made.CreatedAt.Equal(opening) || made.Email != "diao@example.com" {
			t.Errorf("placed %+v", made)
		}
		if diff := cmp.Diff(draft("cart_1").Lines, in.Lines); diff != "" {
			t.Errorf("the draft was changed: %s", diff)
		}
		if got, want := k.news(), []string{"order.placed " + made.ID + ` {"number":1}`}; !slices.Equal(got, want) {
			t.Errorf("told %q", got)
		}
		want := made
		want.CustomerNumber = new(int64(595))
		ctx, count = db.WithCounter(t.Context())
		read, err := k.Get(ctx, order.ByID(made.ID))
		if diff := cmp.Diff(want, read, cmpopts.EquateEmpty()); err != nil || diff != "" || count.N() != 4 {
			t.Errorf("read with %d statements (%v): %s", count.N(), err, diff)
		}
		for _, which := range []order.Ref{order.ByNumber(1), order.ByCart("cart_1")} {
			if diff := cmp.Diff(read, k.get(which)); diff != "" {
				t.Errorf("%+v: %s", which, diff)
			}
		}
		again, err := k.try(t.Context(), in, order.Placement{})
		if !errors.Is(err, order.ErrPlaced) || fault.CodeOf(err) != fault.Conflict {
			t.Errorf("a cart twice: %+v, %v", again, err)
		}
		k.clock.Advance(time.Minute)
		paid := k.place(draft("cart_2"), order.Placement{ID: "order_mine", Captured: true})
		if paid.ID != "order_mine" || paid.Number < 2 || paid.Payment != order.Captured || !paid.PaidAt.Equal(opening.Add(time.Minute)) {
			t.Errorf("placed %+v", paid)
		}
		if got := k.news(); len(got) != 2 || !strings.HasPrefix(got[0], "order.placed order_mine") || !strings.HasPrefix(got[1], "order.payment_captured order_mine") {
			t.Errorf("told %q", got)
		}
	})
}

// TestBareOrders has as little as an order can have, and as many lines as no statement takes.
func TestBareOrders(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := sell(t, d)
		bare := order.Draft{CartID: "cart_bare", Email: "guest@example.com", RegionID: "reg_cn", Currency: "cny"}
		for i := range 300 {
			bare.Lines = append(bare.Lines, order.Line{ID: fmt.Sprintf("item_%03d", 999-i), Title: "T", Quantity: 1})
		}
		made := k.place(bare, order.Placement{})
		read := k.get(order.ByID(made.ID))
		if diff := cmp.Diff(made, read, cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
		if len(read.Lines) != 300 || read.Lines[0].ID != "item_999" || read.Lines[299].ID != "item_700" || !read.Lines[0].CreatedAt.Equal(opening) || read.Metadata != nil {
			t.Errorf("read %d lines, the first %+v", len(read.Lines), read.Lines[0])
		}
		wrong := draft("cart_wrong")
		wrong.Totals.Total++
		k.cart(wrong.CartID)
		if _, err := k.try(t.Context(), wrong, order.Placement{}); !db.Violates(err, "orders_total_check") {
			t.Errorf("a total that does not add up: %v", err)
		}
		if _, err := k.Get(t.Context(), order.ByCart(wrong.CartID)); !errors.Is(err, order.ErrNoOrder) {
			t.Errorf("half of it is there: %v", err)
		}
	})
}

// TestOneCartOneOrder has many place the same cart.
func TestOneCartOneOrder(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := sell(t, d)
		k.cart("cart_1")
		var all sync.WaitGroup
		faults := make([]error, 6)
		for i := range faults {
			all.Go(func() { _, faults[i] = k.try(t.Context(), draft("cart_1"), order.Placement{}) })
		}
		all.Wait()
		placed := 0
		for _, err := range faults {
			switch {
			case err == nil:
				placed++
			case !errors.Is(err, order.ErrPlaced):
				t.Error(err)
			}
		}
		if n, err := k.Count(t.Context(), order.Query{}); placed != 1 || n != 1 || err != nil {
			t.Errorf("%d were placed, %d are there (%v)", placed, n, err)
		}
	})
}

func TestNumbersOfWhatWasSold(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := sell(t, d)
		k.exec(`insert into products (number, id, title, handle, is_giftcard, status, discountable, page_title, page_description,
			page_keywords, created_at, updated_at, deleted_at) values (22951, 'prod_1', 'T', 't', 0, 'published', 1, '', '', '', 1, 1, 5)`)
		k.exec(`insert into variants (number, id, product_id, title, rank, allow_backorder, manage_inventory, compare_amount,
			reward_point, sold, option_values, option_key, created_at, updated_at, deleted_at)
			values (7, 'variant_1', 'prod_1', 'M', 1, 0, 1, 0, 0, 0, '[]', '', 1, 1, 5)`)
		in := draft("cart_1")
		in.Lines[1].VariantID, in.Lines[1].ProductID = nil, nil
		l := k.get(order.ByID(k.place(in, order.Placement{}).ID)).Lines
		if l[0].VariantNumber == nil || *l[0].VariantNumber != 7 || *l[0].ProductNumber != 22951 || l[1].VariantNumber != nil || l[1].ProductNumber != nil {
			t.Errorf("got %+v", l)
		}
	})
}

func TestRefundable(t *testing.T) {
	t.Parallel()
	l := order.Line{Quantity: 3, Total: 3240}
	for back, want := range map[int64]int64{0: 3240, 1: 2160, 2: 1080, 3: 0, 4: 0, -1: 3240} {
		l.Returned = &back
		if got := l.Refundable(); got != want {
			t.Errorf("%d came back: %d, want %d", back, got, want)
		}
	}
	odd := order.Line{Quantity: 3, Total: 1000}
	var given int64
	for back := range int64(4) {
		before := odd.Refundable()
		odd.Returned = &back
		given += before - odd.Refundable()
	}
	if given != 1000 {
		t.Errorf("piece by piece %d are given back", given)
	}
	if huge := (order.Line{Quantity: 1e9, Total: 1e15, Returned: new(int64(5e8))}).Refundable(); huge != 5e14 {
		t.Errorf("of a large line: %d", huge)
	}
}
