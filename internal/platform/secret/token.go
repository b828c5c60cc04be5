package secret

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
)

// tokenBytes is the entropy of a Token: 128 bits, the size that the Open API's keys and tokens have.
const tokenBytes = 16

// Random gives n bytes that nobody can guess.
func Random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // documented never to fail: it ends the program instead
	return b
}

// Token makes a bearer secret: 32 lower-case hexadecimal characters.
func Token() string { return hex.EncodeToString(Random(tokenBytes)) }

// HashToken gives what a database keeps of a token: its SHA-256 as 64 hexadecimal characters. No salt or stretching
// is needed, as a token is random already; passwords belong to Passwords.
func HashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// Equal compares two secrets in a time that tells nothing but whether their lengths differ.
func Equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// HMACBase64 gives the HMAC-SHA256 of msg in standard base64 with padding: the signature of a webhook's body.
func HMACBase64(key string, msg []byte) string {
	return base64.StdEncoding.EncodeToString(sign([]byte(key), msg))
}

// HMACHex gives the HMAC-SHA256 of msg in lower-case hexadecimal: the signature of an authorization callback.
func HMACHex(key string, msg []byte) string { return hex.EncodeToString(sign([]byte(key), msg)) }

// sign gives the 32 bytes of HMAC-SHA256.
func sign(key, msg []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(msg)
	return h.Sum(nil)
}
