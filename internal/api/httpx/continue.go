package httpx

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

const (
	// continueLimit bounds the body of a request that expects to be told to go on; larger ones are left to net/http.
	continueLimit = 16 << 20
	// farewell is how long a client that is answered may still send what nobody reads: closed at once, the connection
	// would be reset, and the answer lost.
	farewell = time.Second
)

// NoContinue answers requests with "Expect: 100-continue" without the interim answer that net/http would send before
// their body is read: an old client takes the first blank line that it sees for the end of the answer's head. Such a client
// sends its body after a second of silence. The connection is closed afterwards.
func NoContinue(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Expect") == "" || r.ProtoMajor != 1 || r.ContentLength <= 0 || r.ContentLength > continueLimit {
			next.ServeHTTP(w, r)
			return
		}
		conn, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil { // not a plain connection: then the interim answer is no harm
			next.ServeHTTP(w, r)
			return
		}
		defer conn.Close()
		conn.SetDeadline(time.Now().Add(time.Minute)) //nolint:errcheck // a dead connection shows at the next step
		b := newBuffer(w.Header().Clone())
		defer b.free()
		r.Header.Del("Expect")
		body := &wholeBody{from: buffered, left: r.ContentLength}
		r.Body = body
		next.ServeHTTP(b, r)
		b.WriteHeader(http.StatusOK)
		if rec, ok := w.(*statusWriter); ok {
			rec.sent(b.header, b.status)
		}
		b.sendRaw(conn)
		if half, ok := conn.(interface{ CloseWrite() error }); ok && body.left > 0 && half.CloseWrite() == nil {
			conn.SetReadDeadline(time.Now().Add(farewell)) //nolint:errcheck // as above
			io.Copy(io.Discard, body)                      //nolint:errcheck // nobody reads it
		}
	})
}

// wholeBody is a body of a known length. One that ends before is an error, not a shorter body.
type wholeBody struct {
	from io.Reader
	left int64
}

func (b *wholeBody) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, io.EOF
	}
	n, err := b.from.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	if err == io.EOF && b.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func (b *wholeBody) Close() error { return nil }

// sendRaw writes the answer to a connection that no server holds any more.
func (b *buffer) sendRaw(conn net.Conn) {
	b.header.Set("Connection", "close")
	b.header.Set("Content-Length", fmt.Sprint(b.body.Len()))
	b.header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	w := bufio.NewWriter(conn)
	fmt.Fprintf(w, "HTTP/1.1 %d %s\r\n", b.status, http.StatusText(b.status))
	b.header.Write(w)         //nolint:errcheck // the client has gone
	io.WriteString(w, "\r\n") //nolint:errcheck // the client has gone
	w.Write(b.body.Bytes())   //nolint:errcheck // the client has gone
	w.Flush()                 //nolint:errcheck // the client has gone
}
