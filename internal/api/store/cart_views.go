package store

import (
	"github.com/danielgtaylor/huma/v2"

	"kaidian/internal/api/route"
)

// The views of what is sold tell the document what comes out. Their answers are appended by hand; see encode.go.

// moment is a time or null.
type moment struct{}

// Schema tells the document what it is.
func (moment) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date-time", Nullable: true}
}

// cartView is what somebody is about to buy. Amounts are minor units. Relations that an answer does not load are left out.
type cartView struct {
	Object              string                          `json:"object" enum:"cart"`
	ID                  string                          `json:"id" example:"cart_01G8ZH853Y6TFXWPG5EYE81X63"`
	Email               *string                         `json:"email" format:"email"`
	BillingAddressID    *string                         `json:"billing_address_id" example:"addr_01G8ZH853YPY9B94857DY91YGW"`
	ShippingAddressID   *string                         `json:"shipping_address_id" example:"addr_01G8ZH853YPY9B94857DY91YGW"`
	RegionID            string                          `json:"region_id" example:"reg_01G1G5V26T9H8Y0M4JNE3YGA4G"`
	CustomerID          *string                         `json:"customer_id" example:"cus_01G2SG30J8C85S4A5CHM2S1NS2"`
	PaymentID           *string                         `json:"payment_id" example:"pay_01G8ZCC5W42ZNY842124G7P5R9"`
	Type                string                          `json:"type" enum:"default,swap,draft_order,payment_link,claim"`
	CompletedAt         moment                          `json:"completed_at" doc:"When it became an order. ‖ 成为订单的时间。"`
	PaymentAuthorizedAt moment                          `json:"payment_authorized_at"`
	IdempotencyKey      *string                         `json:"idempotency_key"`
	Context             metadata                        `json:"context" doc:"Where the shopper's app called from, and what it said besides. ‖ 买家端的来源信息与附加上下文。"`
	SalesChannelID      *string                         `json:"sales_channel_id" example:"sc_01G8X9A7ESKAJXG2H0E6F1MW7A"`
	Metadata            metadata                        `json:"metadata"`
	CreatedAt           instant                         `json:"created_at"`
	UpdatedAt           instant                         `json:"updated_at"`
	DeletedAt           never                           `json:"deleted_at"`
	Items               []lineItemView                  `json:"items,omitzero" nullable:"false"`
	Region              route.Maybe[saleRegionView]     `json:"region,omitzero"`
	Discounts           []discountView                  `json:"discounts,omitzero" nullable:"false" doc:"Those that hold now. ‖ 当前有效的折扣。"`
	GiftCards           []giftCardView                  `json:"gift_cards,omitzero" nullable:"false" doc:"In the order in which they are used. ‖ 按使用顺序排列。"`
	PaymentSession      route.Maybe[paymentSessionView] `json:"payment_session" doc:"The selected one. ‖ 已选定的支付会话。"`
	PaymentSessions     []paymentSessionView            `json:"payment_sessions,omitzero" nullable:"false"`
	Payment             route.Maybe[paymentView]        `json:"payment,omitzero"`
	ShippingAddress     route.Maybe[addressView]        `json:"shipping_address,omitzero"`
	BillingAddress      route.Maybe[addressView]        `json:"billing_address,omitzero"`
	ShippingMethods     []shippingMethodView            `json:"shipping_methods,omitzero" nullable:"false"`
	SalesChannel        route.Maybe[salesChannelView]   `json:"sales_channel,omitzero"`
	Subtotal            int64                           `json:"subtotal" example:"8000" doc:"Of the items, before discounts and taxes. ‖ 商品小计,未计折扣与税费。"`
	DiscountTotal       int64                           `json:"discount_total" example:"800"`
	ItemTaxTotal        int64                           `json:"item_tax_total" example:"1440"`
	ShippingTotal       int64                           `json:"shipping_total" example:"1000" doc:"Without tax. ‖ 不含税。"`
	ShippingTaxTotal    int64                           `json:"shipping_tax_total" example:"200"`
	TaxTotal            int64                           `json:"tax_total" example:"1640" doc:"Of items and shipping. ‖ 商品与配送税费合计。"`
	GiftCardTotal       int64                           `json:"gift_card_total" example:"0"`
	GiftCardTaxTotal    int64                           `json:"gift_card_tax_total" example:"0"`
	Total               int64                           `json:"total" example:"9840" doc:"What is to be paid. ‖ 应付金额。"`
}

// lineItemView is a quantity of something that is, or was, sold.
type lineItemView struct {
	ID                string                          `json:"id" example:"item_01G8ZC9GWT6B2GP5FSXRXNFNGN"`
	CartID            *string                         `json:"cart_id" example:"cart_01G8ZH853Y6TFXWPG5EYE81X63"`
	OrderID           *string                         `json:"order_id" example:"order_01G8TJSYT9M6AVS5N4EMNFS1EK"`
	SwapID            *string                         `json:"swap_id"`
	ClaimOrderID      *string                         `json:"claim_order_id"`
	OriginalItemID    *string                         `json:"original_item_id"`
	OrderEditID       *string                         `json:"order_edit_id"`
	Title             string                          `json:"title" example:"Medusa Coffee Mug"`
	Description       *string                         `json:"description" example:"One Size" doc:"The variant's title. ‖ 款式名称。"`
	Thumbnail         *string                         `json:"thumbnail"`
	IsReturn          bool                            `json:"is_return"`
	IsGiftcard        bool                            `json:"is_giftcard"`
	ShouldMerge       bool                            `json:"should_merge"`
	AllowDiscounts    bool                            `json:"allow_discounts"`
	HasShipping       *bool                           `json:"has_shipping" doc:"A way of shipping is chosen for it; null when it is not known. ‖ 是否已选择配送方式;未知时为 null。"`
	UnitPrice         int64                           `json:"unit_price" example:"8000" doc:"Minor units. ‖ 最小货币单位。"`
	IncludesTax       bool                            `json:"includes_tax" doc:"The unit price does. ‖ 单价是否含税。"`
	VariantID         *string                         `json:"variant_id" example:"variant_01G1G5V2MRX2V3PVSR2WXYPFB6"`
	Quantity          int64                           `json:"quantity" example:"1"`
	FulfilledQuantity *int64                          `json:"fulfilled_quantity"`
	ReturnedQuantity  *int64                          `json:"returned_quantity"`
	ShippedQuantity   *int64                          `json:"shipped_quantity"`
	Metadata          metadata                        `json:"metadata"`
	CreatedAt         instant                         `json:"created_at"`
	UpdatedAt         instant                         `json:"updated_at"`
	Subtotal          int64                           `json:"subtotal" example:"8000"`
	RawDiscountTotal  float64                         `json:"raw_discount_total" example:"800" doc:"The sum of the adjustments, not rounded. ‖ 各项调整之和,未取整。"`
	DiscountTotal     int64                           `json:"discount_total" example:"800"`
	TaxTotal          int64                           `json:"tax_total" example:"1440"`
	Total             int64                           `json:"total" example:"8640"`
	OriginalTotal     int64                           `json:"original_total" example:"9600"`
	OriginalTaxTotal  int64                           `json:"original_tax_total" example:"1600"`
	Refundable        *int64                          `json:"refundable,omitempty" nullable:"false" doc:"Of orders: what could be given back for it. ‖ 仅订单:该行可退金额。"`
	Variant           route.Maybe[productVariantView] `json:"variant,omitzero" doc:"As it is today; null when it is no more. ‖ 款式的当前信息;已删除时为 null。"`
	Adjustments       []lineItemAdjustmentView        `json:"adjustments,omitzero" nullable:"false"`
	TaxLines          []lineItemTaxLineView           `json:"tax_lines,omitzero" nullable:"false"`
}

// lineItemAdjustmentView is what a discount takes off a line.
type lineItemAdjustmentView struct {
	ID          string   `json:"id" example:"lia_01G8TKE4XYCTHSCK2GDEP47RE1"`
	ItemID      string   `json:"item_id" example:"item_01G8ZC9GWT6B2GP5FSXRXNFNGN"`
	Description string   `json:"description" example:"discount"`
	DiscountID  *string  `json:"discount_id" example:"disc_01F0YESMW10MGHWJKZSDDMN0VN"`
	Amount      float64  `json:"amount" example:"1000" doc:"Minor units, not rounded. ‖ 最小货币单位,未取整。"`
	Metadata    metadata `json:"metadata"`
}

// lineItemTaxLineView is a tax of a line. That of an open cart is computed and has neither id nor dates.
type lineItemTaxLineView struct {
	ID        string   `json:"id,omitempty" example:"litl_01G1G5V2DRX1SK6NQQ8VVX4HQ8"`
	Rate      float64  `json:"rate" example:"20" doc:"Percent. ‖ 百分比。"`
	Name      string   `json:"name" example:"default"`
	Code      *string  `json:"code" example:"default"`
	ItemID    string   `json:"item_id" example:"item_01G8ZC9GWT6B2GP5FSXRXNFNGN"`
	CreatedAt instant  `json:"created_at,omitzero"`
	UpdatedAt instant  `json:"updated_at,omitzero"`
	Metadata  metadata `json:"metadata,omitempty"`
}

// shippingMethodTaxLineView is the same of a way of shipping.
type shippingMethodTaxLineView struct {
	ID        string   `json:"id,omitempty" example:"smtl_01G1G5V2DRX1SK6NQQ8VVX4HQ8"`
	Rate      float64  `json:"rate" example:"20" doc:"Percent. ‖ 百分比。"`
	Name      string   `json:"name" example:"default"`
	Code      *string  `json:"code" example:"default"`
	MethodID  string   `json:"shipping_method_id" example:"sm_01F0YET7DR2E7CYVSDHM593QG2"`
	CreatedAt instant  `json:"created_at,omitzero"`
	UpdatedAt instant  `json:"updated_at,omitzero"`
	Metadata  metadata `json:"metadata,omitempty"`
}

// shippingMethodView is a chosen way of shipping. Amounts are minor units.
type shippingMethodView struct {
	ID               string                          `json:"id" example:"sm_01F0YET7DR2E7CYVSDHM593QG2"`
	ShippingOptionID *string                         `json:"shipping_option_id" example:"so_01G1G5V27GYX4QXNARRQCW1N8T"`
	OrderID          *string                         `json:"order_id"`
	ClaimOrderID     *string                         `json:"claim_order_id"`
	CartID           *string                         `json:"cart_id" example:"cart_01G8ZH853Y6TFXWPG5EYE81X63"`
	SwapID           *string                         `json:"swap_id"`
	ReturnID         *string                         `json:"return_id"`
	Price            int64                           `json:"price" example:"1000" doc:"0 with free shipping. ‖ 免运费时为 0。"`
	Data             map[string]any                  `json:"data"`
	IncludesTax      bool                            `json:"includes_tax"`
	Subtotal         int64                           `json:"subtotal" example:"1000"`
	Total            int64                           `json:"total" example:"1200"`
	TaxTotal         int64                           `json:"tax_total" example:"200"`
	OriginalTotal    int64                           `json:"original_total" example:"1200"`
	OriginalTaxTotal int64                           `json:"original_tax_total" example:"200"`
	ShippingOption   route.Maybe[shippingOptionView] `json:"shipping_option,omitzero"`
	TaxLines         []shippingMethodTaxLineView     `json:"tax_lines,omitzero" nullable:"false"`
}

// saleRegionView is a market as carts and orders show it: with the tax rates that it has for some goods.
type saleRegionView struct {
	RegionView
	TaxRates []regionTaxRateView `json:"tax_rates,omitzero" nullable:"false" doc:"For some products, types or shipping options. ‖ 针对部分商品、类型或配送选项的税率。"`
}

// RegionView lets what shows a region, and more, embed it: only what is exported is seen.
type RegionView = regionView

// regionTaxRateView is a tax rate beside the region's own.
type regionTaxRateView struct {
	ID        string   `json:"id" example:"txr_01G8XDBAWKBHHJRKH0AV02KXBR"`
	CreatedAt instant  `json:"created_at"`
	UpdatedAt instant  `json:"updated_at"`
	Rate      float64  `json:"rate" nullable:"true" example:"7" doc:"Percent. ‖ 百分比。"`
	Code      *string  `json:"code" example:"reduced"`
	Name      string   `json:"name" example:"Reduced"`
	RegionID  string   `json:"region_id" example:"reg_01G1G5V26T9H8Y0M4JNE3YGA4G"`
	Metadata  metadata `json:"metadata"`
}
