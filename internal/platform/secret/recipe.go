package secret

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"
	"golang.org/x/crypto/scrypt"
)

// The costs that a stored hash may ask for. One beyond them is refused unread: whoever could write a hash into an
// import must not be able to stop the shop with it.
const (
	minMemory = 8         // KiB, the least that argon2 works with
	maxMemory = 256 << 10 // KiB
	maxEffort = 2 << 20   // KiB passed over: some 1.5 s of a core
	maxLanes  = 16
	maxLogN   = 20 // scrypt
	maxBlocks = 64 // scrypt's r
)

// recipe is a stored hash, read: all that is needed to try a password.
type recipe interface {
	// matches derives anew and compares in constant time.
	matches(password string) bool
	// effort is the work of one try, in KiB that argon2id would pass over in about the same time (0.7 µs each).
	effort() uint64
	// footprint is the memory of one try, in KiB.
	footprint() uint64
}

// parseHash reads a stored hash. It says false for an unknown form and for one whose cost is out of bounds.
func parseHash(hash string) (recipe, bool) {
	var r recipe
	var ok bool
	switch {
	case strings.HasPrefix(hash, argonPrefix):
		r, ok = parseArgon2id(hash)
	case strings.HasPrefix(hash, "$2"):
		r, ok = parseBcrypt(hash)
	case len(hash) == scryptText:
		r, ok = parseScrypt(hash)
	}
	if !ok || r.footprint() > maxMemory || r.effort() > maxEffort {
		return nil, false
	}
	return r, true
}

// argonPrefix opens the PHC string of the only version in use, 1.3 (0x13).
const argonPrefix = "$argon2id$v=19$"

// phcBase64 is the PHC strings' alphabet, one spelling per value.
var phcBase64 = base64.RawStdEncoding.Strict()

// argon2id is a hash of our own kind.
type argon2id struct {
	memory, time uint32 // KiB, passes
	lanes        uint8
	salt, key    []byte
}

// parseArgon2id reads "$argon2id$v=19$m=…,t=…,p=…$salt$key".
func parseArgon2id(hash string) (*argon2id, bool) {
	parts := strings.Split(strings.TrimPrefix(hash, argonPrefix), "$")
	if len(parts) != 3 || strings.ContainsAny(hash, "\r\n") { // line breaks would be skipped by the decoder
		return nil, false
	}
	costs := strings.Split(parts[0], ",")
	if len(costs) != 3 {
		return nil, false
	}
	memory, ok1 := cost(costs[0], "m=", minMemory, maxMemory)
	passes, ok2 := cost(costs[1], "t=", 1, maxEffort)
	lanes, ok3 := cost(costs[2], "p=", 1, maxLanes)
	salt, err1 := phcBase64.DecodeString(parts[1])
	key, err2 := phcBase64.DecodeString(parts[2])
	if !ok1 || !ok2 || !ok3 || err1 != nil || err2 != nil || memory < 8*lanes {
		return nil, false
	}
	if len(salt) < 8 || len(salt) > 64 || len(key) < 16 || len(key) > 64 {
		return nil, false
	}
	return &argon2id{memory: memory, time: passes, lanes: uint8(lanes), salt: salt, key: key}, true
}

// cost reads one parameter such as "m=19456" and checks its bounds.
func cost(text, name string, least, most uint32) (uint32, bool) {
	digits, ok := strings.CutPrefix(text, name)
	if !ok || strings.HasPrefix(digits, "+") {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, 10, 32)
	return uint32(n), err == nil && uint32(n) >= least && uint32(n) <= most
}

// String gives the PHC form.
func (a *argon2id) String() string {
	return fmt.Sprintf("%sm=%d,t=%d,p=%d$%s$%s", argonPrefix, a.memory, a.time, a.lanes,
		phcBase64.EncodeToString(a.salt), phcBase64.EncodeToString(a.key))
}

func (a *argon2id) derive(password string) []byte {
	return argon2.IDKey([]byte(password), a.salt, a.time, a.memory, a.lanes, uint32(len(a.key)))
}

func (a *argon2id) matches(password string) bool {
	return subtle.ConstantTimeCompare(a.derive(password), a.key) == 1
}

func (a *argon2id) effort() uint64 { return uint64(a.memory) * uint64(a.time) }

func (a *argon2id) footprint() uint64 { return uint64(a.memory) }

// bcrypted is an imported hash "$2b$10$" + 53 characters. Only the first 72 bytes of a password count in it.
type bcrypted struct {
	hash []byte
	cost int
}

// parseBcrypt reads the forms $2a$, $2b$ and $2y$, which are one algorithm.
func parseBcrypt(hash string) (*bcrypted, bool) {
	if len(hash) != 60 || hash[3] != '$' || hash[6] != '$' || !strings.ContainsRune("aby", rune(hash[2])) {
		return nil, false
	}
	cost, err := bcrypt.Cost([]byte(hash))
	if err != nil {
		return nil, false
	}
	return &bcrypted{hash: []byte(hash), cost: cost}, true
}

func (b *bcrypted) matches(password string) bool {
	return bcrypt.CompareHashAndPassword(b.hash, []byte(password)) == nil
}

func (b *bcrypted) effort() uint64 { return 64 << b.cost }

func (b *bcrypted) footprint() uint64 { return 8 }

// scryptText is the length of a 96-byte scrypt hash in base64.
const scryptText = 128

// scrypted is an imported hash in the format of the scrypt command and of npm's scrypt-kdf, which Medusa 1 stores
// in base64: "scrypt", version 0, log2 N, r and p (big-endian), a salt of 32 bytes, 16 bytes of the SHA-256 of all
// that, and the HMAC-SHA256 of all that under the second half of the derived 64 bytes.
type scrypted struct {
	header [64]byte
	mac    [32]byte
}

func parseScrypt(hash string) (*scrypted, bool) {
	raw, err := base64.StdEncoding.Strict().DecodeString(hash)
	if err != nil || len(raw) != 96 || string(raw[:7]) != "scrypt\x00" {
		return nil, false
	}
	s := new(scrypted)
	copy(s.header[:], raw)
	copy(s.mac[:], raw[64:])
	if sum := sha256.Sum256(raw[:48]); string(sum[:16]) != string(raw[48:64]) {
		return nil, false
	}
	logN, r, p := s.costs()
	if logN < 1 || logN > maxLogN || r < 1 || r > maxBlocks || p < 1 || p > maxLanes {
		return nil, false
	}
	return s, true
}

// costs gives log2 N, r and p.
func (s *scrypted) costs() (logN, r, p int) {
	return int(s.header[7]), int(binary.BigEndian.Uint32(s.header[8:])), int(binary.BigEndian.Uint32(s.header[12:]))
}

func (s *scrypted) matches(password string) bool {
	logN, r, p := s.costs()
	key, err := scrypt.Key([]byte(password), s.header[16:48], 1<<logN, r, p, 64)
	if err != nil { // only for costs that parseScrypt refused
		return false
	}
	return hmac.Equal(sign(key[32:], s.header[:]), s.mac[:])
}

// effort counts two passes: scrypt fills its memory and then reads it in random order.
func (s *scrypted) effort() uint64 {
	_, _, p := s.costs()
	return 2 * s.footprint() * uint64(p)
}

func (s *scrypted) footprint() uint64 {
	logN, r, _ := s.costs()
	return (128*uint64(r)<<logN)/1024 + 1
}
