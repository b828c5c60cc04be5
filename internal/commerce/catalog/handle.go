package catalog

import (
	"strconv"
	"strings"
	"unicode"
)

const (
	maxMadeHandle = 200 // characters of a handle that is made of a title, without its number
	handleTries   = 20  // numbers that are tried after a made handle that is taken
)

// HandleOf makes a handle of a title: lower case, letters and digits of any script, a hyphen for whatever is between
// them. It is empty for a title without letters and digits.
func HandleOf(title string) string {
	var b strings.Builder
	gap, n := false, 0
	for _, r := range title {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) || r == unicode.ReplacementChar {
			gap = n > 0
			continue
		}
		if gap {
			b.WriteByte('-')
			n++
		}
		gap = false
		if n++; n > maxMadeHandle {
			break
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return strings.TrimSuffix(b.String(), "-")
}

// handleOr makes a handle of a title, or of a word when the title gives none.
func handleOr(title, word string) string {
	if h := HandleOf(title); h != "" {
		return h
	}
	return word
}

// isHandle tells whether a text can stand in the address of a page as it is.
func isHandle(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && !strings.ContainsRune("-_.~", r)
	}) && strings.Trim(s, ".") != ""
}

// candidates gives the handles to try after one that is taken.
func candidates(handle string) []string {
	out := make([]string, handleTries)
	for i := range out {
		out[i] = handle + "-" + strconv.Itoa(i+2)
	}
	return out
}
