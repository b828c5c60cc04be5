package search

import (
	"strings"
	"unicode/utf8"
)

// Rank says how well a document fits a query; the lower, the better.
type Rank int

// The ranks.
const (
	CodeIs       Rank = iota // the query is a code of the document
	TitleIs                  // the query is a title
	TitleStarts              // a title starts with the query
	TitleHolds               // a title holds the query, word after word
	TitleHasAll              // a title has all words of the query
	TitleLoose               // a title has them when Chinese is cut into words
	TextsHaveAll             // the texts have all words of the query
	TextsLoose               // the texts have them when Chinese is cut into words
)

// rank gives the rank of a document that was found in a tier. Titles are in normal form, one a line.
func (q Query) rank(tier int, titles string) Rank {
	switch {
	case q.Blank() || tier == tierAnywhere:
		return TextsHaveAll
	case tier == tierTitleLoose:
		return TitleLoose
	case tier == tierAnywhereLoose:
		return TextsLoose
	}
	best := TitleHasAll
	if tier == tierExact {
		best = CodeIs // unless a title is what fits
	}
	for title := range strings.SplitSeq(titles, "\n") {
		switch {
		case title == q.plain:
			return TitleIs
		case strings.HasPrefix(title, q.plain):
			best = min(best, TitleStarts)
		case holds(title, q.plain):
			best = min(best, TitleHolds)
		}
	}
	return best
}

// holds tells whether a title holds a phrase from the beginning of a word on; every CJK character is the beginning of one.
func holds(title, phrase string) bool {
	if first, _ := utf8.DecodeRuneInString(phrase); cjk(first) {
		return strings.Contains(title, phrase)
	}
	return strings.Contains(title, " "+phrase)
}
