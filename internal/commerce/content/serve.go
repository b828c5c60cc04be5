package content

import (
	"context"
	"errors"
	"io"
	"strings"

	"kaidian/internal/platform/blob"
	"kaidian/internal/platform/picture"
)

// Folder is the path under which files are served.
const Folder = "/files/"

// address gives the path at which bytes are served.
func address(name, ext string) string { return Folder + name + ext }

// Served is bytes on their way out. The caller closes them.
type Served struct {
	io.ReadSeekCloser
	Size        int64
	Name        string // that of the bytes: it changes when they do
	ContentType string
	Inline      bool // to be shown; else to be saved
}

// Open finds what is served under Folder by its path there: "<name>.png". A picture is only served as what it is. It takes
// no statement. Fault: ErrFileNotFound.
func (s *Service) Open(ctx context.Context, path string) (Served, error) {
	name, ext, _ := strings.Cut(path, ".")
	k, ok := kindByExt("." + ext)
	if !ok || !blob.ValidName(name) {
		return Served{}, ErrFileNotFound
	}
	r, size, err := s.o.Blobs.Open(ctx, name)
	if errors.Is(err, blob.ErrNotFound) {
		return Served{}, ErrFileNotFound
	}
	if err != nil {
		return Served{}, err
	}
	if k.inline {
		if err := isPicture(r, k.contentType); err != nil {
			return Served{}, errors.Join(err, r.Close())
		}
	}
	return Served{ReadSeekCloser: r, Size: size, Name: name, ContentType: k.served, Inline: k.inline}, nil
}

// isPicture looks at the beginning of bytes and goes back there.
func isPicture(r io.ReadSeeker, contentType string) error {
	head := make([]byte, 12)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return err
	}
	if t, _ := picture.TypeOf(head[:n]); t != contentType {
		return ErrFileNotFound
	}
	_, err = r.Seek(0, io.SeekStart)
	return err
}
