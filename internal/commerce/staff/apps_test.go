package staff_test

import (
	"regexp"
	"slices"
	"testing"

	"kaidian/internal/commerce/staff"
)

var madeUp = regexp.MustCompile(`^[0-9a-f]{32}$`)

func TestCreatePrivateAppInstallsItAtOnce(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		c := h.privateApp(t)
		for _, value := range []string{c.App.Key, c.Secret, c.Token} {
			if !madeUp.MatchString(value) {
				t.Errorf("%q is made up", value)
			}
		}
		g, err := h.ByToken(t.Context(), c.Token)
		must(t, err)
		if g.AppID != c.App.ID || g.AppNumber != c.App.Number || g.AppKey != c.App.Key || g.Kind != staff.Private || g.Scopes != staff.AllScopes {
			t.Errorf("the grant is %+v", g)
		}
		if topics := h.topics(t); !slices.Equal(topics, []string{staff.AppInstalled}) {
			t.Errorf("events %q", topics)
		}
		got, err := h.App(t.Context(), c.App.Key)
		must(t, err)
		if got != c.App {
			t.Errorf("read %+v, made %+v", got, c.App)
		}
		_, err = h.App(t.Context(), "nothing")
		wantErr(t, err, staff.ErrAppNotFound)
	})
}

func TestCreatePublicAppWaitsForConsent(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		c := h.publicApp(t)
		if c.Token != "" || c.Code != "" || len(h.topics(t)) != 0 {
			t.Errorf("got %+v and events %q", c, h.topics(t))
		}
		apps, err := h.ListApps(t.Context())
		must(t, err)
		if len(apps) != 1 || apps[0].App != c.App || apps[0].Installed || apps[0].Scopes != 0 {
			t.Errorf("listed %+v", apps)
		}
	})
}

func TestCreateAppKeepsChosenValues(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		c, err := h.CreateApp(t.Context(), staff.NewApp{
			Kind: staff.Public, Name: "Moved", CallbackURL: callback,
			Key: "moved-key", Secret: "hush_hush", Token: chosen, Code: "moved_code",
		})
		must(t, err)
		token, err := h.Exchange(t.Context(), "moved-key", "moved_code", "")
		must(t, err)
		g, err := h.ByToken(t.Context(), token)
		must(t, err)
		if token != chosen || c.Token != chosen || g.Scopes != staff.AllScopes {
			t.Errorf("token %q, grant %+v", token, g)
		}
		h.clock.Advance(1000 * staff.CodeLife)
		for _, redirect := range []string{"", callback, callback + "/deeper?x=1"} {
			_, err = h.Exchange(t.Context(), "moved-key", "moved_code", redirect)
			must(t, err)
		}
		_, err = h.Exchange(t.Context(), "moved-key", "moved_code", "https://evil.example/auth/callback")
		wantErr(t, err, staff.ErrInvalidGrant)
		url, err := h.CallbackURL(c.App, callback, map[string]string{"shop_key": "s"})
		must(t, err)
		if want := callback + "?" + staff.CallbackQuery("hush_hush", map[string]string{"shop_key": "s", "time_stamp": "2026-05-11T01:42:01Z"}); url != want {
			t.Errorf("got  %s\nwant %s", url, want)
		}
	})
}

func TestCreateAppRefusesWhatIsTaken(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		full := staff.NewApp{Kind: staff.Public, Name: "n", CallbackURL: callback, Key: "thekey-1", Token: "thetoken-1", Code: "thecode-1"}
		_, err := h.CreateApp(t.Context(), full)
		must(t, err)
		for _, change := range []func(*staff.NewApp){
			func(n *staff.NewApp) { n.Token, n.Code = "thetoken-2", "thecode-2" },
			func(n *staff.NewApp) { n.Key, n.Code = "thekey-2", "thecode-2" },
			func(n *staff.NewApp) { n.Key, n.Token = "thekey-2", "thetoken-2" },
		} {
			n := full
			change(&n)
			_, err := h.CreateApp(t.Context(), n)
			wantErr(t, err, staff.ErrAppTaken)
		}
		apps, err := h.ListApps(t.Context())
		must(t, err)
		if len(apps) != 1 || len(h.topics(t)) != 1 {
			t.Errorf("left %d apps and events %q", len(apps), h.topics(t))
		}
	})
}

func TestCreateAppRefusesEveryProblemAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t, openSQLite(t))
	_, err := h.CreateApp(t.Context(), staff.NewApp{
		Kind: "other", CallbackURL: "ftp://x", Key: "short", Secret: "with space in it", Token: "weiß-weiß-weiß", Code: "a\nb-a\nb-a",
	})
	wantFields(t, err, "staff.invalid_app", "kind", "name", "callback_url", "key", "secret", "token", "code")
	_, err = h.CreateApp(t.Context(), staff.NewApp{Kind: staff.Public, Name: "n"})
	wantFields(t, err, "staff.invalid_app", "callback_url")
	_, err = h.CreateApp(t.Context(), staff.NewApp{Kind: staff.Private, Name: "n", Code: chosen})
	wantFields(t, err, "staff.invalid_app", "code")
}
