package mail

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"kaidian/internal/platform/clock"
)

// encryption says when a connection to a mail server is encrypted. See Config.SMTPURL.
type encryption string

const (
	startTLS      encryption = "starttls"
	opportunistic encryption = "opportunistic"
	implicit      encryption = "implicit"
	none          encryption = "none"
)

// defaultTimeout is long enough for servers that let strangers wait on purpose.
const defaultTimeout = 30 * time.Second

// settings is a mail server, as read from a URL. Only SMTP holds it, and SMTP does not print it.
type settings struct {
	host           string
	port           int
	user, password string // empty: no sign-in
	from           string // the sender of every message
	encryption     encryption
	timeout        time.Duration // 0 means defaultTimeout
	clock          clock.Clock   // dates the messages
	tls            *tls.Config   // nil: the system's roots, the host's name
}

// address gives host and port as one.
func (s settings) address() string { return net.JoinHostPort(s.host, strconv.Itoa(s.port)) }

// SMTP sends each message over a connection of its own.
type SMTP struct {
	settings settings
	options  []gomail.Option
	redact   *strings.Replacer
}

// newSMTP checks the settings and makes the sender. It does not connect: a shop starts while its mail server is down.
func newSMTP(s settings) (*SMTP, error) {
	if !isAddress(s.from) {
		return nil, errors.New("mail: with an SMTP server, the sender (from) must be one e-mail address")
	}
	if s.timeout == 0 {
		s.timeout = defaultTimeout
	}
	if s.tls == nil {
		s.tls = &tls.Config{ServerName: s.host, MinVersion: tls.VersionTLS12}
	}
	policy, ok := map[encryption]gomail.TLSPolicy{
		startTLS: gomail.TLSMandatory, opportunistic: gomail.TLSOpportunistic, none: gomail.NoTLS,
		// The connection is encrypted when the library gets it; this policy makes it look and see that it is.
		implicit: gomail.TLSOpportunistic,
	}[s.encryption]
	if !ok {
		return nil, fmt.Errorf("mail: tls must be one of %s, %s, %s, %s", startTLS, opportunistic, implicit, none)
	}
	options := []gomail.Option{gomail.WithPort(s.port), gomail.WithTimeout(s.timeout),
		gomail.WithTLSPolicy(policy), gomail.WithTLSConfig(s.tls)}
	if s.user != "" {
		options = append(options, gomail.WithUsername(s.user), gomail.WithPassword(s.password), signIn(s.encryption))
	}
	if _, err := gomail.NewClient(s.host, options...); err != nil {
		return nil, fmt.Errorf("mail: the SMTP settings: %w", err)
	}
	return &SMTP{settings: s, options: options, redact: redactor(s.user, s.password)}, nil
}

// signIn lets the library pick the strongest way that both sides know; the ways that show the password only on
// encrypted connections, or where the policy says that there is to be no encryption.
func signIn(policy encryption) gomail.Option {
	if policy != none {
		return gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover)
	}
	return gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthCramMD5,
		gomail.SMTPAuthPlainNoEnc, gomail.SMTPAuthLoginNoEnc)
}

// redactor takes the password out of what a server says, should it echo it, plain or as sent.
func redactor(user, password string) *strings.Replacer {
	if password == "" {
		return strings.NewReplacer()
	}
	const hidden = "***"
	encode := base64.StdEncoding.EncodeToString
	return strings.NewReplacer(encode([]byte("\x00"+user+"\x00"+password)), hidden,
		encode([]byte(password)), hidden, password, hidden)
}

// String names the server, without user and password.
func (s *SMTP) String() string {
	return "smtp " + s.settings.address() + " tls=" + string(s.settings.encryption)
}

// GoString is String, so that no debugging output shows the password.
func (s *SMTP) GoString() string { return s.String() }

// Send hands the message to the server. See Sender.
func (s *SMTP) Send(ctx context.Context, m Message) error {
	out, err := compose(s.settings.from, m, s.settings.clock.Now())
	if err != nil {
		return err
	}
	line := &line{settings: s.settings}
	defer line.hangUp()
	options := slices.Concat(s.options, []gomail.Option{gomail.WithDialContextFunc(line.dial)})
	client, err := gomail.NewClient(s.settings.host, options...)
	if err != nil {
		return fmt.Errorf("mail: the SMTP settings: %w", err)
	}
	// A client that goes away must not leave us waiting for a slow server: closing the line ends the dialogue.
	stop := context.AfterFunc(ctx, line.hangUp)
	defer stop()
	err = client.DialAndSendWithContext(ctx, out)
	switch {
	case err == nil, out.IsDelivered(): // what fails after the server took the message is no reason to send it again
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("mail: %w", context.Cause(ctx))
	default:
		return s.verdict(err)
	}
}

// verdict tells a refusal for good from a failure that may pass. Only what the server says of the recipient or the
// content counts as a refusal: a wrong password or sender is for the operator to mend, and the message then goes.
func (s *SMTP) verdict(err error) error {
	said := errors.New(s.redact.Replace(err.Error()))
	var send *gomail.SendError
	if errors.As(err, &send) && send.ErrorCode()/100 == 5 {
		switch send.Reason {
		case gomail.ErrSMTPRcptTo, gomail.ErrSMTPData, gomail.ErrSMTPDataClose:
			return ErrRefused.Wrap(said)
		}
	}
	return ErrUnavailable.Wrap(said)
}
