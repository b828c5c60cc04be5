package site

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

// languageCookie keeps the language that the reader chose on a page.
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
	return asked(r.Header.Get("Accept-Language"))
}

// asked gives the language that a browser prefers of those there are.
func asked(header string) string {
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return english
	}
	for _, tag := range tags {
		switch base, _ := tag.Base(); base.String() {
		case english:
			return english
		case chinese:
			return chinese
		}
	}
	return english
}
