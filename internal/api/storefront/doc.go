// Package storefront is a small shop to buy in by hand, at /shop: products, a cart, a checkout and the order that comes of
// it. It is plain HTML forms in Chinese and English that work without JavaScript, and it goes through the same doors as the
// Store API, so that what it shows and sells is what any other storefront would.
//
// Who visits is known by one signed cookie, which names a cart and the carts that became orders. A visitor sees the orders of
// that cookie and no others, and every form proves that it comes from a page that was shown to the same visitor.
//
// Prices are shown as shoppers pay them: with tax wherever the tax is known.
package storefront
