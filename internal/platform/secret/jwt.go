package secret

import (
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	// usualHeader is {"alg":"HS256","typ":"JWT"}: what we write, and what the common libraries write.
	usualHeader = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
	// maxToken bounds the work that a stranger's header can cause, in bytes.
	maxToken = 8 << 10
	// signatureSize is the length of 32 bytes in base64 without padding.
	signatureSize = 43
)

// SignJWT makes an HS256 token of the claims, adding `iat` (now) and `exp` (now + ttl) in whole seconds. The claims
// are not changed. It fails for an empty key, which anyone could sign with, and for claims that JSON cannot hold.
func SignJWT(key []byte, claims map[string]any, now time.Time, ttl time.Duration) (string, error) {
	if len(key) == 0 {
		return "", errors.New("secret: signing a token needs a key")
	}
	all := make(jwt.MapClaims, len(claims)+2)
	maps.Copy(all, claims)
	all["iat"], all["exp"] = now.Unix(), now.Add(ttl).Unix()
	return jwt.NewWithClaims(jwt.SigningMethodHS256, all).SignedString(key)
}

// ParseJWT gives the claims of an HS256 token that was signed with key and is valid now; numbers are float64. A
// token must have `exp`, and `nbf` is kept. Everything else, and every token under an empty key, is ErrBadToken.
//
// A token has one accepted spelling, so that HashToken of it can stand in a list of revoked ones.
func ParseJWT(key []byte, token string, now time.Time) (map[string]any, error) {
	if len(key) == 0 || len(token) > maxToken {
		return nil, ErrBadToken
	}
	dot := strings.LastIndexByte(token, '.')
	if dot < 0 || len(token)-dot-1 != signatureSize || strings.ContainsAny(token, "\r\n") {
		return nil, ErrBadToken
	}
	read := readAny
	if strings.HasPrefix(token, usualHeader+".") {
		read = readUsual
	}
	claims, err := read(key, token, dot)
	if err == nil {
		err = inForce(claims, now)
	}
	if err != nil {
		return nil, ErrBadToken.Wrap(err)
	}
	return claims, nil
}

// readUsual is the way for nearly all tokens: the header needs no parsing, and nothing is parsed before the
// signature is found good.
func readUsual(key []byte, token string, dot int) (jwt.MapClaims, error) {
	signature, err := urlBase64.DecodeString(token[dot+1:])
	if err != nil {
		return nil, err
	}
	if err := jwt.SigningMethodHS256.Verify(token[:dot], signature, key); err != nil {
		return nil, err
	}
	if dot < len(usualHeader)+1 {
		return nil, jwt.ErrTokenMalformed
	}
	payload, err := urlBase64.DecodeString(token[len(usualHeader)+1 : dot])
	if err != nil {
		return nil, err
	}
	var claims jwt.MapClaims
	if err := json.Unmarshal(payload, &claims); err != nil {
		return nil, err
	}
	return claims, nil
}

// readAny takes tokens whose header is spelled otherwise, such as those that another server signed with our key.
func readAny(key []byte, token string, _ int) (jwt.MapClaims, error) {
	parser := jwt.NewParser(jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
		jwt.WithStrictDecoding(), jwt.WithoutClaimsValidation())
	claims := jwt.MapClaims{}
	parsed, err := parser.ParseWithClaims(token, claims, func(*jwt.Token) (any, error) { return key, nil })
	if err != nil {
		return nil, err
	}
	if _, found := parsed.Header["crit"]; found {
		return nil, errors.New("the header demands extensions that we do not have")
	}
	return claims, nil
}

// inForce checks the times of a token. Both ends are exact: one clock writes and reads them.
func inForce(claims jwt.MapClaims, now time.Time) error {
	expires, err := claims.GetExpirationTime()
	if err != nil {
		return err
	}
	if expires == nil || !now.Before(expires.Time) {
		return jwt.ErrTokenExpired
	}
	starts, err := claims.GetNotBefore()
	if err != nil {
		return err
	}
	if starts != nil && now.Before(starts.Time) {
		return jwt.ErrTokenNotValidYet
	}
	return nil
}
