package promotion

import "kaidian/internal/platform/fault"

// The faults of this package. Compare with errors.Is.
var (
	ErrNoDiscount = fault.New(fault.NotFound, "promotion.discount_not_found", "There is no such discount")
	ErrNoGiftCard = fault.New(fault.NotFound, "promotion.gift_card_not_found", "There is no such gift card")
	// ErrNoRegion says that a discount or a gift card is for a region that there is not.
	ErrNoRegion = fault.New(fault.NotFound, "promotion.region_not_found", "There is no such region")
	// ErrCodeTaken says that another discount, or another gift card, has the code.
	ErrCodeTaken = &fault.Error{
		Code: fault.Duplicate, Reason: "promotion.code_taken", Message: "code is in use already",
		Fields: []fault.Field{{Name: "code", Rule: fault.Taken, Message: "code is in use already"}},
	}
)

// Why a discount cannot be used. Those that Check gives name the code in their message.
var (
	ErrUsedUp        = fault.New(fault.NotAllowed, "promotion.used_up", "The discount has been used maximum allowed times")
	ErrNotStarted    = fault.New(fault.NotAllowed, "promotion.not_started", "The discount is not valid yet")
	ErrExpired       = fault.New(fault.NotAllowed, "promotion.expired", "The discount is expired")
	ErrDisabled      = fault.New(fault.NotAllowed, "promotion.disabled", "The discount code is disabled")
	ErrNeedsCustomer = fault.New(fault.NotAllowed, "promotion.needs_customer", "The discount is only valid for specific customers")
	ErrElsewhere     = fault.New(fault.Invalid, "promotion.other_region", "The discount is not available in current region")
	ErrOthersOnly    = fault.New(fault.NotAllowed, "promotion.not_for_customer", "The discount is not valid for customer")
)

// Why a gift card cannot be used.
var (
	ErrCardDisabled  = fault.New(fault.NotAllowed, "promotion.gift_card_disabled", "The gift card is disabled")
	ErrCardElsewhere = fault.New(fault.Invalid, "promotion.gift_card_other_region", "The gift card cannot be used in the current region")
	ErrCardExpired   = fault.New(fault.NotAllowed, "promotion.gift_card_expired", "The gift card is expired")
	// ErrCardSpent says that there is less on a card than was to be taken from it: others have spent it meanwhile.
	ErrCardSpent = fault.New(fault.NotAllowed, "promotion.gift_card_spent", "There is not enough left on the gift card")
)

// The reasons of Invalid faults.
const (
	reasonInvalidDiscount = "promotion.invalid_discount"
	reasonInvalidCard     = "promotion.invalid_gift_card"
	reasonInvalidClaim    = "promotion.invalid_claim"
)
