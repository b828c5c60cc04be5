package secret

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"testing"
)

const (
	goodArgon  = "$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$TtqB7xGDqmp7yhZZRdtp9TnlGeIHBiRrts5qJOxtBHo"
	goodScrypt = "c2NyeXB0AAEAAAABAAAAARtGUxPqbb/Eq4AkhMIVB2kUL6hPN/X3NsD5lq1M23hCzEVS5cEvkYh7y85EgwwAecvZq64+0UlDe4EC07L1q5VRqA06szejs2rjJuIw4qAz"
	goodBcrypt = "$2a$04$K5OY.Qx/f6psITEqyIDwLOCe.O6Pu1Q9U1hFjDsV9ow.i66kopCaq"
)

func TestParseHashTakesTheGood(t *testing.T) {
	t.Parallel()
	for _, hash := range []string{goodArgon, goodScrypt, goodBcrypt, withCosts("m=262144,t=8,p=1"), withScrypt(15, 8, 1)} {
		if _, ok := parseHash(hash); !ok {
			t.Errorf("%q is refused", hash)
		}
	}
}

func TestParseHashRefuses(t *testing.T) {
	t.Parallel()
	for name, hash := range map[string]string{
		"nothing":            "",
		"plain text":         "supersecret",
		"md5":                "5f4dcc3b5aa765d61d8327deb882cf99",
		"argon2i":            strings.Replace(goodArgon, "argon2id", "argon2i", 1),
		"older version":      strings.Replace(goodArgon, "v=19", "v=16", 1),
		"too much memory":    withCosts("m=262145,t=1,p=1"),
		"vast memory":        withCosts("m=4294967295,t=1,p=1"),
		"overflowing memory": withCosts("m=4294967360,t=2,p=1"),
		"too many passes":    withCosts("m=262144,t=9,p=1"),
		"vast passes":        withCosts("m=64,t=4294967295,p=1"),
		"no passes":          withCosts("m=64,t=0,p=1"),
		"no lanes":           withCosts("m=64,t=2,p=0"),
		"too many lanes":     withCosts("m=65536,t=2,p=17"),
		"lanes over memory":  withCosts("m=64,t=2,p=9"),
		"too little memory":  withCosts("m=7,t=2,p=1"),
		"other order":        withCosts("t=2,m=64,p=1"),
		"signed number":      withCosts("m=+64,t=2,p=1"),
		"extra parameter":    withCosts("m=64,t=2,p=1,keyid=x"),
		"missing key":        strings.TrimSuffix(goodArgon, "$TtqB7xGDqmp7yhZZRdtp9TnlGeIHBiRrts5qJOxtBHo"),
		"short key":          "$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$Ttpz",
		"short salt":         "$argon2id$v=19$m=64,t=2,p=1$c29t$TtqB7xGDqmp7yhZZRdtp9TnlGeIHBiRrts5qJOxtBHo",
		"padded base64":      goodArgon + "=",
		"line break":         goodArgon + "\n",
		"stray bits":         strings.TrimSuffix(goodArgon, "o") + "p",
		"bcrypt cost 16":     strings.Replace(goodBcrypt, "$04$", "$16$", 1),
		"bcrypt cost 31":     strings.Replace(goodBcrypt, "$04$", "$31$", 1),
		"bcrypt cost 99":     strings.Replace(goodBcrypt, "$04$", "$99$", 1),
		"bcrypt 2x":          strings.Replace(goodBcrypt, "$2a$", "$2x$", 1),
		"bcrypt cut":         goodBcrypt[:59],
		"scrypt N=2^31":      withScrypt(31, 1, 1),
		"scrypt 512 MiB":     withScrypt(19, 8, 1),
		"scrypt r=0":         withScrypt(10, 0, 1),
		"scrypt vast r":      withScrypt(10, 1<<31, 1),
		"scrypt vast p":      withScrypt(10, 8, 1<<31),
		"scrypt N=1":         withScrypt(0, 8, 1),
		"scrypt checksum":    strings.Replace(goodScrypt, "AAEAAAAB", "AAIAAAAB", 1),
		"scrypt line break":  goodScrypt[:127] + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if r, ok := parseHash(hash); ok {
				t.Errorf("%q is taken: %d KiB, effort %d", hash, r.footprint(), r.effort())
			}
			ok, stale, err := NewPasswords(PasswordOptions{Memory: 8, Time: 1}).Verify(t.Context(), hash, "supersecret")
			if ok || stale || err != nil {
				t.Errorf("Verify = %v, %v, %v", ok, stale, err)
			}
		})
	}
}

// A refusal must not come sooner for an account with a cheap or unreadable hash than for no account at all.
func TestRefusalDoesTheWorkOfADummy(t *testing.T) {
	t.Parallel()
	p := NewPasswords(PasswordOptions{Memory: 64, Time: 2})
	for name, c := range map[string]struct {
		hash string
		want int
	}{
		"unknown form":   {"", 1},
		"cheap scrypt":   {goodScrypt, 1},
		"today's argon2": {goodArgon, 0},
		"costly bcrypt":  {goodBcrypt, 0},
	} {
		dummy := &counted{recipe: p.dummy}
		q := &Passwords{memory: p.memory, time: p.time, dummy: dummy, queue: newQueue(1, 0), sweeper: newSweeper()}
		if ok, _, err := q.Verify(t.Context(), c.hash, "wrong"); ok || err != nil {
			t.Fatalf("%s: %v, %v", name, ok, err)
		}
		if dummy.tries != c.want {
			t.Errorf("%s: %d dummy tries, want %d", name, dummy.tries, c.want)
		}
	}
}

// counted counts the tries of a recipe.
type counted struct {
	recipe
	tries int
}

func (c *counted) matches(password string) bool {
	c.tries++
	return c.recipe.matches(password)
}

// withCosts is the good argon2id hash with other parameters.
func withCosts(costs string) string { return strings.Replace(goodArgon, "m=64,t=2,p=1", costs, 1) }

// withScrypt is a scrypt hash with such costs and a right checksum.
func withScrypt(logN byte, r, p uint32) string {
	raw := make([]byte, 96)
	copy(raw, "scrypt\x00")
	raw[7] = logN
	binary.BigEndian.PutUint32(raw[8:], r)
	binary.BigEndian.PutUint32(raw[12:], p)
	sum := sha256.Sum256(raw[:48])
	copy(raw[48:], sum[:16])
	return base64.StdEncoding.EncodeToString(raw)
}

func FuzzParseHash(f *testing.F) {
	for _, seed := range []string{goodArgon, goodScrypt, goodBcrypt, withCosts("m=8,t=1,p=1"), withScrypt(1, 1, 1), ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, hash string) {
		r, ok := parseHash(hash)
		if !ok {
			return
		}
		if r.footprint() > maxMemory || r.effort() > maxEffort {
			t.Fatalf("%q costs %d KiB, effort %d", hash, r.footprint(), r.effort())
		}
		if a, isArgon := r.(*argon2id); isArgon {
			if again, ok := parseHash(a.String()); !ok || again.(*argon2id).String() != a.String() {
				t.Errorf("%q does not survive being written as %q", hash, a)
			}
		}
		if r.effort() < 1<<10 {
			r.matches("supersecret") // must not panic
		}
	})
}
