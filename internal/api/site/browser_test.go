package site_test

import (
	"context"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"kaidian/internal/commerce/staff"
	"kaidian/internal/config"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/shoptest"
)

const (
	bossEmail = "boss@shop.example"
	bossWord  = "correct horse"
	appKey    = "a94a110d86d2452eb3e2af4cfb8a3828"
	appSecret = "a84a110d86d2452eb3e2af4cfb8a3828"
	callback  = "https://app.example/auth"
)

// house is a whole shop with one member of the staff and one public app.
type house struct {
	*shoptest.Shop
	boss    staff.Account
	app     staff.App
	shopKey string
}

func eachHouse(t *testing.T, fn func(t *testing.T, h *house)) {
	t.Helper()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) { fn(t, newHouse(t, d)) })
}

func newHouse(t *testing.T, d *db.DB, change ...func(*config.Serve)) *house {
	t.Helper()
	h := &house{Shop: shoptest.Start(t, d, change...)}
	var err error
	h.boss, err = h.Staff.Create(t.Context(), staff.NewAccount{Name: "王店长", Email: bossEmail, Password: bossWord})
	must(t, err)
	made, err := h.Staff.CreateApp(t.Context(), staff.NewApp{
		Kind: staff.Public, Name: `Reports <script>alert("1")</script>`, CallbackURL: callback, Key: appKey, Secret: appSecret,
	})
	must(t, err)
	settings, err := h.App.Shop.Get(t.Context())
	must(t, err)
	h.app, h.shopKey = made.App, settings.ShopKey
	return h
}

// ask gives the address at which the app asks for consent. The changes are pairs of name and value; "-" takes a
// parameter out.
func (h *house) ask(changes ...string) string {
	q := url.Values{
		"response_type": {"code"}, "client_id": {appKey}, "shop_key": {h.shopKey},
		"scope": {"read_basic,write_customers"}, "state": {`a&"<b> 开`},
	}
	for i := 0; i < len(changes); i += 2 {
		if changes[i+1] == "-" {
			q.Del(changes[i])
			continue
		}
		q.Set(changes[i], changes[i+1])
	}
	return "/oauth2/authorize?" + q.Encode()
}

// browser keeps cookies and follows nothing by itself.
type browser struct {
	t      *testing.T
	base   string
	client *http.Client
	header map[string]string // sent with each request
}

// shown is what a browser got.
type shown struct {
	status   int
	header   http.Header
	location string
	html     string
	text     string // without entities
}

func (h *house) browser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	must(t, err)
	return &browser{t: t, base: h.URL, header: map[string]string{}, client: &http.Client{
		Jar:           jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// signedIn gives a browser in which the boss is signed in.
func (h *house) signedIn(t *testing.T) *browser {
	t.Helper()
	b := h.browser(t)
	if s := b.signIn(bossWord, ""); s.status != http.StatusSeeOther {
		t.Fatalf("sign-in: %d %s", s.status, s.text)
	}
	return b
}

func (b *browser) signIn(password, next string) shown {
	b.t.Helper()
	return b.post("/signin", url.Values{"email": {bossEmail}, "password": {password}, "next": {next}})
}

func (b *browser) get(path string) shown {
	b.t.Helper()
	return b.do(http.MethodGet, path, "")
}

func (b *browser) post(path string, form url.Values) shown {
	b.t.Helper()
	return b.do(http.MethodPost, path, form.Encode())
}

func (b *browser) do(method, path, body string) shown {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.base+path, strings.NewReader(body))
	must(b.t, err)
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, value := range b.header {
		req.Header.Set(name, value)
	}
	res, err := b.client.Do(req)
	must(b.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	must(b.t, err)
	return shown{res.StatusCode, res.Header, res.Header.Get("Location"), string(text), html.UnescapeString(string(text))}
}

var hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)

// form gives the hidden fields of the form that goes to action, as a browser would send them.
func (s shown) form(t *testing.T, action string) url.Values {
	t.Helper()
	_, rest, ok := strings.Cut(s.html, `method="post" action="`+action+`"`)
	if !ok {
		t.Fatalf("no form to %s in: %s", action, s.html)
	}
	inside, _, _ := strings.Cut(rest, "</form>")
	values := url.Values{}
	for _, m := range hiddenField.FindAllStringSubmatch(inside, -1) {
		values.Set(html.UnescapeString(m[1]), html.UnescapeString(m[2]))
	}
	return values
}

// press presses a button of the consent page.
func (b *browser) press(page shown, decision string) shown {
	b.t.Helper()
	form := page.form(b.t, "/oauth2/authorize")
	form.Set("decision", decision)
	return b.post("/oauth2/authorize", form)
}

// installed tells whether the public app is installed.
func (h *house) installed(t *testing.T) bool {
	t.Helper()
	apps, err := h.Staff.ListApps(context.WithoutCancel(t.Context()))
	must(t, err)
	for _, a := range apps {
		if a.Key == appKey {
			return a.Installed
		}
	}
	t.Fatal("the app is gone")
	return false
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
