package secret_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"

	"kaidian/internal/platform/secret"
)

// cheap makes a service whose hashes cost next to nothing.
func cheap() *secret.Passwords {
	return secret.NewPasswords(secret.PasswordOptions{Memory: 64, Time: 2})
}

func TestHashIsVerifiedAndSalted(t *testing.T) {
	t.Parallel()
	p := cheap()
	for _, password := range []string{"supersecret", "开店密码", "", strings.Repeat("x", 200), "with\x00zero"} {
		hash, err := p.Hash(t.Context(), password)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(hash, "$argon2id$v=19$m=64,t=2,p=1$") {
			t.Errorf("hash %q is not of the expected form", hash)
		}
		again, err := p.Hash(t.Context(), password)
		if err != nil || again == hash {
			t.Errorf("two hashes of one password: %q and %q, %v", hash, again, err)
		}
		mustVerify(t, p, hash, password, true, false)
		mustVerify(t, p, hash, password+" ", false, false)
	}
}

func TestDefaultsAreOWASPs(t *testing.T) {
	t.Parallel()
	hash, err := secret.NewPasswords(secret.PasswordOptions{}).Hash(t.Context(), "supersecret")
	if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("got %q, %v", hash, err)
	}
}

func TestOptionsBeyondBoundsStillVerify(t *testing.T) {
	t.Parallel()
	p := secret.NewPasswords(secret.PasswordOptions{Memory: 1, Time: 1})
	hash, err := p.Hash(t.Context(), "supersecret")
	if err != nil || !strings.Contains(hash, "m=8,t=1") {
		t.Fatalf("got %q, %v", hash, err)
	}
	mustVerify(t, p, hash, "supersecret", true, false)
}

// Made by npm's hash-wasm 4.12, bcryptjs 2.4 and scrypt-kdf 2.0; the second argon2id and bcrypt rows are vectors of
// the reference implementations.
func TestVerifyKnownHashes(t *testing.T) {
	t.Parallel()
	const bcryptTail = "AoArnleli8ZcEh1ff/qryeD9DPQUxCuOhXxFvpqQip93u6PzvSD3O"
	for _, c := range []struct {
		name, hash, password string
		stale                bool
	}{
		{"argon2id of today's cost", "$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$TtqB7xGDqmp7yhZZRdtp9TnlGeIHBiRrts5qJOxtBHo", "supersecret", false},
		{"argon2id, short salt", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4", "password", true},
		{"argon2id, four lanes, short key", "$argon2id$v=19$m=128,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$/jfYUGRAumFYn01TPxAkxDP/ZgGgHg3N", "开店密码", true},
		{"scrypt as Medusa makes it", "c2NyeXB0AAEAAAABAAAAARtGUxPqbb/Eq4AkhMIVB2kUL6hPN/X3NsD5lq1M23hCzEVS5cEvkYh7y85EgwwAecvZq64+0UlDe4EC07L1q5VRqA06szejs2rjJuIw4qAz", "supersecret", true},
		{"scrypt, Chinese", "c2NyeXB0AAEAAAABAAAAAZ7oNIyxj+qGjUMxhSKs6aMmcHd6nv1u2sSlTXvX/pykDwPfzZVxZErMFi6PkiPS5qKnkALa14jh9iW9EXbL1aEYcyn9vIM4l0p/iKAngLgl", "开店密码", true},
		{"scrypt, N=1024 r=8", "c2NyeXB0AAoAAAAIAAAAAbdxUeZWqXelCz0LsWrC1xMp2c+qp/9i4uZAP8alc+Z0DVVBrvpPG0eG5i15YqvpyXLKQOL5Q//tQON/WMHDfo1tZzEqMJw54qzkRfM8/EzM", "correct horse", true},
		{"scrypt, p=3", "c2NyeXB0AAQAAAACAAAAA+LSSJjU+ksIPN1DbAS0ysUe2U+A/d1iTWTOJx3COQg3DXqzPCRv29wn4oD7ENQ3/AIsmc0b3HUPr/fyryXVZIvwG5x+/kzcshJuMNMaBf4W", "two lanes", true},
		{"bcrypt", "$2a$04$K5OY.Qx/f6psITEqyIDwLOCe.O6Pu1Q9U1hFjDsV9ow.i66kopCaq", "supersecret", true},
		{"bcrypt of jBCrypt", "$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe", "a", true},
		{"bcrypt, 2a, Chinese", "$2a$04$" + bcryptTail, "开店密码", true},
		{"bcrypt, 2b", "$2b$04$" + bcryptTail, "开店密码", true},
		{"bcrypt, PHP's 2y", "$2y$04$" + bcryptTail, "开店密码", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			mustVerify(t, cheap(), c.hash, c.password, true, c.stale)
			mustVerify(t, cheap(), c.hash, c.password+"x", false, false)
			mustVerify(t, cheap(), c.hash, "", false, false)
		})
	}
}

func TestWeakerParametersAreStale(t *testing.T) {
	t.Parallel()
	today := secret.NewPasswords(secret.PasswordOptions{Memory: 128, Time: 2})
	for _, c := range []struct {
		memory, time uint32
		stale        bool
	}{
		{128, 2, false}, {128, 1, true}, {64, 8, true}, {256, 1, false}, {128, 3, false},
	} {
		then := secret.NewPasswords(secret.PasswordOptions{Memory: c.memory, Time: c.time})
		hash, err := then.Hash(t.Context(), "supersecret")
		if err != nil {
			t.Fatal(err)
		}
		mustVerify(t, today, hash, "supersecret", true, c.stale)
	}
}

func TestContextThatHasEnded(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p := cheap()
	if _, err := p.Hash(ctx, "supersecret"); !errors.Is(err, context.Canceled) {
		t.Errorf("Hash: %v", err)
	}
	if _, _, err := p.Verify(ctx, "", "supersecret"); !errors.Is(err, context.Canceled) {
		t.Errorf("Verify: %v", err)
	}
	if err := p.DummyVerify(ctx, "supersecret"); !errors.Is(err, context.Canceled) {
		t.Errorf("DummyVerify: %v", err)
	}
}

func mustVerify(t *testing.T, p *secret.Passwords, hash, password string, ok, stale bool) {
	t.Helper()
	gotOK, gotStale, err := p.Verify(t.Context(), hash, password)
	if err != nil || gotOK != ok || gotStale != stale {
		t.Errorf("Verify(%q, %q) = %v, %v, %v; want %v, %v", hash, password, gotOK, gotStale, err, ok, stale)
	}
}

func BenchmarkHash(b *testing.B) {
	p := secret.NewPasswords(secret.PasswordOptions{Slots: runtime.GOMAXPROCS(0)})
	for b.Loop() {
		if _, err := p.Hash(b.Context(), "supersecret"); err != nil {
			b.Fatal(err)
		}
	}
}
