package order

import "kaidian/internal/platform/fault"

// The faults of this package. Compare with errors.Is.
var (
	// ErrNoReason says that the parent of a return reason is none.
	ErrNoReason = fault.New(fault.NotFound, "order.return_reason_not_found", "there is no such return reason")
	// ErrReasonTaken says that another return reason has the value.
	ErrReasonTaken = fault.New(fault.Duplicate, "order.return_reason_taken", "another return reason has this value")
)

// reasonInvalid is the reason of the Invalid faults of a return reason.
const reasonInvalid = "order.invalid_return_reason"
