package mail

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strconv"
	"time"

	"kaidian/internal/platform/clock"
)

// Config says how mail leaves the shop.
type Config struct {
	// SMTPURL is the server, empty for none: "smtp://user:password@host:587?tls=starttls&timeout=30s". User and
	// password are URL-encoded and may be left out; the port is 587 (smtp) or 465 (smtps) by default.
	//
	// tls is one of
	//	starttls       encrypt by STARTTLS or do not send: the default with a password
	//	opportunistic  encrypt if the server offers it; a password is still never sent in the clear: the default without one
	//	implicit       TLS from the first byte: the default for smtps:// and port 465
	//	none           never encrypt, for a server in the same machine or network; the password goes in the clear
	//
	// timeout bounds connecting with sign-in, and then handing over the message; 30s by default.
	SMTPURL string
	// From is the sender, "友好商店 <shop@example.com>". Required with SMTPURL; "kaidian@localhost" without.
	From string
	// Folder takes the messages as .eml files when there is no SMTPURL. It is made if missing.
	Folder string
	// Clock dates the messages; nil means the machine's.
	Clock clock.Clock
}

// String leaves out the URL, which holds a password.
func (c Config) String() string {
	return fmt.Sprintf("mail.Config{smtp: %t, from: %q, folder: %q}", c.SMTPURL != "", c.From, c.Folder)
}

// GoString is String, for the same reason.
func (c Config) GoString() string { return c.String() }

// LogValue is String, for the same reason.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

// New makes the sender that the configuration asks for: SMTP if it names a server, else a Folder. Its errors are
// meant for whoever starts the program; none holds the password.
func New(c Config) (Sender, error) {
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.SMTPURL != "" {
		return c.smtp()
	}
	if c.From == "" {
		c.From = "kaidian@localhost"
	}
	folder, err := NewFolder(c.Folder, c.From, c.Clock)
	if err != nil {
		return nil, err
	}
	return folder, nil
}

// smtp makes the sender for a server.
func (c Config) smtp() (Sender, error) {
	server, err := parseURL(c.SMTPURL)
	if err != nil {
		return nil, fmt.Errorf("mail: the SMTP URL %w", err)
	}
	server.from, server.clock = c.From, c.Clock
	sender, err := newSMTP(server)
	if err != nil {
		return nil, err
	}
	return sender, nil
}

// parseURL reads an SMTP URL. Its errors never quote it.
func parseURL(text string) (settings, error) {
	u, err := url.Parse(text)
	if err != nil { // which says the whole URL, password and all
		return settings{}, errors.New("is not of the form smtp://user:password@host:port with special characters percent-encoded")
	}
	s := settings{host: u.Hostname(), user: u.User.Username()}
	s.password, _ = u.User.Password()
	switch {
	case u.Scheme != "smtp" && u.Scheme != "smtps":
		return s, errors.New("must begin with smtp:// or smtps://")
	case s.host == "":
		return s, errors.New("names no host")
	case s.user == "" && s.password != "":
		return s, errors.New("has a password but no user")
	case u.Path != "" && u.Path != "/" || u.Fragment != "":
		return s, errors.New("goes on after host and port; percent-encode special characters in the password")
	}
	if s.port, err = port(u); err != nil {
		return s, err
	}
	query := u.Query()
	s.encryption = policy(u.Scheme, s, query.Get("tls"))
	if text := query.Get("timeout"); text != "" {
		if s.timeout, err = time.ParseDuration(text); err != nil || s.timeout <= 0 {
			return s, errors.New(`has a timeout that is not like "30s"`)
		}
	}
	for name := range query {
		if name != "tls" && name != "timeout" {
			return s, errors.New("has a setting that is neither tls nor timeout")
		}
	}
	return s, nil
}

// port gives the port that the URL names or its scheme implies.
func port(u *url.URL) (int, error) {
	switch {
	case u.Port() != "":
		n, err := strconv.ParseUint(u.Port(), 10, 16)
		if err != nil || n == 0 {
			return 0, errors.New("has a port that is not in 1…65535")
		}
		return int(n), nil
	case u.Scheme == "smtps":
		return implicitPort, nil
	default:
		return submissionPort, nil
	}
}

// policy gives the encryption asked for, or the safest that fits. newSMTP checks the word.
func policy(scheme string, s settings, asked string) encryption {
	switch {
	case asked != "":
		return encryption(asked)
	case scheme == "smtps" || s.port == implicitPort:
		return implicit
	case s.user != "":
		return startTLS
	default:
		return opportunistic
	}
}

const (
	submissionPort = 587
	implicitPort   = 465
)
