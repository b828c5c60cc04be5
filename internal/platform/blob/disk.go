package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// disk keeps bytes in a folder: ab/cdef… for the name abcdef…. A file is there whole or not at all.
type disk struct{ root string }

// NewDisk keeps bytes in a folder, which is made, for its owner alone, when the first bytes come.
func NewDisk(folder string) Store { return disk{folder} }

// Put keeps data unless it is there.
func (d disk) Put(_ context.Context, data []byte) (string, error) {
	name := NameOf(data)
	if s, err := os.Stat(d.path(name)); err == nil && s.Size() == int64(len(data)) {
		return name, nil
	}
	return name, d.write(name, data)
}

// PutBeside keeps data beside another.
func (d disk) PutBeside(_ context.Context, name, kind string, data []byte) (string, error) {
	full := Beside(name, kind)
	if full == "" {
		return "", fmt.Errorf("blob: nothing stands beside %q as %q", name, kind)
	}
	return full, d.write(full, data)
}

// Open opens the file.
func (d disk) Open(_ context.Context, name string) (io.ReadSeekCloser, int64, error) {
	if !ValidName(name) {
		return nil, 0, ErrNotFound
	}
	f, err := os.Open(d.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, ErrNotFound
	}
	if err != nil {
		return nil, 0, err
	}
	s, err := f.Stat()
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, s.Size(), nil
}

// Delete removes the file.
func (d disk) Delete(_ context.Context, name string) error {
	if !ValidName(name) {
		return nil
	}
	if err := os.Remove(d.path(name)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (d disk) path(name string) string {
	folder, file := place(name)
	return filepath.Join(d.root, folder, file)
}

// write puts a file in its place by renaming it, after its bytes are on the disk; then the folder's entry is.
func (d disk) write(name string, data []byte) (err error) {
	path := d.path(name)
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(folder, ".new-*") // for its owner alone
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	return errors.Join(syncFolder(folder), syncFolder(d.root))
}

// syncFolder has the entries of a folder on the disk.
func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
