package checkout

import "kaidian/internal/platform/fault"

// The faults of this package. Compare with errors.Is.
var (
	ErrNoLines   = fault.New(fault.Invalid, "checkout.no_lines", "A cart without items cannot be completed")
	ErrNoEmail   = fault.New(fault.Invalid, "checkout.no_email", "The cart must have an e-mail address before it can be completed")
	ErrNoSession = fault.New(fault.NotAllowed, "checkout.no_session", "You cannot complete a cart without a selected payment session")
	ErrDeclined  = fault.New(fault.NotAllowed, "checkout.declined", "The payment was not authorized")
	// ErrTotalChanged says that the cart costs something else now than its payment session says: somebody should look again.
	ErrTotalChanged = fault.New(fault.NotAllowed, "checkout.total_changed",
		"What the cart costs has changed since the payment was started; look at the cart again before you complete it")
	// ErrManyCards says that more gift cards are bought than one order may have.
	ErrManyCards = fault.New(fault.NotAllowed, "checkout.too_many_gift_cards", "An order may have 1,000 new gift cards at most")
	// ErrPaying says that a provider is being asked for the cart's money at this moment.
	ErrPaying = fault.New(fault.Conflict, "checkout.paying", "The cart is being paid at this moment; try again shortly")
	// ErrNoProvider says that a provider is none of the cart's region.
	ErrNoProvider = fault.New(fault.Invalid, "checkout.no_provider", "The payment provider is not one of the cart's region")
	// ErrNoSuchSession says that the cart has no session of a provider.
	ErrNoSuchSession = fault.New(fault.NotFound, "checkout.session_not_found", "The cart has no payment session of this provider")
)

// notFound tells whether something is not there.
func notFound(err error) bool { return fault.CodeOf(err) == fault.NotFound }
