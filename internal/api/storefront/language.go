package storefront

import (
	"net/http"
	"time"

	"golang.org/x/text/language"
)

// The languages of the pages.
const (
	english = "en"
	chinese = "zh"
)

// languageCookie keeps the language that the reader chose on a page. The pages for the staff keep it under the same name.
const languageCookie = "kaidian_lang"

// languageLife is how long the choice is kept.
const languageLife = 365 * 24 * time.Hour

// languageOf gives the language of a request: chosen in the address just now, or earlier, or asked for by the browser.
func languageOf(w http.ResponseWriter, r *http.Request) string {
	if lang := r.URL.Query().Get("lang"); lang == english || lang == chinese {
		http.SetCookie(w, &http.Cookie{
			Name: languageCookie, Value: lang, Path: "/", MaxAge: int(languageLife.Seconds()), HttpOnly: true, SameSite: http.SameSiteLaxMode,
		})
		return lang
	}
	if c, err := r.Cookie(languageCookie); err == nil && (c.Value == english || c.Value == chinese) {
		return c.Value
	}
	for _, tag := range askedTags(r) {
		switch base, _ := tag.Base(); base.String() {
		case english:
			return english
		case chinese:
			return chinese
		}
	}
	return english
}

// askedTags gives what a browser asks for, best first.
func askedTags(r *http.Request) []language.Tag {
	tags, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil {
		return nil
	}
	return tags
}

// askedCountry gives the country that a browser names together with its language, lower case, or "": "de" of "en-DE".
func askedCountry(r *http.Request) string {
	for _, tag := range askedTags(r) {
		if region, sure := tag.Region(); sure == language.Exact {
			return lower(region.String())
		}
	}
	return ""
}
