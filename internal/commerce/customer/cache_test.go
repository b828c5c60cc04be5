package customer

import (
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kaidian/internal/platform/clock"
)

func TestCacheKeepsForAMoment(t *testing.T) {
	t.Parallel()
	clk := clock.NewFake(Opening)
	c := newCache[int](clk, 10)
	loads := 0
	get := func(key string) int {
		v, err := c.get(key, func() (int, error) { loads++; return loads, nil })
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for range 2 {
		if get("a") != 1 {
			t.Error("it did not keep the value")
		}
	}
	clk.Advance(fresh - time.Millisecond)
	if get("a") != 1 {
		t.Error("it kept the value too short")
	}
	clk.Advance(time.Millisecond)
	if get("a") != 2 {
		t.Error("it kept the value too long")
	}
	clk.Advance(-time.Hour)
	if get("a") != 3 {
		t.Error("it believed a value from the future")
	}
	c.drop("a")
	if get("a") != 4 {
		t.Error("it kept what was dropped")
	}
	c.dropAll()
	if get("a") != 5 {
		t.Error("it kept what was dropped with all")
	}
}

func TestCacheKeepsNoFailure(t *testing.T) {
	t.Parallel()
	c := newCache[int](clock.NewFake(Opening), 10)
	failure := errors.New("no")
	if _, err := c.get("a", func() (int, error) { return 0, failure }); !errors.Is(err, failure) {
		t.Errorf("got %v", err)
	}
	if v, err := c.get("a", func() (int, error) { return 7, nil }); v != 7 || err != nil {
		t.Errorf("got %d, %v", v, err)
	}
}

// TestSlowReaderPutsNothingStaleIn is the race that an expiry alone does not see: read, change, drop, put.
func TestSlowReaderPutsNothingStaleIn(t *testing.T) {
	t.Parallel()
	for name, drop := range map[string]func(*cache[string]){
		"drop":    func(c *cache[string]) { c.drop("a") },
		"dropAll": func(c *cache[string]) { c.dropAll() },
	} {
		c := newCache[string](clock.NewFake(Opening), 10)
		_, _ = c.get("a", func() (string, error) {
			drop(c) // the change happens after this reader has read
			return "old", nil
		})
		if v, _ := c.get("a", func() (string, error) { return "new", nil }); v != "new" {
			t.Errorf("%s: the old value came back", name)
		}
	}
}

// TestCacheHammer changes values under readers: none may see a value older than one whose change was over when it
// asked.
func TestCacheHammer(t *testing.T) {
	t.Parallel()
	const keys, readers, changes = 4, 8, 3000
	c := newCache[int64](clock.NewFake(Opening), 100)
	var source, dropped [keys]atomic.Int64
	var done atomic.Bool
	var wg sync.WaitGroup
	for range readers {
		wg.Go(func() {
			for i := 0; !done.Load(); i++ {
				k := i % keys
				least := dropped[k].Load()
				v, _ := c.get(strconv.Itoa(k), func() (int64, error) { return source[k].Load(), nil })
				if v < least {
					t.Errorf("key %d is %d after %d", k, v, least)
					return
				}
			}
		})
	}
	for i := range int64(changes) {
		k := int(i % keys)
		source[k].Store(i)
		if i%7 == 0 {
			c.dropAll()
		} else {
			c.drop(strconv.Itoa(k))
		}
		dropped[k].Store(i)
	}
	done.Store(true)
	wg.Wait()
}
