package httpx_test

import (
	"net/http"
	"strings"
	"testing"

	"kaidian/internal/api/httpx"
)

func TestETag(t *testing.T) {
	t.Parallel()
	url := serve(t, httpx.ETag(says(http.StatusOK, `{"a":1}`)))
	first := send(t, "GET", url, "")
	tag := first.header.Get("ETag")
	if first.status != http.StatusOK || first.body != `{"a":1}` || !strings.HasPrefix(tag, `W/"`) {
		t.Fatalf("%d %q, tag %s", first.status, first.body, tag)
	}
	if other := send(t, "GET", serve(t, httpx.ETag(says(http.StatusOK, `{"a":2}`))), "").header.Get("ETag"); other == tag {
		t.Error("another body has the same tag")
	}
	strong := strings.TrimPrefix(tag, "W/")
	for given, want := range map[string]int{
		tag: http.StatusNotModified, strong: http.StatusNotModified, "*": http.StatusNotModified,
		`"x", ` + tag: http.StatusNotModified, `W/"x",` + tag + `,"y"`: http.StatusNotModified,
		`"x"`: http.StatusOK, `W/"x"`: http.StatusOK, "": http.StatusOK, strings.Trim(strong, `"`): http.StatusOK,
	} {
		got := send(t, "GET", url, "", "If-None-Match: "+given)
		if got.status != want || got.header.Get("ETag") != tag {
			t.Errorf("If-None-Match %s: %d, tag %s", given, got.status, got.header.Get("ETag"))
		}
		if want == http.StatusNotModified && (got.body != "" || got.header.Get("Content-Type") != "") {
			t.Errorf("If-None-Match %s: body %q, type %s", given, got.body, got.header.Get("Content-Type"))
		}
	}
	if got := send(t, "GET", url, "", `If-None-Match: "x"`, "If-None-Match: "+tag); got.status != http.StatusNotModified {
		t.Errorf("on two lines: %d", got.status)
	}
}

func TestETagOfHead(t *testing.T) {
	t.Parallel()
	url := serve(t, httpx.ETag(says(http.StatusOK, `{"a":1}`)))
	tag := send(t, "GET", url, "").header.Get("ETag")
	head := send(t, "HEAD", url, "")
	if head.status != http.StatusOK || head.body != "" || head.header.Get("ETag") != tag || head.header.Get("Content-Length") != "7" {
		t.Errorf("HEAD: %d %q %v", head.status, head.body, head.header)
	}
	if got := send(t, "HEAD", url, "", "If-None-Match: "+tag); got.status != http.StatusNotModified {
		t.Errorf("HEAD of what is known: %d", got.status)
	}
}

func TestETagIsOnlyOnWhatIsRead(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusCreated, http.StatusNoContent, http.StatusNotFound, http.StatusInternalServerError} {
		got := send(t, "GET", serve(t, httpx.ETag(says(status, ""))), "", "If-None-Match: *")
		if got.status != status || got.header.Get("ETag") != "" {
			t.Errorf("%d becomes %d with tag %s", status, got.status, got.header.Get("ETag"))
		}
	}
	post := send(t, "POST", serve(t, httpx.ETag(says(http.StatusOK, "{}"))), "", "If-None-Match: *")
	if post.status != http.StatusOK || post.header.Get("ETag") != "" {
		t.Errorf("POST: %d, tag %s", post.status, post.header.Get("ETag"))
	}
	empty := send(t, "GET", serve(t, httpx.ETag(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))), "")
	if empty.status != http.StatusOK || empty.header.Get("ETag") == "" {
		t.Errorf("an answer of nothing: %d %v", empty.status, empty.header)
	}
	own := send(t, "GET", serve(t, httpx.ETag(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", `"v1"`)
	}))), "", `If-None-Match: W/"v1"`)
	if own.status != http.StatusNotModified || own.header.Get("ETag") != `"v1"` {
		t.Errorf("a handler's own tag: %d %v", own.status, own.header)
	}
}
