package content_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image/color"
	"image/jpeg"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"kaidian/internal/commerce/content"
	"kaidian/internal/platform/blob"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/netguard"
	"kaidian/internal/platform/picture"
)

func TestKeepPicture(t *testing.T) {
	t.Parallel()
	k := open(t, dbtest.OpenSQLite(t))
	data := pixels(t, 1000, 500, color.RGBA{200, 0, 0, 255})
	p, err := k.KeepPicture(t.Context(), data)
	name := blob.NameOf(data)
	want := content.Picture{Info: picture.Info{ContentType: "image/png", Ext: ".png", Width: 1000, Height: 500, Frames: 1},
		Blob: name, URL: "/files/" + name + ".png", Thumbnail: "/files/" + name + "-480.jpg"}
	if err != nil || p != want {
		t.Fatalf("%+v (%v)", p, err)
	}
	small, err := k.Open(t.Context(), strings.TrimPrefix(p.Thumbnail, content.Folder))
	if err != nil {
		t.Fatal(err)
	}
	defer small.Close()
	m, err := jpeg.Decode(small)
	if err != nil || m.Bounds().Dx() != 480 || m.Bounds().Dy() != 240 || small.ContentType != "image/jpeg" || !small.Inline || small.Name != name+"-480" {
		t.Errorf("the small one: %+v (%v)", small, err)
	}
	if again, err := k.KeepPicture(t.Context(), data); err != nil || again != p {
		t.Errorf("again: %+v (%v)", again, err)
	}
	if _, err := k.KeepPicture(t.Context(), []byte("<svg/>")); !errors.Is(err, picture.ErrSVG) {
		t.Errorf("svg: %v", err)
	}
}

// gallery is somebody's server with pictures.
func gallery(t *testing.T, data []byte) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/a.png", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Cookie")+r.Header.Get("Authorization")+r.Header.Get("Referer") != "" {
			t.Errorf("it was asked with %v", r.Header)
		}
		w.Write(data)
	})
	for path, to := range map[string]string{"/once": "/a.png", "/loop": "/loop", "/out": "http://example.com/a.png", "/file": "file:///etc/passwd", "/login": "http://u:p@h.cn/"} {
		mux.Handle(path, http.RedirectHandler(to, http.StatusFound))
	}
	mux.HandleFunc("/hang", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	mux.HandleFunc("/endless", func(w http.ResponseWriter, _ *http.Request) {
		for chunk := make([]byte, 1<<16); ; {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	mux.HandleFunc("/cut", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		w.Write([]byte("x"))
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func TestFetchPicture(t *testing.T) {
	t.Parallel()
	data := pixels(t, 4, 4, color.Black)
	g := gallery(t, data)
	d := dbtest.OpenSQLite(t)
	k := open(t, d)
	for _, path := range []string{"/a.png", "/a.png?v=1", "/once"} {
		if got, err := k.FetchPicture(t.Context(), g.URL+path); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%s: %d bytes (%v)", path, len(got), err)
		}
	}
	if p, err := k.KeepPicture(t.Context(), data); err != nil {
		t.Error(err)
	} else if got, err := k.FetchPicture(t.Context(), p.URL); err != nil || !bytes.Equal(got, data) {
		t.Errorf("what is kept here: %d bytes (%v)", len(got), err)
	}
	if _, err := k.FetchPicture(t.Context(), content.Folder+"../shop.db"); !errors.Is(err, content.ErrNotFetched) {
		t.Errorf("what is not kept here: %v", err)
	}
	quick := open(t, d, func(o *content.Options) { o.Timeout = 50 * time.Millisecond })
	for path, want := range map[string]*fault.Error{
		"/none": content.ErrNotFetched, "/loop": content.ErrNotFetched, "/out": content.ErrNotFetched, "/file": content.ErrNotFetched,
		"/login": content.ErrNotFetched, "/hang": content.ErrNotFetched, "/cut": content.ErrNotFetched,
	} {
		got, err := quick.FetchPicture(t.Context(), g.URL+path+"?secret=x")
		if !errors.Is(err, want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %d bytes (%v)", path, len(got), err)
		}
	}
	if got, err := k.FetchPicture(t.Context(), g.URL+"/endless"); !errors.Is(err, picture.ErrBytes) {
		t.Errorf("%d bytes (%v)", len(got), err)
	}
}

func TestNothingInTheHouseIsFetched(t *testing.T) {
	t.Parallel()
	g := gallery(t, pixels(t, 4, 4, color.Black))
	port := g.URL[strings.LastIndex(g.URL, ":"):]
	d := dbtest.OpenSQLite(t)
	strict := open(t, d, func(o *content.Options) {
		o.Guard, o.Resolver = netguard.Guard{}, resolver(t, [4]byte{127, 0, 0, 1})
	})
	for _, address := range []string{
		"", "a.png", "/static/a.png", "ftp://h.cn/a.png", "file:///etc/passwd", g.URL + "/a.png", "http://localhost" + port + "/a.png",
		"http://[::1]" + port + "/a.png", "http://169.254.169.254/latest/meta-data/", "http://2130706433/", "http://u:p@h.cn/a.png", "data:image/png;base64,AAAA",
	} {
		_, err := strict.FetchPicture(t.Context(), address)
		if f := fault.As(err); f == nil || f.Reason != "content.invalid_address" || len(f.Fields) != 1 || f.Fields[0].Name != "src" {
			t.Errorf("%q: %v", address, err)
		}
	}
	byName := "http://rebound.shop.cn" + port + "/a.png"
	if _, err := strict.FetchPicture(t.Context(), byName); !errors.Is(err, content.ErrNotFetched) || !errors.Is(err, netguard.ErrPrivate) {
		t.Errorf("by a name that leads into the house: %v", err)
	}
	loose := open(t, d, func(o *content.Options) { o.Resolver = resolver(t, [4]byte{127, 0, 0, 1}) })
	if _, err := loose.FetchPicture(t.Context(), byName); err != nil {
		t.Errorf("nothing else stands in the way: %v", err)
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
			if answer := resolve(buf[:n], ip); answer != nil {
				server.WriteTo(answer, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", server.LocalAddr().String())
	}}
}

// resolve answers a question for an A record with ip, and any other with nothing.
func resolve(question []byte, ip [4]byte) []byte {
	end := 12
	for end < len(question) && question[end] != 0 {
		end += int(question[end]) + 1
	}
	if end += 5; end > len(question) {
		return nil
	}
	out := append([]byte(nil), question[:end]...)
	out[2], out[3] = 0x81, 0x80
	binary.BigEndian.PutUint16(out[4:], 1)
	copy(out[6:12], make([]byte, 6))
	if binary.BigEndian.Uint16(question[end-4:]) != 1 {
		return out
	}
	out[7] = 1
	out = append(out, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4)
	return append(out, ip[:]...)
}
