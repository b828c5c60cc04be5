package portal_test

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

func TestPicturesOfGuides(t *testing.T) {
	t.Parallel()
	server := setup(t, nil)
	for _, lang := range []string{"en", "zh"} {
		_, page := get(t, server, "/docs/"+lang+"/guides/checkout")
		img := regexp.MustCompile(`<img src="([^"]+)" alt="[^"]{20,}"`).FindStringSubmatch(page)
		if img == nil || !strings.HasPrefix(img[1], "/docs/"+lang+"/") {
			t.Fatalf("%s shows %q", lang, img)
		}
		response, drawn := get(t, server, img[1])
		h := response.Header
		if response.StatusCode != http.StatusOK || h.Get("Content-Type") != "image/svg+xml" || h.Get("X-Content-Type-Options") != "nosniff" ||
			!strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: %d %v", img[1], response.StatusCode, h)
		}
		parts := xml.NewDecoder(strings.NewReader(drawn))
		for {
			if _, err := parts.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", img[1], err)
			}
		}
		if again, _ := get(t, server, img[1], "If-None-Match", h.Get("ETag")); again.StatusCode != http.StatusNotModified {
			t.Errorf("%s again: %d", img[1], again.StatusCode)
		}
	}
	for _, path := range []string{"/docs/en/guides/none.svg", "/docs/en/guides/..%2fzh%2fcheckout.svg", "/docs/fr/guides/checkout.svg"} {
		if response, _ := get(t, server, path); response.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, response.StatusCode)
		}
	}
}

// The picture must say the same in both languages: its shapes are the same, and its words are not.
func TestPicturesAreDrawnAlike(t *testing.T) {
	t.Parallel()
	server := setup(t, nil)
	words := regexp.MustCompile(`>[^<]*<`)
	_, en := get(t, server, "/docs/en/guides/checkout.svg")
	_, zh := get(t, server, "/docs/zh/guides/checkout.svg")
	if words.ReplaceAllString(en, "><") != words.ReplaceAllString(zh, "><") || en == zh {
		t.Error("the pictures differ in more than their words")
	}
}
