// Package money is amounts, currencies and rates: what every total is made of. An amount is an integer in the smallest unit
// of its currency. It knows no database.
package money

// MaxAmount is the largest price, in minor units: a million times it is an int64 still, with its taxes.
const MaxAmount = 1_000_000_000_000

// Rate is a share in millionths: 200_000 is 20 %.
type Rate int64

// Percent is one percent.
const Percent Rate = 10_000

// Currency is a currency of ISO 4217.
type Currency struct {
	Code         string // lower case: "cny"
	Name         string // English: "Chinese Yuan"
	Symbol       string // as it is told from others: "CN¥"
	SymbolNative string // as its own people write it: "¥"
	Exponent     int    // digits after the point: 2 for most, 0 for JPY, 3 for KWD
}
