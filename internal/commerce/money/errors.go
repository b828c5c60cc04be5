package money

import "kaidian/internal/platform/fault"

// The faults of this package. Compare with errors.Is. They name no field: whoever reads an input knows its name.
var (
	ErrRate   = fault.New(fault.Invalid, "money.invalid_rate", "must be a percentage from 0 to 1000 with four decimal places at most")
	ErrAmount = fault.New(fault.Invalid, "money.invalid_amount", "must be an amount with no more decimal places than its currency has")
)
