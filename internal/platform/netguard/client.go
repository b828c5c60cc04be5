package netguard

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// ErrPrivate is why an address is not dialled.
var ErrPrivate = errors.New("the address leads to a private network")

// maxHeader bounds the header of an answer, in bytes.
const maxHeader = 64 << 10

// Client makes a client that strangers may point anywhere. The IP address is checked when it is dialled, after
// the name was resolved for the last time: a name that changes its mind in between gains nothing. No proxy is used,
// as it would dial for us, and no redirect is followed. Timeout is that of a request, from dialling to the end of the
// answer; a nil resolver is the machine's.
func (g Guard) Client(timeout time.Duration, resolver *net.Resolver) *http.Client {
	dialer := &net.Dialer{Timeout: timeout, Resolver: resolver}
	if !g.AllowPrivate {
		dialer.ControlContext = func(_ context.Context, _, address string, _ syscall.RawConn) error {
			if ap, err := netip.ParseAddrPort(address); err != nil || !public(ap.Addr()) {
				return ErrPrivate
			}
			return nil
		}
	}
	return &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			DialContext:            dialer.DialContext,
			TLSHandshakeTimeout:    timeout,
			IdleConnTimeout:        30 * time.Second,
			MaxIdleConns:           32,
			MaxIdleConnsPerHost:    2,
			MaxResponseHeaderBytes: maxHeader,
			DisableCompression:     true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
