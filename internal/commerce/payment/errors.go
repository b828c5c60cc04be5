package payment

import "kaidian/internal/platform/fault"

// The faults of this package. Compare with errors.Is.
var (
	ErrNoPayment = fault.New(fault.NotFound, "payment.not_found", "There is no such payment")
	ErrNoSession = fault.New(fault.NotFound, "payment.session_not_found", "The cart has no payment session of this provider")
	// ErrNoProvider says that the shop has no provider of that name.
	ErrNoProvider = fault.New(fault.NotFound, "payment.provider_not_found", "There is no such payment provider")
	// ErrNotCaptured says that there is no money that could be given back.
	ErrNotCaptured = fault.New(fault.NotAllowed, "payment.not_captured", "The payment is not captured")
	// ErrCaptured says that a payment cannot be given up, because the money is here. It can be refunded.
	ErrCaptured = fault.New(fault.NotAllowed, "payment.captured", "The payment is captured already")
	// ErrCanceled says that a payment was given up, or is being given back: no order can be paid with it any more.
	ErrCanceled = fault.New(fault.NotAllowed, "payment.canceled", "The payment was given up")
	// ErrTooMuch says that more was to be captured than is promised, or more refunded than is captured.
	ErrTooMuch = fault.New(fault.NotAllowed, "payment.too_much", "The amount is more than what is left of the payment")
	// ErrRefused says that the provider did not do it, and will not.
	ErrRefused = fault.New(fault.NotAllowed, "payment.refused", "The payment provider refused")
	// ErrProvider says that it is not known whether a provider did what it was asked: it did not answer in time, or not in
	// words that are understood, or is not done yet. Asking again does nothing twice.
	ErrProvider = fault.New(fault.Unavailable, "payment.provider_unavailable", "The payment provider did not answer; try again")
	// ErrRaced says that somebody else did the same with this payment at the same time, and what they did is written down.
	ErrRaced = fault.New(fault.Conflict, "payment.raced", "The payment was changed at the same time; look at it and try again")
	// ErrAttached says that the payment belongs to an order, or to another one.
	ErrAttached = fault.New(fault.Conflict, "payment.attached", "The payment belongs to an order")
	// ErrSignature says that a notice is not from whom it says it is.
	ErrSignature = fault.New(fault.Forbidden, "payment.wrong_signature", "The notice is not signed by the provider")
)

// reasonInvalid is the reason of Invalid faults.
const reasonInvalid = "payment.invalid"

// invalid says what is wrong with one field.
func invalid(name string, rule fault.Rule, message string) error {
	return fault.Fields(reasonInvalid, fault.Field{Name: name, Rule: rule, Message: name + " " + message})
}
