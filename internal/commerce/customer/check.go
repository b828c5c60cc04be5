package customer

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"kaidian/internal/platform/fault"
)

// The longest texts, in characters.
const (
	maxText     = 255
	maxLine     = 500  // the street line of an address
	maxPassword = 1024 // more than anyone types, little enough to hash
)

// problems collects what is wrong with an input.
type problems struct{ list []fault.Field }

func (p *problems) add(name string, rule fault.Rule, message string) {
	p.list = append(p.list, fault.Field{Name: name, Rule: rule, Message: message})
}

// fault gives one fault of all problems, or nil.
func (p *problems) fault(reason string) error { return fault.Fields(reason, p.list...) }

// text checks what any text must keep: real UTF-8, one line, a length.
func (p *problems) text(name, value string, most int) {
	switch {
	case !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl):
		p.add(name, fault.Format, name+" must be text without control characters")
	case utf8.RuneCountInString(value) > most:
		p.add(name, fault.TooLong, fmt.Sprintf("%s must be at most %d characters", name, most))
	}
}

// filled checks a text that must say something.
func (p *problems) filled(name, value string, most int) {
	if strings.TrimSpace(value) == "" {
		p.missing(name)
		return
	}
	p.text(name, value, most)
}

func (p *problems) missing(name string) { p.add(name, fault.Required, name+" should not be empty") }

// email checks a normalised e-mail.
func (p *problems) email(name, value string) {
	if !isEmail(value) {
		p.add(name, fault.Format, name+" must be an email")
	}
}

// password checks a new password.
func (p *problems) password(value string, least int) {
	switch {
	case value == "":
		p.missing("password")
	case utf8.RuneCountInString(value) < least:
		p.add("password", fault.TooShort, fmt.Sprintf("password must be at least %d characters", least))
	case len(value) > maxPassword:
		p.add("password", fault.TooLong, fmt.Sprintf("password must be at most %d bytes", maxPassword))
	}
}

// isEmail tells whether a text is an e-mail of the common form: one @, a local part of letters, digits and the usual
// signs, a domain of two labels at least. Letters may be of any script. It refuses what RFC 5322 would let through in
// quotes or comments: nobody has such an address, and some mailer would read it otherwise than we do.
func isEmail(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	if !ok || len(s) > 254 || len(local) > 64 || !utf8.ValidString(s) {
		return false
	}
	for part := range strings.SplitSeq(local, ".") {
		if part == "" || strings.ContainsFunc(part, func(r rune) bool { return !inLocal(r) }) {
			return false
		}
	}
	labels := strings.Split(domain, ".")
	for _, label := range labels {
		if !isLabel(label) {
			return false
		}
	}
	top := labels[len(labels)-1]
	return len(labels) > 1 && utf8.RuneCountInString(top) > 1 && strings.ContainsFunc(top, unicode.IsLetter)
}

func inLocal(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r)
}

func isLabel(s string) bool {
	if s == "" || len(s) > 63 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' })
}
