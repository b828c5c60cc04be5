package httpx_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"

	"kaidian/internal/api/httpx"
)

// long is an answer that is worth compressing.
var long = `{"text":"` + strings.Repeat("kaidian ", 400) + `"}`

func compressed(t *testing.T, h http.Handler) string {
	t.Helper()
	wrapped, err := httpx.Compress(h)
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, wrapped)
}

func unzip(t *testing.T, body string) string {
	t.Helper()
	z, err := gzip.NewReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestCompress(t *testing.T) {
	t.Parallel()
	url := compressed(t, says(http.StatusOK, long))
	zipped := send(t, "GET", url, "", "Accept-Encoding: gzip")
	if zipped.header.Get("Content-Encoding") != "gzip" || unzip(t, zipped.body) != long || zipped.header.Get("Vary") != "Accept-Encoding" {
		t.Errorf("compressed: %v", zipped.header)
	}
	for name, headers := range map[string][]string{
		"not accepted":             nil,
		"refused":                  {"Accept-Encoding: gzip;q=0"},
		"x-no-compression":         {"Accept-Encoding: gzip", "X-No-Compression: 1"},
		"x-no-compression, empty":  {"Accept-Encoding: gzip", "X-No-Compression: "},
		"x-no-compression, falsey": {"Accept-Encoding: gzip", "x-no-compression: false"},
	} {
		if got := send(t, "GET", url, "", headers...); got.header.Get("Content-Encoding") != "" || got.body != long {
			t.Errorf("%s: %v", name, got.header)
		}
	}
	for size, want := range map[int]string{1023: "", 1024: "gzip"} {
		got := send(t, "GET", compressed(t, says(http.StatusOK, strings.Repeat("x", size))), "", "Accept-Encoding: gzip")
		if got.header.Get("Content-Encoding") != want {
			t.Errorf("%d bytes: %q", size, got.header.Get("Content-Encoding"))
		}
	}
	if got := send(t, "GET", compressed(t, says(http.StatusUnprocessableEntity, long)), "", "Accept-Encoding: gzip"); got.status != http.StatusUnprocessableEntity || unzip(t, got.body) != long {
		t.Errorf("an error: %d", got.status)
	}
}

func TestCompressLeavesWhatIsCompressed(t *testing.T) {
	t.Parallel()
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	io.WriteString(w, strings.Repeat(long, 300)) //nolint:errcheck // a buffer takes everything
	w.Close()
	url := compressed(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(z.Bytes()) //nolint:errcheck // the client sees it
	}))
	got := send(t, "GET", url, "", "Accept-Encoding: gzip")
	if z.Len() < 1024 || got.body != z.String() || len(got.header.Values("Content-Encoding")) != 1 {
		t.Errorf("%d bytes became %d, encoded as %v", z.Len(), len(got.body), got.header.Values("Content-Encoding"))
	}
}

// The tag is of the bytes before they are compressed, and weak, so both forms share it and either is known by it.
func TestETagOfCompressedAnswers(t *testing.T) {
	t.Parallel()
	url := compressed(t, httpx.ETag(says(http.StatusOK, long)))
	plain, zipped := send(t, "GET", url, ""), send(t, "GET", url, "", "Accept-Encoding: gzip")
	tag := zipped.header.Get("ETag")
	if zipped.header.Get("Content-Encoding") != "gzip" || tag == "" || tag != plain.header.Get("ETag") {
		t.Errorf("tags %s and %s", tag, plain.header.Get("ETag"))
	}
	known := send(t, "GET", url, "", "Accept-Encoding: gzip", "If-None-Match: "+tag)
	if known.status != http.StatusNotModified || known.body != "" || known.header.Get("Content-Encoding") != "" || known.header.Get("Vary") != "Accept-Encoding" {
		t.Errorf("%d %q %v", known.status, known.body, known.header)
	}
	if head := send(t, "HEAD", url, "", "Accept-Encoding: gzip"); head.status != http.StatusOK || head.body != "" || head.header.Get("ETag") != tag {
		t.Errorf("HEAD: %d %v", head.status, head.header)
	}
}
