package httpx

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// continueLimit bounds the body of a request that expects to be told to go on; larger ones are left to net/http.
const continueLimit = 16 << 20

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
		r.Body = io.NopCloser(io.LimitReader(buffered, r.ContentLength))
		next.ServeHTTP(b, r)
		b.sendRaw(conn)
	})
}

// sendRaw writes the answer to a connection that no server holds any more.
func (b *buffer) sendRaw(conn net.Conn) {
	b.WriteHeader(http.StatusOK)
	b.header.Set("Connection", "close")
	b.header.Set("Content-Length", fmt.Sprint(b.body.Len()))
	b.header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	w := bufio.NewWriter(conn)
	fmt.Fprintf(w, "HTTP/1.1 %d %s\r\n", b.status, http.StatusText(b.status))
	b.header.Write(w)                           //nolint:errcheck // the client has gone
	io.WriteString(w, "\r\n")                   //nolint:errcheck // the client has gone
	io.Copy(w, bytes.NewReader(b.body.Bytes())) //nolint:errcheck // the client has gone
	w.Flush()                                   //nolint:errcheck // the client has gone
}
