package secret_test

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/secret"
)

// Made by npm's jsonwebtoken 9, which Medusa uses, with the key "something".
const (
	medusaToken = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJjdXN0b21lcl9pZCI6ImN1c18wMUcyU0czMEo4Qzg1UzRBNUNITTJTMU5TMiIsImRvbWFpbiI6InN0b3JlIiwiaWF0IjoxNjU2NTAwMDAwLCJleHAiOjE2NTkwOTIwMDB9.lGGbmkvGvMEqonVJK2wyikoXKxMdSnTmb5BtnZmCnKo"
	kidToken    = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6IjEifQ.eyJpYXQiOjE2NTY1MDAwMDAsImV4cCI6MTY1OTA5MjAwMH0.-GjPU9_CQvcVCecyB4BtNkcH2pB_ltlQ6uxVBUnywfM"
	hs512Token  = "eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.eyJpYXQiOjE2NTY1MDAwMDAsImV4cCI6MTY1OTA5MjAwMH0.yXDmEtq-7iNQ0_00JFFlAJP8kOTQGxpu8YIXI63uRgDvyd-7zqFf3VYpRFg6tpw-uRP9G5IWgRaGXn_GT8IyBg"
	eternal     = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpYXQiOjE2NTY1MDAwMDB9.KWNfggaHb8l2rwwnzMMOW2igyqsWH58wzXKypZ-iVfs"
)

// jwtKey signed those tokens.
var jwtKey = []byte("something")

// issued is when those tokens were; they last 30 days.
var issued = time.Unix(1656500000, 0)

func TestSignAndParseJWT(t *testing.T) {
	t.Parallel()
	given := map[string]any{"customer_id": "cus_01G2SG30J8C85S4A5CHM2S1NS2", "domain": "store"}
	before := maps.Clone(given)
	token, err := secret.SignJWT(jwtKey, given, issued, 30*24*time.Hour)
	if err != nil || !cmp.Equal(given, before) {
		t.Fatalf("%v, claims now %v", err, given)
	}
	want := map[string]any{
		"customer_id": "cus_01G2SG30J8C85S4A5CHM2S1NS2", "domain": "store",
		"iat": float64(issued.Unix()), "exp": float64(issued.Unix() + 2592000),
	}
	for name, token := range map[string]string{"ours": token, "Medusa's": medusaToken} {
		got, err := secret.ParseJWT(jwtKey, token, issued)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if got, err := secret.ParseJWT(jwtKey, kidToken, issued); err != nil || got["exp"] != want["exp"] {
		t.Errorf("a token with a kid: %v, %v", got, err)
	}
}

func TestJWTIsBoundByTime(t *testing.T) {
	t.Parallel()
	token := mustSign(t, map[string]any{"nbf": issued.Unix() + 60}, issued, time.Hour)
	for _, c := range []struct {
		after time.Duration
		ok    bool
	}{
		{59 * time.Second, false}, {time.Minute, true}, {time.Hour - time.Millisecond, true}, {time.Hour, false},
	} {
		if _, err := secret.ParseJWT(jwtKey, token, issued.Add(c.after)); (err == nil) != c.ok {
			t.Errorf("after %v: %v", c.after, err)
		}
	}
}

func TestBadTokens(t *testing.T) {
	t.Parallel()
	custom := func(header map[string]any, claims jwt.Claims, method jwt.SigningMethod, key any) string {
		token := jwt.NewWithClaims(method, claims)
		maps.Copy(token.Header, header)
		text, err := token.SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	living := jwt.MapClaims{"exp": issued.Unix() + 60}
	header, rest, _ := strings.Cut(medusaToken, ".")
	payload, mac, _ := strings.Cut(rest, ".")
	for name, token := range map[string]string{
		"empty":               "",
		"dots":                "..",
		"header alone":        header,
		"header and mac":      header + "." + mac,
		"no mac":              header + "." + payload + ".",
		"four parts":          header + "." + payload + "." + payload + "." + mac,
		"other payload":       header + "." + strings.Replace(payload, "eyJj", "eyJd", 1) + "." + mac,
		"other mac":           header + "." + payload + "." + strings.Replace(mac, "lGG", "lGH", 1),
		"stray bits":          strings.TrimSuffix(medusaToken, "o") + "p",
		"padding":             medusaToken + "=",
		"line break":          medusaToken[:len(medusaToken)-1] + "\n",
		"line break more":     medusaToken + "\n",
		"kid, stray bits":     strings.TrimSuffix(kidToken, "M") + "N",
		"kid, line break":     kidToken + "\r",
		"HS512":               hs512Token,
		"none":                custom(nil, living, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType),
		"none, 43 long":       custom(nil, living, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType) + mac,
		"critical extension":  custom(map[string]any{"crit": []string{"b64"}}, living, jwt.SigningMethodHS256, jwtKey),
		"no expiry":           eternal,
		"expiry zero":         custom(nil, jwt.MapClaims{"exp": 0}, jwt.SigningMethodHS256, jwtKey),
		"expiry a word":       custom(nil, jwt.MapClaims{"exp": "never"}, jwt.SigningMethodHS256, jwtKey),
		"not before a word":   custom(nil, jwt.MapClaims{"exp": issued.Unix() + 60, "nbf": "x"}, jwt.SigningMethodHS256, jwtKey),
		"another key":         custom(nil, living, jwt.SigningMethodHS256, []byte("somethinh")),
		"another key, kid":    custom(map[string]any{"kid": "1"}, living, jwt.SigningMethodHS256, []byte("somethinh")),
		"too long":            mustSign(t, map[string]any{"x": strings.Repeat("x", 9000)}, issued, time.Hour),
		"signed, not claims":  forge(header, "bm9wZQ"),
		"signed, not base64":  forge(header, "!"),
		"signed, null claims": forge(header, "bnVsbA"),
	} {
		_, err := secret.ParseJWT(jwtKey, token, issued)
		if f := fault.As(err); !errors.Is(err, secret.ErrBadToken) || f.Code != fault.Unauthenticated {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEmptyKeySignsNothing(t *testing.T) {
	t.Parallel()
	if _, err := secret.SignJWT(nil, nil, issued, time.Hour); err == nil {
		t.Error("signed")
	}
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"exp": issued.Unix() + 60}).SignedString([]byte{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := secret.ParseJWT(nil, token, issued); !errors.Is(err, secret.ErrBadToken) {
		t.Errorf("parsed: %v", err)
	}
}

// forge signs any payload.
func forge(header, payload string) string {
	mac, _ := jwt.SigningMethodHS256.Sign(header+"."+payload, jwtKey)
	return header + "." + payload + "." + new(jwt.Token).EncodeSegment(mac)
}

func mustSign(t testing.TB, claims map[string]any, now time.Time, ttl time.Duration) string {
	t.Helper()
	token, err := secret.SignJWT(jwtKey, claims, now, ttl)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// Whatever we accept, the library accepts, and its mac is the one spelling of the right one.
func FuzzParseJWT(f *testing.F) {
	for _, seed := range []string{medusaToken, kidToken, hs512Token, eternal, "..", ""} {
		f.Add(seed)
	}
	library := jwt.NewParser(jwt.WithValidMethods([]string{"HS256"}), jwt.WithExpirationRequired(),
		jwt.WithTimeFunc(func() time.Time { return issued }))
	header, _, _ := strings.Cut(medusaToken, ".")
	f.Fuzz(func(t *testing.T, text string) {
		for _, token := range []string{text, forge(header, text), header + "." + text} {
			if _, err := secret.ParseJWT(jwtKey, token, issued); err != nil {
				continue
			}
			if _, err := library.Parse(token, func(*jwt.Token) (any, error) { return jwtKey, nil }); err != nil {
				t.Errorf("%q is taken, but the library says %v", token, err)
			}
			parts := strings.Split(token, ".")
			if len(parts) != 3 || forge(parts[0], parts[1]) != token {
				t.Errorf("%q is taken, but has another spelling", token)
			}
		}
	})
}

func BenchmarkParseJWT(b *testing.B) {
	b.Run("usual header", func(b *testing.B) { parseLoop(b, medusaToken) })
	b.Run("other header", func(b *testing.B) { parseLoop(b, kidToken) })
	b.Run("library alone", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, err := jwt.Parse(medusaToken, func(*jwt.Token) (any, error) { return jwtKey, nil },
				jwt.WithValidMethods([]string{"HS256"}), jwt.WithTimeFunc(func() time.Time { return issued }))
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

func parseLoop(b *testing.B, token string) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := secret.ParseJWT(jwtKey, token, issued); err != nil {
			b.Fatal(err)
		}
	}
}
