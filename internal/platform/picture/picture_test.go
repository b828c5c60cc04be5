package picture_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/color/palette"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"sync"
	"testing"

	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/picture"
)

// Pictures of one pixel, which nothing here can make.
const (
	lossy    = "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA"
	lossless = "UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA=="
)

func decode(t testing.TB, text string) []byte {
	t.Helper()
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// plaid is a picture that does not compress to nothing.
func plaid(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetNRGBA(x, y, color.NRGBA{uint8(x * 7), uint8(y * 5), uint8(x ^ y), 255})
		}
	}
	return m
}

func asPNG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asJPEG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asGIF(t testing.TB, w, h, frames int) []byte {
	t.Helper()
	g := &gif.GIF{}
	for range frames {
		g.Image, g.Delay = append(g.Image, image.NewPaletted(image.Rect(0, 0, w, h), palette.Plan9)), append(g.Delay, 5)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// chunk is one of a PNG.
func chunk(name string, data []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	body := append([]byte(name), data...)
	return binary.BigEndian.AppendUint32(append(out, body...), crc32.ChecksumIEEE(body))
}

// pngHead says that a picture of 8-bit colours follows.
func pngHead(w, h uint32) []byte {
	size := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	return append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(size, 8, 2, 0, 0, 0))...)
}

func TestPicturesThatAreTaken(t *testing.T) {
	t.Parallel()
	gray16 := image.NewGray16(image.Rect(0, 0, 30, 10))
	for name, c := range map[string]struct {
		data []byte
		want picture.Info
	}{
		"png":                {asPNG(t, plaid(40, 20)), picture.Info{ContentType: "image/png", Ext: ".png", Width: 40, Height: 20, Frames: 1}},
		"png of 16 bits":     {asPNG(t, gray16), picture.Info{ContentType: "image/png", Ext: ".png", Width: 30, Height: 10, Frames: 1}},
		"jpeg":               {asJPEG(t, plaid(40, 20)), picture.Info{ContentType: "image/jpeg", Ext: ".jpg", Width: 40, Height: 20, Frames: 1}},
		"gif":                {asGIF(t, 9, 8, 1), picture.Info{ContentType: "image/gif", Ext: ".gif", Width: 9, Height: 8, Frames: 1}},
		"gif that moves":     {asGIF(t, 9, 8, 20), picture.Info{ContentType: "image/gif", Ext: ".gif", Width: 9, Height: 8, Frames: 20}},
		"webp, lossy":        {decode(t, lossy), picture.Info{ContentType: "image/webp", Ext: ".webp", Width: 1, Height: 1, Frames: 1}},
		"webp, lossless":     {decode(t, lossless), picture.Info{ContentType: "image/webp", Ext: ".webp", Width: 1, Height: 1, Frames: 1}},
		"something after it": {append(asPNG(t, plaid(4, 4)), "<script>alert(1)</script>"...), picture.Info{ContentType: "image/png", Ext: ".png", Width: 4, Height: 4, Frames: 1}},
		"a film after it":    {append(asJPEG(t, plaid(4, 4)), "\x00\x00\x00\x18ftypmp42"...), picture.Info{ContentType: "image/jpeg", Ext: ".jpg", Width: 4, Height: 4, Frames: 1}},
	} {
		c1 := picture.New(picture.Limits{})
		if got, err := c1.Check(t.Context(), c.data); err != nil || got != c.want {
			t.Errorf("%s: %+v (%v)", name, got, err)
		}
		if ct, ext := picture.TypeOf(c.data[:min(len(c.data), 12)]); ct != c.want.ContentType || ext != c.want.Ext {
			t.Errorf("%s: %s %s", name, ct, ext)
		}
		_, thumb, err := c1.Thumbnail(t.Context(), c.data, 16)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if info, err := c1.Check(t.Context(), thumb); err != nil || info.ContentType != "image/jpeg" || info.Width > 16 || info.Height > 16 {
			t.Errorf("%s: its thumbnail is %+v (%v)", name, info, err)
		}
	}
}

func TestPicturesThatAreRefused(t *testing.T) {
	t.Parallel()
	whole := asPNG(t, plaid(64, 64))
	damaged := bytes.Clone(whole)
	damaged[len(damaged)/2] ^= 0xff
	photo, film, webp := asJPEG(t, plaid(64, 64)), asGIF(t, 64, 64, 3), decode(t, lossless)
	moving := append([]byte("RIFF\x1e\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00"), "ANIM\x00\x00\x00\x00"...)
	largeJPEG := []byte("\xff\xd8\xff\xc0\x00\x0b\x08\xff\xff\xff\xff\x01\x01\x11\x00\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00")
	largeGIF := []byte("GIF89a\xff\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02\x01\x00\x00;")
	for name, c := range map[string]struct {
		data []byte
		want *fault.Error
	}{
		"nothing":                  {nil, picture.ErrUnknown},
		"text":                     {[]byte("hello"), picture.ErrUnknown},
		"a page":                   {[]byte("<!doctype html><script>alert(1)</script>"), picture.ErrUnknown},
		"a document":               {[]byte("%PDF-1.7\n"), picture.ErrUnknown},
		"a bitmap":                 {[]byte("BM\x46\x00\x00\x00\x00\x00\x00\x00"), picture.ErrUnknown},
		"another riff":             {[]byte("RIFF\x00\x00\x00\x00WAVEfmt "), picture.ErrUnknown},
		"svg":                      {[]byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), picture.ErrSVG},
		"svg behind much":          {[]byte("\ufeff \n<?xml version='1.0'?><!-- a --><!DOCTYPE svg><SVG>"), picture.ErrSVG},
		"200 megapixels":           {append(pngHead(20_000, 10_000), chunk("IDAT", nil)...), picture.ErrPixels},
		"a long side":              {append(pngHead(1, 20_000), chunk("IDAT", nil)...), picture.ErrPixels},
		"more pixels than numbers": {append(pngHead(1<<31-1, 1<<31-1), chunk("IDAT", nil)...), nil},
		"a jpeg that is large":     {largeJPEG, picture.ErrPixels},
		"a gif that is large":      {largeGIF, picture.ErrPixels},
		"only a head":              {pngHead(10, 10), picture.ErrBroken},
		"an empty png":             {append(pngHead(0, 10), chunk("IDAT", nil)...), nil},
		"cut short":                {whole[:len(whole)*3/4], picture.ErrBroken},
		"without its end":          {whole[:len(whole)-12], picture.ErrBroken},
		"damaged":                  {damaged, picture.ErrBroken},
		"a jpeg cut short":         {photo[:len(photo)/2], picture.ErrBroken},
		"a gif cut short":          {film[:len(film)/2], picture.ErrBroken},
		"a gif without its end":    {film[:len(film)-1], picture.ErrBroken},
		"a gif without frames":     {[]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), picture.ErrBroken},
		"a webp cut short":         {webp[:len(webp)-4], picture.ErrBroken},
		"a webp that moves":        {moving, picture.ErrBroken},
		"a script like a gif":      {[]byte("GIF89a/*\x00\x00\x00\x00*/=1;alert(1)//"), picture.ErrBroken},
		"a page like a png":        {[]byte("\x89PNG\r\n\x1a\n<html><script>alert(1)</script>"), picture.ErrBroken},
		"a page like a jpeg":       {[]byte("\xff\xd8\xff<html><script>alert(1)</script>"), picture.ErrBroken},
	} {
		got, err := picture.New(picture.Limits{}).Check(t.Context(), c.data)
		if c.want == nil && err == nil || c.want != nil && !errors.Is(err, c.want) || fault.CodeOf(err) != fault.Invalid {
			t.Errorf("%s: %+v (%v), want %v", name, got, err, c.want)
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	data := asPNG(t, plaid(64, 32))
	for name, c := range map[string]struct {
		limits picture.Limits
		want   *fault.Error
	}{
		"as many bytes":        {picture.Limits{Bytes: len(data)}, nil},
		"one byte more":        {picture.Limits{Bytes: len(data) - 1}, picture.ErrBytes},
		"as many pixels":       {picture.Limits{Pixels: 64 * 32}, nil},
		"one pixel more":       {picture.Limits{Pixels: 64*32 - 1}, picture.ErrPixels},
		"as long a side":       {picture.Limits{Side: 64}, nil},
		"a longer side":        {picture.Limits{Side: 63}, picture.ErrPixels},
		"more than the memory": {picture.Limits{Memory: 1}, nil}, // it has all of it to itself
	} {
		if _, err := picture.New(c.limits).Check(t.Context(), data); c.want == nil && err != nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if n := picture.New(picture.Limits{}).MaxBytes(); n != 20<<20 {
		t.Errorf("%d bytes are taken", n)
	}
}

// TestFramesCount: frames of one colour take no bytes to speak of.
func TestFramesCount(t *testing.T) {
	t.Parallel()
	c := picture.New(picture.Limits{Pixels: 100 * 100})
	if _, err := c.Check(t.Context(), asGIF(t, 100, 100, 4)); err != nil {
		t.Errorf("four frames: %v", err)
	}
	if _, err := c.Check(t.Context(), asGIF(t, 100, 100, 5)); !errors.Is(err, picture.ErrPixels) {
		t.Errorf("five frames: %v", err)
	}
	if _, err := picture.New(picture.Limits{}).Check(t.Context(), asGIF(t, 1, 1, 2001)); !errors.Is(err, picture.ErrPixels) {
		t.Errorf("2001 frames: %v", err)
	}
}

// TestScansCount: each scan of a progressive picture goes over all of it.
func TestScansCount(t *testing.T) {
	t.Parallel()
	photo := asJPEG(t, plaid(8, 8))
	at := bytes.Index(photo, []byte("\xff\xda"))
	scan := []byte("\xff\xda\x00\x08\x01\x01\x00\x00\x00\x00")
	bomb := append(bytes.Clone(photo[:at]), bytes.Repeat(scan, 10_000)...)
	_, err := picture.New(picture.Limits{}).Check(t.Context(), bomb)
	if f := fault.As(err); !errors.Is(err, picture.ErrBroken) || !strings.Contains(f.Message, "scans") {
		t.Errorf("%v", err)
	}
}

func TestManyAtATime(t *testing.T) {
	t.Parallel()
	c := picture.New(picture.Limits{Memory: 300 * 300 * 4}) // one and a bit
	data := asPNG(t, plaid(300, 200))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, _, err := c.Thumbnail(t.Context(), data, 10); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Check(gone, data); !errors.Is(err, context.Canceled) {
		t.Errorf("of a caller who gave up: %v", err)
	}
}

func TestThumbnailKeepsTheShape(t *testing.T) {
	t.Parallel()
	c := picture.New(picture.Limits{})
	for _, s := range []struct{ w, h, wantW, wantH int }{
		{1000, 500, 480, 240}, {500, 1000, 240, 480}, {480, 480, 480, 480}, {100, 50, 100, 50}, {2000, 1, 480, 1}, {1, 2000, 1, 480}, {961, 481, 480, 240},
	} {
		_, thumb, err := c.Thumbnail(t.Context(), asPNG(t, image.NewGray(image.Rect(0, 0, s.w, s.h))), 480)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := c.Check(t.Context(), thumb); err != nil || got.Width != s.wantW || got.Height != s.wantH {
			t.Errorf("%d × %d became %d × %d (%v)", s.w, s.h, got.Width, got.Height, err)
		}
	}
}

func TestWhatShinesThroughLiesOnWhite(t *testing.T) {
	t.Parallel()
	m := image.NewNRGBA(image.Rect(0, 0, 64, 64)) // of black that is not there
	_, thumb, err := picture.New(picture.Limits{}).Thumbnail(t.Context(), asPNG(t, m), 32)
	if err != nil {
		t.Fatal(err)
	}
	small, err := jpeg.Decode(bytes.NewReader(thumb))
	if err != nil {
		t.Fatal(err)
	}
	if r, g, b, _ := small.At(16, 16).RGBA(); r < 0xfa00 || g < 0xfa00 || b < 0xfa00 {
		t.Errorf("it is %x %x %x", r, g, b)
	}
}

// held puts an Exif segment behind the beginning of a JPEG that says how the camera was held.
func held(data []byte, orientation uint16, order binary.AppendByteOrder) []byte {
	tiff := []byte("MM\x00*")
	if order == binary.AppendByteOrder(binary.LittleEndian) {
		tiff = []byte("II*\x00")
	}
	tiff = order.AppendUint32(tiff, 8)
	tiff = order.AppendUint16(tiff, 2)
	for _, e := range [][2]uint16{{0x0100, 7}, {0x0112, orientation}} {
		tiff = order.AppendUint16(order.AppendUint16(tiff, e[0]), 3)
		tiff = order.AppendUint16(order.AppendUint16(order.AppendUint32(tiff, 1), e[1]), 0)
	}
	body := append([]byte("Exif\x00\x00"), tiff...)
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(body)+2))
	out := append(bytes.Clone(data[:2]), append(segment, body...)...)
	return append(out, data[2:]...)
}

// TestPhotographsAreTurned holds thumbnails to what Exif says of each orientation: where the corners of what the camera saw
// at the top left, which is red here, and at the top right, which is blue, are shown.
func TestPhotographsAreTurned(t *testing.T) {
	t.Parallel()
	m := image.NewNRGBA(image.Rect(0, 0, 64, 32))
	for y := range 32 {
		for x := range 64 {
			c := color.NRGBA{255, 255, 255, 255}
			switch {
			case x < 16 && y < 16:
				c = color.NRGBA{255, 0, 0, 255}
			case x >= 48 && y < 16:
				c = color.NRGBA{0, 0, 255, 255}
			}
			m.SetNRGBA(x, y, c)
		}
	}
	photo := asJPEG(t, m)
	for orientation, want := range map[uint16]struct{ red, blue string }{
		0: {"top left", "top right"}, 1: {"top left", "top right"}, 2: {"top right", "top left"}, 3: {"bottom right", "bottom left"},
		4: {"bottom left", "bottom right"}, 5: {"top left", "bottom left"}, 6: {"top right", "bottom right"},
		7: {"bottom right", "top right"}, 8: {"bottom left", "top left"}, 9: {"top left", "top right"},
	} {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			info, thumb, err := picture.New(picture.Limits{}).Thumbnail(t.Context(), held(photo, orientation, order), 64)
			if err != nil {
				t.Fatal(err)
			}
			small, err := jpeg.Decode(bytes.NewReader(thumb))
			if err != nil {
				t.Fatal(err)
			}
			if w, h := small.Bounds().Dx(), small.Bounds().Dy(); w != info.Width || h != info.Height || (w < h) != (orientation >= 5 && orientation <= 8) {
				t.Errorf("%d: %d × %d, said to be %d × %d", orientation, w, h, info.Width, info.Height)
			}
			red, blue := corner(small, 0), corner(small, 2)
			if red != want.red || blue != want.blue {
				t.Errorf("%d in %s: red is at the %s, blue at the %s", orientation, order, red, blue)
			}
		}
	}
}

// corner tells where a picture has the pure colour of a channel.
func corner(m image.Image, channel int) string {
	b := m.Bounds()
	for name, p := range map[string]image.Point{
		"top left": {4, 4}, "top right": {b.Dx() - 5, 4}, "bottom left": {4, b.Dy() - 5}, "bottom right": {b.Dx() - 5, b.Dy() - 5},
	} {
		var c [3]uint32
		c[0], c[1], c[2], _ = m.At(p.X, p.Y).RGBA()
		if c[channel] > 0xc000 && c[(channel+1)%3] < 0x4000 && c[(channel+2)%3] < 0x4000 {
			return name
		}
	}
	return "none"
}

func FuzzThumbnail(f *testing.F) {
	photo := asJPEG(f, plaid(20, 10))
	for _, seed := range [][]byte{
		asPNG(f, plaid(20, 10)), photo, held(photo, 6, binary.BigEndian), asGIF(f, 5, 4, 3), decode(f, lossy), decode(f, lossless), pngHead(1<<20, 1),
		[]byte("<svg>"), []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00"), []byte("\xff\xd8\xff\xe1\x00\x00"), []byte("\xff\xd8\xff\xe1\x00\x01\xff\xd9"),
	} {
		f.Add(seed)
	}
	c := picture.New(picture.Limits{Bytes: 1 << 16, Pixels: 1 << 16, Side: 1 << 12})
	f.Fuzz(func(t *testing.T, data []byte) {
		info, thumb, err := c.Thumbnail(t.Context(), data, 32)
		if err != nil {
			if fault.CodeOf(err) != fault.Invalid {
				t.Fatal(err)
			}
			return
		}
		if info.Width < 1 || info.Height < 1 || info.Width*info.Height > 1<<16 || info.Frames < 1 || info.Ext == "" {
			t.Fatalf("%+v", info)
		}
		small, err := c.Check(t.Context(), thumb)
		if err != nil || small.Width > 32 || small.Height > 32 {
			t.Fatalf("its thumbnail is %+v (%v)", small, err)
		}
	})
}
