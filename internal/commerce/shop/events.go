package shop

// Topics of the events that this package records.
const (
	// TopicUpdated has the settings' id as its subject and no payload.
	TopicUpdated = "shop.updated"

	// TopicMarketsChanged has the id of the region, channel or key, the code of the currency, or for the defaults the
	// settings' id as its subject, and as payload what that is: {"kind": "region"}, "channel", "key", "currency" or
	// "defaults".
	TopicMarketsChanged = "shop.markets_changed"

	// The metafields' topics have the metafield's id as their subject and number, owner_resource and owner_id as
	// payload. RemoveOwned records none: the removal of the owner says it all.
	TopicMetafieldCreated = "metafield.created"
	TopicMetafieldUpdated = "metafield.updated"
	TopicMetafieldDeleted = "metafield.deleted"
)

func (m Metafield) payload() map[string]any {
	return map[string]any{"number": m.Number, "owner_resource": m.OwnerResource, "owner_id": m.OwnerID}
}
