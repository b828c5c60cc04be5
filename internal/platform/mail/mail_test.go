package mail

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kaidian/internal/platform/fault"
)

// noon is when tests send.
var noon = time.Date(2026, 12, 3, 8, 15, 22, 123e6, time.UTC)

// letter is a message with everything, in Chinese, with lines that SMTP and encodings must not change.
var letter = Message{
	To: "王小明 <wang@example.com>", ReplyTo: "客服 <help@example.com>",
	Subject: "重置您的密码 — " + strings.Repeat("友好速搭开店", 20),
	Text:    "您好，王小明：\n.\n.. a dotted line\nFrom here = there \n" + strings.Repeat("很长", 600) + "\n",
	HTML:    "<p>您好，<b>王小明</b></p>\n<a href=\"https://example.com/?token=1&x=2\">重置</a>\n",
}

const shop = "友好商店 <shop@example.com>"

// sameAs checks a received message against the one that was sent.
func sameAs(t *testing.T, raw string, m Message) {
	t.Helper()
	for name, values := range header(t, raw) {
		for _, value := range values {
			if strings.ContainsFunc(value, func(r rune) bool { return r > 126 }) {
				t.Errorf("%s is not ASCII: %q", name, value)
			}
		}
	}
	got := parse(t, raw)
	if date, err := got.header.Date(); err != nil || !date.Equal(noon.Truncate(time.Second)) {
		t.Errorf("dated %v, %v", date, err)
	}
	if id := got.header.Get("Message-Id"); !strings.HasSuffix(id, "@example.com>") {
		t.Errorf("message id %q", id)
	}
	got.header = nil
	want := read{from: shop, to: m.To, replyTo: m.ReplyTo, subject: m.Subject, text: m.Text, html: m.HTML}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(read{})); diff != "" {
		t.Errorf("received otherwise than sent:\n%s", diff)
	}
}

func letters() map[string]Message {
	textOnly, htmlOnly := letter, letter
	textOnly.HTML, htmlOnly.Text = "", ""
	return map[string]Message{"both": letter, "text": textOnly, "html": htmlOnly,
		"plain": {To: "wang@example.com", Subject: "Hello", Text: "Hello\n"}}
}

// shown is the message as a mail program shows it: a bare address in angle brackets.
func shown(m Message) Message {
	if !strings.Contains(m.To, "<") {
		m.To = "<" + m.To + ">"
	}
	return m
}

func TestBadMessages(t *testing.T) {
	t.Parallel()
	dir, s := t.TempDir(), serve(t, behaviour{})
	folder, err := New(Config{Folder: dir})
	if err != nil {
		t.Fatal(err)
	}
	change := func(f func(*Message)) Message { m := letter; f(&m); return m }
	for name, c := range map[string]struct {
		m     Message
		field string
	}{
		"no recipient":            {change(func(m *Message) { m.To = "" }), "to"},
		"not an address":          {change(func(m *Message) { m.To = "wang" }), "to"},
		"two recipients":          {change(func(m *Message) { m.To = "a@example.com, b@example.com" }), "to"},
		"line break in to":        {change(func(m *Message) { m.To = "a@example.com\r\nBcc: b@example.com" }), "to"},
		"fold in to":              {change(func(m *Message) { m.To = "A\r\n <a@example.com>" }), "to"},
		"encoded break in name":   {change(func(m *Message) { m.To = "=?utf-8?q?A=0D=0ABcc:_b@example.com?= <a@example.com>" }), "to"},
		"command in to":           {change(func(m *Message) { m.To = "\"a@example.com> ORCPT=x\"@example.com" }), "to"},
		"line break in reply-to":  {change(func(m *Message) { m.ReplyTo = "a@example.com\nX: y" }), "reply_to"},
		"no subject":              {change(func(m *Message) { m.Subject = "" }), "subject"},
		"line break in subject":   {change(func(m *Message) { m.Subject = "Hi\r\nBcc: b@example.com" }), "subject"},
		"bare feed in subject":    {change(func(m *Message) { m.Subject = "Hi\nBcc: b@example.com" }), "subject"},
		"bare return in subject":  {change(func(m *Message) { m.Subject = "Hi\rBcc: b@example.com" }), "subject"},
		"zero in subject":         {change(func(m *Message) { m.Subject = "Hi\x00" }), "subject"},
		"next line (C1) in title": {change(func(m *Message) { m.Subject = "Hi\u0085Bcc: x" }), "subject"},
		"no body":                 {change(func(m *Message) { m.Text, m.HTML = "", "" }), "text"},
	} {
		for _, sender := range []Sender{folder, sender(t, s, "smtp", "", "")} {
			err := sender.Send(t.Context(), c.m)
			f := fault.As(err)
			if !errors.Is(err, ErrBadMessage) || f.Code != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Name != c.field {
				t.Errorf("%s by %v: %v", name, sender, err)
			}
		}
	}
	if names := list(t, dir); len(names) != 0 {
		t.Errorf("files %q", names)
	}
	if f := fault.As(folder.Send(t.Context(), Message{})); f == nil || len(f.Fields) != 3 {
		t.Errorf("an empty message has the problems %v", f)
	}
}
