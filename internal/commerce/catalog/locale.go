package catalog

import "strings"

// text gives a text in a language: "zh-CN", or else in "zh", or else the base text.
func (t Translations) text(lang, field, base string) string {
	for _, l := range []string{lang, beforeHyphen(lang)} {
		if s, ok := t[l][field]; ok {
			return s
		}
	}
	return base
}

func (t Translations) optional(lang, field string, base *string) *string {
	if s := t.text(lang, field, ""); s != "" {
		return &s
	}
	return base
}

func beforeHyphen(lang string) string {
	short, _, _ := strings.Cut(lang, "-")
	return short
}

// In gives the product with its texts in a language: "zh", "zh-CN". What is not translated stays as it is.
func (p Product) In(lang string) Product {
	if len(p.Translations) > 0 {
		p.Title = p.Translations.text(lang, "title", p.Title)
		p.Subtitle = p.Translations.optional(lang, "subtitle", p.Subtitle)
		p.Description = p.Translations.optional(lang, "description", p.Description)
	}
	return p
}

// In gives the variant with its title in a language.
func (v Variant) In(lang string) Variant {
	v.Title = v.Translations.text(lang, "title", v.Title)
	return v
}

// In gives the collection with its title in a language.
func (c Collection) In(lang string) Collection {
	c.Title = c.Translations.text(lang, "title", c.Title)
	return c
}

// In gives the category with its name and description in a language.
func (c Category) In(lang string) Category {
	c.Name = c.Translations.text(lang, "name", c.Name)
	c.Description = c.Translations.text(lang, "description", c.Description)
	return c
}
