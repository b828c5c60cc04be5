package mail

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"io"
	"net"
	"net/http/httptest"
	"net/textproto"
	"strings"
	"testing"
)

// server is a mail server on a loopback port that speaks enough SMTP to take a message from each caller.
type server struct {
	address  string
	received chan delivery // one per message taken
	closed   chan struct{} // one per connection that ended
	roots    *x509.CertPool

	behaviour
}

// behaviour says how a server differs from the plainest one.
type behaviour struct {
	startTLS  bool   // offers STARTTLS
	implicit  bool   // speaks TLS from the first byte
	password  string // offers AUTH PLAIN and takes only this one
	rcpt      string // answers RCPT with this line
	data      string // answers the end of the message with this line
	hangUp    bool   // says nothing after the message was taken
	anonymous bool   // offers no AUTH before STARTTLS
}

// delivery is a message as it came over the wire.
type delivery struct {
	from, to  string
	encrypted bool
	text      string
}

// serve starts a server for the length of the test.
func serve(t *testing.T, b behaviour) *server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	donor := httptest.NewTLSServer(nil) // has a certificate for 127.0.0.1
	donor.Close()
	s := &server{address: listener.Addr().String(), behaviour: b, roots: x509.NewCertPool(),
		received: make(chan delivery, 16), closed: make(chan struct{}, 16)}
	s.roots.AddCert(donor.Certificate())
	config := &tls.Config{Certificates: donor.TLS.Certificates}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { s.closed <- struct{}{} }()
				defer func() { _ = conn.Close() }()
				if s.implicit {
					conn = tls.Server(conn, config)
				}
				(&dialogue{server: s, config: config}).run(conn)
			}()
		}
	}()
	return s
}

// dialogue is one connection.
type dialogue struct {
	*server
	config *tls.Config
	conn   net.Conn
	text   *textproto.Conn
	signed bool
	now    delivery
}

func (d *dialogue) use(conn net.Conn) { d.conn, d.text = conn, textproto.NewConn(conn) }

func (d *dialogue) say(lines ...string) {
	for i, line := range lines {
		separator := "-"
		if i == len(lines)-1 {
			separator = " "
		}
		_ = d.text.PrintfLine("%s", line[:3]+separator+line[4:])
	}
}

func (d *dialogue) run(conn net.Conn) {
	d.use(conn)
	d.say("220 test")
	for {
		line, err := d.text.ReadLine()
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(line, " ")
		if !d.answer(strings.ToUpper(verb), rest) {
			return
		}
	}
}

// answer says whether the dialogue goes on.
func (d *dialogue) answer(verb, rest string) bool {
	switch verb {
	case "EHLO":
		d.say(d.greeting()...)
	case "STARTTLS":
		d.say("220 go ahead")
		d.use(tls.Server(d.conn, d.config))
	case "AUTH":
		d.auth(rest)
	case "MAIL":
		d.now = delivery{from: rest}
		_, d.now.encrypted = d.conn.(*tls.Conn)
		if d.password != "" && !d.signed {
			d.say("530 sign in first")
			return true
		}
		d.say("250 ok")
	case "RCPT":
		d.now.to = rest
		d.say(orElse(d.rcpt, "250 ok"))
	case "DATA":
		return d.take()
	case "QUIT":
		d.say("221 bye")
		return false
	default:
		d.say("250 ok")
	}
	return true
}

func (d *dialogue) greeting() []string {
	lines := []string{"250 test"}
	_, encrypted := d.conn.(*tls.Conn)
	if d.startTLS && !encrypted {
		lines = append(lines, "250 STARTTLS")
	}
	if d.password != "" && (encrypted || !d.anonymous) {
		lines = append(lines, "250 AUTH PLAIN LOGIN")
	}
	return append(lines, "250 8BITMIME")
}

// auth takes the password; one it does not take it echoes, as a talkative server might.
func (d *dialogue) auth(rest string) {
	_, proof, _ := strings.Cut(rest, " ")
	raw, _ := base64.StdEncoding.DecodeString(proof)
	parts := strings.Split(string(raw), "\x00")
	if d.signed = parts[len(parts)-1] == d.password; d.signed {
		d.say("235 welcome")
		return
	}
	d.say("535 no such user or password: " + proof + " " + parts[len(parts)-1])
}

func (d *dialogue) take() bool {
	d.say("354 go on")
	body, err := io.ReadAll(d.text.DotReader())
	if err != nil {
		return false
	}
	d.now.text = string(body)
	if d.data == "" {
		d.received <- d.now
	}
	d.say(orElse(d.data, "250 taken"))
	return !d.hangUp
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// header reads the header of a raw message as it is spelled, unfolded and undecoded.
func header(t *testing.T, text string) textproto.MIMEHeader {
	t.Helper()
	h, err := textproto.NewReader(bufio.NewReader(strings.NewReader(text))).ReadMIMEHeader()
	if err != nil {
		t.Fatalf("the header does not parse: %v\n%s", err, text)
	}
	return h
}
