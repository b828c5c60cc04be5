package order

import "encoding/json"

// A draft with an attempt, and the addresses, discounts, adjustments and taxes of an order in their columns, are kept as JSON
// under the names of their fields: to rename a field is to lose it in every order there is. What clients gave as JSON stands in
// it as a text, so that it comes back byte for byte, and nil as nil.

// MarshalJSON writes the draft as it is kept.
func (d Draft) MarshalJSON() ([]byte, error) {
	type plain Draft
	return json.Marshal(struct {
		plain
		Metadata *string
	}{plain(d), textOf(d.Metadata)})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (d *Draft) UnmarshalJSON(kept []byte) error {
	type plain Draft
	in := struct {
		*plain
		Metadata *string
	}{plain: (*plain)(d)}
	err := json.Unmarshal(kept, &in)
	d.Metadata = jsonOf(in.Metadata)
	return err
}

// MarshalJSON writes the line as it is kept.
func (l Line) MarshalJSON() ([]byte, error) {
	type plain Line
	return json.Marshal(struct {
		plain
		Metadata *string
	}{plain(l), textOf(l.Metadata)})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (l *Line) UnmarshalJSON(kept []byte) error {
	type plain Line
	in := struct {
		*plain
		Metadata *string
	}{plain: (*plain)(l)}
	err := json.Unmarshal(kept, &in)
	l.Metadata = jsonOf(in.Metadata)
	return err
}

// MarshalJSON writes the method as it is kept.
func (m Method) MarshalJSON() ([]byte, error) {
	type plain Method
	return json.Marshal(struct {
		plain
		Data *string
	}{plain(m), textOf(m.Data)})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (m *Method) UnmarshalJSON(kept []byte) error {
	type plain Method
	in := struct {
		*plain
		Data *string
	}{plain: (*plain)(m)}
	err := json.Unmarshal(kept, &in)
	m.Data = jsonOf(in.Data)
	return err
}

// MarshalJSON writes the address as it is kept.
func (a Address) MarshalJSON() ([]byte, error) {
	type plain Address
	return json.Marshal(struct {
		plain
		Metadata *string
	}{plain(a), textOf(a.Metadata)})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (a *Address) UnmarshalJSON(kept []byte) error {
	type plain Address
	in := struct {
		*plain
		Metadata *string
	}{plain: (*plain)(a)}
	err := json.Unmarshal(kept, &in)
	a.Metadata = jsonOf(in.Metadata)
	return err
}

func textOf(m json.RawMessage) *string {
	if m == nil {
		return nil
	}
	s := string(m)
	return &s
}

func jsonOf(s *string) json.RawMessage {
	if s == nil {
		return nil
	}
	return json.RawMessage(*s)
}
