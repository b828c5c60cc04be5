package picture

import "kaidian/internal/platform/fault"

// The faults of this package.
var (
	// ErrUnknown says that the bytes are no picture of a kind that is known.
	ErrUnknown = fault.New(fault.Invalid, "picture.unknown", "The picture must be a PNG, JPEG, GIF or still WebP")
	// ErrSVG is for what is a picture, but can hold scripts that would run with the shop's pages.
	ErrSVG = fault.New(fault.Invalid, "picture.svg", "SVG pictures are refused because they can hold scripts; use PNG, JPEG, GIF or WebP")
	// ErrBytes says that there are too many bytes.
	ErrBytes = fault.New(fault.Invalid, "picture.too_large", "The picture has too many bytes")
	// ErrPixels says that a picture has too many pixels, or one side is too long, however few bytes it has.
	ErrPixels = fault.New(fault.Invalid, "picture.too_many_pixels", "The picture has too many pixels")
	// ErrBroken says that the bytes begin like a picture and do not go on like one: cut short, damaged or made to harm.
	ErrBroken = fault.New(fault.Invalid, "picture.broken", "The picture cannot be read")
)
