package checkout

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/inventory"
	"kaidian/internal/commerce/order"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/promotion"
	"kaidian/internal/platform/id"
)

// draft freezes what a cart is now as the order that it becomes.
func draft(c cart.Cart, now time.Time) order.Draft {
	q := c.Quote
	d := order.Draft{
		CartID: c.ID, CustomerID: c.CustomerID, Email: *c.Email, RegionID: c.RegionID, ChannelID: c.ChannelID, Currency: c.Region.Currency,
		Shipping: address(c.Body.Shipping), Billing: address(c.Body.Billing), Metadata: c.Body.Metadata,
		Discounts: discounts(c),
		Totals: order.Totals{Subtotal: q.Subtotal, Discount: q.DiscountTotal, Shipping: q.ShippingTotal, ItemTax: q.ItemTaxTotal,
			ShippingTax: q.ShippingTaxTotal, Tax: q.TaxTotal, GiftCard: q.GiftCardTotal, GiftCardTax: q.GiftCardTaxTotal, Total: q.Total},
	}
	for i := range c.Body.Lines {
		d.Lines = append(d.Lines, line(c, i, now))
	}
	for i := range c.Body.Methods {
		d.Methods = append(d.Methods, method(c, i, now))
	}
	return d
}

// line freezes a line with the goods as they are called now.
func line(c cart.Cart, i int, now time.Time) order.Line {
	l, q := c.Body.Lines[i], c.Quote.Lines[i]
	w := c.Wares[l.VariantID]
	out := order.Line{
		ID: l.ID, VariantID: &l.VariantID, ProductID: &l.ProductID, Title: l.Title, Description: &l.Description, Thumbnail: l.Thumbnail,
		SKU: w.SKU, Barcode: w.Barcode, Weight: weight(w), Volume: w.Volume, OptionsDesc: optionsDesc(w),
		UnitPrice: l.UnitPrice, Quantity: l.Quantity, GiftCard: l.GiftCard, Merges: true, Discountable: !l.NoDiscounts, IncludesTax: l.IncludesTax,
		Subtotal: q.Subtotal, Discount: q.DiscountTotal, Tax: q.TaxTotal, Total: q.Total, OriginalTotal: q.OriginalTotal, OriginalTax: q.OriginalTaxTotal,
		Taxes: taxes("litl", c.Rates[l.ID], now), Metadata: l.Metadata, CreatedAt: l.CreatedAt, UpdatedAt: l.UpdatedAt,
	}
	for _, a := range q.Adjustments {
		out.Adjustments = append(out.Adjustments, order.Adjustment{ID: id.New("lia", now), DiscountID: a.DiscountID, Amount: a.Amount})
	}
	return out
}

// weight is that of the variant, or else of the product, in grams.
func weight(w catalog.Ware) *int64 {
	if w.Weight != nil {
		return w.Weight
	}
	return w.Product.Weight
}

// optionsDesc is what a variant is in each option.
func optionsDesc(w catalog.Ware) string {
	values := make([]string, len(w.Values))
	for i, v := range w.Values {
		values[i] = v.Value
	}
	return strings.Join(values, ", ")
}

func method(c cart.Cart, i int, now time.Time) order.Method {
	m, q := c.Body.Methods[i], c.Quote.Methods[i]
	o := c.Options[m.OptionID]
	return order.Method{ID: m.ID, OptionID: &m.OptionID, Name: o.Name, Price: q.Price, IncludesTax: o.IncludesTax, Subtotal: q.Subtotal,
		Tax: q.TaxTotal, Total: q.Total, OriginalTotal: q.OriginalTotal, OriginalTax: q.OriginalTaxTotal,
		Taxes: taxes("smtl", c.Rates[m.ID], now), Data: m.Data}
}

func taxes(prefix string, rates []pricing.Rate, now time.Time) []order.TaxLine {
	var out []order.TaxLine
	for _, r := range rates {
		out = append(out, order.TaxLine{ID: id.New(prefix, now), Rate: r.Rate, Name: r.Name, Code: r.Code})
	}
	return out
}

// discounts freezes the discounts of a cart with what each takes off in all.
func discounts(c cart.Cart) []order.AppliedDiscount {
	var out []order.AppliedDiscount
	for _, d := range c.Discounts {
		a := order.AppliedDiscount{ID: d.ID, Code: d.Code, RuleID: d.Rule.ID, Type: string(d.Rule.Type), Value: d.Rule.Value, Allocation: string(d.Rule.Allocation)}
		if d.Rule.Type == promotion.FreeShipping {
			for i, m := range c.Quote.Methods {
				a.Amount += c.Body.Methods[i].Price - m.Price
			}
		} else {
			a.Amount = c.Quote.DiscountTotal // one discount at most takes something off the lines
		}
		out = append(out, a)
	}
	return out
}

func address(a *cart.Address) *order.Address {
	if a == nil {
		return nil
	}
	return &order.Address{ID: a.ID, CustomerID: a.CustomerID, FirstName: a.FirstName, LastName: a.LastName, Company: a.Company, Address1: a.Address1,
		Address2: a.Address2, City: a.City, Province: a.Province, PostalCode: a.PostalCode, CountryCode: a.CountryCode, District: a.District,
		Phone: a.Phone, Metadata: slices.Clone(a.Metadata), CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt}
}

// promises is what an order takes from the shop besides its money: goods, uses of discounts, and what is on gift cards.
type promises struct {
	Goods     []inventory.Line
	Discounts []string
	Cards     []promotion.CardClaim
	Bought    []bought // gift cards that are bought in it
}

// bought is a line of gift cards: one for each piece.
type bought struct {
	Value    int64 // minor units, of each
	TaxRate  int64 // millionths, of all rates of the line
	Quantity int64
}

func (p promises) codes() bool { return len(p.Discounts) > 0 || len(p.Cards) > 0 }

// promisesOf gives what a cart takes. Goods whose stock is not kept are not counted.
func promisesOf(c cart.Cart) promises {
	var p promises
	for i, l := range c.Body.Lines {
		if w := c.Wares[l.VariantID]; w.ManageInventory {
			p.Goods = append(p.Goods, inventory.Line{VariantID: l.VariantID, Quantity: l.Quantity})
		}
		if l.GiftCard {
			b := bought{Value: c.Quote.Lines[i].Subtotal / l.Quantity, Quantity: l.Quantity}
			for _, r := range c.Rates[l.ID] {
				b.TaxRate += int64(r.Rate)
			}
			p.Bought = append(p.Bought, b)
		}
	}
	for _, d := range c.Discounts {
		p.Discounts = append(p.Discounts, d.ID)
	}
	for _, u := range c.Quote.Cards {
		p.Cards = append(p.Cards, promotion.CardClaim{CardID: u.CardID, Amount: u.Amount})
	}
	slices.SortFunc(p.Cards, func(a, b promotion.CardClaim) int { return cmp.Compare(a.CardID, b.CardID) })
	return p
}

// frozen is what an attempt keeps: the order, and what it takes. Goods and codes are reserved under the attempt's id by then.
type frozen struct {
	Draft  order.Draft
	Bought []bought
	Codes  bool // some are claimed
}

func (f frozen) text() (string, error) {
	text, err := json.Marshal(f)
	return string(text), err
}
