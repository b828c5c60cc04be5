package secret_test

import (
	"strings"
	"testing"

	"kaidian/internal/platform/secret"
)

// Made by npm's cookie-signature 1.0.6, with the prefix that express-session adds.
var cookies = []struct{ key, value, raw string }{
	{"tobiiscool", "hello", "s:hello.DGDUkGlIkCzPz+C0B064FNgHdEjox7ch8tOBGslZ5QI"},
	{"密钥", "q-1Fz.店", "s:q-1Fz.店.VF6d6adf5JCLidCRmCsYI5JUQ8Jj5NALHD5P0bWBYdI"},
}

func TestCookies(t *testing.T) {
	t.Parallel()
	for _, c := range cookies {
		if got := secret.SignCookie([]byte(c.key), c.value); got != c.raw {
			t.Errorf("signed %q: %q, want %q", c.value, got, c.raw)
		}
		if got, ok := secret.UnsignCookie([]byte(c.key), c.raw); !ok || got != c.value {
			t.Errorf("unsigned %q: %q, %v", c.raw, got, ok)
		}
	}
}

func TestForgedCookies(t *testing.T) {
	t.Parallel()
	key, good := []byte("tobiiscool"), cookies[0].raw
	for name, raw := range map[string]string{
		"empty":          "",
		"no prefix":      strings.TrimPrefix(good, "s:"),
		"prefix alone":   "s:",
		"no signature":   "s:hello",
		"empty mac":      "s:hello.",
		"other value":    strings.Replace(good, "hello", "hellp", 1),
		"other mac":      strings.Replace(good, "DGDU", "DGDV", 1),
		"stray bits":     strings.TrimSuffix(good, "I") + "J",
		"padded":         good + "=",
		"line break":     good + "\n",
		"more after":     good + ".x",
		"value moved":    strings.Replace(good, "hello.", "hel.lo", 1),
		"prefix doubled": "s:" + good,
	} {
		if got, ok := secret.UnsignCookie(key, raw); ok || got != "" {
			t.Errorf("%s: %q is taken for %q", name, raw, got)
		}
	}
	if _, ok := secret.UnsignCookie([]byte("another"), good); ok {
		t.Error("another key opens it")
	}
	if _, ok := secret.UnsignCookie(nil, secret.SignCookie(nil, "hello")); ok {
		t.Error("an empty key opens what anyone can sign")
	}
}

func FuzzUnsignCookie(f *testing.F) {
	for _, c := range cookies {
		f.Add([]byte(c.key), c.raw)
	}
	f.Add([]byte("k"), "s:.")
	f.Fuzz(func(t *testing.T, key []byte, raw string) {
		if value, ok := secret.UnsignCookie(key, raw); ok && secret.SignCookie(key, value) != raw {
			t.Errorf("%q is taken, but %q signs otherwise", raw, value)
		}
		if len(key) == 0 {
			return
		}
		if value, ok := secret.UnsignCookie(key, secret.SignCookie(key, raw)); !ok || value != raw {
			t.Errorf("%q does not come back: %q, %v", raw, value, ok)
		}
	})
}
