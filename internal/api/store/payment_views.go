package store

import "kaidian/internal/api/route"

// paymentSessionView is one way in which a cart may be paid.
type paymentSessionView struct {
	ID                  string         `json:"id" example:"ps_01G901XNSRM2YS3ASN9H5KG3FZ"`
	CartID              *string        `json:"cart_id" example:"cart_01G8ZH853Y6TFXWPG5EYE81X63"`
	ProviderID          string         `json:"provider_id" example:"manual"`
	IsSelected          *bool          `json:"is_selected" doc:"True or null. ‖ true 或 null。"`
	IsInitiated         bool           `json:"is_initiated" doc:"The provider knows of it. ‖ 是否已在支付服务商处创建。"`
	Status              string         `json:"status" enum:"authorized,pending,requires_more,error,canceled"`
	Data                map[string]any `json:"data" doc:"What the provider shows to the shopper's app: a client secret, an address to go to. ‖ 支付服务商提供给买家端的数据,如客户端密钥或跳转地址。"`
	IdempotencyKey      *string        `json:"idempotency_key"`
	Amount              *int64         `json:"amount" example:"9840" doc:"Minor units. ‖ 最小货币单位。"`
	PaymentAuthorizedAt moment         `json:"payment_authorized_at"`
	CreatedAt           instant        `json:"created_at"`
	UpdatedAt           instant        `json:"updated_at"`
}

// paymentView is money that was promised or given. Amounts are minor units.
type paymentView struct {
	ID             string         `json:"id" example:"pay_01G8ZCC5W42ZNY842124G7P5R9"`
	SwapID         *string        `json:"swap_id"`
	CartID         *string        `json:"cart_id" example:"cart_01G8ZH853Y6TFXWPG5EYE81X63"`
	OrderID        *string        `json:"order_id" example:"order_01G8TJSYT9M6AVS5N4EMNFS1EK"`
	Amount         int64          `json:"amount" example:"9840"`
	CurrencyCode   string         `json:"currency_code" example:"eur"`
	AmountRefunded int64          `json:"amount_refunded" example:"0"`
	ProviderID     string         `json:"provider_id" example:"manual"`
	Data           map[string]any `json:"data"`
	CapturedAt     moment         `json:"captured_at"`
	CanceledAt     moment         `json:"canceled_at"`
	IdempotencyKey *string        `json:"idempotency_key"`
	CreatedAt      instant        `json:"created_at"`
	UpdatedAt      instant        `json:"updated_at"`
	Metadata       metadata       `json:"metadata"`
}

// discountView is a code that makes a cart cheaper.
type discountView struct {
	ID               string                        `json:"id" example:"disc_01F0YESMW10MGHWJKZSDDMN0VN"`
	Code             string                        `json:"code" example:"10DISC"`
	IsDynamic        bool                          `json:"is_dynamic"`
	RuleID           *string                       `json:"rule_id" example:"dru_01F0YESMVK96HVX7N419E3CJ7C"`
	IsDisabled       bool                          `json:"is_disabled"`
	ParentDiscountID *string                       `json:"parent_discount_id"`
	StartsAt         instant                       `json:"starts_at"`
	EndsAt           moment                        `json:"ends_at"`
	ValidDuration    *string                       `json:"valid_duration" example:"P3D"`
	UsageLimit       *int64                        `json:"usage_limit"`
	UsageCount       int64                         `json:"usage_count"`
	CreatedAt        instant                       `json:"created_at"`
	UpdatedAt        instant                       `json:"updated_at"`
	DeletedAt        never                         `json:"deleted_at"`
	Metadata         metadata                      `json:"metadata"`
	Rule             route.Maybe[discountRuleView] `json:"rule,omitzero"`
}

// discountRuleView is what a discount takes off.
type discountRuleView struct {
	ID          string   `json:"id" example:"dru_01F0YESMVK96HVX7N419E3CJ7C"`
	Type        string   `json:"type" enum:"fixed,percentage,free_shipping"`
	Description *string  `json:"description"`
	Value       int64    `json:"value" example:"10" doc:"Percent, or minor units. ‖ 百分比或最小货币单位。"`
	Allocation  *string  `json:"allocation" enum:"total,item" doc:"Null for free shipping. ‖ 免运费时为 null。"`
	CreatedAt   instant  `json:"created_at"`
	UpdatedAt   instant  `json:"updated_at"`
	DeletedAt   never    `json:"deleted_at"`
	Metadata    metadata `json:"metadata"`
}

// giftCardView is money that whoever knows the code can spend. Amounts are minor units.
type giftCardView struct {
	ID         string   `json:"id" example:"gift_01G8XKBPBQY2R7RBET4J7E0XQZ"`
	Code       string   `json:"code" example:"3RFT-MH2C-Y4YZ-XMN4"`
	Value      int64    `json:"value" example:"1000"`
	Balance    int64    `json:"balance" example:"800"`
	RegionID   string   `json:"region_id" example:"reg_01G1G5V26T9H8Y0M4JNE3YGA4G"`
	OrderID    *string  `json:"order_id" doc:"In which it was bought. ‖ 购买该卡的订单。"`
	IsDisabled bool     `json:"is_disabled"`
	EndsAt     moment   `json:"ends_at"`
	TaxRate    *float64 `json:"tax_rate" example:"20" doc:"Percent, of what is paid with it. ‖ 用卡支付部分的税率(百分比)。"`
	CreatedAt  instant  `json:"created_at"`
	UpdatedAt  instant  `json:"updated_at"`
	DeletedAt  never    `json:"deleted_at"`
	Metadata   metadata `json:"metadata"`
}

// giftCardBalanceView is what somebody who knows a code is told.
type giftCardBalanceView struct {
	ID      string                  `json:"id" example:"gift_01G8XKBPBQY2R7RBET4J7E0XQZ"`
	Code    string                  `json:"code" example:"3RFT-MH2C-Y4YZ-XMN4"`
	Value   int64                   `json:"value" example:"1000" doc:"Minor units. ‖ 最小货币单位。"`
	Balance int64                   `json:"balance" example:"800" doc:"What is left. ‖ 余额。"`
	Region  route.Maybe[regionView] `json:"region"`
}
