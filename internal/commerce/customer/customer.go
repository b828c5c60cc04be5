package customer

import (
	"encoding/json"
	"strings"
	"time"
	"unicode"
)

// Customer is a person: with an account, or a guest. Nil texts were never given.
type Customer struct {
	ID               string // "cus_…"
	Number           int64
	HasAccount       bool
	Identity         Identity
	Email            string // of an account with an e-mail identity that identity; "" where none is known
	FirstName        *string
	LastName         *string
	Phone            *string // also where the shop's notices go, the Open API's notify_phone
	NotifyEmail      *string // where the shop's notices go, if not to Email
	BillingAddressID *string // one of the customer's addresses
	Level            *LevelRef
	Nickname         *string
	IdentityCard     *string // whole; show MaskedIdentityCard
	Birthday         time.Time
	Sex              string // male, female or undefined
	AcceptMarketing  bool
	Metadata         json.RawMessage // an object, or nil
	TokensValidAfter time.Time       // the sessions and tokens that are bound to an earlier time are void
	LastInAt         time.Time       // zero before the first sign-in
	CreatedAt        time.Time
	UpdatedAt        time.Time // moves with the addresses too
}

// LevelRef is what a customer shows of its level.
type LevelRef struct {
	ID       string
	Number   int64
	Name     string
	Discount Percent
}

// Profile is a customer with what its pages show.
type Profile struct {
	Customer
	Addresses []Address // shipping addresses, oldest first
	Billing   *Address
}

// The values of Customer.Sex.
const (
	Male      = "male"
	Female    = "female"
	Undefined = "undefined"
)

// RealName is the whole name as one would write it.
func (c Customer) RealName() string { return joinName(deref(c.FirstName), deref(c.LastName)) }

// DisplayName is what the Open API calls the customer by: the nickname of a social account, else the identity, an
// e-mail without its domain.
func (c Customer) DisplayName() string {
	switch c.Identity.Type {
	case Social:
		return deref(c.Nickname)
	case Mobile, UserName:
		return c.Identity.Identity
	default:
		name, _, _ := strings.Cut(c.Email, "@")
		return name
	}
}

// MaskedIdentityCard is the number of the identity card with all but four characters at either end starred, "" if there
// is none. A Patch that brings it back changes nothing.
func (c Customer) MaskedIdentityCard() string {
	r := []rune(deref(c.IdentityCard))
	for i := range r {
		if len(r) <= 8 || 4 <= i && i < len(r)-4 {
			r[i] = '*'
		}
	}
	return string(r)
}

// joinName writes a name as its language does: the family name first and nothing between in Chinese, else last.
func joinName(first, last string) string {
	switch {
	case first == "" || last == "":
		return first + last
	case hasHan(first) || hasHan(last):
		return last + first
	default:
		return first + " " + last
	}
}

func hasHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}
