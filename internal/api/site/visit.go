package site

import (
	"bytes"
	"errors"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"kaidian/internal/api/httpx"
	"kaidian/internal/commerce/staff"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/secret"
)

// visit is one request for a page. Its form is parsed.
type visit struct {
	*site
	w    http.ResponseWriter
	r    *http.Request
	lang string
}

// page is what the templates show.
type page struct {
	W      words
	Lang   string
	Title  string
	Shop   string
	Switch string // the same page in the other language

	Account *staff.Account // who is signed in; nil when nobody is
	CSRF    string         // proves that a form comes from a page that we showed to them
	Next    string         // where to go after signing in

	AppName string // what the sign-in is for; may be empty
	Email   string // as typed before
	Problem string // what went wrong; empty when nothing did
	Consent *consent
	Apps    []listedApp
}

const sessionCookie = "kaidian_staff"

// session gives who is signed in, and the token of the session. Nobody is staff.ErrNoSession.
func (v *visit) session() (staff.Account, string, error) {
	c, err := v.r.Cookie(sessionCookie)
	if err != nil {
		return staff.Account{}, "", staff.ErrNoSession
	}
	a, err := v.Staff.SessionAccount(v.r.Context(), c.Value)
	return a, c.Value, err
}

// proven gives who is signed in, once the form has proved to come from a page that was shown to them.
func (v *visit) proven() (staff.Account, string, error) {
	a, token, err := v.session()
	if err == nil && !secret.Equal(v.r.PostForm.Get("csrf"), csrf(token)) {
		err = errForeign
	}
	return a, token, err
}

// csrf gives the proof for the forms of a session. Who knows it cannot tell the session's token from it.
func csrf(sessionToken string) string { return secret.HMACHex(sessionToken, []byte("csrf")) }

// keepSession gives the browser a session's token, or takes it back when that is empty.
func (v *visit) keepSession(token string) {
	c := &http.Cookie{
		Name: sessionCookie, Value: token, Path: "/", MaxAge: int(staff.SessionLife.Seconds()),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: v.Proxies.Secure(v.r),
	}
	if token == "" {
		c.MaxAge = -1
	}
	http.SetCookie(v.w, c)
}

// show writes a page.
func (v *visit) show(status int, name string, p page) error {
	p.W, p.Lang = wordsIn(v.lang), v.lang
	if p.Switch == "" {
		p.Switch = v.inOtherLanguage(v.r.URL.Path, v.r.URL.Query())
	}
	settings, err := v.Shop.Get(v.r.Context())
	if err != nil {
		return err
	}
	p.Shop = settings.Name
	var body bytes.Buffer
	if err := v.pages.ExecuteTemplate(&body, name, p); err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.Header().Set("Content-Language", p.W.Tag)
	v.w.WriteHeader(status)
	_, _ = body.WriteTo(v.w) // fails only when the client has gone
	return nil
}

// inOtherLanguage gives a page's address in the language that it is not shown in.
func (v *visit) inOtherLanguage(path string, query url.Values) string {
	query.Set("lang", httpx.OtherLanguage(v.lang))
	return path + "?" + query.Encode()
}

// home is where people go who do not say where.
const home = "/apps"

// nextPaths are the pages that one may come to by signing in.
var nextPaths = []string{home, "/oauth2/authorize", "/oauth2/authorize/"}

// localNext gives the page of ours that a form asks to go to next, or home.
func localNext(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || !slices.Contains(nextPaths, u.Path) {
		return home
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return home
	}
	query.Del("lang") // the reader may have changed it since
	if len(query) == 0 {
		return u.Path
	}
	return u.Path + "?" + query.Encode()
}

var (
	errForeign = fault.New(fault.Forbidden, "site.foreign", "the form does not come from the page that it belongs to")
	errForm    = fault.New(fault.Invalid, "site.form", "the form cannot be read")
	errLarge   = fault.New(fault.TooLarge, "site.large", "the form is too large")
)

// formFault says why a form could not be read.
func formFault(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return errLarge
	}
	return errForm.Wrap(err)
}

// showProblem shows an error as a page. What is not the visitor's doing is logged.
func (v *visit) showProblem(err error) {
	status, text := v.explain(err)
	if status == http.StatusInternalServerError && v.r.Context().Err() == nil {
		v.Log.ErrorContext(v.r.Context(), "a page failed", "path", v.r.URL.Path, "error", err)
	}
	p := page{Title: wordsIn(v.lang).ProblemTitle, Problem: text}
	if v.r.Method != http.MethodGet {
		p.Switch = v.inOtherLanguage(home, url.Values{})
	}
	if v.show(status, "problem.html", p) != nil {
		http.Error(v.w, text, status)
	}
}

var statuses = map[fault.Code]int{
	fault.Invalid:         http.StatusBadRequest,
	fault.NotFound:        http.StatusNotFound,
	fault.NotAllowed:      http.StatusConflict,
	fault.Forbidden:       http.StatusForbidden,
	fault.Unauthenticated: http.StatusUnprocessableEntity, // not 401, which asks for a header that no form sends
	fault.Exhausted:       http.StatusTooManyRequests,
	fault.Unavailable:     http.StatusServiceUnavailable,
	fault.Conflict:        http.StatusConflict,
	fault.TooLarge:        http.StatusRequestEntityTooLarge,
}

// explain gives the status and the words for an error, and says in a header when to come back.
func (v *visit) explain(err error) (int, string) {
	w := wordsIn(v.lang)
	f := fault.As(err)
	if f == nil {
		return http.StatusInternalServerError, w.Problems["internal"]
	}
	status, known := statuses[f.Code]
	text, said := w.Problems[f.Reason]
	switch {
	case !known:
		return http.StatusInternalServerError, w.Problems["internal"]
	case !said:
		text = w.Problems[string(f.Code)]
	}
	if f.RetryAfter > 0 {
		v.w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(f.RetryAfter.Seconds()))))
		text = strings.ReplaceAll(text, "{minutes}", strconv.Itoa(int(math.Ceil(f.RetryAfter.Minutes()))))
	}
	if text == "" {
		text = w.Problems["internal"]
	}
	return status, text
}

// day prints a time as people read it, in the shop's zone.
func day(t time.Time) string { return t.In(time.FixedZone("", 8*60*60)).Format("2006-01-02") }
