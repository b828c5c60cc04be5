package cart

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
)

// maxObject bounds each JSON object that a client keeps with a cart, in bytes.
const maxObject = 16 << 10

// object gives a JSON object that was sent without white space, and nil for null and for nothing. Fault: Invalid.
func object(name string, value json.RawMessage) (json.RawMessage, error) {
	value = bytes.TrimSpace(value)
	if len(value) == 0 || string(value) == "null" {
		return nil, nil
	}
	var b bytes.Buffer
	if err := json.Compact(&b, value); err != nil || b.Bytes()[0] != '{' || !db.Storable(b.String()) {
		return nil, fault.Fields(reasonInvalid, fault.Field{Name: name, Rule: fault.Type, Message: name + " must be an object"})
	}
	return b.Bytes(), bounded(name, b.Bytes())
}

// bounded looks whether an object is within its bounds. Fault: Invalid.
func bounded(name string, value json.RawMessage) error {
	if len(value) <= maxObject {
		return nil
	}
	return fault.Fields(reasonInvalid, fault.Field{Name: name, Rule: fault.TooLong,
		Message: fmt.Sprintf("%s must be at most %d bytes", name, maxObject)})
}

// sameObject tells whether two objects hold the same values, whatever the order of their keys; nil is {}.
func sameObject(a, b json.RawMessage) bool {
	if bytes.Equal(a, b) {
		return true
	}
	var x, y map[string]any
	if a != nil && json.Unmarshal(a, &x) != nil || b != nil && json.Unmarshal(b, &y) != nil {
		return false
	}
	return len(x) == 0 && len(y) == 0 || reflect.DeepEqual(x, y)
}

// merged puts the keys of a change over those of an object. Both were looked at by object. Fault: Invalid when it is too much.
func merged(name string, present, change json.RawMessage) (json.RawMessage, error) {
	all := map[string]json.RawMessage{}
	for _, part := range []json.RawMessage{present, change} {
		if part == nil {
			continue
		}
		if err := json.Unmarshal(part, &all); err != nil {
			return nil, fmt.Errorf("merge %s: %w", name, err)
		}
	}
	if len(all) == 0 {
		return nil, nil
	}
	text, err := json.Marshal(all)
	if err != nil {
		return nil, fmt.Errorf("merge %s: %w", name, err)
	}
	return text, bounded(name, text)
}
