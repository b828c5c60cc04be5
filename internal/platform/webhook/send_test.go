package webhook_test

import (
	"context"
	"encoding/binary"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/webhook"
)

func TestRedirectIsAFailureAndNotFollowed(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		h, r, inside := newHouse(t, d, options()), listen(t, 200), listen(t, 200)
		r.reply(http.RedirectHandler(inside.URL, http.StatusTemporaryRedirect).ServeHTTP)
		h.start()
		h.subscribe("app_a", "shop/update", r.URL)
		h.happen("evt_1", "shop/update", "{}")
		if d := h.settled(webhook.Pending, 1); d.LastStatus != 307 || len(inside.hits) != 0 {
			t.Errorf("%d followed; logged %+v", len(inside.hits), d)
		}
	})
}

func TestReceiverThatHangsIsLeft(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		o := options()
		o.Timeout = 50 * time.Millisecond
		h, r := newHouse(t, d, o), listen(t, 200)
		r.reply(func(_ http.ResponseWriter, req *http.Request) { <-req.Context().Done() })
		h.start()
		h.subscribe("app_a", "shop/update", r.URL+"/?secret=x")
		h.happen("evt_1", "shop/update", "{}")
		if d := h.settled(webhook.Pending, 1); d.LastStatus != 0 || d.LastError == "" || strings.Contains(d.LastError, "secret") {
			t.Errorf("logged %+v", d)
		}
	})
}

func TestEndlessAnswerIsNotRead(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		h, r := newHouse(t, d, options()), listen(t, 200)
		sent := make(chan int, 1)
		r.reply(func(w http.ResponseWriter, _ *http.Request) {
			n, chunk := 0, make([]byte, 1<<16)
			for {
				if _, err := w.Write(chunk); err != nil {
					sent <- n
					return
				}
				n += len(chunk)
			}
		})
		h.start()
		h.subscribe("app_a", "shop/update", r.URL)
		h.happen("evt_1", "shop/update", "{}")
		h.settled(webhook.Delivered, 1)
		if n := <-sent; n > 64<<20 { // what lies in the sockets' buffers besides
			t.Errorf("%d bytes were taken", n)
		}
	})
}

// TestPrivateAddressIsNotDialled puts a webhook in the house's own network past the check at its making: by a name
// that resolves there, and by a setting that was switched off since.
func TestPrivateAddressIsNotDialled(t *testing.T) {
	onEngines(t, func(t *testing.T, d *db.DB, _ string) {
		r := listen(t, 200)
		u, err := url.Parse(r.URL)
		if err != nil {
			t.Fatal(err)
		}
		byName := "http://rebound.shop.cn:" + u.Port() + "/"
		for _, c := range []struct {
			address      string
			allow        bool
			want         webhook.Status
			loggedReason string
		}{
			{byName, true, webhook.Delivered, ""}, // the resolver works, and nothing else stands in the way
			{byName, false, webhook.Pending, "private network"},
			{r.URL, false, webhook.Pending, "private network"},
		} {
			if _, err := d.SQL().Exec(`delete from webhook_deliveries`); err != nil {
				t.Fatal(err)
			}
			open := newHouse(t, d, options())
			w := open.subscribe("app_a", "shop/update", c.address)
			o := options()
			o.AllowPrivate, o.Resolver = c.allow, resolver(t, [4]byte{127, 0, 0, 1})
			h := newHouse(t, d, o)
			h.happen("evt_1", "shop/update", "{}")
			h.start()
			got := h.settled(c.want, 1)
			if arrived := len(r.hits) == 1; arrived != c.allow || !strings.Contains(got.LastError, c.loggedReason) {
				t.Errorf("%+v: arrived %v; logged %+v", c, arrived, got)
			}
			for len(r.hits) > 0 {
				<-r.hits
			}
			if err := h.Delete(t.Context(), "app_a", w.Number); err != nil {
				t.Fatal(err)
			}
			h.stop()
			if _, err := d.SQL().Exec(`delete from jobs`); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestNoProxyIsAsked: a proxy would resolve and dial for us, past the check.
func TestNoProxyIsAsked(t *testing.T) {
	proxy := listen(t, 200)
	t.Setenv("HTTP_PROXY", proxy.URL)
	t.Setenv("http_proxy", proxy.URL)
	dial := func(context.Context, string, string) (net.Conn, error) {
		return nil, net.UnknownNetworkError("no such name")
	}
	d := dbtest.OpenSQLite(t)
	o := options()
	o.Resolver = &net.Resolver{PreferGo: true, Dial: dial}
	h := newHouse(t, d, o)
	h.subscribe("app_a", "shop/update", "http://far.shop.cn/")
	h.happen("evt_1", "shop/update", "{}")
	h.start()
	h.settled(webhook.Pending, 1)
	if len(proxy.hits) != 0 {
		t.Error("the proxy was asked")
	}
}

// resolver asks a server of this test, which has one address for every name.
func resolver(t *testing.T, ip [4]byte) *net.Resolver {
	t.Helper()
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	go func() {
		for buf := make([]byte, 1500); ; {
			n, from, err := server.ReadFrom(buf)
			if err != nil {
				return
			}
			server.WriteTo(answer(buf[:n], ip), from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", server.LocalAddr().String())
	}}
}

// answer makes the reply to a DNS query with one question: the address when it asks for IPv4, else nothing.
func answer(query []byte, ip [4]byte) []byte {
	end := 12
	for query[end] != 0 {
		end += int(query[end]) + 1
	}
	end += 5
	out := append([]byte(nil), query[:end]...)
	binary.BigEndian.PutUint16(out[2:], 0x8180)
	clear(out[6:12])
	if binary.BigEndian.Uint16(query[end-4:]) == 1 {
		out[7] = 1
		out = append(out, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
		out = append(out, ip[:]...)
	}
	return out
}
