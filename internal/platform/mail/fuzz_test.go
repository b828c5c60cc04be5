package mail

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
)

// Whatever an address or a subject holds, a message has exactly the headers that we give it.
func FuzzCompose(f *testing.F) {
	f.Add("王小明 <wang@example.com>", "客服 <help@example.com>", "重置您的密码")
	f.Add("a@example.com\r\nBcc: b@example.com", "", "Hi\r\nBcc: b@example.com")
	f.Add("=?utf-8?q?A=0D=0ABcc:_b@example.com?= <a@example.com>", `"a b"@example.com`, "=?utf-8?q?=0D=0AX:_y?=")
	f.Add("a@例子.中国", "a@[127.0.0.1]", strings.Repeat("长", 500))
	want := []string{"Auto-Submitted", "Content-Transfer-Encoding", "Content-Type", "Date", "From", "Message-Id",
		"Mime-Version", "Reply-To", "Subject", "To"}
	f.Fuzz(func(t *testing.T, to, replyTo, subject string) {
		m, err := compose(shop, Message{To: to, ReplyTo: replyTo, Subject: subject, Text: "x"}, noon)
		if err != nil {
			if !errors.Is(err, ErrBadMessage) {
				t.Errorf("got %v", err)
			}
			return
		}
		var raw bytes.Buffer
		if _, err := m.WriteTo(&raw); err != nil {
			t.Fatal(err)
		}
		h := header(t, raw.String())
		for _, name := range slices.Sorted(maps.Keys(h)) {
			if !slices.Contains(want, name) || len(h[name]) != 1 {
				t.Errorf("header %s: %q", name, h[name])
			}
		}
		recipients, err := m.GetRecipients()
		if err != nil || len(recipients) != 1 || strings.ContainsAny(strings.Trim(recipients[0], "<>"), "\r\n <>") {
			t.Errorf("recipients %q, %v", recipients, err)
		}
		_ = parse(t, raw.String())
	})
}

// No URL, however malformed, makes New panic or say the password.
func FuzzURL(f *testing.F) {
	f.Add("smtp://u:", "@host:587?tls=starttls")
	f.Add("smtps://u:", "@[::1]:465?timeout=1s")
	f.Add("smtp://u:587/", "@host")
	const password = "hunter2-hunter2"
	f.Fuzz(func(t *testing.T, before, after string) {
		if strings.Contains(before+after, password[:7]) {
			t.Skip()
		}
		s, err := New(Config{SMTPURL: before + password + after, From: shop})
		if err == nil == (s == nil) {
			t.Errorf("both or neither: %v, %v", s, err)
		}
		if err != nil && strings.Contains(err.Error(), password) {
			t.Error(err)
		}
	})
}
