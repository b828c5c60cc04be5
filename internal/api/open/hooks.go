package open

import (
	"context"
	"encoding/json"
	"fmt"

	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/event"
)

// topics are the face's names of events, by ours.
var topics = map[string]string{
	customer.TopicCreated: "customers/create",
	customer.TopicUpdated: "customers/update",
	customer.TopicDeleted: "customers/delete",
	shop.TopicUpdated:     "shop/update",
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

// WebhookBody writes what a webhook tells of an event: the bare resource as it is now, or the id of a deleted one.
// Fault: NotFound for what was deleted meanwhile.
func WebhookBody(ctx context.Context, e event.Event, s *shop.Shop, c *customer.Service) (topic string, body []byte, err error) {
	topic, ok := TopicOf(e)
	if !ok {
		return "", nil, fmt.Errorf("no webhook tells of %s", e.Topic)
	}
	switch e.Topic {
	case shop.TopicUpdated:
		set, err := s.Get(ctx)
		if err != nil {
			return "", nil, err
		}
		body, err = encode(viewShop(set))
		return topic, body, err
	case customer.TopicDeleted:
		var p struct {
			Number int64 `json:"number"`
		}
		if err := json.Unmarshal(e.Payload, &p); err != nil {
			return "", nil, err
		}
		body, err = encode(map[string]int64{"id": p.Number})
		return topic, body, err
	}
	p, err := c.Profile(ctx, customer.ByID(e.Subject))
	if err != nil {
		return "", nil, err
	}
	body, err = encode(viewCustomer(p))
	return topic, body, err
}
