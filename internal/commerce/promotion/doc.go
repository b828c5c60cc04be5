// Package promotion is what makes things cheaper at the till: discounts, which a shopper asks for by their code, and gift
// cards, which are money of the shop's own.
//
// A discount has one rule: a percentage or a fixed amount off, or free shipping. The rule may have conditions on what is in
// the cart and on who buys. A discount holds in its regions, from one time to another, and for a number of uses. A dynamic
// discount is one from which codes for single people are made: each such code has it as its parent, and its rule and regions.
//
// A gift card belongs to one region, whose currency it is in. What has been taken from it stands in its transactions.
//
// The package owns the tables discounts, discount_regions, discount_conditions, discount_condition_resources, gift_cards and
// gift_card_transactions. It knows products and customers by their ids only.
package promotion
