// Package patch is the form of a change to a record: each member is absent, null, or a value.
package patch

// Optional is a member of a patch: absent (the zero value), null, or a value.
type Optional[T any] struct {
	state state
	value T
}

type state uint8

const (
	absent state = iota
	null
	given
)

// Some is a member with a value.
func Some[T any](v T) Optional[T] { return Optional[T]{state: given, value: v} }

// Null is a member that says null.
func Null[T any]() Optional[T] { return Optional[T]{state: null} }

// IsSet tells whether the member is there, be it null or a value.
func (o Optional[T]) IsSet() bool { return o.state != absent }

// IsNull tells whether the member says null.
func (o Optional[T]) IsNull() bool { return o.state == null }

// Get gives the value, if there is one.
func (o Optional[T]) Get() (T, bool) { return o.value, o.state == given }

// Or gives the value, or the zero value for null, or what it would be without the member.
func (o Optional[T]) Or(present T) T {
	if o.state == absent {
		return present
	}
	return o.value
}

// Pointer gives a nullable member as a nullable column has it: nil for null and for absent.
func (o Optional[T]) Pointer() *T {
	if o.state == given {
		return &o.value
	}
	return nil
}

// Apply sets a column to the member's value, the zero value for null, and leaves it when the member is absent.
func (o Optional[T]) Apply(to *T) {
	if o.state != absent {
		*to = o.value
	}
}

// ApplyNullable sets a nullable column to the member's value or to NULL, and leaves it when the member is absent.
func (o Optional[T]) ApplyNullable(to **T) {
	if o.state != absent {
		*to = o.Pointer()
	}
}
