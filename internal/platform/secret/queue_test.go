package secret

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"kaidian/internal/platform/fault"
)

func TestQueueHoldsItsBound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const slots, places = 2, 3
		q := newQueue(slots, places)
		release := make(chan struct{})
		turns := make(chan struct{}, slots+places)
		for range slots + places {
			go func() {
				leave, err := q.enter(t.Context())
				if err != nil {
					t.Errorf("a caller within the bound: %v", err)
					return
				}
				turns <- struct{}{}
				<-release
				leave()
			}()
		}
		synctest.Wait()
		if len(turns) != slots || q.waiting.Load() != places {
			t.Fatalf("%d at work and %d waiting, want %d and %d", len(turns), q.waiting.Load(), slots, places)
		}
		_, err := q.enter(t.Context())
		if f := fault.As(err); !errors.Is(err, ErrBusy) || f.Code != fault.Unavailable || f.RetryAfter < time.Second {
			t.Errorf("one more gets %v", err)
		}
		for left := range slots + places {
			release <- struct{}{}
			synctest.Wait()
			if want := min(left+1+slots, slots+places); len(turns) != want {
				t.Errorf("after %d left, %d have had a turn, want %d", left+1, len(turns), want)
			}
		}
		if leave, err := q.enter(t.Context()); err != nil {
			t.Errorf("the empty queue: %v", err)
		} else {
			leave()
		}
	})
}

func TestWaitingCallerWhoGivesUpLeaves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := NewPasswords(PasswordOptions{Memory: 8, Time: 1, Slots: 1, Places: 1})
		leave, err := p.queue.enter(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		impatient, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := p.Hash(impatient, "supersecret"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		done := make(chan error)
		go func() { // the place is free again
			_, err := p.Hash(t.Context(), "supersecret")
			done <- err
		}()
		synctest.Wait()
		if _, _, err := p.Verify(t.Context(), "", ""); !errors.Is(err, ErrBusy) {
			t.Errorf("Verify beyond the bound: %v", err)
		}
		if err := p.DummyVerify(t.Context(), ""); !errors.Is(err, ErrBusy) {
			t.Errorf("DummyVerify beyond the bound: %v", err)
		}
		leave()
		if err := <-done; err != nil {
			t.Errorf("the patient caller: %v", err)
		}
	})
}

func TestNoPlaces(t *testing.T) {
	t.Parallel()
	q := NewPasswords(PasswordOptions{Slots: 1, Places: -1}).queue
	leave, err := q.enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer leave()
	if _, err := q.enter(t.Context()); !errors.Is(err, ErrBusy) {
		t.Errorf("got %v", err)
	}
}

func TestPatienceIsTheTimeTheQueueNeeds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(2, 8)
		for range 100 { // the bubble's clock: each turn lasts exactly as long
			leave, err := q.enter(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(800 * time.Millisecond)
			leave()
		}
		for ahead, want := range map[int64]time.Duration{
			0: time.Second, 2: 2 * time.Second, 8: 4 * time.Second,
		} {
			if got := q.patience(ahead); got != want {
				t.Errorf("with %d ahead: %v, want %v", ahead, got, want)
			}
		}
	})
}

func TestMemoryIsGivenBackOncePerPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var freed atomic.Int32
		s := newSweeper()
		s.free = func() { freed.Add(1) }
		after := func(pause time.Duration, want int32) {
			t.Helper()
			time.Sleep(pause)
			synctest.Wait()
			if got := freed.Load(); got != want {
				t.Fatalf("freed %d times, want %d", got, want)
			}
		}
		s.note(sweepFrom - 1)
		after(time.Hour, 0) // not worth it
		s.note(1)
		after(sweepAfter-time.Second, 0)
		s.note(sweepFrom) // one more hash puts it off
		after(sweepAfter-time.Second, 0)
		after(2*time.Second, 1)
		after(time.Hour, 1)
		s.note(sweepFrom)
		after(sweepAfter+time.Second, 2)
	})
}
