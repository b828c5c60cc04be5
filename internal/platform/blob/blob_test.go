package blob_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"kaidian/internal/platform/blob"
)

// stores runs a test on both.
func stores(t *testing.T, fn func(t *testing.T, s blob.Store)) {
	t.Helper()
	t.Run("disk", func(t *testing.T) {
		t.Parallel()
		fn(t, blob.NewDisk(filepath.Join(t.TempDir(), "files")))
	})
	t.Run("s3", func(t *testing.T) {
		t.Parallel()
		fn(t, newBucket(t).store(t))
	})
}

// kept reads what is kept under a name.
func kept(t *testing.T, s blob.Store, name string) string {
	t.Helper()
	f, size, err := s.Open(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err != nil || int64(len(data)) != size {
		t.Errorf("%d bytes of %d: %v", len(data), size, err)
	}
	return string(data)
}

func TestLife(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, s blob.Store) {
		const hello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
		for range 2 {
			if name, err := s.Put(t.Context(), []byte("hello")); err != nil || name != hello {
				t.Fatalf("kept as %s: %v", name, err)
			}
		}
		if got := kept(t, s, hello); got != "hello" {
			t.Errorf("kept %q", got)
		}
		for _, data := range []string{"small", "smaller"} {
			beside, err := s.PutBeside(t.Context(), hello, "480", []byte(data))
			if err != nil || beside != hello+"-480" {
				t.Fatalf("beside it is %s: %v", beside, err)
			}
			if got := kept(t, s, beside); got != data {
				t.Errorf("beside it is %q", got)
			}
		}
		for range 2 {
			if err := s.Delete(t.Context(), hello); err != nil {
				t.Fatal(err)
			}
		}
		if _, _, err := s.Open(t.Context(), hello); !errors.Is(err, blob.ErrNotFound) {
			t.Errorf("deleted: %v", err)
		}
		if got := kept(t, s, hello+"-480"); got != "smaller" {
			t.Errorf("what stood beside is %q", got)
		}
	})
}

func TestEmptyAndLarge(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, s blob.Store) {
		large := strings.Repeat("友", 1<<20)
		for _, data := range []string{"", large} {
			name, err := s.Put(t.Context(), []byte(data))
			if err != nil {
				t.Fatal(err)
			}
			if got := kept(t, s, name); got != data {
				t.Errorf("%d bytes became %d", len(data), len(got))
			}
		}
	})
}

func TestReaderSeeks(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, s blob.Store) {
		name, err := s.Put(t.Context(), []byte("0123456789"))
		if err != nil {
			t.Fatal(err)
		}
		f, _, err := s.Open(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if n, err := f.Seek(0, io.SeekEnd); err != nil || n != 10 {
			t.Errorf("the end is at %d: %v", n, err)
		}
		for _, at := range []int64{7, 0, 3} {
			if _, err := f.Seek(at, io.SeekStart); err != nil {
				t.Fatal(err)
			}
			got := make([]byte, 2)
			if _, err := io.ReadFull(f, got); err != nil || string(got) != "0123456789"[at:at+2] {
				t.Errorf("at %d is %q: %v", at, got, err)
			}
		}
	})
}

func TestNamesThatAreNone(t *testing.T) {
	t.Parallel()
	name := blob.NameOf(nil)
	stores(t, func(t *testing.T, s blob.Store) {
		for _, bad := range []string{"", "ab", "../../etc/passwd", name[:63], name + "0", strings.ToUpper(name), name + "-", name + "-a/b", name + "\n",
			name + "-480-480", name + "-12345678901234567", name[:2] + "/" + name[3:]} {
			if blob.ValidName(bad) {
				t.Errorf("%q is a name", bad)
			}
			if _, _, err := s.Open(t.Context(), bad); !errors.Is(err, blob.ErrNotFound) {
				t.Errorf("%q: %v", bad, err)
			}
			if err := s.Delete(t.Context(), bad); err != nil {
				t.Errorf("%q: %v", bad, err)
			}
		}
		for _, bad := range [][2]string{{"x", "480"}, {name, ""}, {name, "../x"}, {name + "-480", "480"}, {name, "UP"}} {
			if full, err := s.PutBeside(t.Context(), bad[0], bad[1], nil); err == nil {
				t.Errorf("%q is kept as %s", bad, full)
			}
			if blob.Beside(bad[0], bad[1]) != "" {
				t.Errorf("%q has a name", bad)
			}
		}
	})
}

func TestDiskIsForItsOwnerAlone(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "files")
	name, err := blob.NewDisk(root).Put(t.Context(), []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]fs.FileMode{
		root: 0o700, filepath.Join(root, name[:2]): 0o700, filepath.Join(root, name[:2], name[2:]): 0o600,
	} {
		s, err := os.Stat(path)
		if err != nil || s.Mode().Perm() != want {
			t.Errorf("%s: %v (%v)", path, s.Mode(), err)
		}
	}
}

func TestDiskMendsWhatIsCutShort(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	s := blob.NewDisk(root)
	name := blob.NameOf([]byte("whole"))
	if err := os.MkdirAll(filepath.Join(root, name[:2]), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, name[:2], name[2:]), []byte("wh"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Put(t.Context(), []byte("whole")); err != nil {
		t.Fatal(err)
	}
	if got := kept(t, s, name); got != "whole" {
		t.Errorf("kept %q", got)
	}
}

func TestDiskLeavesNothingHalf(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	s := blob.NewDisk(root)
	data := bytes.Repeat([]byte("x"), 1<<16)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			name, err := s.Put(t.Context(), data)
			if err != nil || kept(t, s, name) != string(data) {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	all.Wait()
	name := blob.NameOf(data)
	entries, err := os.ReadDir(filepath.Join(root, name[:2]))
	if err != nil || len(entries) != 1 {
		t.Errorf("%v (%v)", entries, err)
	}
	if err := os.WriteFile(filepath.Join(root, "00"), nil, 0o600); err != nil { // where a folder is to be
		t.Fatal(err)
	}
	for n := range 1 << 20 {
		if d := []byte{byte(n), byte(n >> 8), byte(n >> 16)}; strings.HasPrefix(blob.NameOf(d), "00") {
			if _, err := s.Put(t.Context(), d); err == nil {
				t.Error("it says that it kept what it could not")
			}
			return
		}
	}
}
