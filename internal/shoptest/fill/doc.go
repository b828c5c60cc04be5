// Package fill puts generated catalogues into a database, for tests and measurements: thousands of products in seconds, a
// million in minutes. It writes the tables of catalog, pricing, inventory and shop straight, without their packages, which
// would check and announce each product. What it makes is the same for the same Options, but for the numbers that the engine
// allocates.
//
// The goods look like those of a shop that grew by imports: many share their created_at, few tags and categories hold most of
// the products, titles are Chinese and English.
package fill
