package pricing

import (
	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/promotion"
	"kaidian/internal/commerce/shop"
)

// Basket is all that a quote depends on.
type Basket struct {
	Region *shop.Region
	Taxed  bool // tax is shown: the region has automatic taxes, or they are forced
	Lines  []BasketLine
	// Methods are the chosen ways of shipping.
	Methods []BasketMethod
	// Discounts are those that hold here, now and for this customer: at most one that is not free shipping;
	// of several the first counts.
	Discounts []promotion.Discount
	Cards     []promotion.GiftCard // in the order in which they are used
}

// BasketLine is a quantity of something at a price.
type BasketLine struct {
	ID           string
	UnitPrice    int64 // minor units
	Quantity     int64 // 1 at least
	IncludesTax  bool  // the unit price does
	Discountable bool  // discounts may apply at all
	Rates        []Rate
	About        promotion.Subject // what conditions of discounts look at
}

// BasketMethod is a chosen way of shipping at its price.
type BasketMethod struct {
	ID          string
	Price       int64 // minor units, of the option: free shipping does not change it
	IncludesTax bool
	Rates       []Rate
}

// Quote is what a basket costs. Amounts are minor units. Total is Subtotal + ShippingTotal + TaxTotal - DiscountTotal -
// GiftCardTotal - GiftCardTaxTotal, never below zero.
type Quote struct {
	Lines   []QuoteLine   // as those of the basket
	Methods []QuoteMethod // as those of the basket
	Cards   []CardUse     // those of which something is used, in their order

	Subtotal         int64 // of the lines, before discounts and taxes
	DiscountTotal    int64
	ItemTaxTotal     int64
	ShippingTotal    int64 // without tax
	ShippingTaxTotal int64
	TaxTotal         int64 // of lines and shipping
	GiftCardTotal    int64
	GiftCardTaxTotal int64
	Total            int64
}

// QuoteLine is what a line costs.
type QuoteLine struct {
	Subtotal         int64 // without tax, before discounts
	Adjustments      []Adjustment
	RawDiscount      money.Ratio // the sum of the adjustments
	DiscountTotal    int64       // rounded
	TaxTotal         int64       // of what is left after discounts
	OriginalTaxTotal int64       // of the subtotal
	Total            int64       // Subtotal - DiscountTotal + TaxTotal
	OriginalTotal    int64       // Subtotal + OriginalTaxTotal
}

// Adjustment is what a discount takes off a line: not rounded, for it is a share of what the discount takes off in all.
type Adjustment struct {
	DiscountID string
	Amount     money.Ratio
}

// QuoteMethod is what shipping costs. Free shipping makes Price, Subtotal, Total and TaxTotal zero.
type QuoteMethod struct {
	Price            int64
	Subtotal         int64
	TaxTotal         int64
	Total            int64
	OriginalTaxTotal int64
	OriginalTotal    int64
}

// CardUse is what is taken from a gift card: Amount from its balance; Tax is what of the tax on the goods it covers besides.
type CardUse struct {
	CardID string
	Amount int64
	Tax    int64
}
