package cart_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/fulfillment"
	"kaidian/internal/commerce/inventory"
	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/promotion"
	"kaidian/internal/commerce/shelf"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/event"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/patch"
	"kaidian/internal/platform/secret"
)

var opening = time.Date(2024, 5, 20, 4, 30, 0, 0, time.UTC)

// stall is a Service in a shop. The region eu is in euros, for de, fr and cn, with 20 % tax that it shows; us is in dollars, for us
// alone, with 10 % that it does not show by itself.
//
//	variant   eur   usd   stock
//	shirt     900   1000  100
//	mug       1050  1200  5
//	poster    500   -     not managed
//	voucher   5000  5000  not managed; a gift card
//	secret    100   100   100; a draft
//	import    700   700   100; in the channel outlet alone
//	gem       -     -     100
type stall struct {
	*cart.Service
	t         *testing.T
	db        *db.DB
	clock     *clock.Fake
	shop      *shop.Shop
	customers *customer.Service
	catalog   *catalog.Service
	pricing   *pricing.Service
	promotion *promotion.Service
	shipping  *fulfillment.Service
	shelf     *shelf.Service
	truck     *truck
	hook      atomic.Pointer[func(tx *db.Tx, cartID string) error]
	main      string // the default channel
}

// truck is a carrier that asks for a unit a piece.
type truck struct {
	asked atomic.Int64
	fails atomic.Bool
	did   func() // what happens while it is asked; nil for nothing
}

func (*truck) ID() string { return "truck" }

func (k *truck) Price(_ context.Context, r fulfillment.PriceRequest) (int64, error) {
	k.asked.Add(1)
	if k.did != nil {
		k.did()
	}
	if k.fails.Load() {
		return 0, errors.New("no road")
	}
	price := int64(100)
	for _, p := range r.Pieces {
		price += p.Quantity
	}
	return price, nil
}

func (*truck) Validate(_ context.Context, _ fulfillment.Option, data json.RawMessage) (json.RawMessage, error) {
	return data, nil
}

func open(t *testing.T, d *db.DB) *stall {
	t.Helper()
	c := clock.NewFake(opening)
	events := event.New(d, c, slog.New(slog.DiscardHandler))
	keyring, err := secret.NewKeyring(make([]byte, secret.MasterSize))
	if err != nil {
		t.Fatal(err)
	}
	k := &stall{t: t, db: d, clock: c, truck: &truck{}, shop: shop.New(d, c, events), catalog: catalog.New(d, c, events),
		pricing: pricing.New(d, c, events), promotion: promotion.New(d, c, events)}
	k.shipping = fulfillment.New(d, c, events, k.truck)
	k.customers = customer.New(customer.Options{DB: d, Events: events, Clock: c, Keyring: keyring,
		Passwords: secret.NewPasswords(secret.PasswordOptions{Memory: 8, Time: 1, Places: 1000})})
	k.shelf = shelf.New(shelf.Options{DB: d, Clock: c, Events: events, Catalog: k.catalog, Pricing: k.pricing,
		Inventory: inventory.New(d, c, events), Shop: k.shop, Index: nothing{}})
	k.Service = cart.New(cart.Options{DB: d, Clock: c, Log: slog.New(slog.DiscardHandler), Events: events, Shop: k.shop, Customers: k.customers,
		Catalog: k.catalog, Pricing: k.pricing, Promotion: k.promotion, Shipping: k.shipping,
		BeforeChange: func(tx *db.Tx, cartID string) error {
			if f := k.hook.Load(); f != nil {
				return (*f)(tx, cartID)
			}
			return nil
		}})
	k.furnish()
	return k
}

type nothing struct{}

func (nothing) Index(*db.Tx, []string) error { return nil }

func (k *stall) must(err error) {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
}

func (k *stall) furnish() {
	k.t.Helper()
	ctx := k.t.Context()
	_, err := k.shop.Ensure(ctx, shop.Defaults{MasterKey: make([]byte, 32)})
	k.must(err)
	k.must(k.shipping.Ensure(ctx))
	k.region(shop.RegionPatch{ID: "eu", Name: patch.Some("Europe"), Currency: patch.Some("eur"), TaxRate: patch.Some(20 * money.Percent),
		Countries: patch.Some([]string{"de", "fr", "cn"})})
	k.clock.Advance(time.Minute)
	k.region(shop.RegionPatch{ID: "us", Name: patch.Some("America"), Currency: patch.Some("usd"), TaxRate: patch.Some(10 * money.Percent),
		AutomaticTaxes: patch.Some(false), Countries: patch.Some([]string{"us"})})
	k.channel(shop.ChannelPatch{ID: "outlet", Name: patch.Some("Outlet")})
	k.channel(shop.ChannelPatch{ID: "closed", Name: patch.Some("Closed"), Disabled: patch.Some(true)})
	m, err := k.shop.Markets(ctx)
	k.must(err)
	k.main = m.DefaultChannel

	k.goods("shirt", nil, 100, 900, 1000)
	k.goods("mug", nil, 5, 1050, 1200)
	k.goods("poster", nil, -1, 500, 0)
	k.goods("voucher", func(p *catalog.ProductPatch) { p.GiftCard = patch.Some(true) }, -1, 5000, 5000)
	k.goods("secret", func(p *catalog.ProductPatch) { p.Status = patch.Some(catalog.Draft) }, 100, 100, 100)
	k.goods("import", func(p *catalog.ProductPatch) { p.Channels = patch.Some([]string{"outlet"}) }, 100, 700, 700)
	k.goods("gem", nil, 100, 0, 0)

	k.option(fulfillment.Option{ID: "standard", RegionID: "eu", Amount: units(1000)})
	k.option(fulfillment.Option{ID: "express", RegionID: "eu", Amount: units(2000),
		Requirements: []fulfillment.Requirement{{Type: fulfillment.MinSubtotal, Amount: 2000}, {Type: fulfillment.MaxSubtotal, Amount: 5000}}})
	k.option(fulfillment.Option{ID: "letter", RegionID: "eu", ProfileID: fulfillment.GiftCardID, Amount: units(100)})
	k.option(fulfillment.Option{ID: "back", RegionID: "eu", Amount: units(500), IsReturn: true})
	k.option(fulfillment.Option{ID: "staff", RegionID: "eu", Amount: units(0), AdminOnly: true})
	k.option(fulfillment.Option{ID: "truck", RegionID: "eu", ProviderID: "truck", PriceType: fulfillment.Calculated})
	k.option(fulfillment.Option{ID: "air", RegionID: "us", Amount: units(3000)})
}

func (k *stall) region(p shop.RegionPatch) {
	k.t.Helper()
	_, _, err := k.shop.PutRegion(k.t.Context(), p)
	k.must(err)
}

func (k *stall) channel(p shop.ChannelPatch) {
	k.t.Helper()
	_, _, err := k.shop.PutChannel(k.t.Context(), p)
	k.must(err)
}

// goods puts a product of one variant on sale, which has its name. Stock below 0 is not managed, a price of 0 is none.
func (k *stall) goods(name string, change func(*catalog.ProductPatch), stock, eur, usd int64) {
	k.t.Helper()
	p := shelf.Product{ProductPatch: catalog.ProductPatch{ID: "prod_" + name, Title: patch.Some("The " + name), Status: patch.Some(catalog.Published)}}
	if change != nil {
		change(&p.ProductPatch)
	}
	v := shelf.Variant{VariantPatch: catalog.VariantPatch{ID: name, Title: patch.Some("One " + name)}}
	if stock < 0 {
		v.ManageInventory = patch.Some(false)
	} else {
		v.Stock = patch.Some(stock)
	}
	var prices []pricing.NewPrice
	if eur > 0 {
		prices = append(prices, pricing.NewPrice{Currency: "eur", Amount: eur})
	}
	if usd > 0 {
		prices = append(prices, pricing.NewPrice{Currency: "usd", Amount: usd})
	}
	v.Prices = patch.Some(prices)
	p.Variants = patch.Some([]shelf.Variant{v})
	_, err := k.shelf.Create(k.t.Context(), p)
	k.must(err)
}

// option puts an option with what it lacks to be right.
func (k *stall) option(o fulfillment.Option) {
	k.t.Helper()
	o.Name = "By " + o.ID
	if o.ProviderID == "" {
		o.ProviderID, o.PriceType = fulfillment.Manual, fulfillment.FlatRate
	}
	_, err := k.shipping.PutOption(k.t.Context(), o)
	k.must(err)
}

// alter changes a product of one variant.
func (k *stall) alter(name string, change func(*catalog.ProductPatch)) {
	k.t.Helper()
	var p shelf.Product
	change(&p.ProductPatch)
	_, err := k.shelf.Update(k.t.Context(), catalog.ByID("prod_"+name), p)
	k.must(err)
}

// reprice sets the prices of a variant.
func (k *stall) reprice(name string, prices ...pricing.NewPrice) {
	k.t.Helper()
	_, err := k.shelf.UpdateVariant(k.t.Context(), catalog.ByID("prod_"+name), catalog.ByID(name), shelf.Variant{Prices: patch.Some(prices)})
	k.must(err)
}

// discount puts a discount for eu, with what it lacks to be right.
func (k *stall) discount(d promotion.Discount) promotion.Discount {
	k.t.Helper()
	if d.Regions == nil {
		d.Regions = []string{"eu"}
	}
	if d.Rule.Type == "" {
		d.Rule.Type, d.Rule.Value, d.Rule.Allocation = promotion.Percentage, 10, promotion.Total
	}
	if d.ID == "" {
		d.ID = "disc_" + d.Code
	}
	_, err := k.promotion.PutDiscount(k.t.Context(), d)
	k.must(err)
	return d
}

// card puts a gift card of a value in eu.
func (k *stall) card(code string, value int64) {
	k.t.Helper()
	_, err := k.promotion.PutGiftCard(k.t.Context(), promotion.GiftCard{ID: "gift_" + code, Code: code, Value: value, Balance: value, RegionID: "eu"})
	k.must(err)
}

// register makes an account.
func (k *stall) register(email string) customer.Customer {
	k.t.Helper()
	c, _, err := k.customers.Register(k.t.Context(), customer.NewAccount{Identity: email, Password: "pa$$word"})
	k.must(err)
	return c
}

// cart makes a cart in eu with lines.
func (k *stall) cart(lines ...cart.NewLine) cart.Cart {
	k.t.Helper()
	c, err := k.Create(k.t.Context(), cart.NewCart{RegionID: "eu", Lines: lines})
	k.must(err)
	return c
}

func (k *stall) add(id, variant string, quantity int64) cart.Cart {
	k.t.Helper()
	c, err := k.AddLine(k.t.Context(), id, cart.NewLine{VariantID: variant, Quantity: quantity})
	k.must(err)
	return c
}

func (k *stall) update(id string, p cart.Patch) cart.Cart {
	k.t.Helper()
	c, err := k.Update(k.t.Context(), id, p)
	k.must(err)
	return c
}

func (k *stall) get(id string) cart.Cart {
	k.t.Helper()
	c, err := k.Get(k.t.Context(), id, cart.View{})
	k.must(err)
	return c
}

func (k *stall) ship(id, option string) cart.Cart {
	k.t.Helper()
	c, err := k.AddMethod(k.t.Context(), id, cart.NewMethod{OptionID: option})
	k.must(err)
	return c
}

// lock looks at a cart as the till does.
func (k *stall) lock(id string) (cart.Cart, error) {
	k.t.Helper()
	k.must(k.Ready(k.t.Context()))
	var c cart.Cart
	err := k.db.Write(k.t.Context(), func(_ context.Context, tx *db.Tx) error {
		var err error
		c, err = k.Lock(tx, id)
		return err
	})
	return c, err
}

// close completes a cart.
func (k *stall) close(id string) {
	k.t.Helper()
	k.must(k.Ready(k.t.Context()))
	k.must(k.db.Write(k.t.Context(), func(_ context.Context, tx *db.Tx) error {
		c, err := k.Lock(tx, id)
		if err != nil {
			return err
		}
		return k.Close(tx, c)
	}))
}

// refuses says that a fault was expected.
func (k *stall) refuses(err error, want *fault.Error, code fault.Code) {
	k.t.Helper()
	if !errors.Is(err, want) || fault.CodeOf(err) != code {
		k.t.Errorf("got %v, want %s (%s)", err, want.Reason, code)
	}
}

// field expects an Invalid fault about a field.
func field(t *testing.T, err error, name string) {
	t.Helper()
	f := fault.As(err)
	if f == nil || f.Code != fault.Invalid || len(f.Fields) == 0 || f.Fields[0].Name != name {
		t.Errorf("got %v, want a fault of %s", err, name)
	}
}

func units(n int64) *int64 { return &n }

func text(s string) *string { return &s }

func line(variant string, quantity int64) cart.NewLine {
	return cart.NewLine{VariantID: variant, Quantity: quantity}
}

// What makes prices include tax.
var (
	optionIncl = fulfillment.Option{ID: "incl", RegionID: "eu", Amount: units(1199), IncludesTax: true}
	inclusive  = []shop.CurrencyPatch{{Code: "usd", IncludesTax: patch.Some(true)}}
)
