package catalog

// Topics of the events of this package. The subject is the product's id and the payload has its number.
const (
	TopicProductCreated = "product.created"
	TopicProductUpdated = "product.updated"
	TopicProductDeleted = "product.deleted"
	// TopicChanged says that collections, categories, tags or types changed; the subject is the record's id.
	TopicChanged = "catalog.changed"
)
