package store

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/klauspost/compress/gzip"

	"kaidian/internal/api/httpx"
	"kaidian/internal/commerce/browse"
	"kaidian/internal/platform/fault"
)

// hot answers reads of the catalogue from encoded bytes. What such an answer depends on is its key: the route and the
// query as they were sent, the publishable key, the language and the groups of the customer. What the catalogue's writers
// do drops the answers; see browse.Cache.
type hot struct {
	cache  *browse.Cache
	who    identity
	groups func(ctx context.Context, customerID string) ([]string, error)
	cors   httpx.CORS
	face   http.Handler // makes the answers
}

// shelves are the paths whose answers are kept, and the patterns that they are counted under.
var shelves = []struct{ path, list, one string }{
	{"/store/products", "GET /store/products", "GET /store/products/{id}"},
	{"/store/variants", "GET /store/variants", "GET /store/variants/{id}"},
	{"/store/collections", "GET /store/collections", "GET /store/collections/{id}"},
	{"/store/product-categories", "GET /store/product-categories", "GET /store/product-categories/{id}"},
	{"/store/product-tags", "GET /store/product-tags", ""},
	{"/store/product-types", "GET /store/product-types", ""},
	{"/store/regions", "GET /store/regions", "GET /store/regions/{id}"},
}

const (
	searchPath    = "/store/products/search"
	searchPattern = "POST /store/products/search"
	// maxSearch bounds the bodies of searches whose answers are kept, and maxKey all that a key is made of.
	maxSearch = 2 << 10
	maxKey    = 4 << 10
)

// patternOf gives the route of a request whose answer may be kept, or "".
func patternOf(r *http.Request) string {
	if r.Method == http.MethodPost && r.URL.Path == searchPath && r.Header.Get("Idempotency-Key") == "" &&
		r.ContentLength >= 0 && r.ContentLength <= maxSearch {
		return searchPattern
	}
	if r.Method != http.MethodGet || strings.Contains(r.URL.RawQuery, "cart_id") {
		return ""
	}
	for _, s := range shelves {
		rest, ok := strings.CutPrefix(r.URL.Path, s.path)
		switch {
		case !ok:
		case rest == "":
			return s.list
		case s.one != "" && len(rest) > 1 && rest[0] == '/' && strings.IndexByte(rest[1:], '/') < 0:
			return s.one
		}
	}
	return ""
}

// Wrap answers what can be kept, and leaves the rest to next.
func (h hot) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		pattern := patternOf(r)
		if pattern == "" {
			next.ServeHTTP(w, r)
			return
		}
		body, err := takeBody(r)
		if err != nil || bytes.Contains(body, []byte("cart_id")) {
			next.ServeHTTP(w, r)
			return
		}
		key, ok := h.key(r, body)
		if !ok {
			next.ServeHTTP(w, r)
			return
		}
		entry, err := h.answer(r, key, body)
		var plain *uncached
		switch {
		case errors.As(err, &plain) && plain.key == key:
			plain.write(w, r, h.cors)
		case err != nil: // whoever made the answer gave up; make it for this caller alone
			r.Body = io.NopCloser(bytes.NewReader(body))
			next.ServeHTTP(w, r)
		default:
			h.write(w, r, entry)
		}
		r.Pattern = pattern
	})
}

// takeBody reads the body of a search, which has at most maxSearch bytes. A body that cannot be read is left to fail again.
func takeBody(r *http.Request) ([]byte, error) {
	if r.Method != http.MethodPost {
		return nil, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxSearch))
	r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), failing{err}))
	return body, err
}

// failing is a reader that fails with an error, or ends.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	return 0, io.EOF
}

// key gives all that the answer to a request depends on, and false for one whose answer is not kept.
func (h hot) key(r *http.Request, body []byte) (string, bool) {
	groups, err := h.groupsOf(r)
	if err != nil {
		return "", false
	}
	publishable, language := r.Header.Get(keyHeader), ""
	if accept := r.Header.Get("Accept-Language"); accept != "" {
		language = preferred(accept)
	}
	n := len(r.URL.Path) + len(r.URL.RawQuery) + len(publishable) + len(language) + len(groups) + len(body)
	if n > maxKey {
		return "", false
	}
	b := make([]byte, 0, n+64)
	for i, part := range [...]string{r.Method, r.URL.EscapedPath(), r.URL.RawQuery, publishable, language, groups, r.Header.Get("Content-Type")} {
		if i > 0 {
			b = append(b, 0)
		}
		b = append(b, part...)
	}
	if body != nil {
		b = append(append(b, 0), body...)
	}
	return string(b), true
}

// groupsOf gives the groups of the customer who calls, joined; of a guest none. Who sends no valid credential is a guest.
func (h hot) groupsOf(r *http.Request) (string, error) {
	if len(r.Header["Cookie"]) == 0 && r.Header.Get("Authorization") == "" {
		return "", nil
	}
	id, err := h.who.who(r)
	if fault.CodeOf(err) == fault.Unauthenticated && err != nil {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	groups, err := h.groups(r.Context(), id)
	return strings.Join(groups, ","), err
}

// zipped says that a client takes gzip and wants it.
func zipped(r *http.Request) bool {
	if _, off := r.Header["X-No-Compression"]; off {
		return false
	}
	for _, line := range r.Header["Accept-Encoding"] {
		for one := range strings.SplitSeq(line, ",") {
			name, q, _ := strings.Cut(strings.TrimSpace(one), ";")
			if strings.EqualFold(name, "gzip") && strings.ReplaceAll(q, " ", "") != "q=0" {
				return true
			}
		}
	}
	return false
}

// minZipped is the size from which an answer is compressed.
const minZipped = 1024

// answer gives the kept answer, compressed if the client wants it so, or has it made.
func (h hot) answer(r *http.Request, key string, body []byte) (*browse.Entry, error) {
	if !zipped(r) {
		if e, ok := h.cache.Get(key); ok {
			return e, nil
		}
		return h.cache.Do(r.Context(), key, func(ctx context.Context) (browse.Entry, error) { return h.make(ctx, r, key, body) })
	}
	const suffix = "\x00gzip"
	if e, ok := h.cache.Get(key + suffix); ok {
		return e, nil
	}
	return h.cache.Do(r.Context(), key+suffix, func(ctx context.Context) (browse.Entry, error) {
		e, err := h.make(ctx, r, key, body)
		if err == nil && len(e.Body) >= minZipped {
			e.Zipped, err = compress(e.Body)
			e.Body = nil
		}
		return e, err
	})
}

func compress(body []byte) ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, 6)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(body); err != nil {
		return nil, err
	}
	err = z.Close()
	return b.Bytes(), err
}

// dropped are the headers of a request that its answer must not depend on.
var dropped = []string{"If-None-Match", "If-Modified-Since", "Origin", "Accept-Encoding", "Range"}

// make has the face answer, for all who ask the same.
func (h hot) make(ctx context.Context, r *http.Request, key string, body []byte) (browse.Entry, error) {
	q := r.Clone(ctx)
	for _, name := range dropped {
		q.Header.Del(name)
	}
	if body != nil {
		q.Body = io.NopCloser(bytes.NewReader(body))
	}
	a := &uncached{key: key, header: http.Header{}}
	h.face.ServeHTTP(a, q)
	if a.status != http.StatusOK && a.status != 0 {
		return browse.Entry{}, a
	}
	return browse.Entry{Status: http.StatusOK, Type: a.header.Get("Content-Type"), ETag: a.header.Get("ETag"), Body: a.body.Bytes()}, nil
}

// write sends a kept answer.
func (h hot) write(w http.ResponseWriter, r *http.Request, e *browse.Entry) {
	header := w.Header()
	h.cors.Mark(header, r)
	header.Add("Vary", "Accept-Encoding, "+varies)
	header.Set("Cache-Control", "private, no-cache")
	if e.ETag != "" {
		header.Set("ETag", e.ETag)
		if httpx.Has(r, e.ETag) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	body := e.Body
	if e.Zipped != nil {
		header.Set("Content-Encoding", "gzip")
		body = e.Zipped
	}
	header.Set("Content-Type", e.Type)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(e.Status)
	w.Write(body) //nolint:errcheck // the client has gone
}

// uncached is an answer that is not kept, as the face made it: a refusal.
type uncached struct {
	key    string
	status int
	header http.Header
	body   bytes.Buffer
}

func (u *uncached) Error() string { return "not kept: " + http.StatusText(u.status) }

func (u *uncached) Header() http.Header { return u.header }

func (u *uncached) WriteHeader(status int) {
	if u.status == 0 {
		u.status = status
	}
}

func (u *uncached) Write(b []byte) (int, error) {
	u.WriteHeader(http.StatusOK)
	return u.body.Write(b)
}

// write sends the answer.
func (u *uncached) write(w http.ResponseWriter, r *http.Request, cors httpx.CORS) {
	header := w.Header()
	for name, values := range u.header {
		header[name] = values
	}
	cors.Mark(header, r)
	w.WriteHeader(u.status)
	w.Write(u.body.Bytes()) //nolint:errcheck // the client has gone
}
