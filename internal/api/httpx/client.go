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
// nearest address in X-Forwarded-For that is not one.
func (p Proxies) ClientIP(r *http.Request) string {
	peer := peerOf(r)
	if !p.trusted(peer) {
		return peer.String()
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		peer = hop.Unmap()
		if !p.trusted(peer) {
			break
		}
	}
	return peer.String()
}

// Secure tells whether the client speaks TLS, to us or to a trusted proxy.
func (p Proxies) Secure(r *http.Request) bool {
	return r.TLS != nil || p.trusted(peerOf(r)) && strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}

// Local tells whether the request was made on this machine and by no proxy.
func (p Proxies) Local(r *http.Request) bool {
	return peerOf(r).IsLoopback() && r.Header.Get("X-Forwarded-For") == "" && r.Header.Get("Forwarded") == ""
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
	return ap.Addr().Unmap().WithZone("")
}

// ClientIP gives the client's address of the request of ctx, as the Observer found it.
func ClientIP(ctx context.Context) string {
	s, _ := ctx.Value(clientIP).(string)
	return s
}
