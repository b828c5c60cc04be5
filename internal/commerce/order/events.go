package order

// Topics of the events that this package records. The subject is the record's id. The events of orders have the payload
// {"number": 42}, those of return reasons none.
const (
	TopicPlaced          = "order.placed"
	TopicUpdated         = "order.updated"          // its total was changed, or it was given to another customer
	TopicPaymentCaptured = "order.payment_captured" // it is paid, once
	TopicCanceled        = "order.canceled"         // not recorded yet

	// TopicClaimRequested says that a customer wants orders that were made with an e-mail: see Service.ClaimToken. The subject is
	// the customer's id.
	TopicClaimRequested = "order-update-token.created"

	TopicReturnReasonCreated = "return_reason.created"
	TopicReturnReasonUpdated = "return_reason.updated"
)

// named is the payload of the events of an order.
func (o Order) named() any { return map[string]any{"number": o.Number} }
