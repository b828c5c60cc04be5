// Package netguard keeps requests that strangers have us make out of the house: the network that the server stands in,
// this machine, and clouds' metadata services.
package netguard

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"kaidian/internal/platform/fault"
)

// maxAddress is the length of an address in bytes.
const maxAddress = 2000

// reserved are names that never lead to a receiver (RFC 2606); inside are those that lead into the house.
var (
	reserved = []string{"example", "example.com", "example.net", "example.org", "invalid"}
	inside   = []string{"localhost", "localdomain", "local", "internal", "test", "home.arpa", "onion"}
)

// Guard says where strangers may have us call.
type Guard struct {
	RefusedDomains []string // names, with all below them; example.com and its like are refused anyway
	AllowPrivate   bool     // private and local addresses too
}

// CheckURL tells the rule that an address breaks, and words that follow its name, or gives "". A name that it lets pass may
// still lead into the house: only Client keeps from that.
func (g Guard) CheckURL(address string) (fault.Rule, string) {
	if address == "" {
		return fault.Required, "is required"
	}
	if len(address) > maxAddress {
		return fault.TooLong, "must be at most " + strconv.Itoa(maxAddress) + " bytes long"
	}
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Opaque != "" || u.Hostname() == "" {
		return fault.Format, "must be an http or https URL"
	}
	if u.User != nil {
		return fault.Format, "must not contain a user or password"
	}
	if !validPort(u) {
		return fault.Format, "must have a port from 1 to 65535, or none"
	}
	return g.checkHost(u.Hostname())
}

func (g Guard) checkHost(host string) (fault.Rule, string) {
	if ip, err := netip.ParseAddr(host); err == nil {
		if ip.Zone() != "" || (!g.AllowPrivate && !public(ip)) {
			return fault.Format, "must be reachable from the internet"
		}
		return "", ""
	}
	host = lower(strings.TrimSuffix(host, "."))
	if !validName(host) {
		return fault.Format, "must have a valid host (an international name in its xn-- form)"
	}
	if under(host, reserved) || under(host, g.RefusedDomains) {
		return fault.Format, "must not be on this domain"
	}
	if !g.AllowPrivate && (under(host, inside) || !strings.Contains(host, ".")) {
		return fault.Format, "must be reachable from the internet"
	}
	return "", ""
}

func validPort(u *url.URL) bool {
	p := u.Port()
	if p == "" {
		return !strings.HasSuffix(u.Host, ":")
	}
	n, err := strconv.Atoi(p)
	return err == nil && n >= 1 && n <= 65535
}

// validName tells whether a host is a name and not one more spelling of an IP address, such as 127.1 or 0x7f000001:
// a name that ends in a number is none.
func validName(host string) bool {
	if host == "" || len(host) > 253 {
		return false
	}
	labels := strings.Split(host, ".")
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' || strings.Trim(l, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	last := labels[len(labels)-1]
	return strings.Trim(last, "0123456789") != "" && !strings.HasPrefix(last, "0x")
}

// lower is for names only: what is not ASCII stays, to be refused. strings.ToLower makes ASCII of some.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, s)
}

// under tells whether a name is one of the domains or below one.
func under(name string, domains []string) bool {
	for _, d := range domains {
		if name == d || strings.HasSuffix(name, "."+d) {
			return true
		}
	}
	return false
}

// private are the blocks that are not the internet, beside those that netip knows by name.
var private = func() (out []netip.Prefix) {
	for _, s := range []string{
		"0.0.0.0/8",       // this network
		"100.64.0.0/10",   // carriers' own
		"192.0.0.0/24",    // protocol assignments
		"192.0.2.0/24",    // documentation
		"192.88.99.0/24",  // 6to4 relays
		"198.18.0.0/15",   // benchmarks
		"198.51.100.0/24", // documentation
		"203.0.113.0/24",  // documentation
		"240.0.0.0/4",     // reserved, and broadcast
		"::/96",           // IPv4 in an old way
		"64:ff9b:1::/48",  // local translation
		"100::/64",        // discard
		"2001::/23",       // protocol assignments, Teredo
		"2001:db8::/32",   // documentation
		"2002::/16",       // 6to4: leads to any IPv4 address
		"3fff::/20",       // documentation
		"5f00::/16",       // segment routing
		"fec0::/10",       // site-local
	} {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}()

// translated is where translators put the IPv4 internet, in the last four bytes.
var translated = netip.MustParsePrefix("64:ff9b::/96")

// public tells whether an IP address is on the internet: not of this machine, of a private or local network, of a
// cloud's metadata service, multicast or reserved.
func public(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	if translated.Contains(ip) {
		b := ip.As16()
		ip = netip.AddrFrom4([4]byte(b[12:]))
	}
	if !ip.IsGlobalUnicast() || ip.IsPrivate() { // leaves out unspecified, loopback, link-local and multicast
		return false
	}
	for _, p := range private {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}
