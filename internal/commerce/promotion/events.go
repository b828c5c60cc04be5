package promotion

// Topics of the events that this package records. The subject is the record's id, and there is no payload.
const (
	TopicDiscountCreated = "discount.created"
	TopicDiscountUpdated = "discount.updated"
	TopicGiftCardCreated = "gift_card.created"
	TopicGiftCardUpdated = "gift_card.updated"
)
