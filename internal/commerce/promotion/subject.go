package promotion

// Subject is what conditions look at of something that is bought.
type Subject struct {
	ProductID    string
	CollectionID string   // empty for none
	TypeIDs      []string // product types
	TagIDs       []string
}
