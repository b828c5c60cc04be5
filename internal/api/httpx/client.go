package httpx

import (
	"context"
	"net/http"
	"net/netip"
	"strings"
)

// Proxies are the networks whose word about the client and the scheme is taken.
type Proxies []netip.Prefix

// ClientIP gives the address that a request comes from: of the connection, or, when that is a trusted proxy, the
// nearest address in X-Forwarded-For that is not one. It is "" for a connection without an address.
func (p Proxies) ClientIP(r *http.Request) string {
	peer := peerOf(r)
	if !peer.IsValid() {
		return ""
	}
	if !p.trusted(peer) {
		return peer.String()
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, ok := hopOf(hops[i])
		if !ok {
			break
		}
		peer = hop
		if !p.trusted(peer) {
			break
		}
	}
	return peer.String()
}

// Secure tells whether the client speaks TLS, to us or to a trusted proxy. Of several schemes the first is the client's.
func (p Proxies) Secure(r *http.Request) bool {
	if r.TLS != nil {
		return true
	}
	scheme, _, _ := strings.Cut(r.Header.Get("X-Forwarded-Proto"), ",")
	return p.trusted(peerOf(r)) && strings.EqualFold(strings.TrimSpace(scheme), "https")
}

// Local tells whether the request was made on this machine and by no proxy that says so.
func (p Proxies) Local(r *http.Request) bool {
	for _, name := range []string{"Forwarded", "Via", "X-Forwarded-For", "X-Real-Ip"} {
		if _, proxied := r.Header[name]; proxied {
			return false
		}
	}
	return peerOf(r).IsLoopback()
}

func (p Proxies) trusted(a netip.Addr) bool {
	for _, prefix := range p {
		if prefix.Contains(a) {
			return true
		}
	}
	return false
}

func peerOf(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return plain(ap.Addr())
}

// hopOf reads an entry of X-Forwarded-For: an address, to which some proxies add its port.
func hopOf(s string) (netip.Addr, bool) {
	s = strings.TrimSpace(s)
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return plain(ap.Addr()), true
	}
	a, err := netip.ParseAddr(s)
	return plain(a), err == nil
}

// plain gives an address its one spelling.
func plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

// ClientIP gives the client's address of the request of ctx, as the Observer found it.
func ClientIP(ctx context.Context) string {
	s, _ := ctx.Value(clientIP).(string)
	return s
}
