package store

import (
	"encoding/json"

	"github.com/danielgtaylor/huma/v2"

	"kaidian/internal/api/route"
)

// orderView is what somebody bought, as it was agreed. Amounts are minor units. Relations that an answer does not load are left
// out; those that no shop has yet are empty lists.
type orderView struct {
	Object            string                      `json:"object" enum:"order"`
	ID                string                      `json:"id" example:"order_01G8TJSYT9M6AVS5N4EMNFS1EK"`
	Status            string                      `json:"status" enum:"pending,completed,archived,canceled,requires_action"`
	FulfillmentStatus string                      `json:"fulfillment_status" enum:"not_fulfilled,partially_fulfilled,fulfilled,partially_shipped,shipped,partially_returned,returned,canceled,requires_action"`
	PaymentStatus     string                      `json:"payment_status" enum:"not_paid,awaiting,captured,partially_refunded,refunded,canceled,requires_action"`
	DisplayID         int64                       `json:"display_id" example:"2" doc:"What people call it by. ‖ 供人使用的订单号。"`
	CartID            *string                     `json:"cart_id" example:"cart_01G8ZH853Y6TFXWPG5EYE81X63"`
	CustomerID        *string                     `json:"customer_id" example:"cus_01G2SG30J8C85S4A5CHM2S1NS2"`
	Email             string                      `json:"email" format:"email"`
	BillingAddressID  *string                     `json:"billing_address_id"`
	ShippingAddressID *string                     `json:"shipping_address_id"`
	RegionID          string                      `json:"region_id" example:"reg_01G1G5V26T9H8Y0M4JNE3YGA4G"`
	CurrencyCode      string                      `json:"currency_code" example:"usd"`
	TaxRate           *float64                    `json:"tax_rate"`
	DraftOrderID      *string                     `json:"draft_order_id"`
	CanceledAt        moment                      `json:"canceled_at"`
	NoNotification    *bool                       `json:"no_notification"`
	IdempotencyKey    *string                     `json:"idempotency_key"`
	ExternalID        *string                     `json:"external_id"`
	SalesChannelID    *string                     `json:"sales_channel_id"`
	Metadata          metadata                    `json:"metadata"`
	CreatedAt         instant                     `json:"created_at"`
	UpdatedAt         instant                     `json:"updated_at"`
	ShippingAddress   route.Maybe[addressView]    `json:"shipping_address,omitzero"`
	BillingAddress    route.Maybe[addressView]    `json:"billing_address,omitzero"`
	Items             []lineItemView              `json:"items,omitzero" nullable:"false"`
	ShippingMethods   []shippingMethodView        `json:"shipping_methods,omitzero" nullable:"false"`
	Discounts         []orderDiscountView         `json:"discounts,omitzero" nullable:"false"`
	Customer          route.Maybe[customerView]   `json:"customer,omitzero"`
	Payments          []paymentView               `json:"payments,omitzero" nullable:"false"`
	Region            route.Maybe[saleRegionView] `json:"region,omitzero"`
	GiftCards         []giftCardView              `json:"gift_cards,omitzero" nullable:"false"`
	CardTransactions  []giftCardTransactionView   `json:"gift_card_transactions,omitzero" nullable:"false"`
	Fulfillments      []emptyView                 `json:"fulfillments,omitzero" nullable:"false"`
	Returns           []emptyView                 `json:"returns,omitzero" nullable:"false"`
	Claims            []emptyView                 `json:"claims,omitzero" nullable:"false"`
	Swaps             []emptyView                 `json:"swaps,omitzero" nullable:"false"`
	Refunds           []emptyView                 `json:"refunds,omitzero" nullable:"false"`
	Edits             []emptyView                 `json:"edits,omitzero" nullable:"false"`
	Subtotal          int64                       `json:"subtotal" example:"8000"`
	DiscountTotal     int64                       `json:"discount_total" example:"800"`
	ItemTaxTotal      *int64                      `json:"item_tax_total" example:"1440"`
	ShippingTotal     *int64                      `json:"shipping_total" example:"1000"`
	ShippingTaxTotal  int64                       `json:"shipping_tax_total" example:"200"`
	TaxTotal          int64                       `json:"tax_total" example:"1640" doc:"Less what of it gift cards paid. ‖ 已扣除礼品卡承担的税费。"`
	GiftCardTotal     int64                       `json:"gift_card_total" example:"0"`
	GiftCardTaxTotal  int64                       `json:"gift_card_tax_total" example:"0"`
	Total             int64                       `json:"total" example:"9840"`
	PaidTotal         int64                       `json:"paid_total" example:"9840" doc:"Of all payments that were not given up, captured or not. ‖ 所有有效付款之和,含未扣款部分。"`
	RefundedTotal     int64                       `json:"refunded_total" example:"0"`
	RefundableAmount  int64                       `json:"refundable_amount" example:"9840" doc:"paid_total less refunded_total. ‖ paid_total 减去 refunded_total。"`
}

// giftCardTransactionView is what an order took from a gift card.
type giftCardTransactionView struct {
	ID         string                    `json:"id" example:"gct_01G8X9A7ESKAJXG2H0E6F1MW7A"`
	GiftCardID string                    `json:"gift_card_id" example:"gift_01G8XKBPBQY2R7RBET4J7E0XQZ"`
	OrderID    string                    `json:"order_id" example:"order_01G8TJSYT9M6AVS5N4EMNFS1EK"`
	Amount     int64                     `json:"amount" example:"1000" doc:"Minor units. ‖ 最小货币单位。"`
	CreatedAt  instant                   `json:"created_at"`
	IsTaxable  *bool                     `json:"is_taxable"`
	TaxRate    *float64                  `json:"tax_rate" example:"20"`
	GiftCard   route.Maybe[giftCardView] `json:"gift_card,omitzero"`
}

// emptyView is what stands in lists that are empty so far.
type emptyView struct{}

// orderDiscountView is a discount as it was when it was used.
type orderDiscountView struct {
	ID     string                             `json:"id" example:"disc_01F0YESMW10MGHWJKZSDDMN0VN"`
	Code   string                             `json:"code" example:"10DISC"`
	RuleID *string                            `json:"rule_id" example:"dru_01F0YESMVK96HVX7N419E3CJ7C"`
	Rule   route.Maybe[orderDiscountRuleView] `json:"rule,omitzero"`
}

// orderDiscountRuleView is what it took off.
type orderDiscountRuleView struct {
	ID         string  `json:"id" example:"dru_01F0YESMVK96HVX7N419E3CJ7C"`
	Type       string  `json:"type" enum:"fixed,percentage,free_shipping"`
	Value      int64   `json:"value" example:"10"`
	Allocation *string `json:"allocation" enum:"total,item"`
}

// orderJSON is an order that was appended by hand, inside of an answer that was not.
type orderJSON json.RawMessage

// MarshalJSON gives it as it is.
func (o orderJSON) MarshalJSON() ([]byte, error) { return o, nil }

// Schema tells the document what it is.
func (orderJSON) Schema(r huma.Registry) *huma.Schema { return route.SchemaOf[orderView](r) }
