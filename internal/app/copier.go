package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// claim makes a folder for a backup, for its owner alone, or takes one that is empty. undo leaves it as it was.
func claim(to string) (undo func(), err error) {
	made := os.Mkdir(to, 0o700)
	if made != nil {
		entries, err := os.ReadDir(to)
		switch {
		case errors.Is(err, fs.ErrNotExist): // neither is the folder above it
			return nil, made
		case err != nil:
			return nil, fmt.Errorf("%s is no folder; choose another name", to)
		case len(entries) > 0:
			return nil, fmt.Errorf("%s is not empty; choose another folder", to)
		}
	}
	return func() {
		entries, _ := os.ReadDir(to)
		for _, e := range entries {
			os.RemoveAll(filepath.Join(to, e.Name())) //nolint:errcheck // the error that led here counts
		}
		if made == nil {
			os.Remove(to) //nolint:errcheck // as above
		}
	}, nil
}

// copier copies folders into a backup and counts what it copied.
type copier struct {
	backup fs.FileInfo // it is no part of itself, wherever it lies
	files  int
	bytes  int64
}

func newCopier(to string) (*copier, error) {
	s, err := os.Stat(to)
	return &copier{backup: s}, err
}

// folders copies what the data folder keeps beside the database, as far as it is not there yet.
func (c *copier) folders(ctx context.Context, data, to string) error {
	for _, name := range kept {
		if err := c.entry(ctx, filepath.Join(data, name), filepath.Join(to, name)); err != nil {
			return fmt.Errorf("copy the files: %w", err)
		}
	}
	return nil
}

// entry copies a folder with all that is in it, or a file; a link as what it leads to. What is not there is left out.
func (c *copier) entry(ctx context.Context, from, to string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s, err := os.Stat(from)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case s.Mode().IsRegular():
		return c.file(from, to)
	case !s.IsDir() || os.SameFile(s, c.backup):
		return nil
	}
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") || strings.HasSuffix(e.Name(), ".tmp") { // it is being written
			continue
		}
		if err := c.entry(ctx, filepath.Join(from, e.Name()), filepath.Join(to, e.Name())); err != nil {
			return err
		}
	}
	return syncFolder(to)
}

// file copies a file unless it is there or has gone. Its bytes are on the disk then.
func (c *copier) file(from, to string) error {
	if _, err := os.Lstat(to); err == nil {
		return nil
	}
	in, err := os.Open(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	n, err := io.Copy(out, in)
	c.files++
	c.bytes += n
	return errors.Join(err, out.Sync(), out.Close())
}

// syncFolder has the entries of a folder on the disk.
func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
