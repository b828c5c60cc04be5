package portal

import (
	"net/http"

	"golang.org/x/text/language"
)

// The languages of the portal, as they stand in its paths. English is the one for readers who ask for neither.
const (
	english = "en"
	chinese = "zh"
)

// languages lists them in the order in which they are shown.
func languages() []string { return []string{english, chinese} }

// preferred gives the language that the reader's browser asks for.
func preferred(r *http.Request) string {
	tags, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
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

// spoken gives the language that a path names, and whether there is such a language.
func spoken(lang string) (string, bool) {
	for _, known := range languages() {
		if lang == known {
			return known, true
		}
	}
	return "", false
}

// other gives the language to switch to.
func other(lang string) string {
	if lang == chinese {
		return english
	}
	return chinese
}
