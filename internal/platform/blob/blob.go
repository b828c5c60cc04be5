// Package blob keeps bytes under names that are made of them: pictures and files. They are on the local disk, or in a
// bucket of a server that speaks S3.
package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"regexp"

	"kaidian/internal/platform/fault"
)

// The faults of this package.
var (
	// ErrNotFound says that nothing is kept under the name.
	ErrNotFound = fault.New(fault.NotFound, "blob.not_found", "There is no such file")
	// ErrUnavailable says that the bucket does not answer, or refuses.
	ErrUnavailable = fault.New(fault.Unavailable, "blob.unavailable", "The store of files cannot be reached")
)

// Store keeps bytes. It is safe for concurrent use. Its methods return ErrUnavailable when the bucket fails.
type Store interface {
	// Put keeps data under the name that NameOf gives. What is there already is left as it is. The bytes are safe when
	// it returns.
	Put(ctx context.Context, data []byte) (name string, err error)
	// PutBeside keeps data that is made of what is kept under a name, such as a smaller picture, and gives its name:
	// the first with a dash and the kind behind it. It takes the place of what was there.
	PutBeside(ctx context.Context, name, kind string, data []byte) (string, error)
	// Open gives what is kept under a name, from its beginning, and its size in bytes. The caller closes it, and ctx must
	// last until then. Fault: ErrNotFound.
	Open(ctx context.Context, name string) (io.ReadSeekCloser, int64, error)
	// Delete drops what is kept under a name; nothing there is no error. What stands beside has its own name.
	Delete(ctx context.Context, name string) error
}

// form is that of names: a SHA-256, and the kind of what stands beside.
var form = regexp.MustCompile(`^[0-9a-f]{64}(?:-[a-z0-9]{1,16})?$`)

// ValidName tells whether something may be kept under a name.
func ValidName(name string) bool { return form.MatchString(name) }

// NameOf gives the name of bytes: their SHA-256 in lower-case hexadecimal digits.
func NameOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Beside gives the name of what stands beside another, or "" when there is none such.
func Beside(name, kind string) string {
	full := name + "-" + kind
	if len(name) != hex.EncodedLen(sha256.Size) || !ValidName(full) {
		return ""
	}
	return full
}

// place gives where a name stands below the root: in one of 256 folders.
func place(name string) (folder, file string) { return name[:2], name[2:] }
