package customer

import "kaidian/internal/platform/patch"

// Optional is a member of a patch: absent (the zero value), null, or a value.
type Optional[T any] = patch.Optional[T]

// Some is a member with a value.
func Some[T any](v T) Optional[T] { return patch.Some(v) }

// Null is a member that says null.
func Null[T any]() Optional[T] { return patch.Null[T]() }

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
