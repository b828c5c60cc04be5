package httpx

import (
	"net/http"
	"time"

	"golang.org/x/text/language"
)

// The languages of the pages for people. English is the one for readers who ask for neither.
const (
	English = "en"
	Chinese = "zh"
)

// languageCookie keeps the language that the reader chose on a page. All pages share it.
const languageCookie = "kaidian_lang"

// languageLife is how long the choice is kept.
const languageLife = 365 * 24 * time.Hour

// OtherLanguage gives the language to switch to.
func OtherLanguage(lang string) string {
	if lang == Chinese {
		return English
	}
	return Chinese
}

// LanguageOf gives the language of a request for a page: chosen in the address just now, as lang=zh, or earlier, or asked for by
// the browser. What is chosen just now is kept.
func LanguageOf(w http.ResponseWriter, r *http.Request) string {
	if lang := r.URL.Query().Get("lang"); lang == English || lang == Chinese {
		http.SetCookie(w, &http.Cookie{
			Name: languageCookie, Value: lang, Path: "/", MaxAge: int(languageLife.Seconds()), HttpOnly: true, SameSite: http.SameSiteLaxMode,
		})
		return lang
	}
	if c, err := r.Cookie(languageCookie); err == nil && (c.Value == English || c.Value == Chinese) {
		return c.Value
	}
	return AskedLanguage(r)
}

// AskedLanguage gives the language that the reader's browser prefers of those there are.
func AskedLanguage(r *http.Request) string {
	for _, tag := range AskedTags(r) {
		if base, _ := tag.Base(); base.String() == English || base.String() == Chinese {
			return base.String()
		}
	}
	return English
}

// AskedTags gives what the reader's browser asks for, best first; nothing when that is not understood.
func AskedTags(r *http.Request) []language.Tag {
	tags, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil {
		return nil
	}
	return tags
}
