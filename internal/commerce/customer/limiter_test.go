package customer

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/fault"
)

func TestLimiter(t *testing.T) {
	t.Parallel()
	l, now := newLimiter(3, 3*time.Minute), Opening
	for i := range 3 {
		if wait := l.take("a", now); wait != 0 {
			t.Errorf("attempt %d waits %s", i, wait)
		}
	}
	if wait := l.take("a", now); wait != time.Minute {
		t.Errorf("the fourth waits %s, want a minute", wait)
	}
	if wait := l.take("b", now); wait != 0 {
		t.Errorf("another key waits %s", wait)
	}
	if wait := l.take("a", now.Add(45*time.Second)); wait != 15*time.Second {
		t.Errorf("the fourth waits %s after 45 s, want 15 s", wait)
	}
	if wait := l.take("a", now.Add(time.Minute)); wait != 0 {
		t.Errorf("the fourth waits %s after a minute", wait)
	}
	l.giveBack("a")
	if wait := l.take("a", now.Add(time.Minute)); wait != 0 {
		t.Errorf("an attempt that was given back is not there: wait %s", wait)
	}
	l.giveBack("never seen")
	for i := range 3 {
		if wait := l.take("a", now.Add(time.Hour)); wait != 0 {
			t.Errorf("attempt %d of another hour waits %s", i, wait)
		}
	}
}

func TestLimiterIsBounded(t *testing.T) {
	t.Parallel()
	l := newLimiter(10, 10*time.Minute)
	l.most = 100
	for range 10 {
		l.take("the one that is guessed at", Opening)
	}
	for i := range 10_000 {
		l.take(fmt.Sprint(i), Opening)
	}
	if len(l.clear) > 100 {
		t.Errorf("%d keys, want 100 at most", len(l.clear))
	}
	if l.take("the one that is guessed at", Opening) == 0 {
		t.Error("a flood of other keys has given the attempts back")
	}
}

func TestAttempts(t *testing.T) {
	t.Parallel()
	c := clock.NewFake(Opening)
	a := newAttempts(c, Limits{AttemptsPerAccount: 3, AttemptsPerAddress: 5, Window: time.Minute})
	wrong := func() error { return ErrWrongCredentials }
	for range 100 {
		for _, outcome := range []error{nil, errors.New("the database is away"), fault.New(fault.Unavailable, "x", "")} {
			if err := a.try("x", "a", "10.0.0.1", func() error { return outcome }); !errors.Is(err, outcome) {
				t.Fatalf("got %v, want %v", err, outcome)
			}
		}
	}
	for range 3 {
		WantFault(t, a.try("x", "a", "10.0.0.1", wrong), ErrWrongCredentials)
	}
	err := a.try("x", "a", "10.0.0.2", func() error { t.Error("a guess too many was looked at"); return nil })
	WantFault(t, err, ErrTooManyAttempts)
	if wait := fault.As(err).RetryAfter; wait != 20*time.Second {
		t.Errorf("wait %s, want 20 s", wait)
	}
	WantFault(t, a.try("y", "a", "10.0.0.1", wrong), ErrWrongCredentials) // another deed is counted apart
	WantFault(t, a.try("x", "b", "10.0.0.1", wrong), ErrWrongCredentials)
	WantFault(t, a.try("x", "c", "10.0.0.1", wrong), ErrTooManyAttempts) // by address
	WantFault(t, a.try("x", "c", "", wrong), ErrWrongCredentials)
	c.Advance(time.Minute)
	WantFault(t, a.try("x", "a", "10.0.0.1", wrong), ErrWrongCredentials)
}

func TestGuessesAtOnceGainNothing(t *testing.T) {
	t.Parallel()
	a := newAttempts(clock.NewFake(Opening), Limits{AttemptsPerAccount: 3, AttemptsPerAddress: 100, Window: time.Minute})
	var looked atomic.Int64
	AtOnce(50, func(int) {
		_ = a.try("x", "a", "", func() error { looked.Add(1); return ErrWrongCredentials })
	})
	if n := looked.Load(); n != 3 {
		t.Errorf("%d guesses were looked at, want 3", n)
	}
}

func TestCallerKey(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"": "", "10.1.2.3": "10.1.2.3", "::ffff:10.1.2.3": "10.1.2.3", "unix": "unix",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "2001:db8:1:2::9": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64",
	} {
		if got := callerKey(in); got != want {
			t.Errorf("%q counts as %q, want %q", in, got, want)
		}
	}
}
