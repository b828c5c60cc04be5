package pricing

import "kaidian/internal/platform/fault"

// ErrOutOfBounds says that a quote has an amount below zero or beyond what can be counted. Compare with errors.Is.
var ErrOutOfBounds = fault.New(fault.Invalid, "pricing.amount_out_of_bounds",
	"An amount is out of bounds: there is too much in the cart")
