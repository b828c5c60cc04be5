package order

import "kaidian/internal/platform/fault"

// The faults of this package. Compare with errors.Is.
var (
	// ErrNoOrder says that there is no order of this name, or that the caller does not know enough of it.
	ErrNoOrder = fault.New(fault.NotFound, "order.not_found", "There is no such order")
	// ErrPlaced says that the cart became an order already.
	ErrPlaced = fault.New(fault.Conflict, "order.placed_already", "The cart has become an order already")
	// ErrPaid says that what was asked can be done only before an order is paid.
	ErrPaid = fault.New(fault.NotAllowed, "order.paid", "The order is paid already")
	// ErrCanceled says that the order is cancelled.
	ErrCanceled = fault.New(fault.NotAllowed, "order.canceled", "The order is cancelled")
	// ErrUnderAuthorized says that less money is authorised than the order would cost.
	ErrUnderAuthorized = fault.New(fault.NotAllowed, "order.under_authorized",
		"The payment of the order is authorized for less than this total; the shopper would have to pay anew")
	// ErrChanged says that an order was made to cost more while its money was taken.
	ErrChanged = fault.New(fault.Conflict, "order.changed", "The order was changed at the same time; try again")
	// ErrClaimToken is the same for a token that is forged, expired, or of a customer who is gone.
	ErrClaimToken = fault.New(fault.Unauthenticated, "order.bad_claim_token", "Invalid or expired token")

	// ErrNoReason says that the parent of a return reason is none.
	ErrNoReason = fault.New(fault.NotFound, "order.return_reason_not_found", "there is no such return reason")
	// ErrReasonTaken says that another return reason has the value.
	ErrReasonTaken = fault.New(fault.Duplicate, "order.return_reason_taken", "another return reason has this value")
)

// The reasons of Invalid faults.
const (
	reasonInvalid      = "order.invalid_return_reason"
	reasonInvalidTotal = "order.invalid_total"
	reasonInvalidClaim = "order.invalid_claim"
)
