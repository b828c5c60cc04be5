package limit_test

import (
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/limit"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func TestTakeLeaksAndRefuses(t *testing.T) {
	t.Parallel()
	c := clock.NewFake(noon)
	for name, l := range map[string]*limit.Limiter{
		"by window": limit.New(c, 3, 1500*time.Millisecond),
		"by rate":   limit.NewRate(c, 3, 2),
	} {
		for i, step := range []struct {
			pass time.Duration
			key  string
			used int
			wait time.Duration
			ok   bool
		}{
			{0, "a", 1, 0, true},
			{0, "a", 2, 0, true},
			{0, "b", 1, 0, true}, // of its own
			{0, "a", 3, 0, true},
			{0, "a", 3, 500 * time.Millisecond, false}, // a drop leaves in half a second
			{0, "a", 3, 500 * time.Millisecond, false}, // being refused adds nothing
			{499 * time.Millisecond, "a", 3, time.Millisecond, false},
			{time.Millisecond, "a", 3, 0, true},
			{250 * time.Millisecond, "a", 3, 250 * time.Millisecond, false},
			{750 * time.Millisecond, "a", 2, 0, true},
			{time.Hour, "a", 1, 0, true},
		} {
			c.Advance(step.pass)
			used, wait, ok := l.Take(step.key)
			if used != step.used || wait != step.wait || ok != step.ok {
				t.Errorf("%s, step %d: %s has %d, wait %s, %v; want %d, %s, %v", name, i, step.key, used, wait, ok, step.used, step.wait, step.ok)
			}
		}
	}
}

func TestGiveBackAndForget(t *testing.T) {
	t.Parallel()
	c := clock.NewFake(noon)
	l := limit.New(c, 2, time.Minute)
	take := func(want int, wantOK bool) {
		t.Helper()
		if used, _, ok := l.Take("a"); used != want || ok != wantOK {
			t.Errorf("got %d, %v, want %d, %v", used, ok, want, wantOK)
		}
	}
	l.GiveBack("a")
	take(1, true) // nothing was there to give back
	take(2, true)
	l.GiveBack("a")
	take(2, true)
	take(2, false)
	l.GiveBack("b")
	l.Forget("b")
	take(2, false)
	l.Forget("a")
	take(1, true)
	l.GiveBack("a")
	if n := l.Kept(); n != 0 {
		t.Errorf("%d keys are kept, want none", n)
	}
	take(1, true)
	c.Advance(time.Hour)
	l.GiveBack("a") // has leaked long since
	take(1, true)
}

func TestAClockSetBackStopsNobody(t *testing.T) {
	t.Parallel()
	c := clock.NewFake(noon)
	l := limit.NewRate(c, 2, 1)
	l.Take("a")
	c.Set(noon.Add(-24 * time.Hour))
	if used, _, ok := l.Take("a"); !ok || used != 2 {
		t.Errorf("after the clock was set back a call counts as %d, %v", used, ok)
	}
	if _, wait, ok := l.Take("a"); ok || wait != time.Second {
		t.Errorf("the next one waits %s, %v", wait, ok)
	}
	c.Advance(2 * time.Second)
	if used, _, ok := l.Take("a"); !ok || used != 1 {
		t.Errorf("two seconds later the count is %d, %v", used, ok)
	}
}

// Who sets a limit beyond all bounds wants none, or wants none back; neither may turn into the other.
func TestExtremeRates(t *testing.T) {
	t.Parallel()
	c := clock.NewFake(noon)
	for _, rate := range []float64{1e-300, 1e-4, 1e300} {
		for _, capacity := range []int{1, 3, math.MaxInt} {
			l := limit.NewRate(c, capacity, rate)
			for i := range min(capacity, 5) {
				if used, _, ok := l.Take("a"); used != i+1 || !ok {
					t.Errorf("%d at %g: call %d is %d, %v", capacity, rate, i+1, used, ok)
				}
			}
			if _, wait, ok := l.Take("a"); ok != (capacity == math.MaxInt) || ok != (wait == 0) || wait < 0 {
				t.Errorf("%d at %g: %v, wait %s when full", capacity, rate, ok, wait)
			}
		}
	}
	many := limit.NewRate(c, 1_000_000, 1e-6)
	for range many.Capacity() {
		if _, _, ok := many.Take("a"); !ok {
			t.Fatal("refused before it was full")
		}
	}
	if _, wait, ok := many.Take("a"); ok || wait <= 0 {
		t.Errorf("a full one gives %v, %s", ok, wait)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	c := clock.NewFake(noon)
	l := limit.New(c, 10, 10*time.Minute)
	l.KeepAtMost(100)
	for range 10 {
		l.Take("the one that is guessed at")
	}
	flood := func(name string) {
		t.Helper()
		for i := range 10_000 {
			if used, _, ok := l.Take(fmt.Sprint(name, i)); used != 1 || !ok {
				t.Fatalf("a new key has %d, %v", used, ok)
			}
		}
		if n := l.Kept(); n != 100 {
			t.Errorf("%d keys, want 100", n)
		}
	}
	flood("early")
	if _, _, ok := l.Take("the one that is guessed at"); ok {
		t.Error("a flood of other keys has given the attempts back")
	}
	c.Advance(time.Minute) // all are empty but that one
	flood("late")
	if used, _, ok := l.Take("the one that is guessed at"); used != 10 || !ok {
		t.Errorf("a flood of other keys has left %d, %v", used, ok)
	}
}

func TestNothingIsForgottenWhileThereIsRoom(t *testing.T) {
	t.Parallel()
	l := limit.New(clock.NewFake(noon), 1, time.Minute)
	for i := range 50_000 {
		l.Take(fmt.Sprint(i))
	}
	for i := range 50_000 {
		if _, _, ok := l.Take(fmt.Sprint(i)); ok {
			t.Fatalf("key %d was forgotten", i)
		}
	}
	l.Take("one more")
	if n := l.Kept(); n != 50_000 {
		t.Errorf("%d keys are kept", n)
	}
}

func TestCallsAtOnceGainNothing(t *testing.T) {
	t.Parallel()
	l := limit.New(clock.NewFake(noon), 50, time.Minute)
	var taken atomic.Int64
	var all sync.WaitGroup
	for i := range 64 {
		all.Go(func() {
			if _, _, ok := l.Take("a"); ok {
				taken.Add(1)
			}
			other := fmt.Sprint(i % 4)
			l.Take(other)
			l.GiveBack(other)
			l.Forget(other)
		})
	}
	all.Wait()
	if n := taken.Load(); n != 50 {
		t.Errorf("%d calls passed, want 50", n)
	}
}

// TestLimiterIsALeakyBucket does anything in any order, and compares with buckets as one would draw them: each has a
// level, here in the time that it needs to run dry.
func TestLimiterIsALeakyBucket(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := clock.NewFake(noon)
		capacity := rapid.IntRange(1, 8).Draw(t, "capacity")
		period := time.Duration(rapid.Int64Range(1, int64(2*time.Second)).Draw(t, "period"))
		l := limit.New(c, capacity, period*time.Duration(capacity))
		level := map[string]time.Duration{}
		key := rapid.SampledFrom([]string{"a", "b", "c"})
		t.Repeat(map[string]func(*rapid.T){
			"take": func(t *rapid.T) {
				k := key.Draw(t, "key")
				used, wait, ok := l.Take(k)
				over := level[k] - period*time.Duration(capacity-1)
				if ok != (over <= 0) || wait != max(0, over) {
					t.Fatalf("%v, wait %s; %s lies above", ok, wait, over)
				}
				if ok {
					level[k] += period
				}
				if want := int(math.Ceil(float64(level[k]) / float64(period))); used != want || used < 1 || used > capacity {
					t.Fatalf("used %d of %d, want %d", used, capacity, want)
				}
			},
			"give back": func(t *rapid.T) {
				k := key.Draw(t, "key")
				l.GiveBack(k)
				level[k] = max(0, level[k]-period)
			},
			"forget": func(t *rapid.T) {
				k := key.Draw(t, "key")
				l.Forget(k)
				level[k] = 0
			},
			"pass": func(t *rapid.T) {
				d := time.Duration(rapid.Int64Range(0, int64(2*period)).Draw(t, "time"))
				c.Advance(d)
				for k := range level {
					level[k] = max(0, level[k]-d)
				}
			},
		})
	})
}

// In any stretch of time a caller gets no more than a full bucket and what leaks meanwhile, and who waits as long as told
// is let through.
func TestLimiterHoldsItsRate(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := clock.NewFake(noon)
		rate := rapid.Float64Range(0.1, 50).Draw(t, "rate")
		l := limit.NewRate(c, rapid.IntRange(1, 8).Draw(t, "capacity"), rate)
		var passed []time.Time
		for range rapid.IntRange(1, 80).Draw(t, "calls") {
			c.Advance(time.Duration(rapid.IntRange(0, 2000).Draw(t, "pause")) * time.Millisecond)
			if _, wait, ok := l.Take("a"); !ok {
				c.Advance(wait)
				if _, _, ok := l.Take("a"); !ok {
					t.Fatalf("refused after the wait of %s", wait)
				}
			}
			passed = append(passed, c.Now())
		}
		for i, from := range passed {
			for j := i; j < len(passed); j++ {
				most := float64(l.Capacity()) + passed[j].Sub(from).Seconds()*rate + 1e-4 // periods are whole nanoseconds
				if n := j - i + 1; float64(n) > most {
					t.Fatalf("%d calls in %s, want at most %f", n, passed[j].Sub(from), most)
				}
			}
		}
	})
}

func TestCaller(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"": "", "10.1.2.3": "10.1.2.3", "::ffff:10.1.2.3": "10.1.2.3", "unix": "unix",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "2001:db8:1:2::9": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64",
	} {
		if got := limit.Caller(address); got != want {
			t.Errorf("%q counts as %q, want %q", address, got, want)
		}
	}
}
