package picture

import (
	"bytes"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"strings"

	"golang.org/x/image/webp"
)

// kind is a format of pictures.
type kind struct {
	contentType string
	ext         string // of files, with its dot
	config      func(io.Reader) (image.Config, error)
	decode      func(io.Reader) (image.Image, error)
}

var (
	pngKind  = &kind{"image/png", ".png", png.DecodeConfig, png.Decode}
	jpegKind = &kind{"image/jpeg", ".jpg", jpeg.DecodeConfig, jpeg.Decode}
	gifKind  = &kind{"image/gif", ".gif", gif.DecodeConfig, gif.Decode}
	webpKind = &kind{"image/webp", ".webp", webp.DecodeConfig, webp.Decode}
)

// kindOf tells the format by how the bytes begin, or nil.
func kindOf(data []byte) *kind {
	switch {
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		return pngKind
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		return jpegKind
	case bytes.HasPrefix(data, []byte("GIF87a")), bytes.HasPrefix(data, []byte("GIF89a")):
		return gifKind
	case len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP":
		return webpKind
	}
	return nil
}

// TypeOf gives the content type and the extension of a picture by how its bytes begin; 12 of them are enough. Nothing is
// said about the rest. Both are empty for anything else.
func TypeOf(data []byte) (contentType, ext string) {
	if k := kindOf(data); k != nil {
		return k.contentType, k.ext
	}
	return "", ""
}

// svgWithin is how far into a file its svg element may stand behind comments.
const svgWithin = 4096

// isSVG tells whether a text looks like an SVG.
func isSVG(data []byte) bool {
	head := strings.ToLower(string(data[:min(len(data), svgWithin)]))
	head = strings.TrimLeft(strings.TrimPrefix(head, "\ufeff"), " \t\r\n")
	return strings.HasPrefix(head, "<") && strings.Contains(head, "<svg")
}
