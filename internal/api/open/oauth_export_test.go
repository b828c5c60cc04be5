package open

// What the tests of the token endpoint, which live outside, need from inside.
var ParseBasic = parseBasic

// The bounds of the token endpoint.
const (
	TokenBodyLimit = tokenBodyLimit
	TokenFailures  = tokenFailures
)
