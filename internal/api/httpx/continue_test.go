package httpx_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log/slog"
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

// dial sends the head of a request that expects to be told to go on, and what of its body there is.
func dial(t *testing.T, url, head, body string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(10 * time.Second)) //nolint:errcheck // checked by the read
	fmt.Fprintf(conn, "%s\r\nHost: x\r\nExpect: 100-continue\r\n\r\n%s", head, body)
	return conn
}

func answerOf(t *testing.T, conn net.Conn) (int, string) {
	t.Helper()
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Error(err)
	}
	return res.StatusCode, string(body)
}

// A client that hangs up in the middle of its body has sent no shorter one.
func TestHalfABodyIsAnError(t *testing.T) {
	t.Parallel()
	read := make(chan error, 1)
	url := serve(t, httpx.NoContinue(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		read <- err
	})))
	conn := dial(t, url, "POST /x HTTP/1.1\r\nContent-Length: 9", "code=1")
	conn.Close()
	if err := <-read; !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("the handler reads: %v", err)
	}
}

// Who is refused before the body is read gets the answer, although its body is on the way.
func TestARefusalArrivesAheadOfTheBody(t *testing.T) {
	t.Parallel()
	o := observe(t, slog.LevelInfo, httpx.NoContinue(says(http.StatusUnauthorized, "no")))
	conn := dial(t, o.url, "POST /x HTTP/1.1\r\nContent-Length: 1000000", strings.Repeat("x", 999_000))
	if status, body := answerOf(t, conn); status != http.StatusUnauthorized || body != "no" {
		t.Errorf("%d %q", status, body)
	}
	conn.Close()
	eventually(t, func() bool {
		got := scrape(t, o.metrics, "kaidian_http_request_seconds_count")
		return len(got) == 1 && strings.Contains(got[0], `status="401"`)
	})
}

func TestRequestsWithoutExpectationsAreNetHTTPs(t *testing.T) {
	t.Parallel()
	url := serve(t, httpx.NoContinue(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %v", body, err)
	})))
	if got := send(t, "POST", url, "hello"); got.body != "hello <nil>" {
		t.Errorf("%+v", got)
	}
	conn := dial(t, url, "POST /x HTTP/1.1\r\nTransfer-Encoding: chunked", "5\r\nhello\r\n0\r\n\r\n") // of no known length
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil || line != "HTTP/1.1 100 Continue\r\n" {
		t.Errorf("%q, %v", line, err)
	}
}

// eventually asks until it is true.
func eventually(t *testing.T, ask func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); {
		if ask() {
			return
		}
		<-time.After(5 * time.Millisecond)
	}
	t.Error("it never comes true")
}
