package picture

import "encoding/binary"

// maxFrames bounds an animation.
const maxFrames = 2000

// surveyGIF walks the blocks of a GIF without unpacking them and counts its frames and their pixels: a few bytes may unpack
// to a frame of megabytes, and there may be many.
func surveyGIF(data []byte, maxPixels int64) (frames int, pixels int64, err error) {
	w := walker{data: data}
	screen := w.take(13) // signature and screen
	if screen != nil {
		w.skip(table(screen[10]))
	}
	for {
		switch b := w.take(1); {
		case b == nil:
			return 0, 0, ErrBroken
		case b[0] == 0x3b: // the end
			if frames == 0 {
				return 0, 0, ErrBroken
			}
			return frames, pixels, nil
		case b[0] == 0x21: // an extension
			w.skip(1)
			w.blocks()
		case b[0] == 0x2c:
			head := w.take(9)
			if head == nil {
				return 0, 0, ErrBroken
			}
			frames++
			pixels += int64(binary.LittleEndian.Uint16(head[4:])) * int64(binary.LittleEndian.Uint16(head[6:]))
			if frames > maxFrames || pixels > maxPixels {
				return 0, 0, ErrPixels.WithMessage("The animation has too many frames")
			}
			w.skip(table(head[8]) + 1) // and the size of codes
			w.blocks()
		default:
			return 0, 0, ErrBroken
		}
	}
}

// table gives the size in bytes of the colour table that flags announce.
func table(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

// walker reads on through bytes. After their end it gives nothing.
type walker struct {
	data []byte
	at   int
}

// take gives the next n bytes, or nil when there are not so many.
func (w *walker) take(n int) []byte {
	if n < 0 || n > len(w.data)-w.at {
		w.at = len(w.data)
		return nil
	}
	w.at += n
	return w.data[w.at-n : w.at]
}

func (w *walker) skip(n int) { w.take(n) }

// blocks goes past blocks that begin with their size, up to the one without any.
func (w *walker) blocks() {
	for {
		n := w.take(1)
		if n == nil || n[0] == 0 {
			return
		}
		w.skip(int(n[0]))
	}
}
