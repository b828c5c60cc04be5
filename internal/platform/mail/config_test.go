package mail

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestURLs(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"smtp://mail.example.com":                          "smtp mail.example.com:587 tls=opportunistic",
		"smtp://mail.example.com:25/":                      "smtp mail.example.com:25 tls=opportunistic",
		"smtp://u:p%40ss@mail.example.com":                 "smtp mail.example.com:587 tls=starttls",
		"smtp://u:p@mail.example.com:465":                  "smtp mail.example.com:465 tls=implicit",
		"smtps://u:p@mail.example.com":                     "smtp mail.example.com:465 tls=implicit",
		"smtps://u:p@[::1]:2465?timeout=5s":                "smtp [::1]:2465 tls=implicit",
		"smtp://u:p@mail.example.com?tls=none":             "smtp mail.example.com:587 tls=none",
		"smtp://u:p@mail.example.com:465?tls=starttls":     "smtp mail.example.com:465 tls=starttls",
		"smtp://mail.example.com?tls=implicit&timeout=90s": "smtp mail.example.com:587 tls=implicit",
	} {
		if s, err := New(Config{SMTPURL: text, From: shop}); err != nil || fmt.Sprint(s) != want {
			t.Errorf("%s: %v, %v; want %s", text, s, err, want)
		}
	}
}

func TestBadConfigs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]Config{
		"nothing":             {},
		"no sender":           {SMTPURL: "smtp://mail.example.com"},
		"bad sender":          {SMTPURL: "smtp://mail.example.com", From: "shop"},
		"two-line sender":     {SMTPURL: "smtp://mail.example.com", From: "a@example.com\r\nBcc: b@example.com"},
		"bad sender, folder":  {Folder: t.TempDir(), From: "shop"},
		"folder is a file":    {Folder: "mail_test.go"},
		"other scheme":        {SMTPURL: "http://u:hunter2@mail.example.com", From: shop},
		"no scheme":           {SMTPURL: "u:hunter2@mail.example.com", From: shop},
		"no host":             {SMTPURL: "smtp://u:hunter2@", From: shop},
		"no user":             {SMTPURL: "smtp://:hunter2@mail.example.com", From: shop},
		"bad port":            {SMTPURL: "smtp://u:hunter2@mail.example.com:x", From: shop},
		"port zero":           {SMTPURL: "smtp://u:hunter2@mail.example.com:0", From: shop},
		"port beyond":         {SMTPURL: "smtp://u:hunter2@mail.example.com:65536", From: shop},
		"bare percent":        {SMTPURL: "smtp://u:hunter2%@mail.example.com", From: shop},
		"slash in password":   {SMTPURL: "smtp://u:587/hunter2@mail.example.com", From: shop},
		"hash in password":    {SMTPURL: "smtp://u:587#hunter2@mail.example.com", From: shop},
		"unknown tls":         {SMTPURL: "smtp://u:hunter2@mail.example.com?tls=yes", From: shop},
		"unknown setting":     {SMTPURL: "smtp://u:hunter2@mail.example.com?ssl=1", From: shop},
		"timeout not in time": {SMTPURL: "smtp://u:hunter2@mail.example.com?timeout=5", From: shop},
		"timeout below zero":  {SMTPURL: "smtp://u:hunter2@mail.example.com?timeout=-5s", From: shop},
	} {
		if s, err := New(c); err == nil || s != nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v, %v", name, s, err)
		}
	}
}

func TestPasswordIsNotPrinted(t *testing.T) {
	t.Parallel()
	c := Config{SMTPURL: "smtps://u:hunter2@mail.example.com", From: shop}
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, v := range []any{c, &c, s} {
		_, _ = fmt.Fprintf(&out, "%v %+v %#v %s\n", v, v, v, v)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "v", v)
		slog.New(slog.NewTextHandler(&out, nil)).Info("x", "v", v)
	}
	if strings.Contains(out.String(), "hunter2") {
		t.Error(out.String())
	}
}
