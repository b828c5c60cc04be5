package store

import "kaidian/internal/api/route"

// shippingOptionView is one way to get goods to, or back from, the people of a region.
type shippingOptionView struct {
	ID          string         `json:"id" example:"so_01G1G5V27GYX4QXNARRQCW1N8T"`
	CreatedAt   instant        `json:"created_at"`
	UpdatedAt   instant        `json:"updated_at"`
	DeletedAt   never          `json:"deleted_at"`
	Name        string         `json:"name" example:"PostFake Standard"`
	RegionID    string         `json:"region_id" example:"reg_01G1G5V26T9H8Y0M4JNE3YGA4G"`
	ProfileID   string         `json:"profile_id" example:"sp_01G1G5V239ENSZ5MV4JAR737BM"`
	ProviderID  string         `json:"provider_id" example:"manual"`
	PriceType   string         `json:"price_type" enum:"flat_rate,calculated"`
	Amount      *int64         `json:"amount" example:"200" doc:"Minor units. ‖ 最小货币单位。"`
	IsReturn    bool           `json:"is_return" doc:"For goods that come back. ‖ 是否用于退货。"`
	AdminOnly   bool           `json:"admin_only"`
	IncludesTax bool           `json:"includes_tax" doc:"The amount does. ‖ 金额是否含税。"`
	Data        map[string]any `json:"data"`
	Metadata    metadata       `json:"metadata"`
}

// ShippingOptionView lets what shows an option, and more, embed it: only what is exported is seen.
type ShippingOptionView = shippingOptionView

// pricedShippingOptionView is an option with its taxes.
type pricedShippingOptionView struct {
	ShippingOptionView
	Requirements []shippingOptionRequirementView  `json:"requirements" nullable:"false"`
	Profile      route.Maybe[shippingProfileView] `json:"profile,omitzero"`
	PriceInclTax number                           `json:"price_incl_tax" doc:"Minor units; null where the carrier tells the price of a cart only. ‖ 最小货币单位;须按购物车由承运商报价时为 null。"`
	TaxRates     []taxRateView                    `json:"tax_rates" nullable:"true" doc:"Null where the region shows no taxes. ‖ 地区不显示税费时为 null。"`
	TaxAmount    number                           `json:"tax_amount"`
}

// shippingOptionRequirementView is what a cart must have for an option to be offered.
type shippingOptionRequirementView struct {
	ID               string `json:"id" example:"sor_01G1G5V29AB4CTNDRFSRWSRKWD"`
	ShippingOptionID string `json:"shipping_option_id" example:"so_01G1G5V27GYX4QXNARRQCW1N8T"`
	Type             string `json:"type" enum:"min_subtotal,max_subtotal"`
	Amount           int64  `json:"amount" example:"10000" doc:"Minor units: of the items, before discounts and taxes. ‖ 最小货币单位,商品小计,未计折扣与税费。"`
	DeletedAt        never  `json:"deleted_at"`
}
