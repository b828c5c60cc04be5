package site_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"kaidian/internal/commerce/staff"
	"kaidian/internal/config"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
)

func TestSignInGoesOnlyToOurOwnPages(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.OpenSQLite(t))
	for _, next := range []string{"", "https://evil.example", "//evil.example/apps", "/\\evil.example", "/v1/shop", "javascript:alert(1)"} {
		b := h.browser(t)
		if s := b.signIn(bossWord, next); s.status != http.StatusSeeOther || s.location != "/apps" {
			t.Errorf("posted %q: %d to %q", next, s.status, s.location)
		}
		if s := b.get("/signin?next=" + url.QueryEscape(next)); s.status != http.StatusSeeOther || s.location != "/apps" {
			t.Errorf("signed in already, %q: %d to %q", next, s.status, s.location)
		}
	}
}

func TestWrongCredentialsShowTheFormAgain(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		b := h.browser(t)
		for _, email := range []string{bossEmail, `"><script>alert(1)</script>@x`} {
			s := b.post("/signin", url.Values{"email": {email}, "password": {"wrong"}, "next": {h.ask()}})
			if s.status != http.StatusUnprocessableEntity || !strings.Contains(s.text, "The e-mail or the password is wrong.") {
				t.Errorf("%d %s", s.status, s.text)
			}
			if !strings.Contains(s.text, `value="`+email+`"`) || strings.Contains(s.html, "<script") {
				t.Errorf("the e-mail is lost or unescaped: %s", s.html)
			}
			if strings.Contains(s.html, "wrong\"") || len(s.header.Values("Set-Cookie")) != 0 {
				t.Errorf("the password comes back, or a cookie: %v %s", s.header, s.html)
			}
			if next := s.form(t, "/signin").Get("next"); query(t, next).Get("client_id") != appKey {
				t.Errorf("next became %q", next)
			}
		}
	})
}

func TestGuessingIsLimited(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.OpenSQLite(t))
	b := h.browser(t)
	for range 10 {
		b.signIn("wrong", "")
	}
	b.header["Accept-Language"] = "zh-CN"
	s := b.signIn(bossWord, "")
	if s.status != http.StatusTooManyRequests || s.header.Get("Retry-After") != "90" || !strings.Contains(s.text, "请在 2 分钟后再试") {
		t.Errorf("%d, Retry-After %q: %s", s.status, s.header.Get("Retry-After"), s.text)
	}
}

func TestTheSessionCookie(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.OpenSQLite(t), func(c *config.Serve) { c.TrustedProxies = []string{"127.0.0.0/8"} })
	b := h.browser(t)
	plain := b.signIn(bossWord, "").header.Get("Set-Cookie")
	b.header["X-Forwarded-Proto"] = "https"
	behind := b.signIn(bossWord, "").header.Get("Set-Cookie")
	for cookie, secure := range map[string]bool{plain: false, behind: true} {
		c, err := http.ParseSetCookie(cookie)
		must(t, err)
		if c.Name != "kaidian_staff" || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.MaxAge != 12*60*60 || c.Secure != secure {
			t.Errorf("the cookie is %s", cookie)
		}
		if _, err := h.Staff.SessionAccount(t.Context(), c.Value); err != nil {
			t.Errorf("the session: %v", err)
		}
	}
}

func TestSigningOut(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		b := h.signedIn(t)
		page := b.get(h.ask())
		form := page.form(t, "/signout")
		if s := b.post("/signout", url.Values{}); s.status != http.StatusForbidden {
			t.Errorf("without proof: %d", s.status)
		}
		if s := b.get("/apps"); !strings.Contains(s.text, "王店长") {
			t.Error("signed out without proof")
		}
		s := b.post("/signout", form)
		if s.status != http.StatusSeeOther || query(t, query(t, s.location).Get("next")).Get("client_id") != appKey {
			t.Errorf("%d to %q", s.status, s.location)
		}
		if s := b.get("/apps"); strings.Contains(s.text, "王店长") || !strings.Contains(s.html, `action="/signin"`) {
			t.Errorf("still there: %s", s.text)
		}
		if s := b.post("/signout", form); s.status != http.StatusSeeOther {
			t.Errorf("again: %d", s.status)
		}
	})
}

func TestTheListOfApps(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		erp, err := h.Staff.CreateApp(t.Context(), staff.NewApp{Kind: staff.Private, Name: "ERP", Scopes: staff.ParseScopes("read_orders")})
		must(t, err)
		b, api := h.signedIn(t), h.browser(t)
		api.header["X-API-ACCESS-TOKEN"] = erp.Token
		page := b.get("/apps")
		for _, want := range []string{"ERP", "private app", "Installed since <time datetime=\"2024-05-20\">", "Orders · see<", "public app · Not installed"} {
			if !strings.Contains(page.text, want) {
				t.Errorf("the list lacks %q: %s", want, page.text)
			}
		}
		if strings.Contains(page.html, "<script") {
			t.Error("unescaped")
		}
		if s := api.get("/v1/customers"); s.status != http.StatusForbidden { // known, but without the scope
			t.Errorf("before: %d", s.status)
		}
		for name, form := range map[string]url.Values{"no proof": {}, "wrong proof": {"csrf": {"x"}}} {
			if s := b.post("/apps/"+erp.App.Key+"/uninstall", form); s.status != http.StatusForbidden {
				t.Errorf("%s: %d", name, s.status)
			}
		}
		uninstall := "/apps/" + erp.App.Key + "/uninstall"
		form := page.form(t, uninstall)
		for range 2 { // pressing twice is no error
			if s := b.post(uninstall, form); s.status != http.StatusSeeOther || s.location != "/apps" {
				t.Errorf("uninstall: %d to %q", s.status, s.location)
			}
		}
		if s := api.get("/v1/customers"); s.status != http.StatusUnauthorized {
			t.Errorf("after: %d", s.status)
		}
		install := "/apps/" + erp.App.Key + "/install"
		if s := b.post(install, b.get("/apps").form(t, install)); s.status != http.StatusSeeOther {
			t.Errorf("install again: %d", s.status)
		}
		if _, err := h.Staff.ClientToken(t.Context(), erp.App.Key, erp.Secret); err != nil {
			t.Errorf("installed again: %v", err)
		}
		if s := b.post("/apps/unknown/uninstall", form); s.status != http.StatusNotFound {
			t.Errorf("unknown app: %d", s.status)
		}
	})
}

func TestInstallingAPublicAppBeginsAtTheApp(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		b := h.signedIn(t)
		install := "/apps/" + appKey + "/install"
		s := b.post(install, b.get("/apps").form(t, install))
		params := verified(t, s.location)
		want := callback + "?account_id=" + fmt.Sprint(h.boss.Number) + "&hmac=" + params.Get("hmac") + "&shop_key=" + h.shopKey + "&time_stamp=2024-05-20T04%3A30%3A00Z"
		if s.status != http.StatusFound || s.location != want {
			t.Errorf("%d to %q, want %q", s.status, s.location, want)
		}
		if h.installed(t) {
			t.Error("installed without consent")
		}
	})
}

func TestStrangersSeeTheSignInOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.OpenSQLite(t))
	b := h.browser(t)
	for _, s := range []shown{
		b.get("/apps"), b.get("/signin"), b.post("/apps/"+appKey+"/install", nil), b.post("/apps/"+appKey+"/uninstall", nil),
	} {
		if s.status != 200 || !strings.Contains(s.html, `action="/signin"`) || strings.Contains(s.text, "Reports") {
			t.Errorf("%d %s", s.status, s.text)
		}
	}
}

func TestEveryPageIsKeptToItself(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.OpenSQLite(t))
	b := h.browser(t)
	in := h.signedIn(t)
	consent := in.get(h.ask())
	const stays, leaves = "form-action 'self'", "form-action 'self' https: http:"
	for name, c := range map[string]struct {
		shown
		forms string
	}{
		"signin": {b.get("/signin"), stays}, "signin for an app": {b.get(h.ask()), stays}, "wrong": {b.signIn("wrong", ""), stays},
		"problem": {b.get("/oauth2/authorize"), stays}, "foreign": {in.post("/oauth2/authorize", nil), stays},
		"consent": {consent, leaves}, "apps": {in.get("/apps"), leaves}, "redirect": {in.press(consent, "deny"), leaves},
	} {
		policy := c.header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'; ") || !strings.HasSuffix(policy, "; "+c.forms) || !strings.Contains(policy, "frame-ancestors 'none'; ") {
			t.Errorf("%s: policy %q", name, policy)
		}
		for header, want := range map[string]string{
			"X-Frame-Options": "DENY", "Referrer-Policy": "same-origin", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
		} {
			if got := c.header.Get(header); got != want {
				t.Errorf("%s: %s is %q, want %q", name, header, got, want)
			}
		}
	}
	for path, kind := range map[string]string{"/site/site.css": "text/css; charset=utf-8", "/site/icon.svg": "image/svg+xml"} {
		if s := b.get(path); s.status != 200 || s.header.Get("Content-Type") != kind || s.html == "" {
			t.Errorf("%s: %d %q", path, s.status, s.header.Get("Content-Type"))
		}
	}
	for _, path := range []string{"/site/", "/site/nothing", "/site/..%2fsite.go"} {
		if s := b.get(path); s.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, s.status)
		}
	}
}

func TestLanguages(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.OpenSQLite(t))
	b := h.browser(t)
	in := func(s shown, lang string) {
		t.Helper()
		word := map[string]string{"en": "Sign in</button>", "zh": "登录</button>"}[lang]
		if !strings.Contains(s.text, word) || !strings.HasPrefix(s.header.Get("Content-Language"), lang) {
			t.Errorf("not in %s: %s", lang, s.text)
		}
	}
	in(b.get("/apps"), "en")
	b.header["Accept-Language"] = "zh-CN,zh;q=0.9"
	in(b.get("/apps"), "zh")
	page := b.get(h.ask())
	in(page, "zh")
	_, rest, _ := strings.Cut(page.text, `class="tongue" href="`)
	address, _, _ := strings.Cut(rest, `"`)
	other := b.get(address)
	in(other, "en")
	if next := other.form(t, "/signin").Get("next"); query(t, next).Get("state") != query(t, h.ask()).Get("state") || query(t, next).Has("lang") {
		t.Errorf("next became %q", next)
	}
	in(b.get("/apps"), "en") // the choice stays
	in(b.get("/apps?lang=fr"), "en")
	in(b.get("/apps?lang=zh"), "zh")
	in(b.signIn("wrong", ""), "zh")
}

func TestFormsAreBounded(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.OpenSQLite(t))
	b := h.browser(t)
	if s := b.do(http.MethodPost, "/signin", "email="+strings.Repeat("x", 64<<10)); s.status != http.StatusRequestEntityTooLarge {
		t.Errorf("large: %d", s.status)
	}
	if s := b.do(http.MethodPost, "/signin", "%zz"); s.status != http.StatusBadRequest {
		t.Errorf("malformed: %d", s.status)
	}
	if s := b.do(http.MethodPut, "/signin", ""); s.status != http.StatusMethodNotAllowed {
		t.Errorf("another method: %d", s.status)
	}
}

func TestOurOwnFailureIsShownWithoutItsCause(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		b := h.signedIn(t)
		page := b.get(h.ask())
		breakSecrets(t, h.App.DB)
		s := b.press(page, "allow")
		if s.status != http.StatusInternalServerError || !strings.Contains(s.text, "Something went wrong on our side.") || strings.Contains(s.text, "sealed") {
			t.Errorf("%d %s", s.status, s.text)
		}
	})
}

// breakSecrets makes the secrets of all apps unreadable.
func breakSecrets(t *testing.T, d *db.DB) {
	t.Helper()
	_, err := d.SQL().ExecContext(t.Context(), `update apps set secret_sealed = 'broken'`)
	must(t, err)
}
