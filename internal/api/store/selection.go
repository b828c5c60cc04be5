package store

import (
	"fmt"
	"slices"
	"strings"

	"kaidian/internal/platform/fault"
)

// selection is how a client chooses what a list shows: relations, scalar fields and order.
type selection struct {
	Expand string `q:"expand" doc:"Relations to load, with commas between; replaces the default ones. ‖ 需要展开的关系,以逗号分隔,会替换默认关系。"`
	Fields string `q:"fields" doc:"Fields to return, with commas between; replaces the default ones, or changes them with + - or * before each. ‖ 需要返回的字段,以逗号分隔,会替换默认字段;加 + - * 前缀则在默认字段上增减。"`
	Order  string `q:"order" doc:"Field to sort by; with - before it the other way round. ‖ 排序字段,加 - 前缀为降序。"`
}

// selectable is what a selection may name.
type selectable struct {
	relations []string
	fields    []string
	orders    []string
}

// orderSelection is what can be selected of orders.
var orderSelection = selectable{
	relations: []string{"shipping_address", "billing_address", "fulfillments", "fulfillments.tracking_links", "fulfillments.items", "items",
		"items.variant", "items.variant.product", "shipping_methods", "shipping_methods.shipping_option", "discounts", "discounts.rule",
		"customer", "payments", "region", "claims", "refunds", "swaps", "returns", "edits", "gift_cards", "gift_card_transactions"},
	fields: []string{"id", "status", "fulfillment_status", "payment_status", "display_id", "cart_id", "draft_order_id", "customer_id",
		"email", "region_id", "currency_code", "metadata", "items.refundable", "created_at", "updated_at", "tax_rate", "canceled_at",
		"external_id", "sales_channel_id", "shipping_total", "discount_total", "tax_total", "refunded_total", "gift_card_total",
		"subtotal", "total"},
	orders: []string{"id", "created_at", "updated_at", "display_id", "email", "status"},
}

// check refuses what may not be named.
func (s selection) check(can selectable) error {
	if err := within(s.Expand, "relations", can.relations); err != nil {
		return err
	}
	if err := within(strings.NewReplacer("+", "", "*", "").Replace(unminus(s.Fields)), "fields", can.fields); err != nil {
		return err
	}
	if s.Order == "" || slices.Contains(can.orders, strings.TrimPrefix(s.Order, "-")) {
		return nil
	}
	return fault.Fields("store.invalid_order", fault.Field{Name: "order", Rule: fault.Unknown,
		Message: fmt.Sprintf("Order field %s is not valid", strings.TrimPrefix(s.Order, "-"))})
}

// unminus drops the sign before each entry.
func unminus(list string) string {
	parts := strings.Split(list, ",")
	for i, p := range parts {
		parts[i] = strings.TrimLeft(strings.TrimSpace(p), "-")
	}
	return strings.Join(parts, ",")
}

// within refuses a comma list that names what is not allowed.
func within(list, kind string, allowed []string) error {
	var bad []string
	for _, name := range strings.Split(list, ",") {
		if name = strings.TrimSpace(name); name != "" && !slices.Contains(allowed, name) {
			bad = append(bad, name)
		}
	}
	if len(bad) == 0 {
		return nil
	}
	return fault.Fields("store.invalid_"+kind, fault.Field{Name: kind, Rule: fault.Unknown,
		Message: fmt.Sprintf("Requested fields [%s] are not valid", strings.Join(bad, ", "))})
}
