package httpx_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"kaidian/internal/api/httpx"
)

func TestNoInterimAnswerIsSent(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(httpx.NoContinue(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		w.Header().Set("X-Path", r.URL.Path)
		fmt.Fprintf(w, "%s %v", body, err)
	})))
	t.Cleanup(server.Close)
	conn, err := net.Dial("tcp", strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /v1/shop HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
	// The client waits for an interim answer in vain, then sends its body all the same.
	conn.SetReadDeadline(time.Now().Add(200 * time.Millisecond)) //nolint:errcheck // checked by the read
	if n, err := conn.Read(make([]byte, 100)); err == nil {
		t.Fatalf("%d bytes came before the body was sent", n)
	}
	conn.SetReadDeadline(time.Now().Add(10 * time.Second)) //nolint:errcheck // checked by the read
	fmt.Fprint(conn, "hello")
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if res.StatusCode != http.StatusOK || string(body) != "hello <nil>" || res.Header.Get("X-Path") != "/v1/shop" || err != nil {
		t.Errorf("status %d, body %q, %v", res.StatusCode, body, err)
	}
}
