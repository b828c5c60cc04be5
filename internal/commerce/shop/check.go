package shop

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"kaidian/internal/platform/fault"
)

const (
	maxName            = 100 // characters
	maxDomain          = 255
	maxURL             = 2000
	maxPageTitle       = 200
	maxPageDescription = 2000
)

var (
	// hostPort is a name, an IPv4 address or an IPv6 address in brackets, and an optional port.
	hostPort     = regexp.MustCompile(`^(\[[0-9A-Fa-f:.]+\]|[\p{L}\p{N}]([\p{L}\p{N}._-]*[\p{L}\p{N}])?)(?::([0-9]{1,5}))?$`)
	webhookToken = regexp.MustCompile(`^[0-9A-Za-z_-]{16,128}$`)
)

func (p Patch) trimmed() Patch {
	p.Name = apply(strings.TrimSpace, p.Name)
	p.Domain = apply(strings.TrimSpace, p.Domain)
	p.URL = apply(trimURL, p.URL)
	return p
}

// trimURL takes the slash at the end away, so that a path can be put behind it.
func trimURL(s string) string { return strings.TrimRight(strings.TrimSpace(s), "/") }

func apply(f func(string) string, s *string) *string {
	if s == nil {
		return nil
	}
	out := f(*s)
	return &out
}

// problems checks what is given of a trimmed patch.
func (p Patch) problems() []fault.Field {
	var out []fault.Field
	check := func(name string, value *string, rule func(name, value string) (fault.Rule, string)) {
		if value == nil {
			return
		}
		if broken, words := rule(name, *value); broken != "" {
			out = append(out, fault.Field{Name: name, Rule: broken, Message: words})
		}
	}
	check("name", p.Name, checkName)
	check("domain", p.Domain, checkDomain)
	check("url", p.URL, checkURL)
	check("page_title", p.PageTitle, func(n, v string) (fault.Rule, string) { return checkText(n, v, maxPageTitle) })
	check("page_description", p.PageDescription, func(n, v string) (fault.Rule, string) {
		return checkText(n, v, maxPageDescription)
	})
	check("webhook_token", p.WebhookToken, func(n, v string) (fault.Rule, string) {
		if !webhookToken.MatchString(v) {
			return fault.Format, n + " must have 16 to 128 letters, digits, - or _"
		}
		return "", ""
	})
	return out
}

// storable tells whether a text can be kept: PostgreSQL takes neither zero bytes nor what is not UTF-8.
func storable(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// checkText gives the rule that a text breaks and the words for it, or "".
func checkText(name, value string, longest int) (fault.Rule, string) {
	switch {
	case !storable(value):
		return fault.Format, name + " must be text in UTF-8 without zero bytes"
	case utf8.RuneCountInString(value) > longest:
		return fault.TooLong, fmt.Sprintf("%s must have %d characters at most", name, longest)
	}
	return "", ""
}

func checkName(name, value string) (fault.Rule, string) {
	switch {
	case value == "":
		return fault.Required, name + " should not be empty"
	case strings.ContainsFunc(value, unicode.IsControl):
		return fault.Format, name + " must be one line of text"
	}
	return checkText(name, value, maxName)
}

func checkDomain(name, value string) (fault.Rule, string) {
	if value == "" {
		return fault.Required, name + " should not be empty"
	}
	if rule, words := checkText(name, value, maxDomain); rule != "" {
		return rule, words
	}
	if !validHost(value) {
		return fault.Format, name + " must be a host name with an optional port"
	}
	return "", ""
}

func checkURL(name, value string) (fault.Rule, string) {
	if value == "" {
		return fault.Required, name + " should not be empty"
	}
	if rule, words := checkText(name, value, maxURL); rule != "" {
		return rule, words
	}
	u, err := url.Parse(value)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || !validHost(u.Host) ||
		u.User != nil || strings.ContainsAny(value, "?#") {
		return fault.Format, name + " must be an absolute http or https URL without user, query and fragment"
	}
	return "", ""
}

// validHost tells whether a text is a host with an optional port.
func validHost(s string) bool {
	m := hostPort.FindStringSubmatch(s)
	if m == nil || m[3] == "" {
		return m != nil
	}
	port, err := strconv.Atoi(m[3])
	return err == nil && port >= 1 && port <= 65535
}
