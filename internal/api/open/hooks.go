package open

import (
	"context"
	"encoding/json"
	"fmt"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/order"
	"kaidian/internal/commerce/payment"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/event"
)

// topics are the face's names of events, by ours.
var topics = map[string]string{
	customer.TopicCreated: "customers/create",
	customer.TopicUpdated: "customers/update",
	customer.TopicDeleted: "customers/delete",
	shop.TopicUpdated:     "shop/update",

	catalog.TopicProductCreated: "products/create",
	catalog.TopicProductUpdated: "products/update",
	catalog.TopicProductDeleted: "products/delete",

	order.TopicPlaced:          "orders/create",
	order.TopicUpdated:         "orders/update",
	order.TopicPaymentCaptured: "orders/paid",

	payment.TopicRecorded: "payments/create",
	payment.TopicCaptured: "payments/update",
	payment.TopicRefunded: "payments/update",
	payment.TopicCanceled: "payments/update",
	payment.TopicUnusual:  "payments/unusual",
}

// Topics gives every topic that a webhook may ask for. Those of resources that the shop does not have yet are known
// too: an app subscribes to all it wants when it is installed.
func Topics() []string {
	return []string{
		"customers/create", "customers/update", "customers/delete", "shop/update",
		"products/create", "products/update", "products/delete",
		"orders/create", "orders/update", "orders/cancelled", "orders/request_refund", "orders/refunded", "orders/refuse_refund",
		"orders/paid", "orders/delivered", "orders/partially_delivered", "orders/achieved",
		"payments/create", "payments/update", "payments/unusual",
		"shipments/create", "shipments/update", "shipments/delete",
		"after_sales/create", "after_sales/update",
		"blogs/create", "blogs/update", "blogs/delete",
	}
}

// UninstallNotice is the body of the notice that an app was uninstalled, as a form.
const UninstallNotice = "event=delete"

// TopicOf gives the face's name of an event, if it has one.
func TopicOf(e event.Event) (string, bool) {
	t, ok := topics[e.Topic]
	return t, ok
}

// HookServices is what webhooks tell of.
type HookServices struct {
	Products ProductServices // its Shop is told of too
	Orders   OrderServices   // its Customers are told of too
}

// WebhookBody writes what a webhook tells of an event: the bare resource as it is now, or the id of a deleted one.
// Fault: NotFound for what was deleted meanwhile, and for a payment that has no order yet: its order's own notice shows it.
func WebhookBody(ctx context.Context, e event.Event, s HookServices) (topic string, body []byte, err error) {
	topic, ok := TopicOf(e)
	if !ok {
		return "", nil, fmt.Errorf("no webhook tells of %s", e.Topic)
	}
	shown, err := s.shown(ctx, e)
	if err != nil {
		return "", nil, err
	}
	body, err = encode(shown)
	return topic, body, err
}

// shown gives the subject of an event as the face shows it.
func (s HookServices) shown(ctx context.Context, e event.Event) (any, error) {
	switch e.Topic {
	case shop.TopicUpdated:
		set, err := s.Products.Shop.Get(ctx)
		return viewShop(set), err
	case catalog.TopicProductCreated, catalog.TopicProductUpdated:
		return s.Products.view(ctx, catalog.ByID(e.Subject))
	case order.TopicPlaced, order.TopicUpdated, order.TopicPaymentCaptured:
		return s.Orders.view(ctx, order.ByID(e.Subject))
	case payment.TopicRecorded, payment.TopicCaptured, payment.TopicRefunded, payment.TopicCanceled:
		return s.Orders.payment(ctx, e.Subject, false)
	case payment.TopicUnusual:
		return s.Orders.payment(ctx, e.Subject, true)
	case customer.TopicDeleted, catalog.TopicProductDeleted:
		var p struct {
			Number int64 `json:"number"`
		}
		err := json.Unmarshal(e.Payload, &p)
		return map[string]int64{"id": p.Number}, err
	}
	return s.Orders.customer(ctx, customer.ByID(e.Subject))
}
