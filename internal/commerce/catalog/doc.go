// Package catalog is what a shop sells: products with their options, variants and images, and the collections,
// categories, tags, types and vendors that they are filed under. It knows no prices and no stock.
//
// A product and all that hangs on it are written in one transaction, which the caller opens: package shelf, which puts
// prices and stock beside it. Lists are walked along the link tables, whose listed_at and visible this package keeps true
// to the product.
package catalog
