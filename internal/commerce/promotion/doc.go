// Package promotion is what makes things cheaper at the till: discounts, which a shopper asks for by their code, and gift
// cards, which are money of the shop's own.
//
// A discount has one rule: a percentage or a fixed amount off, or free shipping. The rule may have conditions on what is in
// the cart and on who buys. A discount holds in its regions, from one time to another, and for a number of uses. A dynamic
// discount is one from which codes for single people are made: each such code has it as its parent, and its rule and regions.
//
// A gift card belongs to one region, whose currency it is in. What has been taken from it stands in its transactions.
//
// # From a cart to an order
//
// A cart finds its discounts and cards by their codes (ByCodes, CardsByCodes) and later by their ids, and asks each whether it
// holds here and now (Discount.Check, GiftCard.Check). What a discount takes off which line, and what a card pays, is pricing's
// to compute; Rule.Fits tells it which lines a discount is good for. When the cart is to become an order, its uses and amounts
// are claimed under a reference:
//
//	        Claim              Keep
//	free ─────────▶ claimed ─────────▶ used by an order
//	  ◀────────────────┘
//	       Unclaim
//
// # Must hold
//
//   - No more uses are claimed than the limit says, and no more money than is on a card: whatever happens at once, who comes
//     too late gets ErrUsedUp or ErrCardSpent, and CHECKs stand behind that.
//   - A claim is settled once: who deletes its rows has them. Unclaim and Keep of what is settled do nothing.
//   - Rows are taken discounts first, then cards, each in order of id, so that two transactions never wait for each other.
//   - A card from which all is used becomes disabled, but not while somebody may still give back what he claimed of it.
//
// The package owns the tables discounts, discount_regions, discount_conditions, discount_condition_resources, gift_cards,
// gift_card_transactions and promotion_claims. It knows products, customers and orders by their ids only.
package promotion
