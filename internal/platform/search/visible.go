package search

import (
	"html"
	"regexp"
)

// markup is what a reader of a page does not see: comments, programs and styles with what is in them, and tags.
var markup = regexp.MustCompile(`(?is)<!--.*?-->|<script\b.*?</script\s*>|<style\b.*?</style\s*>|</?[a-z!][^>]*>`)

// inline are the tags within a word or a line; all others part words.
var inline = regexp.MustCompile(`(?i)^</?(?:a|abbr|b|bdi|bdo|big|code|del|em|font|i|ins|kbd|mark|s|small|span|strong|sub|sup|u|wbr)\b`)

// Visible gives what a reader sees of a piece of HTML. Plain text stays as it is, as long as it does not look like tags.
func Visible(text string) string {
	return html.UnescapeString(markup.ReplaceAllStringFunc(text, func(tag string) string {
		if inline.MatchString(tag) {
			return ""
		}
		return " "
	}))
}
