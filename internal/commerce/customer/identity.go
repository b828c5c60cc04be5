package customer

import (
	"strings"

	"kaidian/internal/platform/fault"
)

// IdentityType says what an account signs in with. The words are the Open API's.
type IdentityType string

// The kinds of identity.
const (
	Email    IdentityType = "email"
	Mobile   IdentityType = "mobile"
	UserName IdentityType = "uname"
	Social   IdentityType = "social"
)

// Identity is what an account signs in with. Its Type is empty for a guest.
type Identity struct {
	Type       IdentityType
	Identity   string  // normalised: an e-mail and a user name in lower case, a mobile number as digits with + or without
	SocialType *string // for Social: where the account is, "weibo"
	UnionID    *string // for Social: the person's id over all apps of that place
}

// normalise brings an identity into the form in which it is compared and kept.
func (t IdentityType) normalise(identity string) string {
	identity = strings.TrimSpace(identity)
	switch t {
	case Email, UserName:
		return strings.ToLower(identity)
	case Mobile:
		return strings.Map(func(r rune) rune {
			if strings.ContainsRune(" \t-.()", r) {
				return -1 // how people group digits
			}
			return r
		}, identity)
	default:
		return identity
	}
}

// check reports what is wrong with a normalised identity.
func (i Identity) check(p *problems) {
	switch i.Type {
	case Email, Mobile, UserName, Social:
	default:
		p.add("type", fault.Unknown, "type must be one of email, mobile, uname, social")
		return
	}
	if i.Identity == "" {
		p.missing("identity")
		return
	}
	switch i.Type {
	case Email:
		p.email("identity", i.Identity)
	case Mobile:
		if !isMobile(i.Identity) {
			p.add("identity", fault.Format, "identity must be a mobile number")
		}
	default:
		p.text("identity", i.Identity, maxText)
	}
	p.text("social_type", deref(i.SocialType), maxText)
	p.text("unionid", deref(i.UnionID), maxText)
}

// isMobile tells whether a normalised mobile number can be one: up to 15 digits, as E.164 has it.
func isMobile(s string) bool {
	digits := strings.TrimPrefix(s, "+")
	return 5 <= len(digits) && len(digits) <= 15 && strings.Trim(digits, "0123456789") == ""
}

// spellings gives what a person may have meant by an identity whose type is not said, as values to look for.
func spellings(identity string) []any {
	first := strings.TrimSpace(identity)
	all := []any{storable(first)}
	for _, t := range []IdentityType{Email, Mobile} {
		if s := t.normalise(identity); s != "" && s != first {
			all = append(all, storable(s))
		}
	}
	return all
}
