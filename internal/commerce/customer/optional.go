package customer

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

// pointer gives a nullable member as a nullable column has it.
func pointer[T any](o Optional[T]) *T {
	if v, ok := o.Get(); ok {
		return &v
	}
	return nil
}

// deref gives what a nullable column holds, the zero value for NULL.
func deref[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// same compares nullable columns.
func same[T comparable](a, b *T) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
