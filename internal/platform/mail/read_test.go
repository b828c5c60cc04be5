package mail

import (
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
)

// read is a message as a mail program shows it.
type read struct {
	from, to, replyTo, subject string
	text, html                 string
	header                     mail.Header
}

// parse reads a raw message with nothing of the library that wrote it.
func parse(t *testing.T, raw string) read {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		t.Fatalf("not a message: %v\n%s", err, raw)
	}
	for _, line := range strings.Split(raw, "\n") {
		if len(line) > 998 {
			t.Errorf("a line of %d bytes", len(line))
		}
	}
	got := read{header: m.Header, from: address(t, m.Header, "From"), to: address(t, m.Header, "To"),
		replyTo: address(t, m.Header, "Reply-To")}
	if got.subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(kind, "multipart/") {
		got.part(t, kind, params, m.Header.Get("Content-Transfer-Encoding"), m.Body)
		return got
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return got
		}
		if err != nil {
			t.Fatal(err)
		}
		kind, params, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
		if err != nil {
			t.Fatal(err)
		}
		got.part(t, kind, params, part.Header.Get("Content-Transfer-Encoding"), part)
	}
}

// part puts one body where it belongs.
func (r *read) part(t *testing.T, kind string, params map[string]string, encoding string, body io.Reader) {
	t.Helper()
	if encoding != "quoted-printable" || !strings.EqualFold(params["charset"], "utf-8") {
		t.Fatalf("encoded as %q in %q", encoding, params["charset"])
	}
	raw, err := io.ReadAll(quotedprintable.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(raw), "\r\n", "\n")
	switch kind {
	case "text/plain":
		r.text = text
	case "text/html":
		r.html = text
	default:
		t.Fatalf("a part of type %q", kind)
	}
}

// address gives "name <address>" of a header, decoded, or nothing.
func address(t *testing.T, h mail.Header, name string) string {
	t.Helper()
	if h.Get(name) == "" {
		return ""
	}
	list, err := h.AddressList(name)
	if err != nil || len(list) != 1 {
		t.Fatalf("%s: %q, %v", name, h[name], err)
	}
	return strings.TrimSpace(list[0].Name + " <" + list[0].Address + ">")
}
