package portal

import "kaidian/internal/api/httpx"

// The languages of the portal, as they stand in its paths.
const (
	english = httpx.English
	chinese = httpx.Chinese
)

// languages lists them in the order in which they are shown.
func languages() []string { return []string{english, chinese} }

// spoken gives the language that a path names, and whether there is such a language.
func spoken(lang string) (string, bool) {
	for _, known := range languages() {
		if lang == known {
			return known, true
		}
	}
	return "", false
}
