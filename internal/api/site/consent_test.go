package site_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"kaidian/internal/commerce/staff"
	"kaidian/internal/platform/db/dbtest"
)

// verified checks a callback as the strictest client does: it signs the decoded parameters in the order in which it
// received them. It gives them.
func verified(t *testing.T, location string) url.Values {
	t.Helper()
	u, err := url.Parse(location)
	must(t, err)
	var signed []string
	var got string
	for pair := range strings.SplitSeq(u.RawQuery, "&") {
		key, value, _ := strings.Cut(pair, "=")
		value, err := url.QueryUnescape(value)
		must(t, err)
		if key == "hmac" {
			got = value
			continue
		}
		signed = append(signed, key+"="+value)
	}
	mac := hmac.New(sha256.New, []byte(appSecret))
	mac.Write([]byte(strings.Join(signed, "&")))
	if want := hex.EncodeToString(mac.Sum(nil)); got != want {
		t.Errorf("%s: the hmac should be %s", location, want)
	}
	return u.Query()
}

func TestConsentFromTheLinkToTheFirstCall(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		b := h.browser(t)
		link := h.ask()
		page := b.get(link)
		if page.status != 200 || !strings.Contains(page.text, `Sign in as a member of the shop's staff to decide about <b>Reports <script>`) {
			t.Fatalf("before sign-in: %d %s", page.status, page.text)
		}
		next := page.form(t, "/signin").Get("next")
		went := b.signIn(bossWord, next)
		if went.status != http.StatusSeeOther || query(t, went.location).Encode() == "" {
			t.Fatalf("sign-in: %d to %q", went.status, went.location)
		}
		for name, values := range query(t, link) {
			if got := query(t, went.location)[name]; fmt.Sprint(got) != fmt.Sprint(values) {
				t.Errorf("sign-in turned %s=%q into %q", name, values, got)
			}
		}
		page = b.get(went.location)
		for _, want := range []string{"王店长", "app.example", "Basics</b><span class=\"verb\">see</span>", "Customers</b><span class=\"verb\">see and change</span>", "开店"} {
			if !strings.Contains(page.text, want) {
				t.Errorf("the consent page lacks %q: %s", want, page.text)
			}
		}
		if strings.Contains(page.html, "<script") || strings.Contains(page.html, `"<b>`) {
			t.Errorf("unescaped: %s", page.html)
		}
		if strings.Contains(page.text, "Orders") {
			t.Error("the page speaks of what was not asked for")
		}
		went = b.press(page, "allow")
		if went.status != http.StatusFound {
			t.Fatalf("allow: %d %s", went.status, went.text)
		}
		h.finish(t, went.location)
	})
}

// finish does what the app does after consent.
func (h *house) finish(t *testing.T, location string) {
	t.Helper()
	params := verified(t, location)
	want := callback + "?account_id=" + fmt.Sprint(h.boss.Number) + "&code=" + params.Get("code") + "&hmac=" + params.Get("hmac") +
		"&shop_key=" + h.shopKey + "&state=a%26%22%3Cb%3E%20%E5%BC%80&time_stamp=2024-05-20T04%3A30%3A00Z"
	if location != want {
		t.Errorf("got  %s\nwant %s", location, want)
	}
	app := h.browser(t)
	answer := app.post("/oauth2/token", url.Values{
		"grant_type": {"authorization_code"}, "client_id": {appKey}, "code": {params.Get("code")}, "redirect_uri": {callback},
	})
	token, ok := strings.CutPrefix(answer.html, `{"token":"`)
	token, ok2 := strings.CutSuffix(token, `"}`)
	if answer.status != 200 || !ok || !ok2 || len(token) != 32 {
		t.Fatalf("token: %d %s", answer.status, answer.html)
	}
	app.header["X-API-ACCESS-TOKEN"] = token
	for path, status := range map[string]int{"/v1/shop": 200, "/v1/customers": 200} {
		if got := app.get(path); got.status != status {
			t.Errorf("%s: %d %s", path, got.status, got.html)
		}
	}
	if got := app.post("/v1/webhooks", nil); got.status != http.StatusForbidden {
		t.Errorf("read_basic may write: %d %s", got.status, got.html)
	}
}

func TestDenying(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		b := h.signedIn(t)
		went := b.press(b.get(h.ask("redirect_uri", callback+"/deep?x=1", "state", "s")), "deny")
		if want := callback + "/deep?error=access_denied&state=s&x=1"; went.status != http.StatusFound || went.location != want {
			t.Errorf("deny: %d to %q, want %q", went.status, went.location, want)
		}
		if h.installed(t) {
			t.Error("the app is installed")
		}
	})
}

func TestWhatClientsReallySend(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.OpenSQLite(t))
	b := h.signedIn(t)
	for name, c := range map[string]struct {
		link       string
		target     string
		noState    bool
		wantScopes string
	}{
		"empty state and redirect": {h.ask("state", "", "redirect_uri", ""), callback, true, "read_basic,write_customers"},
		"none of them":             {h.ask("state", "-"), callback, true, "read_basic,write_customers"},
		"encoded twice":            {h.ask("redirect_uri", url.QueryEscape(callback+"/x")), callback + "/x", false, "read_basic,write_customers"},
		"first scope glued on":     {h.ask("scope", "read_basicread_basic,write_basic"), callback, false, "write_basic"},
		"slash at the end":         {strings.Replace(h.ask(), "authorize?", "authorize/?", 1), callback, false, "read_basic,write_customers"},
	} {
		went := b.press(b.get(c.link), "allow")
		if !strings.HasPrefix(went.location, c.target+"?") {
			t.Errorf("%s: %d to %q", name, went.status, went.location)
			continue
		}
		params := verified(t, went.location)
		if params.Has("state") == c.noState {
			t.Errorf("%s: state %q", name, params["state"])
		}
		apps, err := h.Staff.ListApps(t.Context())
		must(t, err)
		if got := apps[len(apps)-1].Scopes.String(); got != c.wantScopes {
			t.Errorf("%s: scopes %s, want %s", name, got, c.wantScopes)
		}
	}
}

func TestWhatIsWrongIsShownAndNotSentAnywhere(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.OpenSQLite(t))
	private, err := h.Staff.CreateApp(t.Context(), staff.NewApp{Kind: staff.Private, Name: "ERP", CallbackURL: callback})
	must(t, err)
	signedIn, stranger := h.signedIn(t), h.browser(t)
	form := signedIn.get(h.ask()).form(t, "/oauth2/authorize")
	form.Set("decision", "allow")
	for name, c := range map[string]struct{ key, value, says string }{
		"no app":        {"client_id", "-", "client_id"},
		"unknown app":   {"client_id", "nobody", "client_id"},
		"private app":   {"client_id", private.App.Key, "client_id"},
		"no shop":       {"shop_key", "-", "shop_key"},
		"other shop":    {"shop_key", appKey, "shop_key"},
		"other type":    {"response_type", "token", "response_type"},
		"no scope":      {"scope", "-", "scope"},
		"unknown scope": {"scope", "read_everything", "scope"},
		"other host":    {"redirect_uri", "https://evil.example/auth", "address that is not registered"},
		"dots":          {"redirect_uri", callback + "/../admin", "address that is not registered"},
		"script":        {"redirect_uri", "javascript:alert(1)", "address that is not registered"},
		"long state":    {"state", strings.Repeat("x", 4097), "state"},
	} {
		posted := url.Values{}
		for k, v := range form {
			posted[k] = v
		}
		if posted.Set(c.key, c.value); c.value == "-" {
			posted.Del(c.key)
		}
		for who, s := range map[string]shown{
			"signed in": signedIn.get(h.ask(c.key, c.value)), "stranger": stranger.get(h.ask(c.key, c.value)),
			"posted": signedIn.post("/oauth2/authorize", posted),
		} {
			if s.status != http.StatusBadRequest || s.location != "" || !strings.Contains(s.text, c.says) {
				t.Errorf("%s, %s: %d to %q: %s", name, who, s.status, s.location, s.text)
			}
		}
	}
	if h.installed(t) {
		t.Error("the app is installed")
	}
}

func TestOnlyOurOwnPageDecides(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.OpenSQLite(t))
	b := h.signedIn(t)
	ours := b.get(h.ask()).form(t, "/oauth2/authorize")
	theirs := h.signedIn(t).get(h.ask()).form(t, "/oauth2/authorize")
	for name, c := range map[string]struct {
		csrf   string
		header map[string]string
	}{
		"no proof":        {"", nil},
		"another session": {theirs.Get("csrf"), nil},
		"cross-site":      {ours.Get("csrf"), map[string]string{"Sec-Fetch-Site": "cross-site"}},
		"same-site":       {ours.Get("csrf"), map[string]string{"Sec-Fetch-Site": "same-site"}},
		"other origin":    {ours.Get("csrf"), map[string]string{"Origin": "https://evil.example"}},
		"null origin":     {ours.Get("csrf"), map[string]string{"Origin": "null"}},
	} {
		form := url.Values{}
		for k, v := range ours {
			form[k] = v
		}
		form.Set("csrf", c.csrf)
		form.Set("decision", "allow")
		b.header = c.header
		if s := b.post("/oauth2/authorize", form); s.status != http.StatusForbidden || s.location != "" {
			t.Errorf("%s: %d to %q", name, s.status, s.location)
		}
	}
	if h.installed(t) {
		t.Fatal("the app is installed")
	}
	b.header = map[string]string{"Sec-Fetch-Site": "same-origin", "Origin": h.URL}
	ours.Set("decision", "perhaps")
	if s := b.post("/oauth2/authorize", ours); s.status != http.StatusBadRequest {
		t.Errorf("undecided: %d", s.status)
	}
	ours.Set("decision", "allow")
	if s := b.post("/oauth2/authorize", ours); s.status != http.StatusFound {
		t.Errorf("our own page: %d %s", s.status, s.text)
	}
}

func TestASessionThatEndsMeanwhileIsAskedToSignIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.OpenSQLite(t))
	b := h.signedIn(t)
	page := b.get(h.ask())
	h.Clock.Advance(staff.SessionLife)
	s := b.press(page, "allow")
	if s.status != 200 || s.location != "" || h.installed(t) {
		t.Fatalf("%d to %q", s.status, s.location)
	}
	next := s.form(t, "/signin").Get("next")
	if got, want := query(t, next).Get("state"), query(t, h.ask()).Get("state"); got != want {
		t.Errorf("the state became %q", got)
	}
}

// query gives the parameters of an address.
func query(t *testing.T, address string) url.Values {
	t.Helper()
	u, err := url.Parse(address)
	must(t, err)
	return u.Query()
}
