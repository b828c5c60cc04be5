package secret

import "kaidian/internal/platform/fault"

// The faults of this package. Compare with errors.Is.
var (
	// ErrBusy says that the queue of passwords to hash is full. It comes with RetryAfter.
	ErrBusy = fault.New(fault.Unavailable, "secret.busy", "too many sign-ins at the moment, try again shortly")
	// ErrBadToken says that a JWT is malformed, forged, expired or not yet valid. The cause, for the log, says which.
	ErrBadToken = fault.New(fault.Unauthenticated, "secret.bad_token", "the token is not valid")
	// ErrBadSeal says that a sealed value was cut, altered, or sealed for another purpose or under another master key.
	ErrBadSeal = fault.New(fault.Invalid, "secret.bad_seal", "the sealed value cannot be opened")
)
