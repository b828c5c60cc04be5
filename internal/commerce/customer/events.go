package customer

import "kaidian/internal/platform/db"

// The topics of this package's events. Their subject is the customer's id, and their payload is {"number": 595}, which
// is what is left to say of a deleted customer.
const (
	TopicCreated = "customer.created"
	TopicUpdated = "customer.updated" // also when an address was added, changed or removed, or groups were
	TopicDeleted = "customer.deleted"

	// TopicGroupChanged has the group's id as its subject and no payload: a group was made or changed. Who is in it is a
	// matter of its customers.
	TopicGroupChanged = "customer_group.changed"

	// TopicPasswordRequested has no subject and the payload {"email": "a@b.cn"}: it is recorded for e-mails that nobody
	// has as well, so that asking tells nothing. Who mails the token asks PasswordResetToken whether there is one.
	TopicPasswordRequested = "customer.password_requested"
)

func (s *Service) record(tx *db.Tx, topic, id string, number int64) error {
	return s.events.Record(tx, topic, id, map[string]any{"number": number})
}
