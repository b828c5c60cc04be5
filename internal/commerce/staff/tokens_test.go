package staff_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kaidian/internal/commerce/staff"
)

func TestByTokenCostsOneStatementThenNone(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		app := h.privateApp(t)
		for token, want := range map[string]error{app.Token: nil, "unknown-token": staff.ErrUnknownToken} {
			for i, cost := range []int64{1, 0, 0} {
				n := statements(t, func(ctx context.Context) {
					_, err := h.ByToken(ctx, token)
					if want != nil {
						wantErr(t, err, want)
					} else if err != nil {
						t.Error(err)
					}
				})
				if n != cost {
					t.Errorf("call %d with %q costs %d statements, want %d", i+1, token, n, cost)
				}
			}
		}
	})
}

func TestByTokenLooksAgainAfterAWhile(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		app, elsewhere := h.privateApp(t), h.open(t)
		_, err := h.ByToken(t.Context(), app.Token)
		must(t, err)
		must(t, elsewhere.Uninstall(t.Context(), app.App.Key))
		h.clock.Advance(staff.TokenLife)
		_, err = h.ByToken(t.Context(), app.Token)
		wantErr(t, err, staff.ErrUnknownToken)

		_, err = h.ByToken(t.Context(), chosen)
		wantErr(t, err, staff.ErrUnknownToken)
		_, err = elsewhere.CreateApp(t.Context(), staff.NewApp{Kind: staff.Private, Name: "n", Token: chosen})
		must(t, err)
		h.clock.Advance(time.Second)
		_, err = h.ByToken(t.Context(), chosen)
		must(t, err)
	})
}

func TestByTokenSeesATokenThatWasUnknownAMomentAgo(t *testing.T) {
	t.Parallel()
	h := newHouse(t, openSQLite(t))
	_, err := h.ByToken(t.Context(), chosen)
	wantErr(t, err, staff.ErrUnknownToken)
	_, err = h.CreateApp(t.Context(), staff.NewApp{Kind: staff.Private, Name: "n", Token: chosen})
	must(t, err)
	_, err = h.ByToken(t.Context(), chosen)
	must(t, err)
}

func TestByTokenDoesNotLookUpWhatCannotBeAToken(t *testing.T) {
	t.Parallel()
	h := newHouse(t, openSQLite(t))
	n := statements(t, func(ctx context.Context) {
		for _, token := range []string{"", fmt.Sprintf("%65d", 1)} {
			_, err := h.ByToken(ctx, token)
			wantErr(t, err, staff.ErrUnknownToken)
		}
	})
	if n != 0 {
		t.Errorf("cost %d statements", n)
	}
}

// A grant is read, then uninstalled, and only then the reader comes to the cache.
func TestAStaleReadDoesNotComeBackAfterUninstall(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		app := h.privateApp(t)
		read, goOn := make(chan struct{}), make(chan struct{})
		var paused atomic.Bool
		h.PauseLoads(func() {
			if paused.CompareAndSwap(false, true) {
				close(read)
				<-goOn
			}
		})
		slow := make(chan error)
		go func() {
			_, err := h.ByToken(t.Context(), app.Token)
			slow <- err
		}()
		<-read
		must(t, h.Uninstall(t.Context(), app.App.Key))
		_, err := h.ByToken(t.Context(), app.Token) // must neither wait for the slow one nor believe it
		wantErr(t, err, staff.ErrUnknownToken)
		close(goOn)
		wantErr(t, <-slow, staff.ErrUnknownToken)
		_, err = h.ByToken(t.Context(), app.Token)
		wantErr(t, err, staff.ErrUnknownToken)
	})
}

func TestTheCallAfterUninstallFailsUnderAHammer(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		boss, app := h.account(t), h.privateApp(t)
		for range 15 {
			token, err := h.ClientToken(t.Context(), app.App.Key, app.Secret)
			must(t, err)
			var revoked, stop atomic.Bool
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					for !stop.Load() {
						after := revoked.Load()
						_, err := h.ByToken(t.Context(), token)
						if after && err == nil {
							t.Error("the token worked after Uninstall had returned")
							return
						}
						if after {
							return
						}
					}
				})
			}
			err = h.Uninstall(t.Context(), app.App.Key)
			revoked.Store(true)
			if err != nil {
				stop.Store(true)
			}
			wg.Wait()
			must(t, err)
			must(t, h.InstallPrivate(t.Context(), boss.ID, app.App.Key))
		}
	})
}
