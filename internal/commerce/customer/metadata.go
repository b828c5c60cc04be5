package customer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"unicode/utf8"

	"kaidian/internal/platform/fault"
)

// Metadata is what an app keeps with a customer or an address: JSON values by key, which the shop does not read.
type Metadata map[string]json.RawMessage

// maxMetadata bounds what one row keeps, in bytes of JSON.
const maxMetadata = 16 << 10

// encode checks a map that was sent and gives its text. It reports a problem for values that are not JSON and for too
// much of it.
func (m Metadata) encode(p *problems) json.RawMessage {
	text, err := m.text()
	switch {
	case err != nil || !utf8.Valid(text):
		p.add("metadata", fault.Format, "metadata must be an object")
	case len(text) > maxMetadata:
		p.add("metadata", fault.TooLong, fmt.Sprintf("metadata must be at most %d bytes", maxMetadata))
	}
	return text
}

// text gives the one text for a map: keys sorted, no white space.
func (m Metadata) text() (json.RawMessage, error) {
	if m == nil {
		m = Metadata{}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(m)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// decode reads stored metadata; NULL is nil.
func decode(stored json.RawMessage) (Metadata, error) {
	if len(stored) == 0 {
		return nil, nil
	}
	var m Metadata
	if err := json.Unmarshal(stored, &m); err != nil {
		return nil, fmt.Errorf("read metadata: %w", err)
	}
	return m, nil
}

// merge puts the keys of a change over what is there. A key whose value is the empty text goes.
func (m Metadata) merge(change Metadata) Metadata {
	out := make(Metadata, len(m)+len(change))
	maps.Copy(out, m)
	for key, value := range change {
		if string(bytes.TrimSpace(value)) == `""` {
			delete(out, key)
			continue
		}
		out[key] = value
	}
	return out
}
