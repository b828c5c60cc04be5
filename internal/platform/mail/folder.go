package mail

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	gomail "github.com/wneessen/go-mail"

	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/secret"
)

// fileTime names files so that they sort by time, and is free of characters that a file system refuses.
const fileTime = "20060102T150405.000Z"

// Folder writes each message into a file of its own, "20261203T081522.123Z-9f86d081884c7d65.eml", readable by the
// owner only: there are password tokens in them. Nothing deletes them.
type Folder struct {
	dir, from string
	clock     clock.Clock
}

// NewFolder makes the folder if it is missing.
func NewFolder(dir, from string, c clock.Clock) (*Folder, error) {
	if dir == "" {
		return nil, errors.New("mail: neither an SMTP server nor a folder is given")
	}
	if !isAddress(from) {
		return nil, errors.New("mail: the sender (from) must be one e-mail address")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("mail: the folder: %w", err)
	}
	return &Folder{dir: dir, from: from, clock: c}, nil
}

// String names the folder.
func (f *Folder) String() string { return "folder " + f.dir }

// Send writes the file. Whoever lists *.eml sees whole messages only. See Sender.
func (f *Folder) Send(ctx context.Context, m Message) error {
	now := f.clock.Now()
	out, err := compose(f.from, m, now)
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		return fmt.Errorf("mail: %w", context.Cause(ctx))
	}
	name := now.UTC().Format(fileTime) + "-" + hex.EncodeToString(secret.Random(8))
	if err := write(filepath.Join(f.dir, name), out); err != nil {
		return ErrUnavailable.Wrap(err)
	}
	return nil
}

// write puts the message on the disk under another name and then renames it.
func write(path string, m *gomail.Msg) (err error) {
	file, err := os.OpenFile(path+".tmp", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(file.Name())
		}
	}()
	_, err = m.WriteTo(file)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path+".eml")
}
