package blob_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"kaidian/internal/platform/blob"
)

const (
	accessKey = "AKIA/test+key"
	secretKey = "s3cr3t/with+signs="
)

// bucket is a small S3: one bucket, path style, requests that must be signed.
type bucket struct {
	*httptest.Server
	t       *testing.T
	mu      sync.Mutex
	objects map[string][]byte
	calls   []string // "PUT key"
	broken  bool     // answers 500
}

func newBucket(t *testing.T) *bucket {
	t.Helper()
	b := &bucket{t: t, objects: map[string][]byte{}}
	b.Server = httptest.NewServer(b)
	t.Cleanup(b.Close)
	return b
}

// url is what the settings say of it.
func (b *bucket) url() string {
	return "s3://" + url.UserPassword(accessKey, secretKey).String() + "@" + strings.TrimPrefix(b.URL, "http://") +
		"/goods/shop/1?region=cn-north-1&insecure=true"
}

func (b *bucket) store(t *testing.T) blob.Store {
	t.Helper()
	s3, err := blob.ParseS3(b.url())
	if err != nil {
		t.Fatal(err)
	}
	s, err := blob.NewS3(s3)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (b *bucket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	key, inside := strings.CutPrefix(r.URL.Path, "/goods/")
	b.calls = append(b.calls, r.Method+" "+key)
	body, err := io.ReadAll(r.Body)
	switch {
	case b.broken:
		b.refuse(w, http.StatusInternalServerError, "InternalError")
	case err != nil || !inside || !signed(r, body):
		b.t.Errorf("%s %s is not signed: %s", r.Method, r.URL, r.Header)
		b.refuse(w, http.StatusForbidden, "SignatureDoesNotMatch")
	case r.Method == http.MethodPut:
		b.objects[key] = body
		w.Header().Set("ETag", `"1"`)
	case r.Method == http.MethodDelete:
		delete(b.objects, key)
		w.WriteHeader(http.StatusNoContent)
	default:
		object, ok := b.objects[key]
		if !ok {
			b.refuse(w, http.StatusNotFound, "NoSuchKey")
			return
		}
		w.Header().Set("ETag", `"1"`)
		http.ServeContent(w, r, "", time.Unix(1, 0), bytes.NewReader(object))
	}
}

func (b *bucket) refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, `<?xml version="1.0"?><Error><Code>%s</Code><Message>no</Message></Error>`, code)
}

// signed looks for a version 4 signature over the body's sum, the date and the host.
func signed(r *http.Request, body []byte) bool {
	sum := sha256.Sum256(body)
	auth := r.Header.Get("Authorization")
	_, names, _ := strings.Cut(auth, "SignedHeaders=")
	names, signature, ok := strings.Cut(names, ",")
	signature, found := strings.CutPrefix(strings.TrimSpace(signature), "Signature=")
	return ok && found && len(signature) == 64 && r.Header.Get("X-Amz-Date") != "" &&
		strings.HasPrefix(auth, "AWS4-HMAC-SHA256 Credential="+accessKey+"/") && strings.Contains(auth, "/cn-north-1/s3/aws4_request") &&
		strings.Contains(names, "host") && strings.Contains(names, "x-amz-content-sha256") &&
		(r.Method != http.MethodPut || r.Header.Get("X-Amz-Content-Sha256") == hex.EncodeToString(sum[:]))
}

func TestBucketKeepsUnderItsPrefixAndOnce(t *testing.T) {
	t.Parallel()
	b := newBucket(t)
	s := b.store(t)
	for range 2 {
		if _, err := s.Put(t.Context(), []byte("友好速搭")); err != nil {
			t.Fatal(err)
		}
	}
	name := blob.NameOf([]byte("友好速搭"))
	key := "shop/1/" + name[:2] + "/" + name[2:]
	if string(b.objects[key]) != "友好速搭" || len(b.objects) != 1 {
		t.Errorf("kept %q", b.objects)
	}
	puts := 0
	for _, c := range b.calls {
		if strings.HasPrefix(c, "PUT ") {
			puts++
		}
	}
	if puts != 1 {
		t.Errorf("calls: %q", b.calls)
	}
}

func TestBucketReadsRanges(t *testing.T) {
	t.Parallel()
	b := newBucket(t)
	s := b.store(t)
	data := bytes.Repeat([]byte("0123456789"), 1000)
	name, err := s.Put(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	f, _, err := s.Open(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Range", "bytes=9995-")
	http.ServeContent(w, r, "", time.Time{}, f)
	if w.Code != http.StatusPartialContent || w.Body.String() != "56789" {
		t.Errorf("%d %q", w.Code, w.Body)
	}
}

func TestBucketThatFailsIsUnavailable(t *testing.T) {
	t.Parallel()
	b := newBucket(t)
	s := b.store(t)
	name, err := s.Put(t.Context(), []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	b.mu.Lock()
	b.broken = true
	b.mu.Unlock()
	check := func(what string, err error) {
		t.Helper()
		if !errors.Is(err, blob.ErrUnavailable) {
			t.Errorf("%s: %v", what, err)
		}
		if err != nil && strings.Contains(err.Error(), secretKey) {
			t.Errorf("%s shows the secret: %v", what, err)
		}
	}
	_, err = s.Put(t.Context(), []byte("y"))
	check("put", err)
	_, _, err = s.Open(t.Context(), name)
	check("open", err)
	check("delete", s.Delete(t.Context(), name))

	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Put(gone, []byte("z")); !errors.Is(err, context.Canceled) || errors.Is(err, blob.ErrUnavailable) {
		t.Errorf("of a caller who gave up: %v", err)
	}
}

func TestParseS3(t *testing.T) {
	t.Parallel()
	got, err := blob.ParseS3("s3://AKIA%2Ftest%2Bkey:s3cr3t%2Fwith%2Bsigns%3D@minio.shop.cn:9000/goods/shop/1?region=cn-north-1&insecure=true")
	want := blob.S3{Endpoint: "minio.shop.cn:9000", Bucket: "goods", Prefix: "shop/1", Region: "cn-north-1", Key: accessKey, Secret: secretKey, Insecure: true}
	if err != nil || got != want {
		t.Errorf("%+v (%v)", got, err)
	}
	got, err = blob.ParseS3("s3://k:s@s3.amazonaws.com/goods")
	if want := (blob.S3{Endpoint: "s3.amazonaws.com", Bucket: "goods", Region: "us-east-1", Key: "k", Secret: "s"}); err != nil || got != want {
		t.Errorf("%+v (%v)", got, err)
	}
	for _, bad := range []string{
		"", "http://k:hidden@h/b", "s3://h/b", "s3://k@h/b", "s3://k:hidden@h", "s3://k:hidden@h/", "s3://:hidden@h/b", "s3://k:@h/b",
		"s3://k:hidden@/b", "s3://k:hidden@h/b?regoin=x", "s3://k:hidden@h/b?insecure=perhaps", "s3://k:hidden@h/b#c",
		"s3://k:hidden%zz@h/b", "s3://k:hidden@h:port/b", "s3://k:hidden@h/b?a=%zz", "\x00s3://k:hidden@h/b",
	} {
		s, err := blob.ParseS3(bad)
		if err == nil {
			t.Errorf("%q is %+v", bad, s)
		} else if strings.Contains(err.Error(), "hidden") {
			t.Errorf("%q shows the secret: %v", bad, err)
		}
	}
}

func TestEndpointThatIsNone(t *testing.T) {
	t.Parallel()
	_, err := blob.NewS3(blob.S3{Endpoint: "no host", Bucket: "b", Key: "k", Secret: "hidden", Region: "r"})
	if err == nil || strings.Contains(err.Error(), "hidden") {
		t.Errorf("%v", err)
	}
}
