package httpx

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
)

// ETag gives successful GET answers a weak entity tag made of their bytes, unless they have one, and answers 304 to a
// client that has them.
func ETag(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			next.ServeHTTP(w, r)
			return
		}
		b := newBuffer(w.Header())
		defer b.free()
		next.ServeHTTP(b, r)
		if b.status != http.StatusOK && b.status != 0 {
			b.send(w)
			return
		}
		tag := w.Header().Get("ETag")
		if tag == "" {
			tag = tagOf(b.body.Bytes())
			w.Header().Set("ETag", tag)
		}
		if matches(r.Header.Values("If-None-Match"), tag) {
			w.Header().Del("Content-Type")
			w.Header().Del("Content-Length")
			w.WriteHeader(http.StatusNotModified)
			return
		}
		b.send(w)
	})
}

// Has tells whether the client of a request says that it has the answer with this entity tag.
func Has(r *http.Request, tag string) bool {
	return tag != "" && matches(r.Header["If-None-Match"], tag)
}

func tagOf(body []byte) string {
	sum := sha256.Sum256(body)
	return `W/"` + strconv.FormatInt(int64(len(body)), 16) + "-" + base64.RawURLEncoding.EncodeToString(sum[:15]) + `"`
}

// matches compares entity tags weakly, as If-None-Match asks for.
func matches(given []string, tag string) bool {
	for _, line := range given {
		for one := range strings.SplitSeq(line, ",") {
			one = strings.TrimSpace(one)
			if one == "*" || strings.TrimPrefix(one, "W/") == strings.TrimPrefix(tag, "W/") {
				return true
			}
		}
	}
	return false
}
