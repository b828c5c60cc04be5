package snapshot_test

import (
	"errors"
	"testing"
	"time"

	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/snapshot"
)

func TestKept(t *testing.T) {
	t.Parallel()
	c := clock.NewFake(time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC))
	k := snapshot.New[int](c)
	loads := 0
	read := func(want, loaded int) {
		t.Helper()
		got, err := k.Get(func() (*int, error) {
			loads++
			n := loads
			return &n, nil
		})
		if err != nil || *got != want || loads != loaded {
			t.Errorf("got %v, %v after %d loads, want %d after %d", *got, err, loads, want, loaded)
		}
	}
	read(1, 1)
	read(1, 1)
	c.Advance(snapshot.Life - time.Millisecond)
	read(1, 1)
	c.Advance(time.Millisecond)
	read(2, 2)
	k.Drop()
	read(3, 3)
	c.Advance(-time.Hour) // a clock that is set back freezes nothing
	read(4, 4)
	read(4, 4)
}

func TestAFailureIsNotKept(t *testing.T) {
	t.Parallel()
	k := snapshot.New[int](clock.NewFake(time.Unix(0, 0)))
	broken := errors.New("broken")
	if _, err := k.Get(func() (*int, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	one := 1
	if got, err := k.Get(func() (*int, error) { return &one, nil }); err != nil || got != &one {
		t.Errorf("got %v, %v", got, err)
	}
}

// A reader that looked before a change and is slow does not bring back what it saw.
func TestASlowReaderBringsNothingBack(t *testing.T) {
	t.Parallel()
	k := snapshot.New[string](clock.NewFake(time.Unix(0, 0)))
	old, now := "old", "now"
	get := func(v *string) *string {
		got, err := k.Get(func() (*string, error) { return v, nil })
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	slow, err := k.Get(func() (*string, error) {
		k.Drop() // the change, and a quick reader after it
		get(&now)
		return &old, nil
	})
	if err != nil || slow != &old {
		t.Fatalf("got %v, %v", slow, err)
	}
	if got := get(&now); got != &now {
		t.Errorf("a read after the change gives %q", *got)
	}
}
