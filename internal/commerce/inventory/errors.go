package inventory

import "kaidian/internal/platform/fault"

// reasonInvalid is the reason of Invalid faults.
const reasonInvalid = "inventory.invalid"

// The faults of this package. Compare with errors.Is. Fields name the variants that they are about.
var (
	ErrInsufficient  = fault.New(fault.NotAllowed, "inventory.insufficient", "There is not enough in stock")
	ErrBelowReserved = fault.New(fault.NotAllowed, "inventory.below_reserved", "More is promised to customers than that")
	ErrNoLevel       = fault.New(fault.NotFound, "inventory.level_not_found", "The variant has no stock level")
)
