package staff_test

import (
	"net/url"
	"path"
	"strings"
	"testing"

	"kaidian/internal/commerce/staff"
)

func TestCallbackQueryVector(t *testing.T) {
	t.Parallel()
	got := staff.CallbackQuery("hush", map[string]string{
		"time_stamp": "2013-08-27T13:58:35Z", "shop_key": "a94a110d86d2452eb3e2af4cfb8a3828",
		"code": "a84a110d86d2452eb3e2af4cfb8a3828", "account_id": "1",
		"hmac": "a signature is no part of what is signed",
	})
	want := "account_id=1&code=a84a110d86d2452eb3e2af4cfb8a3828" +
		"&hmac=a2a3e2dcd8a82fd9070707d4d921ac4cdc842935bf57bc38c488300ef3960726" +
		"&shop_key=a94a110d86d2452eb3e2af4cfb8a3828&time_stamp=2013-08-27T13%3A58%3A35Z"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestCallbackQuerySignsDecodedValues(t *testing.T) {
	t.Parallel()
	got := staff.CallbackQuery("k", map[string]string{"state": "a b+c&d=开", "account_id": "1"})
	// printf 'account_id=1&state=a b+c&d=开' | openssl dgst -sha256 -hmac k
	want := "account_id=1&hmac=HMAC&state=a%20b%2Bc%26d%3D%E5%BC%80"
	prefix, rest, _ := strings.Cut(got, "hmac=")
	mac, tail, _ := strings.Cut(rest, "&")
	if prefix+"hmac=HMAC&"+tail != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if mac != "ea55d03f68e4b0e588e790e21d8de0b182fb47c1ad89e35ac66168bbbdcfda90" {
		t.Errorf("the hmac is %s", mac)
	}
}

func TestCallbackURLKeepsAndSignsWhatTheCallbackBrings(t *testing.T) {
	t.Parallel()
	h := newHouse(t, openSQLite(t))
	c, err := h.CreateApp(t.Context(), staff.NewApp{
		Kind: staff.Public, Name: "n", CallbackURL: "HTTP://App.example:8080/cb?z=9&tenant=%E5%BC%80", Secret: "hush_hush",
	})
	must(t, err)
	got, err := h.CallbackURL(c.App, "http://APP.example:8080/cb/x?b=1", map[string]string{"code": "c", "state": "s"})
	must(t, err)
	want := "http://App.example:8080/cb/x?" + staff.CallbackQuery("hush_hush", map[string]string{
		"b": "1", "code": "c", "state": "s", "time_stamp": "2026-05-04T03:02:01Z",
	})
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	_, err = h.CallbackURL(c.App, "http://evil.example/cb", nil)
	wantErr(t, err, staff.ErrInvalidRedirect)

	refusal, err := c.App.RefusalURL("", "s&t")
	must(t, err)
	if want := "http://App.example:8080/cb?error=access_denied&state=s%26t&tenant=%E5%BC%80&z=9"; refusal != want {
		t.Errorf("got  %s\nwant %s", refusal, want)
	}
	if refusal, err = c.App.RefusalURL("", ""); err != nil || strings.Contains(refusal, "state") {
		t.Errorf("got %s, %v", refusal, err)
	}
}

func TestRedirect(t *testing.T) {
	t.Parallel()
	app := staff.App{CallbackURL: "https://app.example/auth"}
	for given, want := range map[string]string{
		"":                                       "https://app.example/auth",
		"https://app.example/auth":               "https://app.example/auth",
		"https://app.example/auth/":              "https://app.example/auth/",
		"https://app.example/auth/in?x=1":        "https://app.example/auth/in?x=1",
		"https://APP.example:443/auth":           "https://APP.example:443/auth",
		"https://app%2eexample/auth":             "https://app.example/auth",
		"https%3A%2F%2Fapp.example%2Fauth":       "https://app.example/auth",
		"https://app.example/auth/%E5%BC%80%20x": "https://app.example/auth/%E5%BC%80%20x",

		"http://app.example/auth":                               "", // another scheme
		"https://app.example:8443/auth":                         "",
		"https://app.example.evil.example/auth":                 "",
		"https://evil.example/auth":                             "",
		"https://app.example@evil.example/auth":                 "",
		"https://user@app.example/auth":                         "",
		"https://evil.example\\@app.example/auth":               "",
		"https://evil.example#@app.example/auth":                "",
		"https://app.example/auth#":                             "",
		"https:app.example/auth":                                "",
		"https:///evil.example/auth":                            "",
		"//app.example/auth":                                    "",
		"/auth":                                                 "",
		"javascript:alert(1)//app.example/auth":                 "",
		"https://app.example/authority":                         "",
		"https://app.example/":                                  "",
		"https://app.example/auth/../admin":                     "",
		"https://app.example/auth/%2e%2E/admin":                 "",
		"https://app.example/auth/..%2fadmin":                   "",
		"https://app.example/auth/..%5cadmin":                   "",
		"https://app.example/auth/.":                            "",
		"https://app.example/auth\t":                            "",
		"https://app.example/auth\r\nX: y":                      "",
		" https://app.example/auth":                             "",
		"https://app.example/auth?code=1":                       "", // ours
		"https://app.example/auth?x=1&x=2":                      "",
		"https://app.example/auth?x=%zz":                        "",
		"https://app.example/auth?x;y":                          "",
		"https%253A%252F%252Fapp.example%252Fauth":              "", // encoded too often
		"https://ａpp.example/auth":                              "",
		"https://app.example/auth/" + strings.Repeat("x", 2048): "",
	} {
		got, err := app.Redirect(given)
		if want == "" {
			wantErr(t, err, staff.ErrInvalidRedirect)
		}
		if got != want {
			t.Errorf("%q goes to %q, want %q", given, got, want)
		}
	}
}

func TestRedirectOfOtherCallbacks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		callback, given string
		ok              bool
	}{
		{"http://127.0.0.1:3000", "http://127.0.0.1:3000/any/where", true},
		{"http://127.0.0.1:3000/", "http://127.0.0.1:3000", true},
		{"http://127.0.0.1:3000", "http://127.0.0.1:3001/", false},
		{"http://[::1]:80/a/", "http://[::1]/a/b", true},
		{"http://[::1]:80/a/", "http://[::1]/a", true},
		{"http://h/a?x=1", "http://h/a", true},
		{"", "http://h/a", false},
		{"", "", false},
	} {
		if _, err := (staff.App{CallbackURL: c.callback}).Redirect(c.given); (err == nil) != c.ok {
			t.Errorf("%q for %q: got %v", c.given, c.callback, err)
		}
	}
}

func FuzzRedirect(f *testing.F) {
	for _, seed := range []string{
		callback, callback + "/x?y=1", "https%3A%2F%2Fapp.example%2Fauth%2Fcallback", "https://app.example/auth/callback/../..",
		"https://app.example\\@evil.example", "https://app.example:443/auth/callback/%2e%2e", "//evil.example",
		"https://app.example/auth/callback?a=b&c=%00", "https://app.example/auth/callback//evil.example/",
	} {
		f.Add(seed, "st&te")
	}
	app := staff.App{CallbackURL: callback + "?own=1"}
	f.Fuzz(func(t *testing.T, given, state string) {
		target, err := app.Redirect(given)
		if err != nil {
			return
		}
		if again, err := app.Redirect(target); err != nil || again != target {
			t.Errorf("%q goes to %q, which goes to %q, %v", given, target, again, err)
		}
		location, err := app.RefusalURL(target, state)
		if err != nil {
			t.Fatalf("%q is allowed, then %v", given, err)
		}
		u, err := url.Parse(location)
		if err != nil || !strings.HasPrefix(location, "https://app.example/auth/callback") {
			t.Fatalf("%q goes to %q, %v", given, location, err)
		}
		if u.User != nil || u.Host != "app.example" || !strings.HasPrefix(path.Clean(u.Path), "/auth/callback") {
			t.Errorf("%q goes to %q", given, location)
		}
		if strings.ContainsFunc(location, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '\\' || r == '#' }) {
			t.Errorf("%q goes to %q", given, location)
		}
		if u.Query().Get("error") != "access_denied" || u.Query().Get("state") != state {
			t.Errorf("%q with state %q goes to %q", given, state, location)
		}
	})
}
