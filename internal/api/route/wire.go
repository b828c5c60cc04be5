package route

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"

	"github.com/danielgtaylor/huma/v2"
)

// Optional is a member of a body: absent, null or a value. In a struct its tag has omitempty, so that the document
// knows it may be absent.
type Optional[T any] struct {
	Set   bool // the member is there
	Null  bool // it says null
	Value T
}

// UnmarshalJSON is called for null as well.
func (o *Optional[T]) UnmarshalJSON(raw []byte) error {
	o.Set = true
	if bytes.Equal(raw, []byte("null")) {
		o.Null = true
		return nil
	}
	return json.Unmarshal(raw, &o.Value)
}

// Schema tells the document, and the validation, what it is.
func (Optional[T]) Schema(r huma.Registry) *huma.Schema { return orNull(SchemaOf[T](r)) }

// Maybe is a relation that an answer loads or not, and that may be null when it does. In a struct its tag has
// omitzero.
type Maybe[T any] struct {
	Loaded bool
	Value  *T
}

// IsZero leaves a relation out that was not loaded.
func (m Maybe[T]) IsZero() bool { return !m.Loaded }

// MarshalJSON writes the relation or null.
func (m Maybe[T]) MarshalJSON() ([]byte, error) { return encode(m.Value) }

// Schema tells the document what it is.
func (Maybe[T]) Schema(r huma.Registry) *huma.Schema { return orNull(SchemaOf[T](r)) }

// SchemaOf gives the schema of a type, by reference where it has a name in the document.
func SchemaOf[T any](r huma.Registry) *huma.Schema {
	t := reflect.TypeFor[T]()
	return r.Schema(t, true, t.Name())
}

// orNull lets a schema be null as well.
func orNull(s *huma.Schema) *huma.Schema {
	if s.Ref != "" {
		return &huma.Schema{OneOf: []*huma.Schema{s, onlyNull()}}
	}
	c := *s
	if c.Type == "" {
		c.AnyOf = append(slices.Clone(s.AnyOf), onlyNull())
		return &c
	}
	c.Nullable = true
	return &c
}

// onlyNull is the schema of null. The type alone says so in the document; validation goes by the enumeration.
func onlyNull() *huma.Schema { return &huma.Schema{Type: "null", Enum: []any{nil}} }
