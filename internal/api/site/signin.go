package site

import (
	"errors"
	"net/http"
	"net/url"

	"kaidian/internal/commerce/staff"
	"kaidian/internal/platform/secret"
)

// askSignIn shows the form, or sends on who is signed in already.
func (s *site) askSignIn(v *visit) error {
	next := localNext(v.r.Form.Get("next"))
	switch _, _, err := v.session(); {
	case err == nil:
		http.Redirect(v.w, v.r, next, http.StatusSeeOther)
		return nil
	case errors.Is(err, staff.ErrNoSession):
		return v.showSignIn(http.StatusOK, page{Next: next, AppName: s.appOf(v, next)})
	default:
		return err
	}
}

func (v *visit) showSignIn(status int, p page) error {
	p.Title = wordsIn(v.lang).SignIn
	if v.r.Method != http.MethodGet {
		p.Switch = v.inOtherLanguage("/signin", url.Values{"next": {p.Next}})
	}
	return v.show(status, "signin.html", p)
}

// signIn opens a session and goes on to where the visitor was.
func (s *site) signIn(v *visit) error {
	form := v.r.PostForm
	next := localNext(form.Get("next"))
	token, _, err := s.Staff.SignIn(v.r.Context(), staff.Credentials{
		Email: form.Get("email"), Password: form.Get("password"), Address: s.Proxies.ClientIP(v.r),
	})
	if errors.Is(err, staff.ErrWrongCredentials) || errors.Is(err, staff.ErrTooManyAttempts) || errors.Is(err, secret.ErrBusy) {
		status, text := v.explain(err)
		return v.showSignIn(status, page{Next: next, Email: form.Get("email"), Problem: text, AppName: s.appOf(v, next)})
	}
	if err != nil {
		return err
	}
	v.keepSession(token)
	http.Redirect(v.w, v.r, next, http.StatusSeeOther)
	return nil
}

// appOf gives the name of the app that a sign-in leads to, or "".
func (s *site) appOf(v *visit, next string) string {
	u, err := url.Parse(next)
	if err != nil || !u.Query().Has("client_id") {
		return ""
	}
	app, err := s.Staff.App(v.r.Context(), u.Query().Get("client_id"))
	if err != nil {
		return ""
	}
	return app.Name
}

// signOut ends the session and stays where one signs in again.
func (s *site) signOut(v *visit) error {
	_, token, err := v.proven()
	if err != nil && !errors.Is(err, staff.ErrNoSession) {
		return err
	}
	if err == nil {
		if err := s.Staff.SignOut(v.r.Context(), token); err != nil {
			return err
		}
	}
	v.keepSession("")
	http.Redirect(v.w, v.r, "/signin?"+url.Values{"next": {localNext(v.r.PostForm.Get("next"))}}.Encode(), http.StatusSeeOther)
	return nil
}
