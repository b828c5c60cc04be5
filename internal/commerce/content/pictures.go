package content

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"kaidian/internal/platform/blob"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/picture"
)

// Edge is the longer side of a thumbnail in pixels.
const Edge = 480

// edgeKind names the thumbnail that stands beside a picture.
const edgeKind = "480"

// Picture is a picture whose bytes are kept.
type Picture struct {
	picture.Info
	Blob      string // the name of its bytes
	URL       string // as it is served: "/files/….png"
	Thumbnail string // that of the small one: "/files/…-480.jpg"
}

// KeepPicture checks a picture, makes its thumbnail and keeps both. Faults: those of package picture.
func (s *Service) KeepPicture(ctx context.Context, data []byte) (Picture, error) {
	info, thumb, err := s.o.Pictures.Thumbnail(ctx, data, Edge)
	if err != nil {
		return Picture{}, err
	}
	defer s.lock(data)()
	name, err := s.o.Blobs.Put(ctx, data)
	if err != nil {
		return Picture{}, err
	}
	if _, err := s.o.Blobs.PutBeside(ctx, name, edgeKind, thumb); err != nil {
		return Picture{}, err
	}
	return Picture{Info: info, Blob: name, URL: address(name, info.Ext), Thumbnail: ThumbnailURL(name)}, nil
}

// ThumbnailURL gives the address of the thumbnail of a picture whose bytes have the name.
func ThumbnailURL(name string) string { return address(blob.Beside(name, edgeKind), ".jpg") }

// lock keeps bytes from being deleted until what it gives is called.
func (s *Service) lock(data []byte) (unlock func()) {
	l := &s.locks[stripe(blob.NameOf(data))]
	l.Lock()
	return l.Unlock
}

// stripe gives the lock of a name: the number that its first two digits write.
func stripe(name string) (n int) {
	for _, c := range name[:min(2, len(name))] {
		n = n<<4 | int(c&15+c>>6*9)
	}
	return n & 255
}

// maxRedirects bounds how often an address leads to another.
const maxRedirects = 3

// FetchPicture gets the bytes of a picture from an address, which a stranger may have chosen: nothing in the house is asked,
// at no redirect either. A path under Folder is one that is kept here. It is called outside of transactions. Faults: Invalid
// with the field src, ErrNotFetched, picture.ErrBytes.
func (s *Service) FetchPicture(ctx context.Context, address string) ([]byte, error) {
	if path, ok := strings.CutPrefix(address, Folder); ok {
		return s.read(ctx, path)
	}
	if rule, words := s.o.Guard.CheckURL(address); rule != "" {
		return nil, fault.Fields(reasonInvalidAddress, fault.Field{Name: "src", Rule: rule, Message: "src " + words})
	}
	ctx, cancel := context.WithTimeout(ctx, s.o.Timeout)
	defer cancel()
	for range maxRedirects + 1 {
		data, next, err := s.fetch(ctx, address)
		if err != nil || next == "" {
			return data, err
		}
		if rule, _ := s.o.Guard.CheckURL(next); rule != "" {
			return nil, ErrNotFetched
		}
		address = next
	}
	return nil, ErrNotFetched
}

// read gets the bytes of what is served here.
func (s *Service) read(ctx context.Context, path string) ([]byte, error) {
	f, err := s.Open(ctx, path)
	if errors.Is(err, ErrFileNotFound) {
		return nil, ErrNotFetched
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if f.Size > int64(s.o.Pictures.MaxBytes()) {
		return nil, picture.ErrBytes
	}
	return io.ReadAll(f)
}

// fetch makes one request. It gives the bytes, or the address that the answer leads to.
func (s *Service) fetch(ctx context.Context, address string) (data []byte, next string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, "", ErrNotFetched.Wrap(err)
	}
	req.Header.Set("Accept", "image/png, image/jpeg, image/gif, image/webp")
	req.Header.Set("User-Agent", "Kaidian")
	res, err := s.client.Do(req)
	if err != nil {
		return nil, "", ErrNotFetched.Wrap(bare(err))
	}
	defer res.Body.Close()
	switch res.StatusCode {
	case http.StatusOK:
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		to, err := res.Location()
		if err != nil {
			return nil, "", ErrNotFetched.Wrap(err)
		}
		return nil, to.String(), nil
	default:
		return nil, "", ErrNotFetched
	}
	most := int64(s.o.Pictures.MaxBytes())
	if data, err = io.ReadAll(io.LimitReader(res.Body, most+1)); err != nil {
		return nil, "", ErrNotFetched.Wrap(bare(err))
	}
	if int64(len(data)) > most {
		return nil, "", picture.ErrBytes
	}
	return data, "", nil
}

// bare takes the URL out of an error: its query may hold what logs should not.
func bare(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
