package customer

import "kaidian/internal/platform/fault"

// What calls answer besides the Invalid faults of their input. Compare with errors.Is.
var (
	ErrNotFound        = fault.New(fault.NotFound, "customer.not_found", "There is no such customer")
	ErrAddressNotFound = fault.New(fault.NotFound, "customer.address_not_found", "There is no such address")
	ErrGroupNotFound   = fault.New(fault.NotFound, "customer.group_not_found", "There is no such customer group")
	ErrLevelNotFound   = fault.New(fault.NotFound, "customer.level_not_found", "There is no such customer level")

	// ErrAlreadyRegistered says that an account has the identity. The message is the one for e-mails; for other kinds
	// of identity the fault returned says so.
	ErrAlreadyRegistered = fault.New(fault.Duplicate, "customer.already_registered",
		"A customer with the given email already has an account. Log in instead")
	// ErrEmailTaken says that a change of e-mail or identity met another account that has it.
	ErrEmailTaken     = fault.New(fault.Duplicate, "customer.email_taken", "Another customer already has this email")
	ErrLevelNameTaken = fault.New(fault.Duplicate, "customer.level_name_taken", "Another level already has this name")
	ErrGroupNameTaken = fault.New(fault.Duplicate, "customer.group_name_taken", "Another customer group already has this name")
	// ErrTooManyAddresses says that the customer has as many addresses as Limits allows.
	ErrTooManyAddresses = fault.New(fault.NotAllowed, "customer.too_many_addresses", "The customer has too many addresses")

	// ErrWrongCredentials is the same for an unknown e-mail, an account without a password and a wrong password.
	ErrWrongCredentials = fault.New(fault.Unauthenticated, "customer.wrong_credentials", "The email or the password is wrong")
	// ErrNotSignedIn says that a session or token is none, or no longer one.
	ErrNotSignedIn = fault.New(fault.Unauthenticated, "customer.not_signed_in", "There is no such session")
	// ErrBadResetToken is the same for an unknown e-mail and for a token that is broken, expired, used or another's.
	ErrBadResetToken = fault.New(fault.Unauthenticated, "customer.bad_reset_token", "Invalid or expired password reset token")
	// ErrTooManyAttempts comes with RetryAfter.
	ErrTooManyAttempts = fault.New(fault.Exhausted, "customer.too_many_attempts", "Too many attempts, try again later")
)

// The reasons of Invalid faults.
const (
	reasonInvalid        = "customer.invalid"
	reasonInvalidAddress = "customer.invalid_address"
	reasonInvalidLevel   = "customer.invalid_level"
	reasonInvalidGroup   = "customer.invalid_group"
)

// taken is ErrAlreadyRegistered in the words for a kind of identity.
func taken(t IdentityType) error {
	switch t {
	case Mobile:
		return ErrAlreadyRegistered.WithMessage("A customer with the given mobile number already has an account. Log in instead")
	case UserName:
		return ErrAlreadyRegistered.WithMessage("A customer with the given user name already has an account. Log in instead")
	case Social:
		return ErrAlreadyRegistered.WithMessage("A customer with the given social account already has an account. Log in instead")
	default:
		return ErrAlreadyRegistered
	}
}
