package site

import (
	"errors"
	"net/http"
	"strconv"

	"kaidian/internal/commerce/staff"
)

// listedApp is a row of the list.
type listedApp struct {
	Name, Key, Kind string
	Since           string // the day of the installation; empty unless installed
	Areas           []area
}

// listApps shows all apps to whoever is signed in.
func (s *site) listApps(v *visit) error {
	account, token, err := v.session()
	if errors.Is(err, staff.ErrNoSession) {
		return v.showSignIn(http.StatusOK, page{Next: home})
	}
	if err != nil {
		return err
	}
	apps, err := s.Staff.ListApps(v.r.Context())
	if err != nil {
		return err
	}
	w := wordsIn(v.lang)
	p := page{Title: w.Apps, Account: &account, CSRF: csrf(token), Next: home}
	for _, a := range apps {
		row := listedApp{Name: a.Name, Key: a.Key, Kind: w.PublicApp}
		if a.Kind == staff.Private {
			row.Kind = w.PrivateApp
		}
		if a.Installed {
			row.Since, row.Areas = day(a.InstalledAt), w.areas(a.Scopes)
		}
		p.Apps = append(p.Apps, row)
	}
	v.secure(formsLeave)
	return v.show(http.StatusOK, "apps.html", p)
}

// installApp takes the browser to a public app, which comes back to ask for consent. A private app needs none.
func (s *site) installApp(v *visit) error {
	account, _, err := v.proven()
	if errors.Is(err, staff.ErrNoSession) {
		return v.showSignIn(http.StatusOK, page{Next: home})
	}
	if err != nil {
		return err
	}
	app, err := s.Staff.App(v.r.Context(), v.r.PathValue("key"))
	if err != nil {
		return err
	}
	if app.Kind == staff.Private {
		if err := s.Staff.InstallPrivate(v.r.Context(), account.ID, app.Key); err != nil {
			return err
		}
		http.Redirect(v.w, v.r, home, http.StatusSeeOther)
		return nil
	}
	settings, err := s.Shop.Get(v.r.Context())
	if err != nil {
		return err
	}
	location, err := s.Staff.CallbackURL(app, "", map[string]string{
		"account_id": strconv.FormatInt(account.Number, 10), "shop_key": settings.ShopKey,
	})
	if err != nil {
		return err
	}
	v.secure(formsLeave)
	http.Redirect(v.w, v.r, location, http.StatusFound)
	return nil
}

// uninstallApp revokes an app. That it is not installed any more is what was wanted.
func (s *site) uninstallApp(v *visit) error {
	_, _, err := v.proven()
	if errors.Is(err, staff.ErrNoSession) {
		return v.showSignIn(http.StatusOK, page{Next: home})
	}
	if err != nil {
		return err
	}
	err = s.Staff.Uninstall(v.r.Context(), v.r.PathValue("key"))
	if err != nil && !errors.Is(err, staff.ErrNotInstalled) {
		return err
	}
	http.Redirect(v.w, v.r, home, http.StatusSeeOther)
	return nil
}
