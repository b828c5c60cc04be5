// Package inventory is how much there is of what: locations, levels, reservations and movements. It knows variants by their ids
// only.
//
// # Words
//
//   - Stocked is what lies at a Location, Reserved what of it is promised to somebody. What can still be sold is the difference.
//   - A reservation is a promise to a reference: a payment in progress. Release takes it back, Allocate makes it a sale.
//     Sell is both at once, where nothing has to be waited for.
//   - A Movement is one change of a level: why, and what for.
//
// # Must hold
//
//   - Nothing is promised that is not there, unless the level allows backorders. Who takes some holds the levels, in one
//     order, and the check stock_levels_available_check stands behind it: whatever the race, of five there are five sold.
//   - Every change of a level has a reason and leaves a movement: what a level says is the sum of its movements.
//   - Rows of levels are taken in the order of their variants' ids, last in a transaction.
//   - A transaction that changes levels records stock.changed with the variants.
//
// A variant whose stock is not counted has no level, or its callers do not ask. There is one location so far, made when it is
// first needed.
//
// It owns the tables stock_locations, stock_levels, stock_reservations and stock_movements.
package inventory
