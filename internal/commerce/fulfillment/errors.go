package fulfillment

import "kaidian/internal/platform/fault"

// The faults of this package. Compare with errors.Is.
var (
	// ErrNoRegion says that a shipping option is for a region that there is not.
	ErrNoRegion = fault.New(fault.NotFound, "fulfillment.region_not_found", "there is no such region")
	// ErrNoProfile says that a shipping option is of a profile that there is not.
	ErrNoProfile = fault.New(fault.NotFound, "fulfillment.profile_not_found", "there is no such shipping profile")
	// ErrNoPrice says that the carrier of an option with a calculated price cannot tell it.
	ErrNoPrice = fault.New(fault.NotAllowed, "fulfillment.no_price", "The carrier cannot tell what this shipping option costs")
	// ErrNoCarrier says that an option's carrier is none that the program knows any more.
	ErrNoCarrier = fault.New(fault.NotAllowed, "fulfillment.carrier_not_found", "The carrier of this shipping option is not available")
)

// reasonInvalid is the reason of the Invalid faults of a shipping option.
const reasonInvalid = "fulfillment.invalid_option"
