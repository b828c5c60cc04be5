package order

// Topics of the events that this package records. The subject is the record's id, and there is no payload.
const (
	TopicReturnReasonCreated = "return_reason.created"
	TopicReturnReasonUpdated = "return_reason.updated"
)
