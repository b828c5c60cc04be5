package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// hello answers by path in all the ways that net/http has.
func hello(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/long":
		w.Write([]byte(strings.Repeat("x", 100_000))) //nolint:errcheck // seen by the client
	case "/flushed":
		for range 3 {
			w.Write([]byte("part")) //nolint:errcheck // seen by the client
			w.(http.Flusher).Flush()
		}
	case "/none":
		w.WriteHeader(http.StatusNoContent)
	case "/bad":
		http.Error(w, "no", http.StatusTeapot)
	default:
		w.Write([]byte("hello")) //nolint:errcheck // seen by the client
	}
}

func serverOf(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

func get(path string) []byte { return compose(http.MethodGet, path, "X-A: b", "") }

// Each answer is read to its end and no further, or the next one would be taken for something else.
func TestConnReadsAnswersOneAfterTheOther(t *testing.T) {
	t.Parallel()
	c, err := connect(t.Context(), serverOf(t, http.HandlerFunc(hello)))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for range 2 {
		for path, want := range map[string]int{"/": 200, "/long": 200, "/flushed": 200, "/none": 204, "/bad": 418} {
			if got, err := c.do(get(path)); err != nil || got != want {
				t.Fatalf("%s: status %d, %v; want %d", path, got, err, want)
			}
		}
	}
	if n := c.in.Buffered(); n != 0 {
		t.Errorf("%d bytes are left", n)
	}
}

func TestConnRefusesWhatIsNoAnswer(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nothing":            "",
		"another protocol":   "SSH-2.0-OpenSSH_9.2\r\n",
		"cut in the header":  "HTTP/1.1 200 OK\r\nContent-Le",
		"cut in the body":    "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
		"no length":          "HTTP/1.1 200 OK\r\n\r\n",
		"a length that lies": "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
		"a chunk that lies":  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
		"a cut chunk":        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			go func() {
				c, err := l.Accept()
				if err != nil {
					return
				}
				defer c.Close()
				c.Read(make([]byte, 1024)) //nolint:errcheck // the request, which does not matter
				c.Write([]byte(text))      //nolint:errcheck // the client may have gone
			}()
			c, err := connect(t.Context(), l.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if status, err := c.do(get("/")); err == nil {
				t.Errorf("was taken for an answer with status %d", status)
			}
		})
	}
}
