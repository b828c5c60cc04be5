package transfer

import (
	"fmt"
	"strings"
)

// A cell that lists names has a comma or a semicolon between them. A name that holds it, begins with a quote or has white space at an
// end is quoted as CSV quotes a cell, with "" for a quote inside: the cell `"Ann, Bo", 27" screens` lists `Ann, Bo` and `27" screens`.

// parseNames reads a list of names. What is empty is dropped.
func parseNames(cell, sep string) ([]string, error) {
	out := []string{}
	for more := true; more; {
		var name string
		if cell = strings.TrimSpace(cell); !strings.HasPrefix(cell, `"`) {
			if name, cell, more = strings.Cut(cell, sep); strings.TrimSpace(name) != "" {
				out = append(out, strings.TrimSpace(name))
			}
			continue
		}
		name, rest, ok := cutQuoted(cell)
		if !ok {
			return nil, fmt.Errorf("has a quote that is not closed: %.40s", cell)
		}
		var between string
		if between, rest, more = strings.Cut(rest, sep); strings.TrimSpace(between) != "" {
			return nil, fmt.Errorf("must have a %q or nothing after a quoted name, not %.40s: %.40s", sep, strings.TrimSpace(between), cell)
		}
		out, cell = append(out, name), rest
	}
	return out, nil
}

// cutQuoted takes a quoted name from the front of a text. It tells whether the quote is closed.
func cutQuoted(text string) (name, rest string, ok bool) {
	for end := 1; ; end += len(`""`) {
		i := strings.IndexByte(text[end:], '"')
		if i < 0 {
			return "", "", false
		}
		if end += i; !strings.HasPrefix(text[end:], `""`) {
			return strings.ReplaceAll(text[1:end], `""`, `"`), text[end+1:], true
		}
	}
}

// formatNames writes a list of names.
func formatNames(names []string, sep string) string {
	out := make([]string, len(names))
	for i, name := range names {
		if out[i] = name; strings.Contains(name, sep) || strings.HasPrefix(name, `"`) || strings.TrimSpace(name) != name {
			out[i] = `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
		}
	}
	return strings.Join(out, sep+" ")
}
