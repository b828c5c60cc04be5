package secret_test

import (
	"regexp"
	"testing"

	"kaidian/internal/platform/secret"
)

func TestToken(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[0-9a-f]{32}$`)
	seen := map[string]bool{}
	for range 1000 {
		token := secret.Token()
		if !form.MatchString(token) || seen[token] {
			t.Fatalf("token %q", token)
		}
		seen[token] = true
	}
	if a, b := secret.Random(8), secret.Random(8); len(a) != 8 || string(a) == string(b) {
		t.Errorf("random bytes %x and %x", a, b)
	}
}

func TestHashToken(t *testing.T) {
	t.Parallel()
	const want = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" // FIPS 180-2, "abc"
	if got := secret.HashToken("abc"); got != want {
		t.Errorf("got %s", got)
	}
}

func TestEqual(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want bool
	}{{"", "", true}, {"a", "a", true}, {"a", "b", false}, {"a", "ab", false}, {"", "a", false}} {
		if got := secret.Equal(c.a, c.b); got != c.want {
			t.Errorf("Equal(%q, %q) = %v", c.a, c.b, got)
		}
	}
}

// The vectors of the Open API's reference.
func TestHMAC(t *testing.T) {
	t.Parallel()
	const callback = "account_id=1&code=a84a110d86d2452eb3e2af4cfb8a3828&shop_key=a94a110d86d2452eb3e2af4cfb8a3828" +
		"&time_stamp=2013-08-27T13:58:35Z"
	for _, c := range []struct {
		name, got, want string
	}{
		{"callback", secret.HMACHex("hush", []byte(callback)),
			"a2a3e2dcd8a82fd9070707d4d921ac4cdc842935bf57bc38c488300ef3960726"},
		{"webhook", secret.HMACBase64("906155047ff74a14a1ca6b1fa74d3390", []byte("data")),
			"3iAqy/BJfK2U3VU77vAPsGXmSnJqNVqurqHJeho326Q="},
		{"webhook in Chinese", secret.HMACBase64("fbc7f83524f14e358a325a5066acd741", []byte("12345qwert友好速搭很棒")),
			"FXX5JR4sC7Z6kktz/vhxLcy3ydEdIHWpAHnqOxnXhJU="},
	} {
		if c.got != c.want {
			t.Errorf("%s: %s, want %s", c.name, c.got, c.want)
		}
	}
}
