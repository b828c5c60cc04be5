package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// raw gives the bytes of an answer without its date, the lines of its header sorted.
func raw(t *testing.T, addr string, request []byte) string {
	t.Helper()
	c, err := connect(t.Context(), addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write(bytes.Replace(request, []byte("X-A: b"), []byte("Connection: close"), 1)); err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(c.in)
	if err != nil {
		t.Fatal(err)
	}
	head, body, _ := strings.Cut(string(all), "\r\n\r\n")
	lines := strings.Split(head, "\r\n")
	lines = slices.DeleteFunc(lines, func(l string) bool { return strings.HasPrefix(l, "Date: ") })
	slices.Sort(lines) // net/http sets some at once and some at the end
	return strings.Join(lines, "\n") + "\n\n" + body
}

func TestTheLimitSaysTheSame(t *testing.T) {
	t.Parallel()
	addr := serverOf(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", "abc")
		w.Header()["Vary"] = []string{"Origin", "Accept-Encoding"}
		hello(w, r)
	}))
	for path, status := range map[string]int{"/": 200, "/long": 200, "/bad": 418} {
		q := request{status: status, bytes: [][]byte{get(path)}}
		a, err := record(t.Context(), addr, q)
		if err != nil {
			t.Fatal(err)
		}
		want, got := raw(t, addr, q.bytes[0]), raw(t, serverOf(t, a), q.bytes[0])
		if got != want {
			t.Errorf("%s: the limit says\n%.300s\nthe server\n%.300s", path, got, want)
		}
	}
}

func TestRecordRefusesARefusal(t *testing.T) {
	t.Parallel()
	_, err := record(t.Context(), serverOf(t, http.HandlerFunc(hello)), request{status: 200, bytes: [][]byte{get("/bad")}})
	if err == nil || !strings.Contains(err.Error(), "418") {
		t.Errorf("got %v", err)
	}
}

func TestServeLimit(t *testing.T) {
	t.Parallel()
	answers := []answer{{Status: 201, Body: []byte("one")}, {Status: 202, Body: []byte("two")}}
	data, err := json.Marshal(answers)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "answers.json")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, []string{limitFlag, file}, w, io.Discard) }()
	line := make([]byte, 1024)
	n, err := r.Read(line)
	if err != nil {
		t.Fatal(err)
	}
	addrs := strings.Fields(string(line[:n]))
	if len(addrs) != len(answers) {
		t.Fatalf("it said %q", line[:n])
	}
	for i, a := range answers {
		c, err := connect(t.Context(), addrs[i])
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if status, err := c.do(compose(http.MethodPost, "/x", "X-A: b", "body")); err != nil || status != a.Status {
			t.Errorf("answer %d: status %d, %v", i, status, err)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
