package store

import "kaidian/internal/api/route"

// productCollectionView is a shelf that a merchant arranges.
type productCollectionView struct {
	ID        string   `json:"id" example:"pcol_01F0YESBFAZ0DV6V831JXWH0BG"`
	CreatedAt instant  `json:"created_at"`
	UpdatedAt instant  `json:"updated_at"`
	DeletedAt never    `json:"deleted_at"`
	Title     string   `json:"title" example:"Summer Collection"`
	Handle    *string  `json:"handle" example:"summer-collection"`
	Metadata  metadata `json:"metadata"`
}

// productTagView is a word that products are found by.
type productTagView struct {
	ID        string   `json:"id" example:"ptag_01G8K2MTMG9168F2B70S1TAVK3"`
	CreatedAt instant  `json:"created_at"`
	UpdatedAt instant  `json:"updated_at"`
	DeletedAt never    `json:"deleted_at"`
	Value     string   `json:"value" example:"Pants"`
	Metadata  metadata `json:"metadata"`
}

// productTypeView is what a product is.
type productTypeView struct {
	ID        string   `json:"id" example:"ptyp_01G8X9A7ESKAJXG2H0E6F1MW7A"`
	CreatedAt instant  `json:"created_at"`
	UpdatedAt instant  `json:"updated_at"`
	DeletedAt never    `json:"deleted_at"`
	Value     string   `json:"value" example:"Clothing"`
	Metadata  metadata `json:"metadata"`
}

// categoryNodeView is a category that stands beside or below another thing.
type categoryNodeView struct {
	ID               string             `json:"id" example:"pcat_01G2SG30J8C85S4A5CHM2S1NS2"`
	CreatedAt        instant            `json:"created_at"`
	UpdatedAt        instant            `json:"updated_at"`
	Name             string             `json:"name" example:"Regular Fit"`
	Description      string             `json:"description"`
	Handle           string             `json:"handle" example:"regular-fit"`
	MPath            *string            `json:"mpath" example:"pcat_id1.pcat_id2.pcat_id3" doc:"Ids from the root to the category itself. ‖ 从根分类到自身的 id 路径。"`
	IsActive         bool               `json:"is_active"`
	IsInternal       bool               `json:"is_internal"`
	Rank             int64              `json:"rank" doc:"Place among its siblings. ‖ 在同级中的排序值。"`
	ParentCategoryID *string            `json:"parent_category_id"`
	Metadata         metadata           `json:"metadata"`
	Children         []categoryNodeView `json:"category_children,omitzero" nullable:"false"`
}

// productCategoryView is a category with its neighbours.
type productCategoryView struct {
	ID               string                        `json:"id" example:"pcat_01G2SG30J8C85S4A5CHM2S1NS2"`
	CreatedAt        instant                       `json:"created_at"`
	UpdatedAt        instant                       `json:"updated_at"`
	Name             string                        `json:"name" example:"Regular Fit"`
	Description      string                        `json:"description"`
	Handle           string                        `json:"handle" example:"regular-fit"`
	MPath            *string                       `json:"mpath" example:"pcat_id1.pcat_id2.pcat_id3" doc:"Ids from the root to the category itself. ‖ 从根分类到自身的 id 路径。"`
	IsActive         bool                          `json:"is_active"`
	IsInternal       bool                          `json:"is_internal"`
	Rank             int64                         `json:"rank" doc:"Place among its siblings. ‖ 在同级中的排序值。"`
	ParentCategoryID *string                       `json:"parent_category_id"`
	Metadata         metadata                      `json:"metadata"`
	Parent           route.Maybe[categoryNodeView] `json:"parent_category,omitzero"`
	Children         []categoryNodeView            `json:"category_children" nullable:"false" doc:"By rank. ‖ 按排序值排列。"`
}

// regionView is a market.
type regionView struct {
	ID                   string                    `json:"id" example:"reg_01G1G5V26T9H8Y0M4JNE3YGA4G"`
	CreatedAt            instant                   `json:"created_at"`
	UpdatedAt            instant                   `json:"updated_at"`
	DeletedAt            never                     `json:"deleted_at"`
	Name                 string                    `json:"name" example:"EU"`
	CurrencyCode         string                    `json:"currency_code" example:"eur"`
	TaxRate              float64                   `json:"tax_rate" example:"20" doc:"Percent. ‖ 百分比。"`
	TaxCode              *string                   `json:"tax_code"`
	GiftCardsTaxable     bool                      `json:"gift_cards_taxable"`
	AutomaticTaxes       bool                      `json:"automatic_taxes" doc:"Prices are shown with their taxes. ‖ 价格附带税费。"`
	TaxProviderID        *string                   `json:"tax_provider_id"`
	IncludesTax          bool                      `json:"includes_tax" doc:"Its prices include tax. ‖ 价格含税。"`
	Metadata             metadata                  `json:"metadata"`
	Currency             route.Maybe[currencyView] `json:"currency,omitzero"`
	Countries            []countryView             `json:"countries,omitzero" nullable:"false"`
	PaymentProviders     []providerView            `json:"payment_providers,omitzero" nullable:"false"`
	FulfillmentProviders []providerView            `json:"fulfillment_providers,omitzero" nullable:"false"`
}

type currencyView struct {
	Code         string `json:"code" example:"usd"`
	Symbol       string `json:"symbol" example:"$"`
	SymbolNative string `json:"symbol_native" example:"$"`
	Name         string `json:"name" example:"US Dollar"`
	IncludesTax  bool   `json:"includes_tax" doc:"Prices in it include tax, where the region does not say. ‖ 价格含税(地区另有规定的除外)。"`
}

type countryView struct {
	ID          string  `json:"id" example:"109"`
	ISO2        string  `json:"iso_2" example:"it"`
	ISO3        string  `json:"iso_3" example:"ita"`
	NumCode     string  `json:"num_code" example:"380"`
	Name        string  `json:"name" example:"ITALY"`
	DisplayName string  `json:"display_name" example:"Italy"`
	RegionID    *string `json:"region_id" example:"reg_01G1G5V26T9H8Y0M4JNE3YGA4G"`
}

type providerView struct {
	ID          string `json:"id" example:"manual"`
	IsInstalled bool   `json:"is_installed"`
}
