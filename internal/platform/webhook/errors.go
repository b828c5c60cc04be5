package webhook

import "kaidian/internal/platform/fault"

// The faults of this package. A bad subscription is an Invalid fault with the reason "webhook.invalid" and its fields
// address, topic and content_type.
var (
	ErrNotFound         = fault.New(fault.NotFound, "webhook.not_found", "The webhook does not exist")
	ErrTooMany          = fault.New(fault.NotAllowed, "webhook.too_many", "The app has as many webhooks as it may have")
	ErrDeliveryNotFound = fault.New(fault.NotFound, "webhook.delivery_not_found", "The delivery does not exist")
	ErrStillPending     = fault.New(fault.NotAllowed, "webhook.still_pending", "The delivery is still being tried")
	ErrGone             = fault.New(fault.NotAllowed, "webhook.gone", "The webhook of this delivery is deleted")
)
