package checkout_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"testing"
	"time"

	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/checkout"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/fulfillment"
	"kaidian/internal/commerce/inventory"
	"kaidian/internal/commerce/order"
	"kaidian/internal/commerce/payment"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/promotion"
	"kaidian/internal/commerce/shelf"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/commerce/transfer"
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/event"
	"kaidian/internal/platform/job"
	"kaidian/internal/platform/patch"
	"kaidian/internal/platform/secret"
	"kaidian/internal/provider/manual"
	"kaidian/internal/provider/scripted"
)

// till is a whole shop without its faces, with a bank that does as it is told.
type till struct {
	*checkout.Service
	t         testing.TB
	db        *db.DB
	clock     *clock.Fake
	bank      *scripted.Provider
	jobs      *job.Queue
	shop      *shop.Shop
	carts     *cart.Service
	orders    *order.Service
	payments  *payment.Service
	stock     *inventory.Service
	promotion *promotion.Service
	events    *event.Log
	customers *customer.Service
	opts      checkout.Options
	load      func(text []byte) error
}

// goods is the shop that scenarios of the faces use too.
func goods(t testing.TB) []byte {
	t.Helper()
	text, err := os.ReadFile("../../shoptest/testdata/goods.json")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// open makes a shop that sells in Europe, paid through a provider: "manual" or "scripted".
func open(t testing.TB, d *db.DB, provider string, o scripted.Options) *till {
	t.Helper()
	bank := scripted.New(o)
	k := wire(t, d, bank)
	k.bank = bank
	k.must(k.load(goods(t)))
	_, _, err := k.shop.PutRegion(t.Context(), shop.RegionPatch{ID: "eu", PaymentProviders: patch.Some([]string{provider})})
	k.must(err)
	return k
}

func wire(t testing.TB, d *db.DB, bank payment.Provider) *till {
	t.Helper()
	c := clock.NewFake(time.Now().UTC().Truncate(time.Millisecond))
	quiet := slog.New(slog.DiscardHandler)
	k := &till{t: t, db: d, clock: c}
	k.events = event.New(d, c, quiet)
	k.shop = shop.New(d, c, k.events)
	_, err := k.shop.Ensure(t.Context(), shop.Defaults{})
	k.must(err)
	keys, err := secret.NewKeyring(k.shop.MasterKey())
	k.must(err)
	k.customers = customer.New(customer.Options{DB: d, Events: k.events, Clock: c, Keyring: keys,
		Passwords: secret.NewPasswords(secret.PasswordOptions{Memory: 64, Time: 1})})
	shipping := fulfillment.New(d, c, k.events)
	k.must(shipping.Ensure(t.Context()))
	goods, prices := catalog.New(d, c, k.events), pricing.New(d, c, k.events)
	k.stock, k.promotion = inventory.New(d, c, k.events), promotion.New(d, c, k.events)
	k.jobs = job.New(d, quiet, job.Options{Clock: c, Poll: 20 * time.Millisecond})
	k.payments = payment.New(payment.Options{DB: d, Clock: c, Events: k.events, Providers: []payment.Provider{manual.New(), bank}, Timeout: 2 * time.Second})
	k.orders = order.New(d, c, k.events).Selling(k.payments, keys)
	k.carts = cart.New(cart.Options{DB: d, Clock: c, Log: quiet, Events: k.events, Shop: k.shop, Customers: k.customers, Catalog: goods, Pricing: prices,
		Promotion: k.promotion, Shipping: shipping, BeforeChange: func(tx *db.Tx, id string) error { return k.LetGo(tx, id) }})
	k.opts = checkout.Options{DB: d, Clock: c, Log: quiet, Jobs: k.jobs, Carts: k.carts, Orders: k.orders, Payments: k.payments,
		Stock: k.stock, Promotion: k.promotion}
	k.Service = checkout.New(k.opts)
	index := shelf.New(shelf.Options{DB: d, Clock: c, Events: k.events, Catalog: goods, Pricing: prices, Inventory: k.stock, Shop: k.shop})
	k.load = func(text []byte) error {
		_, err := transfer.New(transfer.Options{DB: d, Shop: k.shop, Customers: k.customers, Catalog: goods, Pricing: prices, Inventory: k.stock,
			Shelf: index, Fulfillment: shipping, Promotion: k.promotion, Orders: k.orders}).Seed(context.WithoutCancel(t.Context()), bytes.NewReader(text))
		return err
	}
	return k
}

func (k *till) must(err error) {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
}

// The goods that the tests buy.
const (
	mug  = "variant_goods_mug"   // 1000 in stock, 800 each
	lamp = "variant_goods_lamp"  // 8 in stock, 4500 each
	teeS = "variant_goods_tee_s" // 100 in stock, 900 each
	eu   = "eu"
)

// cart makes one of some variants, one of each, that can be completed.
func (k *till) cart(change func(*cart.Patch), variants ...string) string {
	k.t.Helper()
	ctx := context.WithoutCancel(k.t.Context())
	c, err := k.carts.Create(ctx, cart.NewCart{RegionID: eu})
	k.must(err)
	for _, v := range variants {
		_, err = k.carts.AddLine(ctx, c.ID, cart.NewLine{VariantID: v, Quantity: 1})
		k.must(err)
	}
	p := cart.Patch{Email: new("ann@example.com")}
	if change != nil {
		change(&p)
	}
	_, err = k.carts.Update(ctx, c.ID, p)
	k.must(err)
	_, err = k.CreateSessions(ctx, c.ID)
	k.must(err)
	return c.ID
}

func (k *till) complete(id string) (checkout.Result, error) {
	return k.Complete(context.WithoutCancel(k.t.Context()), id)
}

func (k *till) count(query string, args ...any) int64 {
	k.t.Helper()
	var n int64
	err := k.db.Read(context.WithoutCancel(k.t.Context()), func(_ context.Context, tx *db.Tx) error { return tx.QueryRow(query, args...).Scan(&n) })
	k.must(err)
	return n
}

// free is what can still be sold of a variant; stocked what lies there.
func (k *till) level(variant string) (stocked, reserved int64) {
	k.t.Helper()
	all, err := k.stock.Levels(context.WithoutCancel(k.t.Context()), []string{variant})
	k.must(err)
	return all[0].Stocked, all[0].Reserved
}

// work does the jobs that are due.
func (k *till) work() {
	k.t.Helper()
	k.Work()
	ctx := context.WithoutCancel(k.t.Context())
	k.must(k.jobs.Start(ctx))
	defer k.jobs.Stop(ctx) //nolint:errcheck
	end := time.Now().Add(10 * time.Second)
	for time.Now().Before(end) {
		if k.count(`select count(*) from jobs where kind like 'checkout.gi%'`) == 0 {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	k.t.Error("jobs are left")
}

// nothingHeld tells that nothing is promised to anybody any more, and that the bank has money for orders only.
func (k *till) nothingHeld() {
	k.t.Helper()
	for what, query := range map[string]string{
		"reservations": `select count(*) from stock_reservations`, "claims": `select count(*) from promotion_claims`,
		"reserved":                  `select coalesce(sum(reserved), 0) from stock_levels`,
		"living attempts":           `select count(*) from checkout_attempts where state in ('asking', 'waiting')`,
		"held carts":                `select count(*) from carts where held_by is not null`,
		"carts without their order": `select count(*) from carts c where completed_at is not null and not exists (select 1 from orders o where o.cart_id = c.id)`,
		"orders of open carts":      `select count(*) from carts c join orders o on o.cart_id = c.id where c.completed_at is null`,
		"loose money":               `select count(*) from payments where order_id is null and canceled_at is null and (captured = 0 or refunded < captured)`,
		"levels unlike their movements": `select count(*) from stock_levels l where stocked <> (select sum(quantity) from stock_movements m where m.variant_id = l.variant_id)
			or reserved <> (select sum(m.reserved) from stock_movements m where m.variant_id = l.variant_id)`,
	} {
		if n := k.count(query); n != 0 {
			k.t.Errorf("%d %s", n, what)
		}
	}
	ordered := k.count(`select coalesce(sum(total), 0) from orders o where exists (select 1 from payments p where p.order_id = o.id and p.provider_id = 'scripted')`)
	if held := k.bank.Held(); held != ordered {
		k.t.Errorf("the bank holds %d for orders of %d", held, ordered)
	}
}

func post(k *till, m scripted.Message) error {
	_, err := k.Notice(context.WithoutCancel(k.t.Context()), "scripted", m.Header, m.Body)
	return err
}
