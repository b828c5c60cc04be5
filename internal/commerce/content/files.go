package content

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/id"
	"kaidian/internal/platform/picture"
)

// MaxFile is how many bytes a file may have.
const MaxFile = 20 << 20

// maxName is the length of a file's name in characters.
const maxName = 255

// File is a file that a merchant keeps with the shop.
type File struct {
	ID          string // "file_…"
	Number      int64
	Name        string // what the merchant calls it: "价目表.pdf"; not unique
	ContentType string
	Size        int64  // bytes
	Blob        string // the name of its bytes
	URL         string // as it is served: "/files/…"
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// NewFile is what a file is made of.
type NewFile struct {
	Name        string // 1 to 255 characters, without slashes
	ContentType string // "" for none of its own; one of a picture's must be the picture's
	Data        []byte // 1 byte to MaxFile
}

// CreateFile keeps a file. Faults: Invalid with every problem of file_name, content_type and attachment; those of package
// picture for what says that it is a picture and is none.
func (s *Service) CreateFile(ctx context.Context, n NewFile) (File, error) {
	now := s.o.Clock.Now()
	f := File{ID: id.New("file", now), Name: n.Name, ContentType: MediaType(n.ContentType), Size: int64(len(n.Data)), CreatedAt: now, UpdatedAt: now}
	if err := fault.Fields(reasonInvalidFile, n.problems(f.ContentType)...); err != nil {
		return File{}, err
	}
	if kindByType(f.ContentType).inline {
		if _, err := s.o.Pictures.Check(ctx, n.Data); err != nil {
			return File{}, err
		}
	}
	defer s.lock(n.Data)()
	var err error
	if f.Blob, err = s.o.Blobs.Put(ctx, n.Data); err != nil {
		return File{}, err
	}
	f.URL = address(f.Blob, kindByType(f.ContentType).ext)
	err = s.o.DB.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		return tx.QueryRow(`insert into store_files (id, file_name, content_type, size, blob, created_at, updated_at)
			values ($1, $2, $3, $4, $5, $6, $6) returning number`,
			f.ID, f.Name, f.ContentType, f.Size, f.Blob, db.Millis(now)).Scan(&f.Number)
	})
	return f, err
}

func (n NewFile) problems(contentType string) []fault.Field {
	out := nameProblems(n.Name)
	actual, _ := picture.TypeOf(n.Data)
	switch {
	case contentType == "":
		out = append(out, fault.Field{Name: "content_type", Rule: fault.Format, Message: "content_type must be a media type"})
	case actual != contentType && (actual != "" || kindByType(contentType).inline):
		out = append(out, fault.Field{Name: "content_type", Rule: fault.Format, Message: "content_type must be what the bytes are"})
	}
	switch {
	case len(n.Data) == 0:
		out = append(out, fault.Field{Name: "attachment", Rule: fault.Required, Message: "attachment should not be empty"})
	case len(n.Data) > MaxFile:
		out = append(out, fault.Field{Name: "attachment", Rule: fault.TooLong, Message: fmt.Sprintf("attachment must be %d bytes at most", MaxFile)})
	}
	return out
}

func nameProblems(name string) []fault.Field {
	problem := func(rule fault.Rule, words string) []fault.Field {
		return []fault.Field{{Name: "file_name", Rule: rule, Message: "file_name " + words}}
	}
	switch {
	case strings.TrimSpace(name) == "":
		return problem(fault.Required, "should not be empty")
	case !db.Storable(name) || strings.ContainsFunc(name, unicode.IsControl) || strings.ContainsAny(name, `/\`):
		return problem(fault.Format, "must be text without slashes and control characters")
	case utf8.RuneCountInString(name) > maxName:
		return problem(fault.TooLong, fmt.Sprintf("must be at most %d characters", maxName))
	}
	return nil
}

// RenameFile gives a file another name; its address stays. Faults: Invalid, ErrFileNotFound.
func (s *Service) RenameFile(ctx context.Context, number int64, name string) (File, error) {
	if err := fault.Fields(reasonInvalidFile, nameProblems(name)...); err != nil {
		return File{}, err
	}
	var f File
	err := s.o.DB.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		f, err = scanFile(tx.QueryRow(`update store_files set file_name = $2, updated_at = $3 where number = $1 returning `+fileColumns,
			number, name, db.Millis(s.o.Clock.Now())))
		return err
	})
	return f, known(err)
}

// DeleteFile deletes a file, and its bytes unless something else shows them. Fault: ErrFileNotFound.
func (s *Service) DeleteFile(ctx context.Context, number int64) error {
	f, err := s.File(ctx, number)
	if err != nil {
		return err
	}
	lock := &s.locks[stripe(f.Blob)]
	lock.Lock()
	defer lock.Unlock()
	var others int
	err = s.o.DB.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		if n, err := tx.Exec(`delete from store_files where number = $1`, number); err != nil || n == 0 {
			return errors.Join(err, absent(n))
		}
		return tx.QueryRow(`select count(*) from store_files where blob = $1`, f.Blob).Scan(&others)
	})
	if err != nil || others > 0 {
		return err
	}
	if used, err := s.o.Used(ctx, f.Blob); err != nil || used {
		return err
	}
	return s.o.Blobs.Delete(ctx, f.Blob)
}

func absent(rows int64) error {
	if rows == 0 {
		return ErrFileNotFound
	}
	return nil
}

// File gives a file. Fault: ErrFileNotFound.
func (s *Service) File(ctx context.Context, number int64) (f File, err error) {
	err = s.o.DB.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		f, err = scanFile(tx.QueryRow(`select `+fileColumns+` from store_files where number = $1`, number))
		return err
	})
	return f, known(err)
}

func known(err error) error {
	if errors.Is(err, db.ErrNoRows) {
		return ErrFileNotFound
	}
	return err
}
