package mail

import (
	"context"
	"encoding/hex"
	"net/mail"
	"strings"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"

	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/secret"
)

// The faults of this package. Compare with errors.Is.
var (
	// ErrBadMessage says that a message has no valid recipient, no subject or no body, or a control character, such
	// as a line break, in a header. Its fields name the problems: to, reply_to, subject, text.
	ErrBadMessage = fault.New(fault.Invalid, "mail.bad_message", "the message cannot be sent as it is")
	// ErrUnavailable says that the server could not be reached, or would not take the message now. Try again later.
	ErrUnavailable = fault.New(fault.Unavailable, "mail.unavailable", "the mail server does not take the message now")
	// ErrRefused says that the server refuses this recipient or this content for good. Do not try again.
	ErrRefused = fault.New(fault.NotAllowed, "mail.refused", "the mail server refuses the message")
)

// Message is one message to one person.
type Message struct {
	To      string // one address, with or without a name: "wang@example.com", "王小明 <wang@example.com>"
	ReplyTo string // one address, or empty: replies go to the sender
	Subject string // one line, any language
	Text    string // plain text, UTF-8; lines end in "\n"
	HTML    string // the same as HTML; of Text and HTML one may be empty
}

// Sender sends messages. It is safe for concurrent use.
type Sender interface {
	// Send returns when the message was taken over: by the mail server, or by the disk. It fails with ErrBadMessage,
	// ErrUnavailable or ErrRefused, and with the context's error when that ends first.
	Send(ctx context.Context, m Message) error
}

// check gives ErrBadMessage with every problem of the message, or nil.
func (m Message) check() error {
	var problems []fault.Field
	add := func(name string, rule fault.Rule, words string) {
		problems = append(problems, fault.Field{Name: name, Rule: rule, Message: name + " " + words})
	}
	switch {
	case m.To == "":
		add("to", fault.Required, "is missing")
	case !isAddress(m.To):
		add("to", fault.Format, "must be one e-mail address")
	}
	if m.ReplyTo != "" && !isAddress(m.ReplyTo) {
		add("reply_to", fault.Format, "must be one e-mail address")
	}
	switch {
	case m.Subject == "":
		add("subject", fault.Required, "is missing")
	case !isLine(m.Subject):
		add("subject", fault.Format, "must be one line without control characters")
	}
	if m.Text == "" && m.HTML == "" {
		add("text", fault.Required, "or html must be given")
	}
	return fault.Fields(ErrBadMessage.Reason, problems...)
}

// isLine says whether text may stand in a header. Encoding would defuse a line break too, but no honest subject has
// one, so it is refused before any library sees it.
func isLine(text string) bool { return !strings.ContainsFunc(text, unicode.IsControl) }

// isAddress says whether text is exactly one address.
func isAddress(text string) bool {
	if !isLine(text) {
		return false
	}
	a, err := mail.ParseAddress(text)
	// A quoted local part may hold blanks and line ends by the grammar; no shop's customer has such an address.
	return err == nil && isLine(a.Name) && !strings.ContainsFunc(a.Address, notInAddress)
}

// notInAddress finds what an address on the SMTP command line must not hold.
func notInAddress(r rune) bool {
	return unicode.IsControl(r) || unicode.IsSpace(r) || r == '<' || r == '>'
}

// compose makes the message that goes over the wire. The from address was checked before.
func compose(from string, m Message, now time.Time) (*gomail.Msg, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	out := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := out.From(from); err != nil {
		return nil, err
	}
	if err := out.To(m.To); err != nil {
		return nil, ErrBadMessage.Wrap(err)
	}
	if m.ReplyTo != "" {
		if err := out.ReplyTo(m.ReplyTo); err != nil {
			return nil, ErrBadMessage.Wrap(err)
		}
	}
	out.Subject(m.Subject)
	out.SetDateWithValue(now)
	// The library would name this machine; the sender's domain says enough.
	sender := out.GetFrom()[0].Address
	out.SetMessageIDWithValue(hex.EncodeToString(secret.Random(16)) + sender[strings.LastIndexByte(sender, '@'):])
	out.SetGenHeader("Auto-Submitted", "auto-generated") // no out-of-office answers, please (RFC 3834)
	if m.Text != "" {
		out.SetBodyString(gomail.TypeTextPlain, m.Text)
	}
	switch {
	case m.HTML == "":
	case m.Text == "":
		out.SetBodyString(gomail.TypeTextHTML, m.HTML)
	default:
		out.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	return out, nil
}
