package customer

import (
	"context"
	"encoding/json"
	"errors"
	"runtime"
	"sync"
	"testing"
	"time"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
)

// TokenKey gives the key of customers' tokens, for tests that forge some.
func (s *Service) TokenKey() []byte { return s.tokenKey }

// RegisterBlind is Register as if its look for the identity had come too early.
func (s *Service) RegisterBlind(ctx context.Context, n NewAccount) error {
	a, err := s.open(n)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error { return s.enter(tx, &a, n.LevelNumber, Session{}) })
}

// Opening is when the clocks of tests start.
var Opening = time.Date(2026, 11, 21, 19, 28, 32, 732e6, time.UTC)

// AtOnce runs do n times, all at the same moment.
func AtOnce(n int, do func(i int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-start
			do(i)
		})
	}
	runtime.Gosched()
	close(start)
	wg.Wait()
}

// WantFault checks that an error is a declared fault.
func WantFault(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("got %v, want %v", err, want)
	}
}

// WantFields checks that an error is one Invalid fault of exactly these problems, each "name rule".
func WantFields(t *testing.T, err error, want ...string) {
	t.Helper()
	f := fault.As(err)
	if f == nil || f.Code != fault.Invalid || len(f.Fields) != len(want) {
		t.Errorf("got %v, want the problems %q", err, want)
		return
	}
	for i, field := range f.Fields {
		if got := field.Name + " " + string(field.Rule); got != want[i] {
			t.Errorf("problem %d is %q (%s), want %q", i, got, field.Message, want[i])
		}
	}
}

// Ptr gives a value as a nullable column has it.
func Ptr[T any](v T) *T { return &v }

// RawJSON is a value of metadata.
func RawJSON(s string) json.RawMessage { return json.RawMessage(s) }
