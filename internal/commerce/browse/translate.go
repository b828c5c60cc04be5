package browse

import (
	"encoding/json"
	"strings"

	"kaidian/internal/commerce/catalog"
)

// tongue reads translations and puts their texts in.
type tongue struct {
	locale string // "zh-CN"; empty for the base texts
	base   string // "zh"
	keep   bool   // the translations themselves are asked for
}

func newTongue(locale string, keep bool) tongue {
	base, _, _ := strings.Cut(locale, "-")
	return tongue{locale: locale, base: base, keep: keep}
}

// read reads the next column, translations, as far as they are needed.
func (t tongue) read(c *cells) catalog.Translations {
	if t.locale == "" && !t.keep || c.null() {
		c.at++
		return nil
	}
	var out catalog.Translations
	if err := json.Unmarshal([]byte(c.text()), &out); err != nil && c.err == nil {
		c.err = err
	}
	return out
}

// put replaces a text by its translation, if there is one: of the locale before that of its language.
func (t tongue) put(from catalog.Translations, field string, to *string) {
	if t.locale == "" || from == nil {
		return
	}
	if s := from[t.locale][field]; s != "" {
		*to = s
	} else if s := from[t.base][field]; s != "" {
		*to = s
	}
}

// putOrNil is put for a text that may be missing.
func (t tongue) putOrNil(from catalog.Translations, field string, to **string) {
	var s string
	if t.put(from, field, &s); s != "" {
		*to = &s
	}
}

// kept gives the translations, when they are asked for.
func (t tongue) kept(tr catalog.Translations) catalog.Translations {
	if t.keep {
		return tr
	}
	return nil
}
