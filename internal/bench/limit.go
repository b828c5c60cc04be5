package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// limitFlag has this program be the limit: it is followed by the file of the answers.
const limitFlag = "-serve-limit"

// answer is what the limit says to every request.
type answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// limit is the process of the bare handlers.
type limit struct {
	process
	addrs []string // by request
}

// startLimit records the server's answer to each request and starts a process that says the same. It has a port for
// each answer, so that it need not even look at what it is asked.
func startLimit(ctx context.Context, dir, server string, all []request) (*limit, error) {
	var answers []answer
	for _, q := range all {
		a, err := record(ctx, server, q)
		if err != nil {
			return nil, fmt.Errorf("record the answer to %s: %w", q.name, err)
		}
		answers = append(answers, a)
	}
	data, err := json.Marshal(answers)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "answers.json")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	l := &limit{process: process{cmd: exec.CommandContext(ctx, self, limitFlag, file)}}
	line, err := l.start(dir)
	if err != nil {
		return nil, err
	}
	l.addrs = strings.Fields(line)
	if len(l.addrs) != len(all) {
		l.stop()
		return nil, fmt.Errorf("the limit listens on %q", line)
	}
	return l, nil
}

// record sends the first request of its kind and gives the answer.
func record(ctx context.Context, addr string, q request) (answer, error) {
	c, err := connect(ctx, addr)
	if err != nil {
		return answer{}, err
	}
	defer c.Close()
	if _, err := c.Write(q.bytes[0]); err != nil {
		return answer{}, err
	}
	res, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != q.status {
		err = fmt.Errorf("status %d: %s", res.StatusCode, bytes.TrimSpace(body))
	}
	// net/http writes these itself, at the limit as in the server.
	res.Header.Del("Date")
	res.Header.Del("Content-Length")
	return answer{Status: res.StatusCode, Header: res.Header, Body: body}, err
}

// serveLimit serves the answers of a file until ctx ends, and prints their addresses in one line.
func serveLimit(ctx context.Context, file string, out io.Writer) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var answers []answer
	if err := json.Unmarshal(data, &answers); err != nil {
		return err
	}
	failed := make(chan error, len(answers))
	var addrs []string
	for _, a := range answers {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		addrs = append(addrs, l.Addr().String())
		server := &http.Server{Handler: a}
		defer server.Close()
		go func() { failed <- server.Serve(l) }()
	}
	w := bufio.NewWriter(out)
	fmt.Fprintln(w, strings.Join(addrs, " "))
	if err := w.Flush(); err != nil {
		return err
	}
	select {
	case err := <-failed:
		return errors.Join(errors.New("the limit ended"), err)
	case <-ctx.Done():
		return nil
	}
}

// ServeHTTP is the limit: a request read whole, and the answer written.
func (a answer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength != 0 {
		io.Copy(io.Discard, r.Body) //nolint:errcheck // the client has gone
	}
	h := w.Header()
	for name, values := range a.Header {
		h[name] = values
	}
	w.WriteHeader(a.Status)
	w.Write(a.Body) //nolint:errcheck // the client has gone
}
