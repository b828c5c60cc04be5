package app_test

import (
	"bytes"
	"image"
	"image/png"
	"io"
	"net/http"
	"strings"
	"testing"

	"kaidian/internal/commerce/content"
	"kaidian/internal/config"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/shoptest"
)

// ask makes a request for a file.
func ask(t *testing.T, method, url string, header map[string]string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range header {
		req.Header.Set(name, v)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

func TestFilesAreServed(t *testing.T) {
	t.Parallel()
	s := shoptest.Start(t, dbtest.OpenSQLite(t))
	var pixels bytes.Buffer
	if err := png.Encode(&pixels, image.NewGray(image.Rect(0, 0, 600, 30))); err != nil {
		t.Fatal(err)
	}
	pic, err := s.Content.KeepPicture(t.Context(), pixels.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	page, err := s.Content.CreateFile(t.Context(), content.NewFile{Name: "a.html", ContentType: "text/html", Data: []byte("<script>alert(1)</script>")})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		url, contentType, disposition string
		size                          int64
	}{
		{pic.URL, "image/png", "", int64(pixels.Len())},
		{pic.Thumbnail, "image/jpeg", "", -1},
		{page.URL, "application/octet-stream", "attachment", 25},
	} {
		res, body := ask(t, http.MethodGet, s.URL+c.url, nil)
		if res.StatusCode != 200 || res.ContentLength != int64(len(body)) || c.size >= 0 && res.ContentLength != c.size {
			t.Errorf("%s: %d, %d bytes of %d", c.url, res.StatusCode, len(body), res.ContentLength)
		}
		for name, want := range map[string]string{
			"Content-Type": c.contentType, "Content-Disposition": c.disposition, "Cache-Control": "public, max-age=31536000, immutable",
			"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox", "Accept-Ranges": "bytes", "Set-Cookie": "",
			"Access-Control-Allow-Origin": "*",
		} {
			if got := res.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", c.url, name, got, want)
			}
		}
		tag := res.Header.Get("ETag")
		if res, body := ask(t, http.MethodGet, s.URL+c.url, map[string]string{"If-None-Match": tag}); tag == "" || res.StatusCode != 304 || body != "" {
			t.Errorf("%s: %d for who has %s", c.url, res.StatusCode, tag)
		}
		if res, part := ask(t, http.MethodGet, s.URL+c.url, map[string]string{"Range": "bytes=2-5"}); res.StatusCode != 206 || part != body[2:6] {
			t.Errorf("%s: %d %q", c.url, res.StatusCode, part)
		}
		if head, none := ask(t, http.MethodHead, s.URL+c.url, nil); head.StatusCode != 200 || none != "" || head.ContentLength != res.ContentLength {
			t.Errorf("%s: HEAD is %d %d", c.url, head.StatusCode, head.ContentLength)
		}
	}
	name := strings.TrimSuffix(strings.TrimPrefix(pic.URL, "/files/"), ".png")
	for _, path := range []string{"", name, name + ".jpg", name + "-480.png", name + "-200.jpg", strings.Repeat("0", 64) + ".png", "..%2Fshop.db", "..%2f..%2f" + name + ".png", name + ".png/", name + ".png%00"} {
		res, _ := ask(t, http.MethodGet, s.URL+"/files/"+path, nil)
		if res.StatusCode != 404 || strings.Contains(res.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%q: %d, kept %q", path, res.StatusCode, res.Header.Get("Cache-Control"))
		}
	}
	if res, _ := ask(t, http.MethodPost, s.URL+pic.URL, nil); res.StatusCode != 405 {
		t.Errorf("POST: %d", res.StatusCode)
	}
}

// TestFilesOfABucketThatIsAway: the shop goes on, and says what does not.
func TestFilesOfABucketThatIsAway(t *testing.T) {
	t.Parallel()
	s := shoptest.Start(t, dbtest.OpenSQLite(t), func(c *config.Serve) { c.BlobS3 = "s3://key:hidden@127.0.0.1:1/bucket?insecure=true" })
	res, body := ask(t, http.MethodGet, s.URL+"/files/"+strings.Repeat("0", 64)+".png", nil)
	if res.StatusCode != 503 || strings.Contains(body, "hidden") {
		t.Errorf("%d %s", res.StatusCode, body)
	}
}
