package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// conn is a keep-alive HTTP/1.1 connection that sends one request at a time. net/http's client would cost about as much
// CPU as the handler at the limit; this costs little more than the system calls.
type conn struct {
	net.Conn
	in   *bufio.Reader
	keep bool   // the body of the answer that is being read
	body []byte // what was kept of it
}

// patience is how long a whole turn may wait for answers on a connection.
const patience = 2 * time.Minute

func connect(ctx context.Context, addr string) (*conn, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	made := &conn{Conn: c, in: bufio.NewReaderSize(c, 32<<10)}
	return made, made.renew()
}

// renew gives another turn its time.
func (c *conn) renew() error { return c.SetDeadline(time.Now().Add(patience)) }

// do sends a whole request as it stands, reads the answer to its end and gives its status.
func (c *conn) do(request []byte) (int, error) {
	if _, err := c.Write(request); err != nil {
		return 0, err
	}
	line, err := c.line()
	if err != nil {
		return 0, err
	}
	status, err := statusOf(line)
	if err != nil {
		return 0, err
	}
	length, err := c.header()
	if err != nil {
		return 0, err
	}
	switch {
	case status == http.StatusNoContent || status == http.StatusNotModified:
	case length == chunked:
		err = c.chunks()
	case length == unknown:
		err = fmt.Errorf("an answer with status %d does not say how long it is", status)
	default:
		err = c.take(length)
	}
	return status, err
}

// fetch is do for answers that are looked at: it gives the body too, which is good until the next request.
func (c *conn) fetch(request []byte) (int, []byte, error) {
	c.keep, c.body = true, c.body[:0]
	status, err := c.do(request)
	c.keep = false
	return status, c.body, err
}

// take reads n bytes of a body.
func (c *conn) take(n int) error {
	if !c.keep {
		_, err := c.in.Discard(n)
		return err
	}
	start := len(c.body)
	c.body = slices.Grow(c.body, n)[:start+n]
	_, err := io.ReadFull(c.in, c.body[start:])
	return err
}

// Lengths of bodies that are no numbers of bytes.
const (
	unknown = -1
	chunked = -2
)

// header reads the header and gives the length of the body.
func (c *conn) header() (int, error) {
	length := unknown
	for {
		line, err := c.line()
		if err != nil || len(line) == 0 {
			return length, err
		}
		name, value, _ := bytes.Cut(line, []byte(": "))
		switch string(name) { // as net/http spells them
		case "Content-Length":
			if length, err = strconv.Atoi(string(value)); err != nil || length < 0 {
				return 0, fmt.Errorf("a body of length %q", value)
			}
		case "Transfer-Encoding":
			length = chunked
		}
	}
}

// chunks reads a chunked body to its end.
func (c *conn) chunks() error {
	for {
		line, err := c.line()
		if err != nil {
			return err
		}
		size, err := strconv.ParseUint(string(line), 16, 31)
		if err != nil {
			return fmt.Errorf("a chunk of length %q", line)
		}
		if err := c.take(int(size)); err != nil {
			return err
		}
		if _, err := c.in.Discard(len("\r\n")); err != nil || size == 0 {
			return err
		}
	}
}

// line reads a line and gives it without its end. It is good until the next read.
func (c *conn) line() ([]byte, error) {
	line, err := c.in.ReadSlice('\n')
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return bytes.TrimSuffix(line, []byte("\r\n")), err
}

func statusOf(line []byte) (int, error) {
	const version = "HTTP/1.1 "
	if len(line) < len(version)+3 || string(line[:len(version)]) != version {
		return 0, fmt.Errorf("%q is no answer", line)
	}
	return strconv.Atoi(string(line[len(version) : len(version)+3]))
}
