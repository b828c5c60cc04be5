package mail

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strings"
	"testing"

	"kaidian/internal/platform/clock"
)

func TestSMTPDelivers(t *testing.T) {
	t.Parallel()
	for name, m := range letters() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, behaviour{})
			if err := sender(t, s, "smtp", "", "").Send(t.Context(), m); err != nil {
				t.Fatal(err)
			}
			got := <-s.received
			if !strings.HasPrefix(got.from, "FROM:<shop@example.com>") || got.to != "TO:<wang@example.com>" {
				t.Errorf("envelope %q, %q", got.from, got.to)
			}
			sameAs(t, got.text, shown(m))
		})
	}
}

func TestEncryptionAndSignIn(t *testing.T) {
	t.Parallel()
	const right = "pass:w@rd 密码"
	for _, c := range []struct {
		name              string
		server            behaviour
		scheme, password  string
		tls               string
		encrypted, arrive bool
	}{
		{"STARTTLS", behaviour{startTLS: true}, "smtp", "", "starttls", true, true},
		{"STARTTLS with password", behaviour{startTLS: true, password: right, anonymous: true}, "smtp", right, "", true, true},
		{"STARTTLS not offered", behaviour{}, "smtp", "", "starttls", false, false},
		{"opportunistic, offered", behaviour{startTLS: true}, "smtp", "", "", true, true},
		{"opportunistic, not offered", behaviour{}, "smtp", "", "opportunistic", false, true},
		{"password never in the clear unasked", behaviour{password: right}, "smtp", right, "opportunistic", false, false},
		{"implicit", behaviour{implicit: true}, "smtps", "", "", true, true},
		{"implicit with password", behaviour{implicit: true, password: right}, "smtp", right, "implicit", true, true},
		{"none", behaviour{startTLS: true}, "smtp", "", "none", false, true},
		{"none with password", behaviour{password: right}, "smtp", right, "none", false, true},
		{"wrong password", behaviour{startTLS: true, password: right}, "smtp", "let me in", "", false, false},
		{"password wanted", behaviour{startTLS: true, password: right}, "smtp", "", "", false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, c.server)
			err := sender(t, s, c.scheme, c.password, c.tls).Send(t.Context(), letter)
			if !c.arrive {
				if !errors.Is(err, ErrUnavailable) || c.password != "" && strings.Contains(err.Error(), c.password) {
					t.Errorf("got %v", err)
				}
				<-s.closed // also after a failed sign-in
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := <-s.received; got.encrypted != c.encrypted {
				t.Errorf("encrypted: %v", got.encrypted)
			}
		})
	}
}

func TestServerWithAnUnknownCertificate(t *testing.T) {
	t.Parallel()
	for _, policy := range []string{"starttls", "opportunistic", "implicit"} {
		s := serve(t, behaviour{startTLS: true, implicit: policy == "implicit"})
		s.roots = nil
		if err := sender(t, s, "smtp", "", policy).Send(t.Context(), letter); !errors.Is(err, ErrUnavailable) {
			t.Errorf("%s: %v", policy, err)
		}
	}
}

func TestWhatTheServerSays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		server behaviour
		want   error
	}{
		{"no such mailbox", behaviour{rcpt: "550 no such mailbox"}, ErrRefused},
		{"mailbox full", behaviour{rcpt: "452 mailbox full"}, ErrUnavailable},
		{"spam", behaviour{data: "554 looks like spam"}, ErrRefused},
		{"later", behaviour{data: "451 try later"}, ErrUnavailable},
		{"taken, then silence", behaviour{hangUp: true}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, c.server)
			if err := sender(t, s, "smtp", "", "").Send(t.Context(), letter); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			<-s.closed
		})
	}
}

func TestNobodyListens(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close()
	s, err := New(Config{SMTPURL: "smtp://" + address, From: shop})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Send(t.Context(), letter); !errors.Is(err, ErrUnavailable) {
		t.Errorf("got %v", err)
	}
}

// A server that accepts and then says nothing must not hold a caller who has given up.
func TestCallerGivesUp(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		conn, err := listener.Accept()
		if err == nil {
			cancel()
			_, err = conn.Read(make([]byte, 1)) // until the other side hangs up
			_ = conn.Close()
		}
		ended <- err
	}()
	s, err := New(Config{SMTPURL: "smtp://" + listener.Addr().String() + "?timeout=1h", From: shop})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Send(ctx, letter); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := <-ended; err == nil {
		t.Error("the connection is still open")
	}
	folder, err := New(Config{Folder: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if err := folder.Send(ctx, letter); !errors.Is(err, context.Canceled) {
		t.Errorf("folder: %v", err)
	}
}

// sender makes what New makes of such a URL to the server, and trusts its certificate.
func sender(t *testing.T, s *server, scheme, password, policy string) Sender {
	t.Helper()
	u := url.URL{Scheme: scheme, Host: s.address}
	if password != "" {
		u.User = url.UserPassword("shop", password)
	}
	if policy != "" {
		u.RawQuery = "tls=" + policy
	}
	out, err := New(Config{SMTPURL: u.String(), From: shop, Clock: clock.NewFake(noon)})
	if err != nil {
		t.Fatal(err)
	}
	out.(*SMTP).settings.tls.RootCAs = s.roots
	return out
}
