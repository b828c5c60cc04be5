// Package fault is the one error type that crosses packages. A domain function returns a *fault.Error for what a
// caller may have caused; each face prints it in its own envelope and status. Any other error is internal: logged
// once at the edge and shown as nothing more than "internal error".
package fault

import (
	"errors"
	"strings"
	"time"
)

// Code says what kind of failure it is. A face maps it to a status.
type Code string

// The codes.
const (
	Invalid         Code = "invalid"         // the input is malformed or breaks a rule about its form
	NotFound        Code = "not_found"       // what the caller named does not exist
	Conflict        Code = "conflict"        // the state changed under the caller; trying again may work
	Duplicate       Code = "duplicate"       // something that must be unique exists already
	Forbidden       Code = "forbidden"       // known caller, missing permission
	Unauthenticated Code = "unauthenticated" // unknown caller
	NotAllowed      Code = "not_allowed"     // well-formed, but a rule of the shop forbids it now
	Exhausted       Code = "exhausted"       // a limit on rate, size or attempts is reached
	Unavailable     Code = "unavailable"     // cannot answer just now; see RetryAfter
	TooLarge        Code = "too_large"       // the request body is over its limit
	Internal        Code = "internal"        // our own failure
)

// Rule names what a field broke, so that a face can say it in its own words.
type Rule string

// The rules of fields.
const (
	Required Rule = "required"  // missing or empty
	Format   Rule = "format"    // not of the form it must have
	Type     Rule = "type"      // another JSON type than expected
	Unknown  Rule = "unknown"   // no such field, or no such value
	TooLong  Rule = "too_long"  // over its maximum length
	TooShort Rule = "too_short" // under its minimum length
	Range    Rule = "range"     // outside its bounds
	Taken    Rule = "taken"     // must be unique and is not
)

// Field is one problem with one input field.
type Field struct {
	Name    string // dotted path as the caller spelled it: "address.first_name"
	Rule    Rule
	Message string // a whole English sentence fragment that names the field: "email must be an email"
}

// Error is a failure with a code for machines and words for people.
type Error struct {
	Code       Code
	Reason     string        // dotted, declared by the owner package: "customer.already_registered"
	Message    string        // English, safe to show to a caller
	Fields     []Field       // for Invalid: every problem found
	RetryAfter time.Duration // for Exhausted and Unavailable; zero means not said
	Err        error         // the cause, for the log only
}

// New makes a fault.
func New(code Code, reason, message string) *Error {
	return &Error{Code: code, Reason: reason, Message: message}
}

// Fields makes one Invalid fault of all problems, or nil when there are none.
func Fields(reason string, problems ...Field) error {
	if len(problems) == 0 {
		return nil
	}
	words := make([]string, len(problems))
	for i, p := range problems {
		words[i] = p.Message
	}
	return &Error{Code: Invalid, Reason: reason, Message: strings.Join(words, ", "), Fields: problems}
}

// Error gives the message and, for the log, the cause.
func (e *Error) Error() string {
	if e.Err != nil {
		return e.Reason + ": " + e.Message + ": " + e.Err.Error()
	}
	return e.Reason + ": " + e.Message
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is makes errors.Is compare faults by reason, so that a declared fault can serve as a sentinel.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Reason == e.Reason
}

// Wrap gives a copy with a cause.
func (e *Error) Wrap(cause error) *Error {
	c := *e
	c.Err = cause
	return &c
}

// WithMessage gives a copy that says something more exact.
func (e *Error) WithMessage(message string) *Error {
	c := *e
	c.Message = message
	return &c
}

// After gives a copy that asks the caller to wait.
func (e *Error) After(d time.Duration) *Error {
	c := *e
	c.RetryAfter = d
	return &c
}

// As finds the fault in an error chain, or nil.
func As(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// CodeOf gives the code of an error; anything that is not a fault is Internal.
func CodeOf(err error) Code {
	if e := As(err); e != nil {
		return e.Code
	}
	return Internal
}
