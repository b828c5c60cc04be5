package picture

import (
	"bytes"
	"image"
	"image/jpeg"

	"golang.org/x/image/draw"
)

// quality is that of JPEG thumbnails.
const quality = 85

// fit gives the size of a picture whose longer side is edge at most.
func fit(w, h, edge int) (int, int) {
	longer := max(w, h)
	if longer <= edge {
		return w, h
	}
	return max(1, (w*edge+longer/2)/longer), max(1, (h*edge+longer/2)/longer)
}

// shrinking is how many bytes it takes to make a thumbnail: the scaler keeps every line of the original, narrowed, as
// floating point numbers.
func shrinking(c image.Config, edge int) int64 {
	if edge == 0 {
		return 0
	}
	w, _ := fit(c.Width, c.Height, edge)
	return int64(w) * int64(c.Height) * 32
}

// shrink makes the thumbnail, turned upright, a JPEG. What lets something shine through lies on white.
func shrink(m image.Image, edge int, turn orientation) ([]byte, error) {
	b := m.Bounds()
	w, h := fit(b.Dx(), b.Dy(), edge)
	small := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.CatmullRom.Scale(small, small.Bounds(), m, b, draw.Src, nil)
	if !small.Opaque() {
		paper := image.NewRGBA(small.Bounds())
		draw.Draw(paper, paper.Bounds(), image.White, image.Point{}, draw.Src)
		draw.Draw(paper, paper.Bounds(), small, image.Point{}, draw.Over)
		small = paper
	}
	var out bytes.Buffer
	err := jpeg.Encode(&out, turned(small, turn), &jpeg.Options{Quality: quality})
	return out.Bytes(), err
}

// turned shows a picture as it was meant.
func turned(m *image.RGBA, turn orientation) *image.RGBA {
	if turn == upright {
		return m
	}
	w, h := m.Rect.Dx(), m.Rect.Dy()
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	if turn.sideways() {
		out = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range h {
		for x := range w {
			tx, ty := turn.place(x, y, w, h)
			out.SetRGBA(tx, ty, m.RGBAAt(x, y))
		}
	}
	return out
}

// place tells where a pixel of a picture of w × h goes.
func (o orientation) place(x, y, w, h int) (int, int) {
	switch o {
	case 2: // mirrored
		return w - 1 - x, y
	case 3: // upside down
		return w - 1 - x, h - 1 - y
	case 4: // mirrored upside down
		return x, h - 1 - y
	case 5: // mirrored at the diagonal
		return y, x
	case 6: // turned to the right: its left side becomes the top
		return h - 1 - y, x
	case 7:
		return h - 1 - y, w - 1 - x
	case 8:
		return y, w - 1 - x
	}
	return x, y
}
