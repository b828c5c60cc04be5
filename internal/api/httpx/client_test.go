package httpx_test

import (
	"crypto/tls"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"kaidian/internal/api/httpx"
)

// proxies are a load balancer's networks.
var proxies = httpx.Proxies{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}

func request(peer string, headers ...string) *http.Request {
	r := &http.Request{RemoteAddr: peer, Header: http.Header{}}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Add(name, value)
	}
	return r
}

func TestClientIP(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		peer    string
		headers []string
		want    string
	}{
		"direct":                   {"203.0.113.5:4711", nil, "203.0.113.5"},
		"direct, lying":            {"203.0.113.5:4711", []string{"X-Forwarded-For: 1.1.1.1"}, "203.0.113.5"},
		"one proxy":                {"10.0.0.1:80", []string{"X-Forwarded-For: 203.0.113.5"}, "203.0.113.5"},
		"behind a proxy, lying":    {"10.0.0.1:80", []string{"X-Forwarded-For: 1.1.1.1, 203.0.113.5"}, "203.0.113.5"},
		"lying that it is a proxy": {"10.0.0.1:80", []string{"X-Forwarded-For: 10.9.9.9, 203.0.113.5"}, "203.0.113.5"},
		"two proxies":              {"10.0.0.1:80", []string{"X-Forwarded-For: 1.1.1.1, 203.0.113.5, 10.0.0.2"}, "203.0.113.5"},
		"on two lines":             {"10.0.0.1:80", []string{"X-Forwarded-For: 1.1.1.1, 203.0.113.5", "X-Forwarded-For: 10.0.0.2"}, "203.0.113.5"},
		"with its port":            {"10.0.0.1:80", []string{"X-Forwarded-For: 203.0.113.5:4711"}, "203.0.113.5"},
		"IPv6 with its port":       {"10.0.0.1:80", []string{"X-Forwarded-For: [2001:db8::5]:4711"}, "2001:db8::5"},
		"IPv6":                     {"[fd00::1]:80", []string{"X-Forwarded-For: 2001:db8::5"}, "2001:db8::5"},
		"one spelling":             {"10.0.0.1:80", []string{"X-Forwarded-For: 2001:0DB8:0::0005"}, "2001:db8::5"},
		"IPv4 in IPv6":             {"[::ffff:10.0.0.1]:80", []string{"X-Forwarded-For: ::ffff:203.0.113.5"}, "203.0.113.5"},
		"with a zone":              {"[fe80::1%eth0]:80", nil, "fe80::1"},
		"zones make no clients":    {"10.0.0.1:80", []string{"X-Forwarded-For: 2001:db8::5%a"}, "2001:db8::5"},
		"the proxy itself":         {"10.0.0.1:80", nil, "10.0.0.1"},
		"proxies all the way":      {"10.0.0.1:80", []string{"X-Forwarded-For: 10.0.0.7, 10.0.0.2"}, "10.0.0.7"},
		"nonsense":                 {"10.0.0.1:80", []string{"X-Forwarded-For: unknown"}, "10.0.0.1"},
		"nonsense before":          {"10.0.0.1:80", []string{"X-Forwarded-For: ' or 1=1, 10.0.0.2"}, "10.0.0.2"},
		"no address":               {"@", nil, ""},
	} {
		if got := proxies.ClientIP(request(c.peer, c.headers...)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestSecure(t *testing.T) {
	t.Parallel()
	direct := request("203.0.113.5:1")
	direct.TLS = &tls.ConnectionState{}
	for name, c := range map[string]struct {
		r    *http.Request
		want bool
	}{
		"TLS":                   {direct, true},
		"plain":                 {request("203.0.113.5:1"), false},
		"a stranger's word":     {request("203.0.113.5:1", "X-Forwarded-Proto: https"), false},
		"a proxy's word":        {request("10.0.0.1:1", "X-Forwarded-Proto: HTTPS"), true},
		"a proxy's, plain":      {request("10.0.0.1:1", "X-Forwarded-Proto: http"), false},
		"two proxies":           {request("10.0.0.1:1", "X-Forwarded-Proto: https, http"), true},
		"two proxies, plain":    {request("10.0.0.1:1", "X-Forwarded-Proto: http,https"), false},
		"a proxy says nothing":  {request("10.0.0.1:1"), false},
		"a proxy with nonsense": {request("10.0.0.1:1", "X-Forwarded-Proto: httpsx"), false},
	} {
		if got := proxies.Secure(c.r); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestLocal(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		r    *http.Request
		want bool
	}{
		"IPv4":               {request("127.0.0.1:1"), true},
		"IPv6":               {request("[::1]:1"), true},
		"IPv4 in IPv6":       {request("[::ffff:127.0.0.1]:1"), true},
		"elsewhere":          {request("203.0.113.5:1"), false},
		"a private network":  {request("10.0.0.1:1"), false},
		"a proxy here":       {request("127.0.0.1:1", "X-Forwarded-For: 203.0.113.5"), false},
		"a proxy, RFC 7239":  {request("127.0.0.1:1", "Forwarded: for=203.0.113.5"), false},
		"a proxy, RFC 9110":  {request("127.0.0.1:1", "Via: 1.1 edge"), false},
		"a proxy like nginx": {request("127.0.0.1:1", "X-Real-Ip: 203.0.113.5"), false},
		"an empty header":    {request("127.0.0.1:1", "X-Forwarded-For: "), false},
		"no address":         {request("@"), false},
	} {
		if got := proxies.Local(c.r); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
