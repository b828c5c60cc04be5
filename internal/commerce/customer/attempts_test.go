package customer

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/fault"
)

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

func TestAHouseholdIsOneCaller(t *testing.T) {
	t.Parallel()
	a := newAttempts(clock.NewFake(Opening), Limits{AttemptsPerAccount: 1, AttemptsPerAddress: 2, Window: time.Minute})
	wrong := func() error { return ErrWrongCredentials }
	WantFault(t, a.try("x", "a", "2001:db8:1:2::1", wrong), ErrWrongCredentials)
	WantFault(t, a.try("x", "b", "2001:db8:1:2::2", wrong), ErrWrongCredentials)
	WantFault(t, a.try("x", "c", "2001:db8:1:2::3", wrong), ErrTooManyAttempts)
	WantFault(t, a.try("x", "d", "2001:db8:1:3::1", wrong), ErrWrongCredentials)
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
