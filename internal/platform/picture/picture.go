// Package picture looks at pictures that strangers send: that they are what they say, whole, and not made to harm; and
// makes smaller ones of them.
package picture

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/gif"

	"golang.org/x/sync/semaphore"
)

// Limits bounds what is looked at. Zero values mean the defaults.
type Limits struct {
	Bytes  int   // of a picture; 20 MB
	Pixels int64 // width × height; 50 megapixels. The frames of an animation may have four times as many in all
	Side   int   // width, and height; 16,384
	Memory int64 // bytes that all pictures that are decoded at a time may take; 600 MB
}

func (l Limits) withDefaults() Limits {
	return Limits{Bytes: cmp.Or(l.Bytes, 20<<20), Pixels: cmp.Or(l.Pixels, 50_000_000), Side: cmp.Or(l.Side, 1<<14), Memory: cmp.Or(l.Memory, 600<<20)}
}

// Info is what a picture is.
type Info struct {
	ContentType string // "image/png", "image/jpeg", "image/gif" or "image/webp"
	Ext         string // ".png", ".jpg", ".gif" or ".webp"
	Width       int    // pixels, as it is shown: a photograph that was taken sideways is turned
	Height      int
	Frames      int // 1 for what does not move
}

// Checker looks at pictures. It is safe for concurrent use: what does not fit into the memory that it may take waits.
type Checker struct {
	limits Limits
	memory *semaphore.Weighted
}

// New makes a checker.
func New(l Limits) *Checker {
	l = l.withDefaults()
	return &Checker{limits: l, memory: semaphore.NewWeighted(l.Memory)}
}

// MaxBytes is how many bytes a picture may have.
func (c *Checker) MaxBytes() int { return c.limits.Bytes }

// Check reads a picture from end to end. Faults: ErrUnknown, ErrSVG, ErrBytes, ErrPixels, ErrBroken; and the context's error
// when it ends while others are looked at.
func (c *Checker) Check(ctx context.Context, data []byte) (Info, error) {
	info, _, err := c.look(ctx, data, 0)
	return info, err
}

// Thumbnail checks a picture and makes it smaller, so that no side is longer than edge pixels; a small one keeps its size.
// What it gives is a JPEG; of an animation it is the first frame. Faults: as Check.
func (c *Checker) Thumbnail(ctx context.Context, data []byte, edge int) (Info, []byte, error) {
	return c.look(ctx, data, edge)
}

// look decodes the picture once, after its head has told that it may be.
func (c *Checker) look(ctx context.Context, data []byte, edge int) (Info, []byte, error) {
	plan, err := c.plan(data)
	if err != nil {
		return Info{}, nil, err
	}
	memory := min(plan.memory+shrinking(plan.config, edge), c.limits.Memory)
	if err := c.memory.Acquire(ctx, memory); err != nil {
		return Info{}, nil, fmt.Errorf("waiting to look at a picture: %w", err)
	}
	defer c.memory.Release(memory)
	m, err := plan.decode(data)
	if err != nil {
		return Info{}, nil, ErrBroken.Wrap(err)
	}
	if edge == 0 {
		return plan.info(), nil, nil
	}
	thumb, err := shrink(m, edge, plan.turn)
	return plan.info(), thumb, err
}

// plan is what the head of a picture says.
type plan struct {
	kind   *kind
	config image.Config
	frames int
	turn   orientation
	memory int64 // that it takes when it is decoded
}

// plan reads the head, and as much of the structure as tells whether it is safe to decode the rest.
func (c *Checker) plan(data []byte) (plan, error) {
	k := kindOf(data)
	switch {
	case k == nil && isSVG(data):
		return plan{}, ErrSVG
	case k == nil:
		return plan{}, ErrUnknown
	case len(data) > c.limits.Bytes:
		return plan{}, ErrBytes.WithMessage(fmt.Sprintf("The picture has more than %d bytes", c.limits.Bytes))
	}
	cfg, err := k.config(bytes.NewReader(data))
	if err != nil || cfg.Width < 1 || cfg.Height < 1 {
		return plan{}, ErrBroken.Wrap(err)
	}
	p := plan{kind: k, config: cfg, frames: 1, turn: upright}
	pixels := int64(cfg.Width) * int64(cfg.Height)
	if cfg.Width > c.limits.Side || cfg.Height > c.limits.Side || pixels > c.limits.Pixels {
		return plan{}, ErrPixels.WithMessage(fmt.Sprintf("The picture has %d × %d pixels; %d in all, and %d a side, are allowed",
			cfg.Width, cfg.Height, c.limits.Pixels, c.limits.Side))
	}
	p.memory = pixels * depth(cfg.ColorModel)
	switch k {
	case jpegKind:
		var s survey
		s, err = surveyJPEG(data)
		p.turn = s.turn
		if s.progressive {
			p.memory += 4 * pixels * min(depth(cfg.ColorModel), 4)
		}
	case gifKind:
		p.frames, p.memory, err = surveyGIF(data, 4*c.limits.Pixels)
	}
	return p, err
}

func (p plan) info() Info {
	w, h := p.config.Width, p.config.Height
	if p.turn.sideways() {
		w, h = h, w
	}
	return Info{ContentType: p.kind.contentType, Ext: p.kind.ext, Width: w, Height: h, Frames: p.frames}
}

// decode reads all of the picture: every frame of an animation, of which it gives the first.
func (p plan) decode(data []byte) (image.Image, error) {
	if p.kind != gifKind {
		return p.kind.decode(bytes.NewReader(data))
	}
	all, err := gif.DecodeAll(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return all.Image[0], nil
}

// depth is how many bytes a decoded pixel takes.
func depth(m color.Model) int64 {
	switch m {
	case color.GrayModel:
		return 1
	case color.Gray16Model:
		return 2
	case color.YCbCrModel:
		return 3
	case color.RGBA64Model, color.NRGBA64Model:
		return 8
	}
	if _, ok := m.(color.Palette); ok {
		return 1
	}
	return 4
}
