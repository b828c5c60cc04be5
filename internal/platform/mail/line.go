package mail

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
)

// line is the connection of one message. The library keeps its connection open when greeting or sign-in fail, so
// the line is ours to close.
type line struct {
	settings settings

	mu   sync.Mutex
	conn net.Conn
	over bool
}

// dial connects, encrypted from the start if the settings say so.
func (l *line) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := l.connect(ctx, network, address)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		_ = conn.Close()
		return nil, net.ErrClosed
	}
	l.conn = conn
	return conn, nil
}

func (l *line) connect(ctx context.Context, network, address string) (net.Conn, error) {
	if l.settings.encryption == implicit {
		return (&tls.Dialer{Config: l.settings.tls}).DialContext(ctx, network, address)
	}
	return new(net.Dialer).DialContext(ctx, network, address)
}

// hangUp closes the connection, and any that would still come. It may be called more than once.
func (l *line) hangUp() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = true
	if l.conn != nil {
		_ = l.conn.Close()
	}
}
