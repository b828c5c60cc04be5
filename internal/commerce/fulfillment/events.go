package fulfillment

// Topics of the events that this package records. The subject is the option's id, and there is no payload.
const (
	TopicOptionCreated = "shipping_option.created"
	TopicOptionUpdated = "shipping_option.updated"
)
