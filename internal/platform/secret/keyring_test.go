package secret_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"kaidian/internal/platform/secret"
)

// ring is a keyring over a master of one repeated byte.
func ring(t testing.TB, b byte) *secret.Keyring {
	t.Helper()
	k, err := secret.NewKeyring(bytes.Repeat([]byte{b}, secret.MasterSize))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestKeyringWantsAWholeMaster(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 16, 31, 33} {
		if _, err := secret.NewKeyring(make([]byte, n)); err == nil {
			t.Errorf("%d bytes are taken", n)
		}
	}
}

func TestKeysDifferByPurposeAndMaster(t *testing.T) {
	t.Parallel()
	a := ring(t, 1).Key("session-cookie")
	if len(a) != secret.MasterSize || !bytes.Equal(a, ring(t, 1).Key("session-cookie")) {
		t.Errorf("not a stable key: %x", a)
	}
	if bytes.Equal(a, ring(t, 1).Key("jwt")) || bytes.Equal(a, ring(t, 2).Key("session-cookie")) {
		t.Error("another purpose or master gives the same key")
	}
}

func TestMasterMayBeWiped(t *testing.T) {
	t.Parallel()
	master := bytes.Repeat([]byte{1}, secret.MasterSize)
	k, err := secret.NewKeyring(master)
	if err != nil {
		t.Fatal(err)
	}
	clear(master)
	if !bytes.Equal(k.Key("jwt"), ring(t, 1).Key("jwt")) {
		t.Error("the keyring shares the caller's memory")
	}
}

func TestKeyringDoesNotPrintItself(t *testing.T) {
	t.Parallel()
	k := ring(t, 0x41)
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(format, k); got != "secret.Keyring" {
			t.Errorf("%s prints %q", format, got)
		}
	}
}

func TestSealAndOpen(t *testing.T) {
	t.Parallel()
	k := ring(t, 1)
	for _, plain := range []string{"", "x", "友好速搭", strings.Repeat("long ", 1000)} {
		sealed := k.Seal("webhook-token", []byte(plain))
		got, err := k.Open("webhook-token", sealed)
		if err != nil || string(got) != plain {
			t.Errorf("%q comes back as %q, %v", plain, got, err)
		}
		if strings.ContainsAny(sealed, "+/=") || sealed == k.Seal("webhook-token", []byte(plain)) {
			t.Errorf("sealed as %q", sealed)
		}
	}
}

// A database written by one version is read by the next: this value must open for ever.
func TestOpenWhatWasSealedBefore(t *testing.T) {
	t.Parallel()
	const sealed = "ASuy5n3p_NGhOF81pvcGyvLc9_h1EAw2G5rMZiOmfRChZ9WwgQ6u1Zo"
	got, err := ring(t, 1).Open("webhook-token", sealed)
	if err != nil || string(got) != "友好速搭" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	k := ring(t, 1)
	good := k.Seal("webhook-token", []byte("友好速搭"))
	raw, err := base64.RawURLEncoding.DecodeString(good)
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw { // any byte, also the version
		bad := bytes.Clone(raw)
		bad[i] ^= 1
		mustNotOpen(t, k, "webhook-token", base64.RawURLEncoding.EncodeToString(bad))
	}
	for i := range len(good) {
		mustNotOpen(t, k, "webhook-token", good[:i])
	}
	mustNotOpen(t, k, "webhook-token", good+"\n")
	mustNotOpen(t, k, "webhook-token", good+"=")
	mustNotOpen(t, k, "webhook-tokens", good)
	mustNotOpen(t, ring(t, 2), "webhook-token", good)
}

func mustNotOpen(t *testing.T, k *secret.Keyring, purpose, sealed string) {
	t.Helper()
	if got, err := k.Open(purpose, sealed); !errors.Is(err, secret.ErrBadSeal) {
		t.Errorf("%q for %s opens to %q, %v", sealed, purpose, got, err)
	}
}

func FuzzOpen(f *testing.F) {
	k := ring(f, 1)
	f.Add("webhook-token", k.Seal("webhook-token", []byte("x")))
	f.Add("webhook-token", "AQ")
	f.Fuzz(func(t *testing.T, purpose, text string) {
		if got, err := k.Open(purpose, text); err != nil && !errors.Is(err, secret.ErrBadSeal) {
			t.Errorf("%q opens to %q, %v", text, got, err)
		}
		if got, err := k.Open(purpose, k.Seal(purpose, []byte(text))); err != nil || string(got) != text {
			t.Errorf("%q does not come back: %q, %v", text, got, err)
		}
	})
}

func BenchmarkSealOpen(b *testing.B) {
	k := ring(b, 1)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := k.Open("p", k.Seal("p", []byte("906155047ff74a14a1ca6b1fa74d3390"))); err != nil {
			b.Fatal(err)
		}
	}
}
