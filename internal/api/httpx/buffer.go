package httpx

import (
	"bytes"
	"net/http"
	"sync"
)

// buffer holds an answer back until it is whole.
type buffer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

var buffers = sync.Pool{New: func() any { return &buffer{} }}

// keepable bounds the bodies whose memory is kept for the next answer.
const keepable = 1 << 20

func newBuffer(h http.Header) *buffer {
	b := buffers.Get().(*buffer)
	b.header, b.status = h, 0
	b.body.Reset()
	return b
}

func (b *buffer) free() {
	if b.body.Cap() <= keepable {
		b.header = nil
		buffers.Put(b)
	}
}

// Header gives the header of the answer to come.
func (b *buffer) Header() http.Header { return b.header }

// WriteHeader sets the status; the first call stands.
func (b *buffer) WriteHeader(status int) {
	if b.status == 0 {
		b.status = status
	}
}

// Write keeps a part of the body.
func (b *buffer) Write(p []byte) (int, error) {
	b.WriteHeader(http.StatusOK)
	return b.body.Write(p)
}

// send writes the answer to the client.
func (b *buffer) send(w http.ResponseWriter) {
	b.WriteHeader(http.StatusOK)
	w.WriteHeader(b.status)
	w.Write(b.body.Bytes()) //nolint:errcheck // the client has gone
}
