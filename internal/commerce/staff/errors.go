package staff

import "kaidian/internal/platform/fault"

// The faults of this package. Compare with errors.Is. Faulty input also answers with the reasons
// "staff.invalid_account" and "staff.invalid_app", which name the fields.
var (
	// ErrAccountNotFound says that no account has the number.
	ErrAccountNotFound = fault.New(fault.NotFound, "staff.account_not_found", "there is no such staff account")
	// ErrEmailTaken says that another account has the e-mail.
	ErrEmailTaken = fault.New(fault.Duplicate, "staff.email_taken", "a staff account with this e-mail exists already")
	// ErrWrongCredentials says that there is no account with the e-mail, or that the password is not its own.
	ErrWrongCredentials = fault.New(fault.Unauthenticated, "staff.wrong_credentials", "the e-mail or the password is wrong")
	// ErrTooManyAttempts says that an account or an address failed too often. It comes with RetryAfter.
	ErrTooManyAttempts = fault.New(fault.Exhausted, "staff.too_many_attempts", "too many failed attempts, try again later")
	// ErrNoSession says that the session is unknown or over.
	ErrNoSession = fault.New(fault.Unauthenticated, "staff.no_session", "not signed in")

	// ErrAppNotFound says that no app has the key.
	ErrAppNotFound = fault.New(fault.NotFound, "staff.app_not_found", "there is no such app")
	// ErrAppTaken says that a chosen key, token or code is in use already.
	ErrAppTaken = fault.New(fault.Duplicate, "staff.app_taken", "the chosen key, token or code is in use already")
	// ErrWrongKind says that a private app was asked for consent, or a public one installed without.
	ErrWrongKind = fault.New(fault.NotAllowed, "staff.wrong_kind", "an app of this kind is not installed this way")
	// ErrNotInstalled says that the app has no living grant.
	ErrNotInstalled = fault.New(fault.NotAllowed, "staff.not_installed", "the app is not installed")
	// ErrInvalidRedirect says that a redirect URI is not below the app's registered callback.
	ErrInvalidRedirect = fault.New(fault.Invalid, "staff.invalid_redirect", "the redirect URI is not below the app's callback URL")
	// ErrInvalidScope says that none of the scopes asked for is known.
	ErrInvalidScope = fault.New(fault.Invalid, "staff.invalid_scope", "no known scope was asked for")

	// ErrInvalidClient says that the app, its secret or the code is unknown.
	ErrInvalidClient = fault.New(fault.Unauthenticated, "staff.invalid_client", "the app or the code is unknown")
	// ErrInvalidGrant says that the code is expired or revoked, or was given for another redirect URI.
	ErrInvalidGrant = fault.New(fault.Invalid, "staff.invalid_grant", "the code cannot be exchanged any more, or not here")
	// ErrUnknownToken says that no living grant has the token.
	ErrUnknownToken = fault.New(fault.Unauthenticated, "staff.unknown_token", "the access token is unknown")
)
