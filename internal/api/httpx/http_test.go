package httpx_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// noon is when the clocks of these tests begin.
var noon = time.Date(2025, 6, 1, 12, 0, 0, 0, time.UTC)

// serve puts a handler behind a real server and gives its URL.
func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

// reply is what came back, as it came over the wire.
type reply struct {
	status int
	header http.Header
	body   string
}

// send makes a request with headers given as "Name: value".
func send(t *testing.T, method, url, body string, headers ...string) reply {
	t.Helper()
	out, err := try(t, method, url, body, headers...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// try is send for requests that may fail.
func try(t *testing.T, method, url, body string, headers ...string) (reply, error) {
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Add(name, value)
		if name == "Host" {
			r.Host = value
		}
	}
	client := &http.Client{Transport: &http.Transport{DisableCompression: true, DisableKeepAlives: true}}
	res, err := client.Do(r)
	if err != nil {
		return reply{}, err
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	return reply{res.StatusCode, res.Header, string(got)}, err
}

// says is a handler that answers with a status and a text.
func says(status int, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		io.WriteString(w, text) //nolint:errcheck // the client sees it
	}
}
