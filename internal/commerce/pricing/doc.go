// Package pricing is what things cost: prices and price lists, taxes, and the choice of the price that a shopper gets.
//
// # Words
//
//   - A Price is an amount for a variant in a currency, or in a region and its currency, for any quantity or for some. One that is
//     in no price list is a base price; one of those that is for any quantity is the plain price.
//   - A List is prices for a time or for some customers, which hold beside the base prices.
//   - A TaxRate is charged in a region on some products, product types or shipping options in place of the region's own rate.
//   - Rules is all lists and tax rates at one moment. Choose, Tax and RatesFor are pure: with the rules and a variant's prices
//     they say what a shopper sees, and need no database.
//   - A Basket is all that a total depends on, and a Quote what it comes to: Compute is pure too, and the one place where
//     totals are made. For reads the prices of what is in a cart, and UnitPrice finds the one that holds for a quantity.
//
// # Must hold
//
//   - A quote adds up: its totals are those of its lines and methods, and no amount is below zero. Shares of a discount are exact
//     (money.Ratio); each tax of a line is rounded by itself, halves up, that of shipping once.
//   - No discount takes more off a line than its subtotal, and no card pays more than is on it or left to pay.
//   - A variant has one price for a currency, a region, a list and a range of quantities: the index prices_place_key says so.
//   - A write leaves alone what is no different, so that ids stay, and records prices.changed when lists or taxes changed. Base
//     prices are written along with their product, whose event says it.
//   - Writes of lists and tax rates take the shop's row first, so that they queue up.
//
// Problems of input come as one Invalid fault: those of a list under name, description, type, starts_at, ends_at,
// customer_groups and prices.<variant>.<n>.amount and its kin; those of a tax rate under name, code, rate, region_id, products,
// product_types and shipping_options.
//
// It knows products, types, shipping options and customer groups by their ids only, and owns the tables price_lists,
// price_list_groups, prices, tax_rates, tax_rate_products, tax_rate_types and tax_rate_shipping_options.
package pricing
