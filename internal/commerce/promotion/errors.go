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

// The reasons of Invalid faults.
const (
	reasonInvalidDiscount = "promotion.invalid_discount"
	reasonInvalidCard     = "promotion.invalid_gift_card"
)
