// Package order is what people bought, and what comes back of it.
//
// # Words
//
//   - A Draft is an order before it is one: what is frozen when stock and codes are taken, and kept with the attempt to pay.
//   - An Order is a draft that was placed, with its number and what became of it. It is what was agreed: goods, prices and taxes
//     stay as they were then, whatever becomes of the catalogue. Only its total may be changed, by the merchant and before it is
//     paid; the difference is kept as Totals.Adjustment.
//   - A claim is a customer's wish to have orders that were made with another e-mail. Who reads that e-mail gives them away, with
//     the token that is sent there.
//   - A ReturnReason is why goods come back: a tree of which a shopper picks a leaf.
//
// # How an order stands
//
// Three statuses, which move by themselves:
//
//	Status       pending ──▶ completed ──▶ archived, or canceled
//	Payment      awaiting ──▶ captured ──▶ partially_refunded ──▶ refunded, or canceled
//	Fulfillment  not_fulfilled ──▶ (partially_)fulfilled ──▶ (partially_)shipped ──▶ (partially_)returned
//
// So far an order comes as pending, not_fulfilled and awaiting, and is captured by MarkPaid.
//
// # Must hold
//
//   - One cart, one order: the unique constraint orders_cart_id_key, whatever the race.
//   - Total is what its parts and the adjustment add up to: the check orders_total_check.
//   - An order is paid once: order.payment_captured is recorded by the one transaction that moves it to captured.
//   - Every change takes the order's row first and records its event.
//
// It owns the tables orders, order_lines, order_shipping_methods and return_reasons, and knows no HTTP, no mail and no cart.
package order
