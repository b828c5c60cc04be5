package store

import (
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"kaidian/internal/api/route"
)

// The views of the catalogue tell the document what comes out. Their answers are appended by hand; see encode.go.

// number is an integer or null that the document calls a number, as the reference does.
type number struct{ n *int64 }

// MarshalJSON writes it.
func (n number) MarshalJSON() ([]byte, error) {
	if n.n == nil {
		return []byte("null"), nil
	}
	return strconv.AppendInt(nil, *n.n, 10), nil
}

// Schema tells the document what it is.
func (number) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeNumber, Nullable: true}
}

// productView is a product. Relations that an answer does not load are left out.
type productView struct {
	ID            string                             `json:"id" example:"prod_01G1G5V2MBA328390B5AXJ610F"`
	CreatedAt     instant                            `json:"created_at"`
	UpdatedAt     instant                            `json:"updated_at"`
	DeletedAt     never                              `json:"deleted_at"`
	Title         string                             `json:"title" example:"Medusa Coffee Mug"`
	Subtitle      *string                            `json:"subtitle"`
	Description   *string                            `json:"description" example:"Every programmer's best friend."`
	Handle        *string                            `json:"handle" example:"coffee-mug"`
	IsGiftcard    bool                               `json:"is_giftcard"`
	Status        string                             `json:"status" enum:"draft,proposed,published,rejected"`
	Thumbnail     *string                            `json:"thumbnail"`
	Weight        number                             `json:"weight" doc:"Grams. ‖ 重量(克)。"`
	Length        number                             `json:"length" doc:"Millimetres. ‖ 长度(毫米)。"`
	Height        number                             `json:"height" doc:"Millimetres. ‖ 高度(毫米)。"`
	Width         number                             `json:"width" doc:"Millimetres. ‖ 宽度(毫米)。"`
	HSCode        *string                            `json:"hs_code"`
	OriginCountry *string                            `json:"origin_country"`
	MIDCode       *string                            `json:"mid_code"`
	Material      *string                            `json:"material"`
	CollectionID  *string                            `json:"collection_id" example:"pcol_01F0YESBFAZ0DV6V831JXWH0BG"`
	TypeID        *string                            `json:"type_id" example:"ptyp_01G8X9A7ESKAJXG2H0E6F1MW7A"`
	Discountable  bool                               `json:"discountable"`
	ExternalID    *string                            `json:"external_id"`
	Metadata      metadata                           `json:"metadata"`
	ProfileID     string                             `json:"profile_id" example:"sp_01G1G5V239ENSZ5MV4JAR737BM"`
	Profiles      []shippingProfileView              `json:"profiles,omitzero"`
	Collection    route.Maybe[productCollectionView] `json:"collection,omitzero"`
	Type          route.Maybe[productTypeView]       `json:"type,omitzero"`
	Tags          []productTagView                   `json:"tags,omitzero" nullable:"false"`
	Images        []imageView                        `json:"images,omitzero" nullable:"false"`
	Options       []productOptionView                `json:"options,omitzero" nullable:"false"`
	Variants      []productVariantView               `json:"variants,omitzero" nullable:"false" doc:"By rank. ‖ 按排序值排列。"`
	Categories    []categoryNodeView                 `json:"categories,omitzero" nullable:"false" doc:"Those that are active and not internal. ‖ 已启用且非内部的分类。"`
	SalesChannels []salesChannelView                 `json:"sales_channels,omitzero" nullable:"false"`
}

// productVariantView is a variant, and with its prices what the context makes of them.
type productVariantView struct {
	ID                string                     `json:"id" example:"variant_01G1G5V2MRX2V3PVSR2WXYPFB6"`
	CreatedAt         instant                    `json:"created_at"`
	UpdatedAt         instant                    `json:"updated_at"`
	DeletedAt         never                      `json:"deleted_at"`
	Title             string                     `json:"title" example:"Small"`
	ProductID         string                     `json:"product_id" example:"prod_01G1G5V2MBA328390B5AXJ610F"`
	SKU               *string                    `json:"sku" example:"shirt-123"`
	Barcode           *string                    `json:"barcode"`
	EAN               *string                    `json:"ean"`
	UPC               *string                    `json:"upc"`
	Rank              number                     `json:"variant_rank"`
	InventoryQuantity int64                      `json:"inventory_quantity" example:"100" doc:"What can be sold now: in stock and not reserved. ‖ 当前可售数量:在库且未被预留。"`
	AllowBackorder    bool                       `json:"allow_backorder" doc:"Can be sold when there is none. ‖ 无库存时仍可销售。"`
	ManageInventory   bool                       `json:"manage_inventory" doc:"The stock counts; else the variant can always be sold. ‖ 是否计库存;否则始终可售。"`
	HSCode            *string                    `json:"hs_code"`
	OriginCountry     *string                    `json:"origin_country"`
	MIDCode           *string                    `json:"mid_code"`
	Material          *string                    `json:"material"`
	Weight            number                     `json:"weight" doc:"Grams. ‖ 重量(克)。"`
	Length            number                     `json:"length" doc:"Millimetres. ‖ 长度(毫米)。"`
	Height            number                     `json:"height" doc:"Millimetres. ‖ 高度(毫米)。"`
	Width             number                     `json:"width" doc:"Millimetres. ‖ 宽度(毫米)。"`
	Metadata          metadata                   `json:"metadata"`
	Options           []productOptionValueView   `json:"options,omitzero" nullable:"false"`
	Prices            []moneyAmountView          `json:"prices,omitzero" nullable:"false" doc:"Those that fit the context; all plain ones without one. ‖ 符合当前上下文的价格;无上下文时为全部普通价格。"`
	InventoryItems    []inventoryItemView        `json:"inventory_items,omitzero" nullable:"false"`
	Product           route.Maybe[productView]   `json:"product,omitzero"`
	Purchasable       *bool                      `json:"purchasable,omitempty" doc:"Comes from shops with an inventory module only. ‖ 仅启用库存模块的店铺返回。"`
	OriginalPrice     *number                    `json:"original_price,omitzero" doc:"Minor units; null without a context. ‖ 原价,最小货币单位;无上下文时为 null。"`
	CalculatedPrice   *number                    `json:"calculated_price,omitzero" doc:"What the customer pays, in minor units; null without a context. ‖ 实际售价,最小货币单位;无上下文时为 null。"`
	OriginalIncl      *number                    `json:"original_price_incl_tax,omitzero"`
	CalculatedIncl    *number                    `json:"calculated_price_incl_tax,omitzero"`
	OriginalTax       *number                    `json:"original_tax,omitzero"`
	CalculatedTax     *number                    `json:"calculated_tax,omitzero"`
	TaxRates          route.Maybe[[]taxRateView] `json:"tax_rates,omitzero"`
	CalculatedType    string                     `json:"calculated_price_type,omitempty" enum:"sale,override,default"`
}

// taxRateView is a rate that is in a price's tax.
type taxRateView struct {
	Rate float64 `json:"rate" doc:"Percent. ‖ 百分比。" example:"20"`
	Name string  `json:"name" example:"default"`
	Code *string `json:"code" example:"default"`
}

// moneyAmountView is a price.
type moneyAmountView struct {
	ID           string  `json:"id" example:"ma_01F0YESHRFQNH5S8Q0PK84YYZN"`
	CreatedAt    instant `json:"created_at"`
	UpdatedAt    instant `json:"updated_at"`
	DeletedAt    never   `json:"deleted_at"`
	CurrencyCode string  `json:"currency_code" example:"usd"`
	Amount       int64   `json:"amount" example:"1000" doc:"Minor units. ‖ 最小货币单位。"`
	MinQuantity  *int64  `json:"min_quantity"`
	MaxQuantity  *int64  `json:"max_quantity"`
	PriceListID  *string `json:"price_list_id" example:"pl_01G8X3CKJXCG5VXVZ87H9KC09W"`
	VariantID    *string `json:"variant_id" example:"variant_01G1G5V2MRX2V3PVSR2WXYPFB6"`
	RegionID     *string `json:"region_id" example:"reg_01G1G5V26T9H8Y0M4JNE3YGA4G"`
}

// productOptionView is a way in which the variants of a product differ.
type productOptionView struct {
	ID        string                   `json:"id" example:"opt_01F0YESHQBZVKCEXJ24BS6PCX3"`
	CreatedAt instant                  `json:"created_at"`
	UpdatedAt instant                  `json:"updated_at"`
	DeletedAt never                    `json:"deleted_at"`
	Title     string                   `json:"title" example:"Size"`
	ProductID string                   `json:"product_id" example:"prod_01G1G5V2MBA328390B5AXJ610F"`
	Metadata  metadata                 `json:"metadata"`
	Values    []productOptionValueView `json:"values,omitzero" nullable:"false" doc:"One of each variant. ‖ 每个款式各一个。"`
}

// productOptionValueView is what a variant is in one option.
type productOptionValueView struct {
	ID        string   `json:"id" example:"optval_01F0YESHR7S6ECD03RF6W12DSJ"`
	CreatedAt instant  `json:"created_at"`
	UpdatedAt instant  `json:"updated_at"`
	DeletedAt never    `json:"deleted_at"`
	Value     string   `json:"value" example:"large"`
	OptionID  string   `json:"option_id" example:"opt_01F0YESHQBZVKCEXJ24BS6PCX3"`
	VariantID string   `json:"variant_id" example:"variant_01G1G5V2MRX2V3PVSR2WXYPFB6"`
	Metadata  metadata `json:"metadata"`
}

// inventoryItemView is an item of an inventory module. Shops without one have none.
type inventoryItemView struct {
	ID               string  `json:"id"`
	InventoryItemID  string  `json:"inventory_item_id"`
	VariantID        string  `json:"variant_id"`
	RequiredQuantity int64   `json:"required_quantity"`
	CreatedAt        instant `json:"created_at"`
	UpdatedAt        instant `json:"updated_at"`
	DeletedAt        never   `json:"deleted_at"`
}

// imageView is a picture of a product.
type imageView struct {
	ID        string   `json:"id" example:"img_01G749BFYR6T8JTVW6SGW3K3E6"`
	CreatedAt instant  `json:"created_at"`
	UpdatedAt instant  `json:"updated_at"`
	DeletedAt never    `json:"deleted_at"`
	URL       string   `json:"url"`
	Metadata  metadata `json:"metadata"`
}

// shippingProfileView is a kind of goods as far as shipping minds.
type shippingProfileView struct {
	ID        string   `json:"id" example:"sp_01G1G5V239ENSZ5MV4JAR737BM"`
	CreatedAt instant  `json:"created_at"`
	UpdatedAt instant  `json:"updated_at"`
	DeletedAt never    `json:"deleted_at"`
	Name      string   `json:"name" example:"Default Shipping Profile"`
	Type      string   `json:"type" enum:"default,gift_card,custom"`
	Metadata  metadata `json:"metadata"`
}

// salesChannelView is a set of products for one outlet.
type salesChannelView struct {
	ID          string   `json:"id" example:"sc_01G8X9A7ESKAJXG2H0E6F1MW7A"`
	CreatedAt   instant  `json:"created_at"`
	UpdatedAt   instant  `json:"updated_at"`
	DeletedAt   never    `json:"deleted_at"`
	Name        string   `json:"name" example:"Market"`
	Description *string  `json:"description" example:"Multi-vendor market"`
	IsDisabled  bool     `json:"is_disabled"`
	Metadata    metadata `json:"metadata"`
}
