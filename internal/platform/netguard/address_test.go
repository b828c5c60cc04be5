package netguard

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"kaidian/internal/platform/fault"
)

func TestAddressesThatAreTaken(t *testing.T) {
	t.Parallel()
	g := Guard{RefusedDomains: []string{"youhaosuda.com"}}
	for _, a := range []string{
		"http://hooks.shop.cn/a?b=c#d", "https://hooks.shop.cn", "https://HOOKS.Shop.CN:8443/", "http://8.8.8.8/x",
		"http://[2606:4700::1111]:80/", "https://xn--fiq228c.xn--fiqs8s/钩", "http://notyouhaosuda.com/", "http://myexample.com/",
		"http://a_b.shop.cn./", "https://shop.cn/" + strings.Repeat("x", maxAddress-len("https://shop.cn/")),
	} {
		if rule, message := g.CheckURL(a); rule != "" {
			t.Errorf("%s: %s %s", a, rule, message)
		}
	}
}

func TestAddressesThatAreRefused(t *testing.T) {
	t.Parallel()
	g := Guard{RefusedDomains: []string{"youhaosuda.com"}}
	for a, want := range map[string]fault.Rule{
		"": fault.Required,
		"https://shop.cn/" + strings.Repeat("x", maxAddress-len("https://shop.cn/")+1): fault.TooLong,

		"shop.cn/a": fault.Format, "/a": fault.Format, "ftp://shop.cn/": fault.Format, "file:///etc/passwd": fault.Format,
		"http:shop.cn": fault.Format, "http://": fault.Format, "http:///a": fault.Format, "http://:80/": fault.Format,
		" http://shop.cn": fault.Format, "http://shop.cn\n": fault.Format, "http://sh op.cn": fault.Format,
		"http://u@shop.cn/": fault.Format, "http://u:p@shop.cn/": fault.Format, "http://@shop.cn/": fault.Format,
		"http://shop.cn:0/": fault.Format, "http://shop.cn:65536/": fault.Format, "http://shop.cn:/": fault.Format,
		"http://商店.cn/": fault.Format, "http://\u212Aelvin.cn/": fault.Format, "http://-a.cn/": fault.Format, "http://a..cn/": fault.Format, "http://shop.cn../": fault.Format,

		"http://localhost/": fault.Format, "http://LOCALHOST./": fault.Format, "http://a.localhost:9000/": fault.Format,
		"http://intranet/": fault.Format, "http://printer.local/": fault.Format, "http://metadata.google.internal/": fault.Format,
		"http://127.0.0.1/": fault.Format, "http://127.1/": fault.Format, "http://2130706433/": fault.Format,
		"http://0x7f000001/": fault.Format, "http://0x7f.0.0.0x1/": fault.Format, "http://0177.0.0.1/": fault.Format, "http://127.0.0.1./": fault.Format,
		"http://0.0.0.0/": fault.Format, "http://10.1.2.3/": fault.Format, "http://172.16.0.1/": fault.Format,
		"http://192.168.1.1/": fault.Format, "http://100.64.0.1/": fault.Format, "http://169.254.169.254/": fault.Format,
		"http://224.0.0.1/": fault.Format, "http://255.255.255.255/": fault.Format, "http://[::1]/": fault.Format,
		"http://[::]/": fault.Format, "http://[fe80::1%25eth0]/": fault.Format, "http://[2606:4700::1%25eth0]/": fault.Format,
		"http://[fd00::1]/": fault.Format, "http://[::ffff:127.0.0.1]/": fault.Format, "http://[::ffff:a00:1]/": fault.Format,
		"http://[64:ff9b::7f00:1]/": fault.Format, "http://[2002:7f00:1::]/": fault.Format, "http://[ff02::1]/": fault.Format,

		"http://example.com/": fault.Format, "http://www.example.com/": fault.Format, "http://example.org": fault.Format,
		"http://shop.example": fault.Format, "http://a.invalid": fault.Format, "http://a.test": fault.Format,
		"http://youhaosuda.com/": fault.Format, "http://apps.YouHaoSuDa.com./": fault.Format,
	} {
		if rule, _ := g.CheckURL(a); rule != want {
			t.Errorf("%q: rule %q, want %q", a, rule, want)
		}
	}
}

func TestAllowPrivateOpensTheHouseAndNothingElse(t *testing.T) {
	t.Parallel()
	g := Guard{RefusedDomains: []string{"youhaosuda.com"}, AllowPrivate: true}
	for _, a := range []string{"http://localhost:1/", "http://127.0.0.1:1/", "http://[::1]/", "http://10.0.0.1/", "http://intranet/", "http://a.test/"} {
		if rule, message := g.CheckURL(a); rule != "" {
			t.Errorf("%s: %s %s", a, rule, message)
		}
	}
	for _, a := range []string{"http://example.com/", "http://youhaosuda.com/", "ftp://localhost/", "http://u@localhost/", "http://127.1/"} {
		if rule, _ := g.CheckURL(a); rule != fault.Format {
			t.Errorf("%s: rule %q", a, rule)
		}
	}
}

func TestPublic(t *testing.T) {
	t.Parallel()
	for a, want := range map[string]bool{
		"1.1.1.1": true, "100.63.255.255": true, "100.64.0.0": false, "100.127.255.255": false, "100.128.0.0": true,
		"172.15.0.1": true, "172.31.0.1": false, "172.32.0.1": true, "169.254.169.254": false, "198.19.0.1": false,
		"0.1.2.3": false, "240.0.0.1": false, "::ffff:8.8.8.8": true, "::ffff:192.168.0.1": false, "::8.8.8.8": false,
		"64:ff9b::808:808": true, "64:ff9b::a9fe:a9fe": false, "64:ff9b:1::808:808": false, "2001:db8::1": false,
		"2001:4860:4860::8888": true, "fec0::1": false, "fe80::1%eth0": false, "fdff::1": false, "ff0e::1": false,
	} {
		if got := public(netip.MustParseAddr(a)); got != want {
			t.Errorf("public(%s) = %v", a, got)
		}
	}
}

func FuzzCheckURL(f *testing.F) {
	for _, a := range []string{
		"http://shop.cn/", "https://8.8.8.8:443/a?b", "http://[::ffff:7f00:1]/", "http://0x7f.1/", "http://u@a.cn/", "http://example.com./",
		"http://[::1%25lo]/", "http:a.cn", "HTTP://A.CN", "http://a.cn:0x50/", "http://a.cn\\@127.0.0.1/", "http://a.cn:80#@127.0.0.1/",
	} {
		f.Add(a)
	}
	g := Guard{RefusedDomains: []string{"youhaosuda.com"}}
	f.Fuzz(func(t *testing.T, a string) {
		rule, message := g.CheckURL(a)
		if (rule == "") != (message == "") {
			t.Fatalf("%q: rule %q says %q", a, rule, message)
		}
		if loose := (Guard{AllowPrivate: true, RefusedDomains: g.RefusedDomains}); rule == "" {
			if r, _ := loose.CheckURL(a); r != "" {
				t.Fatalf("%q is refused only when more is allowed", a)
			}
		} else {
			return
		}
		req, err := http.NewRequest(http.MethodPost, a, nil)
		if err != nil || len(a) > maxAddress {
			t.Fatalf("%q was taken: %v", a, err)
		}
		u, _ := url.Parse(a)
		host := strings.ToLower(strings.TrimSuffix(req.URL.Hostname(), "."))
		if u.User != nil || (u.Scheme != "http" && u.Scheme != "https") || host == "" {
			t.Fatalf("%q was taken", a)
		}
		if ip, err := netip.ParseAddr(host); err == nil {
			if !public(ip) {
				t.Fatalf("%q was taken and is not public", a)
			}
		} else if under(host, []string{"example.com", "youhaosuda.com", "localhost"}) || !validName(host) || !strings.Contains(host, ".") {
			t.Fatalf("%q was taken: host %q", a, host)
		}
	})
}
