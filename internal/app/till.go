package app

import (
	"context"
	"strings"

	"kaidian/internal/api/open"
	"kaidian/internal/api/store"
	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/checkout"
	"kaidian/internal/commerce/order"
	"kaidian/internal/commerce/payment"
	"kaidian/internal/platform/db"
	"kaidian/internal/provider/manual"
)

// newTill builds what sells: carts, payments, orders and the till.
func (a *App) newTill(o Options) {
	providers := append([]payment.Provider{manual.New()}, o.Providers...)
	a.Payments = payment.New(payment.Options{DB: a.DB, Clock: a.Clock, Events: a.Events, Providers: providers})
	a.Orders = order.New(a.DB, a.Clock, a.Events).Selling(a.Payments, a.Keyring)
	a.Carts = cart.New(cart.Options{DB: a.DB, Clock: a.Clock, Log: a.log, Events: a.Events, Shop: a.Shop, Customers: a.Customers, Catalog: a.Catalog,
		Pricing: a.Pricing, Promotion: a.Promotion, Shipping: a.Fulfillment,
		BeforeChange: func(tx *db.Tx, cartID string) error { return a.Checkout.LetGo(tx, cartID) }})
	a.Checkout = checkout.New(checkout.Options{DB: a.DB, Clock: a.Clock, Log: a.log, Jobs: a.Jobs, Carts: a.Carts, Orders: a.Orders,
		Payments: a.Payments, Stock: a.Inventory, Promotion: a.Promotion, Subject: a.shopName})
	a.Checkout.Work()
}

// shopName gives the shop's name, or nothing when it cannot be read.
func (a *App) shopName(ctx context.Context) string {
	s, err := a.Shop.Get(ctx)
	if err != nil {
		return ""
	}
	return s.Name
}

// orderServices is what the Open API reads and changes orders with.
func (a *App) orderServices() open.OrderServices {
	return open.OrderServices{Orders: a.Orders, Payments: a.Payments, Customers: a.Customers, Shop: a.Shop,
		BaseURL: strings.TrimSuffix(a.cfg.PublicURL, "/")}
}

// usedCards gives the gift cards that orders were paid with.
func (a *App) usedCards(ctx context.Context, orders []string) (map[string][]store.UsedCard, error) {
	uses, err := a.Promotion.CardUses(ctx, orders)
	out := make(map[string][]store.UsedCard, len(uses))
	for id, list := range uses {
		for _, u := range list {
			out[id] = append(out[id], store.UsedCard{ID: u.ID, Card: u.Card, Amount: u.Amount, TaxRate: u.TaxRate, At: u.At})
		}
	}
	return out, err
}
