package content_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"testing"
	"time"

	"kaidian/internal/commerce/content"
	"kaidian/internal/platform/blob"
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/netguard"
	"kaidian/internal/platform/picture"
)

var opening = time.Date(2024, 5, 20, 4, 30, 0, 123_000_000, time.UTC)

// cabinet is a Service with what tests look at.
type cabinet struct {
	*content.Service
	t     *testing.T
	clock *clock.Fake
	blobs blob.Store
	shown map[string]bool // names of bytes that something besides files shows
}

func open(t *testing.T, d *db.DB, change ...func(*content.Options)) *cabinet {
	t.Helper()
	k := &cabinet{t: t, clock: clock.NewFake(opening), blobs: blob.NewDisk(t.TempDir()), shown: map[string]bool{}}
	o := content.Options{DB: d, Clock: k.clock, Blobs: k.blobs, Pictures: picture.New(picture.Limits{Bytes: 1 << 16}),
		Guard: netguard.Guard{AllowPrivate: true}, Used: func(_ context.Context, name string) (bool, error) { return k.shown[name], nil }}
	for _, f := range change {
		f(&o)
	}
	k.Service = content.New(o)
	t.Cleanup(k.Close)
	return k
}

func (k *cabinet) file(name, contentType, data string) content.File {
	k.t.Helper()
	f, err := k.CreateFile(k.t.Context(), content.NewFile{Name: name, ContentType: contentType, Data: []byte(data)})
	if err != nil {
		k.t.Fatal(err)
	}
	return f
}

// pixels is a PNG of one colour.
func pixels(t testing.TB, w, h int, c color.Color) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
