// Package checkout is the till: the only door through which a cart becomes an order, and the place where carts meet payment
// sessions.
//
// # How an order is made
//
// Complete has three steps, and only the middle one leaves the shop:
//
//   - begin, one transaction: the cart is locked and quoted anew, its stock is reserved and its codes are claimed, and an attempt
//     keeps the order as it will be.
//   - pay: the provider is asked for the money, with the attempt's id as the key of the deed.
//   - finish, one transaction: the order is inserted, what was reserved is sold, the cart is closed.
//
// Where nobody has to be asked, because there is nothing to pay or the provider is offline, begin and finish are one transaction
// without an attempt.
//
// # The life of an attempt
//
//	         begin                 authorised, captured
//	(none) ─────────▶ asking ─────────────────────────────▶ placed
//	                   │  ▲ │
//	  pending, needs   │  │ └── declined ─────────────────▶ ended: stock and codes are given back
//	  more, no answer  ▼  │ the shopper or a notice               ▲
//	                 waiting ── expired, or the cart changed ─────┘
//
// An attempt that is asking for longer than its process can have lived is asked again by whoever comes first: the shopper, a
// notice, or Sweep, which also ends what waits for too long.
//
// # Money is never silent
//
// Money that arrives without a living attempt (early, late, or for a cart that has changed) makes the order when the cart still
// costs just that and the goods are there. Otherwise it is recorded, payment.unusual says so, and a job gives it back.
//
// # Must hold
//
//   - One cart, one order: the cart's lock, and behind it the unique constraint orders_cart_id_key.
//   - Locks are taken in one order: cart, attempt, order, codes, stock.
//   - Inside a transaction there is only SQL. An offline provider is not asked at all.
//
// It owns the table checkout_attempts.
package checkout
