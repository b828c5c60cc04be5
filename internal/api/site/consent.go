package site

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"kaidian/internal/commerce/staff"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/secret"
)

// asking are the parameters with which an app asks for consent, in the order in which the form carries them on.
var asking = []string{"response_type", "client_id", "shop_key", "scope", "state", "redirect_uri"}

// request is what an app asks for, checked.
type request struct {
	app    staff.App
	target string // where the answer goes: below the app's registered callback
	scopes staff.Scopes
	state  string
	values url.Values // as asked, for the form
}

var (
	errNoApp   = fault.New(fault.Invalid, "site.no_app", "no public app has this client_id")
	errShopKey = fault.New(fault.Invalid, "site.shop_key", "shop_key is not this shop's")
	errType    = fault.New(fault.Invalid, "site.response_type", "response_type must be code")
	errState   = fault.New(fault.Invalid, "site.state", "state is too long")
)

// maxState bounds what we carry for an app, in bytes.
const maxState = 4096

// request checks what an app asks for. The app is checked first, then where the answer would go.
func (v *visit) request(values url.Values) (request, error) {
	q := request{values: url.Values{}, state: values.Get("state"), scopes: staff.ParseScopes(values.Get("scope"))}
	for _, name := range asking {
		q.values.Set(name, values.Get(name))
	}
	var err error
	q.app, err = v.Staff.App(v.r.Context(), values.Get("client_id"))
	if errors.Is(err, staff.ErrAppNotFound) || err == nil && q.app.Kind != staff.Public {
		return request{}, errNoApp
	}
	if err != nil {
		return request{}, err
	}
	if q.target, err = q.app.Redirect(values.Get("redirect_uri")); err != nil {
		return request{}, err
	}
	settings, err := v.Shop.Get(v.r.Context())
	switch {
	case err != nil:
		return request{}, err
	case !secret.Equal(values.Get("shop_key"), settings.ShopKey):
		return request{}, errShopKey
	case values.Get("response_type") != "code":
		return request{}, errType
	case q.scopes == 0:
		return request{}, staff.ErrInvalidScope
	case len(q.state) > maxState:
		return request{}, errState
	}
	return q, nil
}

// consent is what the page asks the visitor.
type consent struct {
	App    string
	Host   string // where the browser goes with the answer
	Areas  []area
	Hidden []hidden
}

// area is what an app would be allowed to do in one area of the shop.
type area struct {
	Name, Text string
	Writes     bool
}

type hidden struct{ Name, Value string }

// askConsent shows what the app asks for, to whoever is signed in.
func (s *site) askConsent(v *visit) error {
	q, err := v.request(v.r.URL.Query())
	if err != nil {
		return err
	}
	return v.askAbout(q)
}

func (v *visit) askAbout(q request) error {
	next := localNext("/oauth2/authorize?" + q.values.Encode())
	account, token, err := v.session()
	if errors.Is(err, staff.ErrNoSession) {
		return v.showSignIn(http.StatusOK, page{Next: next, AppName: q.app.Name})
	}
	if err != nil {
		return err
	}
	target, err := url.Parse(q.target)
	if err != nil {
		return err
	}
	w := wordsIn(v.lang)
	c := &consent{App: q.app.Name, Host: target.Host, Areas: w.areas(q.scopes)}
	for _, name := range asking {
		c.Hidden = append(c.Hidden, hidden{name, q.values.Get(name)})
	}
	v.secure(formsLeave)
	return v.show(http.StatusOK, "consent.html", page{Title: w.ConsentTitle, Account: &account, CSRF: csrf(token), Next: next, Consent: c})
}

// decide does what the visitor decided and takes the browser back to the app.
func (s *site) decide(v *visit) error {
	q, err := v.request(v.r.PostForm)
	if err != nil {
		return err
	}
	account, _, err := v.proven()
	if errors.Is(err, staff.ErrNoSession) { // it ended while the page was open
		return v.askAbout(q)
	}
	if err != nil {
		return err
	}
	var location string
	switch v.r.PostForm.Get("decision") {
	case "allow":
		location, err = s.allow(v, q, account)
	case "deny":
		location, err = q.app.RefusalURL(q.target, q.state)
	default:
		return errForm
	}
	if err != nil {
		return err
	}
	v.secure(formsLeave)
	http.Redirect(v.w, v.r, location, http.StatusFound)
	return nil
}

// allow installs the app and gives the address that hands it its code.
func (s *site) allow(v *visit, q request, account staff.Account) (string, error) {
	code, _, err := s.Staff.Authorize(v.r.Context(), account.ID, q.app.Key, q.scopes, q.target)
	if err != nil {
		return "", err
	}
	params := map[string]string{
		"account_id": strconv.FormatInt(account.Number, 10),
		"code":       code,
		"shop_key":   q.values.Get("shop_key"),
	}
	if q.state != "" {
		params["state"] = q.state
	}
	return s.Staff.CallbackURL(q.app, q.target, params)
}
