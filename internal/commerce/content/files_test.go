package content_test

import (
	"errors"
	"fmt"
	"image/color"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kaidian/internal/commerce/content"
	"kaidian/internal/platform/blob"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/picture"
)

func TestFilesLife(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		f := k.file("价目表 <2024>.pdf", "Application/PDF; x=y", "%PDF-1.7")
		want := content.File{ID: f.ID, Number: f.Number, Name: "价目表 <2024>.pdf", ContentType: "application/pdf", Size: 8,
			Blob: blob.NameOf([]byte("%PDF-1.7")), URL: "/files/" + blob.NameOf([]byte("%PDF-1.7")) + ".pdf", CreatedAt: opening, UpdatedAt: opening}
		if f != want || !strings.HasPrefix(f.ID, "file_") || f.Number == 0 {
			t.Errorf("made %s", cmp.Diff(want, f))
		}
		k.clock.Advance(time.Hour)
		want.Name, want.UpdatedAt = "报价.pdf", opening.Add(time.Hour)
		if got, err := k.RenameFile(t.Context(), f.Number, "报价.pdf"); err != nil || got != want {
			t.Errorf("renamed (%v) %s", err, cmp.Diff(want, got))
		}
		if got, err := k.File(t.Context(), f.Number); err != nil || got != want {
			t.Errorf("read (%v) %s", err, cmp.Diff(want, got))
		}
		if err := k.DeleteFile(t.Context(), f.Number); err != nil {
			t.Fatal(err)
		}
		_, err := k.File(t.Context(), f.Number)
		_, renamed := k.RenameFile(t.Context(), f.Number, "x")
		for what, err := range map[string]error{"get": err, "rename": renamed, "delete": k.DeleteFile(t.Context(), f.Number)} {
			if !errors.Is(err, content.ErrFileNotFound) {
				t.Errorf("%s of what is deleted: %v", what, err)
			}
		}
	})
}

func TestBytesGoWithTheLastThatShowsThem(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		one, two := k.file("a.txt", "text/plain", "same"), k.file("b.txt", "text/plain", "same")
		kept := k.file("c.txt", "text/plain", "shown elsewhere")
		k.shown[kept.Blob] = true
		there := func(name string) bool {
			f, _, err := k.blobs.Open(t.Context(), name)
			if err == nil {
				f.Close()
			}
			return err == nil
		}
		for _, c := range []struct {
			file  content.File
			still bool
		}{{one, true}, {two, false}, {kept, true}} {
			if err := k.DeleteFile(t.Context(), c.file.Number); err != nil {
				t.Fatal(err)
			}
			if there(c.file.Blob) != c.still {
				t.Errorf("after %s its bytes are there: %t", c.file.Name, !c.still)
			}
		}
	})
}

// TestSameBytesComeAndGo has files of the same bytes made while others are deleted: none is left without its bytes.
func TestSameBytesComeAndGo(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for range 20 {
					f, err := k.CreateFile(t.Context(), content.NewFile{Name: "a.txt", ContentType: "text/plain", Data: []byte("same")})
					if err != nil {
						t.Error(err)
						return
					}
					r, _, err := k.blobs.Open(t.Context(), f.Blob)
					if err != nil {
						t.Errorf("a file without bytes: %v", err)
						return
					}
					r.Close()
					if err := k.DeleteFile(t.Context(), f.Number); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
	})
}

func TestFilesThatAreRefused(t *testing.T) {
	t.Parallel()
	k := open(t, dbtest.OpenSQLite(t))
	pic := string(pixels(t, 4, 4, color.White))
	fields := func(err error) string {
		var out []string
		if f := fault.As(err); f != nil {
			for _, p := range f.Fields {
				out = append(out, p.Name+" "+string(p.Rule))
			}
		}
		return strings.Join(out, ", ")
	}
	for _, c := range []struct{ name, contentType, data, want string }{
		{"", "", "", "file_name required, attachment required"},
		{" ", "text/plain", "x", "file_name required"},
		{"a/b.txt", "text/plain", "x", "file_name format"},
		{`a\b.txt`, "text/plain", "x", "file_name format"},
		{"a\nb", "text/plain", "x", "file_name format"},
		{"a\x00", "text/plain", "x", "file_name format"},
		{strings.Repeat("友", 256), "text/plain", "x", "file_name too_long"},
		{"a", "text", "x", "content_type format"},
		{"a", "text/plain; =", "x", "content_type format"},
		{"a", "text/" + strings.Repeat("x", 100), "x", "content_type format"},
		{"a.png", "image/png", "no picture", "content_type format"},
		{"a.jpg", "image/jpeg", pic, "content_type format"},
		{"a.txt", "text/plain", pic, "content_type format"},
		{"a", "text/plain", strings.Repeat("x", content.MaxFile+1), "attachment too_long"},
	} {
		f, err := k.CreateFile(t.Context(), content.NewFile{Name: c.name, ContentType: c.contentType, Data: []byte(c.data)})
		if got := fields(err); got != c.want || fault.As(err).Reason != "content.invalid_file" {
			t.Errorf("%q of %q: %+v, %v", c.name, c.contentType, f, err)
		}
	}
	_, err := k.CreateFile(t.Context(), content.NewFile{Name: "a.png", ContentType: "image/png", Data: []byte(pic[:len(pic)-8])})
	if !errors.Is(err, picture.ErrBroken) {
		t.Errorf("a picture that is cut short: %v", err)
	}
	if _, err := k.RenameFile(t.Context(), 1, "a/b"); fields(err) != "file_name format" {
		t.Errorf("renamed: %v", err)
	}
	if n, err := k.CountFiles(t.Context(), content.FileQuery{}); err != nil || n != 0 {
		t.Errorf("%d were made (%v)", n, err)
	}
}

func TestFileList(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		var n []int64
		for i, name := range []string{"Price_1.pdf", "price%2.PDF", "图片.txt", "notes.txt"} {
			k.clock.Set(opening.Add(time.Duration(i) * time.Hour))
			ct := "text/plain"
			if i < 2 {
				ct = "application/pdf"
			}
			n = append(n, k.file(name, ct, fmt.Sprint(i)).Number)
		}
		k.clock.Advance(time.Hour)
		if _, err := k.RenameFile(t.Context(), n[0], "Price_one.pdf"); err != nil {
			t.Fatal(err)
		}
		type q = content.FileQuery
		for name, c := range map[string]struct {
			q    q
			want []int64
		}{
			"all":           {q{}, n},
			"a page":        {q{Limit: 3}, n[:3]},
			"the second":    {q{Limit: 3, Page: 2}, n[3:]},
			"beyond":        {q{Limit: 3, Page: 1 << 40}, nil},
			"since":         {q{SinceID: n[1]}, n[2:]},
			"numbers":       {q{Numbers: []int64{n[3], 99, n[0]}}, []int64{n[0], n[3]}},
			"no numbers":    {q{Numbers: []int64{}}, nil},
			"by name":       {q{NameLike: "PRICE"}, n[:2]},
			"a sign":        {q{NameLike: "e_o"}, n[:1]},
			"another":       {q{NameLike: "%2"}, n[1:2]},
			"a third":       {q{NameLike: `\`}, nil},
			"Chinese":       {q{NameLike: "图"}, n[2:3]},
			"no text":       {q{NameLike: "\x00"}, nil},
			"by type":       {q{ContentType: "Text/Plain"}, n[2:]},
			"no type":       {q{ContentType: "x"}, nil},
			"made since":    {q{CreatedMin: opening.Add(2 * time.Hour)}, n[2:]},
			"made until":    {q{CreatedMax: opening.Add(2 * time.Hour)}, n[:3]},
			"changed since": {q{UpdatedMin: opening.Add(4 * time.Hour)}, n[:1]},
			"changed until": {q{UpdatedMax: opening.Add(time.Hour)}, n[1:2]},
			"together":      {q{NameLike: "price", SinceID: n[0], ContentType: "application/pdf"}, n[1:2]},
		} {
			list, err := k.Files(t.Context(), c.q)
			var got []int64
			for _, f := range list {
				got = append(got, f.Number)
			}
			if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
				t.Errorf("%s (%v): %s", name, err, diff)
			}
			c.q.Limit, c.q.Page = 0, 0
			all, err := k.Files(t.Context(), c.q)
			if count, cerr := k.CountFiles(t.Context(), c.q); cerr != nil || err != nil || count != int64(len(all)) {
				t.Errorf("%s: %d of %d (%v, %v)", name, count, len(all), err, cerr)
			}
		}
	})
}

func TestServed(t *testing.T) {
	t.Parallel()
	k := open(t, dbtest.OpenSQLite(t))
	pic := string(pixels(t, 4, 4, color.White))
	for _, c := range []struct {
		contentType, data, ext, served string
		inline                         bool
	}{
		{"image/png", pic, ".png", "image/png", true},
		{"application/pdf", "%PDF", ".pdf", "application/pdf", false},
		{"text/plain", "x", ".txt", "text/plain; charset=utf-8", false},
		{"image/svg+xml", "<svg/>", ".svg", "image/svg+xml", false},
		{"text/html", "<script>", ".html", "application/octet-stream", false},
		{"application/xhtml+xml", "<html/>", ".html", "application/octet-stream", false},
		{"application/javascript", "alert(1)", ".js", "application/octet-stream", false},
		{"text/xml", "<x/>", ".xml", "application/octet-stream", false},
		{"application/x-unheard-of", "x", ".bin", "application/octet-stream", false},
		{"", "y", ".bin", "application/octet-stream", false},
	} {
		f := k.file("a", c.contentType, c.data)
		path := strings.TrimPrefix(f.URL, content.Folder)
		s, err := k.Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(s)
		s.Close()
		if err != nil || string(data) != c.data || s.Size != int64(len(c.data)) || s.ContentType != c.served || s.Inline != c.inline ||
			path != f.Blob+c.ext || s.Name != f.Blob {
			t.Errorf("%s: %s is %q as %s, to be shown: %t (%v)", c.contentType, path, data, s.ContentType, s.Inline, err)
		}
	}
	text := k.file("a", "text/plain", "hello").Blob
	for _, path := range []string{"", text, text + ".png", text + ".exe", text + ".txt.png", "." + text, blob.NameOf([]byte("other")) + ".txt", "../" + text + ".txt",
		strings.ToUpper(text) + ".txt", text + "-480.jpg"} {
		if s, err := k.Open(t.Context(), path); !errors.Is(err, content.ErrFileNotFound) {
			t.Errorf("%q is served as %s (%v)", path, s.ContentType, err)
		}
	}
}
