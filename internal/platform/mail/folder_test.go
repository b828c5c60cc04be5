package mail

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kaidian/internal/platform/clock"
)

func TestFolderKeeps(t *testing.T) {
	t.Parallel()
	for name, m := range letters() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "data", "mail")
			s, err := New(Config{Folder: dir, From: shop, Clock: clock.NewFake(noon)})
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Send(t.Context(), m); err != nil {
				t.Fatal(err)
			}
			names := list(t, dir)
			if len(names) != 1 || !strings.HasPrefix(names[0], "20261203T081522.123Z-") || filepath.Ext(names[0]) != ".eml" {
				t.Fatalf("files %q", names)
			}
			path := filepath.Join(dir, names[0])
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%v, %v", info.Mode(), err)
			}
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			sameAs(t, string(raw), shown(m))
		})
	}
}

func TestFolderSortsByTimeAndLosesNone(t *testing.T) {
	t.Parallel()
	dir, now := t.TempDir(), clock.NewFake(noon)
	s, err := New(Config{Folder: dir, Clock: now})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 20 { // in one millisecond
		all.Go(func() {
			if err := s.Send(t.Context(), letter); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	now.Advance(time.Millisecond)
	last := letter
	last.Subject = "last"
	if err := s.Send(t.Context(), last); err != nil {
		t.Fatal(err)
	}
	names := list(t, dir)
	if len(names) != 21 || !slices.IsSorted(names) {
		t.Fatalf("files %q", names)
	}
	raw, err := os.ReadFile(filepath.Join(dir, names[20]))
	if err != nil || parse(t, string(raw)).subject != "last" || parse(t, string(raw)).from != "<kaidian@localhost>" {
		t.Errorf("the last file holds %s, %v", raw, err)
	}
}

func TestFolderThatIsGone(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "mail")
	s, err := New(Config{Folder: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	if err := s.Send(t.Context(), letter); !errors.Is(err, ErrUnavailable) {
		t.Errorf("got %v", err)
	}
}

// list gives the names in a folder, sorted.
func list(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names
}
