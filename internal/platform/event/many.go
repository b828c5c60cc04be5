package event

import (
	"encoding/json"
	"fmt"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/id"
)

// Fact is what there is to say of one of many events: see Record.
type Fact struct {
	Topic, Subject string
	Payload        any
}

// RecordAll writes many events in tx, in their order and in few statements. Otherwise it is Record for each.
func (l *Log) RecordAll(tx *db.Tx, facts []Fact) error {
	events := make([]Event, len(facts))
	rows := make([][]any, len(facts))
	now := l.clock.Now()
	for i, f := range facts {
		body := []byte("{}")
		if f.Payload != nil {
			var err error
			if body, err = json.Marshal(f.Payload); err != nil {
				return fmt.Errorf("event %s: %w", f.Topic, err)
			}
		}
		events[i] = Event{ID: id.New("evt", now), Topic: f.Topic, Subject: f.Subject, Payload: body, At: now}
		rows[i] = []any{events[i].ID, f.Topic, f.Subject, string(body), now.UnixMilli()}
	}
	if err := tx.Insert(`insert into events (id, topic, subject, payload, created_at)`, rows, ``); err != nil {
		return fmt.Errorf("%d events: %w", len(facts), err)
	}
	tx.AfterCommit(func() {
		for _, e := range events {
			l.publish(e)
		}
	})
	return nil
}
