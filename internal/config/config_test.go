package config_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"kaidian/internal/config"
)

type cli struct {
	Config kong.ConfigFlag
	Serve  struct {
		config.Shop  `embed:""`
		config.Serve `embed:""`
	} `cmd:""`
}

func parse(t *testing.T, args ...string) cli {
	t.Helper()
	var c cli
	if _, err := config.Parse(&c, append([]string{"serve"}, args...), io.Discard, io.Discard, func(int) {}); err != nil {
		t.Fatal(err)
	}
	return c
}

// Not parallel: it sets the environment.
func TestFlagsBeatEnvironmentBeatsFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "kaidian.yaml")
	if err := os.WriteFile(file, []byte("listen: \"127.0.0.1:1\"\ncall-limit: 7\nmail-from: file@shop.example\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("KAIDIAN_LISTEN", "127.0.0.1:2")
	t.Setenv("KAIDIAN_MAIL_FROM", "env@shop.example")

	c := parse(t, "--config", file, "--listen", "127.0.0.1:3")
	if c.Serve.Listen != "127.0.0.1:3" {
		t.Errorf("listen = %q, want the flag's", c.Serve.Listen)
	}
	if c.Serve.MailFrom != "env@shop.example" {
		t.Errorf("mail-from = %q, want the environment's", c.Serve.MailFrom)
	}
	if c.Serve.CallLimit != 7 {
		t.Errorf("call-limit = %d, want the file's", c.Serve.CallLimit)
	}
	if c.Serve.CallLeak != 10 {
		t.Errorf("call-leak = %v, want the default", c.Serve.CallLeak)
	}
}

func TestUnknownSettingInFileIsRefused(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "kaidian.yaml")
	if err := os.WriteFile(file, []byte("listne: 127.0.0.1:1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var c cli
	_, err := config.Parse(&c, []string{"serve", "--config", file}, io.Discard, io.Discard, func(int) {})
	if err == nil || !strings.Contains(err.Error(), `"listne"`) {
		t.Errorf("error = %v, want one that names the setting", err)
	}
}

func TestBadSettingsAreRefused(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"--trusted-proxies", "nonsense"},
		{"--tls-cert", "cert.pem"},
		{"--public-url", "ftp://x"},
		{"--store-cors", "localhost"},
		{"--call-limit", "0"},
		{"--master-key", "short"},
		{"--database", "mysql://x"},
		{"--log-level", "loud"},
		{"--blob-s3", "s3://key:hidden@host"},
		{"--no-such-flag"},
	} {
		var c cli
		if _, err := config.Parse(&c, append([]string{"serve"}, args...), io.Discard, io.Discard, func(int) {}); err == nil {
			t.Errorf("%v: accepted", args)
		} else if strings.Contains(err.Error(), "hidden") {
			t.Errorf("%v: the error shows the secret: %v", args, err)
		}
	}
}
