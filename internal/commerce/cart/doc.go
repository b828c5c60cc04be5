// Package cart is what somebody is about to buy: lines of goods, where they go, how they are shipped, and what makes them cheaper.
//
// A cart is one row. What it holds is JSON in its body, which is written whole, under a version that rises with each write; a
// write holds the row, so writes of one cart come one after the other. What things cost is not believed from the row: prices,
// taxes, discounts and totals are computed from the database whenever a cart is read or written, by pricing.Compute. Only what was
// agreed with who pays is: from when the payment is asked for until the cart is changed or freed, and for good once it is an order.
//
// A line whose goods are gone, not sold any more or without a price stays and shows the price that it last had; Lock, which is the
// way to the till, refuses such a cart. Each change of lines drops the chosen shipping: it may cost something else now. A discount or
// a gift card that holds no more stays with the cart as well, and counts again when it holds again.
//
// A completed cart refuses every write. How a cart is paid, and how it becomes an order, is not known here.
//
// The package owns the table carts. It records no events: carts change with every click, and nobody listens.
package cart
