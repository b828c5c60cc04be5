package picture

import (
	"bytes"
	"encoding/binary"
)

// maxScans bounds how often a progressive JPEG goes over its pixels: a scan of a few bytes takes as long as one of many.
// Encoders make ten or so.
const maxScans = 200

// survey is what the segments of a JPEG tell.
type survey struct {
	turn        orientation
	progressive bool // it is kept as coefficients until its last scan
	scans       int
}

// surveyJPEG walks the segments of a JPEG without decoding them. What is missing the decoder will find.
func surveyJPEG(data []byte) (survey, error) {
	s := survey{turn: upright}
	w := walker{data: data, at: 2}
	for {
		marker, ok := w.marker()
		if !ok || marker == 0xd9 { // the end
			return s, nil
		}
		if marker == 0xd8 || marker == 0x01 || 0xd0 <= marker && marker <= 0xd7 {
			continue // without a segment
		}
		size := w.take(2)
		if size == nil {
			return s, nil
		}
		segment := w.take(int(binary.BigEndian.Uint16(size)) - 2)
		switch {
		case segment == nil:
			return s, nil
		case marker == 0xc2:
			s.progressive = true
		case marker == 0xe1 && s.turn == upright:
			s.turn = exif(segment)
		case marker == 0xda:
			if s.scans++; s.scans > maxScans {
				return s, ErrBroken.WithMessage("The picture has too many scans")
			}
		}
	}
}

// marker finds the next marker: 0xff and a byte that is neither zero, which says that the 0xff is data, nor one more 0xff.
func (w *walker) marker() (byte, bool) {
	for {
		i := bytes.IndexByte(w.data[w.at:], 0xff)
		if i < 0 || w.at+i+1 >= len(w.data) {
			w.at = len(w.data)
			return 0, false
		}
		w.at += i + 1
		if b := w.data[w.at]; b != 0 && b != 0xff {
			w.at++
			return b, true
		}
	}
}

// orientation is how a picture is turned and mirrored before it is shown, as Exif numbers it.
type orientation uint8

const upright orientation = 1

// sideways tells whether width and height change places.
func (o orientation) sideways() bool { return o >= 5 }

// exif finds the orientation in a segment, upright when there is none.
func exif(segment []byte) orientation {
	tiff, ok := bytes.CutPrefix(segment, []byte("Exif\x00\x00"))
	if !ok || len(tiff) < 8 {
		return upright
	}
	var order binary.ByteOrder
	switch string(tiff[:2]) {
	case "II":
		order = binary.LittleEndian
	case "MM":
		order = binary.BigEndian
	default:
		return upright
	}
	w := walker{data: tiff, at: int(min(order.Uint32(tiff[4:]), uint32(len(tiff))))}
	count := w.take(2)
	if count == nil {
		return upright
	}
	for range order.Uint16(count) {
		entry := w.take(12)
		if entry == nil {
			return upright
		}
		if order.Uint16(entry) == 0x0112 && order.Uint16(entry[2:]) == 3 { // Orientation, a short
			if v := order.Uint16(entry[8:]); 1 <= v && v <= 8 {
				return orientation(v)
			}
			return upright
		}
	}
	return upright
}
