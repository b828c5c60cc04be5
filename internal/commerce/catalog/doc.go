// Package catalog is what a shop sells: products with their options, variants and images, and the collections,
// categories, tags, types and vendors that they are filed under. It knows no prices and no stock.
//
// A product and all that hangs on it are written in one transaction, which the caller opens: package shelf, which puts
// prices and stock beside it. The way is Load, Plan, Settle, Save, Announce: take what there is, say what becomes of it,
// look for what it needs and must not meet, write it, tell of it. Each step takes many products at once.
//
// What holds at the end of every transaction:
//
//   - Among the living a handle, an external id, a SKU, an EAN and a UPC are one product's, and two variants of a product
//     differ in their option values, of which they have one for each option.
//   - Options and images have the positions 1 to n.
//   - In the link tables, along which lists are walked, listed_at is the product's created_at, and visible says whether it
//     is published and there.
//   - A category holds what is filed in it (direct), and what is filed in a category inside it as long as that and all
//     between are active and not internal. A category that is hidden itself keeps its links: readers look at it.
//
// Whoever changes a product has its row first; whoever files products in categories or changes the tree has the rows of
// the categories up to the root.
package catalog
