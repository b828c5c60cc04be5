package staff_test

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"kaidian/internal/commerce/staff"
	"kaidian/internal/platform/db"
)

func TestClientToken(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		private, public := h.privateApp(t), h.publicApp(t)
		for range 2 {
			token, err := h.ClientToken(t.Context(), private.App.Key, private.Secret)
			must(t, err)
			if token != private.Token {
				t.Errorf("got token %q, want %q", token, private.Token)
			}
		}
		for _, c := range [][2]string{
			{private.App.Key, "wrong"}, {private.App.Key, ""}, {private.App.Key, public.Secret}, {"unknown", private.Secret},
			{"", ""}, {public.App.Key, public.Secret},
		} {
			_, err := h.ClientToken(t.Context(), c[0], c[1])
			wantErr(t, err, staff.ErrInvalidClient)
		}
	})
}

func TestAuthorizeGivesACodeForTheToken(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		boss, app := h.account(t), h.publicApp(t)
		code, grant, err := h.Authorize(t.Context(), boss.ID, app.App.Key, staff.NewScopes(staff.ReadOrders), "")
		must(t, err)
		token, err := h.Exchange(t.Context(), app.App.Key, code, callback)
		must(t, err)
		got, err := h.ByToken(t.Context(), token)
		must(t, err)
		if !madeUp.MatchString(code) || !madeUp.MatchString(token) || got != grant || !got.Scopes.Has(staff.ReadOrders) || got.Scopes.Has(staff.ReadBasic) {
			t.Errorf("code %q, token %q, grant %+v, made %+v", code, token, got, grant)
		}
		if topics := h.topics(t); !slices.Equal(topics, []string{staff.AccountCreated, staff.AppInstalled}) {
			t.Errorf("events %q", topics)
		}
	})
}

func TestConsentingAgainKeepsTheTokenAndChangesTheScopes(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		boss, app := h.account(t), h.publicApp(t)
		one, _, err := h.Authorize(t.Context(), boss.ID, app.App.Key, staff.NewScopes(staff.ReadOrders), "")
		must(t, err)
		token, err := h.Exchange(t.Context(), app.App.Key, one, "")
		must(t, err)
		_, err = h.ByToken(t.Context(), token) // now it is in the cache
		must(t, err)
		two, _, err := h.Authorize(t.Context(), boss.ID, app.App.Key, staff.NewScopes(staff.WriteBasic), "")
		must(t, err)
		for _, code := range []string{one, two} {
			again, err := h.Exchange(t.Context(), app.App.Key, code, "")
			must(t, err)
			if again != token {
				t.Errorf("the token became %q", again)
			}
		}
		g, err := h.ByToken(t.Context(), token)
		must(t, err)
		if g.Scopes != staff.NewScopes(staff.WriteBasic) {
			t.Errorf("the scopes are %v", g.Scopes)
		}
		if topics := h.topics(t); topics[len(topics)-1] != staff.AppUpdated {
			t.Errorf("events %q", topics)
		}
	})
}

func TestAuthorizeRefuses(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		boss, private, public := h.account(t), h.privateApp(t), h.publicApp(t)
		some := staff.NewScopes(staff.ReadBasic)
		for _, c := range []struct {
			key      string
			scopes   staff.Scopes
			redirect string
			want     error
		}{
			{"unknown", some, "", staff.ErrAppNotFound},
			{private.App.Key, some, "", staff.ErrInvalidRedirect},
			{public.App.Key, 0, "", staff.ErrInvalidScope},
			{public.App.Key, some, "https://evil.example/auth/callback", staff.ErrInvalidRedirect},
		} {
			_, _, err := h.Authorize(t.Context(), boss.ID, c.key, c.scopes, c.redirect)
			wantErr(t, err, c.want)
		}
		withCallback, err := h.CreateApp(t.Context(), staff.NewApp{Kind: staff.Private, Name: "n", CallbackURL: callback})
		must(t, err)
		_, _, err = h.Authorize(t.Context(), boss.ID, withCallback.App.Key, some, "")
		wantErr(t, err, staff.ErrWrongKind)
	})
}

func TestExchangeTellsApartWhatIsUnknownAndWhatIsOver(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		boss, app := h.account(t), h.publicApp(t)
		other, err := h.CreateApp(t.Context(), staff.NewApp{Kind: staff.Public, Name: "Other", CallbackURL: callback})
		must(t, err)
		deeper := callback + "/deeper?a=%E5%BC%80"
		code, _, err := h.Authorize(t.Context(), boss.ID, app.App.Key, staff.AllScopes, deeper)
		must(t, err)
		for _, c := range []struct {
			key, code, redirect string
			want                error
		}{
			{app.App.Key, code, deeper, nil},
			{app.App.Key, code, "", nil},
			{app.App.Key, code, url.QueryEscape(deeper), nil},
			{app.App.Key, code, callback, staff.ErrInvalidGrant},
			{app.App.Key, code, "%zz", staff.ErrInvalidGrant},
			{app.App.Key, "testtest", "", staff.ErrInvalidClient},
			{app.App.Key, "", "", staff.ErrInvalidClient},
			{"unknown", code, "", staff.ErrInvalidClient},
			{other.App.Key, code, "", staff.ErrInvalidClient},
		} {
			if _, err := h.Exchange(t.Context(), c.key, c.code, c.redirect); !errors.Is(err, c.want) {
				t.Errorf("%q, %q, %q: got %v, want %v", c.key, c.code, c.redirect, err, c.want)
			}
		}
		h.clock.Advance(staff.CodeLife - 1)
		_, err = h.Exchange(t.Context(), app.App.Key, code, "")
		must(t, err)
		h.clock.Advance(time.Millisecond)
		_, err = h.Exchange(t.Context(), app.App.Key, code, "")
		wantErr(t, err, staff.ErrInvalidGrant)
		must(t, h.RemoveExpired(t.Context())) // keeps what expired just now
		_, err = h.Exchange(t.Context(), app.App.Key, code, "")
		wantErr(t, err, staff.ErrInvalidGrant)
		h.clock.Advance(24 * time.Hour)
		must(t, h.RemoveExpired(t.Context()))
		_, err = h.Exchange(t.Context(), app.App.Key, code, "")
		wantErr(t, err, staff.ErrInvalidClient)
	})
}

func TestUninstallRevokesEverything(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		boss, app := h.account(t), h.publicApp(t)
		code, first, err := h.Authorize(t.Context(), boss.ID, app.App.Key, staff.AllScopes, "")
		must(t, err)
		token, err := h.Exchange(t.Context(), app.App.Key, code, "")
		must(t, err)
		_, err = h.ByToken(t.Context(), token)
		must(t, err)
		must(t, h.Uninstall(t.Context(), app.App.Key))
		_, err = h.ByToken(t.Context(), token)
		wantErr(t, err, staff.ErrUnknownToken)
		_, err = h.Exchange(t.Context(), app.App.Key, code, "")
		wantErr(t, err, staff.ErrInvalidGrant)
		wantErr(t, h.Uninstall(t.Context(), app.App.Key), staff.ErrNotInstalled)
		wantErr(t, h.Uninstall(t.Context(), "unknown"), staff.ErrAppNotFound)
		if topics := h.topics(t); topics[len(topics)-1] != staff.AppUninstalled || len(topics) != 3 {
			t.Errorf("events %q", topics)
		}
		code, second, err := h.Authorize(t.Context(), boss.ID, app.App.Key, staff.AllScopes, "")
		must(t, err)
		fresh, err := h.Exchange(t.Context(), app.App.Key, code, "")
		must(t, err)
		if fresh == token || second.ID == first.ID {
			t.Errorf("the revoked token %q came back as %q", token, fresh)
		}
		_, err = h.ByToken(t.Context(), token)
		wantErr(t, err, staff.ErrUnknownToken)
	})
}

func TestUninstallRunsItsHooksInTheTransaction(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		var fail error
		var told []string
		h.options.OnUninstall = append(h.options.OnUninstall, func(_ context.Context, tx *db.Tx, a staff.App) error {
			told = append(told, a.Key)
			if err := h.events.Record(tx, "test.hook", a.ID, nil); err != nil {
				return err
			}
			return fail
		})
		s := h.open(t)
		app := h.privateApp(t)
		fail = errors.New("no")
		if err := s.Uninstall(t.Context(), app.App.Key); !errors.Is(err, fail) {
			t.Fatalf("got %v", err)
		}
		_, err := s.ByToken(t.Context(), app.Token)
		must(t, err)
		fail = nil
		must(t, s.Uninstall(t.Context(), app.App.Key))
		want := []string{staff.AppInstalled, "test.hook", staff.AppUninstalled}
		if topics := h.topics(t); !slices.Equal(topics, want) || !slices.Equal(told, []string{app.App.Key, app.App.Key}) {
			t.Errorf("events %q, hooks for %q", topics, told)
		}
	})
}

func TestAPrivateAppCanBeInstalledAgain(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		boss, app, public := h.account(t), h.privateApp(t), h.publicApp(t)
		must(t, h.InstallPrivate(t.Context(), boss.ID, app.App.Key))
		same, err := h.ClientToken(t.Context(), app.App.Key, app.Secret)
		must(t, err)
		must(t, h.Uninstall(t.Context(), app.App.Key))
		_, err = h.ClientToken(t.Context(), app.App.Key, app.Secret)
		wantErr(t, err, staff.ErrInvalidClient)
		must(t, h.InstallPrivate(t.Context(), boss.ID, app.App.Key))
		fresh, err := h.ClientToken(t.Context(), app.App.Key, app.Secret)
		must(t, err)
		if same != app.Token || fresh == app.Token {
			t.Errorf("tokens %q, %q, %q", app.Token, same, fresh)
		}
		_, err = h.ByToken(t.Context(), fresh)
		must(t, err)
		wantErr(t, h.InstallPrivate(t.Context(), boss.ID, public.App.Key), staff.ErrWrongKind)
		wantErr(t, h.InstallPrivate(t.Context(), boss.ID, "unknown"), staff.ErrAppNotFound)
	})
}

func TestConsentRaceMakesOneGrant(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		boss, app := h.account(t), h.publicApp(t)
		tokens := make([]string, 16)
		var wg sync.WaitGroup
		for i := range tokens {
			wg.Go(func() {
				code, _, err := h.Authorize(t.Context(), boss.ID, app.App.Key, staff.AllScopes, "")
				if err == nil {
					tokens[i], err = h.Exchange(t.Context(), app.App.Key, code, "")
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		slices.Sort(tokens)
		if different := slices.Compact(tokens); len(different) != 1 || different[0] == "" {
			t.Errorf("tokens %q", different)
		}
		installs := 0
		for _, topic := range h.topics(t) {
			if topic == staff.AppInstalled {
				installs++
			}
		}
		if installs != 1 {
			t.Errorf("%d installs were recorded", installs)
		}
	})
}
