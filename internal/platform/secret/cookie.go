package secret

import (
	"encoding/base64"
	"strings"
)

// SignCookie signs a session id the way Express does, so that `connect.sid` looks as its clients expect: "s:", the
// value, a dot, and the HMAC-SHA256 of the value in base64 without padding. The result may hold "+" and "/":
// URL-encoding is the caller's. The key must not be empty, as UnsignCookie accepts nothing signed with an empty key.
func SignCookie(key []byte, value string) string {
	return "s:" + value + "." + base64.RawStdEncoding.EncodeToString(sign(key, []byte(value)))
}

// UnsignCookie gives the value of a signed cookie, already URL-decoded, and whether its signature is ours. The time
// it takes does not depend on how much of a forged signature is right.
func UnsignCookie(key []byte, raw string) (string, bool) {
	signed, ok := strings.CutPrefix(raw, "s:")
	if !ok || len(key) == 0 {
		return "", false
	}
	dot := strings.LastIndexByte(signed, '.')
	if dot < 0 {
		return "", false
	}
	// The text is compared, not the bytes it stands for: base64 has several spellings for the same bytes.
	if value := signed[:dot]; Equal(raw, SignCookie(key, value)) {
		return value, true
	}
	return "", false
}
